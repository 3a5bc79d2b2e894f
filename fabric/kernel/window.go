package kernel

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
	if j.kind == maxForward {
		j.largest(s, oy)
		return
	}
	for ox := range w.OW {
		y := j.y[((s*w.OH+oy)*w.OW+ox)*w.C:][:w.C]
		clear(y)
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

// windowLine is windows side by side in the map of a sample, as much of them as lies in the image:
// rows×cols pixels, step elements from one window to the next.
type windowLine struct {
	channels, windows int
	step, line        int // line is the elements of a line of the map
	rows, cols        int
	at                int // of the first window's first element
}

// last is the index after the last element.
func (l *windowLine) last() int {
	return l.at + (l.windows-1)*l.step + (l.rows-1)*l.line + l.cols*l.channels
}

// windows are those at outputs [ox,to) of line oy.
func (w *Window) windows(oy, ox, to int) windowLine {
	y, x := oy*w.SH-w.PH, ox*w.SW-w.PW
	top, left := max(y, 0), max(x, 0)
	return windowLine{
		channels: w.C, windows: to - ox, step: w.SW * w.C, line: w.W * w.C,
		rows: min(y+w.KH, w.H) - top, cols: min(x+w.KW, w.W) - left, at: (top*w.W + left) * w.C,
	}
}

// alike is the end of the outputs from ox on whose windows are as wide as that one.
func (w *Window) alike(ox int) int {
	if from, to := w.PW, w.W-w.KW+w.PW; ox*w.SW >= from && ox*w.SW <= to {
		return min(to/w.SW+1, w.OW)
	}
	return ox + 1
}

// largest finds the winners of a line.
func (j *pooling) largest(s, oy int) {
	w := &j.w
	size, at := w.H*w.W*w.C, (s*w.OH+oy)*w.OW*w.C
	for ox, next := 0, 0; ox < w.OW; ox = next {
		next = w.alike(ox)
		y, win := j.y[at+ox*w.C:at+next*w.C], j.win[at+ox*w.C:at+next*w.C]
		l := w.windows(oy, ox, next)
		if l.rows > 0 && l.cols > 0 {
			largest(y, win, j.x[s*size:][:size], j.jitter, &l)
			continue
		}
		for c := range y {
			y[c], win[c] = 0, -1
		}
	}
}

// disjoint reports whether no two windows share an element, and all lie in the image.
func (w *Window) disjoint() bool {
	return w.KH <= w.SH && w.KW <= w.SW && w.PH == 0 && w.PW == 0 && (w.OH-1)*w.SH+w.KH <= w.H && (w.OW-1)*w.SW+w.KW <= w.W
}

// covers reports whether disjoint windows have all elements.
func (w *Window) covers() bool { return w.OH*w.KH == w.H && w.OW*w.KW == w.W }

func (j *pooling) returnToWinners(s int) {
	w := &j.w
	n, size := w.OH*w.OW*w.C, w.H*w.W*w.C
	dx, dy, win := j.y[s*size:][:size], j.x[s*n:][:n], j.win[s*n:][:n]
	apart := w.disjoint()
	if !apart || !w.covers() {
		clear(dx)
	}
	if apart {
		for oy := range w.OH {
			l, at := w.windows(oy, 0, w.OW), oy*w.OW*w.C
			winners(dx, dy[at:][:w.OW*w.C], win[at:][:w.OW*w.C], &l)
		}
		return
	}
	for i, k := range win {
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
