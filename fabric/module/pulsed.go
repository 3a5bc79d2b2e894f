package module

import (
	"acl/fabric/array"
	"acl/fabric/kernel"
)

// pulse sends pulse trains along the lines of the cells themselves, at every
// position of every sample, in place of an outer product on a gradient tile.
func (m *paramGrad) pulse(c *Call) array.Trains {
	d := array.Drive{
		X: c.Saved[0].Data, D: c.Args[0].Data, Rate: c.Samples, Bias: pow2(-c.Saved[0].Exp), First: c.First,
		Dims: m.dims, Conv: m.geo,
	}
	if g := m.geo; g != nil {
		g.N = c.N
		d.Dims = kernel.Dims{P: g.OH * g.OW, K: g.KH * g.KW * g.C, M: g.M}
	}
	d.Dims.N = c.N
	return c.Cells.Pulse(&d, array.ReadKey{Seed: m.env.Seed, Step: c.Step, Field: uint32(m.path)})
}
