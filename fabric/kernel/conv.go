package kernel

// Conv is the geometry of a convolution of N images H×W×C with M kernels of
// KH×KW×C, at strides SH, SW and with PH, PW zeros around, into images OH×OW×M.
type Conv struct{ N, H, W, C, KH, KW, SH, SW, PH, PW, OH, OW, M int }

// terms is the number of rows of the weights.
func (c *Conv) terms() int { return c.KH * c.KW * c.C }

// Conv2D computes the convolution y of x (NHWC) with w, (KH·KW·C)×M, each output
// RO(sum + bias). Blocks are ranges of the KH·KW·C rows; the position of an output
// in its noise stream is oy·OW+ox. Otherwise it is like MatMul.
func Conv2D(p *Pool, y, x, w, bias []float32, c *Conv, blocks []Block, ro *ReadOut) (clipped int64) {
	j := product{
		kind: convolved, y: y, x: x, w: w, bias: bias, conv: *c,
		rows: c.N * c.OH * c.OW, perSample: c.OH * c.OW, inner: c.terms(), width: c.M,
	}
	j.readOut(blocks, ro)
	return j.run(p)
}

// fewChannels is the number of channels below which the taps of a kernel row,
// which lie side by side in x, are taken as one run.
const fewChannels = 16

// convolve adds the terms of block k. Terms in the padding are zeros and left out.
func (j *product) convolve(dst []float32, ld int, g region, k Block) {
	c := &j.conv
	span := 1
	if c.C < fewChannels {
		span = c.KW
	}
	for ky := range c.KH {
		for kx := 0; kx < c.KW; kx += span {
			base := (ky*c.KW + kx) * c.C
			end := base + span*c.C
			for k0 := max(base, k.Lo); k0 < min(end, k.Hi); k0 += tileTerms {
				k1 := min(k0+tileTerms, end, k.Hi)
				j.addTaps(dst, ld, g, taps{ky, kx, span}, k0-base, k1-base)
			}
		}
	}
}

// taps are span neighbours in a kernel row.
type taps struct{ ky, kx, span int }

// addTaps adds terms [t0,t1) of some taps to all rows of a tile, line by line of
// the output.
func (j *product) addTaps(dst []float32, ld int, g region, t taps, t0, t1 int) {
	c := &j.conv
	m := g.c1 - g.c0
	w := j.w[((t.ky*c.KW+t.kx)*c.C+t0)*j.width+g.c0:]
	lo, hi := reach(c.PW-t.kx, c.SW, c.W-t.span, c.OW) // all taps inside the image
	for r, n := 0, 0; r < g.rows; r += n {
		line, ox0 := (g.r0+r)/c.OW, (g.r0+r)%c.OW
		n = min(c.OW-ox0, g.rows-r)
		iy := line%c.OH*c.SH - c.PH + t.ky
		if iy < 0 || iy >= c.H {
			continue
		}
		x := j.x[(line/c.OH*c.H+iy)*c.W*c.C:][:c.W*c.C]
		a := min(max(lo, ox0), ox0+n)
		b := max(min(hi, ox0+n), a)
		y := dst[r*ld:]
		if a < b {
			madd(b-a, t1-t0, m, y[(a-ox0)*ld:], ld, x[(a*c.SW-c.PW+t.kx)*c.C+t0:], c.SW*c.C, w, j.width)
		}
		if t.span == 1 {
			continue
		}
		for ox := ox0; ox < ox0+n; ox++ {
			if ox == a {
				ox = b
			}
			if ox < ox0+n {
				j.addEdge(y[(ox-ox0)*ld:][:m], x, (ox*c.SW-c.PW+t.kx)*c.C, w, t0, t1)
			}
		}
	}
}

// addEdge adds terms [t0,t1) to one output. Term t stands at x[at+t], where x is a
// line of the image; those outside it are left out.
func (j *product) addEdge(y, x []float32, at int, w []float32, t0, t1 int) {
	a, b := max(t0, -at), min(t1, len(x)-at)
	if a < b {
		madd(1, b-a, len(y), y, len(y), x[at+a:], b-a, w[(a-t0)*j.width:], j.width)
	}
}

// reach is the range of outputs o in [0,n) with 0 <= o·stride-shift <= last.
func reach(shift, stride, last, n int) (lo, hi int) {
	if last+shift < 0 {
		return 0, 0
	}
	if shift > 0 {
		lo = (shift + stride - 1) / stride
	}
	return min(lo, n), min((last+shift)/stride+1, n)
}
