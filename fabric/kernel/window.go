package kernel

import "math"

// Window is the geometry of pooling: windows of KH×KW at strides SH, SW over N
// images H×W×C with PH, PW padding around, into images OH×OW×C.
type Window struct{ N, H, W, C, KH, KW, SH, SW, PH, PW, OH, OW int }

// MaxPool writes the largest element of each window to y, and to win its index in
// the sample's map, (iy·W+ix)·C+c. The first in row order wins a tie. jitter,
// H×W×C or nil, is added to x for the comparison only: the offsets of
// comparators. Padding never wins; a window wholly in it gives 0 and -1.
func MaxPool(p *Pool, y []float32, win []int32, x []float32, w *Window, jitter []float32) {
	j := pooling{kind: maxForward, y: y, x: x, win: win, jitter: jitter, w: *w}
	j.run(p, w.N*w.OH)
}

// MaxPoolGrad writes to dx each output's error at the winner of its window.
func MaxPoolGrad(p *Pool, dx, dy []float32, win []int32, w *Window) {
	j := pooling{kind: maxBackward, y: dx, x: dy, win: win, w: *w}
	j.run(p, w.N)
}

// AvgPool writes the mean of each window to y; padding counts as zeros.
func AvgPool(p *Pool, y, x []float32, w *Window) {
	j := pooling{kind: meanForward, y: y, x: x, w: *w}
	j.run(p, w.N*w.OH)
}

// AvgPoolGrad writes to dx the errors of all windows of an element, each divided
// by the window's size.
func AvgPoolGrad(p *Pool, dx, dy []float32, w *Window) {
	j := pooling{kind: meanBackward, y: dx, x: dy, w: *w}
	j.run(p, w.N)
}

type poolingKind uint8

const (
	maxForward poolingKind = iota
	maxBackward
	meanForward
	meanBackward
)

// pooling is a job over output lines, or over samples for the gradients.
type pooling struct {
	kind   poolingKind
	y, x   []float32
	win    []int32
	jitter []float32
	w      Window
}

func (j pooling) run(p *Pool, n int) {
	w := &j.w
	if p.alone(n, w.N*w.OH*w.OW*w.KH*w.KW*w.C*laneCost) {
		j.part(0, n)
		return
	}
	launch(p, &p.slots.pooling, j, n)
}

func (j *pooling) part(lo, hi int) {
	for i := lo; i < hi; i++ {
		switch j.kind {
		case maxForward, meanForward:
			j.line(i/j.w.OH, i%j.w.OH)
		case maxBackward:
			j.returnToWinners(i)
		case meanBackward:
			j.spread(i)
		}
	}
}

// line pools one output line.
func (j *pooling) line(s, oy int) {
	w := &j.w
	for ox := range w.OW {
		at := ((s*w.OH+oy)*w.OW + ox) * w.C
		y := j.y[at:][:w.C]
		clear(y)
		if j.kind == maxForward {
			j.largest(y, j.win[at:][:w.C], s, oy, ox)
			continue
		}
		for iy := max(oy*w.SH-w.PH, 0); iy < min(oy*w.SH-w.PH+w.KH, w.H); iy++ {
			for ix := max(ox*w.SW-w.PW, 0); ix < min(ox*w.SW-w.PW+w.KW, w.W); ix++ {
				add(y, y, j.x[((s*w.H+iy)*w.W+ix)*w.C:])
			}
		}
		for c := range y {
			y[c] /= float32(w.KH * w.KW)
		}
	}
}

// windowRun is the number of channels that are compared at a time.
const windowRun = 64

// largest finds the winners of one window, a run of channels at a time.
func (j *pooling) largest(y []float32, win []int32, s, oy, ox int) {
	var best [windowRun]float32
	w := &j.w
	image := j.x[s*w.H*w.W*w.C:]
	for c0 := 0; c0 < w.C; c0 += windowRun {
		c1 := min(c0+windowRun, w.C)
		for c := c0; c < c1; c++ {
			win[c] = -1
			best[c-c0] = float32(math.Inf(-1))
		}
		for iy := max(oy*w.SH-w.PH, 0); iy < min(oy*w.SH-w.PH+w.KH, w.H); iy++ {
			for ix := max(ox*w.SW-w.PW, 0); ix < min(ox*w.SW-w.PW+w.KW, w.W); ix++ {
				j.challenge(y[c0:c1], win[c0:c1], best[:c1-c0], image, (iy*w.W+ix)*w.C+c0)
			}
		}
	}
}

// challenge compares the elements at.. of an image with the best so far.
func (j *pooling) challenge(y []float32, win []int32, best, image []float32, at int) {
	x := image[at:][:len(y)]
	if j.jitter == nil {
		challenge(y, win, best, x, x, at)
		return
	}
	var seen [windowRun]float32
	add(seen[:len(y)], x, j.jitter[at:])
	challenge(y, win, best, x, seen[:len(y)], at)
}

func (j *pooling) returnToWinners(s int) {
	w := &j.w
	n, size := w.OH*w.OW*w.C, w.H*w.W*w.C
	dx := j.y[s*size:][:size]
	clear(dx)
	dy := j.x[s*n:][:n]
	for i, k := range j.win[s*n:][:n] {
		if k >= 0 {
			dx[k] += dy[i]
		}
	}
}

func (j *pooling) spread(s int) {
	w := &j.w
	clear(j.y[s*w.H*w.W*w.C:][:w.H*w.W*w.C])
	size := float32(w.KH * w.KW)
	for o := range w.OH * w.OW {
		oy, ox := o/w.OW, o%w.OW
		dy := j.x[(s*w.OH*w.OW+o)*w.C:][:w.C]
		for iy := max(oy*w.SH-w.PH, 0); iy < min(oy*w.SH-w.PH+w.KH, w.H); iy++ {
			for ix := max(ox*w.SW-w.PW, 0); ix < min(ox*w.SW-w.PW+w.KW, w.W); ix++ {
				dx := j.y[((s*w.H+iy)*w.W+ix)*w.C:][:w.C]
				for c, d := range dy {
					dx[c] += d / size
				}
			}
		}
	}
}
