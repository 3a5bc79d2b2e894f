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
	if m.chip.Cell.Update == "counted" {
		p.count()
	} else {
		p.fire(k)
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
