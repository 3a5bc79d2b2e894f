package array

import (
	"math"
	"testing"

	"acl/fabric"
	"acl/fabric/kernel"
)

// plain is the bench's cell without spread.
func plain() *fabric.Chip {
	c := bench()
	s := &c.Cell.Spread
	s.Step, s.Asymmetry, s.Symmetry, s.Bounds, s.Cycle = 0, 0, 0, 0, 0
	return c
}

// physics.md §11.7: 400 up pulses from -1 give 0.9987.
func TestCellReachesItsTop(t *testing.T) {
	cell := Nominal(plain())
	at := -1.0
	for range 400 {
		at, _ = cell.Pulse(at, 1, 0, 0)
	}
	near(t, "after 400 single pulses", at, 0.9987, 1e-4)
	once, _ := cell.Pulse(-1, 400, 0, 0)
	near(t, "after 400 pulses at once", once, at, 1e-12)
}

// physics.md §11.7: alternating pulses with r = 0.03 settle at r/γ = 0.60 ± 1 %.
func TestCellSettlesAtItsSymmetryPoint(t *testing.T) {
	c := plain()
	c.Cell.Spread.Symmetry = 0.03
	d := die{bell: newBell(c, 1), draws: make([]int16, cellDraws*kernel.CellBlock)}
	d.draws[drawAt(0, drawSymmetry)] = drawUnit
	cell := d.cell(0)
	w := 0.0
	for range 30000 {
		w, _ = cell.Pulse(w, 1, 0, 0)
		w, _ = cell.Pulse(w, -1, 0, 0)
	}
	near(t, "symmetry point", w, 0.60, 0.01)
}

// A train taken at once has the mean and the spread of its pulses one by one.
func TestTrainHasTheMomentsOfItsPulses(t *testing.T) {
	cell, cycle := Nominal(plain()), 0.3
	for _, n := range []int{1, 7, -40} {
		key := kernel.NewKey(1, 1, 1, 1, 1)
		const runs = 4000
		z := make([]float32, max(n, -n))
		single := make([]float32, runs)
		for r := range single {
			key.Normal(z, uint32(r), 0)
			w := 0.2
			for _, x := range z {
				w, _ = cell.Pulse(w, n/len(z), cycle, float64(x))
			}
			single[r] = float32(w)
		}
		mean, sd := moments(single)
		middle, _ := cell.Pulse(0.2, n, cycle, 0)
		one, _ := cell.Pulse(0.2, n, cycle, 1)
		if d := math.Abs(mean - middle); d > 4*sd/math.Sqrt(runs) {
			t.Errorf("%d pulses: mean %g, at once %g", n, mean, middle)
		}
		near(t, "spread of a train", math.Abs(one-middle), sd, 0.05) // 1/√(2·4000), four times
	}
}

func TestCellsSpreadAsTheChipSays(t *testing.T) {
	const n = 40000
	c := bench()
	d := newDie(c, n, 1, func(dst []float32, lo int) {
		kernel.NewKey(3, uint32(KindCells), 1, 0, 0).Normal(dst, 0, lo*cellDraws)
	})
	gain, sym, top := make([]float32, n), make([]float32, n), make([]float32, n)
	for i := range n {
		cell := d.cell(i)
		gain[i] = float32((cell.Up + cell.Down) / 2 / c.Cell.Step)
		sym[i] = float32((cell.Up - cell.Down) / 2 / c.Cell.Step)
		top[i] = float32(cell.Max)
	}
	for _, v := range []struct {
		what     string
		x        []float32
		mean, sd float64
	}{{"gain", gain, 1, 0.1}, {"symmetry", sym, 0, 0.06}, {"bound", top, 1, 0.07}} {
		mean, sd := moments(v.x)
		if math.Abs(mean-v.mean) > 4*v.sd/math.Sqrt(n) {
			t.Errorf("mean %s is %g, want %g", v.what, mean, v.mean)
		}
		near(t, "spread of "+v.what, sd, v.sd, 0.02)
	}
}

func TestNoiseLawsHaveUnitVariance(t *testing.T) {
	const n = 200000
	x := make([]float32, n)
	for i, law := range []string{"gaussian", "uniform", "lognormal", "telegraph"} {
		key := kernel.NewKey(1, uint32(KindWeight), uint64(i), 0, 0)
		Draw(x, law, key, 0)
		mean, sd := moments(x)
		if math.Abs(mean) > 4/math.Sqrt(n) {
			t.Errorf("%s: mean %g", law, mean)
		}
		near(t, law+": standard deviation", sd, 1, 0.02)
		var fourth float64
		for _, v := range x {
			fourth += math.Pow(float64(v), 4) / n
		}
		want := map[string]float64{"gaussian": 3, "uniform": 1.8, "lognormal": 8.898, "telegraph": 1}[law]
		near(t, law+": kurtosis", fourth, want, 0.15)
		part := make([]float32, 100)
		Draw(part, law, key, 777)
		same(t, law+" from an element on", part, x[777:877])
	}
}

// The supply of the cells ends weights where it has no more gate voltage: loaded, pulsed
// or changed as they are, of either sign, and before the cell's own bounds. A chip
// without clips has no such end.
func TestSupplyEndsWeights(t *testing.T) {
	on := fabric.Level{Mode: fabric.LevelOn}
	for _, c := range []struct {
		supply, want   float64
		cells, clip    fabric.Level
		update, places string
	}{
		{1.7, 0.5, on, on, "counted", "cells that differ"},
		{1.7, 0.5, on, on, "exact", "cells that differ, exact changes"},
		{1.7, 0.5, fabric.Level{}, on, "counted", "equal cells"},
		{2.5, 1, fabric.Level{}, on, "counted", "equal cells, enough supply"},
		{1.7, 3.7, fabric.Level{}, fabric.Level{}, "exact", "no clips"},
	} {
		for _, sign := range []float32{1, -1} {
			chip := bench()
			chip.Noise = fabric.Noise{Cells: c.cells, Clip: c.clip}
			chip.Supply.Cells, chip.Cell.Update = c.supply, c.update
			m := matrix(chip, dense(20, 10))
			w := make([]float32, len(m.Plus))
			for i := range w {
				w[i] = sign * 0.7
			}
			m.Load(w, 0.7)
			near(t, c.places+", loaded", float64(sign*logical(m)[3]), min(0.7, c.want), 1e-6)
			for i := range w {
				w[i] = sign * 3
			}
			m.Update(w, ReadKey{Step: 1})
			for i, v := range logical(m) {
				if math.Abs(float64(sign*v)-c.want) > 1e-6 {
					t.Fatalf("%s, cell %d: %g, want %g of sign %g", c.places, i, v, c.want, sign)
				}
			}
		}
	}
}
