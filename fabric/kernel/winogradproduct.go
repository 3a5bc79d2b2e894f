package kernel

import "sync/atomic"

// winograd is a product made by squares. Weights that stay in the second cache are read
// by each worker for runs of squares of its own, whose transforms stay there as well.
// Others are read seldom: runs are long, and workers share a run, first by squares, then
// by planes of the transforms, then by squares again.
type winograd struct {
	product
	crew        crew
	s           squares
	stage       winogradStage
	run         int       // squares of a run
	first, n    int       // the run that workers share: its first square, and squares
	weights     []float32 // planes × panels × terms × panelCols
	image, sums []float32 // of the run that workers share
	spaces      []float32 // of each worker
}

type winogradStage uint8

const (
	packWeights  winogradStage = iota // over parts of the weights' panels
	ownRuns                           // over runs
	transformRun                      // over the squares of the run
	multiplyRun                       // over planes and panels
	writeRun                          // over groups of readSquares squares
)

const (
	// runBytes is what the transforms of a run may take of the second cache.
	runBytes = 640 << 10
	// ownBytes is what transformed weights may take so that each worker reads all of
	// them for each of its runs.
	ownBytes = 1 << 20
	// sharedRun is the most squares of a run that workers share, sharedBytes what their
	// transforms may take, of the third cache.
	sharedRun   = 128
	sharedBytes = 10 << 20
)

// own reports whether each worker makes runs of its own.
func (j *winograd) own() bool { return 4*planes*j.s.c*j.s.panels()*panelCols <= ownBytes }

// runOf is the number of squares of a run: a multiple of panelRows.
func (j *winograd) runOf() int {
	bytes, most := sharedBytes, sharedRun
	if j.own() {
		bytes, most = runBytes, tileRows
	}
	n := bytes / (4 * planes * (j.s.c + j.s.m))
	return min(max(n&^(panelRows-1), 2*panelRows), most, (j.s.count()+panelRows-1)&^(panelRows-1))
}

// transforms is the room that the transforms of a run take, in floats.
func (j *winograd) transforms() int { return planes * j.run * (j.s.c + j.s.panels()*panelCols) }

// space is the room of a worker in floats.
func (j *winograd) space() int {
	n := halfRoom + max(taps3*packTerms*panelCols, j.s.m)
	if j.own() {
		n += j.transforms()
	}
	return n
}

func (j product) bySquares(p *Pool) int64 {
	w := winograd{product: j, s: j.squares()}
	w.run = w.runOf()
	cols := w.s.panels() * panelCols
	size, shared := planes*cols*w.s.c, 0
	if !w.own() {
		shared = w.transforms()
	}
	r := borrow(size + shared + p.Workers()*w.space())
	defer r.giveBack()
	w.weights, w.spaces = r.data[:size], r.data[size+shared:]
	w.share(p, packWeights, w.s.panels()*w.packs())
	if w.own() {
		w.share(p, ownRuns, (w.s.count()+w.run-1)/w.run)
		return w.clipped
	}
	w.image = r.data[size:][:planes*w.run*w.s.c]
	w.sums = r.data[size+len(w.image):][:planes*w.run*cols]
	for w.first = 0; w.first < w.s.count(); w.first += w.run {
		w.n = min(w.run, w.s.count()-w.first)
		w.share(p, transformRun, w.n)
		w.share(p, multiplyRun, planes*w.s.panels())
		w.share(p, writeRun, (w.n+readSquares-1)/readSquares)
	}
	return w.clipped
}

// packs is the number of parts that a panel's rows are transformed in.
func (j *winograd) packs() int { return (j.s.c + packTerms - 1) / packTerms }

func (j *winograd) share(p *Pool, stage winogradStage, n int) {
	j.stage, j.crew = stage, p.crew(n)
	if p.alone(n, j.work()) {
		j.part(0, n)
		return
	}
	*j = launch(p, &p.slots.winograd, *j, n)
}

func (j *winograd) part(lo, hi int) {
	room := j.spaces[j.crew.member(lo)*j.space():][:j.space()]
	half, rest := room[:halfRoom], room[halfRoom:]
	switch j.stage {
	case packWeights:
		for u := lo; u < hi; u++ {
			j.packPart(half, rest, u/j.packs(), u%j.packs()*packTerms)
		}
	case ownRuns:
		for u := lo; u < hi; u++ {
			j.ownRun(half, rest, u*j.run)
		}
	case transformRun:
		j.s.transform(j.image, j.x, half, j.run, j.first, lo, hi)
	case multiplyRun:
		for u := lo; u < hi; u++ {
			j.plane(j.image, j.sums, u/j.s.panels(), u%j.s.panels()*panelCols, j.n)
		}
	case writeRun:
		j.write(j.sums, half, rest, j.first, lo*readSquares, min(hi*readSquares, j.n))
	}
}

// packPart transforms terms k.. of the weights of a panel.
func (j *winograd) packPart(half, nine []float32, panel, k int) {
	n := min(packTerms, j.s.c-k)
	from := packing{j.product}
	c0 := panel * panelCols
	for tap := range taps3 {
		t := tap
		if j.kind == gathered {
			t = taps3 - 1 - tap // the image of an output is that of the taps turned round
		}
		from.fill(nine[tap*packTerms*panelCols:][:n*panelCols], c0, min(c0+panelCols, j.width), t*j.s.c+k, t*j.s.c+k+n)
	}
	var x [taps3]*float32
	var y [planes]*float32
	for i := range n {
		for tap := range x {
			x[tap] = &nine[(tap*packTerms+i)*panelCols]
		}
		for p := range y {
			y[p] = &j.weights[((p*j.s.panels()+panel)*j.s.c+k+i)*panelCols]
		}
		tileWeights(&y, &x, half, panelCols)
	}
}

// ownRun makes the outputs of the run from square first on.
func (j *winograd) ownRun(half, room []float32, first int) {
	n := min(j.run, j.s.count()-first)
	image, rest := room[:planes*j.run*j.s.c], room[j.transforms():]
	sums := room[len(image):j.transforms()]
	j.s.transform(image, j.x, half, j.run, first, 0, n)
	for p := range planes {
		for c := 0; c < j.s.m; c += panelCols {
			j.plane(image, sums, p, c, n)
		}
	}
	j.write(sums, half, rest, first, 0, n)
}

// plane makes the sums of one element of the transforms, of n squares and the panel from
// column c on.
func (j *winograd) plane(image, sums []float32, p, c, n int) {
	cols := j.s.panels() * panelCols
	image, sums = image[p*j.run*j.s.c:], sums[p*j.run*cols+c:]
	var y [panelRows]*float32
	terms := [1]segment{{w: &j.weights[(p*cols+c)*j.s.c], n: j.s.c}}
	for r := 0; r < n; r += panelRows {
		rows := min(panelRows, n-r)
		for i := range rows {
			y[i], terms[0].x[i] = &sums[(r+i)*cols], &image[(r+i)*j.s.c]
		}
		panel(&y, terms[:], rows, panelCols, panelCols, false)
	}
}

// readSquares is the number of squares whose outputs are read out together.
const readSquares = tileRows / tilePix

// write transforms the sums of squares [lo,hi) of a run and reads them out.
func (j *winograd) write(sums, half, sink []float32, first, lo, hi int) {
	cols := j.s.panels() * panelCols
	g := region{perSample: j.perSample, c1: j.width, width: j.width}
	var list [planes]*float32
	var to [tilePix]*float32
	var clipped int64
	for i := lo; i < hi; i++ {
		at := j.s.at(first + i)
		for p := range list {
			list[p] = &sums[(p*j.run+i)*cols]
		}
		for k := range to {
			y, x := at.y+k/tileOut, at.x+k%tileOut
			if y >= j.s.oh || x >= j.s.ow {
				to[k] = &sink[0]
				continue
			}
			q := (at.image*j.s.oh+y)*j.s.ow + x
			to[k] = &j.y[q*j.width]
			g.q[g.rows], g.at[g.rows] = q, q*j.width
			g.rows++
		}
		tileOutputs(&to, &list, half, j.width)
		if (i-lo)%readSquares == readSquares-1 || i == hi-1 {
			clipped += j.finish(j.y, &g, true)
			j.convert(j.y, &g)
			g.rows = 0
		}
	}
	atomic.AddInt64(&j.clipped, clipped)
}
