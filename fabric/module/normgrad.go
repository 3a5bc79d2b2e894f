package module

import (
	"math"

	"acl/fabric/kernel"
)

// Gradients of the norms. The control unit knows each sample's own scale, so it
// sums true errors over the batch, and gives each sample of what it drives back a
// power of two of its own: after a batch norm the errors of a batch's samples
// differ from one another as they did behind the loss (design.md §5, scales).

// digital is a gradient of the control unit's under way.
type digital struct {
	hat, err []float32 // normalised operand, true error: rows of width
	sample   []int
	factors  []float32
	of       *norm
	byRow    bool // mean and inv are by row, not by column
	call     *Call
	samples  bool // each gets a power of two
	sums     columns
	// The methods of the same names, bound once: a step allocates nothing.
	dots           func(acc []float64, row int)
	hats, drivings func(lo, hi int)
}

func newDigital(byRow bool) *digital {
	d := &digital{byRow: byRow}
	d.sums.bind()
	d.dots, d.hats, d.drivings = d.addDots, d.standardRows, d.driveSamples
	return d
}

// normOf is a norm that has fired.
type normOf interface{ record() *norm }

func (m *norm) record() *norm { return m }

// look converts an error and writes the normalised operand and the true error of
// each element.
func (d *digital) look(m *norm, c *Call) {
	d.of, d.hat, d.err = m, m.env.room(hatRoom, len(m.x)), m.env.room(errorRoom, len(m.x))
	copy(d.err, c.Args[0].Data)
	m.convert(c, d.err)
	d.factors = c.Factors(d.factors)
	scaled(m.env.Pool, d.err, d.factors)
	if d.byRow {
		m.rows(d.err, c.N, false)
	}
	m.env.Pool.RunFor(len(d.hat)/m.width, len(d.hat)*wideCost, d.hats)
}

func (d *digital) standardRows(lo, hi int) {
	m := d.of
	for r := lo; r < hi; r++ {
		hat, x := m.row(d.hat, r), m.row(m.x, r)
		if !d.byRow {
			kernel.Standard(hat, x, m.scale, m.mean, m.inv)
			continue
		}
		for j, v := range x {
			hat[j] = float32((float64(m.scale*float64(v)) - m.mean[r]) * m.inv[r])
		}
	}
}

// total is, for each of the width features, Σ err and then Σ err·hat, until the next
// call.
func (d *digital) total() []float64 {
	w := d.of.width
	return d.sums.add(d.of.env.Pool, len(d.err)/w, 2*w, d.dots)
}

func (d *digital) addDots(acc []float64, row int) {
	w := d.of.width
	kernel.AddDots(acc[:w], acc[w:], d.of.row(d.err, row), d.of.row(d.hat, row))
}

// leave drives true errors back as voltages.
func (d *digital) leave(b *base, c *Call) Report {
	d.call, d.samples = c, b.env.Samples
	if d.samples {
		if cap(d.sample) < c.N {
			d.sample = make([]int, c.N)
		}
		d.sample = d.sample[:c.N]
		c.Out.Sample = d.sample
	}
	b.env.Pool.RunFor(c.N, len(d.err)*wideCost, d.drivings)
	return Report{Clipped: b.drive(c)}
}

func (d *digital) driveSamples(lo, hi int) {
	c := d.call
	per := len(d.err) / c.N
	for s := lo; s < hi; s++ {
		e, f := d.err[s*per:(s+1)*per], float64(pow2(-c.Out.Exp))/float64(c.Signal[s])
		if d.samples {
			d.sample[s] = exponent(float64(kernel.TopAbs(e)) / math.Abs(float64(c.Signal[s])))
			f *= math.Ldexp(1, -d.sample[s])
		}
		kernel.ScaleWide(c.Out.Data[s*per:(s+1)*per], e, f)
	}
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

// batchnormGrad is gain inv (δ - mean(δ) - x̂ mean(δ x̂)), with means over the batch;
// without a barrier the statistics are constants, and only gain inv δ is left.
type batchnormGrad struct {
	*base
	*digital
	means, gain []float64
	lines       func(lo, hi int) // the method withoutMeans, bound once
}

func newBatchnormGrad(b *base) Module {
	m := &batchnormGrad{base: b, digital: newDigital(false)}
	m.lines = m.withoutMeans
	return m
}

func (m *batchnormGrad) Run(c *Call) Report {
	f := m.forward.(*batchnorm)
	m.look(&f.norm, c)
	w := f.width
	m.means, m.gain = growWide(m.means, 2*w), growWide(m.gain, w)
	clear(m.means)
	if !f.running {
		for j, v := range m.total() {
			m.means[j] = v / float64(len(m.err)/w)
		}
	}
	for j := range w {
		m.gain[j] = float64(c.Params[j]) * f.inv[j]
	}
	m.env.Pool.RunFor(len(m.err)/w, len(m.err)*wideCost, m.lines)
	return m.leave(m.base, c)
}

func (m *batchnormGrad) withoutMeans(lo, hi int) {
	w := m.of.width
	for r := lo; r < hi; r++ {
		kernel.Without(m.of.row(m.err, r), m.of.row(m.hat, r), m.gain, m.means[:w], m.means[w:])
	}
}

// layernormGrad is inv (g - mean(g) - x̂ mean(g x̂)) with g = gain δ and means over
// the row.
type layernormGrad struct {
	*base
	*digital
}

func newLayernormGrad(b *base) Module { return &layernormGrad{b, newDigital(true)} }

func (m *layernormGrad) Run(c *Call) Report {
	f := &m.forward.(*layernorm).norm
	m.look(f, c)
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
	return m.leave(m.base, c)
}

// normParamGrad adds Σ δ x̂ and Σ δ to the sums for gain and offset.
type normParamGrad struct {
	*base
	*digital
}

func (m *normParamGrad) Run(c *Call) Report {
	f := m.forward.(normOf).record()
	m.look(f, c)
	w := f.width
	for j, v := range m.total() {
		c.Sums[(j+w)%(2*w)] += float32(v)
	}
	return Report{}
}

// newDigitalGrad is the gradient of numbers that the control unit holds.
func newDigitalGrad(b *base) Module {
	switch b.unit.Op {
	case "nn.batchnorm":
		return &normParamGrad{b, newDigital(false)}
	case "nn.layernorm":
		return &normParamGrad{b, newDigital(true)}
	case "nn.position":
		return &positionParamGrad{base: b}
	}
	return nil
}

// scaled brings a sample's error to its true size.
func scaled(pool *kernel.Pool, x, factors []float32) {
	kernel.ScaleSamples(pool, x, factors, len(x)/len(factors))
}
