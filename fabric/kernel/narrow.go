package kernel

// Convolutions of few channels. The taps of one line of a kernel lie side by side in
// an image, so they are one run of terms; what lies in the padding is read from a copy
// of the image with zeros around.

// lineChannels is the number of channels below which a convolution is summed line by
// line of its kernel, not tap by tap.
const lineChannels = 32

// narrow reports whether a convolution has few channels.
func (c *Conv) narrow() bool { return c.C < lineChannels && c.KW > 1 }

// line is the number of terms of one line of a kernel.
func (c *Conv) line() int { return c.KW * c.C }

// widened is the geometry of a convolution that reads a copy of its images with the
// padding in it.
func (c *Conv) widened() Conv {
	w := *c
	w.H, w.W, w.PH, w.PW = c.H+2*c.PH, c.W+2*c.PW, 0, 0
	return w
}

// copiedImages is a copy of the images of a convolution with a padding around them that makes them those
// of another, step elements from one to the next, and room for so many more elements behind.
func (c *Conv) copiedImages(p *Pool, x []float32, wide *Conv, step, more int) *room {
	r := borrow(c.N*step + more)
	j := widening{y: r.data, x: x, conv: *c, wide: *wide, step: step}
	j.run(p)
	return r
}

// widening is a job over the lines of images.
type widening struct {
	y, x       []float32
	conv, wide Conv
	step       int // from an image of y to the next
}

func (j widening) run(p *Pool) {
	n := j.conv.N * j.wide.H
	if p.alone(n, n*j.wide.W*j.wide.C*laneCost) {
		j.part(0, n)
		return
	}
	launch(p, &p.slots.widening, j, n)
}

func (j *widening) part(lo, hi int) {
	c, long, short := &j.conv, j.wide.W*j.wide.C, j.conv.W*j.conv.C
	edge := (long - short) / 2
	for i := lo; i < hi; i++ {
		s, line := i/j.wide.H, i%j.wide.H
		y := line - (j.wide.H-c.H)/2
		to := j.y[s*j.step+line*long:][:long]
		if uint(y) >= uint(c.H) {
			clear(to)
			continue
		}
		clear(to[:edge])
		copy(to[edge:], j.x[(s*c.H+y)*short:][:short])
		clear(to[edge+short:])
	}
}

// start is the index, among the elements of all images, at which the window of an
// output starts. There is no padding.
func (c *Conv) start(output int) int {
	line, ox := output/c.OW, output%c.OW
	return ((line/c.OH*c.H+line%c.OH*c.SH)*c.W + ox*c.SW) * c.C
}

// widen has the terms taken line by line, of a copy of the images with the padding in it.
func (j *product) widen(p *Pool) *room {
	wide := j.conv.widened()
	j.imageStep = wide.H * wide.W * wide.C
	r := j.conv.copiedImages(p, j.x, &wide, j.imageStep, 0)
	j.lined, j.above, j.conv, j.x = true, j.conv.PH, wide, r.data
	return r
}

// lines adds the terms of block k, line by line of the kernel. A line that lies in the
// padding for all rows adds nothing.
func (t *strip) lines(k Block) {
	if k.Lo >= k.Hi {
		return
	}
	c := &t.j.conv
	var first, above [panelRows]int
	at, y, left := 0, 0, 0 // rows follow one another
	for i := range t.rows {
		if q := t.g.q[t.r0+i]; left == 0 {
			at, y, left = c.start(q), q/c.OW%c.OH*c.SH, c.OW-q%c.OW
		}
		first[i], above[i] = at, y
		at, left = at+c.SW*c.C, left-1
	}
	line := c.line()
	for ky := k.Lo / line; ky*line < k.Hi; ky++ {
		if !t.j.inside(above[:t.rows], ky) {
			continue
		}
		lo, hi := max(k.Lo, ky*line), min(k.Hi, (ky+1)*line)
		s, at := t.segment(lo, hi-lo), ky*c.W*c.C+lo-ky*line
		for i := range t.rows {
			s.x[i] = &t.j.x[first[i]+at]
		}
	}
}

// mostlyPadded reports whether so many taps of a convolution at stride 1 lie in the padding
// that a tile had better take one position of many images, whose taps are the same.
func (c *Conv) mostlyPadded() bool {
	taken, all := c.H*c.KH*c.W*c.KW, c.OH*c.KH*c.OW*c.KW // by full windows and outputs
	return c.N >= panelRows && 4*taken < 3*all
}

// apart has tiles take one position of many images, of a copy of the images that lie an odd number
// of cache lines apart: else those that a tile reads side by side would have the same
// places of the first cache.
func (j *product) apart(p *Pool) *room {
	j.byPlace = true
	j.imageStep = cacheLine * ((j.conv.H*j.conv.W*j.conv.C+cacheLine-1)/cacheLine | 1)
	r := j.conv.copiedImages(p, j.x, &j.conv, j.imageStep, 0)
	j.x = r.data
	return r
}

// cacheLine is the number of floats of a line of the cache.
const cacheLine = 16

// placed adds the terms of rows that are one position of many images, line by line of the
// kernel, but for the taps in the padding.
func (t *strip) placed() {
	c := &t.j.conv
	place := t.g.q[t.r0] % t.j.perSample
	y, x := place/c.OW-c.PH, place%c.OW-c.PW
	from, to := max(0, -x), min(c.KW, c.W-x)
	if from >= to {
		return
	}
	image := t.g.q[t.r0] / t.j.perSample
	for ky := max(0, -y); ky < min(c.KH, c.H-y); ky++ {
		s := t.segment((ky*c.KW+from)*c.C, (to-from)*c.C)
		at := image*t.j.imageStep + ((y+ky)*c.W+x+from)*c.C
		for i := range t.rows {
			s.x[i] = &t.j.x[at]
			at += t.j.imageStep
		}
	}
}

// inside reports whether line ky of the kernel lies in the image, not in its padding, for
// any of the lines at which windows start.
func (j *product) inside(starts []int, ky int) bool {
	for _, y := range starts {
		if uint(y+ky-j.above) < uint(j.conv.H-2*j.above) {
			return true
		}
	}
	return false
}

// linePartners lists the terms of the first line of the kernel at positions q..; those
// of another are as far from them at all positions.
func (j *outer) linePartners(list []partner, dy []float32, q int) {
	c := &j.conv
	for i := 0; i < len(list); {
		at := c.start(q + i)
		for end := min(i+c.OW-(q+i)%c.OW, len(list)); i < end; i++ {
			list[i] = partner{&j.x[at], &dy[i*j.packedWidth()]}
			at += c.SW * c.C
		}
	}
}
