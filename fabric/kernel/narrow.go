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
// padding in it, and that copy.
func (c *Conv) widened(p *Pool, x []float32) (Conv, *room) {
	w := *c
	w.H, w.W, w.PH, w.PW = c.H+2*c.PH, c.W+2*c.PW, 0, 0
	size := w.H * w.W * w.C
	r := borrow(c.N * size)
	j := widening{y: r.data, x: x, conv: *c, wide: w}
	j.run(p)
	return w, r
}

// widening is a job over the lines of images.
type widening struct {
	y, x       []float32
	conv, wide Conv
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
	for i := lo; i < hi; i++ {
		s, y := i/j.wide.H, i%j.wide.H-c.PH
		to := j.y[i*long:][:long]
		if uint(y) >= uint(c.H) {
			clear(to)
			continue
		}
		edge := c.PW * c.C
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
			list[i] = partner{&j.x[at], &dy[i*j.panelWidth()]}
			at += c.SW * c.C
		}
	}
}
