package kernel

import "math"

// Softmax writes the softmax of each row of x, rows×cols, to y; y may be x. Sums
// run in the order of the columns.
func Softmax(p *Pool, y, x []float32, rows, cols int) {
	rowwise{y: y, x: x, cols: cols}.run(p, rows)
}

// rowwise is a job over rows.
type rowwise struct {
	y, x []float32
	cols int
}

func (j rowwise) run(p *Pool, rows int) {
	if p.alone(rows, rows*j.cols*opExp.cost()) {
		j.part(0, rows)
		return
	}
	launch(p, &p.slots.rows, j, rows)
}

func (j *rowwise) part(lo, hi int) {
	for r := lo; r < hi; r++ {
		softmax(j.y[r*j.cols:][:j.cols], j.x[r*j.cols:][:j.cols])
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
