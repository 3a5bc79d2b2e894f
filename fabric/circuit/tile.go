package circuit

import (
	"fmt"
	"math"

	"acl/fabric"
)

// WidestBound is the out bound B of a read-out where none is said: the sum of w x
// that reaches the swing (physics.md §1).
const WidestBound = 20

// Swing is the voltage at which outputs clip on the nearer side of the common
// mode.
func Swing(chip *fabric.Chip) float64 {
	return min(math.Abs(chip.Rail.Swing.Low), math.Abs(chip.Rail.Swing.High))
}

// boundOf is a given bound, or the chip's, or the widest.
func boundOf(chip *fabric.Chip, bound float64) float64 {
	switch {
	case bound > 0:
		return bound
	case chip.Rail.Bound > 0:
		return chip.Rail.Bound
	}
	return WidestBound
}

// FeedbackResistor returns R_f = V_clip/(β V_W V_X B) in ohms of a read-out with
// range B; a bound of 0 takes the chip's own, or 20.
func FeedbackResistor(chip *fabric.Chip, bound float64) float64 {
	return Swing(chip) / (VCROf(chip).factor() * chip.Rail.Weight * chip.Rail.Input * boundOf(chip, bound))
}

// Conductance returns G0 = β V_ov in siemens, the mean of a cell's two resistors:
// 1 µS. A JFET's is twice that, by its law.
func Conductance(chip *fabric.Chip) float64 {
	return VCROf(chip).factor() * chip.VCR.Overdrive
}

// NoiseGain returns 1 + R_f Σ β V_ov of a read-out that sums the given number of
// rows (physics.md §4.1).
func NoiseGain(chip *fabric.Chip, rows int, bound float64) float64 {
	return 1 + FeedbackResistor(chip, bound)*Conductance(chip)*float64(rows)
}

// ColumnTau returns the time constant in seconds of a read-out.
func ColumnTau(chip *fabric.Chip, rows int, bound float64) float64 {
	return OpAmpOf(chip).Tau(NoiseGain(chip, rows, bound))
}

// RowSettle returns the seconds that a row driver takes to a full input, to half
// a step of a converter of that many bits.
func RowSettle(chip *fabric.Chip, bits int) float64 {
	return OpAmpOf(chip).SettleBits(1, chip.Rail.Input, bits)
}

// ColumnSettle returns the seconds that a read-out takes over its full swing.
func ColumnSettle(chip *fabric.Chip, rows int, bound float64, bits int) float64 {
	return OpAmpOf(chip).SettleBits(NoiseGain(chip, rows, bound), Swing(chip), bits)
}

// The statistics below are in units of a normalised sum of w x, or of a full
// weight: physics.md §4.1.

// ColumnGain returns the gain 1/(1+NG/A0) of a read-out.
func ColumnGain(chip *fabric.Chip, rows int, bound float64) float64 {
	return 1 / OpAmpOf(chip).Loop(NoiseGain(chip, rows, bound))
}

// OffsetSigma returns the sd √2 NG V_os B/V_clip of a read-out's offset before
// any auto-zero.
func OffsetSigma(chip *fabric.Chip, rows int, bound float64) float64 {
	v := math.Sqrt2 * NoiseGain(chip, rows, bound) * chip.Opamp.Offset
	return v * boundOf(chip, bound) / Swing(chip)
}

// ReadNoiseSigma returns the sd of the noise of one differential read: √2 times
// P1n of a side.
func ReadNoiseSigma(chip *fabric.Chip, rows int, bound float64) float64 {
	side := OpAmpOf(chip).NoiseRMS(NoiseGain(chip, rows, bound), FeedbackResistor(chip, bound), chip.Temperature)
	return math.Sqrt2 * side * boundOf(chip, bound) / Swing(chip)
}

// MismatchSigma returns the sd √(2σ_VT²+2V_ov²σ_β²)/V_W of a cell's weight error.
func MismatchSigma(chip *fabric.Chip) float64 {
	return math.Sqrt2 * math.Hypot(chip.Mismatch.Threshold, chip.VCR.Overdrive*chip.Mismatch.Beta) / chip.Rail.Weight
}

// ColumnCommonSigma returns the sd V_ov √2 σ_R/V_W of the weight error that the
// two feedback resistors of a read-out give to all its cells alike.
func ColumnCommonSigma(chip *fabric.Chip) float64 {
	return math.Sqrt2 * chip.VCR.Overdrive * chip.Mismatch.Resistor / chip.Rail.Weight
}

// QuadraticSigma returns the sd of the factor q in the residue q x² that unequal
// β of a plain triode pair leave: √2 σ_β V_X/2V_W.
func QuadraticSigma(chip *fabric.Chip) float64 {
	return math.Sqrt2 * chip.Mismatch.Beta * chip.Rail.Input / (2 * chip.Rail.Weight)
}

// WriteSigma returns the sd √2 √(kT/C)/V_W of a weight by the kT/C noise of
// writing its two capacitors.
func WriteSigma(chip *fabric.Chip) float64 {
	return math.Sqrt2 * HoldNoise(chip.Cap.Weight, chip.Temperature) / chip.Rail.Weight
}

// HoldSigma returns the sd √(kT/C) in volts of a sample on a hold capacitor:
// 0.288 mV at 50 fF.
func HoldSigma(chip *fabric.Chip) float64 { return HoldNoise(chip.Cap.Hold, chip.Temperature) }

// WireDrop returns the share of a line's drive that its wire loses up to the last
// of its cells, each a pair of resistors: 1.6 % at 128 cells of 2 G0 and 1 ohm.
func WireDrop(chip *fabric.Chip, cells int) float64 {
	return 1 - Ladder(cells, cells, chip.Tiles.Wire, 2*Conductance(chip))
}

// Ladder returns the share of a row's drive that reaches cell k of n, 1 the
// nearest, through wire segments of r ohms with g siemens a cell (P13).
func Ladder(n, k int, r, g float64) float64 {
	// cosh a = 1+rg/2 as sinh(a/2) = √(rg)/2, which keeps its digits for small rg;
	// the ratio of the two cosh is written in falling exponentials, which long lines
	// do not overflow.
	a := 2 * math.Asinh(math.Sqrt(r*g)/2)
	near, far := float64(n-k)+0.5, float64(n)+0.5
	return math.Exp(-float64(k)*a) * (1 + math.Exp(-2*near*a)) / (1 + math.Exp(-2*far*a))
}

// LadderShares returns the share of a line's drive that each of its n cells gets,
// the nearest first.
func LadderShares(n int, r, g float64) ([]float64, error) {
	if n < 1 {
		return nil, fmt.Errorf("n = %d cells: a line has at least one", n)
	}
	if err := first(notNegative("r", r, "Ohm"), notNegative("g", g, "S")); err != nil {
		return nil, err
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = Ladder(n, i+1, r, g)
	}
	return out, nil
}
