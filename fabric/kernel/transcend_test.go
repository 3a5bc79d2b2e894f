package kernel

import (
	"math"
	"testing"
)

// relTol is what the functions promise.
const relTol = 2e-7

func TestFunctions(t *testing.T) {
	for _, c := range []struct {
		name   string
		lo, hi float64
		got    func(float32) float32
		want   func(float64) float64
	}{
		{"exp", -87.33, 88.72, exp, math.Exp},
		{"exp", -1e-3, 1e-3, exp, math.Exp},
		{"tanh", -12, 12, tanh, math.Tanh},
		{"tanh", 0.6, 0.65, tanh, math.Tanh},
		{"tanh", -1e-6, 1e-6, tanh, math.Tanh},
	} {
		const n = 200000
		worst, at := 0.0, float32(0)
		for i := range n {
			x := float32(c.lo + (c.hi-c.lo)*(float64(i)+0.5)/n)
			want := c.want(float64(x))
			if want == 0 {
				continue
			}
			if e := math.Abs(float64(c.got(x))/want - 1); !(e <= worst) {
				worst, at = e, x
			}
		}
		if worst > relTol {
			t.Errorf("%s: relative error %.3g at %v", c.name, worst, at)
		}
		t.Logf("%s in %g .. %g: %.3g", c.name, c.lo, c.hi, worst)
	}
}

func TestFunctionEdges(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	negZero := float32(math.Copysign(0, -1))
	for _, c := range []struct {
		name      string
		f         func(float32) float32
		x, result float32
	}{
		{"exp", exp, 0, 1}, {"exp", exp, 89, inf}, {"exp", exp, inf, inf}, {"exp", exp, -88, 0}, {"exp", exp, -inf, 0}, {"exp", exp, nan, nan},
		{"tanh", tanh, 0, 0}, {"tanh", tanh, negZero, negZero}, {"tanh", tanh, 20, 1}, {"tanh", tanh, -inf, -1}, {"tanh", tanh, nan, nan},
	} {
		got := c.f(c.x)
		same := math.Float32bits(got) == math.Float32bits(c.result) || got != got && c.result != c.result
		if !same {
			t.Errorf("%s(%v) = %v, want %v", c.name, c.x, got, c.result)
		}
	}
}

// TestRadiusHasNoSign shows what the kernels of normal numbers rely on: they leave out the
// portable code's limit of -2 ln u at 0, as it is +0 or more for every word.
func TestRadiusHasNoSign(t *testing.T) {
	for bits := math.Float32bits(0.5); bits <= math.Float32bits(1<<32); bits++ {
		u := int32(bits) - sqrtBit
		y := math.Float32frombits(uint32(u&0x7fffff+sqrtBit)) - 1
		whole := float32(float32(u>>23-32)*(-2*math.Ln2)) + 0
		if l := whole - 2*(y+lnMantissa(y)); l < 0 || l == 0 && math.Signbit(float64(l)) {
			t.Fatalf("-2 ln of %v is %v", math.Float32frombits(bits), l)
		}
	}
}
