package array

import (
	"math"

	"acl/fabric"
	"acl/fabric/circuit"
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
func Nominal(chip *fabric.Chip) Cell {
	d := die{bell: newBell(chip, 1), draws: make([]int16, cellDraws*kernel.CellBlock)}
	return d.cell(0)
}

// cellDraws is the number of normal draws that make a cell.
const cellDraws = kernel.CellDraws

// What each draw of a cell is for, in the order of package kernel.
const (
	drawStep = iota
	drawSymmetry
	drawSlopeUp
	drawSlopeDown
	drawMax
	drawMin
)

// leastBound keeps a cell that draws far out of the bell usable: a range of a
// tenth of the nominal one.
const leastBound = 0.1

// bell is the law that the cells of a chip spread about, and how far: the spreads
// are those of one unit of a draw.
type bell struct {
	step, slope                           float64
	byStep, bySymmetry, bySlope, byBounds float64
	window                                float64 // that the supply leaves to every cell
}

// newBell is the bell of a chip with its spreads times k.
func newBell(chip *fabric.Chip, k float64) bell {
	c, s := &chip.Cell, &chip.Cell.Spread
	return bell{
		step: c.Step, slope: c.Asymmetry,
		byStep: k * s.Step / drawUnit, bySymmetry: k * s.Symmetry / drawUnit,
		bySlope: k * s.Asymmetry / drawUnit, byBounds: k * s.Bounds / drawUnit,
		window: circuit.WeightWindow(chip),
	}
}

// bounds are the limits that a cell's draws give it.
func (b *bell) bounds(z *[cellDraws]int16) (low, high float64) {
	high = max(leastBound, 1+float64(b.byBounds*float64(z[drawMax])))
	low = -max(leastBound, 1+float64(b.byBounds*float64(z[drawMin])))
	return low, high
}

// up and down are the pulses of a cell with its draws and bounds.
func (b *bell) up(z *[cellDraws]int16, high float64) ramp {
	gain := 1 + float64(b.byStep*float64(z[drawStep]))
	step := max(0, b.step*(gain+float64(b.bySymmetry*float64(z[drawSymmetry]))))
	return ramp{step, (b.slope + float64(b.bySlope*float64(z[drawSlopeUp]))) * step / high}
}

func (b *bell) down(z *[cellDraws]int16, low float64) ramp {
	gain := 1 + float64(b.byStep*float64(z[drawStep]))
	step := max(0, b.step*(gain-float64(b.bySymmetry*float64(z[drawSymmetry]))))
	return ramp{step, (b.slope + float64(b.bySlope*float64(z[drawSlopeDown]))) * step / -low}
}

// Pulse returns the weight after n pulses (down where n is negative) on a cell at
// w, with cycle the relative spread of a pulse and z one standard normal draw for
// all of them. The bounds are applied to the end value; between them a train of one
// sign is monotone but for its errors. It reports whether it met a bound.
func (c *Cell) Pulse(w float64, n int, cycle, z float64) (float64, bool) {
	if n < 0 {
		down := ramp{c.Down, c.SlopeDown}
		return clip(-down.climb(-w, -n, cycle, z), c.Min, c.Max)
	}
	up := ramp{c.Up, c.SlopeUp}
	return clip(up.climb(w, n, cycle, z), c.Min, c.Max)
}

// ramp is what pulses of one sign do to a cell: each adds step - slope·w.
type ramp struct{ step, slope float64 }

// climb returns the weight after n pulses, with a pulse's relative spread and one
// draw for all of them. Their sum is taken at once: with q = 1 - slope the mean is
// q^n w + s (1-q^n)/(1-q), and the errors of the pulses, each shrunk by the later
// ones, add up to a normal of variance (cycle s)² (1-q^2n)/(1-q²).
func (r *ramp) climb(w float64, n int, cycle, z float64) float64 {
	q := 1 - r.slope
	if n == 1 {
		return float64(q*w) + r.step + float64(cycle*r.step*z)
	}
	sum, decay := geometric(q, n)
	w = float64(decay*w) + float64(r.step*sum)
	if cycle != 0 {
		squares, _ := geometric(q*q, n)
		w += float64(cycle * r.step * math.Sqrt(squares) * z)
	}
	return w
}

// clip limits a weight to bounds, and reports whether it had to.
func clip(w, low, high float64) (float64, bool) {
	switch {
	case w > high:
		return high, true
	case w < low:
		return low, true
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
// weights, six each. A unit is 2^-12 standard deviations. They lie in blocks of
// kernel.CellBlock cells.
type die struct {
	bell
	scale float64 // of all spreads
	open  bool    // cells without bounds
	draws []int16
}

const drawUnit = 1 << 12

// newDie draws n cells of an array: normal writes the draws of cells lo.., one cell after
// the other.
func newDie(chip *fabric.Chip, n int, scale float64, normal func(dst []float32, lo int)) *die {
	blocks := (n + kernel.CellBlock - 1) / kernel.CellBlock
	d := &die{bell: newBell(chip, scale), scale: scale, draws: make([]int16, blocks*kernel.CellBlock*cellDraws)}
	var z [chunk * cellDraws]float32
	for lo := 0; lo < n; lo += chunk {
		cells := min(chunk, n-lo)
		part := z[:cells*cellDraws]
		normal(part, lo)
		for i := range cells {
			for j := range cellDraws {
				v := math.Round(drawUnit * float64(part[i*cellDraws+j]))
				d.draws[drawAt(lo+i, j)] = int16(max(math.MinInt16, min(math.MaxInt16, v)))
			}
		}
	}
	return d
}

// drawAt is where draw j of cell i lies.
func drawAt(i, j int) int {
	return (i/kernel.CellBlock*cellDraws+j)*kernel.CellBlock + i%kernel.CellBlock
}

// of are the draws of cell i.
func (d *die) of(i int) (z [cellDraws]int16) {
	for j := range z {
		z[j] = d.draws[drawAt(i, j)]
	}
	return z
}

// law is the law of all cells as package kernel takes it, with the relative spread
// of a pulse and the sd of what a write adds.
func (d *die) law(cycle float64, write float32) kernel.CellLaw {
	b := &d.bell
	l := kernel.CellLaw{
		Window: float32(d.window),
		Step:   float32(b.step), Slope: float32(b.slope),
		ByStep: float32(b.byStep), BySymmetry: float32(b.bySymmetry), BySlope: float32(b.bySlope), ByBounds: float32(b.byBounds),
		LeastBound: leastBound, Cycle: float32(cycle), Write: write * write, Most: mostPulses,
	}
	if d.open {
		l.Open, l.Window = float32(math.Inf(1)), float32(math.Inf(1))
	}
	return l
}

// cell is the law of one cell.
func (d *die) cell(i int) Cell {
	z := d.of(i)
	low, high := d.bounds(&z)
	up, down := d.up(&z, high), d.down(&z, low)
	c := Cell{Up: up.step, SlopeUp: up.slope, Down: down.step, SlopeDown: down.slope}
	c.Min, c.Max = d.limits(low, high)
	return c
}

// limits are what bounds a cell whose draws give it the bounds low and high.
func (d *die) limits(low, high float64) (float64, float64) {
	if d.open {
		return math.Inf(-1), math.Inf(1)
	}
	return max(low, -d.window), min(high, d.window)
}

// clip limits the weight of cell i.
func (d *die) clip(i int, w float64) (float64, bool) {
	z := d.of(i)
	low, high := d.limits(d.bounds(&z))
	return clip(w, low, high)
}

// chunk is the number of elements drawn at a time; blocks of it are independent.
const chunk = 1024
