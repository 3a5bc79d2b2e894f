package module

import (
	"math"

	"acl/fabric/kernel"
)

// Gradients of the norms. The control unit knows each sample's own scale, so it
// sums true errors over the batch, and gives each sample of what it drives back a
// power of two of its own: after a batch norm the errors of a batch's samples
// differ from one another as they did behind the loss (design.md §5, scales).

// digital is the scratch of a gradient of the control unit's.
type digital struct {
	hat, err []float32 // normalised operand, true error: rows of width
	sample   []int
}

// normOf is a norm that has fired.
type normOf interface{ record() *norm }

func (m *norm) record() *norm { return m }

// look converts an error and writes the normalised operand and the true error of
// each element.
func (d *digital) look(m *norm, c *Call, byRow bool) {
	k := m.scale
	d.hat = grow(d.hat, len(m.x))
	d.err = m.enter(d.err, c, &c.Args[0])
	factors := c.Factors()
	per := len(d.err) / c.N
	m.env.Pool.Run(c.N, func(lo, hi int) {
		for s := lo; s < hi; s++ {
			for i := s * per; i < (s+1)*per; i++ {
				d.err[i] *= factors[s]
			}
		}
	})
	if byRow {
		m.rows(d.err, c.N, false)
	}
	w := m.width
	m.env.Pool.Run(len(d.hat)/w, func(lo, hi int) {
		for r := lo; r < hi; r++ {
			for j := range w {
				at := j
				if byRow {
					at = r
				}
				i := r*w + j
				d.hat[i] = float32((k*float64(m.x[i]) - m.mean[at]) * m.inv[at])
			}
		}
	})
}

// sums are, for each of the width features, Σ err and then Σ err·hat.
func (d *digital) sums(m *norm) []float64 {
	w := m.width
	return columns(m.env.Pool, len(d.err)/w, 2*w, func(acc []float64, lo, hi int) {
		for r := lo; r < hi; r++ {
			for j := range w {
				e := float64(d.err[r*w+j])
				acc[j] += e
				acc[w+j] += float64(e * float64(d.hat[r*w+j]))
			}
		}
	})
}

// leave drives true errors back as voltages.
func (d *digital) leave(b *base, c *Call) Report {
	out, per := c.Out.Data, len(d.err)/c.N
	if b.env.Samples {
		if cap(d.sample) < c.N {
			d.sample = make([]int, c.N)
		}
		d.sample = d.sample[:c.N]
		c.Out.Sample = d.sample
	}
	b.env.Pool.Run(c.N, func(lo, hi int) {
		for s := lo; s < hi; s++ {
			e, f := d.err[s*per:(s+1)*per], float64(pow2(-c.Out.Exp))/float64(c.Signal[s])
			if b.env.Samples {
				d.sample[s] = exponent(float64(largest(e)) / math.Abs(float64(c.Signal[s])))
				f *= math.Ldexp(1, -d.sample[s])
			}
			for i, v := range e {
				out[s*per+i] = float32(float64(v) * f)
			}
		}
	})
	return Report{Clipped: b.drive(c)}
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

func largest(x []float32) float32 {
	var top float32
	for _, v := range x {
		top = max(top, v, -v)
	}
	return top
}

// batchnormGrad is gain inv (δ - mean(δ) - x̂ mean(δ x̂)), with means over the batch;
// without a barrier the statistics are constants, and only gain inv δ is left.
type batchnormGrad struct {
	*base
	digital
}

func newBatchnormGrad(b *base) Module { return &batchnormGrad{base: b} }

func (m *batchnormGrad) Run(c *Call) Report {
	f := m.forward.(*batchnorm)
	m.look(&f.norm, c, false)
	w := f.width
	means := make([]float64, 2*w)
	if !f.running {
		means = m.sums(&f.norm)
		for j := range means {
			means[j] /= float64(len(m.err) / w)
		}
	}
	m.env.Pool.Run(len(m.err)/w, func(lo, hi int) {
		for r := lo; r < hi; r++ {
			for j := range w {
				i := r*w + j
				d := float64(m.err[i]) - means[j] - float64(float64(m.hat[i])*means[w+j])
				m.err[i] = float32(float64(c.Params[j]) * f.inv[j] * d)
			}
		}
	})
	return m.leave(m.base, c)
}

// layernormGrad is inv (g - mean(g) - x̂ mean(g x̂)) with g = gain δ and means over
// the row.
type layernormGrad struct {
	*base
	digital
}

func newLayernormGrad(b *base) Module { return &layernormGrad{base: b} }

func (m *layernormGrad) Run(c *Call) Report {
	f := &m.forward.(*layernorm).norm
	m.look(f, c, true)
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
	digital
	byRow bool
}

func (m *normParamGrad) Run(c *Call) Report {
	f := m.forward.(normOf).record()
	m.look(f, c, m.byRow)
	w := f.width
	for j, v := range m.sums(f) {
		c.Sums[(j+w)%(2*w)] += float32(v)
	}
	return Report{}
}

// newDigitalGrad is the gradient of numbers that the control unit holds.
func newDigitalGrad(b *base) Module {
	switch b.unit.Op {
	case "nn.batchnorm":
		return &normParamGrad{base: b}
	case "nn.layernorm":
		return &normParamGrad{base: b, byRow: true}
	case "nn.position":
		return &positionParamGrad{base: b}
	}
	return nil
}

// scaled brings a sample's error to its true size.
func scaled(pool *kernel.Pool, x, factors []float32) {
	kernel.ScaleSamples(pool, x, factors, len(x)/len(factors))
}
