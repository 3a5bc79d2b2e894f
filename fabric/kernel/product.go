package kernel

import (
	"math"
	"sync/atomic"
)

// Dims are the sizes of a matrix product: N samples of P positions, K rows
// (inputs) and M columns (outputs) of weights.
type Dims struct{ N, P, K, M int }

// MatMul computes y[s,p,j] = RO(sum_i x[s,p,i] w[i,j] + bias[j]) with x N×P×K, w
// K×M, y N×P×M. blocks cut the K rows into parts that are read out by themselves,
// in order, and then added; bias belongs to the last; nil is one block. Blocks that
// a read-out cannot tell apart (no gain, offset or limit) are one chain. bias
// may be nil; ro nil reads exactly. It returns how many block sums were clipped.
func MatMul(p *Pool, y, x, w, bias []float32, d Dims, blocks []Block, ro *ReadOut) (clipped int64) {
	j := product{kind: forward, y: y, x: x, w: w, bias: bias, rows: d.N * d.P, perSample: d.P, inner: d.K, width: d.M}
	j.readOut(blocks, ro)
	return j.run(p)
}

// MatMulT computes dx[s,p,i] = RO(sum_j dy[s,p,j] w[i,j]): the transposed read.
// Blocks are ranges of the M columns; the read-out's lists are one number a row i.
// Otherwise it is like MatMul.
func MatMulT(p *Pool, dx, dy, w []float32, d Dims, blocks []Block, ro *ReadOut) (clipped int64) {
	j := product{kind: transposed, y: dx, x: dy, w: w, rows: d.N * d.P, perSample: d.P, inner: d.M, width: d.K}
	j.readOut(blocks, ro)
	return j.run(p)
}

// productKind says where a product finds its terms.
type productKind uint8

const (
	forward    productKind = iota // x rows×inner, w inner×width
	transposed                    // x rows×inner, w width×inner
	convolved                     // x an image, w inner×width
	gathered                      // x the gradient of a convolution's output, w its weights; y an image
)

// Tiles of a product: outputs in tiles of tileRows×tileCols. Where the weights of two
// panels have more than longTerms rows, a tile is one panel wide, so that its weights
// stay in the second cache while all rows use them.
const (
	tileRows  = 64
	tileCols  = 2 * panelCols
	longTerms = 1024
)

// fewRows is the number of rows of a product below which weights are not copied into
// panels: no row of them is used often enough.
const fewRows = 16

// product is a job over tiles of outputs.
type product struct {
	kind            productKind
	y, x, w, bias   []float32
	rows, perSample int // of y, and of a sample in y
	inner, width    int // terms of a sum, columns of y
	conv            Conv
	lined           bool // terms are taken line by line of the kernel, of an image with its padding in it
	above           int  // lines of padding above and below that image
	imageStep       int  // from one such image to the next
	back            bool // a data gradient, of the convolution origin
	origin          Conv
	blocks          []Block
	whole           [1]Block
	ro              ReadOut
	clipped         int64

	panels   []float32 // weights from column packed on, in panels of panelCols columns
	packed   int
	byPlace  bool // tiles take one position of many images, not many of one
	tileCols int
}

// readOut sets how sums are read, and the blocks where they matter.
func (j *product) readOut(blocks []Block, ro *ReadOut) {
	if ro != nil {
		j.ro = *ro
	}
	switch {
	case len(blocks) < 2 || j.ro.linear():
	case j.ro.noiseAlone():
		j.ro.Sigma *= float32(math.Sqrt(float64(len(blocks))))
	default:
		j.blocks = blocks
	}
	j.whole[0] = Block{0, j.inner}
}

// depth is the number of rows of a panel.
func (j *product) depth() int {
	if j.kind == gathered {
		return j.conv.KH * j.conv.KW * j.inner
	}
	return j.inner
}

func (j *product) colTiles() int { return (j.width + j.tileCols - 1) / j.tileCols }
func (j *product) rowTiles() int { return (j.rows + tileRows - 1) / tileRows }

// normalCost is the work of one normal number in multiply-adds.
const normalCost = 64

// work is the number of multiply-adds, and of what takes as long.
func (j *product) work() int {
	n := j.rows * j.depth() * j.width
	if j.ro.noisy() {
		n += j.rows * j.width * max(len(j.blocks), 1) * normalCost
	}
	return n
}

func (j product) run(p *Pool) int64 {
	if j.rows <= 0 || j.width <= 0 {
		return 0
	}
	if j.squared() {
		return j.bySquares(p)
	}
	j.tileCols = tileCols
	if j.depth() > longTerms {
		j.tileCols = panelCols
	}
	j.byPlace = j.byPlace || j.smallMaps()
	n := j.rowTiles() * j.colTiles()
	defer j.pack(p).giveBack()
	if p.alone(n, j.work()) {
		j.part(0, n)
		return j.clipped
	}
	return launch(p, &p.slots.product, j, n).clipped
}

// part does tiles column by column, unless all weights stay in the second cache: then
// row by row, so that an operand does.
func (j *product) part(lo, hi int) {
	var clipped int64
	rows, cols := j.rowTiles(), j.colTiles()
	byRow := j.tileCols > panelCols
	for u := lo; u < hi; u++ {
		r, c := u%rows, u/rows
		if byRow {
			r, c = u/cols, u%cols
		}
		g := region{perSample: j.perSample, c0: c * j.tileCols, c1: min((c+1)*j.tileCols, j.width), width: j.width}
		g.rows = min(tileRows, j.rows-r*tileRows)
		j.place(&g, r*tileRows)
		clipped += j.tile(j.y, &g)
	}
	atomic.AddInt64(&j.clipped, clipped)
}

// place puts the rows that come from place first on into a region.
func (j *product) place(g *region, first int) {
	inOrder := !j.byPlace && !j.byPhase()
	for i := range g.rows {
		q := first + i
		if !inOrder {
			q = j.row(q)
		}
		g.q[i], g.at[i] = q, q*j.width+g.c0
	}
}

// tile writes the read-outs of a region to dst.
func (j *product) tile(dst []float32, g *region) (clipped int64) {
	if len(j.blocks) == 0 {
		clipped = j.block(dst, g, j.whole[0], true)
	} else {
		clipped = j.addBlocks(dst, g)
	}
	j.convert(dst, g)
	return clipped
}

// convert rounds what a region's blocks add up to.
func (j *product) convert(dst []float32, g *region) {
	if j.ro.Step > 0 {
		for r := range g.rows {
			convert(g.line(dst, r), j.ro.Step)
		}
	}
}

// addBlocks reads the blocks one by one and adds them up in dst.
func (j *product) addBlocks(dst []float32, g *region) (clipped int64) {
	var sums [tileRows * tileCols]float32
	one := *g
	for r := range g.rows {
		one.at[r] = r * (g.c1 - g.c0)
	}
	for b, k := range j.blocks {
		last := b == len(j.blocks)-1
		if b == 0 {
			clipped += j.block(dst, g, k, last)
			continue
		}
		one.block = b
		clipped += j.block(sums[:], &one, k, last)
		for r := range g.rows {
			y := g.line(dst, r)
			add(y, y, one.line(sums[:], r))
		}
	}
	return clipped
}

// block writes the read-outs of one block of terms.
func (j *product) block(dst []float32, g *region, k Block, last bool) int64 {
	t := strip{j: j, g: g, dst: dst}
	for r := 0; r < g.rows; r += t.rows {
		if j.lined && len(j.blocks) == 0 && t.onGrid(r) {
			continue
		}
		t.start(r)
		switch {
		case j.lined && j.byPlace:
			t.placed()
		case j.lined:
			t.lines(k)
		case j.kind == convolved:
			t.convolve(k)
		case j.kind == gathered:
			t.gather()
		default:
			t.straight(k)
		}
		t.end()
	}
	return j.finish(dst, g, last)
}

// finish reads out the sums of a block; the last has the bias.
func (j *product) finish(dst []float32, g *region, last bool) int64 {
	if last && j.bias != nil {
		for r := 0; r < g.rows; {
			rows, ld := g.even(r)
			addRows(dst[g.at[r]:], ld, j.bias[g.c0:g.c1], rows)
			r += rows
		}
	}
	if j.back {
		j.disturb(dst, g)
		return 0
	}
	return j.ro.read(dst, g, &j.conv)
}
