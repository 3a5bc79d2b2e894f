package kernel

import "math"

// Exponential, hyperbolic tangent and Box-Muller in float32, each
// operation rounded by itself. The polynomials are those of S. Moshier's Cephes
// (single precision).

const (
	ln2High = 0.693359375             // exact in few bits, so that a product with an exponent is exact
	ln2Low  = -2.12194440e-4          // ln 2 - ln2High
	roundUp = 12582912                // 1.5·2^23: adding it rounds to a whole number
	sqrtBit = 0x3f3504f3              // bits of sqrt(1/2)
	maxExp  = 88.72283                // above: +Inf
	minExp  = -87.33654               // below: 0, no subnormal results
	tanhOne = 9.02                    // above, tanh rounds to 1
	turn    = 2 * math.Pi / (1 << 32) // of an angle in 32 bits
)

// exp returns e^x within 2e-7 of its value; 0 where that is below the smallest
// normal number.
func exp(x float32) float32 {
	if !(x <= maxExp) {
		return x * float32(math.Inf(1)) // +Inf, or NaN
	}
	if x < minExp {
		return 0
	}
	n := (float32(x*math.Log2E) + roundUp) - roundUp
	r := x - float32(n*ln2High)
	r -= float32(n * ln2Low)
	p := float32(1.9875691500e-4*r) + 1.3981999507e-3
	p = float32(p*r) + 8.3334519073e-3
	p = float32(p*r) + 4.1665795894e-2
	p = float32(p*r) + 1.6666665459e-1
	p = float32(p*r) + 5.0000001201e-1
	p = float32(p*float32(r*r)) + r + 1
	// Two steps, as 2^128 is no number.
	e := int32(n)
	half := e >> 1
	p *= math.Float32frombits(uint32(127+half) << 23)
	return float32(p * math.Float32frombits(uint32(127+e-half)<<23))
}

// lnMantissa returns ln(1+y) for 1+y in [sqrt(1/2), sqrt 2), without its leading
// term y.
func lnMantissa(y float32) float32 {
	p := float32(7.0376836292e-2*y) - 1.1514610310e-1
	p = float32(p*y) + 1.1676998740e-1
	p = float32(p*y) - 1.2420140846e-1
	p = float32(p*y) + 1.4249322787e-1
	p = float32(p*y) - 1.6668057665e-1
	p = float32(p*y) + 2.0000714765e-1
	p = float32(p*y) - 2.4999993993e-1
	p = float32(p*y) + 3.3333331174e-1
	z := float32(y * y)
	return float32(float32(p*y)*z) - float32(0.5*z)
}

// tanh returns the hyperbolic tangent within 2e-7 of its value.
func tanh(x float32) float32 {
	a := float32(math.Abs(float64(x)))
	t := float32(1)
	switch {
	case a < 0.625:
		z := float32(a * a)
		p := float32(-5.70498872745e-3*z) + 2.06390887954e-2
		p = float32(p*z) - 5.37397155531e-2
		p = float32(p*z) + 1.33314422036e-1
		p = float32(p*z) - 3.33332819422e-1
		t = a + float32(float32(p*z)*a)
	case !(a >= tanhOne):
		t = 1 - 2/(exp(2*a)+1)
	}
	return float32(math.Copysign(float64(t), float64(x)))
}

// boxMuller turns a pair of words into two independent standard normals: the
// radius sqrt(-2 ln((a+1/2)/2^32)) times cosine and sine of the angle 2πb/2^32.
func boxMuller(a, b uint32) (cos, sin float32) {
	u := int32(math.Float32bits(float32(a)+0.5)) - sqrtBit
	y := math.Float32frombits(uint32(u&0x7fffff+sqrtBit)) - 1
	l := float32(float32(u>>23-32)*math.Ln2) + (y + lnMantissa(y))
	radius := float32(math.Sqrt(float64(max(-2*l, 0))))

	quadrant := (b + 1<<29) >> 30
	t := float32(float32(int32(b-quadrant<<30)) * turn)
	t2 := float32(t * t)
	s := float32(-1.9515295891e-4*t2) + 8.3321608736e-3
	s = float32(s*t2) - 1.6666654611e-1
	s = t + float32(float32(s*t2)*t)
	c := float32(2.443315711809948e-5*t2) - 1.388731625493765e-3
	c = float32(c*t2) + 4.166664568298827e-2
	c = 1 - float32(0.5*t2) + float32(float32(c*t2)*t2)

	sb, cb := math.Float32bits(s), math.Float32bits(c)
	swap := (sb ^ cb) & -(quadrant & 1)
	cb = cb ^ swap ^ (quadrant+1)>>1<<31
	sb = sb ^ swap ^ quadrant>>1<<31
	return float32(math.Float32frombits(cb) * radius), float32(math.Float32frombits(sb) * radius)
}
