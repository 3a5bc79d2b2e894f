package array

import (
	"slices"
	"testing"

	"acl/fabric"
)

// stuckChip is a chip with every error of a cell and a share of stuck ones.
func stuckChip() *fabric.Chip {
	c := bench()
	c.Faults.Stuck = 0.02
	c.Tiles.Spares = 4
	return c
}

// started is a matrix with start values, and the weights that the control unit sent.
func started(c *fabric.Chip, a *fabric.Array) (*Matrix, []float32) {
	m := matrix(c, a)
	m.Init()
	m.Calibrate(16, ReadKey{Seed: 5})
	want := make([]float32, len(m.Plus))
	m.Logical(want)
	return m, want
}

// A search finds the stuck cells whose values differ from what they should be by more
// than it can tell, no others, and leaves healthy ones where they were.
func TestSearchFindsStuckCells(t *testing.T) {
	m, want := started(stuckChip(), dense(127, 128))
	for i := range want { // an array that has learned, whose cells answered in their own way
		want[i] += 0.2 * float32(m.Alpha) * float32(i%5-2)
	}
	change := minus(want, logical(m))
	m.Update(change, ReadKey{Seed: 1, Step: 1})
	before := logical(m)
	s := m.Search(want, 16, 4, ReadKey{Seed: 2})
	off := float32(4 * m.MeasureSigma(16))
	found, missed := 0, 0
	for _, f := range m.faults {
		if slices.Contains(s.Stuck, int32(f.cell)) {
			found++
			continue
		}
		at := max(-float32(m.Alpha), min(float32(m.Alpha), want[f.cell]))
		if d := float32(m.Alpha)*f.value - at; d > 1.5*off || d < -1.5*off {
			missed++
		}
	}
	if found != len(s.Stuck) || missed > 0 || found < len(m.faults)/2 {
		t.Errorf("of %d stuck cells a search found %d, missed %d that differ, and called %d others stuck", len(m.faults), found, missed, len(s.Stuck)-found)
	}
	_, sd := moments(minus(logical(m), before))
	if sd > 0.02*m.Alpha {
		t.Errorf("a search moved healthy cells by %g of full weight", sd/m.Alpha)
	}
}

// A spare column takes the place of one, and gives the array its cells and amplifier.
func TestSpareReplacesAColumn(t *testing.T) {
	c := stuckChip()
	a := dense(127, 128)
	m := New(Config{Chip: c, Array: a, Seed: 7, Dead: []Dead{{0, 9}}})
	m.Init()
	want := logical(m)
	if m.die == nil {
		t.Fatal("all cells of the chip are alike")
	}
	others := slices.Clone(m.die.draws)
	cells, ok := m.Spare(0, 9, 128)
	if !ok || len(cells) != 128 {
		t.Fatalf("a spare column has %d cells: %v", len(cells), ok)
	}
	for row, i := range cells {
		if got, own := m.die.of(int(i)), m.spares.die.of(m.spareAt(0, int(m.Spared[2]), row)); got != own {
			t.Fatalf("cell %d has draws of %v in the place of a spare cell of %v", i, got, own)
		}
	}
	for i := range m.array.Rows * m.array.Cols {
		for j := range cellDraws {
			if at := drawAt(i, j); !slices.Contains(cells, int32(i)) && m.die.draws[at] != others[at] {
				t.Fatalf("a spare column has changed a draw of cell %d, which is not in it", i)
			}
		}
	}
	m.Calibrate(16, ReadKey{Seed: 5})
	m.Restore(want, cells, 16, 0, ReadKey{Seed: 3})
	bad, faults := 0, map[int]bool{}
	for _, f := range m.faults {
		faults[f.cell] = true
		if f.cell%128 == 9 {
			bad++
		}
	}
	if bad > 12 {
		t.Errorf("%d cells of a spare column are stuck", bad)
	}
	got := logical(m)
	for _, i := range cells {
		if d := got[i] - want[i]; !faults[int(i)] && (d > 0.15*float32(m.Alpha) || d < -0.15*float32(m.Alpha)) {
			t.Errorf("cell %d holds %g after a repair, want %g", i, got[i], want[i])
		}
	}
	for used := 0; used < 3; used++ {
		if _, ok := m.Spare(0, used, 128); !ok {
			t.Errorf("spare column %d of 4 is not there", used+1)
		}
	}
	if _, ok := m.Spare(0, 50, 128); ok {
		t.Error("a tile with 4 spare columns gave a fifth")
	}
}

// What a checkpoint keeps of repairs is enough to go on with the same reads.
func TestRepairsAreRestored(t *testing.T) {
	for _, move := range []bool{false, true} {
		a, want := started(stuckChip(), dense(127, 128))
		if move {
			a.Move()
		}
		if _, ok := a.Spare(0, 9, 128); !ok {
			t.Fatal("no spare column")
		}
		a.Mask([]int32{3, 500})
		a.Calibrate(16, ReadKey{Seed: 5})
		a.Update(slices.Clone(want), ReadKey{Seed: 1})
		b := matrix(stuckChip(), dense(127, 128))
		restore(t, b.State(), a.State())
		b.Restored()
		ra, rb := a.Forward(ReadKey{Seed: 4}, 1, 1, 8), b.Forward(ReadKey{Seed: 4}, 1, 1, 8)
		same(t, "weights of a read", rb.W, ra.W)
		same(t, "offsets of a read", rb.RO.Offset, ra.RO.Offset)
		pa, pb := a.Update(slices.Clone(want), ReadKey{Seed: 1, Step: 2}), b.Update(slices.Clone(want), ReadKey{Seed: 1, Step: 2})
		if pa != pb {
			t.Errorf("pulses %+v after a restore, want %+v", pb, pa)
		}
		same(t, "weights after an update", logical(b), logical(a))
	}
}
