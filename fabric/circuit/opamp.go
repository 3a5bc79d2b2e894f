package circuit

import (
	"fmt"
	"math"

	"acl/fabric"
)

// OpAmp is an operational amplifier: one pole A(s) = A0/(1+sA0/2πGBW), a hard
// slew limit, an output that clips without wind-up, and an offset on the + input.
type OpAmp struct {
	Gain    float64 // A0, open loop at DC
	GBW     float64 // Hz
	Slew    float64 // V/s
	Noise   float64 // V/√Hz at the input
	Offset  float64 // V at the + input
	Current float64 // A, quiescent
	Low     float64 // V, output clip
	High    float64 // V
}

// OpAmpOf is the chip's amplifier, with no offset of its own: OffsetSigma has the
// spread of offsets over a die.
func OpAmpOf(chip *fabric.Chip) OpAmp {
	o, s := &chip.Opamp, chip.Rail.Swing
	return OpAmp{
		Gain: o.Gain, GBW: o.Bandwidth, Slew: o.Slew, Noise: o.Noise, Current: o.Current, Low: s.Low, High: s.High,
	}
}

// Check names a parameter at DC that no amplifier can have. A gain may be infinite,
// and so may the range of its output.
func (o OpAmp) Check() error {
	if !(o.Low < o.High) {
		return fmt.Errorf("output range %g V .. %g V: the low end has to be below the high one", o.Low, o.High)
	}
	if !(o.Gain > 0) {
		return fmt.Errorf("gain = %g: it has to be positive", o.Gain)
	}
	return finite("offset", "V", o.Offset)
}

// CheckDynamics names a parameter of settling or noise that no amplifier can have.
func (o OpAmp) CheckDynamics() error {
	return first(o.Check(), positive("bandwidth", o.GBW, "Hz"), positive("slew", o.Slew, "V/s"), notNegative("noise", o.Noise, "V/rtHz"))
}

// Loop is the factor 1+NG/A0 that finite gain divides every inverting form by.
func (o OpAmp) Loop(noiseGain float64) float64 { return 1 + noiseGain/o.Gain }

// Clip limits an output voltage.
func (o OpAmp) Clip(v float64) float64 { return min(max(v, o.Low), o.High) }

// out is an ideal output with the amplifier's offset, finite gain and clip.
func (o OpAmp) out(ideal, noiseGain float64) float64 {
	return o.Clip((ideal + noiseGain*o.Offset) / o.Loop(noiseGain))
}

// Sum returns the output of a summing amplifier (P1): inputs v through resistors r
// into one node with feedback rf, -Σ(rf/r)v before its errors.
func (o OpAmp) Sum(rf float64, v, r []float64) (float64, error) {
	err := first(o.Check(), paired("inputs", len(v), "resistors", len(r)), positive("rf", rf, "Ohm"),
		positives("r", r, "Ohm"), finite("v", "V", v...))
	if err != nil {
		return 0, err
	}
	ng, sum := 1.0, 0.0
	for i := range v {
		ng += rf / r[i]
		sum += rf / r[i] * v[i]
	}
	return o.out(-sum, ng), nil
}

// Difference returns v2-v1 from a difference amplifier of equal resistors (P1,
// noise gain 2).
func (o OpAmp) Difference(v1, v2 float64) (float64, error) {
	if err := first(o.Check(), finite("v", "V", v1, v2)); err != nil {
		return 0, err
	}
	return o.out(v2-v1, 2), nil
}

// Bandwidth returns the -3 dB frequency in Hz of a closed loop (P1t).
func (o OpAmp) Bandwidth(noiseGain float64) float64 { return o.GBW * (1/noiseGain + 1/o.Gain) }

// Tau returns the time constant in seconds of a closed loop (P1t).
func (o OpAmp) Tau(noiseGain float64) float64 { return 1 / (2 * math.Pi * o.Bandwidth(noiseGain)) }

// Settle returns the seconds that a step of the output takes to come within err
// volts of its end: slewing first where the step is above Slew τ (P1t).
func (o OpAmp) Settle(noiseGain, step, err float64) float64 {
	tau := o.Tau(noiseGain)
	step = math.Abs(step)
	if step <= err {
		return 0
	}
	if linear := o.Slew * tau; step > linear {
		return (step-max(linear, err))/o.Slew + tau*max(math.Log(linear/err), 0)
	}
	return tau * math.Log(step/err)
}

// SettleBits returns the seconds that a step takes to half a step of a converter
// of that many bits over it: to 2^-(bits+1).
func (o OpAmp) SettleBits(noiseGain, step float64, bits int) float64 {
	return o.Settle(noiseGain, step, math.Abs(step)*math.Ldexp(1, -bits-1))
}

// NoiseRMS returns the output noise in volts of one side of a closed loop with a
// feedback resistor rf (P1n); rf 0 leaves the amplifier's own.
func (o OpAmp) NoiseRMS(noiseGain, rf, kelvin float64) float64 {
	density := 4*Boltzmann*kelvin*rf*noiseGain + noiseGain*noiseGain*o.Noise*o.Noise
	return math.Sqrt(density*math.Pi/2*o.Bandwidth(noiseGain)) / o.Loop(noiseGain)
}

// Power returns the quiescent power in watts at a supply.
func (o OpAmp) Power(supply float64) float64 { return o.Current * supply }
