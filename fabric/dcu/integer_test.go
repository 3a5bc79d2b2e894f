package dcu

import (
	"math"
	"testing"
)

// Codes of a few bits: ternary at 2, symmetric about zero, one more bit for values
// of one sign.
func TestIntegerCodes(t *testing.T) {
	x := []float32{-1, -0.6, -0.2, 0, 0.3, 0.55, 1, 2}
	roundTo(x, 1, 1, 1, -1)
	for i, want := range []float32{-1, -1, 0, 0, 0, 1, 1, 1} {
		if x[i] != want {
			t.Errorf("code %d of 2 bits is %g, want %g", i, x[i], want)
		}
	}
	y := []float32{-3, 0.1, 0.5, 0.9}
	roundTo(y, 1, 1, 3, 0)
	for i, want := range []float32{0, 0, 2. / 3, 1} {
		if y[i] != want {
			t.Errorf("code %d of 2 bits without a sign is %g, want %g", i, y[i], want)
		}
	}
}

// A column's scale is its own, and clips where that errs less.
func TestIntegerScales(t *testing.T) {
	w := []float32{0.5, 100, -0.25, 40, 0.1, -70}
	roundColumn(w, 2, 8)
	roundColumn(w[1:], 2, 8)
	for i, want := range []float32{0.5, 100, -0.25, 40, 0.1, -70} {
		if math.Abs(float64(w[i]-want)) > 0.005*math.Abs(float64(want))+0.002 {
			t.Errorf("weight %d of 8 bits is %g, was %g", i, w[i], want)
		}
	}
	outlier := make([]float32, 1000)
	for i := range outlier {
		outlier[i] = float32(i%11-5) / 5
	}
	outlier[0] = 2
	if full := bestScale(outlier, 1, 3, -1); !(full < 1.5) {
		t.Errorf("with 3 bits one outlier of 2 among 1000 sets the scale to %g", full)
	}
	if full := bestScale(make([]float32, 4), 1, 3, -1); full != 0 {
		t.Errorf("zeros have the scale %g", full)
	}
}
