package kernel

// Near is numbers in the first cache that the calling goroutine works on alone. No
// method keeps an operand, so buffers of a function stay on its stack.
type Near []float32

// Sub writes a-b.
func (y Near) Sub(a, b []float32) { sub(y, a, b) }

// AddScaled adds k·a.
func (y Near) AddScaled(a []float32, k float32) { addScaled(y, a, k) }

// Times writes k·x.
func (y Near) Times(x []float32, k float32) { times(y, x, k) }

// Scale multiplies by k.
func (y Near) Scale(k float32) { scale(y, k) }

// Clip limits to ±limit, which is positive, and returns how many elements it changed.
func (y Near) Clip(limit float32) int64 { return clip(y, limit) }

// Round rounds to multiples of step, halves to the even one; not where step is not
// positive.
func (y Near) Round(step float32) {
	if step > 0 {
		convert(y, step)
	}
}
