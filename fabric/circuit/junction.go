package circuit

import (
	"fmt"
	"math"
)

// Junction is a p-n junction or the diode of a transistor.
type Junction struct {
	Saturation float64 // A, I_S at 300.15 K
	Ideality   float64 // n
	Gap        float64 // V, E_g/q
	Exponent   float64 // XTI, of the temperature law of I_S
	Series     float64 // Ohm
}

// Silicon is a junction of silicon of that saturation current at 300.15 K.
func Silicon(amperes float64) Junction {
	return Junction{Saturation: amperes, Ideality: 1, Gap: 1.11, Exponent: 3}
}

// Check names a parameter that no junction can have.
func (j Junction) Check() error {
	return first(positive("saturation", j.Saturation, "A"), positive("ideality", j.Ideality, ""),
		notNegative("gap", j.Gap, "V"), finite("exponent", "", j.Exponent), notNegative("series", j.Series, "Ohm"))
}

// SaturationAt returns I_S at a temperature: I_S0 r^(XTI/n) e^((r-1)E_g/nV_T) with
// r = T/T0 and V_T at T (P5).
func (j Junction) SaturationAt(kelvin float64) float64 {
	r := kelvin / Nominal
	scale := j.Ideality * ThermalVoltage(kelvin)
	return j.Saturation * math.Pow(r, j.Exponent/j.Ideality) * math.Exp((r-1)*j.Gap/scale)
}

// Ratio returns e^((v1-v2)/nV_T), the current of one junction at v1 over that of a
// matched one at v2: I_S cancels, and only V_T is left of the temperature (P5T).
func (j Junction) Ratio(v1, v2, kelvin float64) (float64, error) {
	if err := first(j.Check(), positive("temperature", kelvin, "K"), finite("v", "V", v1, v2)); err != nil {
		return 0, err
	}
	return math.Exp((v1 - v2) / (j.Ideality * ThermalVoltage(kelvin))), nil
}

// newtonLimit bounds the steps of a solution by Newton's rule (physics.md §2, P5).
const newtonLimit = 60

// junctionVoltage solves a(e^(v/s)-1) + bv = c for v, with a, s > 0 and b >= 0: the
// voltage of a junction in a resistive loop. The left side is convex and rises, so
// from above its root Newton's steps only fall.
func junctionVoltage(a, b, c, s float64) (float64, error) {
	if b == 0 {
		return s * math.Log1p(c/a), nil
	}
	v := 0.0
	if c > 0 {
		v = min(c/b, s*math.Log1p(c/a)) // each term alone gives more than the root
	}
	for range newtonLimit {
		f := a*math.Expm1(v/s) + b*v - c
		step := f / (a/s*math.Exp(v/s) + b)
		v -= step
		if math.Abs(step) <= 1e-14*(math.Abs(v)+s) {
			return v, nil
		}
	}
	return 0, fmt.Errorf("a junction in a loop of %g V found no balance in %d steps", c, newtonLimit)
}

// ExponentConverter is a junction into an inverting amplifier (P5).
type ExponentConverter struct {
	Amp      OpAmp
	Junction Junction
	Feedback float64 // Ohm
}

// Convert returns the output in volts at a temperature: -R I/(1+1/A0), where the
// junction sees the input less the amplifier's node and its own series resistance:
// I = I_S(exp((v-I R/A0-I R_s)/nV_T)-1).
func (e ExponentConverter) Convert(v, kelvin float64) (float64, error) {
	i, err := e.Current(v, kelvin)
	if err != nil {
		return 0, err
	}
	return e.Amp.out(-e.Feedback*i, 1), nil
}

// Current returns the amperes of the junction of an exponent converter.
func (e ExponentConverter) Current(v, kelvin float64) (float64, error) {
	err := first(e.Amp.Check(), e.Junction.Check(), positive("feedback", e.Feedback, "Ohm"),
		positive("temperature", kelvin, "K"), finite("v", "V", v))
	if err != nil {
		return 0, err
	}
	scale := e.Junction.Ideality * ThermalVoltage(kelvin)
	saturation := e.Junction.SaturationAt(kelvin)
	loop := (e.Feedback/e.Amp.Gain + e.Junction.Series) * saturation
	u := v - e.Amp.Offset
	if loop > 0 {
		// The junction's share x of u: x + (R/A0+R_s) I(x) = u.
		if u, err = junctionVoltage(loop, 1, u, scale); err != nil {
			return 0, err
		}
	}
	i := saturation * math.Expm1(u/scale)
	if math.IsInf(i, 0) {
		return 0, fmt.Errorf("v = %g V: the current of a junction without series resistance has no finite value there", v)
	}
	return i, nil
}
