package array

import (
	"math"
	"slices"
	"testing"

	"acl/fabric"
)

// turning are two arrays that take turns: one on tiles 0 and 1, the other, narrower and
// not as tall, on tile 1.
func turning(c *fabric.Chip) (wide, small *Matrix) {
	a, b := dense(127, 200), dense(63, 10)
	b.Path, b.Tiles = "out", []fabric.Cut{{Tile: 1, Rows: 64, Cols: 10}}
	return New(Config{Chip: c, Array: a, Shared: true}), New(Config{Chip: c, Array: b, Shared: true})
}

// What is fixed on a die is that of the tile, whatever array lies there, and differs from
// tile to tile.
func TestTilesKeepTheirErrors(t *testing.T) {
	c := stuckChip()
	c.Cap.CommonMode = true
	wide, small := turning(c)
	stuck := func(m *Matrix, cell int) float32 {
		for _, f := range m.faults {
			if f.cell == cell {
				return f.value
			}
		}
		return float32(math.NaN())
	}
	faulty := 0
	for row := range 64 {
		for col := range 10 {
			i, j := row*200+128+col, row*10+col
			if wide.own[i] != small.own[j] || wide.die.cell(i) != small.die.cell(j) ||
				wide.rates.plus[i] != small.rates.plus[j] || wide.rates.minus[i] != small.rates.minus[j] {
				t.Fatalf("cell %d, %d of tile 1 differs from array to array", row, col)
			}
			if wide.own[row*200+col] == small.own[j] {
				t.Fatalf("cell %d, %d is that of tile 0, too", row, col)
			}
			a, b := stuck(wide, i), stuck(small, j)
			if a != b && !(math.IsNaN(float64(a)) && math.IsNaN(float64(b))) {
				t.Fatalf("cell %d, %d is stuck at %g for one array and at %g for the other", row, col, a, b)
			}
			if a == b {
				faulty++
			}
		}
	}
	if faulty == 0 {
		t.Error("no cell is stuck")
	}
	if !slices.Equal(wide.Front.column[128:138], small.Front.column) {
		t.Error("columns of one tile differ from array to array")
	}
	// Offsets and gains scale with the rows that an amplifier sums; amplifiers of rows are
	// those of a tile, too.
	ratio := wide.Front.Offset[128] / small.Front.Offset[0]
	for j := range small.Front.Offset {
		near(t, "offset of an amplifier", float64(wide.Front.Offset[128+j]/small.Front.Offset[j]), float64(ratio), 1e-5)
	}
	ratio = wide.Back.Offset[wide.Back.outputs] / small.Back.Offset[0]
	for i := range small.Back.Offset {
		near(t, "offset of a row's amplifier", float64(wide.Back.Offset[wide.Back.outputs+i]/small.Back.Offset[i]), float64(ratio), 1e-5)
	}
}

// A load writes by pulses what the copy says, whatever lay there, with the error that cells
// make in writing it; each load has draws of its own, and a clean one none.
func TestPlace(t *testing.T) {
	m, _ := turning(bench())
	m.Init()
	want := logical(m)
	load := func(field, first uint32, clean bool) []float32 {
		m.Leak(1, 1)
		p := m.Place(want, ReadKey{Seed: 3, Step: 5, Field: field}, first, clean)
		if p.Up == 0 || p.Down == 0 {
			t.Fatal("no pulses")
		}
		return logical(m)
	}
	got := load(0, 0, false)
	var asked, missed float64
	for i, w := range want {
		size := math.Abs(float64(w)) / m.Alpha
		asked += m.Wander(size, size/m.chip.Cell.Step, wholePulse, 1)
		missed += math.Pow(float64(got[i]-w)/m.Alpha, 2)
	}
	near(t, "rms error of a load", math.Sqrt(missed/asked), 1, 0.1)
	same(t, "the same load", load(0, 0, false), got)
	for _, other := range [][]float32{load(1, 0, false), load(0, 32, false)} {
		_, sd := moments(minus(other, got))
		if sd == 0 || sd > 0.1*m.Alpha {
			t.Errorf("two loads differ by %g of full weight", sd/m.Alpha)
		}
	}
	same(t, "clean loads", load(0, 32, true), load(1, 0, true))

	exact, _ := turning(quiet())
	exact.Init()
	copied := logical(exact)
	exact.Place(copied, ReadKey{}, 0, false)
	for i, w := range logical(exact) {
		near(t, "a load without errors", float64(w), float64(copied[i]), 1e-6) // float32
	}
}

// The copy follows stuck cells and cells at their ends, no healthy ones; a reading is not
// worth more than the copy elsewhere.
func TestFollow(t *testing.T) {
	m, _ := turning(stuckChip())
	m.Init()
	asked := logical(m)
	asked[0] = 2 * float32(m.Alpha) // no cell holds that
	m.Place(asked, ReadKey{Seed: 3}, 0, false)
	kept := append([]float32(nil), asked...)
	n := m.Follow(kept, 4, ReadKey{Seed: 3})
	changed, healthy := 0, 0
	for i := range kept {
		if kept[i] == asked[i] {
			continue
		}
		changed++
		if _, stuck := slices.BinarySearchFunc(m.faults, i, func(f fault, i int) int { return f.cell - i }); !stuck && i > 0 {
			healthy++
		}
	}
	if expected := float64(len(kept)) * math.Erfc(4/math.Sqrt2); float64(healthy) > 4*expected {
		t.Errorf("the copy changed for %d healthy cells, want %.1f by chance", healthy, expected)
	}
	if changed != n || n < len(m.faults)/3 {
		t.Errorf("%d weights changed, %d as counted, of %d stuck", changed, n, len(m.faults))
	}
	if top := float64(kept[0]) / m.Alpha; top > 1.4 || top < 0.7 {
		t.Errorf("the copy of a cell at its end is %g of full weight", top)
	}
	read := m.MeasureSigma(1) / m.Alpha
	t.Logf("one reading errs by %.3f of full weight, loads by %.3f", read, math.Sqrt(m.Wander(TopRandom/math.Sqrt(3), TopRandom/2/m.chip.Cell.Step, wholePulse, 1)))
}
