package kernel

// Conv is the geometry of a convolution of N images H×W×C with M kernels of
// KH×KW×C, at strides SH, SW and with PH, PW zeros around, into images OH×OW×M.
type Conv struct {
	N, H, W, C, KH, KW, SH, SW, PH, PW, OH, OW, M int
	// Winograd lets 3×3 taps at stride 1 be summed by Winograd's algorithm where the
	// terms of a sum share one read-out. Sums are then within 2e-5 of the direct ones,
	// relative to the largest, and the same for any set of kernels and any workers.
	Winograd bool
}

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

// zeros is what the taps in the padding read.
var zeros [1024]float32

// pixel is where an output's window starts: image, line and column, which may lie
// outside, and the index of that pixel among those of all images.
type pixel struct{ y, x, first int }

// convolve adds the terms of block k, tap by tap. A tap that lies in the padding for all
// rows adds nothing, for some of them products with zero, which change no sum.
func (t *strip) convolve(k Block) {
	c := &t.j.conv
	for i := range t.rows {
		line, ox := t.g.q[t.r0+i]/c.OW, t.g.q[t.r0+i]%c.OW
		at := pixel{y: line%c.OH*c.SH - c.PH, x: ox*c.SW - c.PW}
		at.first = (line/c.OH*c.H+at.y)*c.W + at.x
		t.pos[i] = at
	}
	for tap := k.Lo / c.C; tap*c.C < k.Hi; tap++ {
		for lo, hi := max(k.Lo, tap*c.C), min(k.Hi, (tap+1)*c.C); lo < hi; lo += len(zeros) {
			t.tap(tap/c.KW, tap%c.KW, lo-tap*c.C, lo, min(len(zeros), hi-lo))
		}
	}
}

// tap adds n terms of a tap from channel ch, which is row k of the weights.
func (t *strip) tap(ky, kx, ch, k, n int) {
	c := &t.j.conv
	s, live := t.segment(k, n), false
	for i := range t.rows {
		at := &t.pos[i]
		if uint(at.y+ky) < uint(c.H) && uint(at.x+kx) < uint(c.W) {
			s.x[i], live = &t.j.x[(at.first+ky*c.W+kx)*c.C+ch], true
		} else {
			s.x[i] = &zeros[0]
		}
	}
	if !live {
		t.n--
	}
}

// smallMap is the number of pixels of a map up to which a tile takes the same one of
// many images: a tap in the padding is in it for all of them.
const smallMap = 64

// smallMaps reports whether tiles take rows of many images.
func (j *product) smallMaps() bool {
	c := &j.conv
	return j.taps() && c.KH*c.KW > 1 && c.N >= panelRows && j.perSample <= smallMap
}

// row is the number of the row of y that comes at place i of the order in which tiles
// take them.
func (j *product) row(i int) int {
	c := &j.conv
	switch {
	case j.byPlace:
		return i%c.N*j.perSample + i/c.N
	case j.kind == gathered && c.SW > 1:
		// Pixels of a line that are a stride apart have the same taps.
		line, at := i-i%c.W, i%c.W
		for phase := range c.SW {
			n := (c.W - phase + c.SW - 1) / c.SW
			if at < n {
				return line + phase + at*c.SW
			}
			at -= n
		}
	}
	return i
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

// patchTerms is the number of terms that are put side by side at a time.
const patchTerms = 128

// sideRoom is the room that a worker needs for them.
const sideRoom = tileRows * patchTerms

// patches reports whether operands are put side by side.
func (j *product) patches() bool { return j.kind == convolved && j.conv.C < fewChannels }

// patched writes the sums of a region for few channels. Terms in the padding are
// products with zero.
func (j *product) patched(dst []float32, g *region, k Block) {
	t := strip{j: j, g: g, dst: dst}
	if k.Lo >= k.Hi {
		for r := range g.rows {
			clear(g.line(dst, r))
		}
	}
	for k0 := k.Lo; k0 < k.Hi; k0 += patchTerms {
		n := min(patchTerms, k.Hi-k0)
		j.conv.patches(g.side, n, j.x, g.q[0], g.rows, k0, k0+n)
		for r := 0; r < g.rows; r += panelRows {
			t.start(r)
			t.more = k0 > k.Lo
			t.patch(g.side, n, k0, n)
			t.flush()
		}
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
