package array

import "math"

// The control unit reads cells by known vectors: one row at full drive, all others
// at rest, read out in the narrowest range and converted (physics.md §6.3).

// Fields of the streams of such reads, and of what a scan and a repair write. Each has
// room for the rounds of one step.
const (
	measureField = 1 << 10
	trialField   = 1<<10 + 1<<8
	followField  = 1 << 7 // of a measurement: before an array leaves its tiles
)

// MeasureSigma is the sd, in logical weights, of what a cell is found to hold by the
// mean of a number of reads: noise and converter, and what is fixed on the die and
// cannot be told from the weight.
func (m *Matrix) MeasureSigma(reads int) float64 {
	st := m.narrow()
	noise := m.measureNoise(st, reads)
	return m.Alpha * math.Sqrt(noise*noise+st.Mismatch*st.Mismatch+st.Column*st.Column)
}

// narrow are the statistics of the array's tallest tile in the narrowest range.
func (m *Matrix) narrow() Stats {
	tall := 1
	for _, n := range m.Front.summed {
		tall = max(tall, n)
	}
	return StatsOf(m.chip, tall, GradientBound)
}

// measureNoise is the sd of the mean of a number of reads of a normalised weight.
func (m *Matrix) measureNoise(st Stats, reads int) float64 {
	lsb := 0.0
	if m.level.Quantize.On() {
		lsb = LSB(m.chip.ADC.Bits, GradientBound)
	}
	return math.Sqrt((st.Read*st.Read + lsb*lsb/12) / float64(max(reads, 1)))
}

// Measure writes to dst, Rows×Cols, the logical weights that the control unit finds
// in the cells by the mean of a number of reads: with their fixed errors and faults,
// and the gain of their columns.
func (m *Matrix) Measure(dst []float32, reads int, k ReadKey) {
	m.leaked()
	noise := float32(m.measureNoise(m.narrow(), reads))
	key := m.key(KindCalibrate, measureField+k.Field, k)
	cols := m.array.Cols
	factor, shift := make([]float32, m.Front.lanes()), make([]float32, m.Front.lanes())
	of := make([]int, 0, m.array.Rows) // each row's first amplifier
	for b, n := range m.Front.summed {
		at, end := b*cols, (b+1)*cols
		m.lines(&m.Front, b, false, 1, factor[at:end], shift[at:end])
		for range n {
			of = append(of, at)
		}
	}
	m.parts(len(dst), func(lo, hi int) {
		part := dst[lo:hi]
		m.cells(part, lo)
		if m.own != nil {
			add(part, m.own[lo:hi], 1)
		}
		m.faulty(part, lo)
		for i, v := range part {
			at := of[(lo+i)/cols] + (lo+i)%cols
			part[i] = factor[at] * (v + shift[at])
		}
		if noise > 0 {
			key.AddNormal(part, noise*float32(m.Alpha), 0, lo)
		}
	})
}

// OutputSigma is the sd of one output of a read, in normalised sums of w x: the
// noise of all its blocks, and a converter of the given bits (0: none).
func (m *Matrix) OutputSigma(reverse bool, bits int) float64 {
	s := &m.Front
	if reverse {
		s = &m.Back
	}
	var noise, lsb float64
	if m.level.Read.On() {
		noise = m.readSigma(s)
	}
	if m.level.Quantize.On() {
		lsb = LSB(bits, s.Bound)
	}
	return math.Sqrt(float64(len(s.summed))*noise*noise + lsb*lsb/12)
}
