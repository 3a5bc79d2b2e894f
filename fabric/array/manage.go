package array

import (
	"fmt"
	"math"
)

// Managed is a read of a column under management of inputs and bounds.
type Managed struct {
	Sum     float64 // of w x, undone
	Reads   int     // that it took
	Factor  float64 // on the inputs in the last
	Clipped bool    // the last met a limit
}

// Manage reads a column of an exact tile in the manner of aihwkit (physics.md §8):
// with absmax the inputs are divided by their largest magnitude; a read whose sum
// meets the bound is repeated at half the inputs, at most so many times in all. A
// driver ends at ±1. Inputs and weights are normalised.
func Manage(x, w []float64, bound float64, absmax bool, most int) (Managed, error) {
	if len(x) != len(w) || len(x) == 0 {
		return Managed{}, fmt.Errorf("%d inputs for %d weights: there has to be one for each, and at least one", len(x), len(w))
	}
	m := Managed{Factor: 1}
	largest := 0.0
	for _, v := range x {
		largest = math.Max(largest, math.Abs(v))
	}
	if absmax && largest > 0 {
		m.Factor = 1 / largest
	}
	for {
		sum, driven := 0.0, false
		for i, v := range x {
			v *= m.Factor
			driven = driven || math.Abs(v) > 1
			sum += math.Max(-1, math.Min(1, v)) * w[i]
		}
		m.Reads++
		m.Clipped = driven || math.Abs(sum) >= bound
		m.Sum = math.Max(-bound, math.Min(bound, sum)) / m.Factor
		if !m.Clipped || m.Reads >= most {
			return m, nil
		}
		m.Factor /= 2
	}
}
