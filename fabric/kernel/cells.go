package kernel

import "math"

// Cells are capacitor pairs that learn by pulses. A weight is the difference of the
// two voltages of a pair, in units of the full differential voltage. The law is
// that of physics.md §3.2: an up pulse adds s - g·w, a down pulse takes away
// s + g·w, with s and g of the cell and of the direction; a train of n pulses is
// taken at once, as its mean and one normal draw for the sum of its errors.

// CellDraws is the number of normal draws that make a cell: of its step, of the
// difference between up and down, of the slopes up and down, of the bounds above
// and below.
const CellDraws = 6

// CellBlock is the number of cells whose draws lie together: CellDraws rows of
// CellBlock numbers.
const CellBlock = 16

// CellLaw is the law that cells spread about, and how one write works. Spreads are
// those of one unit of a draw.
type CellLaw struct {
	Step, Slope                           float32
	ByStep, BySymmetry, BySlope, ByBounds float32
	LeastBound                            float32 // no cell has less of a range
	Open                                  float32 // +Inf: cells have no bounds; else 0
	Window                                float32 // what ends all cells alike; +Inf: nothing
	Cycle                                 float32 // relative sd of a pulse
	Write                                 float32 // variance of what a write adds
	Most                                  float32 // pulses that a cell gets at most
}

// Pulsed counts what a write did.
type Pulsed struct {
	Given, Net int64 // pulses; and up less down
	Clipped    int64 // cells that met a bound
}

// Pulse gives each pair its pulses: want is their signed number, of which the
// remainder is one more pulse where chance, in (0,1), takes it over the next whole
// number. z are standard normal draws, one a cell for all that its write errs by.
// draws are those of the cells, in blocks, from the first of these cells on. Where
// balance is set, the pairs are brought about their mid-point first. NaN gets no
// pulse.
func (l *CellLaw) Pulse(plus, minus, want, chance, z []float32, draws []int16, balance bool) Pulsed {
	n := len(plus)
	minus, want, chance, z = minus[:n], want[:n], chance[:n], z[:n]
	whole := l.pulseWhole(plus, minus, want, chance, z, draws, balance)
	at := n &^ (CellBlock - 1)
	if at == n {
		return whole
	}
	rest := l.pulsePortable(plus[at:], minus[at:], want[at:], chance[at:], z[at:], draws[at*CellDraws:], balance)
	return Pulsed{whole.Given + rest.Given, whole.Net + rest.Net, whole.Clipped + rest.Clipped}
}

// pulsePortable is Pulse, and the twin of the kernel for whole blocks.
func (l *CellLaw) pulsePortable(plus, minus, want, chance, z []float32, draws []int16, balance bool) (p Pulsed) {
	for i := range plus {
		n := l.count(want[i], chance[i])
		down := want[i] < 0 || want[i] == 0 && math.Signbit(float64(want[i]))
		w, middle := plus[i]-minus[i], float32((plus[i]+minus[i])*0.5)
		if balance {
			middle = 0
		}
		if n > 0 {
			p.Given += int64(n)
			if down {
				p.Net -= int64(n)
			} else {
				p.Net += int64(n)
			}
			block := draws[i/CellBlock*CellBlock*CellDraws+i%CellBlock:]
			var hit bool
			if w, hit = l.train(w, n, down, z[i], block); hit {
				p.Clipped++
			}
		}
		if n > 0 || balance {
			half := float32(w * 0.5)
			plus[i], minus[i] = middle+half, middle-half
		}
	}
	return p
}

// count is the whole number of pulses.
func (l *CellLaw) count(want, chance float32) int32 {
	size := float32(math.Abs(float64(want)))
	if !(size < l.Most) {
		size = l.Most
	}
	if want != want {
		return 0
	}
	return int32(size + chance)
}

// train is the weight after n pulses in one direction. Down is up of the negative:
// its own slope, and its own bound ahead.
func (l *CellLaw) train(w float32, n int32, down bool, z float32, draws []int16) (after float32, hit bool) {
	draw := func(k int) float32 { return float32(draws[k*CellBlock]) }
	turn, slopeAt, aheadAt, behindAt := float32(1), 2, 4, 5
	if down {
		turn, slopeAt, aheadAt, behindAt = -1, 3, 5, 4
	}
	v := turn * w
	gain := 1 + float32(l.ByStep*draw(0))
	step := max(0, float32(l.Step*(gain+float32(l.BySymmetry*float32(turn*draw(1))))))
	ahead := max(l.LeastBound, 1+float32(l.ByBounds*draw(aheadAt)))
	behind := max(l.LeastBound, 1+float32(l.ByBounds*draw(behindAt)))
	slope := float32((l.Slope+float32(l.BySlope*draw(slopeAt)))*step) / ahead
	sum, lost, squares := geometric(n, slope)
	pulse := float32(l.Cycle * step)
	sd := float32(math.Sqrt(float64(float32(float32(pulse*pulse)*squares) + l.Write)))
	v = v + float32(step*sum) - float32(lost*v) + float32(sd*z)
	ahead, behind = min(max(ahead, l.Open), l.Window), -min(max(behind, l.Open), l.Window)
	switch {
	case v > ahead:
		v, hit = ahead, true
	case v < behind:
		v, hit = behind, true
	}
	return turn * v, hit
}

// geometric returns, with q = 1 - slope, 1 + q + .. + q^(n-1), 1 - q^n, and the sum
// of the squares of the powers, by doubling. It keeps what is lost, not what is
// left, so that no digits go near q = 1.
func geometric(n int32, slope float32) (sum, lost, squares float32) {
	s, l := float32(1), slope
	s2, l2 := float32(1), float32(slope+slope)-float32(slope*slope)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			sum += s - float32(sum*l)
			lost += l - float32(lost*l)
			squares += s2 - float32(squares*l2)
		}
		s, l = float32(s+s)-float32(s*l), float32(l+l)-float32(l*l)
		s2, l2 = float32(s2+s2)-float32(s2*l2), float32(l2+l2)-float32(l2*l2)
	}
	return sum, lost, squares
}

// Shift adds k·d to the weights of pairs that d is not 0 for, up to ±bound (+Inf:
// none), and returns how many met it.
func Shift(plus, minus, d []float32, k, bound float32) (clipped int64) {
	n := len(plus)
	return shift(plus, minus[:n], d[:n], k, bound)
}

func shiftPortable(plus, minus, d []float32, k, bound float32) (clipped int64) {
	for i, change := range d {
		if change == 0 {
			continue
		}
		w, middle := plus[i]-minus[i], float32((plus[i]+minus[i])*0.5)
		w += float32(change * k)
		switch {
		case w > bound:
			w = bound
			clipped++
		case w < -bound:
			w = -bound
			clipped++
		}
		half := float32(w * 0.5)
		plus[i], minus[i] = middle+half, middle-half
	}
	return clipped
}

// mostDecay is an exponent beyond which nothing is left.
const mostDecay = 80

// Decay lets y tend to rest by the share 1 - e^(-x·rate); x·rate is not negative.
func Decay(y, rate []float32, x, rest float32) { decay(y, rate[:len(y)], x, rest) }

// DecayPairs is Decay of both of a pair, which have a rate in common.
func DecayPairs(y, z, rate []float32, x, rest float32) {
	n := len(y)
	decayPairs(y, z[:n], rate[:n], x, rest)
}

func decayPairsPortable(y, z, rate []float32, x, rest float32) {
	decayPortable(y, rate, x, rest)
	decayPortable(z, rate, x, rest)
}

// decayPortable takes the exponent apart into whole halvings and the rest, for
// which what is lost, not what is left, is a polynomial: small exponents keep their
// digits.
func decayPortable(y, rate []float32, x, rest float32) {
	for i, r := range rate {
		e := float32(x * r)
		if e > mostDecay {
			e = mostDecay
		}
		n := float32(math.RoundToEven(float64(float32(e * math.Log2E))))
		e -= float32(n * math.Ln2)
		d := float32(e*(1./5040)) - 1./720
		d = float32(d*e) + 1./120
		d = float32(d*e) - 1./24
		d = float32(d*e) + 1./6
		d = float32(d*e) - 1./2
		d = float32(d*e) + 1
		d = float32(d * e)
		left := math.Float32frombits(uint32(127-int32(n)) << 23)
		d = (1 - left) + float32(left*d)
		y[i] -= float32((y[i] - rest) * d)
	}
}

// Momentum is a step of stochastic gradient descent with momentum and weight decay:
// v becomes m·v + g + decay·w, g the change -rate·v, and w grows by it.
func Momentum(v, g, w []float32, m, decay, rate float32) {
	momentum(v, g[:len(v)], w[:len(v)], m, decay, rate)
}

func momentumPortable(v, g, w []float32, m, decay, rate float32) {
	for i := range v {
		u := float32(m*v[i]) + g[i] + float32(decay*w[i])
		d := -float32(rate * u)
		v[i], g[i] = u, d
		w[i] += d
	}
}

// FoldLanes writes (x + shift)·factor to y, lane by lane.
func FoldLanes(y, x, shift, factor []float32) {
	n := len(y)
	foldLanes(y, x[:n], shift[:n], factor[:n])
}

func foldLanesPortable(y, x, shift, factor []float32) {
	for i, v := range x {
		y[i] = float32((v + shift[i]) * factor[i])
	}
}

// FoldLine writes (x + shift)·factor to y.
func FoldLine(y, x []float32, shift, factor float32) { foldLine(y, x[:len(y)], shift, factor) }

func foldLinePortable(y, x []float32, shift, factor float32) {
	for i, v := range x {
		y[i] = float32((v + shift) * factor)
	}
}

// FoldPairLanes is FoldLanes of the differences of pairs with what is fixed to them.
func FoldPairLanes(y, plus, minus, fixed, shift, factor []float32) {
	n := len(y)
	foldPairLanes(y, plus[:n], minus[:n], fixed[:n], shift[:n], factor[:n])
}

func foldPairLanesPortable(y, plus, minus, fixed, shift, factor []float32) {
	for i, p := range plus {
		y[i] = float32((p - minus[i] + fixed[i] + shift[i]) * factor[i])
	}
}

// FoldPairLine is FoldLine of the differences of pairs with what is fixed to them.
func FoldPairLine(y, plus, minus, fixed []float32, shift, factor float32) {
	n := len(y)
	foldPairLine(y, plus[:n], minus[:n], fixed[:n], shift, factor)
}

func foldPairLinePortable(y, plus, minus, fixed []float32, shift, factor float32) {
	for i, p := range plus {
		y[i] = float32((p - minus[i] + fixed[i] + shift) * factor)
	}
}
