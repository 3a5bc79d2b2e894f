package kernel

import "math"

// Together gives each pair the pulses of counts, ups in the upper half and downs in
// the lower one, as one train of as many pulses of their mean step and slope: in what
// order they come changes a weight by less than a thousandth of a step a pulse. Each
// pulse has its own error and its own write. z are
// standard normal draws, one a cell. Where pulses of both signs come so near a bound,
// within reach times their nominal sum, that their order counts, the cell is left as
// it is, with its count; all other counts become 0.
func (l *CellLaw) Together(plus, minus []float32, counts []uint32, z []float32, draws []int16, reach float32) (t Joined) {
	n := len(plus)
	minus, counts, z = minus[:n], counts[:n], z[:n]
	at := n &^ (CellBlock - 1)
	t = l.togetherWhole(plus, minus, counts, z, draws, reach)
	if at < n {
		rest := l.togetherPortable(plus[at:], minus[at:], counts[at:], z[at:], draws[at*CellDraws:], reach)
		t = Joined{t.Up + rest.Up, t.Down + rest.Down, t.Clipped + rest.Clipped, t.Left + rest.Left}
	}
	return t
}

// Joined counts what Together did. Pulses are all that were given, also to cells that
// are left.
type Joined struct {
	Up, Down int64
	Clipped  int64 // cells that met a bound
	Left     int64 // cells that are left
}

// togetherPortable is Together, and the twin of the kernel for whole blocks.
func (l *CellLaw) togetherPortable(plus, minus []float32, counts []uint32, z []float32, draws []int16, reach float32) (t Joined) {
	for i, n := range counts[:len(plus)] {
		if n == 0 {
			continue
		}
		t.Up += int64(n >> 16)
		t.Down += int64(n & 0xffff)
		c := l.both(draws[i/CellBlock*CellBlock*CellDraws+i%CellBlock:])
		w, middle := plus[i]-minus[i], float32((plus[i]+minus[i])*0.5)
		w, hit, left := l.join(&c, w, n, z[i], reach)
		if left {
			t.Left++
			continue
		}
		if hit {
			t.Clipped++
		}
		half := float32(w * 0.5)
		plus[i], minus[i] = middle+half, middle-half
		counts[i] = 0
	}
	return t
}

// bothWays is the law of a cell: its steps and slopes, and its bounds.
type bothWays struct{ up, down, upSlope, downSlope, high, low float32 }

func (l *CellLaw) both(draws []int16) (c bothWays) {
	draw := func(k int) float32 { return float32(draws[k*CellBlock]) }
	gain, symmetry := 1+float32(l.ByStep*draw(0)), float32(l.BySymmetry*draw(1))
	c.up = max(0, float32(l.Step*(gain+symmetry)))
	c.down = max(0, float32(l.Step*(gain-symmetry)))
	c.high = max(l.LeastBound, 1+float32(l.ByBounds*draw(4)))
	c.low = max(l.LeastBound, 1+float32(l.ByBounds*draw(5)))
	c.upSlope = float32((l.Slope+float32(l.BySlope*draw(2)))*c.up) / c.high
	c.downSlope = float32((l.Slope+float32(l.BySlope*draw(3)))*c.down) / c.low
	c.high, c.low = min(max(c.high, l.Open), l.Window), min(max(c.low, l.Open), l.Window)
	return c
}

// join is the weight after the pulses of a count; it is left where their order
// counts.
func (l *CellLaw) join(c *bothWays, w float32, count uint32, z, reach float32) (after float32, hit, left bool) {
	up, down := float32(count>>16), float32(count&0xffff)
	rise, fall := float32(up*c.up), float32(down*c.down)
	if up > 0 && down > 0 && (w+float32(rise*reach) > c.high || float32(fall*reach)-w > c.low) {
		return w, false, true
	}
	all := up + down
	slope := (float32(up*c.upSlope) + float32(down*c.downSlope)) / all
	sum, lost, squares := geometric(int32(count>>16+count&0xffff), slope)
	pulse := (float32(rise*c.up) + float32(fall*c.down)) / all
	variance := float32((float32(float32(pulse*l.Cycle)*l.Cycle) + l.Write) * squares)
	sd := float32(math.Sqrt(float64(variance)))
	v := w + float32((rise-fall)/all*sum) - float32(lost*w) + float32(sd*z)
	switch {
	case v > c.high:
		return c.high, true, false
	case v < -c.low:
		return -c.low, true, false
	}
	return v, false, false
}
