package module

import (
	"acl/fabric/array"
	"acl/fabric/kernel"
)

// sum adds operands in a summing amplifier (P1); sign holds -1 for those that are
// subtracted.
type sum struct {
	*base
	amp  amp
	sign []float32
}

func newSum(b *base) Module { return makeSum(b, nil) }
func newAdd(b *base) Module { return makeSum(b, nil) }

func newSub(b *base) Module { return makeSum(b, []float32{1, -1}) }

func makeSum(b *base, sign []float32) *sum {
	n := len(b.in)
	if sign == nil {
		sign = make([]float32, n)
		for i := range sign {
			sign[i] = 1
		}
	}
	return &sum{b, b.newAmp(float64(1 + n)), sign}
}

func (m *sum) Run(c *Call) Report {
	pool, out := m.env.Pool, c.Out.Data
	factor := func(i int) float32 { return m.sign[i] * pow2(c.Args[i].Exp-c.Out.Exp) }
	h, last := m.amplified(c, c.Out.Exp, &m.amp), len(c.Args)-1
	switch last {
	case 0:
		return m.passed(h.Copy(pool, out, c.Args[0].Data, factor(0)))
	case 1:
		return m.passed(h.Blend(pool, out, c.Args[0].Data, c.Args[1].Data, factor(0), factor(1)))
	}
	kernel.Copy(pool, out, c.Args[0].Data, factor(0))
	for i := 1; i < last; i++ {
		kernel.AddScaled(pool, out, c.Args[i].Data, factor(i))
	}
	return m.passed(h.AddScaled(pool, out, c.Args[last].Data, factor(last)))
}

// copyGrad passes the error on, with a sign: the gradient of an operand of a sum.
type copyGrad struct {
	*base
	sign float32
}

func newAddGrad(b *base) Module { return &copyGrad{b, 1} }

func newSubGrad(b *base) Module {
	if b.unit.Operand == 1 {
		return &copyGrad{b, -1}
	}
	return &copyGrad{b, 1}
}

func (m *copyGrad) Run(c *Call) Report {
	from := &c.Args[0]
	h, k := m.plain(c, c.Out.Exp), m.sign*pow2(from.Exp-c.Out.Exp)
	return m.passed(h.Copy(m.env.Pool, c.Out.Data, from.Data, k))
}

// product multiplies operands in four-quadrant multipliers (P3), one after the
// other: their gains differ a little from lane to lane.
type product struct {
	*base
	amp  amp
	gain []float32 // a lane, nil: 1
}

func newMul(b *base) Module { return makeProduct(b) }

func makeProduct(b *base) *product {
	m := &product{base: b, amp: b.newAmp(2)}
	chip := b.env.Chip
	if l := chip.Noise.Mismatch; l.On() {
		m.gain = b.lanes(array.KindMismatch, b.field(pairField), width(b.out), l.Number(chip.Mismatch.Beta))
		for i := range m.gain {
			m.gain[i]++
		}
	}
	return m
}

func (m *product) Run(c *Call) Report {
	return m.multiply(c, c.Args)
}

func (m *product) multiply(c *Call, args []Tensor) Report {
	out, exp := c.Out.Data, args[0].Exp
	kernel.Copy(m.env.Pool, out, args[0].Data, 1)
	for _, a := range args[1:] {
		kernel.Mul(m.env.Pool, out, out, a.Data)
		exp += a.Exp
	}
	if m.gain != nil && !c.Dry {
		w := len(m.gain)
		m.env.Pool.Run(len(out)/w, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				row := out[i*w : (i+1)*w]
				for j := range row {
					row[j] *= m.gain[j]
				}
			}
		})
	}
	return m.pass(c, m.amplified(c, exp, &m.amp))
}

// productGrad multiplies the error by what the stack held: the other operands, or
// the one value of a unit with a single input.
type productGrad struct {
	*product
	args []Tensor
}

func newMulGrad(b *base) Module { return &productGrad{product: makeProduct(b)} }

func (m *productGrad) Run(c *Call) Report {
	m.args = append(m.args[:0], c.Args[0])
	for i := range c.Saved {
		if own := len(c.Saved) > 1 && i == m.unit.Operand; !own {
			m.args = append(m.args, c.Saved[i])
		}
	}
	return m.multiply(c, m.args)
}
