package kernel

// Convolutions of few channels. The taps of one line of a kernel lie side by side in
// an image, so they are one run of terms; what lies in the padding is read from a copy
// of the image with zeros around.

// fewChannels is the number of channels below which a convolution is summed line by
// line of its kernel, not tap by tap.
const fewChannels = 16

// narrow reports whether a convolution has few channels.
func (c *Conv) narrow() bool { return c.C < fewChannels }

// line is the number of terms of one line of a kernel.
func (c *Conv) line() int { return c.KW * c.C }

// shortLine is the number of terms below which lines are put side by side for outer
// products, whose tiles want many. They are copied four terms at a time, which one
// instruction does, beyond their end; the images have as much room behind the last.
const (
	shortLine = 16
	four      = 4
)

// widened is the geometry of a convolution that reads a copy of its images with the
// padding in it, and that copy.
func (c *Conv) widened(p *Pool, x []float32) (Conv, *room) {
	w := *c
	w.H, w.W, w.PH, w.PW = c.H+2*c.PH, c.W+2*c.PW, 0, 0
	size := w.H * w.W * w.C
	r := borrow(c.N*size + four)
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

// lines adds the terms of block k, line by line of the kernel.
func (t *strip) lines(k Block) {
	if k.Lo >= k.Hi {
		return
	}
	c := &t.j.conv
	var first [panelRows]int
	for i := range t.rows {
		first[i] = c.start(t.g.q[t.r0+i])
	}
	line := c.line()
	for ky := k.Lo / line; ky*line < k.Hi; ky++ {
		lo, hi := max(k.Lo, ky*line), min(k.Hi, (ky+1)*line)
		s, at := t.segment(lo, hi-lo), ky*c.W*c.C+lo-ky*line
		for i := range t.rows {
			s.x[i] = &t.j.x[first[i]+at]
		}
	}
}

// lineRows is the number of whole lines of a kernel of short ones that are put side by
// side.
func (c *Conv) lineRows() int { return max(min(c.KH, patchTerms/c.line()), 1) }

// linePartners lists the terms of some lines of the kernel, from line ky on, at
// positions q..; wide of them, which for short lines are put side by side.
func (j *outer) linePartners(list []partner, room outerSpace, ky, q, wide int) {
	c := &j.conv
	step, line := c.W*c.C, c.line()
	for i := range list {
		from := j.x[c.start(q+i)+ky*step:]
		x := &from[0]
		if line < shortLine {
			to := room.side[i*wide:]
			for at, k := 0, 0; k < wide; at, k = at+step, k+line {
				for n := 0; n < line; n += four {
					*(*[four]float32)(to[k+n:]) = *(*[four]float32)(from[at+n:])
				}
			}
			x = &to[0]
		}
		list[i] = partner{x, &room.dy[i*panelCols]}
	}
}
