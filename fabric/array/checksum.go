package array

import (
	"math"
	"slices"

	"acl/fabric"
)

// Checksum columns (physics.md §6.2). Beside the M columns of a tile stands one that
// holds their sum over √M, so that the sum of the outputs less √M times its own output,
// the syndrome, is no more than noise while all is well. A second one weights column j
// by (j+1)/M: the ratio of the two syndromes tells which column is bad.

// Syndromes returns the two syndromes of the outputs y of a tile's columns and the
// outputs of its checksum columns; the second is 0 without a second column.
func Syndromes(y, sums []float32) (first, second float64) {
	root := math.Sqrt(float64(len(y)))
	for j, v := range y {
		first += float64(v)
		second += float64(v) * checkWeight(j, len(y))
	}
	first -= root * float64(sums[0])
	if len(sums) < 2 {
		return first, 0
	}
	return first, second - root*float64(sums[1])
}

// checkWeight is what a second checksum column weights a column by.
func checkWeight(column, columns int) float64 { return float64(column+1) / float64(columns) }

// Locate is the column, of a number of them, that a pair of syndromes points at: -1
// for none.
func Locate(first, second float64, columns int) int {
	at := math.Round(second/first*float64(columns)) - 1
	if !(at >= 0 && at < float64(columns)) {
		return -1
	}
	return int(at)
}

// Sums writes what the checksum columns of an array hold, Rows × (groups × checks), to
// dst, where w, Rows×Cols, is what its cells hold, or a change of it.
func (m *Matrix) Sums(dst, w []float32, checks int) {
	groups := m.groups()
	for i := range m.array.Rows {
		row := w[i*m.array.Cols : (i+1)*m.array.Cols]
		for g, s := range groups {
			var sum, weighted float64
			for j, v := range row[s.lo:s.hi] {
				sum += float64(v)
				weighted += float64(v) * checkWeight(j, s.hi-s.lo)
			}
			root := math.Sqrt(float64(s.hi - s.lo))
			at := (i*len(groups) + g) * checks
			dst[at] = float32(sum / root)
			if checks > 1 {
				dst[at+1] = float32(weighted / root)
			}
		}
	}
}

// Groups are the ranges of columns, from and to, that have checksums of their own: those
// of a tile.
func (m *Matrix) Groups() [][2]int {
	var out [][2]int
	for _, s := range m.groups() {
		out = append(out, [2]int{s.lo, s.hi})
	}
	return out
}

// Checks are a number of checksum columns for each range of columns of the array, side by
// side: cells of their own, in the range of the array's. They are empty.
func (m *Matrix) Checks(n int) *Matrix {
	c := m.beside(n, m.array.Path+"/checksum", m.name+"/checksum")
	c.Alpha = m.Alpha
	return c
}

// Cuts are the parts of tiles that the array takes.
func (m *Matrix) Cuts() []fabric.Cut { return m.array.Tiles }

// beside is an array of n more columns beside each of the tiles, those of each range of
// columns side by side.
func (m *Matrix) beside(n int, path, name string) *Matrix {
	a := fabric.Array{Path: path, Rows: m.array.Rows, Bias: m.array.Bias, FanIn: m.array.FanIn}
	groups := m.groups()
	a.Cols = len(groups) * n
	for t := range m.cuts() {
		c := m.cut(t)
		c.Col, c.Cols = slices.Index(groups, colsOf(c))*n, n
		a.Tiles = append(a.Tiles, c)
	}
	return newMatrix(Config{Chip: m.chip, Array: &a, Seed: m.seed, Pool: m.pool}, name)
}

// Hold gives checksum columns, of the given number for each range, what they hold of the
// logical weights w of an array, as Load does.
func (m *Matrix) Hold(of *Matrix, w []float32, checks int) {
	sums := make([]float32, len(m.Plus))
	of.Sums(sums, w, checks)
	m.Alpha = of.Alpha
	m.store(sums, m.key(KindStorage, loadField, ReadKey{Seed: m.seed}))
}
