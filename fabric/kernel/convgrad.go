package kernel

import "sync/atomic"

// Scratch is the number of floats of scratch that Conv2DGrad wants: room for the
// transposed weights.
func Scratch(c *Conv) int { return c.terms() * c.M }

// Conv2DGrad computes the data gradient dx (N×H×W×C) of a convolution from dy
// (N×OH×OW×M) and its weights. With ro nil, or one that changes nothing, every
// element is one exact chain over taps (ky, kx) and columns. With any other, every
// output position is a transposed read of all KH·KW·C rows, as MatMulT does it,
// with blocks over the M columns; the reads of a sample are then added into dx in
// a fixed order. Rows whose tap lies in the padding are read, and counted where
// clipped, but lead nowhere. scratch holds Scratch(c) floats; shorter, the weights
// are transposed over and over.
func Conv2DGrad(p *Pool, dx, dy, w []float32, c *Conv, blocks []Block, ro *ReadOut, scratch []float32) (clipped int64) {
	j := product{kind: gathered, y: dx, x: dy, w: w, conv: *c, rows: c.N * c.H * c.W, perSample: c.H * c.W, inner: c.M, width: c.C}
	if n := Scratch(c); n > 0 && len(scratch) >= n {
		j.flipped = scratch[:n]
		Transpose(p, j.flipped, w, 1, c.terms(), c.M)
	}
	if ro == nil || ro.plain() {
		j.readOut(nil, nil)
		return j.run(p)
	}
	j.kind = transposed
	j.rows, j.perSample, j.width = c.N*c.OH*c.OW, c.OH*c.OW, c.terms()
	j.readOut(blocks, ro)
	return backReads{product: j}.run(p)
}

// gather adds, to each image element of a tile, the terms of all taps that it had
// a part in.
func (j *product) gather(dst []float32, ld int, g region) {
	var room tile
	var rows rowList
	c := &j.conv
	for ky := range c.KH {
		for kx := range c.KW {
			j.partners(&rows, ld, g, ky, kx)
			row := (ky*c.KW + kx) * c.C
			for k0 := 0; k0 < c.M && rows.n > 0; k0 += tileTerms {
				n := min(tileTerms, c.M-k0)
				w, ldw := j.transpose(&room, row+g.c0, row+g.c1, k0, k0+n)
				madd(&rows, n, g.c1-g.c0, dst, j.x[k0:], 1, w, ldw)
			}
		}
	}
}

// partners lists the pixels of a tile that a tap joins to an output, and the
// outputs.
func (j *product) partners(rows *rowList, ld int, g region, ky, kx int) {
	c := &j.conv
	rows.n = 0
	for r, n := 0, 0; r < g.rows; r += n {
		line, ix := (g.r0+r)/c.W, (g.r0+r)%c.W
		n = min(c.W-ix, g.rows-r)
		ty := line%c.H + c.PH - ky
		if ty < 0 || ty%c.SH != 0 || ty/c.SH >= c.OH {
			continue
		}
		ox := max(ix+c.PW-kx+c.SW-1, 0) / c.SW
		from := (line/c.H*c.OH + ty/c.SH) * c.OW
		for i := ox*c.SW - c.PW + kx - ix; i < n && ox < c.OW; i += c.SW {
			rows.add((r+i)*ld, (from+ox)*j.inner)
			ox++
		}
	}
}

// backReads is the data gradient by transposed reads, a job over samples.
type backReads struct {
	product product // its y is the image gradient, not the reads
	clipped int64
}

func (b backReads) run(p *Pool) int64 {
	n := b.product.conv.N
	if p.alone(n, b.product.work()) {
		b.part(0, n)
		return b.clipped
	}
	p.begin()
	p.slots.reads = b
	p.share(&p.slots.reads, n)
	clipped := p.slots.reads.clipped
	p.slots.reads = backReads{}
	p.end()
	return clipped
}

// readRows is the number of reads that are made before they are added to the
// image: a part of the order of its sums.
const readRows = 32

func (b *backReads) part(lo, hi int) {
	var reads [readRows * tileCols]float32
	var clipped int64
	j := &b.product
	size := j.conv.H * j.conv.W * j.conv.C
	for s := lo; s < hi; s++ {
		clear(j.y[s*size:][:size])
		end := (s + 1) * j.perSample
		for r0 := s * j.perSample; r0 < end; r0 += readRows {
			r1 := min(r0+readRows, end)
			for c0 := 0; c0 < j.width; c0 += tileCols {
				c1 := min(c0+tileCols, j.width)
				clipped += j.tile(reads[:], c1-c0, r0, r1, c0, c1)
				j.scatter(reads[:], r0, r1, c0, c1)
			}
		}
	}
	atomic.AddInt64(&b.clipped, clipped)
}

// scatter adds reads of rows [r0,r1), columns [c0,c1), to the image elements that
// they belong to.
func (j *product) scatter(reads []float32, r0, r1, c0, c1 int) {
	c := &j.conv
	for r := r0; r < r1; r++ {
		line, ox := r/c.OW, r%c.OW
		for col := c0; col < c1; {
			tap := col / c.C
			end := min((tap+1)*c.C, c1)
			iy, ix := line%c.OH*c.SH-c.PH+tap/c.KW, ox*c.SW-c.PW+tap%c.KW
			if iy >= 0 && iy < c.H && ix >= 0 && ix < c.W {
				at := ((line/c.OH*c.H+iy)*c.W+ix)*c.C + col - tap*c.C
				y := j.y[at:][:end-col]
				add(y, y, reads[(r-r0)*(c1-c0)+col-c0:])
			}
			col = end
		}
	}
}
