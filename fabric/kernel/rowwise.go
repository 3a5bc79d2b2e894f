package kernel

import "math"

// Softmax writes the softmax of each row of x, rows×cols, to y; y may be x. Sums
// run in the order of the columns.
func Softmax(p *Pool, y, x []float32, rows, cols int) {
	rowwise{op: rowSoftmax, y: y, a: x, cols: cols}.run(p, rows)
}

// SoftmaxGrad writes y·(dy - <dy, y>) of each row to dx, y being the softmax; dx
// may be dy.
func SoftmaxGrad(p *Pool, dx, dy, y []float32, rows, cols int) {
	rowwise{op: rowSoftmaxGrad, y: dx, a: dy, b: y, cols: cols}.run(p, rows)
}

type rowOp uint8

const (
	rowSoftmax rowOp = iota
	rowSoftmaxGrad
	rowMaxAbs
)

// rowwise is a job over rows.
type rowwise struct {
	op      rowOp
	y, a, b []float32
	cols    int
}

func (j rowwise) run(p *Pool, rows int) {
	work := rows * j.cols * laneCost
	if j.op != rowMaxAbs {
		work = rows * j.cols * opExp.cost()
	}
	if p.alone(rows, work) {
		j.part(0, rows)
		return
	}
	p.begin()
	p.slots.rows = j
	p.share(&p.slots.rows, rows)
	p.slots.rows = rowwise{}
	p.end()
}

func (j *rowwise) part(lo, hi int) {
	n := j.cols
	for r := lo; r < hi; r++ {
		a := j.a[r*n:][:n]
		switch j.op {
		case rowSoftmax:
			softmax(j.y[r*n:][:n], a)
		case rowSoftmaxGrad:
			softmaxGrad(j.y[r*n:][:n], a, j.b[r*n:][:n])
		case rowMaxAbs:
			j.y[r] = math.Float32frombits(topBits(a))
		}
	}
}

func softmax(y, x []float32) {
	top := float32(math.Inf(-1))
	for _, v := range x {
		if v > top {
			top = v
		}
	}
	var sum float32
	for i, v := range x {
		e := exp(v - top)
		y[i] = e
		sum += e
	}
	for i := range y {
		y[i] /= sum
	}
}

func softmaxGrad(dx, dy, y []float32) {
	var dot float32
	for i, d := range dy {
		dot += float32(d * y[i])
	}
	for i, d := range dy {
		dx[i] = float32(y[i] * (d - dot))
	}
}
