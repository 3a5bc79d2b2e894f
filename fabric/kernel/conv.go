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

// fewChannels is the number of channels below which the operands of many taps are
// put side by side before they are multiplied.
const fewChannels = 16

// convolve adds the terms of block k.
func (j *product) convolve(dst []float32, ld int, g region, k Block) {
	if j.conv.C < fewChannels {
		j.convolvePatches(dst, ld, g, k)
		return
	}
	c := &j.conv
	var at pixels
	at.outputs(c, g.r0, g.rows)
	var rows rowList
	for tap := k.Lo / c.C; tap*c.C < k.Hi; tap++ {
		ky, kx := tap/c.KW, tap%c.KW
		rows.n = 0
		for r := range g.rows {
			if uint(at.y[r]+ky) < uint(c.H) && uint(at.x[r]+kx) < uint(c.W) {
				rows.add(r*ld, (at.first[r]+ky*c.W+kx)*c.C)
			}
		}
		lo, hi := max(k.Lo, tap*c.C), min(k.Hi, (tap+1)*c.C)
		for k0 := lo; k0 < hi && rows.n > 0; k0 += tileTerms {
			n := min(tileTerms, hi-k0)
			madd(&rows, n, g.c1-g.c0, dst, j.x[k0-tap*c.C:], 1, j.w[k0*j.width+g.c0:], j.width)
		}
	}
}

// pixels says, for each row of a tile of outputs, where in its image the window
// starts, and that pixel's index among those of all images; both may lie outside.
type pixels struct{ y, x, first [tileRows]int }

// outputs fills in outputs q.., n of them.
func (p *pixels) outputs(c *Conv, q, n int) {
	line, ox := q/c.OW, q%c.OW
	for r := range n {
		s, oy := line/c.OH, line%c.OH
		p.y[r], p.x[r] = oy*c.SH-c.PH, ox*c.SW-c.PW
		p.first[r] = (s*c.H+p.y[r])*c.W + p.x[r]
		if ox++; ox == c.OW {
			line, ox = line+1, 0
		}
	}
}

// convolvePatches is convolve for few channels. Terms in the padding are products
// with zero, which change no sum.
func (j *product) convolvePatches(dst []float32, ld int, g region, k Block) {
	var room tile
	var rows rowList
	rows.even(g.rows, ld, 0, tileTerms)
	for k0 := k.Lo; k0 < k.Hi; k0 += tileTerms {
		n := min(tileTerms, k.Hi-k0)
		j.conv.patches(room[:], tileTerms, j.x, g.r0, g.rows, k0, k0+n)
		madd(&rows, n, g.c1-g.c0, dst, room[:], 1, j.w[k0*j.width+g.c0:], j.width)
	}
}

// fewFloats are copied faster by a loop than by a call.
const fewFloats = 8

// patches writes the elements of x that terms [t0,t1) of outputs q.., n of them,
// multiply: one output a row of dst, with stride ld; zeros in the padding.
func (c *Conv) patches(dst []float32, ld int, x []float32, q, n, t0, t1 int) {
	var at pixels
	at.outputs(c, q, n)
	line := c.KW * c.C // terms of one row of the kernel, which lie side by side in x
	for ky := t0 / line; ky*line < t1; ky++ {
		a, b := max(t0-ky*line, 0), min(t1-ky*line, line)
		to := dst[ky*line+a-t0:]
		for r := range n {
			row := to[r*ld:][:b-a]
			left := at.x[r] * c.C // of the image's line, where term 0 would stand
			lo, hi := max(a, -left), min(b, c.W*c.C-left)
			if uint(at.y[r]+ky) >= uint(c.H) || lo >= hi {
				clear(row)
				continue
			}
			from := x[(at.first[r]+ky*c.W)*c.C+lo:][:hi-lo]
			if hi-lo < b-a {
				clear(row)
				row = row[lo-a:][:hi-lo]
			}
			if len(from) > fewFloats {
				copy(row, from)
				continue
			}
			//lint:ignore S1001 a call of memmove costs more than moving a few floats
			for i, v := range from {
				row[i] = v
			}
		}
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
