package array

import (
	"math"

	"acl/fabric/kernel"
)

// mostCounted is the most pulses of a beat, as a count holds: a cell has met its
// bound long before.
const mostCounted = 1<<16 - 1

// count sends each cell the nearest whole number of pulses of each product, sample
// by sample.
func (p *pulser) count() {
	for i := range p.beats {
		p.total.Slots += int64(p.beats[i].slots)
	}
	p.eachGroup(func(run func(g *pulseGroup, each func(i int))) {
		c := &counter{pulseGroup: new(pulseGroup)}
		c.order = c.inOrder
		run(c.pulseGroup, c.run)
	})
}

// counter counts the pulses of a group of rows.
type counter struct {
	*pulseGroup
	values    [lineGroup]float32 // that drive the rows
	from, end int                // beats that were counted
}

// run pulses group i.
func (c *counter) run(i int) {
	c.begin(i)
	for s := range c.Dims.N {
		c.from = s * c.Dims.P
		most := 0 // pulses that a cell may have
		for c.end = c.from; c.end < (s+1)*c.Dims.P; c.end++ {
			b := &c.beats[c.end]
			if most+b.slots > mostCounted {
				c.flush(s)
				most = 0
			}
			if most += b.slots; b.slots > 0 {
				c.add(b)
			}
		}
		c.flush(s)
	}
}

// flush moves the cells by what was counted.
func (c *counter) flush(s int) {
	c.apply(c.errors.Field(uint32(c.from%c.Dims.P)), c.First+uint32(s))
	c.from = c.end
}

// add counts the pulses of beat end.
func (c *counter) add(b *beat) {
	n := max(0, min(c.height, c.Dims.K-c.row)) // without the bias
	v := c.values[:n]
	if c.Conv == nil {
		copy(v, c.X[c.end*c.Dims.K+min(c.row, c.Dims.K):])
	} else if n > 0 {
		c.Conv.Patches(v, n, c.X, c.end, 1, c.row, c.row+n)
	}
	if n < c.height {
		v = append(v, c.Bias)
	}
	for l, x := range v {
		if x == 0 {
			continue
		}
		counts := c.counts[l*c.Dims.M:]
		for j, d := range c.D[c.end*c.Dims.M:][:c.Dims.M] {
			if n := b.pulses(x, d); n >= 0 {
				counts[j] += uint32(n) << 16
			} else {
				counts[j] += uint32(-n)
			}
		}
	}
}

// pulses is the nearest whole number of a product, down where negative.
func (b *beat) pulses(x, d float32) int {
	want := float64(b.x*x) * float64(d)
	n := int(min(math.Abs(want), float64(b.slots)) + 0.5)
	if want < 0 {
		return -n
	}
	return n
}

// inOrder gives a cell its pulses beat by beat.
func (c *counter) inOrder(cell int, law *Cell, w float64, errors kernel.Key) (float64, bool) {
	l, column, met := c.row+cell/c.Dims.M, cell%c.Dims.M, false
	var z, x [1]float32
	for at := c.from; at < c.end; at++ {
		b := &c.beats[at]
		switch {
		case b.slots == 0:
			continue
		case l == c.Dims.K:
			x[0] = c.Bias
		case c.Conv != nil:
			c.Conv.Patches(x[:], 1, c.X, at, 1, l, l+1)
		default:
			x[0] = c.X[at*c.Dims.K+l]
		}
		n := b.pulses(x[0], c.D[at*c.Dims.M+column])
		if n == 0 {
			continue
		}
		errors.Normal(z[:], c.First+uint32(at/c.Dims.P), at%c.Dims.P)
		var hit bool
		w, hit = c.join(law, w, max(n, 0), max(-n, 0), float64(z[0]))
		met = met || hit
	}
	return w, met
}
