package dcu

import "math"

// rangeOf is the range controller of one tensor (physics.md §8): a power of two
// that brings its largest magnitude to (0.5, 1] of the input rail, taken from the
// steps before. Two comparators a column count overflows; the count raises the
// exponent at once, a quiet spell lowers it.
type rangeOf struct {
	Exp   int  `state:"exp"`
	Quiet int  `state:"quiet"` // steps in a row with a maximum under the low mark
	Set   bool `state:"set"`
}

// The controller's marks, in shares of full scale, and its patience in steps.
const (
	overflowShare = 1e-3
	lowMark       = 0.4
	quietSteps    = 20
)

// calibrate sets the exponent from the largest logical magnitude seen.
func (r *rangeOf) calibrate(largest float64) {
	r.Set, r.Quiet = true, 0
	r.Exp = exponent(largest)
}

// observe takes what a step saw: the largest normalised magnitude and the share
// of values beyond full scale. It reports whether the exponent moved.
func (r *rangeOf) observe(largest, overflow float64) bool {
	switch {
	case math.IsNaN(largest) || math.IsInf(largest, 0):
		return false
	case overflow > overflowShare:
		r.Exp, r.Quiet = r.Exp+1, 0
		return true
	case largest > 0 && largest < lowMark:
		r.Quiet++
		if r.Quiet >= quietSteps {
			r.Exp, r.Quiet = r.Exp-1, 0
			return true
		}
	default:
		r.Quiet = 0
	}
	return false
}

// exponent is the least e with largest <= 2^e, kept where float32 is normal.
func exponent(largest float64) int {
	if largest <= 0 || math.IsNaN(largest) || math.IsInf(largest, 0) {
		return 0
	}
	f, e := math.Frexp(largest)
	if f == 0.5 {
		e--
	}
	return min(max(e, -60), 60)
}

// Exponent is the least e with largest <= 2^e: the power of two that a dry run gives a
// tensor whose largest magnitude it saw.
func Exponent(largest float64) int { return exponent(largest) }

// NextRange is the exponent of a tensor after a step that saw a largest magnitude and a
// share of values beyond full scale, and the steps in a row far below it: the rule of
// the range controller.
func NextRange(exp, quiet int, largest, overflow float64) (int, int) {
	r := rangeOf{Exp: exp, Quiet: quiet}
	r.observe(largest, overflow)
	return r.Exp, r.Quiet
}
