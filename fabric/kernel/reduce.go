package kernel

import (
	"math"
	"sync/atomic"
)

// MaxAbs returns the largest |x|, 0 for none; NaN where there is one.
func MaxAbs(p *Pool, x []float32) float32 {
	r := reduction{op: reduceMax, x: x}
	r.run(p)
	return math.Float32frombits(r.max())
}

// MaxAbsSamples writes the largest |x| of each sample of perSample elements to
// out.
func MaxAbsSamples(p *Pool, out, x []float32, perSample int) {
	j := rowwise{op: rowMaxAbs, y: out, a: x, cols: perSample}
	j.run(p, len(x)/perSample)
}

// SumAbs returns the sum of |x| in float64, over fixed parts of x.
func SumAbs(p *Pool, x []float32) float64 {
	r := reduction{op: reduceSum, x: x}
	r.run(p)
	var sum float64
	for _, s := range r.sums {
		sum += s
	}
	return sum
}

// CountOver returns the number of elements with |x| > limit.
func CountOver(p *Pool, x []float32, limit float32) int64 {
	r := reduction{op: reduceOver, x: x, limit: limit}
	r.run(p)
	return r.count
}

// CountZero returns the number of zeros in x.
func CountZero(x []float32) int64 {
	return int64(len(x)) - countSet(x)
}

// reduceCost is the work of an element in multiply-adds.
const reduceCost = 8

type reduceOp uint8

const (
	reduceMax reduceOp = iota
	reduceSum
	reduceOver
)

// reduceParts is the number of parts that a reduction is cut into, however many
// workers there are.
const reduceParts = 64

// reduction is a job over the parts of x.
type reduction struct {
	op    reduceOp
	x     []float32
	limit float32
	sums  [reduceParts]float64
	tops  [reduceParts]uint32 // bits of |x|, which order as numbers do
	count int64
}

func (r *reduction) run(p *Pool) {
	if p.alone(reduceParts, len(r.x)*reduceCost) {
		r.part(0, reduceParts)
		return
	}
	p.begin()
	p.slots.reduce = *r
	p.share(&p.slots.reduce, reduceParts)
	*r = p.slots.reduce
	p.slots.reduce = reduction{}
	p.end()
}

func (r *reduction) part(lo, hi int) {
	n := len(r.x)
	for i := lo; i < hi; i++ {
		x := r.x[n*i/reduceParts : n*(i+1)/reduceParts]
		switch r.op {
		case reduceMax:
			r.tops[i] = topBits(x)
		case reduceSum:
			r.sums[i] = sumAbs(x)
		case reduceOver:
			atomic.AddInt64(&r.count, countOver(x, r.limit))
		}
	}
}

func (r *reduction) max() uint32 {
	var top uint32
	for _, t := range r.tops {
		top = max(top, t)
	}
	return top
}

// sumAbs adds in four chains, joined at the end.
func sumAbs(x []float32) float64 {
	var s [4]float64
	for i, v := range x {
		s[i%4] += math.Abs(float64(v))
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}
