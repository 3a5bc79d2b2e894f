package kernel

import "math"

// MaxAbs returns the largest |x|, 0 for none; NaN where there is one.
func MaxAbs(p *Pool, x []float32) float32 {
	r := reduction{x: x}
	r.run(p)
	var top uint32
	for _, c := range r.found {
		top = max(top, c.top)
	}
	return math.Float32frombits(top)
}

// Census is what is known of a list of numbers.
type Census struct {
	Top    float32 // largest |x|; NaN where there is one
	SumAbs float64 // over fixed parts of x
	Zeros  int64
	Over   int64 // |x| above the limit
}

// Count takes a census of x. limit is not negative; NaN and +Inf count nothing.
func Count(p *Pool, x []float32, limit float32) Census {
	r := reduction{all: true, x: x, limit: limit}
	r.run(p)
	return r.census()
}

// census is that of all parts.
func (r *reduction) census() Census {
	c := Census{Zeros: int64(len(r.x))}
	var top uint32
	for _, f := range r.found[:r.parts] {
		top = max(top, f.top)
		c.SumAbs += f.sum
		c.Zeros -= f.set
		c.Over += f.over
	}
	c.Top = math.Float32frombits(top)
	return c
}

// SumSquares returns the sum of x² in float64, in the calling goroutine.
func SumSquares(x []float32) float64 {
	var s [sumLanes]float64
	sumSquares(x, &s)
	return joined(&s)
}

// reduceCost is the work of an element in multiply-adds.
const reduceCost = 8

// A reduction is cut into parts of at least leastPart elements, at most reduceParts
// of them, however many workers there are.
const (
	reduceParts = 64
	leastPart   = 1024
)

// reduction is a job over the parts of x.
type reduction struct {
	all   bool // a census, else the largest alone
	x     []float32
	limit float32
	parts int
	found [reduceParts]counted
}

// counted is the census of a part: its largest as bits, which order as numbers do.
type counted struct {
	top       uint32
	set, over int64
	sum       float64
}

// add takes in elements of the part, a multiple of sumLanes of them but for the last,
// whose sizes go to the chains.
func (c *counted) add(x []float32, limit float32, s *[sumLanes]float64) {
	top, set, over := census(x, limit, s)
	c.top, c.set, c.over = max(c.top, top), c.set+set, c.over+over
}

func (r *reduction) run(p *Pool) {
	parts := r.cut()
	if p.alone(parts, len(r.x)*reduceCost) {
		r.part(0, parts)
		return
	}
	*r = launch(p, &p.slots.reduce, *r, parts)
}

// cut settles the parts, and returns how many there are.
func (r *reduction) cut() int {
	r.parts = min((len(r.x)+leastPart-1)/leastPart, reduceParts)
	return r.parts
}

// bounds are those of a part.
func (r *reduction) bounds(i int) (lo, hi int) {
	n := len(r.x)
	return n * i / r.parts, n * (i + 1) / r.parts
}

func (r *reduction) part(from, to int) {
	for i := from; i < to; i++ {
		lo, hi := r.bounds(i)
		x, f := r.x[lo:hi], &r.found[i]
		if !r.all {
			f.top = topBits(x)
			continue
		}
		var s [sumLanes]float64
		f.add(x, r.limit, &s)
		f.sum = joined(&s)
	}
}

// sumLanes is the number of chains that sums in float64 are added up in: element i
// belongs to chain i mod sumLanes.
const sumLanes = 8

func joined(s *[sumLanes]float64) float64 {
	return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]))
}

// censusPortable adds |x| to chains, and returns the largest |x| as bits, the number
// of x that are not 0, and of |x| above limit.
func censusPortable(x []float32, limit float32, s *[sumLanes]float64) (top uint32, set, over int64) {
	for i, v := range x {
		bits := math.Float32bits(v) &^ (1 << 31)
		size := math.Float32frombits(bits)
		top = max(top, bits)
		if v != 0 {
			set++
		}
		if size > limit {
			over++
		}
		s[i%sumLanes] += float64(size)
	}
	return top, set, over
}

func sumSquaresPortable(x []float32, s *[sumLanes]float64) {
	for i, v := range x {
		s[i%sumLanes] += float64(float64(v) * float64(v))
	}
}
