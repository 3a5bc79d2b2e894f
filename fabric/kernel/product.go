package kernel

import "sync/atomic"

// Dims are the sizes of a matrix product: N samples of P positions, K rows
// (inputs) and M columns (outputs) of weights.
type Dims struct{ N, P, K, M int }

// MatMul computes y[s,p,j] = RO(sum_i x[s,p,i] w[i,j] + bias[j]) with x N×P×K, w
// K×M, y N×P×M. blocks cut the K rows into parts that are read out by themselves,
// in order, and then added; bias belongs to the last; nil is one block. Blocks that
// a read-out cannot tell apart (no gain, offset, noise or limit) are one chain. bias
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

// Tiles of a product: outputs in tiles of tileRows×tileCols, terms in runs of
// tileTerms, so that the weights of a run stay in the first cache while all rows
// use them.
const (
	tileRows  = 64
	tileCols  = 64
	tileTerms = 64
)

// tile is room for the sums of one tile of outputs, or for a run of weights.
type tile [tileTerms * tileCols]float32

// product is a job over tiles of outputs.
type product struct {
	kind            productKind
	y, x, w, bias   []float32
	flipped         []float32 // w transposed, where the caller has room; else nil
	rows, perSample int       // of y, and of a sample in y
	inner, width    int       // terms of a sum, columns of y
	conv            Conv
	blocks          []Block
	whole           [1]Block
	ro              ReadOut
	clipped         int64
}

// readOut sets how sums are read, and the blocks where they matter.
func (j *product) readOut(blocks []Block, ro *ReadOut) {
	if ro != nil {
		j.ro = *ro
	}
	if len(blocks) > 1 && !j.ro.linear() {
		j.blocks = blocks
	}
	j.whole[0] = Block{0, j.inner}
}

func (j *product) colTiles() int { return (j.width + tileCols - 1) / tileCols }

// normalCost is the work of one normal number in multiply-adds.
const normalCost = 64

// work is the number of multiply-adds, and of what takes as long.
func (j *product) work() int {
	n := j.rows * j.inner * j.width
	if j.kind == gathered {
		n *= j.conv.KH * j.conv.KW
	}
	if j.ro.noisy() {
		n += j.rows * j.width * max(len(j.blocks), 1) * normalCost
	}
	return n
}

func (j product) run(p *Pool) int64 {
	n := (j.rows + tileRows - 1) / tileRows * j.colTiles()
	if p.alone(n, j.work()) {
		j.part(0, n)
		return j.clipped
	}
	p.begin()
	p.slots.product = j
	p.share(&p.slots.product, n)
	clipped := p.slots.product.clipped
	p.slots.product = product{}
	p.end()
	return clipped
}

func (j *product) part(lo, hi int) {
	var clipped int64
	cols := j.colTiles()
	for u := lo; u < hi; u++ {
		r0, c0 := u/cols*tileRows, u%cols*tileCols
		r1, c1 := min(r0+tileRows, j.rows), min(c0+tileCols, j.width)
		clipped += j.tile(j.y[r0*j.width+c0:], j.width, r0, r1, c0, c1)
	}
	atomic.AddInt64(&j.clipped, clipped)
}

// tile writes the read-outs of rows [r0,r1) and columns [c0,c1) to dst, whose rows
// have stride ld.
func (j *product) tile(dst []float32, ld, r0, r1, c0, c1 int) (clipped int64) {
	g := region{r0: r0, rows: r1 - r0, perSample: j.perSample, c0: c0, c1: c1, width: j.width}
	if len(j.blocks) == 0 {
		clipped = j.block(dst, ld, g, j.whole[0], true)
	} else {
		clipped = j.addBlocks(dst, ld, g)
	}
	if j.ro.Step > 0 {
		for r := range g.rows {
			convert(dst[r*ld:][:c1-c0], j.ro.Step)
		}
	}
	return clipped
}

// addBlocks reads the blocks one by one and adds them up in dst.
func (j *product) addBlocks(dst []float32, ld int, g region) (clipped int64) {
	var sums [tileRows * tileCols]float32
	m := g.c1 - g.c0
	for b, k := range j.blocks {
		last := b == len(j.blocks)-1
		if b == 0 {
			clipped += j.block(dst, ld, g, k, last)
			continue
		}
		g.block = b
		clipped += j.block(sums[:], m, g, k, last)
		for r := range g.rows {
			y := dst[r*ld:][:m]
			add(y, y, sums[r*m:])
		}
	}
	return clipped
}

// block writes the read-outs of one block of terms.
func (j *product) block(dst []float32, ld int, g region, k Block, last bool) int64 {
	m := g.c1 - g.c0
	for r := range g.rows {
		clear(dst[r*ld:][:m])
	}
	switch j.kind {
	case forward:
		j.straight(dst, ld, g, k)
	case transposed:
		j.across(dst, ld, g, k)
	case convolved:
		j.convolve(dst, ld, g, k)
	case gathered:
		j.gather(dst, ld, g)
	}
	if last && j.bias != nil {
		for r := range g.rows {
			y := dst[r*ld:][:m]
			add(y, y, j.bias[g.c0:])
		}
	}
	return j.ro.read(dst, ld, g)
}

func (j *product) straight(dst []float32, ld int, g region, k Block) {
	var rows rowList
	rows.even(g.rows, ld, g.r0*j.inner, j.inner)
	for k0 := k.Lo; k0 < k.Hi; k0 += tileTerms {
		n := min(tileTerms, k.Hi-k0)
		madd(&rows, n, g.c1-g.c0, dst, j.x[k0:], 1, j.w[k0*j.width+g.c0:], j.width)
	}
}

func (j *product) across(dst []float32, ld int, g region, k Block) {
	var room tile
	var rows rowList
	rows.even(g.rows, ld, g.r0*j.inner, j.inner)
	for k0 := k.Lo; k0 < k.Hi; k0 += tileTerms {
		n := min(tileTerms, k.Hi-k0)
		w, ldw := j.transpose(&room, g.c0, g.c1, k0, k0+n)
		madd(&rows, n, g.c1-g.c0, dst, j.x[k0:], 1, w, ldw)
	}
}

// transpose gives w[c0:c1, k0:k1] with its axes exchanged, and the row stride:
// from the copy that the caller made room for, else written to room. w has
// j.inner columns.
func (j *product) transpose(room *tile, c0, c1, k0, k1 int) ([]float32, int) {
	if j.flipped != nil {
		ld := len(j.flipped) / j.inner
		return j.flipped[k0*ld+c0:], ld
	}
	m := c1 - c0
	flip(m, k1-k0, room[:], m, j.w[c0*j.inner+k0:], j.inner)
	return room[:], m
}
