package circuit

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Crossbar is a tile with the wires of its rows and columns: row i is driven at one
// end with V[i] through RowWire before each cell, column j is read at the other end,
// at 0 V, behind ColWire after each cell. Cells are conductances G[i][j] between the
// two.
type Crossbar struct {
	V                []float64   // V, by row
	G                [][]float64 // S, rows of columns
	RowWire, ColWire float64     // Ohm a segment
}

// Solution is the state of a crossbar.
type Solution struct {
	Current []float64   // A, out of each column
	Row     [][]float64 // V, of the row at each cell
	Col     [][]float64 // V, of the column at each cell
}

// mostNodes bounds a solution: the band of a tile of 256x256 is 512 wide.
const mostNodes = 2 * 256 * 256

// Solve applies Kirchhoff's law to every node. With wires of both kinds the nodal
// matrix is symmetric, positive definite and banded along the shorter side, and is
// solved by Cholesky's decomposition; with wires of one kind each line stands alone.
func (c Crossbar) Solve() (*Solution, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	s := c.empty()
	switch {
	case c.ColWire == 0:
		for i, g := range c.G {
			at, err := SolveLine(c.V[i], c.RowWire, g)
			if err != nil {
				return nil, err
			}
			copy(s.Row[i], at)
		}
	case c.RowWire == 0:
		c.columns(s)
	default:
		if err := c.nodes(s); err != nil {
			return nil, err
		}
	}
	for i, g := range c.G {
		for j := range g {
			s.Current[j] += g[j] * (s.Row[i][j] - s.Col[i][j])
		}
	}
	return s, nil
}

func (c Crossbar) check() error {
	err := first(paired("drives", len(c.V), "rows", len(c.G)), finite("v", "V", c.V...),
		notNegative("row wire", c.RowWire, "Ohm"), notNegative("column wire", c.ColWire, "Ohm"))
	if err != nil {
		return err
	}
	for i, row := range c.G {
		if len(row) == 0 || len(row) != len(c.G[0]) {
			return fmt.Errorf("row %d has %d conductances and row 0 has %d: a tile is a rectangle", i, len(row), len(c.G[0]))
		}
		for j, g := range row {
			if err := notNegative(fmt.Sprintf("g[%d][%d]", i, j), g, "S"); err != nil {
				return err
			}
		}
	}
	if n := 2 * len(c.G) * len(c.G[0]); n > mostNodes {
		return fmt.Errorf("%d x %d cells: a solution has %d at most", len(c.G), len(c.G[0]), mostNodes/2)
	}
	return nil
}

func (c Crossbar) empty() *Solution {
	s := &Solution{Current: make([]float64, len(c.G[0]))}
	for range c.G {
		s.Row = append(s.Row, make([]float64, len(c.G[0])))
		s.Col = append(s.Col, make([]float64, len(c.G[0])))
	}
	return s
}

// columns solves tiles whose rows have no wire: each column is a ladder with its own
// sources. From the top, what stands above node i is a source e behind a resistance
// 1/y: cells in parallel, a segment in series.
func (c Crossbar) columns(s *Solution) {
	n := len(c.G)
	for j := range c.G[0] {
		// inflow_i = a_i - y_i u_i into node i from above and its cell.
		a, y := make([]float64, n), make([]float64, n)
		for i := range n {
			s.Row[i][j] = c.V[i]
			a[i], y[i] = c.G[i][j]*c.V[i], c.G[i][j]
			if i > 0 {
				k := 1 / (1 + c.ColWire*y[i-1])
				a[i], y[i] = a[i]+k*a[i-1], y[i]+k*y[i-1]
			}
		}
		below := 0.0
		for i := n - 1; i >= 0; i-- {
			// (u_i - below)/r = a_i - y_i u_i
			s.Col[i][j] = (below + c.ColWire*a[i]) / (1 + c.ColWire*y[i])
			below = s.Col[i][j]
		}
	}
}

// nodes solves the whole tile. Nodes are numbered along the shorter side first, a
// cell's row and column node together.
func (c Crossbar) nodes(s *Solution) error {
	n, m := len(c.G), len(c.G[0])
	at := func(i, j, side int) int {
		if n <= m {
			return 2*(j*n+i) + side
		}
		return 2*(i*m+j) + side
	}
	band := min(2*n*m-1, 2*min(n, m))
	a := mat.NewSymBandDense(2*n*m, band, nil)
	b := mat.NewVecDense(2*n*m, nil)
	tie := func(p, q int, g float64) {
		a.SetSymBand(p, p, a.At(p, p)+g)
		a.SetSymBand(q, q, a.At(q, q)+g)
		a.SetSymBand(p, q, a.At(p, q)-g)
	}
	ground := func(p int, g, v float64) {
		a.SetSymBand(p, p, a.At(p, p)+g)
		b.SetVec(p, b.AtVec(p)+g*v)
	}
	for i := range n {
		for j := range m {
			tie(at(i, j, 0), at(i, j, 1), c.G[i][j])
			if j == 0 {
				ground(at(i, j, 0), 1/c.RowWire, c.V[i])
			} else {
				tie(at(i, j-1, 0), at(i, j, 0), 1/c.RowWire)
			}
			if i == n-1 {
				ground(at(i, j, 1), 1/c.ColWire, 0)
			} else {
				tie(at(i, j, 1), at(i+1, j, 1), 1/c.ColWire)
			}
		}
	}
	var decomposed mat.BandCholesky
	var x mat.VecDense
	if !decomposed.Factorize(a) {
		return errors.New("the nodal matrix of the tile is not positive definite: its wires are too small against its cells")
	}
	if err := decomposed.SolveVecTo(&x, b); err != nil {
		var condition mat.Condition
		if !errors.As(err, &condition) {
			return err
		}
	}
	for i := range n {
		for j := range m {
			s.Row[i][j], s.Col[i][j] = x.AtVec(at(i, j, 0)), x.AtVec(at(i, j, 1))
		}
	}
	return nil
}
