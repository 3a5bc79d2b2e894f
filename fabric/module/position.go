package module

import (
	"acl/fabric/array"
	"acl/fabric/kernel"
)

// position adds a table to every sample. The control unit holds the table in its
// memory, in row-major order; at each firing converters drive it onto the summing
// amplifiers (P1) that add it to the value on the wire. Its errors are the steps of
// those converters, kT/C of the samplers behind them, and the amplifiers' own.
type position struct {
	*base
	amp   amp
	sigma float32
	table []float32 // as driven
}

func newPosition(b *base) Module {
	return &position{base: b, amp: b.newAmp(3), sigma: b.ktc()}
}

func (m *position) Run(c *Call) Report {
	m.table = grow(m.table, len(c.Params))
	fromRows(m.env.Pool, m.table, c.Params, 1, m.out)
	kernel.Scale(m.env.Pool, m.table, pow2(-c.Out.Exp))
	if chip := m.env.Chip; !c.Dry && chip.Noise.Quantize.On() {
		kernel.Quantize(m.env.Pool, m.table, lsb(chip.DAC.Bits, 1), 1)
	}
	k := pow2(c.Args[0].Exp - c.Out.Exp)
	x, y, n := c.Args[0].Data, c.Out.Data, len(m.table)
	m.env.Pool.Run(c.N, func(lo, hi int) {
		for s := lo; s < hi; s++ {
			for i, t := range m.table {
				y[s*n+i] = float32(k*x[s*n+i]) + t
			}
		}
	})
	held := kernel.Behind{Factor: 1, Gain: 1}
	m.disturb(&held, c, array.KindStorage, shareField, m.sigma)
	held.Pass(m.env.Pool, y)
	return m.pass(c, m.amplified(c, c.Out.Exp, &m.amp))
}

// positionParamGrad adds the converted errors of the samples to the table's sums.
type positionParamGrad struct {
	*base
	err, row, factors []float32
}

func (m *positionParamGrad) Run(c *Call) Report {
	m.err = grow(m.err, len(c.Args[0].Data))
	copy(m.err, c.Args[0].Data)
	m.convert(c, m.err)
	m.factors = c.Factors(m.factors)
	scaled(m.env.Pool, m.err, m.factors)
	m.row = grow(m.row, len(m.err))
	toRows(m.env.Pool, m.row, m.err, c.N, m.in[0])
	n := len(c.Sums)
	m.env.Pool.Run(n, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			sum := 0.0
			for s := range c.N {
				sum += float64(m.row[s*n+i])
			}
			c.Sums[i] += float32(sum)
		}
	})
	return Report{}
}
