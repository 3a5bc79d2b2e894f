package module

import (
	"math"

	"acl/fabric/kernel"
)

// Gradients of the norms. The control unit knows each sample's own scale, so it
// sums true errors over the batch, and gives each sample of what it drives back a
// power of two of its own: after a batch norm the errors of a batch's samples
// differ from one another as they did behind the loss (design.md §5, scales).

// normOf is a norm that has fired.
type normOf interface{ record() *norm }

func (m *norm) record() *norm { return m }

// errors is the gradient of a norm under way.
type errors struct {
	*base
	of      *norm
	call    *Call
	factors []float32
	sample  []int // powers of two that the samples' errors are driven with
}

// look takes the error that has come back to a norm.
func (d *errors) look(m *norm, c *Call) {
	d.of, d.call = m, c
	d.factors = c.Factors(d.factors)
}

// powers makes room for a power of two a sample, nil where errors have none.
func (d *errors) powers(c *Call) {
	if !d.env.Samples {
		return
	}
	if cap(d.sample) < c.N {
		d.sample = make([]int, c.N)
	}
	d.sample = d.sample[:c.N]
	c.Out.Sample = d.sample
}

// leave drives the true errors e of sample s as voltages.
func (d *errors) leave(e []float32, s int) {
	c := d.call
	f := float64(pow2(-c.Out.Exp)) / float64(c.Signal[s])
	if d.env.Samples {
		d.sample[s] = exponent(float64(kernel.TopAbs(e)) / math.Abs(float64(c.Signal[s])))
		f *= math.Ldexp(1, -d.sample[s])
	}
	kernel.ScaleWide(c.Out.Data[s*len(e):(s+1)*len(e)], e, f)
}

// leastSample is the power of two of a sample without error.
const leastSample = -60

// exponent is the least e with x <= 2^e.
func exponent(x float64) int {
	if !(x > 0) || math.IsInf(x, 0) {
		return leastSample
	}
	f, e := math.Frexp(x)
	if f == 0.5 {
		e--
	}
	return min(max(e, leastSample), -leastSample)
}

// batchErrors is the gradient of a batch norm. It takes the errors a few rows at a
// time, while they are in the first cache, and once for each pass over them: true
// errors and normalised operands are never in memory as a whole.
type batchErrors struct {
	errors
	sums        columns
	means, gain []float64
	// The methods of the same names, bound once: a step allocates nothing.
	dots    func(acc []float64, lo, hi int)
	samples func(lo, hi int)
}

func (d *batchErrors) bind() {
	d.sums.bind()
	d.dots, d.samples = d.addDots, d.driveSamples
}

// blockFloats is how many elements are taken at a time.
const blockFloats = 2048

// next is how many elements from one on are taken together, of those up to end: whole
// rows of one sample, or a part of a row.
func (d *batchErrors) next(at, end int) int {
	w, per := d.of.width, len(d.of.x)/d.call.N
	n := blockFloats / w * w
	if n == 0 {
		n = min(blockFloats, w-at%w)
	}
	return min(n, end-at, per-at%per)
}

// load writes the true errors of elements of one sample to e, and the normalised
// operands to hat.
func (d *batchErrors) load(e, hat []float32, at int) {
	m, c := d.of, d.call
	err, f := c.Args[0].Data[at:][:len(e)], d.factors[at/(len(m.x)/c.N)]
	if chip := d.env.Chip; !c.Dry && chip.Noise.Quantize.On() {
		copy(e, err)
		kernel.Near(e).Clip(1)
		kernel.Near(e).Round(lsb(chip.ADC.Bits, 1))
		err = e
	}
	kernel.Near(e).Times(err, f)
	j, n := d.features(at, len(e))
	kernel.Standard(hat, m.x[at:at+len(e)], m.scale, m.mean[j:n], m.inv[j:n])
}

// features are those, from j up to n, of a row of n elements from one on: all of them
// where these are rows.
func (d *batchErrors) features(at, elements int) (j, n int) {
	w := d.of.width
	j = at % w
	return j, min(w, j+elements)
}

// total is, for each of the width features, Σ err and then Σ err·hat, until the next
// call.
func (d *batchErrors) total() []float64 {
	w := d.of.width
	return d.sums.add(d.env.Pool, len(d.of.x)/w, 2*w, d.dots)
}

func (d *batchErrors) addDots(acc []float64, lo, hi int) {
	var errBuf, hatBuf [blockFloats]float32
	w := d.of.width
	for at := lo * w; at < hi*w; {
		n := d.next(at, hi*w)
		e, hat := errBuf[:n], hatBuf[:n]
		d.load(e, hat, at)
		j, end := d.features(at, n)
		kernel.AddDots(acc[j:end], acc[w+j:w+end], e, hat)
		at += n
	}
}

// batchnormGrad is gain inv (δ - mean(δ) - x̂ mean(δ x̂)), with means over the batch;
// without a barrier the statistics are constants, and only gain inv δ is left.
type batchnormGrad struct{ batchErrors }

func newBatchnormGrad(b *base) Module {
	m := &batchnormGrad{batchErrors{errors: errors{base: b}}}
	m.bind()
	return m
}

func (m *batchnormGrad) Run(c *Call) Report {
	f := m.forward.(*batchnorm)
	m.look(&f.norm, c)
	w := f.width
	m.means, m.gain = growWide(m.means, 2*w), growWide(m.gain, w)
	clear(m.means)
	if !f.running {
		f.totals = append(f.totals[:0], m.total()...)
		for j, v := range f.totals {
			m.means[j] = v / float64(len(f.x)/w)
		}
	}
	for j := range w {
		m.gain[j] = float64(c.Params[j]) * f.inv[j]
	}
	m.powers(c)
	m.env.Pool.RunFor(c.N, len(f.x)*wideCost, m.samples)
	return m.pass(c, m.voltages(c))
}

// driveSamples writes the errors before the norm, sample by sample.
func (d *batchErrors) driveSamples(lo, hi int) {
	var hatBuf [blockFloats]float32
	w, per, out := d.of.width, len(d.of.x)/d.call.N, d.call.Out.Data
	for s := lo; s < hi; s++ {
		for at := s * per; at < (s+1)*per; {
			n := d.next(at, (s+1)*per)
			e, hat := out[at:at+n], hatBuf[:n]
			d.load(e, hat, at)
			j, end := d.features(at, n)
			kernel.Without(e, hat, d.gain[j:end], d.means[j:end], d.means[w+j:w+end])
			at += n
		}
		d.leave(out[s*per:(s+1)*per], s)
	}
}

// layernormGrad is inv (g - mean(g) - x̂ mean(g x̂)) with g = gain δ and means over
// the row.
type layernormGrad struct{ rowErrors }

func newLayernormGrad(b *base) Module { return &layernormGrad{rowErrors{errors: errors{base: b}}} }

// rowErrors is the gradient of a layer norm: true errors and normalised operands of
// all rows, which are those of the language, not of the wires.
type rowErrors struct {
	errors
	hat, err []float32
}

// load takes the error that has come back to a layer norm.
func (d *rowErrors) load(m *norm, c *Call) {
	d.look(m, c)
	d.hat, d.err = grow(d.hat, len(m.x)), grow(d.err, len(m.x))
	copy(d.err, c.Args[0].Data)
	d.convert(c, d.err)
	scaled(d.env.Pool, d.err, d.factors)
	m.rows(d.err, c.N, false)
	w := m.width
	d.env.Pool.RunFor(len(m.x)/w, len(m.x)*wideCost, func(lo, hi int) {
		for r := lo; r < hi; r++ {
			for j, v := range m.row(m.x, r) {
				d.hat[r*w+j] = float32((float64(m.scale*float64(v)) - m.mean[r]) * m.inv[r])
			}
		}
	})
}

func (m *layernormGrad) Run(c *Call) Report {
	f := &m.forward.(*layernorm).norm
	m.load(f, c)
	w := f.width
	m.env.Pool.Run(len(m.err)/w, func(lo, hi int) {
		for r := lo; r < hi; r++ {
			e, hat := m.err[r*w:(r+1)*w], m.hat[r*w:(r+1)*w]
			var first, second float64
			for j := range e {
				e[j] *= c.Params[j]
				first += float64(e[j])
				second += float64(float64(e[j]) * float64(hat[j]))
			}
			first, second = first/float64(w), second/float64(w)
			for j := range e {
				e[j] = float32(f.inv[r] * (float64(e[j]) - first - float64(float64(hat[j])*second)))
			}
		}
	})
	f.rows(m.err, c.N, true)
	m.powers(c)
	m.env.Pool.RunFor(c.N, len(m.err)*wideCost, func(lo, hi int) {
		for s, per := lo, len(m.err)/c.N; s < hi; s++ {
			m.leave(m.err[s*per:(s+1)*per], s)
		}
	})
	return m.pass(c, m.voltages(c))
}

// batchnormParamGrad adds Σ δ x̂ and Σ δ to the sums for gain and offset.
type batchnormParamGrad struct{ batchErrors }

func (m *batchnormParamGrad) Run(c *Call) Report {
	f := m.forward.(normOf).record()
	m.look(f, c)
	if len(f.totals) == 0 {
		f.totals = append(f.totals, m.total()...)
	}
	addTotals(c.Sums, f.totals)
	f.totals = f.totals[:0]
	return Report{}
}

// layernormParamGrad does the same.
type layernormParamGrad struct {
	rowErrors
	sums columns
}

func (m *layernormParamGrad) Run(c *Call) Report {
	f := m.forward.(normOf).record()
	m.load(f, c)
	w := f.width
	addTotals(c.Sums, m.sums.add(m.env.Pool, len(m.err)/w, 2*w, func(acc []float64, lo, hi int) {
		kernel.AddDots(acc[:w], acc[w:], m.err[lo*w:hi*w], m.hat[lo*w:hi*w])
	}))
	return Report{}
}

// addTotals adds Σ err and Σ err·hat of each feature to the sums for offset and gain,
// which stand the other way round.
func addTotals(sums []float32, totals []float64) {
	w := len(totals) / 2
	for j, v := range totals {
		sums[(j+w)%(2*w)] += float32(v)
	}
}

// newDigitalGrad is the gradient of numbers that the control unit holds.
func newDigitalGrad(b *base) Module {
	switch b.unit.Op {
	case "nn.batchnorm":
		m := &batchnormParamGrad{batchErrors{errors: errors{base: b}}}
		m.bind()
		return m
	case "nn.layernorm":
		m := &layernormParamGrad{rowErrors: rowErrors{errors: errors{base: b}}}
		m.sums.bind()
		return m
	case "nn.position":
		return &positionParamGrad{base: b}
	}
	return nil
}

// scaled brings a sample's error to its true size.
func scaled(pool *kernel.Pool, x, factors []float32) {
	kernel.ScaleSamples(pool, x, factors, len(x)/len(factors))
}
