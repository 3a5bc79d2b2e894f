package array

import (
	"math"

	"acl/fabric/circuit"
)

// The resistance of every cell follows the temperature, β ~ T^-1.5, while the
// read-out's feedback resistor does not: all reads of a tile gain or lose the same
// share (physics.md §2, §6.4). Read-outs are trimmed at 300.15 K. A calibration
// trims them anew, at the chip's temperature, through the feedback resistor, so
// that noise gain, noise and settling stay what they were; it finds the share no
// better than its reads are. Reads of gradient tiles are compared with a reference
// line of the same tile, and drop it out.

// warmth is the factor on the gain of a side by a temperature other than that of
// its last trim; 1 without noise.drift. A level that is a number multiplies the
// exponent.
func (m *Matrix) warmth(s *side) float64 {
	kelvin := m.chip.Temperature
	if !m.level.Drift.On() || kelvin == s.Kelvin {
		return 1
	}
	share := circuit.VCROf(m.chip).At(kelvin).Beta / circuit.VCROf(m.chip).At(s.Kelvin).Beta
	return math.Pow(share, m.level.Drift.Number(1))
}

// trim brings the mean of the gains that known vectors found to 1: found are those
// means' errors, relative to a read-out's gain. It is for read-outs whose errors
// are larger than what tells their gains apart, so that only what they have in
// common is worth correcting.
func trim(gains, found []float32) {
	var mean float64
	for i, g := range gains {
		mean += float64(g) * (1 + float64(found[i]))
	}
	mean /= float64(len(gains))
	for i := range gains {
		gains[i] = float32(float64(gains[i]) / mean)
	}
}
