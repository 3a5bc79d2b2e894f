package array

import (
	"math"

	"acl/fabric/kernel"
)

// lineGroup is the number of rows that are pulsed together.
const lineGroup = 32

// pulseGroup gives lineGroup rows of an array the pulses that were counted. What a
// group does depends on no other.
type pulseGroup struct {
	*pulser
	row, height int      // of the array
	counts      []uint32 // by cell of the group: up in the high half, down in the low one
	z           [chunk]float32
	// order gives a cell its pulses in the order in which they come. The errors of
	// one cell have their own stream.
	order func(cell int, c *Cell, w float64, errors kernel.Key) (after float64, met bool)
	total Pulses
}

// eachGroup runs over all groups of rows. A worker hands run a group, and what pulses
// one.
func (p *pulser) eachGroup(worker func(run func(g *pulseGroup, each func(i int)))) {
	groups := (p.array.Rows + lineGroup - 1) / lineGroup
	step := apart(groups)
	p.pool.Run(groups, func(lo, hi int) {
		worker(func(g *pulseGroup, each func(i int)) {
			g.pulser, g.total = p, Pulses{}
			g.counts = sized(g.counts, lineGroup*p.Dims.M+wide(p.Dims.M))
			clear(g.counts)
			for i := lo; i < hi; i++ {
				each(i * step % groups)
			}
			p.total.add(g.total)
			g.pulser = nil
		})
	})
}

// apart is a step through n groups that meets each of them, and that far apart that
// any part of the way has its share of rows with much and with little to do.
func apart(n int) int {
	step := max(1, int(0.618*float64(n)))
	for a, b := n, step; ; a, b = n, step {
		for b != 0 {
			a, b = b, a%b
		}
		if a == 1 {
			return step
		}
		step++
	}
}

// begin turns to group i.
func (g *pulseGroup) begin(i int) {
	g.row = i * lineGroup
	g.height = min(lineGroup, g.array.Rows-g.row)
}

// apply moves the cells by their counts, which are 0 afterwards.
func (g *pulseGroup) apply(errors kernel.Key, sample uint32) {
	first, cells := g.row*g.Dims.M, g.height*g.Dims.M
	for lo := 0; lo < cells; lo += chunk {
		counts := g.counts[lo:min(lo+chunk, cells)]
		if !some(counts) {
			continue
		}
		a, b := first+lo, first+lo+len(counts)
		z := g.z[:len(counts)]
		if g.law.Cycle > 0 || g.law.Write > 0 {
			errors.Normal(z, sample, a)
		}
		did := g.law.Together(g.Plus[a:b], g.Minus[a:b], counts, z, g.die.draws[a*cellDraws:], float32(g.reach()))
		g.total.Up += did.Up
		g.total.Down += did.Down
		g.total.Clipped += did.Clipped
		for i := 0; did.Left > 0; i++ {
			if counts[i] != 0 {
				g.inOrder(lo+i, errors.Field(uint32(a+i)))
				counts[i] = 0
				did.Left--
			}
		}
	}
}

func some(counts []uint32) bool {
	for _, n := range counts {
		if n != 0 {
			return true
		}
	}
	return false
}

// inOrder gives a cell of the group its pulses in their order.
func (g *pulseGroup) inOrder(cell int, errors kernel.Key) {
	i := g.row*g.Dims.M + cell
	c := g.die.cell(i)
	w, met := g.order(cell, &c, float64(g.Plus[i]-g.Minus[i]), errors)
	if met {
		g.total.Clipped++
	}
	g.set(i, float32(w))
}

// reach is how far pulses may take a cell, in sums of their nominal steps.
func (p *pulser) reach() float64 { return 1 + 3*p.cycle }

// near reports whether pulses of both signs may meet a bound on the way, so that
// their order counts.
func (c *Cell) near(w float64, up, down int, cycle float64) bool {
	reach := 1 + 3*cycle
	return w+float64(up)*c.Up*reach > c.Max || w-float64(down)*c.Down*reach < c.Min
}

// join is the weight after pulses up and down that meet no bound in between, with
// one draw for all of them: as many pulses of their mean step, slope and error. Each
// takes up kT/C.
func (p *pulser) join(c *Cell, w float64, up, down int, z float64) (float64, bool) {
	u, d := float64(up), float64(down)
	n := u + d
	slope := (float64(u*c.SlopeUp) + float64(d*c.SlopeDown)) / n
	r := ramp{(float64(u*c.Up) - float64(d*c.Down)) / n, slope}
	w = r.climb(w, up+down, 0, 0)
	square := (float64(u*c.Up*c.Up) + float64(d*c.Down*c.Down)) / n
	squares, _ := geometric((1-slope)*(1-slope), up+down)
	w += math.Sqrt((float64(p.cycle*p.cycle*square)+float64(p.law.Write))*squares) * z
	return clip(w, c.Min, c.Max)
}
