package array

import (
	"slices"
	"strconv"
)

// Repairs (physics.md §6.3). Every tile has a few spare columns, with cells,
// amplifiers and faults of their own; one takes the place of a column that is bad,
// for good. Or the whole array goes to other tiles. What is drawn for a spare
// column or a new place has streams of its own, so that it is the same whenever the
// repair is made.

// placeName names the draws of an array after a number of moves.
func placeName(name string, moves int) string {
	if moves > 0 {
		name += "@" + strconv.Itoa(moves)
	}
	return name
}

// spareColumns are the spare columns of the tiles: those of each range of columns
// side by side.
func (m *Matrix) spareColumns() *Matrix {
	if m.spares == nil {
		m.spares = m.beside(m.chip.Tiles.Spares, m.array.Path, placeName(m.name, m.Moves)+"/spare")
	}
	return m.spares
}

// groups are the ranges of columns that tiles divide the array into.
func (m *Matrix) groups() []span { return spans(m.array.Tiles, m.array.Cols, colsOf) }

// cuts is the number of tiles that the array takes.
func (m *Matrix) cuts() int { return max(len(m.array.Tiles), 1) }

// block is the range of rows that a cut lies in.
func (m *Matrix) block(cut int) int {
	return slices.Index(spans(m.array.Tiles, m.array.Rows, rowsOf), rowsOf(m.cut(cut)))
}

// CutOf is the cut that a cell lies in.
func (m *Matrix) CutOf(cell int) int {
	row, col := cell/m.array.Cols, cell%m.array.Cols
	for t := range m.cuts() {
		c := m.cut(t)
		if row >= c.Row && row < c.Row+c.Rows && col >= c.Col && col < c.Col+c.Cols {
			return t
		}
	}
	panic("array: a cell outside of all cuts")
}

// Spare puts the next spare column of a tile in the place of a column, if it has
// fewer faults than bad, as a test of it shows; what has more is used up. It reports
// whether it did, with the column's cells in column, empty: they have to be written.
func (m *Matrix) Spare(cut, col, bad int) (column []int32, ok bool) {
	m.leaked()
	if len(m.Tried) == 0 {
		m.Tried = make([]int32, m.cuts())
	}
	for int(m.Tried[cut]) < m.chip.Tiles.Spares {
		spare := m.Tried[cut]
		m.Tried[cut]++
		if m.spareFaults(cut, int(spare)) >= bad {
			continue
		}
		m.Spared = append(m.Spared, int32(cut), int32(col), spare)
		m.graft(cut, col, int(spare))
		m.graftDraws(&m.Front)
		c := m.cut(cut)
		for i := c.Row; i < c.Row+c.Rows; i++ {
			at := i*m.array.Cols + col
			column = append(column, int32(at))
			m.Plus[at], m.Minus[at] = 0, 0
			if m.Reference != nil {
				m.Reference[at] = 0
			}
		}
		m.Masked = slices.DeleteFunc(m.Masked, func(at int32) bool { return slices.Contains(column, at) })
		m.version++
		return column, true
	}
	return nil, false
}

// CanSpare reports whether a tile that a column lies in has spare columns that were not
// tried.
func (m *Matrix) CanSpare(col int) bool {
	for t := range m.cuts() {
		if c := m.cut(t); col < c.Col || col >= c.Col+c.Cols {
			continue
		}
		if len(m.Tried) == 0 && m.chip.Tiles.Spares > 0 || len(m.Tried) > 0 && int(m.Tried[t]) < m.chip.Tiles.Spares {
			return true
		}
	}
	return false
}

// spareAt is where a spare column's cell in a row of the array stands.
func (m *Matrix) spareAt(cut, spare, row int) int {
	s := m.spareColumns()
	return row*s.array.Cols + s.cut(cut).Col + spare
}

// spareFaults is the number of faulty cells of a spare column.
func (m *Matrix) spareFaults(cut, spare int) (n int) {
	s, c := m.spareColumns(), m.cut(cut)
	for _, f := range s.faults {
		row, col := f.cell/s.array.Cols, f.cell%s.array.Cols
		if col == s.cut(cut).Col+spare && row >= c.Row && row < c.Row+c.Rows {
			n++
		}
	}
	return n
}

// graft gives the cells of a column what was drawn for a spare one.
func (m *Matrix) graft(cut, col, spare int) {
	s, c := m.spareColumns(), m.cut(cut)
	faults := map[int]float32{}
	for _, f := range s.faults {
		faults[f.cell] = f.value
	}
	mine := func(f fault) bool { return f.cell%m.array.Cols == col && m.CutOf(f.cell) == cut }
	m.faults = slices.DeleteFunc(m.faults, mine)
	for i := c.Row; i < c.Row+c.Rows; i++ {
		to, from := i*m.array.Cols+col, m.spareAt(cut, spare, i)
		if m.own != nil {
			m.own[to] = s.own[from]
		}
		if m.die != nil {
			for j := range cellDraws {
				m.die.draws[drawAt(to, j)] = s.die.draws[drawAt(from, j)]
			}
		}
		if m.rates != nil && m.rates.plus != nil {
			m.rates.plus[to], m.rates.minus[to] = s.rates.plus[from], s.rates.minus[from]
		}
		if v, stuck := faults[from]; stuck {
			m.faults = append(m.faults, fault{to, v})
		}
	}
	sortFaults(m.faults)
	if m.Front.column != nil {
		b := m.block(cut)
		m.Front.column[b*m.array.Cols+col] = s.Front.column[b*s.array.Cols+s.cut(cut).Col+spare]
	}
}

// graftDraws puts the draws of the amplifiers of spare columns in the place of those
// that they replaced, before a side scales them.
func (m *Matrix) graftDraws(side *side) {
	if side.Gain == nil || len(m.Spared) == 0 {
		return
	}
	s := m.spareColumns()
	gain, offset := make([]float32, s.Front.lanes()), make([]float32, s.Front.lanes())
	s.dieKey(KindGain, originalField).Normal(gain, 0, 0)
	s.dieKey(KindOffset, originalField).Normal(offset, 0, 0)
	for i := 0; i < len(m.Spared); i += 3 {
		cut, col, spare := int(m.Spared[i]), int(m.Spared[i+1]), int(m.Spared[i+2])
		b := m.block(cut)
		from := b*s.array.Cols + s.cut(cut).Col + spare
		side.Gain[b*m.array.Cols+col], side.Offset[b*m.array.Cols+col] = gain[from], offset[from]
	}
}

// NextFaults is the number of faulty cells that the array would have after a move, as a
// test of the tiles shows it.
func (m *Matrix) NextFaults() int { return len(m.faultsAt(m.Moves + 1)) }

// Move takes the array to other tiles, whose cells are empty and whose amplifiers are
// not calibrated. The ranges of its reads stay.
func (m *Matrix) Move() {
	front, back := m.Front.Bound, m.Back.Bound
	m.Moves++
	m.Due = 0
	m.Spared, m.Tried, m.Masked, m.spares, m.Reference = nil, nil, nil, nil, nil
	clear(m.Plus)
	clear(m.Minus)
	clear(m.Copied)
	m.draw()
	m.Front.Bound, m.Back.Bound = front, back
	m.reset(&m.Front)
	m.reset(&m.Back)
	m.version++
}

// Restored makes the draws follow the places and spare columns that a checkpoint
// brought back.
func (m *Matrix) Restored() {
	if m.Moves > 0 || len(m.Spared) > 0 {
		front, back := m.Front, m.Back
		m.spares = nil
		m.draw()
		for i := 0; i < len(m.Spared); i += 3 {
			m.graft(int(m.Spared[i]), int(m.Spared[i+1]), int(m.Spared[i+2]))
		}
		m.Front.keep(&front)
		m.Back.keep(&back)
	}
	m.version++
}

// keep takes over what a checkpoint keeps of a side.
func (s *side) keep(of *side) {
	s.Bound, s.Gain, s.Offset, s.Zeroed, s.Since, s.Kelvin = of.Bound, of.Gain, of.Offset, of.Zeroed, of.Since, of.Kelvin
}

// mask takes the cells known to be stuck out of a change of cells lo...
func (m *Matrix) mask(delta []float32, lo int) {
	at, _ := slices.BinarySearch(m.Masked, int32(lo))
	for _, cell := range m.Masked[at:] {
		if int(cell) >= lo+len(delta) {
			break
		}
		delta[int(cell)-lo] = 0
	}
}

// Mask remembers cells that were found to be stuck.
func (m *Matrix) Mask(cells []int32) {
	m.Masked = append(m.Masked, cells...)
	slices.Sort(m.Masked)
	m.Masked = slices.Compact(m.Masked)
}
