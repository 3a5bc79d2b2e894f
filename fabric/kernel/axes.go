package kernel

// Kernels that move data between axes. Names of sizes follow the order in memory:
// n samples, outer axes, the axis, inner axes.

// Transpose writes n matrices rows×cols of x to y with their axes exchanged. y
// must not be x.
func Transpose(p *Pool, y, x []float32, n, rows, cols int) {
	if rows == 1 || cols == 1 {
		Copy(p, y, x[:n*rows*cols], 1)
		return
	}
	j := axes{op: axisFlip, y: y, x: x, length: rows, inner: cols}
	j.run(p, n*j.strips())
}

// ToNHWC writes n images of x, C×H×W each, to y pixel by pixel, H×W×C.
func ToNHWC(p *Pool, y, x []float32, n, c, h, w int) { Transpose(p, y, x, n, c, h*w) }

// FromNHWC undoes ToNHWC.
func FromNHWC(p *Pool, y, x []float32, n, c, h, w int) { Transpose(p, y, x, n, h*w, c) }

// SliceAxis writes elements [lo, lo+count) of an axis of x, n×outer×length×inner,
// to y, n×outer×count×inner.
func SliceAxis(p *Pool, y, x []float32, n, outer, length, inner, lo, count int) {
	axes{op: axisSlice, y: y, x: x, length: length, inner: inner, lo: lo, count: count}.run(p, n*outer)
}

// PutAxis writes x, n×outer×count×inner, into elements [lo, lo+count) of an axis of
// y, n×outer×length×inner; the rest of y stays.
func PutAxis(p *Pool, y, x []float32, n, outer, length, inner, lo, count int) {
	axes{op: axisPut, y: y, x: x, length: length, inner: inner, lo: lo, count: count}.run(p, n*outer)
}

// MeanAxis writes the mean over an axis of x, outer×length×inner, to y,
// outer×inner; samples count among outer. Sums run along the axis.
func MeanAxis(p *Pool, y, x []float32, outer, length, inner int) {
	axes{op: axisMean, y: y, x: x, length: length, inner: inner}.run(p, outer)
}

// MeanAxisGrad writes dy, outer×inner, divided by length, to every element of the
// axis of dx, outer×length×inner.
func MeanAxisGrad(p *Pool, dx, dy []float32, outer, length, inner int) {
	axes{op: axisSpread, y: dx, x: dy, length: length, inner: inner}.run(p, outer)
}

type axisOp uint8

const (
	axisFlip axisOp = iota
	axisSlice
	axisPut
	axisMean
	axisSpread
)

// axes is a job over the outer axes.
type axes struct {
	op            axisOp
	y, x          []float32
	length, inner int
	lo, count     int
}

// flipStrip is the number of columns that are transposed at a time, so that one
// large matrix occupies all workers.
const flipStrip = 64

func (j *axes) strips() int { return (j.inner + flipStrip - 1) / flipStrip }

// work is that of one index of the outer axes, in multiply-adds.
func (j *axes) work() int {
	if j.op == axisFlip {
		return j.length * min(flipStrip, j.inner) * laneCost
	}
	return j.length * j.inner * laneCost
}

func (j axes) run(p *Pool, outer int) {
	if p.alone(outer, outer*j.work()) {
		j.part(0, outer)
		return
	}
	launch(p, &p.slots.axes, j, outer)
}

func (j *axes) part(lo, hi int) {
	whole, cut := j.length*j.inner, j.count*j.inner
	for o := lo; o < hi; o++ {
		switch j.op {
		case axisFlip:
			m, c := o/j.strips(), o%j.strips()*flipStrip
			flip(j.length, min(flipStrip, j.inner-c), j.y[m*whole+c*j.length:], j.length, j.x[m*whole+c:], j.inner)
		case axisSlice:
			copy(j.y[o*cut:][:cut], j.x[o*whole+j.lo*j.inner:][:cut])
		case axisPut:
			copy(j.y[o*whole+j.lo*j.inner:][:cut], j.x[o*cut:][:cut])
		case axisMean:
			j.mean(j.y[o*j.inner:][:j.inner], j.x[o*whole:][:whole])
		case axisSpread:
			j.spread(j.y[o*whole:][:whole], j.x[o*j.inner:][:j.inner])
		}
	}
}

func (j *axes) mean(y, x []float32) {
	clear(y)
	for i := range j.length {
		add(y, y, x[i*j.inner:])
	}
	for i := range y {
		y[i] /= float32(j.length)
	}
}

func (j *axes) spread(dx, dy []float32) {
	for i := range j.length {
		row := dx[i*j.inner:][:j.inner]
		for k, d := range dy {
			row[k] = d / float32(j.length)
		}
	}
}
