package array

import (
	"math"
	"testing"
)

// Pairs taken at once end where pairs one by one do, and the measured symmetry points
// lie about r/γ with the spread that cycle noise leaves; cells whose point is out of
// reach end at their bound.
func TestSymmetryPointsAreMeasured(t *testing.T) {
	c := pulsing()
	c.Cell.Spread.Symmetry = 0.02
	m := matrix(c, dense(60, 40))
	pairs := m.SymmetryPairs()
	near(t, "pairs", float64(pairs), 6000, 1e-9)
	for i := range 5 {
		cell := m.die.cell(i)
		w := 0.0
		for range pairs {
			w, _ = cell.Pulse(w, 1, 0, 0)
			w, _ = cell.Pulse(w, -1, 0, 0)
		}
		if at := cell.alternate(0, pairs, 0, 0); math.Abs(at-w) > 1e-6 {
			t.Errorf("cell %d: pairs at once end at %g, one by one at %g", i, at, w)
		}
	}
	if got := m.ZeroShift(4, ReadKey{Seed: 2}); got != pairs {
		t.Errorf("%d pairs sent, want %d", got, pairs)
	}
	beyond := 0
	for i, ref := range m.Reference {
		cell := m.die.cell(i)
		point := (cell.Up - cell.Down) / (cell.SlopeUp + cell.SlopeDown)
		want := math.Max(cell.Min, math.Min(cell.Max, point*(1-math.Exp(-3))))
		if want != point*(1-math.Exp(-3)) {
			beyond++
		}
		if math.Abs(float64(ref)-want) > 0.25 { // read noise 0.03 and a step of the converter
			t.Errorf("cell %d: measured %g, its point is %g", i, ref, want)
		}
	}
	if beyond == 0 {
		t.Error("no cell's symmetry point lies beyond its bounds: nothing was shown there")
	}
}

// Weights are counted from the reference, in reads, loads and pulses.
func TestWeightsAreCountedFromTheirReference(t *testing.T) {
	c := pulsing()
	m := matrix(c, dense(30, 20))
	m.Reference = make([]float32, len(m.Plus))
	for i := range m.Reference {
		m.Reference[i] = 0.3 * float32(i%3-1)
	}
	w := make([]float32, len(m.Plus))
	for i := range w {
		w[i] = 0.01 * float32(i%7-3)
	}
	m.Load(w, 0.5)
	for i, v := range logical(m) {
		if math.Abs(float64(v-w[i])) > 1e-6 {
			t.Fatalf("cell %d reads %g, was given %g", i, v, w[i])
		}
	}
	m.Clear(ReadKey{})
	for i, v := range logical(m) {
		if math.Abs(float64(v)) > 1e-7 || math.Abs(float64(m.Plus[i]-m.Minus[i]-m.Reference[i])) > 1e-7 {
			t.Fatalf("cell %d reads %g after it was cleared, and holds %g", i, v, m.Plus[i]-m.Minus[i])
		}
	}
	c.Cell.Spread.Bounds = 0
	m.Rewrite(w, ReadKey{Seed: 1})
	for i, v := range logical(m) {
		if math.Abs(float64(v-w[i])) > 1.6*c.Cell.Step*math.Max(m.Alpha, 1) {
			t.Fatalf("cell %d reads %g, was rewritten to %g", i, v, w[i])
		}
	}
}
