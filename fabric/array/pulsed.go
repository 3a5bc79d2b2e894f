package array

import (
	"math"
	"sync/atomic"

	"acl/fabric/kernel"
)

// Drive is what drives the lines of an array while pulses in place change it: at
// every position of every sample the rows by x and the columns by d, so that each
// weight moves by the sample's rate times x d (physics.md §3.2).
type Drive struct {
	X, D []float32 // N×P×K, or images of Conv; N×P×M
	// Rate is, by sample, the change of a normalised weight that x = d = 1 ask for.
	Rate  []float32
	Bias  float32      // what the bias row is driven with
	Dims  kernel.Dims  // K without the bias row
	Conv  *kernel.Conv // nil: X is no image
	First uint32       // number of the batch's first sample in the step
}

// Trains counts what pulses in place did.
type Trains struct {
	Pulses
	Slots int64 // of all trains: summed over samples and positions
}

// Pulse changes the weights in place, sample by sample and position by position.
// With `cell.update: stochastic` each line carries a train of cell.pulses slots and
// fires with a chance in proportion to what drives it; a cell moves by one step of
// its own law where both of its lines fire (Gokmen and Vlasov 2016). With
// `cell.management` trains are as short as the largest product at the position
// needs, and rows and columns fire equally often at most, as aihwkit's update
// management has it. `counted` gives the nearest whole number of pulses instead,
// `exact` the change itself, and so do cells that do not err. Reads see the new
// weights after Settle.
func (m *Matrix) Pulse(d *Drive, k ReadKey) Trains {
	m.leaked()
	if m.die == nil || m.chip.Cell.Update == "exact" {
		return m.pulseExactly(d, k)
	}
	p := m.pulsing(d, k)
	m.pool.Run(d.Dims.N, func(lo, hi int) {
		for s := lo; s < hi; s++ {
			p.prepare(s)
		}
	})
	m.pool.Run((m.array.Rows+lineGroup-1)/lineGroup, func(lo, hi int) {
		g := newPulseGroup(p)
		for i := lo; i < hi; i++ {
			g.run(i)
		}
		atomic.AddInt64(&p.total.Up, g.total.Up)
		atomic.AddInt64(&p.total.Down, g.total.Down)
		atomic.AddInt64(&p.total.Clipped, g.total.Clipped)
	})
	for i := range p.beats {
		p.total.Slots += int64(p.beats[i].slots)
	}
	return p.total
}

// Settle shows reads what pulses in place have done since the last one.
func (m *Matrix) Settle() { m.version++ }

// pulseExactly adds the sum of all products.
func (m *Matrix) pulseExactly(d *Drive, k ReadKey) Trains {
	m.scratch = grow(m.scratch, len(m.Plus))
	clear(m.scratch)
	bias := m.array.Bias && d.Bias == 1
	if d.Conv != nil {
		kernel.Conv2DOuterAdd(m.pool, m.scratch, d.X, d.D, d.Rate, d.Conv, bias)
	} else {
		kernel.OuterAdd(m.pool, m.scratch, d.X, d.D, d.Rate, d.Dims, bias)
	}
	if m.array.Bias && !bias {
		ones := make([]float32, d.Dims.N)
		for s, r := range d.Rate {
			ones[s] = r * d.Bias
		}
		dims := kernel.Dims{N: d.Dims.N, P: d.Dims.P, M: d.Dims.M}
		kernel.OuterAdd(m.pool, m.scratch[len(m.scratch)-d.Dims.M:], nil, d.D, ones, dims, true)
	}
	u := &writing{Matrix: m, inverse: 1, storage: m.key(KindStorage, k.Field, k)}
	var total Trains
	m.parts(len(m.scratch), func(lo, hi int) {
		atomic.AddInt64(&total.Clipped, u.exact(m.scratch[lo:hi], lo).Clipped)
	})
	return total
}

// lineGroup is the number of rows that are pulsed together.
const lineGroup = 32

// pulser is one Pulse under way.
type pulser struct {
	*Matrix
	*Drive
	counted bool
	rows    []kernel.Key // of the trains of rows, one a slot
	columns []kernel.Key
	spread  kernel.Key
	storage kernel.Key
	cycle   float64
	words   int    // of a train
	beats   []beat // by sample, position and word
	fired   [][]firing
	total   Trains
}

// beat is how the lines are driven in one word of the train of a position: with
// chances x·|x| and d·|d| in each slot. Counted, x·d is the number of pulses for a
// unit product, and slots are those of the largest.
type beat struct {
	slots     int
	x, d      float32
	from, end int // of the sample's firings
}

// firing is a column that fires at a position: its train, or the value of a
// counted one.
type firing struct {
	column int32
	train  uint32
}

func (m *Matrix) pulsing(d *Drive, k ReadKey) *pulser {
	p := &pulser{
		Matrix: m, Drive: d, counted: m.chip.Cell.Update == "counted", words: 1,
		spread: m.key(KindPulse, k.Field, k), storage: m.key(KindStorage, k.Field, k),
		cycle: m.chip.Cell.Spread.Cycle * m.die.scale, fired: make([][]firing, d.Dims.N),
	}
	if !p.counted {
		trains := kernel.NewKey(k.Seed, uint32(KindTrain), m.unit, k.Field, k.Step) // of all copies alike
		for t := range m.chip.Cell.Pulses {
			p.rows = append(p.rows, trains.Field(uint32(2*t)))
			p.columns = append(p.columns, trains.Field(uint32(2*t+1)))
		}
		p.words = (len(p.rows) + kernel.TrainSlots - 1) / kernel.TrainSlots
	}
	p.beats = make([]beat, d.Dims.N*d.Dims.P*p.words)
	return p
}

// slots are the keys of a beat's slots.
func (p *pulser) slots(keys []kernel.Key, b *beat, word int) []kernel.Key {
	return keys[word*kernel.TrainSlots:][:b.slots]
}

// prepare settles a sample's beats and which columns fire.
func (p *pulser) prepare(s int) {
	cols := p.Dims.M
	wide := (cols + 31) &^ 31
	values, trains := make([]float32, wide), make([]uint32, wide)
	tops := make([]float32, p.Dims.P)
	p.largest(tops, s)
	for at := range tops {
		row := p.D[(s*p.Dims.P+at)*cols:][:cols]
		all := p.manage(tops[at], kernel.TopAbs(row), float64(p.Rate[s]))
		for w := range p.words {
			b := p.beat(s, at, w)
			*b = all
			if !p.counted {
				b.slots = min(max(all.slots-w*kernel.TrainSlots, 0), kernel.TrainSlots)
			}
			b.from = len(p.fired[s])
			if b.slots > 0 {
				p.columnTrains(s, at, w, row, values, trains)
			}
			b.end = len(p.fired[s])
		}
	}
}

// beat is the beat of a word at a position of a sample.
func (p *pulser) beat(s, at, word int) *beat {
	return &p.beats[(s*p.Dims.P+at)*p.words+word]
}

// manage settles the length of a train and the gains of the lines, given the
// largest magnitudes that drive them. The sign of the rate goes to the rows.
func (p *pulser) manage(x, d float32, rate float64) (b beat) {
	cell := &p.chip.Cell
	pulses := math.Abs(rate) / cell.Step
	most := pulses * float64(x) * float64(d)
	if !(most > 0) || math.IsInf(most, 0) {
		return b
	}
	if p.counted {
		b.slots, b.x, b.d = int(min(math.Round(most), mostPulses)), float32(rate/cell.Step), 1
		return b
	}
	row, column, slots := ManageTrains(cell.Pulses, cell.Management, pulses, float64(x), float64(d))
	b.slots, b.x, b.d = slots, float32(math.Copysign(row, rate)), float32(column)
	return b
}

// ManageTrains returns the gains of rows and columns, in chance of firing for a
// unit drive, and the slots of a train, for a wanted number of pulses at a unit
// product and the largest drives of the lines. Without management all slots are
// used and both gains are alike: C_x C_δ = η/(BL Δw_min). With it trains have no
// more slots than the largest product needs, and the gains are balanced so that
// rows and columns fire equally often at their largest (aihwkit's
// update_bl_management and update_management).
func ManageTrains(most int, manage bool, pulses, x, d float64) (row, column float64, slots int) {
	slots = most
	if manage {
		if want := math.Ceil(pulses * x * d); want < float64(most) {
			slots = int(max(want, 1))
		}
	}
	gain := math.Sqrt(pulses / float64(slots))
	if !manage {
		return gain, gain, slots
	}
	balance := math.Sqrt(d / x)
	return gain * balance, gain / balance, slots
}

// largest writes the largest magnitude that drives the rows at each position of a
// sample.
func (p *pulser) largest(tops []float32, s int) {
	var bias float32
	if p.array.Bias {
		bias = p.Bias
	}
	if p.Conv == nil {
		k := p.Dims.K
		for at := range tops {
			tops[at] = max(bias, kernel.TopAbs(p.X[(s*p.Dims.P+at)*k:][:k]))
		}
		return
	}
	c := p.Conv
	image := p.X[s*c.H*c.W*c.C:][:c.H*c.W*c.C]
	across := make([]float32, c.H*c.OW) // the largest of a window's line
	pixels := make([]float32, c.W)
	for y := range c.H {
		for x := range pixels {
			pixels[x] = pixelTop(image[(y*c.W+x)*c.C:][:c.C])
		}
		for ox := range c.OW {
			lo := ox*c.SW - c.PW
			across[y*c.OW+ox] = largestOf(pixels[max(lo, 0):max(min(lo+c.KW, c.W), lo, 0)])
		}
	}
	for oy := range c.OH {
		out := tops[oy*c.OW:][:c.OW]
		for x := range out {
			out[x] = bias
		}
		lo := oy*c.SH - c.PH
		for y := max(lo, 0); y < min(lo+c.KH, c.H); y++ {
			for x, v := range across[y*c.OW:][:c.OW] {
				out[x] = max(out[x], v)
			}
		}
	}
}

// pixelTop is the largest magnitude of a pixel's channels.
func pixelTop(x []float32) float32 {
	if len(x) < 8 {
		return largestOf(x)
	}
	return kernel.TopAbs(x)
}

// columnTrains lists the columns that fire in a word at a position.
func (p *pulser) columnTrains(s, at, word int, row, values []float32, trains []uint32) {
	b := p.beat(s, at, word)
	if p.counted {
		for j, v := range row {
			if v != 0 {
				p.fired[s] = append(p.fired[s], firing{int32(j), math.Float32bits(v)})
			}
		}
		return
	}
	for j, v := range row {
		values[j] = b.d * v
	}
	kernel.Trains(trains, values, p.slots(p.columns, b, word), p.First+uint32(s), at*len(values))
	for j, t := range trains[:len(row)] {
		if t != 0 {
			p.fired[s] = append(p.fired[s], firing{int32(j), t})
		}
	}
}

// ReadBack writes to dst, Rows×Cols, the logical weights as a read-out by one-hot
// products in the narrowest range finds them: with its noise, and rounded by a
// converter over ±1.
func (m *Matrix) ReadBack(dst []float32, k ReadKey) {
	m.leaked()
	key := m.key(KindRead, readBackField, k)
	var step float32
	if m.level.Quantize.On() {
		step = float32(LSB(m.chip.ADC.Bits, 1))
	}
	sigma := m.oneHot()
	m.parts(len(dst), func(lo, hi int) {
		part := dst[lo:hi]
		m.cells(part, lo)
		if sigma > 0 {
			key.AddNormal(part, sigma, 0, lo)
		}
		kernel.Quantize(nil, part, step, 0)
		scale(part, float32(m.Alpha))
	})
}

// oneHot is the noise of a one-hot read of a cell in the narrowest range.
func (m *Matrix) oneHot() float32 {
	var sum float64
	lines := spans(m.array.Tiles, m.array.Rows, rowsOf)
	for _, s := range lines {
		r := StatsOf(m.chip, s.hi-s.lo, GradientBound).Read
		sum += r * r
	}
	return float32(math.Sqrt(sum / float64(len(lines))))
}
