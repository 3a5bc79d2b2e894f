package array

import (
	"math"

	"acl/fabric/kernel"
)

// mostPairs bounds the measurement of a symmetry point.
const mostPairs = 1e5

// SymmetryPairs is the number of pairs of an up and a down pulse that measure the
// symmetry points of a chip's cells; 0 where steps do not depend on the weight,
// so that there is no such point.
func (m *Matrix) SymmetryPairs() int {
	c := &m.chip.Cell
	if m.die == nil || c.Asymmetry <= 0 {
		return 0
	}
	return int(min(PairsToSymmetry(c.Asymmetry, c.Step), mostPairs))
}

// ZeroShift measures the symmetry point of every cell, where up and down pulses are
// of one size, and makes it the cell's zero (Kim et al., "Zero-shifting technique
// for deep neural network training on resistive cross-point arrays", 2019). Pairs of
// pulses drive the cells there from 0, or to the bound on the way; what stays of the
// pulses' spread, and the noise of the mean of a number of read-outs, err in it. The
// weights are 0 afterwards. It returns the pairs that were sent.
func (m *Matrix) ZeroShift(reads int, k ReadKey) int {
	pairs := m.SymmetryPairs()
	if pairs == 0 {
		return 0
	}
	found := make([]float32, len(m.Plus))
	pulses, read := m.key(KindPulse, symmetryField, k), m.key(KindRead, symmetryField, k)
	cycle := m.chip.Cell.Spread.Cycle * m.die.scale
	var step float32
	if m.level.Quantize.On() {
		step = float32(LSB(m.chip.ADC.Bits, 1))
	}
	sigma := m.oneHot() / float32(math.Sqrt(float64(max(reads, 1))))
	m.parts(len(found), func(lo, hi int) {
		part := found[lo:hi]
		pulses.Normal(part, 0, lo)
		for i, z := range part {
			c := m.die.cell(lo + i)
			part[i] = float32(c.alternate(0, pairs, cycle, float64(z)))
		}
		if sigma > 0 {
			read.AddNormal(part, sigma, 0, lo)
		}
		kernel.Quantize(nil, part, step, 0)
	})
	m.leaked()
	m.Reference = found
	clear(m.Plus)
	clear(m.Minus)
	m.version++
	return pairs
}

// alternate is the weight after pairs of an up and a down pulse from w, with one
// draw for all of them: a pair is one step of a ramp, whose sum is a closed form. A
// cell whose symmetry point lies beyond a bound ends there.
func (c *Cell) alternate(w float64, pairs int, cycle, z float64) float64 {
	q := (1 - c.SlopeUp) * (1 - c.SlopeDown)
	pair := ramp{float64(c.Up*(1-c.SlopeDown)) - c.Down, 1 - q}
	w = pair.climb(w, pairs, 0, 0)
	squares, _ := geometric(q*q, pairs)
	w += float64(cycle * math.Hypot(c.Up, c.Down) * math.Sqrt(squares) * z)
	w, _ = clip(w, c.Min, c.Max)
	return w
}

// Clear sets all weights to 0: to their symmetry points where those were measured.
func (m *Matrix) Clear(k ReadKey) {
	m.scratch = grow(m.scratch, len(m.Plus))
	clear(m.scratch)
	m.store(m.scratch, m.key(KindStorage, clearField, k))
}
