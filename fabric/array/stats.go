package array

import (
	"math"

	"acl/fabric"
	"acl/fabric/circuit"
)

// MaxBound is the widest read-out range of a tile, where no other is set.
const MaxBound = circuit.WidestBound

// bounds are the read-out ranges that R_f can be switched to, narrow first.
var bounds = [...]float64{2.5, 5, 10, MaxBound}

// ChooseBound returns the narrowest range B of 2.5, 5, 10 and 20 that holds the
// largest magnitude of a normalised sum of w x seen at calibration, or the one
// that the chip fixes.
func ChooseBound(chip *fabric.Chip, largest float64) float64 {
	if chip.Rail.Bound > 0 {
		return chip.Rail.Bound
	}
	for _, b := range bounds {
		if largest <= b {
			return b
		}
	}
	return MaxBound
}

// Stats are the statistics of the read-out of one tile, in units of a normalised
// sum of w x (physics.md §4.1). They are those of an exact tile, gain 1 and the
// rest 0, where a source is off.
type Stats struct {
	Gain      float64 // of a column, by finite loop gain: the same for all
	GainSigma float64 // sd of a column's gain about it
	Offset    float64 // sd of a column's offset before calibration
	Read      float64 // sd of the noise of one read
	Mismatch  float64 // sd of a cell's weight error
	Column    float64 // sd of the weight error common to a column
	Write     float64 // sd of a weight's error by one write
}

// StatsOf derives the statistics of the read-out of a tile whose amplifiers each
// sum the given number of inputs, with range bound, from the chip's circuit. A
// level that is a number replaces what the circuit gives: read is the sd of a
// unit output, offset the amplifier's offset in volts, mismatch the sd of a
// weight (other fixed differences keep their ratio to it), storage the sd of a
// written unit value.
func StatsOf(chip *fabric.Chip, inputs int, bound float64) Stats {
	s := Stats{Gain: 1}
	n := levels(chip)
	if n.Offset.On() {
		s.Gain = circuit.ColumnGain(chip, inputs, bound)
		s.GainSigma = chip.Mismatch.Resistor
		amp := *chip
		amp.Opamp.Offset = n.Offset.Number(chip.Opamp.Offset)
		s.Offset = circuit.OffsetSigma(&amp, inputs, bound)
	}
	if n.Read.On() {
		s.Read = n.Read.Number(circuit.ReadNoiseSigma(chip, inputs, bound))
	}
	s.addMismatch(chip, n)
	if n.Storage.On() {
		s.Write = n.Storage.Number(circuit.WriteSigma(chip))
	}
	return s
}

// addMismatch fills in the fixed differences between devices. Without gates
// that follow the input, the triode's square term leaves a residue
// x² (δβ₊-δβ₋) V_X/2V_W; it is counted as a weight error at its value for a full
// input, which is its largest.
func (s *Stats) addMismatch(chip *fabric.Chip, n fabric.Noise) {
	if !n.Mismatch.On() {
		return
	}
	own := circuit.MismatchSigma(chip)
	s.Column = circuit.ColumnCommonSigma(chip)
	s.Mismatch = own
	if !linearized(chip) {
		s.Mismatch = math.Hypot(own, circuit.QuadraticSigma(chip))
	}
	if n.Mismatch.Mode == fabric.LevelNumber && own > 0 {
		k := n.Mismatch.Value / own
		s.Mismatch, s.Column = k*s.Mismatch, k*s.Column
	}
}

// linearized reports whether the gates of the cells follow their two ends, which
// removes the square term of the triode law.
func linearized(chip *fabric.Chip) bool { return chip.VCR.Law == "linearized" }

// levels are the noise levels at work: all off on an ideal chip.
func levels(chip *fabric.Chip) fabric.Noise {
	if chip.Ideal {
		return fabric.Noise{}
	}
	return chip.Noise
}

// LSB is the step of a converter of 2^bits-2 steps over ±limit, 0 for bits 0
// (physics.md §4.1).
func LSB(bits int, limit float64) float64 {
	if bits == 0 {
		return 0
	}
	return 2 * limit / (math.Ldexp(1, bits) - 2)
}
