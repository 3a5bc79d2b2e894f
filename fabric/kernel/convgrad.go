package kernel

import (
	"math"
	"sync/atomic"
)

// Conv2DGrad computes the data gradient dx (N×H×W×C) of a convolution from dy
// (N×OH×OW×M) and its weights. With ro nil, or one that changes nothing, every
// element is one exact chain over taps (ky, kx) and columns. With any other, every
// output position is a transposed read of all KH·KW·C rows, as MatMulT does it,
// with blocks over the M columns; the reads of a sample are then added into dx in
// a fixed order. Where all that a read does is to add noise, an element is its exact
// chain and one draw of the noise of its reads, of element position·C+channel of the
// stream. Rows whose tap lies in the padding are read, and counted where
// clipped, but lead nowhere.
func Conv2DGrad(p *Pool, dx, dy, w []float32, c *Conv, blocks []Block, ro *ReadOut) (clipped int64) {
	j := product{kind: gathered, y: dx, x: dy, w: w, conv: *c, rows: c.N * c.H * c.W, perSample: c.H * c.W, inner: c.M, width: c.C}
	if ro == nil || ro.plain() || ro.noiseAlone() && !(ro.Step > 0) {
		j.readOut(blocks, ro)
		return j.run(p)
	}
	j.kind = transposed
	j.rows, j.perSample, j.width = c.N*c.OH*c.OW, c.OH*c.OW, c.terms()
	j.readOut(blocks, ro)
	return backReads{product: j}.run(p)
}

// disturb adds the noise of all reads that lead to an element of a data gradient.
func (j *product) disturb(dst []float32, g *region) {
	if !j.ro.noisy() {
		return
	}
	for i := range g.rows {
		s, place := g.q[i]/g.perSample, g.q[i]%g.perSample
		sigma := j.ro.Sigma * float32(math.Sqrt(float64(j.conv.reads(place))))
		j.ro.Key.AddNormal(g.line(dst, i), sigma, j.ro.First+uint32(s), place*g.width+g.c0)
	}
}

// reads is the number of outputs that an image element has a part in.
func (c *Conv) reads(place int) int {
	count := func(at, taps, stride, n int) (hits int) {
		for k := range taps {
			if _, ok := unstride(at-k, stride, n); ok {
				hits++
			}
		}
		return hits
	}
	return count(place/c.W+c.PH, c.KH, c.SH, c.OH) * count(place%c.W+c.PW, c.KW, c.SW, c.OW)
}

// gather adds, to image elements, the terms of all taps that they had a part in.
func (t *strip) gather() {
	c := &t.j.conv
	for i := range t.rows {
		line, x := t.g.q[t.r0+i]/c.W, t.g.q[t.r0+i]%c.W
		t.pos[i] = pixel{y: line%c.H + c.PH, x: x + c.PW, first: line / c.H * c.OH}
	}
	for tap := range c.KH * c.KW {
		for lo := 0; lo < c.M; lo += len(zeros) {
			t.untap(tap/c.KW, tap%c.KW, lo, tap*c.M+lo, min(len(zeros), c.M-lo))
		}
	}
}

// untap adds n terms of a tap from column col, which is row k of the weights.
func (t *strip) untap(ky, kx, col, k, n int) {
	c := &t.j.conv
	s, live := t.segment(k, n), false
	for i := range t.rows {
		at := &t.pos[i]
		oy, inY := unstride(at.y-ky, c.SH, c.OH)
		ox, inX := unstride(at.x-kx, c.SW, c.OW)
		if inY && inX {
			s.x[i], live = &t.j.x[((at.first+oy)*c.OW+ox)*c.M+col], true
		} else {
			s.x[i] = &zeros[0]
		}
	}
	if !live {
		t.n--
	}
}

// unstride is the output, of n, whose window starts at a place.
func unstride(at, stride, n int) (o int, ok bool) {
	if stride == 1 {
		return at, uint(at) < uint(n)
	}
	o = at / stride
	return o, at >= 0 && o*stride == at && o < n
}

// backReads is the data gradient by transposed reads, a job over samples.
type backReads struct {
	product product // its y is the image gradient, not the reads
	clipped int64
}

func (b backReads) run(p *Pool) int64 {
	n := b.product.conv.N
	b.product.tileCols = tileCols
	defer b.product.pack(p).giveBack()
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
				g := region{rows: r1 - r0, perSample: j.perSample, c0: c0, c1: c1, width: j.width}
				for i := range g.rows {
					g.q[i], g.at[i] = r0+i, i*(c1-c0)
				}
				clipped += j.tile(reads[:], &g)
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
