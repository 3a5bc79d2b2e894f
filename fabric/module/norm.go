package module

import (
	"math"

	"acl/fabric/kernel"
)

// The norms are the control unit's own work (design.md §5): converters bring
// values in, it normalises numbers, converters drive the result back. Rows of
// their digital array are gain and offset, and for a batch norm the running mean
// and variance. Sums are float64 over fixed parts, so that their bits do not
// depend on the number of threads.

// norm is what both norms share: values as rows of width features, and the record
// of the last firing, which the control unit keeps for the gradient.
type norm struct {
	*base
	shape     []int // of the operand
	width     int
	eps       float64
	mean, inv []float64 // by channel or by row
	x         []float32 // operand as numbers, in rows
	scale     float64   // what 1 of them stands for
	// totals are what the gradient of the data summed up, for that of the parameters,
	// which follows it; empty where it did not.
	totals []float64
}

func (b *base) newNorm(shape []int, width int) norm {
	return norm{base: b, shape: shape, width: width, eps: b.unit.Attr("eps")[0]}
}

// keep converts the operand from its wire into numbers, in units of its full scale,
// which stay for the gradient.
func (m *norm) keep(c *Call) {
	t := &c.Args[0]
	m.x, m.scale = c.Record, float64(t.Scale())
	if m.x == nil {
		m.x = make([]float32, len(t.Data))
	}
	if &m.x[0] != &t.Data[0] {
		kernel.Copy(m.env.Pool, m.x, t.Data, 1)
	}
	m.convert(c, m.x)
}

// convert rounds values to the steps of the chip's converters into numbers.
func (b *base) convert(c *Call, x []float32) {
	if chip := b.env.Chip; !c.Dry && chip.Noise.Quantize.On() {
		kernel.Quantize(b.env.Pool, x, lsb(chip.ADC.Bits, 1), 1)
	}
}

// batchnorm normalises each channel by the mean and variance of the batch, and
// takes them into the running ones as PyTorch does: with the momentum as their
// weight, the variance unbiased. An evaluation uses the running ones; so does a
// training without a barrier, which updates them for the next step.
type batchnorm struct {
	norm
	momentum float64
	running  bool // the record is of running statistics, constants of the gradient

	batch, variance []float64 // of the batch, in units of the operand's full scale until they are done
	slope, shift    []float64
	y               []float32
	sums            columns
	// The methods of the same names, bound once: a step allocates nothing.
	value, deviation func(acc []float64, lo, hi int)
	write            func(lo, hi int)
}

func newBatchnorm(b *base) Module {
	m := &batchnorm{norm: b.newNorm(b.in[0], width(b.in[0])), momentum: b.unit.Attr("momentum")[0]}
	m.sums.bind()
	m.value, m.deviation, m.write = m.addValue, m.addDeviation, m.affine
	return m
}

func (m *batchnorm) Run(c *Call) Report {
	m.keep(c)
	m.totals = m.totals[:0]
	k, w := m.scale, m.width
	m.running = !c.Train || !m.unit.Barrier
	if c.Train {
		m.statistics(k)
	}
	mean, spread := c.Params[2*w:3*w], c.Params[3*w:4*w]
	m.mean, m.inv = growWide(m.mean, w), growWide(m.inv, w)
	for j := range w {
		v := 0.0
		if m.running {
			m.mean[j], v = float64(mean[j]), float64(spread[j])
		} else {
			m.mean[j], v = m.batch[j], m.variance[j]
		}
		m.inv[j] = 1 / math.Sqrt(v+m.eps)
	}
	if n := float64(len(m.x) / w); c.Train && !c.Dry && n > 1 {
		for j := range w {
			mean[j] += float32(m.momentum * (m.batch[j] - float64(mean[j])))
			spread[j] += float32(m.momentum * (m.variance[j]*n/(n-1) - float64(spread[j])))
		}
	}
	m.slopes(c, k)
	return m.passed(m.voltages(c).Make(m.env.Pool, c.Out.Data, m.write))
}

// statistics finds mean and biased variance of each channel of the batch.
func (m *batchnorm) statistics(k float64) {
	w, rows := m.width, len(m.x)/m.width
	m.batch, m.variance = growWide(m.batch, w), growWide(m.variance, w)
	for j, v := range m.sums.add(m.env.Pool, rows, w, m.value) {
		m.batch[j] = v / float64(rows)
	}
	copy(m.variance, m.sums.add(m.env.Pool, rows, w, m.deviation))
	for j := range w {
		m.batch[j] *= k
		m.variance[j] *= k * k / float64(rows)
	}
}

func (m *batchnorm) addValue(acc []float64, lo, hi int) {
	kernel.AddWide(acc, m.x[lo*m.width:hi*m.width])
}

func (m *batchnorm) addDeviation(acc []float64, lo, hi int) {
	kernel.AddSpread(acc, m.x[lo*m.width:hi*m.width], m.batch)
}

// row is a row of x.
func (m *norm) row(x []float32, r int) []float32 { return x[r*m.width : (r+1)*m.width] }

// slopes are those of gain (x - mean) inv + offset.
func (m *batchnorm) slopes(c *Call, k float64) {
	w, full := m.width, float64(pow2(-c.Out.Exp))
	m.slope, m.shift = growWide(m.slope, w), growWide(m.shift, w)
	for j := range w {
		gain, offset := float64(c.Params[j]), float64(c.Params[w+j])
		m.slope[j] = full * gain * m.inv[j]
		m.shift[j] = full*offset - float64(m.slope[j]*m.mean[j])
		m.slope[j] *= k
	}
	m.y = c.Out.Data
}

// affine writes elements lo to hi of the output: a part of a row, rows, and a part.
func (m *batchnorm) affine(lo, hi int) {
	for w := m.width; lo < hi; {
		j, end := lo%w, hi
		switch whole := hi - hi%w; {
		case j > 0:
			end = min(hi, lo+w-j)
		case whole > lo:
			end = whole
		}
		n := min(w, j+end-lo)
		kernel.Affine(m.y[lo:end], m.x[lo:end], m.slope[j:n], m.shift[j:n])
		lo = end
	}
}

// layernorm normalises each row of the last axis.
type layernorm struct{ norm }

func newLayernorm(b *base) Module {
	s := b.in[0]
	return &layernorm{b.newNorm(s, s[len(s)-1])}
}

// rows brings numbers in the order of the wires to rows of the last axis, and back
// with from.
func (m *norm) rows(x []float32, n int, from bool) {
	if len(m.shape) != 3 {
		return
	}
	turned := make([]float32, len(x))
	if from {
		fromRows(m.env.Pool, turned, x, n, m.shape)
	} else {
		toRows(m.env.Pool, turned, x, n, m.shape)
	}
	copy(x, turned)
}

func (m *layernorm) Run(c *Call) Report {
	m.keep(c)
	m.norm.rows(m.x, c.N, false)
	k, full := m.scale, float64(pow2(-c.Out.Exp))
	w, rows := m.width, len(m.x)/m.width
	m.mean, m.inv = growWide(m.mean, rows), growWide(m.inv, rows)
	y := c.Out.Data
	m.env.Pool.Run(rows, func(lo, hi int) {
		for r := lo; r < hi; r++ {
			x := m.x[r*w : (r+1)*w]
			m.mean[r], m.inv[r] = m.moments(x, k)
			for j, v := range x {
				h := (k*float64(v) - m.mean[r]) * m.inv[r]
				y[r*w+j] = float32(full * (float64(h*float64(c.Params[j])) + float64(c.Params[w+j])))
			}
		}
	})
	m.norm.rows(y, c.N, true)
	return m.pass(c, m.voltages(c))
}

// moments are the mean of k x, and one over the root of its variance and eps.
func (m *norm) moments(x []float32, k float64) (mean, inv float64) {
	for _, v := range x {
		mean += float64(v)
	}
	mean /= float64(len(x))
	variance := 0.0
	for _, v := range x {
		d := float64(v) - mean
		variance += float64(d * d)
	}
	return k * mean, 1 / math.Sqrt(k*k*variance/float64(len(x))+m.eps)
}
