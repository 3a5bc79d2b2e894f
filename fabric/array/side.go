package array

import (
	"math"

	"acl/fabric"
	"acl/fabric/circuit"
	"acl/fabric/kernel"
)

// side is the periphery of reads in one direction: one summing amplifier an
// output of each block of inputs that shares tiles. Tables are blocks × outputs.
type side struct {
	blocks  []kernel.Block `state:"-"` // of inputs, without a bias
	summed  []int          `state:"-"` // inputs that each block's amplifiers sum
	outputs int            `state:"-"`
	dummy   bool           `state:"-"` // a dummy line is subtracted from every output
	field   uint32         `state:"-"`
	column  []float32      `state:"-"` // weight error common to an output, nil: none
	drop    []float32      `state:"-"` // share of the drive that reaches an output, nil: all

	Bound  float64   `state:"bound"`  // B
	Gain   []float32 `state:"gain"`   // nil: all 1
	Offset []float32 `state:"offset"` // in normalised sums of w x, nil: none
	Zeroed bool      `state:"zeroed"` // calibrated
	// Since is the number of steps done when the gains were last calibrated.
	Since uint64 `state:"since"`
	// Kelvin is the temperature that the gains were last trimmed at.
	Kelvin float64 `state:"kelvin"`
}

// span is a range of lines of the array.
type span struct{ lo, hi int }

// spans are the distinct ranges that cuts make of one axis of n lines, in their
// order; one range where there are none.
func spans(cuts []fabric.Cut, n int, of func(fabric.Cut) span) []span {
	if len(cuts) == 0 {
		return []span{{0, n}}
	}
	var out []span
	for _, c := range cuts {
		if s := of(c); len(out) == 0 || s.lo >= out[len(out)-1].hi {
			out = append(out, s)
		}
	}
	return out
}

func rowsOf(c fabric.Cut) span { return span{c.Row, c.Row + c.Rows} }
func colsOf(c fabric.Cut) span { return span{c.Col, c.Col + c.Cols} }

// newFront is the periphery of forward reads: rows are inputs, the bias row among
// them.
func (m *Matrix) newFront() side {
	a := m.array
	s := m.newSide(spans(a.Tiles, a.Rows, rowsOf), m.inputRows(), a.Cols, originalField)
	s.drop = m.irDrop(spans(a.Tiles, a.Cols, colsOf), a.Cols)
	return s
}

// newBack is the periphery of transposed reads, of the weights' own tiles or of
// the copy's: columns are inputs, the rows without the bias outputs. Where the
// square term of plain triodes adds up, a row of zero weights is read along and
// subtracted (physics.md §4.2).
func (m *Matrix) newBack() side {
	a, cuts, field := m.array, m.array.Tiles, uint32(reverseField)
	if m.copies() {
		cuts, field = a.Copy, copyField
	}
	s := m.newSide(spans(cuts, a.Cols, colsOf), a.Cols, m.inputRows(), field)
	s.drop = m.irDrop(spans(cuts, a.Rows, rowsOf), s.outputs)
	return s
}

// inputRows is the number of rows without the bias row.
func (m *Matrix) inputRows() int {
	if m.array.Bias {
		return m.array.Rows - 1
	}
	return m.array.Rows
}

// newSide makes the periphery of blocks of inputs and draws what is fixed on the
// die. Inputs counts those that a kernel drives, without a bias.
func (m *Matrix) newSide(lines []span, inputs, outputs int, field uint32) side {
	s := side{outputs: outputs, field: field, Bound: MaxBound}
	s.dummy = field != originalField && !linearized(m.chip)
	if b := m.chip.Rail.Bound; b > 0 {
		s.Bound = b
	}
	for _, l := range lines {
		s.summed = append(s.summed, l.hi-l.lo)
		s.blocks = append(s.blocks, kernel.Block{Lo: min(l.lo, inputs), Hi: min(l.hi, inputs)})
	}
	if sigma := StatsOf(m.chip, 1, s.Bound).Column; sigma > 0 {
		s.column = make([]float32, s.lanes())
		m.ofLanes(scaled(sigma), s.column, KindColumn, &s)
	}
	m.reset(&s)
	return s
}

// lanes is the number of amplifiers.
func (s *side) lanes() int { return len(s.summed) * s.outputs }

// irDrop is P13 along the lines of a read: each crosses the outputs of its tile,
// driven at one end. Nil where wires are perfect.
func (m *Matrix) irDrop(lines []span, outputs int) []float32 {
	if !m.level.IRDrop.On() {
		return nil
	}
	wire := m.level.IRDrop.Number(m.chip.Tiles.Wire)
	conductance := 2 * m.chip.VCR.Beta * m.chip.VCR.Overdrive
	out := make([]float32, outputs)
	for _, l := range lines {
		for j := l.lo; j < min(l.hi, outputs); j++ {
			out[j] = float32(circuit.Ladder(l.hi-l.lo, j-l.lo+1, wire, conductance))
		}
	}
	return out
}

// stats are the statistics of each block's amplifiers.
func (m *Matrix) stats(s *side) []Stats {
	out := make([]Stats, len(s.summed))
	for b, n := range s.summed {
		out[b] = StatsOf(m.chip, n, s.Bound)
		if s.dummy {
			out[b].Offset *= math.Sqrt2
		}
	}
	return out
}

// reset sets the gains and offsets of a side to the die's own, as before any
// calibration.
func (m *Matrix) reset(s *side) {
	s.Gain, s.Offset, s.Since, s.Zeroed, s.Kelvin = nil, nil, m.Aged, false, circuit.Nominal
	if !m.level.Offset.On() {
		return
	}
	s.Gain, s.Offset = make([]float32, s.lanes()), make([]float32, s.lanes())
	m.ofLanes(kernel.Key.Normal, s.Gain, KindGain, s)
	m.ofLanes(kernel.Key.Normal, s.Offset, KindOffset, s)
	if s.field == originalField {
		m.graftDraws(s)
	}
	for b, st := range m.stats(s) {
		for j := b * s.outputs; j < (b+1)*s.outputs; j++ {
			s.Gain[j] = float32(st.Gain * (1 + st.GainSigma*float64(s.Gain[j])))
			s.Offset[j] *= float32(st.Offset)
		}
	}
}

// Calibrate zeroes the read-outs of the array by known vectors, each read the
// given number of times: with all inputs at 0 for the offsets, and of a reference
// line at full weight and full input for the gains (physics.md §6.4). What stays
// is the error of those means, of sd √((σ²+LSB²/12)/reads), drawn from the key.
// The gain that finite loop gain takes is known from the circuit and always
// removed; its spread between columns is left as it is where the means are no
// better. What the temperature does to all of them alike is not known, so that the
// mean over the columns takes its place where noise.drift is on.
func (m *Matrix) Calibrate(reads int, k ReadKey) {
	m.calibrate(&m.Front, reads, k)
	m.calibrate(&m.Back, reads, k)
	m.version++
}

func (m *Matrix) calibrate(s *side, reads int, k ReadKey) {
	m.reset(s)
	s.Zeroed, s.Kelvin = true, m.chip.Temperature
	if s.Offset != nil {
		m.key(KindCalibrate, 2*s.field, k).Normal(s.Offset, 0, 0)
	}
	if s.Gain == nil && m.level.Drift.On() {
		s.Gain = make([]float32, s.lanes())
		for j := range s.Gain {
			s.Gain[j] = 1
		}
	}
	if s.Gain == nil {
		return
	}
	found := make([]float32, s.lanes())
	m.key(KindCalibrate, 2*s.field+1, k).Normal(found, 0, 0)
	for b, st := range m.stats(s) {
		lo, hi := b*s.outputs, (b+1)*s.outputs
		residue := m.residue(s, st.Read, reads)
		if s.Offset != nil {
			scale(s.Offset[lo:hi], float32(residue))
		}
		scale(found[lo:hi], float32(residue))
		m.correct(s.Gain[lo:hi], found[lo:hi], st, residue)
	}
}

// residue is the sd of the mean of a number of reads of one amplifier, each with
// the given noise.
func (m *Matrix) residue(s *side, read float64, reads int) float64 {
	if s.dummy {
		read *= math.Sqrt2
	}
	lsb := 0.0
	if m.level.Quantize.On() {
		lsb = LSB(m.chip.ADC.Bits, s.Bound)
	}
	offset, _ := Residue(read, lsb, reads, 1)
	return offset
}

// correct corrects the gains of a block by what was found, which errs by the given
// shares: one by one where that is better than their spread.
func (m *Matrix) correct(gains, found []float32, st Stats, residue float64) {
	for j := range gains {
		if residue < st.GainSigma {
			gains[j] = 1 + found[j]
		} else {
			gains[j] /= float32(st.Gain)
		}
	}
	if m.level.Drift.On() && residue >= st.GainSigma {
		trim(gains, found)
	}
}
