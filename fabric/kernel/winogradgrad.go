package kernel

// squaresGrad adds the gradient of 3×3 weights by the transposed algorithm: the errors
// of a square of outputs are transformed as well, multiplied with its transformed image,
// summed over squares, and turned into those of nine taps. Squares are taken in runs:
// a job transforms one, another multiplies it, by rows of g.
type squaresGrad struct {
	outer
	s           squares
	lo, n, run  int       // squares of this run, and of the longest
	images      []float32 // planes × run × c
	errors      []float32 // planes × run × columns, whole panels of them
	spaces      []float32 // of each worker
	multiplying bool
	cols        int // of errors
}

const (
	// gradBytes is what the transforms of a run may take: they stay in the third cache.
	gradBytes = 6 << 20
	// gradRows is the number of rows of g that are made together.
	gradRows = 32
	// gradRun is the most squares of a run.
	gradRun = 256
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
	each := planes * (w.s.c + w.cols)
	w.run = min(max(gradBytes/(4*each), tileRows), gradRun, w.s.count())
	space := w.space()
	r := borrow(each*w.run + space*p.Workers())
	defer r.giveBack()
	w.images = r.data[:planes*w.run*w.s.c]
	w.errors = r.data[len(w.images):][:planes*w.run*w.cols]
	w.spaces = r.data[each*w.run:]
	for w.lo = 0; w.lo < w.s.count(); w.lo += w.run {
		w.n = min(w.run, w.s.count()-w.lo)
		w.multiplying = false
		w.share(p, w.n)
		w.multiplying = true
		w.share(p, (w.s.c+panelRows-1)/panelRows)
	}
	if j.bias {
		outer{
			g: j.g[j.terms*j.cols:], dy: j.dy, scale: j.scale, bias: true,
			samples: j.samples, positions: j.positions, cols: j.cols,
		}.run(p)
	}
}

// space is the room of a worker: sums of gradRows rows of g, half a transform, and
// errors or taps of a square.
func (j *squaresGrad) space() int {
	return planes*gradRows*j.cols + halfRoom + tilePix*j.cols
}

func (j squaresGrad) share(p *Pool, n int) {
	j.crew = p.crew(n)
	if p.alone(n, j.n*planes*j.s.c*j.cols) {
		j.part(0, n)
		return
	}
	launch(p, &p.slots.squares, j, n)
}

func (j *squaresGrad) part(lo, hi int) {
	room := j.spaces[j.crew.member(lo)*j.space():][:j.space()]
	sums, half := room[:planes*gradRows*j.cols], room[planes*gradRows*j.cols:][:halfRoom]
	side := room[len(sums)+halfRoom:]
	if !j.multiplying {
		for i := lo; i < hi; i++ {
			j.transform(half, side, i)
		}
		return
	}
	for row, end := lo*panelRows, min(hi*panelRows, j.s.c); row < end; row += gradRows {
		n := min(gradRows, end-row)
		j.multiply(sums, row, n)
		j.add(sums, half, side, row, n)
	}
}

// transform transforms the image and the errors of square i of the run.
func (j *squaresGrad) transform(half, side []float32, i int) {
	var list, to [planes]*float32
	at := j.s.at(j.lo + i)
	for c := 0; c < j.s.c; c += len(zeros) {
		j.s.reads(&list, j.x, at, c)
		for p := range to {
			to[p] = &j.images[(p*j.run+i)*j.s.c+c]
		}
		tileImage(&to, &list, half, min(len(zeros), j.s.c-c))
	}
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
		copy(row, dy)
		scale(row, j.scale[at.image])
	}
	for p := range to {
		to[p] = &j.errors[(p*j.run+i)*j.cols]
		clear(j.errors[(p*j.run+i)*j.cols+m:][:j.cols-m])
	}
	tileErrors(&to, &errors, half, m)
}

// multiply sums, over the run, the products that belong to rows row.. of each tap, n of
// them.
func (j *squaresGrad) multiply(sums []float32, row, n int) {
	var terms [gradRun]partner
	clear(sums)
	for p := range planes {
		for i := range j.n {
			terms[i] = partner{&j.images[(p*j.run+i)*j.s.c], &j.errors[(p*j.run+i)*j.cols]}
		}
		for c := 0; c < j.cols; c += panelCols {
			for r := 0; r < n; r += panelRows {
				g := sums[(p*gradRows+r)*j.cols+c:]
				outerSum(g, j.cols, terms[:j.n], min(panelRows, n-r), panelCols, row+r, c)
			}
		}
	}
}

// add turns sums into taps and adds them to g.
func (j *squaresGrad) add(sums, half, side []float32, row, n int) {
	var list [planes]*float32
	var taps [taps3]*float32
	m := j.s.m
	for r := range n {
		for p := range list {
			list[p] = &sums[(p*gradRows+r)*j.cols]
		}
		for tap := range taps {
			taps[tap] = &side[tap*j.cols]
		}
		tileTaps(&taps, &list, half, m)
		for tap := range taps {
			g := j.g[(tap*j.s.c+row+r)*m:][:m]
			add(g, g, side[tap*j.cols:])
		}
	}
}
