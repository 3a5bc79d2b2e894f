package array

import (
	"math"
	"slices"
	"strconv"

	"acl/fabric/kernel"
)

// Arrays that take turns on their tiles find the same cells and amplifiers there. What is
// drawn once for a die then belongs to the tile and the place in it, whatever array lies
// there; what is drawn for an event stays the array's own.

// draw writes numbers of a key's stream to dst, as the methods of kernel.Key do.
type draw func(k kernel.Key, dst []float32, sample uint32, from int)

// scaled draws normal numbers times sigma onto zeros.
func scaled(sigma float64) draw {
	return func(k kernel.Key, dst []float32, sample uint32, from int) {
		k.AddNormal(dst, float32(sigma), sample, from)
	}
}

// tileKey is a stream that is fixed for a die and one of its tiles.
func (m *Matrix) tileKey(tile int, kind Kind, field uint32) kernel.Key {
	return kernel.NewKey(uint64(m.chip.Die), uint32(kind), kernel.PathHash("tile "+strconv.Itoa(tile)), field, 0)
}

// ofCells draws what is fixed on the die of cells lo.., the given numbers for each.
func (m *Matrix) ofCells(by draw, dst []float32, kind Kind, field uint32, each, lo int) {
	if !m.shared {
		by(m.dieKey(kind, field), dst, 0, lo*each)
		return
	}
	for len(dst) > 0 {
		row, col := lo/m.array.Cols, lo%m.array.Cols
		c := m.cut(m.CutOf(lo))
		n := min(c.Col+c.Cols-col, len(dst)/each)
		at := (row-c.Row)*m.chip.Tiles.Size.W + col - c.Col
		by(m.tileKey(c.Tile, kind, field), dst[:n*each], 0, at*each)
		dst, lo = dst[n*each:], lo+n
	}
}

// ofLanes draws what is fixed on the die of the amplifiers of a side, blocks × outputs.
func (m *Matrix) ofLanes(by draw, dst []float32, kind Kind, s *side) {
	if !m.shared {
		by(m.dieKey(kind, s.field), dst, 0, 0)
		return
	}
	inputs, outputs, lines := rowsOf, colsOf, m.array.Rows
	if s.field != originalField {
		inputs, outputs, lines = colsOf, rowsOf, m.array.Cols
	}
	blocks := spans(m.array.Tiles, lines, inputs)
	for _, c := range m.array.Tiles {
		first := slices.Index(blocks, inputs(c)) * s.outputs
		out := outputs(c)
		by(m.tileKey(c.Tile, kind, s.field), dst[first+out.lo:first+min(out.hi, s.outputs)], 0, 0)
	}
}

// Place loads an array that takes turns on its tiles: the pairs of all cells are
// discharged, and the logical weights w, Rows×Cols, written from there as Update writes a
// change, up to a full weight, for which its trains are long enough. Alpha stays. The key's
// field numbers the loads of a step, and first is the number of the first sample that they
// are for. A clean write leaves out what differs from one write to the next.
func (m *Matrix) Place(w []float32, k ReadKey, first uint32, clean bool) Pulses {
	if len(w) != len(m.Plus) {
		panic("array: weights of another size")
	}
	m.Due = 0 // of what lay there
	u := m.writing(k, placeField+k.Field)
	u.sample, u.clean = first, clean
	most := float32(m.Reach())
	m.parts(len(w), func(lo, hi int) {
		var part [chunk]float32
		for i := lo; i < hi; i++ {
			var rest float32
			if m.Reference != nil {
				rest = m.Reference[i]
			}
			m.Plus[i], m.Minus[i] = rest/2, -rest/2
			part[i-lo] = min(max(w[i], -most), most)
		}
		var r Room
		u.total.add(u.restore(part[:hi-lo], lo, &r))
	})
	m.version++
	return u.total
}

// Follow brings the control unit's copy w of the logical weights, Rows×Cols, to what one
// reading of the cells by one-hot products finds, where the two are farther apart than the
// given number of standard deviations of a write and a read: cells that are stuck or at
// the end of their range hold something else than they were asked to. Everywhere else the
// copy is the better of the two. It returns how many weights of the copy it changed.
func (m *Matrix) Follow(w []float32, threshold float64, k ReadKey) (changed int) {
	m.scratch = grow(m.scratch, len(w))
	k.Field += followField
	m.Measure(m.scratch, 1, k)
	read := m.MeasureSigma(1)
	for i, found := range m.scratch {
		size := math.Abs(float64(w[i])) / m.Alpha
		write := m.Alpha * math.Sqrt(m.Wander(size, size/m.chip.Cell.Step, wholePulse, 1))
		if math.Abs(float64(found-w[i])) > threshold*math.Hypot(read, write) {
			w[i] = found
			changed++
		}
	}
	return changed
}

// wholePulse is the variance, in pulses squared, of rounding up or down by chance: at most.
const wholePulse = 0.25
