package array

import (
	"math"

	"acl/fabric"
	"acl/fabric/kernel"
)

// Cell is the update law of one capacitor pair, in normalised weights (physics.md
// §3.2, the law that aihwkit calls LinearStepDevice). An up pulse adds
// Up - SlopeUp·w, a down pulse takes away Down + SlopeDown·w; the weight stays
// in [Min, Max].
type Cell struct {
	Up, Down           float64
	SlopeUp, SlopeDown float64
	Min, Max           float64
}

// Nominal is the law of a cell without spread.
func Nominal(chip *fabric.Chip) Cell { return cellOf(chip, [cellDraws]float64{}, 1) }

// cellDraws is the number of normal draws that make a cell: gain, symmetry, the
// two slopes and the two bounds.
const cellDraws = 6

// leastBound keeps a cell that draws far out of the bell usable: a range of a
// tenth of the nominal one.
const leastBound = 0.1

// cellOf makes a cell of its draws, with the chip's spreads times k.
func cellOf(chip *fabric.Chip, z [cellDraws]float64, k float64) Cell {
	c, s := &chip.Cell, &chip.Cell.Spread
	gain := 1 + k*s.Step*z[0]
	r := k * s.Symmetry * z[1]
	out := Cell{
		Up:   math.Max(0, c.Step*(gain+r)),
		Down: math.Max(0, c.Step*(gain-r)),
		Max:  math.Max(leastBound, 1+k*s.Bounds*z[4]),
		Min:  -math.Max(leastBound, 1+k*s.Bounds*z[5]),
	}
	out.SlopeUp = (c.Asymmetry + k*s.Asymmetry*z[2]) * out.Up / out.Max
	out.SlopeDown = (c.Asymmetry + k*s.Asymmetry*z[3]) * out.Down / -out.Min
	return out
}

// Pulse returns the weight after n pulses (down where n is negative) on a cell at
// w, with cycle the relative spread of a pulse and z one standard normal draw for
// all of them. The sum over n pulses is taken at once: with q = 1 - slope the mean
// is q^n w + s (1-q^n)/(1-q), and the errors of the pulses, each shrunk by the
// later ones, add up to a normal of variance (cycle s)² (1-q^2n)/(1-q²). The bounds
// are applied to the end value; between them a train of one sign is monotone but
// for its errors. It reports whether it met a bound.
func (c *Cell) Pulse(w float64, n int, cycle, z float64) (float64, bool) {
	up := n > 0
	s, slope := c.Up, c.SlopeUp
	if !up {
		n, w = -n, -w
		s, slope = c.Down, c.SlopeDown
	}
	sum, decay := geometric(1-slope, n)
	w = decay*w + s*sum
	if cycle != 0 {
		squares, _ := geometric((1-slope)*(1-slope), n)
		w += cycle * s * math.Sqrt(squares) * z
	}
	if !up {
		w = -w
	}
	return c.clip(w)
}

// clip limits a weight to the cell's bounds, and reports whether it had to.
func (c *Cell) clip(w float64) (float64, bool) {
	switch {
	case w > c.Max:
		return c.Max, true
	case w < c.Min:
		return c.Min, true
	}
	return w, false
}

// geometric returns 1 + q + .. + q^(n-1) and q^n by doubling, which loses no
// digits where q is near 1.
func geometric(q float64, n int) (sum, power float64) {
	sum, power = 0, 1
	for s, p := 1.0, q; n > 0; n >>= 1 {
		if n&1 == 1 {
			sum, power = sum*p+s, power*p
		}
		s, p = s*(1+p), p*p
	}
	return sum, power
}

// die holds the draws of a chip's cells, packed: a large array has as many as
// weights, six each. A unit is 2^-12 standard deviations.
type die struct {
	chip  *fabric.Chip
	scale float64 // of all spreads
	open  bool    // cells without bounds
	draws [][cellDraws]int16
}

const drawUnit = 1 << 12

// newDie draws n cells of an array from its stream.
func newDie(chip *fabric.Chip, key kernel.Key, n int, scale float64) *die {
	d := &die{chip: chip, scale: scale, draws: make([][cellDraws]int16, n)}
	var z [chunk * cellDraws]float32
	for lo := 0; lo < n; lo += chunk {
		cells := d.draws[lo:min(lo+chunk, n)]
		part := z[:len(cells)*cellDraws]
		key.Normal(part, 0, lo*cellDraws)
		for i := range cells {
			for j := range cells[i] {
				v := math.Round(drawUnit * float64(part[i*cellDraws+j]))
				cells[i][j] = int16(max(math.MinInt16, min(math.MaxInt16, v)))
			}
		}
	}
	return d
}

// cell is the law of one cell.
func (d *die) cell(i int) Cell {
	var z [cellDraws]float64
	for j, v := range d.draws[i] {
		z[j] = float64(v) / drawUnit
	}
	c := cellOf(d.chip, z, d.scale)
	if d.open {
		c.Min, c.Max = math.Inf(-1), math.Inf(1)
	}
	return c
}

// chunk is the number of elements drawn at a time; blocks of it are independent.
const chunk = 1024
