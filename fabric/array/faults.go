package array

import (
	"slices"

	"acl/fabric"
)

// fault is a cell whose weight cannot be changed.
type fault struct {
	cell  int
	value float32 // normalised weight that it holds
}

// newFaults draws the faults of an array: a share of cells stuck anywhere in the
// range, and in every tile a number of dead columns, which read 0.
func (m *Matrix) newFaults() []fault {
	f := &m.chip.Faults
	if m.chip.Ideal || f.Stuck <= 0 && f.Columns <= 0 {
		return nil
	}
	var out []fault
	n := len(m.Plus)
	u, at := make([]float32, n), make([]float32, n)
	m.dieKey(KindFault, 0).Uniform(u, 0, 0)
	m.dieKey(KindFault, 1).Uniform(at, 0, 0)
	for i := range u {
		if float64(u[i]) < f.Stuck {
			out = append(out, fault{i, 2*at[i] - 1})
		}
	}
	cuts := m.array.Tiles
	if len(cuts) == 0 {
		cuts = []fabric.Cut{{Rows: m.array.Rows, Cols: m.array.Cols}}
	}
	for t, c := range cuts {
		out = append(out, m.deadColumns(t, c)...)
	}
	// By cell; of two faults of one, the later counts.
	slices.SortStableFunc(out, func(a, b fault) int { return a.cell - b.cell })
	return out
}

// deadColumns draws which columns of a tile are dead: those of the lowest draws.
func (m *Matrix) deadColumns(t int, c fabric.Cut) []fault {
	rank := make([]float32, c.Cols)
	m.dieKey(KindFault, uint32(2+t)).Uniform(rank, 0, 0)
	var out []fault
	for range min(m.chip.Faults.Columns, c.Cols) {
		low := 0
		for j, r := range rank {
			if r < rank[low] {
				low = j
			}
		}
		rank[low] = 2
		for i := range c.Rows {
			out = append(out, fault{(c.Row+i)*m.array.Cols + c.Col + low, 0})
		}
	}
	return out
}

// faulty puts the values of faulty cells in place of those that were written, in
// cells lo...
func (m *Matrix) faulty(cells []float32, lo int) {
	at, _ := slices.BinarySearchFunc(m.faults, lo, func(f fault, lo int) int { return f.cell - lo })
	for _, f := range m.faults[at:] {
		if f.cell >= lo+len(cells) {
			break
		}
		cells[f.cell-lo] = f.value
	}
}

// drift is the factor on the gain of a side by ageing since its calibration and
// by its temperature.
func (m *Matrix) drift(s *side) float32 {
	if m.chip.Ideal {
		return 1
	}
	return float32(m.warmth(s)) * (1 + float32(m.chip.Faults.Drift*float64(m.Aged-s.Since)/1000))
}
