package array

import "math"

// What is between a column and its checksum while nothing is wrong: the noise of their
// reads, the rest of their offsets, and the cells of both, which differ from what was
// meant by how they were measured and written, and by how they have leaked since. The
// threshold of a syndrome (physics.md §6.2) counts all of it.

// Driven is what the rows of a read are driven by, in shares of full drive: the sums over
// the rows of one read, with the bias row, of squares and of magnitudes.
type Driven struct{ Squares, Sum float64 }

// Deviation is how far the cells of a column may be from what its checksum holds of
// them, as variances of a normalised weight.
type Deviation struct {
	Cell   float64 `state:"cell"`   // of each cell on its own
	Column float64 `state:"column"` // common to all cells of a column
}

// Driven is what rows with the given root mean square and mean magnitude are driven by.
func (m *Matrix) Driven(root, mean float64) Driven {
	n := float64(m.inputRows())
	d := Driven{Squares: n * root * root, Sum: n * mean}
	if m.array.Bias {
		d.Squares, d.Sum = d.Squares+1, d.Sum+1 // at most: the operand's full scale may be more
	}
	return d
}

// AsMade is the deviation of cells that were written and never measured: what is fixed
// on the die, and the noise of a write.
func (m *Matrix) AsMade() Deviation {
	st := m.narrow()
	return Deviation{Cell: st.Mismatch*st.Mismatch + st.Write*st.Write, Column: st.Column * st.Column}
}

// AsMeasured is the deviation of cells that were measured by the mean of a number of
// reads.
func (m *Matrix) AsMeasured(reads int) Deviation {
	noise := m.measureNoise(m.narrow(), reads)
	return Deviation{Cell: noise * noise}
}

// Wander is the variance that writing adds to a cell's deviation where it was asked for
// changes of normalised weights: gross is the sum of their root mean squares, and pulses
// the mean number of pulses that came of them; rounded is the sum over the changes of
// what rounding to whole pulses leaves, in pulses squared, and taken the sum of the
// shares of the cells that were pulsed, each of which takes up kT/C. Cells spread in how
// they answer (physics.md §3.2).
func (m *Matrix) Wander(gross, pulses, rounded, taken float64) float64 {
	kTC := taken * float64(m.write) * float64(m.write)
	if m.die == nil {
		return kTC
	}
	s, step := &m.chip.Cell.Spread, m.chip.Cell.Step
	k := m.die.scale
	slope := m.chip.Cell.Asymmetry / math.Sqrt(3) // of weights anywhere in the range
	each := k*k*(s.Step*s.Step+s.Symmetry*s.Symmetry) + slope*slope
	return kTC + gross*gross*each + step*step*(k*k*s.Cycle*s.Cycle*pulses+rounded)
}

// Ends is the variance of a cell's deviation where a share of the cells is at the end of
// the range, which differs from cell to cell.
func (m *Matrix) Ends(share float64) float64 {
	b := m.boundSpread()
	return share * b * b
}

// boundSpread is the sd of the end of a cell's range.
func (m *Matrix) boundSpread() float64 {
	if m.die == nil || m.die.open {
		return 0
	}
	return m.die.scale * m.chip.Cell.Spread.Bounds
}

// AtEnd reports whether a cell that was asked to hold a logical weight may have met the
// end of its range before, and holds the most that it can: found, as a measurement that
// errs by at most off has it.
func (m *Matrix) AtEnd(asked, found, off float64) bool {
	spread := endSpreads * m.boundSpread() * m.Alpha
	if math.IsInf(m.Reach(), 1) || math.Abs(asked) < m.Reach()-spread || math.Signbit(asked) != math.Signbit(found) {
		return false
	}
	size := math.Abs(found)
	return size >= m.Reach()-spread-off && size <= m.Reach()+spread+off
}

// endSpreads is how many standard deviations the ends of ranges are looked for within.
const endSpreads = 4

// Reach is the largest logical weight that a nominal cell holds.
func (m *Matrix) Reach() float64 {
	return m.Alpha * float64(m.end())
}

// CheckSigma is the sd of an output, in normalised sums of w x, about what a checksum
// column says of it: the noise of a read, what calibration by a number of reads left of
// the offset, and the deviation of its cells under a drive.
func (m *Matrix) CheckSigma(d Deviation, x Driven, reads int) float64 {
	noise := m.OutputSigma(false, 0)
	zeta := m.level.Weight.Number(0) // at most: a share of the largest weight
	return math.Sqrt(noise*noise + m.zero(reads) + (d.Cell+zeta*zeta)*x.Squares + d.Column*x.Sum*x.Sum)
}

// zero is the variance of the offset of an output, in normalised sums of w x: all of it
// before a calibration, and after one what a number of reads left.
func (m *Matrix) zero(reads int) (variance float64) {
	if !m.level.Offset.On() {
		return 0
	}
	for _, st := range m.stats(&m.Front) {
		left := st.Offset
		if m.Front.Zeroed {
			left = m.residue(&m.Front, st.Read, reads)
		}
		variance += left * left
	}
	return variance
}
