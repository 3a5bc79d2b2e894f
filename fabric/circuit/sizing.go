package circuit

import (
	"math"

	"acl/fabric"
)

// Sizing is what an amplifier's tail current and capacitor make of it.
type Sizing struct {
	Slew             float64 // V/s
	Transconductance float64 // S, of one transistor of the input pair
	Bandwidth        float64 // Hz, gain times bandwidth
	Noise            float64 // V/√Hz, at the input
}

// Size derives an amplifier from the current of its tail, its compensation capacitor
// and the transconductance a current that its pair is biased for: SR = I/C,
// g_m = (g_m/I_D) I/2, GBW = g_m/2πC and e_n = √(4kT (2/3) 2/g_m) (physics.md §1).
func Size(tail, c, perCurrent, kelvin float64) Sizing {
	gm := perCurrent * tail / 2
	return Sizing{
		Slew: tail / c, Transconductance: gm, Bandwidth: gm / (2 * math.Pi * c),
		Noise: math.Sqrt(4 * Boltzmann * kelvin * 2 / 3 * 2 / gm),
	}
}

// Pelgrom returns the sd of a mismatch, in the unit of the coefficient over metres: the
// coefficient over the root of the gate's area (Pelgrom, JSSC 24:1433).
func Pelgrom(coefficient, area float64) float64 { return coefficient / math.Sqrt(area) }

// ChannelSlope returns γ, the share by which a cell's step changes over its range, of
// current sources with channel-length modulation λ: λ' V_r with λ' = λ/(1+λ V_DS), V_DS
// the volts across a source at a weight of zero and V_r the swing of a capacitor, V_W/2
// of a pair or V_W of a single one (physics.md §3.1).
func ChannelSlope(lambda, across, swing float64) float64 {
	return lambda / (1 + lambda*across) * swing
}

// Charged returns the volts on c farads after a source of i amperes, with channel-length
// modulation λ, has charged it from v for some seconds: I = i(1+λ(supply-v)), so that v
// tends to supply + 1/λ (physics.md §3.1). Discharging from v is charging of supply - v.
func Charged(v, supply, i, lambda, c, seconds float64) float64 {
	if lambda == 0 {
		return v + i*seconds/c
	}
	return v + (supply-v+1/lambda)*-math.Expm1(-i*lambda*seconds/c)
}

// PairLeak returns the weight of a pair of capacitors after some seconds, each of which
// leaks towards a level with a time constant of its own: what they have in common is no
// longer common (physics.md §3.1). Mid is the gate of a weight of 0, full the volts
// between the two for a weight of 1.
func PairLeak(w, full, mid, level, tauPlus, tauMinus, seconds float64) float64 {
	plus, minus := mid-level+w*full/2, mid-level-w*full/2
	return (plus*math.Exp(-seconds/tauPlus) - minus*math.Exp(-seconds/tauMinus)) / full
}

// PairResidue is the weight error times x that plain triodes of a pair with relative
// errors of β leave at an input, of full weight and input: -(x² V_X²/2)(δβ₊-δβ₋)/(V_W V_X)
// (physics.md §4.1).
func PairResidue(chip *fabric.Chip, x, plus, minus float64) float64 {
	return -x * x * chip.Rail.Input / 2 * (plus - minus) / chip.Rail.Weight
}

// DeadZone is the input, of a full one, below which a rectifier of gain k puts out
// nothing: (1+k)V_D/(A0 V_X), with V_D the drop of its diode (physics.md §4.3).
func DeadZone(chip *fabric.Chip, k, drop float64) float64 {
	return (1 + k) * drop / (chip.Opamp.Gain * chip.Rail.Input)
}

// SoftmaxError is the sd of each of some shares where every logit has errors of sd sigma,
// in nats: p √((1-p)² + Σ p_j²) sigma over the others (physics.md §4.3).
func SoftmaxError(p []float64, sigma float64) []float64 {
	squares := 0.0
	for _, q := range p {
		squares += q * q
	}
	out := make([]float64, len(p))
	for i, q := range p {
		out[i] = q * math.Sqrt(max(0, (1-q)*(1-q)+squares-q*q)) * sigma
	}
	return out
}

// SettlingEnergy is what an amplifier takes to settle to half a step of a converter of
// that many bits, J, whatever its speed: VDDA (I_q/GBW) NG (bits+1) ln2/2π (physics.md §9).
func SettlingEnergy(supply, current, bandwidth, noiseGain float64, bits int) float64 {
	return supply * current / bandwidth * noiseGain * float64(bits+1) * math.Ln2 / (2 * math.Pi)
}
