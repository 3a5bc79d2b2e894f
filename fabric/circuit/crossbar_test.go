package circuit

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// random is a tile of random cells, drives and wires.
func random(rng *rand.Rand, n, m int) Crossbar {
	c := Crossbar{RowWire: 10 * rng.Float64(), ColWire: 10 * rng.Float64()}
	for range n {
		c.V = append(c.V, 0.3*rng.NormFloat64())
		row := make([]float64, m)
		for j := range row {
			row[j] = 1e-4 * rng.Float64()
		}
		c.G = append(c.G, row)
	}
	return c
}

// dense solves the same tile by the full nodal matrix, written anew: node k is that
// of row i at cell j for k < n m, of the column after them.
func dense(t *testing.T, c Crossbar) []float64 {
	t.Helper()
	n, m := len(c.G), len(c.G[0])
	a, b := mat.NewDense(2*n*m, 2*n*m, nil), mat.NewVecDense(2*n*m, nil)
	add := func(p, q int, g float64) { a.Set(p, q, a.At(p, q)+g) }
	for i := range n {
		for j := range m {
			row, col := i*m+j, n*m+i*m+j
			for _, e := range []struct {
				p, q int // -1: a source
				g, v float64
			}{
				{row, col, c.G[i][j], 0},
				{row, row - 1, 1 / c.RowWire, c.V[i]},
				{col, col + m, 1 / c.ColWire, 0},
			} {
				source := e.q == row-1 && j == 0 || e.q == col+m && i == n-1
				add(e.p, e.p, e.g)
				if source {
					b.SetVec(e.p, b.AtVec(e.p)+e.g*e.v)
					continue
				}
				add(e.q, e.q, e.g)
				add(e.p, e.q, -e.g)
				add(e.q, e.p, -e.g)
			}
		}
	}
	var x mat.VecDense
	if err := x.SolveVec(a, b); err != nil {
		t.Fatal(err)
	}
	out := make([]float64, m)
	for i := range n {
		for j := range m {
			out[j] += c.G[i][j] * (x.AtVec(i*m+j) - x.AtVec(n*m+i*m+j))
		}
	}
	return out
}

func TestCrossbarIsKirchhoffs(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, size := range [][2]int{{1, 1}, {1, 7}, {6, 1}, {5, 9}, {9, 5}, {8, 8}} {
		c := random(rng, size[0], size[1])
		s, err := c.Solve()
		if err != nil {
			t.Fatal(err)
		}
		for j, want := range dense(t, c) {
			if math.Abs(s.Current[j]-want) > 1e-9*1e-4 {
				t.Errorf("%v, column %d: %g A, by the full matrix %g", size, j, s.Current[j], want)
			}
		}
	}
}

// Wires of one kind are the limit of small ones of the other.
func TestCrossbarLimits(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	whole := random(rng, 7, 6)
	for _, set := range []func(c *Crossbar, r float64){func(c *Crossbar, r float64) { c.RowWire = r }, func(c *Crossbar, r float64) { c.ColWire = r }} {
		none, small := whole, whole
		set(&none, 0)
		set(&small, 1e-5)
		a, err := none.Solve()
		if err != nil {
			t.Fatal(err)
		}
		b, err := small.Solve()
		if err != nil {
			t.Fatal(err)
		}
		for j := range a.Current {
			if math.Abs(a.Current[j]-b.Current[j]) > 1e-7*1e-4 {
				t.Errorf("column %d: %g A without the wire, %g A with next to none", j, a.Current[j], b.Current[j])
			}
		}
	}
	none := whole
	none.RowWire, none.ColWire = 0, 0
	s, err := none.Solve()
	if err != nil {
		t.Fatal(err)
	}
	for j := range s.Current {
		want := 0.0
		for i := range none.G {
			want += none.G[i][j] * none.V[i]
		}
		near(t, "without wires", s.Current[j], want, 1e-12)
	}
}

// P13 is the exact tile where the columns' wires are perfect and all cells alike,
// and the share that arrays count a column's drive with; with columns' wires as well
// the loss grows, and stays within the sum of both lines' drops.
func TestLadderAgainstTheTile(t *testing.T) {
	chip := fabric45()
	const n = 64
	g := 2 * Conductance(chip)
	c := Crossbar{RowWire: chip.Tiles.Wire}
	for range n {
		c.V = append(c.V, chip.Rail.Input)
		row := make([]float64, n)
		for j := range row {
			row[j] = g
		}
		c.G = append(c.G, row)
	}
	s, err := c.Solve()
	if err != nil {
		t.Fatal(err)
	}
	for j := range n {
		near(t, "P13", s.Current[j]/(n*g*chip.Rail.Input), Ladder(n, j+1, c.RowWire, g), 1e-10)
	}
	c.ColWire = chip.Tiles.Wire
	full, err := c.Solve()
	if err != nil {
		t.Fatal(err)
	}
	drop := func(s *Solution, j int) float64 { return 1 - s.Current[j]/(n*g*chip.Rail.Input) }
	for j := range n {
		if !(drop(full, j) > drop(s, j) && drop(full, j) < drop(s, j)+1.05*(1-Ladder(n, n, c.ColWire, g))) {
			t.Errorf("column %d loses %.4f with both wires, %.4f with the rows' alone", j, drop(full, j), drop(s, j))
		}
	}
}

func TestCrossbarRefuses(t *testing.T) {
	good := Crossbar{V: []float64{1}, G: [][]float64{{1e-6, 2e-6}}, RowWire: 1, ColWire: 1}
	for want, spoil := range map[string]func(c *Crossbar){
		"g[0][1] = -1 S":    func(c *Crossbar) { c.G = [][]float64{{1e-6, -1}} },
		"row wire = -1 Ohm": func(c *Crossbar) { c.RowWire = -1 },
		"v = NaN V":         func(c *Crossbar) { c.V = []float64{math.NaN()} },
		"2 drives":          func(c *Crossbar) { c.V = []float64{1, 2} },
		"rectangle":         func(c *Crossbar) { c.V, c.G = []float64{1, 2}, [][]float64{{1, 2}, {1}} },
	} {
		c := good
		spoil(&c)
		if _, err := c.Solve(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
