package kernel

import (
	"math"
	"sync/atomic"
)

// Conv2DGrad computes the data gradient dx (N×H×W×C) of a convolution from dy
// (N×OH×OW×M) and its weights. With ro nil, or one that changes nothing, every
// element is one exact chain over taps, in their order or the opposite one, and columns.
// With any other, every output position is a transposed read of all KH·KW·C rows, as
// MatMulT does it, with blocks over the M columns; the reads of a sample are then added
// into dx in a fixed order. Where all that a read does is to add noise, an element is its exact
// chain and one draw of the noise of its reads, of element position·C+channel of the
// stream. Rows whose tap lies in the padding lead nowhere: what they read is not
// counted where it is clipped.
func Conv2DGrad(p *Pool, dx, dy, w []float32, c *Conv, blocks []Block, ro *ReadOut) (clipped int64) {
	j := product{kind: gathered, y: dx, x: dy, w: w, conv: *c, rows: c.N * c.H * c.W, perSample: c.H * c.W, inner: c.M, width: c.C}
	if ro == nil || ro.plain() || ro.noiseAlone() && !(ro.Step > 0) {
		j.back, j.origin = true, *c
		j.readOut(blocks, ro)
		if c.turns() && !j.squared() {
			j.turned(p)
		} else {
			j.run(p)
		}
		j.disturbAll(p)
		return 0
	}
	j.kind = transposed
	j.rows, j.perSample, j.width = c.N*c.OH*c.OW, c.OH*c.OW, c.terms()
	j.readOut(blocks, ro)
	return backReads{product: j}.run(p)
}

// turnChannels is the number of columns below which a data gradient at stride 1 is made
// as the convolution of the errors with the taps turned round, line by line.
const turnChannels = 64

// turns reports whether a data gradient is.
func (c *Conv) turns() bool {
	return c.SH == 1 && c.SW == 1 && c.KW > 1 && c.M < turnChannels && c.PH < c.KH && c.PW < c.KW
}

// turned makes a data gradient so.
func (j product) turned(p *Pool) {
	c := &j.origin
	turned := Conv{
		N: c.N, H: c.OH, W: c.OW, C: c.M, KH: c.KH, KW: c.KW, SH: 1, SW: 1,
		PH: c.KH - 1 - c.PH, PW: c.KW - 1 - c.PW, OH: c.H, OW: c.W, M: c.C,
	}
	flipped := borrow(len(j.w))
	defer flipped.giveBack()
	taps, size := c.KH*c.KW, c.C*c.M
	for tap := range taps {
		flip(c.C, c.M, flipped.data[(taps-1-tap)*size:], c.C, j.w[tap*size:], c.M)
	}
	j.kind, j.lined, j.conv, j.w, j.inner = convolved, true, turned, flipped.data, turned.terms()
	j.whole[0] = Block{0, j.inner}
	var images *room
	if turned.mostlyPadded() {
		images = j.apart(p)
	} else {
		images = j.widen(p)
	}
	defer images.giveBack()
	j.run(p)
}

// disturb adds the noise of all reads that lead to an element of a data gradient.
func (j *product) disturb(dst []float32, g *region) {
	if !j.ro.noisy() || j.fewChannels() {
		return
	}
	for i := range g.rows {
		s, place := g.q[i]/g.perSample, g.q[i]%g.perSample
		sigma := j.ro.Sigma * float32(math.Sqrt(float64(j.origin.reads(place))))
		j.ro.Key.AddNormal(g.line(dst, i), sigma, j.ro.First+uint32(s), place*g.width+g.c0)
	}
}

// fewChannels reports whether a pixel is less than two blocks of normal numbers: its noise is
// then made together with that of others, when all sums are there.
func (j *product) fewChannels() bool { return j.width < 64 }

// backNoise is that, a job over samples.
type backNoise struct {
	dx    []float32
	conv  Conv
	ro    ReadOut
	sigma []float32 // by pixel
}

// disturbAll adds the noise to all elements of a data gradient.
func (j *product) disturbAll(p *Pool) {
	if !j.ro.noisy() || !j.fewChannels() {
		return
	}
	r := borrow(j.perSample)
	defer r.giveBack()
	for place := range j.perSample {
		r.data[place] = j.ro.Sigma * float32(math.Sqrt(float64(j.origin.reads(place))))
	}
	b := backNoise{j.y, j.origin, j.ro, r.data[:j.perSample]}
	if n := b.conv.N; p.alone(n, len(b.dx)*normalCost) {
		b.part(0, n)
	} else {
		launch(p, &p.slots.noise, b, n)
	}
}

func (b *backNoise) part(lo, hi int) {
	var z [noiseRun]float32
	size := len(b.sigma) * b.conv.C
	for s := lo; s < hi; s++ {
		for at := 0; at < size; at += noiseRun {
			n := min(noiseRun, size-at)
			b.ro.Key.Normal(z[:n], b.ro.First+uint32(s), at)
			b.add(b.dx[s*size+at:][:n], z[:n], at)
		}
	}
}

// add adds normal numbers to elements at.. of a sample, times the sigmas of their pixels.
func (b *backNoise) add(dx, z []float32, at int) {
	for len(z) > 0 {
		place := at / b.conv.C
		end := place + 1
		for end < len(b.sigma) && b.sigma[end] == b.sigma[place] && end*b.conv.C < at+len(z) {
			end++
		}
		n := min(end*b.conv.C-at, len(z))
		addScaled(dx[:n], z[:n], b.sigma[place])
		dx, z, at = dx[n:], z[n:], at+n
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
	return launch(p, &p.slots.reads, b, n).clipped
}

// readRows is the number of reads of a sample that are made before they are added
// to the image: a part of the order of its sums.
const readRows = 32

// part makes the reads of small samples together, so that one pass over the weights
// serves many.
func (b *backReads) part(lo, hi int) {
	var reads [tileRows * tileCols]float32
	var clipped int64
	j := &b.product
	size := j.conv.H * j.conv.W * j.conv.C
	group, step := 1, readRows
	if j.perSample <= readRows {
		group = tileRows / j.perSample
		step = group * j.perSample
	}
	for s := lo; s < hi; s += group {
		next := min(s+group, hi)
		clear(j.y[s*size : next*size])
		end := next * j.perSample
		for r0 := s * j.perSample; r0 < end; r0 += step {
			clipped += b.read(reads[:], r0, min(r0+step, end))
		}
	}
	atomic.AddInt64(&b.clipped, clipped)
}

// read makes the reads of rows [r0,r1), but for those that lead nowhere, and adds
// them to the image.
func (b *backReads) read(reads []float32, r0, r1 int) (clipped int64) {
	j := &b.product
	var lands [tileRows]landing
	for r := r0; r < r1; r++ {
		lands[r-r0] = j.conv.landing(r)
	}
	for c0 := 0; c0 < j.width; c0 += tileCols {
		c1 := min(c0+tileCols, j.width)
		g := region{perSample: j.perSample, c0: c0, c1: c1, width: j.width, back: true}
		for r := r0; r < r1; r++ {
			if l := &lands[r-r0]; j.conv.leads(l, c0, c1) {
				g.q[g.rows], g.at[g.rows], g.land[g.rows] = r, g.rows*(c1-c0), *l
				g.rows++
			}
		}
		if g.rows > 0 {
			clipped += j.tile(reads, &g)
			j.scatter(reads, &g)
		}
	}
	return clipped
}

// landing is where the reads of an output position go: the tap in the upper left corner is
// that of line y and column x of image n.
type landing struct {
	n, y, x  int
	from, to int // columns of a line of taps that lie within a line of the image
}

// landing is that of row r.
func (c *Conv) landing(r int) (l landing) {
	line, ox := r/c.OW, r%c.OW
	l.n, l.y, l.x = line/c.OH, line%c.OH*c.SH-c.PH, ox*c.SW-c.PW
	l.from, l.to = max(0, -l.x)*c.C, min(c.KW, c.W-l.x)*c.C
	return l
}

// run is the columns from col on of one line of taps, up to end: those of [lo,hi) reach
// the image, from element at on.
func (c *Conv) run(l *landing, col, end int) (at, lo, hi, next int) {
	width := c.KW * c.C
	ky := col / width
	first, y := ky*width, l.y+ky
	next = min(first+width, end)
	if uint(y) >= uint(c.H) {
		return 0, next, next, next
	}
	lo = min(max(col, first+l.from), next)
	hi = max(min(first+l.to, next), lo)
	return ((l.n*c.H+y)*c.W+l.x)*c.C + lo - first, lo, hi, next
}

// leads reports whether columns [c0,c1) of a read reach the image.
func (c *Conv) leads(l *landing, c0, c1 int) bool {
	for col := c0; col < c1; {
		_, lo, hi, next := c.run(l, col, c1)
		if lo < hi {
			return true
		}
		col = next
	}
	return false
}

// clip limits a read from column col on, and counts what reaches the image.
func (c *Conv) clip(v []float32, l *landing, col int, limit float32) (clipped int64) {
	for end := col + len(v); col < end; {
		_, lo, hi, next := c.run(l, col, end)
		clip(v[:lo-col], limit)
		clipped += clip(v[lo-col:hi-col], limit)
		clip(v[hi-col:next-col], limit)
		v, col = v[next-col:], next
	}
	return clipped
}

// scatter adds the reads of a region to the image elements that they belong to.
func (j *product) scatter(reads []float32, g *region) {
	c := &j.conv
	for i := range g.rows {
		line := g.line(reads, i)
		for col := g.c0; col < g.c1; {
			at, lo, hi, next := c.run(&g.land[i], col, g.c1)
			if lo < hi {
				y := j.y[at:][:hi-lo]
				add(y, y, line[lo-g.c0:])
			}
			col = next
		}
	}
}
