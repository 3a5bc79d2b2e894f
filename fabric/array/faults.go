package array

import (
	"slices"

	"acl/fabric"
	"acl/fabric/kernel"
)

// fault is a cell whose weight cannot be changed.
type fault struct {
	cell  int
	value float32 // normalised weight that it holds
}

// Dead is a dead column: of the cut that it lies in, and of the array.
type Dead struct{ Cut, Col int }

// faultsAt draws the faults of an array after a number of moves: a share of cells stuck
// anywhere in the range. Dead columns, which read 0, are given.
func (m *Matrix) faultsAt(moves int) []fault {
	f := &m.chip.Faults
	dead := m.dead
	if moves > 0 {
		dead = nil // they are where the array was
	}
	if m.chip.Ideal || f.Stuck <= 0 && len(dead) == 0 {
		return nil
	}
	var out []fault
	n := len(m.Plus)
	u, at := make([]float32, n), make([]float32, n)
	if m.shared {
		m.ofCells(kernel.Key.Uniform, u, KindFault, 0, 1, 0)
		m.ofCells(kernel.Key.Uniform, at, KindFault, 1, 1, 0)
	} else {
		place := kernel.PathHash(placeName(m.name, moves))
		kernel.NewKey(uint64(m.chip.Die), uint32(KindFault), place, 0, 0).Uniform(u, 0, 0)
		kernel.NewKey(uint64(m.chip.Die), uint32(KindFault), place, 1, 0).Uniform(at, 0, 0)
	}
	for i := range u {
		if float64(u[i]) < f.Stuck {
			out = append(out, fault{i, 2*at[i] - 1})
		}
	}
	for _, d := range dead {
		c := m.cut(d.Cut)
		for i := c.Row; i < c.Row+c.Rows; i++ {
			out = append(out, fault{i*m.array.Cols + d.Col, 0})
		}
	}
	sortFaults(out)
	return out
}

// sortFaults orders faults by cell; of two of one cell, the later counts.
func sortFaults(list []fault) {
	slices.SortStableFunc(list, func(a, b fault) int { return a.cell - b.cell })
}

// cut is one of the array's cuts: the whole of it where it is on no tile.
func (m *Matrix) cut(i int) fabric.Cut {
	if len(m.array.Tiles) == 0 {
		return fabric.Cut{Rows: m.array.Rows, Cols: m.array.Cols}
	}
	return m.array.Tiles[i]
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
