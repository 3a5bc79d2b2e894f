package array

import (
	"math"
	"math/bits"

	"acl/fabric/kernel"
)

// pulseGroup gives lineGroup rows of an array their pulses, one sample after the
// other. The coincidences of a sample are counted first, over all its positions,
// and then each cell takes its own at once: a train of one sign is a closed form of
// its pulses but for the bounds, where the positions are gone through in order.
// What a group does depends on no other.
type pulseGroup struct {
	*pulser
	row, rows int // of the array
	values    []float32
	trains    []uint32 // rows by beat
	counts    []uint32 // by cell of the group: up in the high half, down in the low one
	touched   []int32
	drawn     int // normals of the sample so far
	spread    kernel.Key
	storage   kernel.Key
	total     Pulses
}

// countRun is the number of pulses that a count can hold.
const countRun = 1<<16 - 1

func newPulseGroup(p *pulser) *pulseGroup {
	return &pulseGroup{
		pulser: p, values: make([]float32, lineGroup), trains: make([]uint32, lineGroup*p.Dims.P*p.words),
		counts: make([]uint32, lineGroup*p.Dims.M),
	}
}

// run pulses group i for all samples.
func (g *pulseGroup) run(i int) {
	g.row = i * lineGroup
	g.rows = min(lineGroup, g.array.Rows-g.row)
	g.spread, g.storage = g.pulser.spread.Field(uint32(i)), g.pulser.storage.Field(uint32(i))
	for s := range g.Dims.N {
		g.drawn = 0
		most := 0 // pulses that a cell may have since its last step
		from := 0
		for at := range g.Dims.P {
			for w := range g.words {
				b := g.beat(s, at, w)
				if most+b.slots > countRun {
					g.step(s, from, at)
					most, from = 0, at
				}
				most += b.slots
				if b.end > b.from {
					g.count(s, at, w, b)
				}
			}
		}
		g.step(s, from, g.Dims.P)
	}
}

// count adds the coincidences of a beat.
func (g *pulseGroup) count(s, at, word int, b *beat) {
	if !g.drive(s, at, b) {
		return
	}
	columns := g.fired[s][b.from:b.end]
	if g.counted {
		g.round(b, columns)
		return
	}
	trains := g.trainsAt(at, word)
	kernel.Trains(trains, g.values, g.slots(g.pulser.rows, b, word), g.First+uint32(s), ((g.row/lineGroup)*g.Dims.P+at)*lineGroup)
	for r, x := range trains[:g.rows] {
		if x == 0 {
			continue
		}
		row := r * g.Dims.M
		for _, c := range columns {
			n := uint32(bits.OnesCount32(x & c.train &^ (1 << 31)))
			if n == 0 {
				continue
			}
			g.give(row+int(c.column), n<<(^(x^c.train)>>31<<4))
		}
	}
}

// give adds pulses to the count of a cell of the group.
func (g *pulseGroup) give(cell int, n uint32) {
	if g.counts[cell] == 0 {
		g.touched = append(g.touched, int32(cell))
	}
	g.counts[cell] += n
}

// round adds the nearest whole number of pulses of each product.
func (g *pulseGroup) round(b *beat, columns []firing) {
	for r, x := range g.values[:g.rows] {
		for _, c := range columns {
			want := float64(x) * float64(math.Float32frombits(c.train))
			n := uint32(min(math.Abs(want), float64(b.slots)) + 0.5)
			if n == 0 {
				continue
			}
			if want > 0 {
				n <<= 16
			}
			g.give(r*g.Dims.M+int(c.column), n)
		}
	}
}

// trainsAt is where the trains of the rows of a beat are kept.
func (g *pulseGroup) trainsAt(at, word int) []uint32 {
	return g.trains[(at*g.words+word)*lineGroup:][:lineGroup]
}

// drive fills in what drives the rows at a position, and reports whether anything
// does.
func (g *pulseGroup) drive(s, at int, b *beat) bool {
	v, k := g.values, g.Dims.K
	n := min(g.rows, k-g.row) // without the bias
	clear(v[max(n, 0):])
	if n > 0 && g.Conv != nil {
		g.Conv.Patches(v, lineGroup, g.X, s*g.Dims.P+at, 1, g.row, g.row+n)
	} else if n > 0 {
		copy(v, g.X[(s*g.Dims.P+at)*k+g.row:][:n])
	}
	if g.array.Bias && g.row+g.rows > k {
		v[k-g.row] = g.Bias
	}
	any := false
	for i, x := range v {
		if x != 0 {
			v[i], any = b.x*x, true
		}
	}
	if !any {
		clear(g.trains[at*g.words*lineGroup:][:g.words*lineGroup])
	}
	return any
}

// step moves the cells that were touched by what a sample's positions from..end
// gave them.
func (g *pulseGroup) step(s, from, end int) {
	var z, kTC [chunk]float32
	sample := g.First + uint32(s)
	for lo := 0; lo < len(g.touched); lo += chunk {
		part := g.touched[lo:min(lo+chunk, len(g.touched))]
		if g.cycle > 0 {
			g.spread.Normal(z[:len(part)], sample, g.drawn)
		}
		if g.write > 0 {
			clear(kTC[:len(part)])
			g.storage.AddNormal(kTC[:len(part)], g.write, sample, g.drawn)
		}
		g.drawn += len(part)
		for i, cell := range part {
			g.move(s, from, end, int(cell), float64(z[i]), float64(kTC[i]))
		}
	}
	g.touched = g.touched[:0]
}

// move gives a cell of the group its pulses.
func (g *pulseGroup) move(s, from, end, cell int, z, write float64) {
	n := g.counts[cell]
	g.counts[cell] = 0
	up, down := int(n>>16), int(n&countRun)
	g.total.Up += int64(up)
	g.total.Down += int64(down)
	i := g.row*g.Dims.M + cell
	c := g.die.cell(i)
	w := float64(g.Plus[i] - g.Minus[i])
	var hit bool
	if up > 0 && down > 0 && c.near(w, up, down, g.cycle) {
		w, hit = g.inOrder(s, from, end, cell, &c, w)
	} else {
		w, hit = c.both(w, up, down, g.cycle, z)
	}
	w, again := clip(w+write, c.Min, c.Max)
	if hit || again {
		g.total.Clipped++
	}
	g.set(i, float32(w))
}

// near reports whether pulses of both signs may meet a bound on the way, so that
// their order counts.
func (c *Cell) near(w float64, up, down int, cycle float64) bool {
	reach := 1 + 3*cycle
	return w+float64(up)*c.Up*reach > c.Max || w-float64(down)*c.Down*reach < c.Min
}

// both is the weight after pulses up and down that meet no bound in between, with
// one draw for all of them: as many pulses of their mean step and slope.
func (c *Cell) both(w float64, up, down int, cycle, z float64) (float64, bool) {
	u, d := float64(up), float64(down)
	n := u + d
	r := ramp{(float64(u*c.Up) - float64(d*c.Down)) / n, (float64(u*c.SlopeUp) + float64(d*c.SlopeDown)) / n}
	w = r.climb(w, up+down, 0, 0)
	if cycle > 0 {
		w += float64(cycle * z * math.Sqrt(float64(u*c.Up*c.Up)+float64(d*c.Down*c.Down)))
	}
	return clip(w, c.Min, c.Max)
}

// inOrder gives a cell its pulses position by position.
func (g *pulseGroup) inOrder(s, from, end, cell int, c *Cell, w float64) (float64, bool) {
	row, column := cell/g.Dims.M, int32(cell%g.Dims.M)
	key := g.spread.Field(uint32(cell))
	met := false
	var z [1]float32
	for at := from; at < end; at++ {
		for word := range g.words {
			n := g.coincidences(s, at, word, row, column)
			if n == 0 {
				continue
			}
			key.Normal(z[:], g.First+uint32(s), at*g.words+word)
			var hit bool
			w, hit = c.Pulse(w, n, g.cycle, float64(z[0]))
			met = met || hit
		}
	}
	return w, met
}

// coincidences is what a beat gives one cell: pulses, down where negative.
func (g *pulseGroup) coincidences(s, at, word, row int, column int32) int {
	b := g.beat(s, at, word)
	columns := g.fired[s][b.from:b.end]
	lo, hi := 0, len(columns)
	for lo < hi { // columns are in order
		if mid := (lo + hi) / 2; columns[mid].column < column {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == len(columns) || columns[lo].column != column {
		return 0
	}
	if g.counted {
		if !g.drive(s, at, b) {
			return 0
		}
		want := float64(g.values[row]) * float64(math.Float32frombits(columns[lo].train))
		return int(math.Copysign(math.Floor(min(math.Abs(want), float64(b.slots))+0.5), want))
	}
	x, d := g.trainsAt(at, word)[row], columns[lo].train
	n := bits.OnesCount32(x & d &^ (1 << 31))
	if (x^d)>>31 == 1 {
		return -n
	}
	return n
}
