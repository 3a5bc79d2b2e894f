package kernel

import "sync/atomic"

// A convolution of 3×3 taps at stride 1 by Winograd's F(4×4,3×3): each square of
// outputs comes from 36 products of transforms in place of 144 of image and taps
// (Lavin and Gray, Fast algorithms for convolutional neural networks, 2015, points 0,
// ±1, ±2 and ∞). It is one sum over all terms: right where a read-out is linear in
// them, and not the same bits as a direct sum.

const (
	tileOut   = 4 // outputs along a side of a square
	tileIn    = 6 // image elements
	planes    = tileIn * tileIn
	tilePix   = tileOut * tileOut
	taps3     = 9
	halfRoom  = tileIn * tileIn * 8 // what a transform puts down between its passes
	packTerms = 16                  // rows of the weights that are transformed at a time
)

// squares cuts the outputs of a convolution, or the image of its data gradient, into
// squares, image by image and line by line.
type squares struct {
	n, h, w, c    int // what is read
	oh, ow, m     int // what is written
	up, left      int // zeros above and to the left of what is read
	lines, across int // squares of an image
}

func (s *squares) cut() {
	s.lines, s.across = (s.oh+tileOut-1)/tileOut, (s.ow+tileOut-1)/tileOut
}

func (s *squares) count() int { return s.n * s.lines * s.across }

// square is where one lies: its image, and its first output.
type square struct{ image, y, x int }

func (s *squares) at(i int) square {
	line := i / s.across
	return square{line / s.lines, line % s.lines * tileOut, i % s.across * tileOut}
}

// reads points at the elements of x from channel c on that a square needs; zeros
// stand around the image.
func (s *squares) reads(list *[planes]*float32, x []float32, at square, c int) {
	y0, x0 := at.y-s.up, at.x-s.left
	for i := range tileIn {
		y := y0 + i
		inside := uint(y) < uint(s.h)
		from := (at.image*s.h + y) * s.w
		for k := range tileIn {
			p := &list[i*tileIn+k]
			if inside && uint(x0+k) < uint(s.w) {
				*p = &x[(from+x0+k)*s.c+c]
			} else {
				*p = &zeros[0]
			}
		}
	}
}

// winograd is a product made so, a job over runs of squares.
type winograd struct {
	product
	crew    crew
	s       squares
	run     int       // squares of a run
	weights []float32 // planes × panels × terms × panelCols
	spaces  []float32 // of each worker: image and sums of a run, half a transform
	packing bool      // the job is over the weights' panels
}

// fewTiles is the number of squares below which the weights' transform does not pay.
const fewTiles = 32

// squared reports whether a product is made by squares: that depends on its shape and
// read-out alone, never on the machine.
func (j *product) squared() bool {
	c := &j.conv
	if !c.Winograd || c.KH != 3 || c.KW != 3 || c.SH != 1 || c.SW != 1 || len(j.blocks) > 0 {
		return false
	}
	s := j.squares()
	return min(s.c, s.m) >= fewChannels && s.count() >= fewTiles && s.full()
}

// full reports whether squares are mostly within what they cut.
func (s *squares) full() bool {
	return 2*s.oh*s.ow > s.lines*s.across*tilePix
}

// squares is how a product's outputs are cut.
func (j *product) squares() squares {
	c := &j.conv
	s := squares{n: c.N, h: c.H, w: c.W, c: c.C, oh: c.OH, ow: c.OW, m: c.M, up: c.PH, left: c.PW}
	if j.kind == gathered {
		s = squares{n: c.N, h: c.OH, w: c.OW, c: c.M, oh: c.H, ow: c.W, m: c.C, up: 2 - c.PH, left: 2 - c.PW}
	}
	s.cut()
	return s
}

// runBytes is what the transforms of a run may take of the second cache.
const runBytes = 640 << 10

// runOf is the number of squares of a run: a multiple of panelRows.
func runOf(c, m int) int {
	n := runBytes / (4 * planes * (c + m))
	return min(max(n&^(panelRows-1), 2*panelRows), tileRows)
}

func (s *squares) panels() int { return (s.m + panelCols - 1) / panelCols }

// space is the room of a worker in floats.
func (j *winograd) space() int {
	return j.run*planes*(j.s.c+j.s.panels()*panelCols) + halfRoom + max(taps3*packTerms*panelCols, j.s.m)
}

func (j product) bySquares(p *Pool) int64 {
	w := winograd{product: j, s: j.squares()}
	w.run = min(runOf(w.s.c, w.s.m), (w.s.count()+panelRows-1)&^(panelRows-1))
	runs, packs := (w.s.count()+w.run-1)/w.run, w.s.panels()*w.packs()
	size := planes * w.s.panels() * panelCols * w.s.c
	workers := p.Workers()
	r := borrow(size + workers*w.space())
	defer r.giveBack()
	w.weights, w.spaces = r.data[:size], r.data[size:]
	w.packing = true
	w.crew = p.crew(packs)
	w.share(p, packs)
	w.packing = false
	w.crew = p.crew(runs)
	return w.share(p, runs)
}

// packs is the number of parts that a panel's rows are transformed in.
func (j *winograd) packs() int { return (j.s.c + packTerms - 1) / packTerms }

func (j winograd) share(p *Pool, n int) int64 {
	if p.alone(n, j.work()) {
		j.part(0, n)
		return j.clipped
	}
	return launch(p, &p.slots.winograd, j, n).clipped
}

func (j *winograd) part(lo, hi int) {
	room := j.spaces[j.crew.member(lo)*j.space():][:j.space()]
	if j.packing {
		for u := lo; u < hi; u++ {
			j.packPart(room, u/j.packs(), u%j.packs()*packTerms)
		}
		return
	}
	var clipped int64
	for u := lo; u < hi; u++ {
		clipped += j.squaresOf(room, u*j.run, min((u+1)*j.run, j.s.count()))
	}
	atomic.AddInt64(&j.clipped, clipped)
}

// packPart transforms terms k.. of the weights of a panel.
func (j *winograd) packPart(room []float32, panel, k int) {
	n := min(packTerms, j.s.c-k)
	half, nine := room[:halfRoom], room[halfRoom:]
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

// squaresOf makes the outputs of squares [lo,hi).
func (j *winograd) squaresOf(room []float32, lo, hi int) int64 {
	cols := j.s.panels() * panelCols
	image := room[:planes*j.run*j.s.c]
	sums := room[len(image):][:planes*j.run*cols]
	rest := room[len(image)+len(sums):]
	half, sink := rest[:halfRoom], rest[halfRoom:]
	var list, to [planes]*float32
	for i := lo; i < hi; i++ {
		at := j.s.at(i)
		for c := 0; c < j.s.c; c += len(zeros) {
			j.s.reads(&list, j.x, at, c)
			for p := range to {
				to[p] = &image[(p*j.run+i-lo)*j.s.c+c]
			}
			tileImage(&to, &list, half, min(len(zeros), j.s.c-c))
		}
	}
	for p := range planes {
		j.plane(image[p*j.run*j.s.c:], sums[p*j.run*cols:], p, hi-lo)
	}
	return j.write(sums, half, sink, lo, hi)
}

// plane makes the sums of one element of the transforms, of n squares.
func (j *winograd) plane(image, sums []float32, p, n int) {
	cols := j.s.panels() * panelCols
	var y [panelRows]*float32
	var terms [1]segment
	terms[0].n = j.s.c
	for c := 0; c < cols; c += panelCols {
		terms[0].w = &j.weights[(p*cols+c)*j.s.c]
		for r := 0; r < n; r += panelRows {
			rows := min(panelRows, n-r)
			for i := range rows {
				y[i], terms[0].x[i] = &sums[(r+i)*cols+c], &image[(r+i)*j.s.c]
			}
			panel(&y, terms[:], rows, panelCols, panelCols, false)
		}
	}
}

// readSquares is the number of squares whose outputs are read out together.
const readSquares = tileRows / tilePix

// write transforms the sums of squares [lo,hi) and reads them out.
func (j *winograd) write(sums, half, sink []float32, lo, hi int) (clipped int64) {
	cols := j.s.panels() * panelCols
	g := region{perSample: j.perSample, c1: j.width, width: j.width}
	var list [planes]*float32
	var to [tilePix]*float32
	for i := lo; i < hi; i++ {
		at := j.s.at(i)
		for p := range list {
			list[p] = &sums[(p*j.run+i-lo)*cols]
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
	return clipped
}
