package circuit

import "math"

// Comparator decides which of two voltages is higher (P7).
type Comparator struct {
	Offset     float64 // V, added to the difference
	Hysteresis float64 // V, added while the output is high
}

// Decide returns V₊-V₋+V_os+h Q > 0, where Q is its last decision.
func (c Comparator) Decide(plus, minus float64, last bool) bool {
	d := plus - minus + c.Offset
	if last {
		d += c.Hysteresis
	}
	return d > 0
}

// WrongDecision returns the probability Φ(-|ΔV|/σ) of a wrong decision about a
// difference in volts under noise of sd sigma; without noise there is none, and a
// tie is even.
func WrongDecision(difference, sigma float64) (float64, error) {
	if err := first(finite("difference", "V", difference), notNegative("sigma", sigma, "V")); err != nil {
		return 0, err
	}
	if difference == 0 {
		return 0.5, nil
	}
	return math.Erfc(math.Abs(difference)/sigma/math.Sqrt2) / 2, nil
}

// Undecided returns the probability e^(-t/τ) that a latch of regeneration time
// constant tau has not decided after t seconds.
func Undecided(t, tau float64) (float64, error) {
	if err := first(notNegative("time", t, "s"), positive("tau", tau, "s")); err != nil {
		return 0, err
	}
	return math.Exp(-t / tau), nil
}

// Schmitt is a comparator with positive feedback: its + input hangs between a
// reference and its own output.
type Schmitt struct {
	Reference  float64 // V
	R1         float64 // Ohm, to the reference
	R2         float64 // Ohm, to the output
	Saturation float64 // V, the output's ± level
	Offset     float64 // V
}

// Thresholds returns the upper and lower input voltages (R2 V_ref ± R1 V_sat)/(R1+R2)
// + V_os at which the output changes.
func (s Schmitt) Thresholds() (upper, lower float64, err error) {
	err = first(positive("R1", s.R1, "Ohm"), positive("R2", s.R2, "Ohm"), positive("saturation", s.Saturation, "V"),
		finite("reference", "V", s.Reference), finite("offset", "V", s.Offset))
	if err != nil {
		return 0, 0, err
	}
	mid := s.R2/(s.R1+s.R2)*s.Reference + s.Offset
	half := s.R1 / (s.R1 + s.R2) * s.Saturation
	return mid + half, mid - half, nil
}
