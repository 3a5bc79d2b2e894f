package kernel

// squaresGrad adds the gradient of 3×3 weights by the transposed algorithm: the errors
// of a square of outputs are transformed as well, multiplied with its transformed image,
// summed over squares, and turned into those of nine taps. Squares are taken in runs:
// workers share a run by squares, then by planes of the transforms, so that the sums of a
// plane stay in the second cache.
type squaresGrad struct {
	outer
	s              squares
	stage          gradStage
	first, n, run  int       // squares of this run, and of the longest
	images, errors []float32 // planes × run × c, planes × run × columns, whole panels of them
	sums           []float32 // planes × panels × c × panelCols
	spaces         []float32 // of each worker
	cols           int       // of errors
}

type gradStage uint8

const (
	transformPair gradStage = iota // over the squares of the run
	multiplyPlane                  // over planes and panels
	addTaps                        // over rows of g, of a tap
)

const (
	// gradBytes is what the transforms of a run may take: they stay in the third cache.
	gradBytes = 10 << 20
	// gradRun is the most squares of a run.
	gradRun = 256
	// gradTerms is the number of squares whose products are summed at a time: those of a
	// panel of errors stay in the first cache.
	gradTerms = 64
)

// squared reports whether a gradient is made by squares, by the rule of products.
func (j *outer) squared() bool {
	if !j.image {
		return false
	}
	p := product{kind: convolved, conv: j.conv}
	return p.squared()
}

func (j outer) bySquares(p *Pool) {
	f := product{kind: convolved, conv: j.conv}
	w := squaresGrad{outer: j, s: f.squares()}
	w.cols = w.s.panels() * panelCols
	each, size := planes*(w.s.c+w.cols), planes*w.s.c*w.cols
	w.run = min(max(gradBytes/(4*each), tileRows), gradRun, w.s.count())
	r := borrow(size + each*w.run + w.space()*p.Workers())
	defer r.giveBack()
	w.sums = r.data[:size]
	w.images = r.data[size:][:planes*w.run*w.s.c]
	w.errors = r.data[size+len(w.images):][:planes*w.run*w.cols]
	w.spaces = r.data[size+each*w.run:]
	for w.first = 0; w.first < w.s.count(); w.first += w.run {
		w.n = min(w.run, w.s.count()-w.first)
		w.share(p, transformPair, w.n)
		w.share(p, multiplyPlane, planes*w.s.panels())
	}
	w.share(p, addTaps, w.s.c)
	if j.bias {
		outer{
			g: j.g[j.terms*j.cols:], dy: j.dy, scale: j.scale, bias: true,
			samples: j.samples, positions: j.positions, cols: j.cols,
		}.run(p)
	}
}

// space is the room of a worker: half a transform, and errors or taps of a square.
func (j *squaresGrad) space() int { return halfRoom + tilePix*j.cols }

func (j *squaresGrad) share(p *Pool, stage gradStage, n int) {
	j.stage, j.crew = stage, p.crew(n)
	if p.alone(n, j.n*planes*j.s.c*j.cols) {
		j.part(0, n)
		return
	}
	launch(p, &p.slots.squares, *j, n)
}

func (j *squaresGrad) part(lo, hi int) {
	room := j.spaces[j.crew.member(lo)*j.space():][:j.space()]
	half, side := room[:halfRoom], room[halfRoom:]
	switch j.stage {
	case transformPair:
		j.s.transform(j.images, j.x, half, j.run, j.first, lo, hi)
		for i := lo; i < hi; i++ {
			j.transformErrors(half, side, i)
		}
	case multiplyPlane:
		j.multiply(lo, hi)
	case addTaps:
		for row := lo; row < hi; row++ {
			j.add(half, side, row)
		}
	}
}

// transformErrors transforms the errors of square i of the run.
func (j *squaresGrad) transformErrors(half, side []float32, i int) {
	at := j.s.at(j.first + i)
	var to [planes]*float32
	var errors [tilePix]*float32
	m := j.s.m
	for k := range errors {
		y, x := at.y+k/tileOut, at.x+k%tileOut
		row := side[k*j.cols:][:m]
		errors[k] = &row[0]
		if y >= j.s.oh || x >= j.s.ow {
			clear(row)
			continue
		}
		dy := j.dy[((at.image*j.s.oh+y)*j.s.ow+x)*m:][:m]
		if j.scale == nil || j.scale[at.image] == 1 {
			errors[k] = &dy[0]
			continue
		}
		times(row, dy, j.scale[at.image])
	}
	for p := range to {
		to[p] = &j.errors[(p*j.run+i)*j.cols]
		clear(j.errors[(p*j.run+i)*j.cols+m:][:j.cols-m])
	}
	tileErrors(&to, &errors, half, m)
}

// multiply sums the products of the run for units [lo,hi) of a plane and a panel.
func (j *squaresGrad) multiply(lo, hi int) {
	var terms [gradRun]partner
	panels, plane := j.s.panels(), -1
	for u := lo; u < hi; u++ {
		if u/panels != plane {
			plane = u / panels
			for i := range j.n {
				terms[i] = partner{&j.images[(plane*j.run+i)*j.s.c], &j.errors[(plane*j.run+i)*j.cols]}
			}
		}
		sums := j.sums[u*j.s.c*panelCols:][:j.s.c*panelCols]
		if j.first == 0 {
			clear(sums)
		}
		for i := 0; i < j.n; i += gradTerms {
			part := terms[i:min(i+gradTerms, j.n)]
			for row := 0; row < j.s.c; row += panelRows {
				outerSum(sums[row*panelCols:], panelCols, part, min(panelRows, j.s.c-row), panelCols, row, u%panels*panelCols)
			}
		}
	}
}

// add turns the sums of a row into those of taps and adds them to g.
func (j *squaresGrad) add(half, side []float32, row int) {
	var list [planes]*float32
	var taps [taps3]*float32
	m, panels := j.s.m, j.s.panels()
	for c := range panels {
		for p := range list {
			list[p] = &j.sums[((p*panels+c)*j.s.c+row)*panelCols]
		}
		for tap := range taps {
			taps[tap] = &side[tap*j.cols+c*panelCols]
		}
		tileTaps(&taps, &list, half, panelCols)
	}
	for tap := range taps {
		g := j.g[(tap*j.s.c+row)*m:][:m]
		add(g, g, side[tap*j.cols:])
	}
}
