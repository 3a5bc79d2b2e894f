package circuit

import "math"

// A Pair is a differential pair that steers a tail current; what follows are its
// three kinds (P6). Only the first two draw a tanh.

// BipolarPair is a pair of bipolar transistors into a load: R α_F I
// tanh((v+V_os)/2V_T).
type BipolarPair struct {
	Load float64 // Ohm
	Tail float64 // A
	Beta float64 // β_F, current gain; +Inf: no base current
	Skew float64 // I_S1/I_S2 of the two transistors, 1 if they match
}

// Output returns the volts over the load for an input difference v.
func (p BipolarPair) Output(v, kelvin float64) (float64, error) {
	err := first(checkTail(p.Load, p.Tail, v), positive("temperature", kelvin, "K"), positive("skew", p.Skew, ""),
		checkCurrentGain(p.Beta))
	if err != nil {
		return 0, err
	}
	vt := ThermalVoltage(kelvin)
	return p.Load * collected(p.Beta) * p.Tail * math.Tanh((v+vt*math.Log(p.Skew))/(2*vt)), nil
}

// WeakPair is a pair of MOS transistors in weak inversion: R I tanh((v+V_os)/2nV_T).
type WeakPair struct {
	Load   float64 // Ohm
	Tail   float64 // A
	Slope  float64 // n, 1.18 as extracted for the node
	Offset float64 // V
}

// Output returns the volts over the load for an input difference v.
func (p WeakPair) Output(v, kelvin float64) (float64, error) {
	err := first(checkTail(p.Load, p.Tail, v), positive("temperature", kelvin, "K"), positive("slope", p.Slope, ""),
		finite("offset", "V", p.Offset))
	if err != nil {
		return 0, err
	}
	return p.Load * p.Tail * math.Tanh((v+p.Offset)/(2*p.Slope*ThermalVoltage(kelvin))), nil
}

// StrongPair is a pair of MOS transistors in strong inversion, which is no tanh:
// R ½β v √(4I/β-v²) up to |v| = √(2I/β), flat beyond.
type StrongPair struct {
	Load float64 // Ohm
	Tail float64 // A
	Beta float64 // A/V²
}

// Output returns the volts over the load for an input difference v.
func (p StrongPair) Output(v float64) (float64, error) {
	if err := first(checkTail(p.Load, p.Tail, v), positive("beta", p.Beta, "A/V2")); err != nil {
		return 0, err
	}
	if v*v >= 2*p.Tail/p.Beta {
		return p.Load * math.Copysign(p.Tail, v), nil
	}
	return p.Load * p.Beta / 2 * v * math.Sqrt(4*p.Tail/p.Beta-v*v), nil
}

func checkTail(load, tail, v float64) error {
	return first(positive("load", load, "Ohm"), positive("tail", tail, "A"), finite("v", "V", v))
}

// collected is α_F = β_F/(1+β_F), the share of an emitter's current that reaches
// the collector.
func collected(beta float64) float64 { return 1 / (1 + 1/beta) }

// checkCurrentGain allows +Inf, a transistor without base current.
func checkCurrentGain(beta float64) error {
	if math.IsInf(beta, 1) {
		return nil
	}
	return positive("current gain", beta, "")
}
