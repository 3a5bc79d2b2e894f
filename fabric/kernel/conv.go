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
	if c.narrow() && !j.squared() {
		defer j.widen(p).giveBack()
	}
	return j.run(p)
}

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

// byPhase reports whether tiles take pixels of a line that are a stride apart.
func (j *product) byPhase() bool { return j.kind == gathered && j.conv.SW > 1 }

// row is the number of the row of y that comes at place i of the order in which tiles
// take them.
func (j *product) row(i int) int {
	c := &j.conv
	switch {
	case j.byPlace:
		return i%c.N*j.perSample + i/c.N
	case j.byPhase():
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
