package circuit

import "math"

// Rectifier is the inverting precision rectifier that serves as a ReLU (P9): its
// output is k = R2/R1 times a negative input and close to zero for a positive one.
type Rectifier struct {
	Amp   OpAmp
	Diode Junction // without series resistance
	Input float64  // Ohm, R1
	Gain  float64  // k = R2/R1
}

// Output returns the volts after the diode. Below zero it solves
// Vo = (-k v-(1+k)V_D/A0)/(1+(1+k)/A0) with V_D = V_T ln(Vo/(k R1 I_S)+1) of the
// diode in the loop; above, the node's residue V_D(v/R1)/(A0+1) is left. An
// amplifier's offset shifts input and output.
func (r Rectifier) Output(v, kelvin float64) (float64, error) {
	err := first(r.Amp.Check(), r.Diode.Check(), positive("input", r.Input, "Ohm"), positive("gain", r.Gain, ""),
		positive("temperature", kelvin, "K"), finite("v", "V", v))
	if err != nil {
		return 0, err
	}
	scale := r.Diode.Ideality * ThermalVoltage(kelvin)
	saturation := r.Diode.SaturationAt(kelvin)
	v -= r.Amp.Offset
	if v >= 0 {
		residue := scale * math.Log1p(v/r.Input/saturation) / (r.Amp.Gain + 1)
		return r.Amp.Clip(residue + r.Amp.Offset), nil
	}
	// With Vo = k R1 I_S (e^(V_D/V_T)-1) the loop is an equation for V_D alone.
	share := (1 + r.Gain) / r.Amp.Gain
	full := r.Gain * r.Input * saturation
	drop, err := junctionVoltage(full*(1+share), share, -r.Gain*v, scale)
	if err != nil {
		return 0, err
	}
	return r.Amp.Clip(full*math.Expm1(drop/scale) + r.Amp.Offset), nil
}
