package dcu

import (
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/kernel"
	"acl/fabric/ledger"
	"acl/fabric/module"
)

// Pulses in place (`update: pulsed`): the gradient module sends pulse trains along
// the rows and columns of the weights themselves, at every position of every
// sample, and nothing is kept beside the cells. All reads of a batch see the
// weights at its start: pulses show from the next one on.

// pulsed reports whether weights on tiles learn by pulses in place.
func (m *Machine) pulsed() bool { return m.prog.Plan.Update == "pulsed" }

// pulse fires a gradient module on the cells.
func (x *pass) pulse(in *fabric.Instr, u *fabric.Unit, c *module.Call) {
	m := x.m
	if x.dry {
		x.span(in, u, c)
		return
	}
	c.Cells = m.Memory.Arrays[u.Array]
	if fast := m.Memory.Fast[u.Array]; fast != nil {
		c.Cells = fast
	}
	c.Args[0].Data, c.Args[0].Seen = x.erring(u, c.Args[0].Data), nil
	c.Samples = m.signal.wanted(x, u, c)
	r := m.modules[in.Unit].Run(c)
	if !m.prog.Chip.Ideal {
		m.meter.trains(in, m.meter.line(in), ledger.Update, r.Trains)
	}
	if g := m.Memory.Guards[u.Array]; g != nil && m.Memory.Fast[u.Array] == nil {
		x.pulseTwins(in, g, *c)
	}
	if m.prog.Chip.Tick == 0 {
		// The schedule has whole trains. A slot is a pulse and a pause as long.
		x.spared += float64(x.batch.N)*in.Time - 2*m.prog.Chip.Cell.Pulse*float64(r.Trains.Slots)
	}
}

// wanted is, by sample, the change of a normalised weight that full lines ask for:
// minus the rate over the batch, by the scales of the error and of what is stored.
func (e *errorSignal) wanted(x *pass, u *fabric.Unit, c *module.Call) []float32 {
	e.tile = resize(e.tile, c.N)
	f := -x.pull.Rate / float64(x.batch.N) / c.Matrix.Alpha
	if x.m.twoArrays() {
		f = x.gather(u) / float64(x.batch.N)
	}
	for s := range e.tile {
		exp := c.Args[0].Exp + c.Saved[0].Exp
		if c.Args[0].Sample != nil {
			exp += c.Args[0].Sample[s]
		}
		e.tile[s] = float32(math.Ldexp(f*float64(e.scale[s]), exp))
	}
	return e.tile
}

// erring adds the paper's gradient error to what drives the columns: there is no
// batch gradient that it could be a share of, so that it is one of the error
// signal's root mean square, one draw an entry.
func (x *pass) erring(u *fabric.Unit, d []float32) []float32 {
	m := x.m
	level := m.prog.Chip.Noise.Gradient
	if !level.On() || m.prog.Chip.Ideal {
		return d
	}
	m.scratch = resize(m.scratch, len(d))
	copy(m.scratch, d)
	sigma := level.Number(0) * math.Sqrt(kernel.SumSquares(d)/float64(len(d)))
	key := kernel.NewKey(m.env.Seed, uint32(array.KindGradient), kernel.PathHash(u.Path), 0, x.step)
	array.AddNoise(m.scratch, m.prog.Chip.Noise.Law, float32(sigma), key, 0)
	return m.scratch
}

// settle ends a batch for an array whose cells took pulses.
func (x *pass) settle(in *fabric.Instr) {
	m := x.m
	if m.twoArrays() {
		x.transfer(in)
	}
	for _, a := range m.matrices(in.Array) {
		a.Settle()
	}
	a := m.Memory.Arrays[in.Array]
	if m.prog.Plan.Gradient == "dedicated" {
		a.Recopy(array.ReadKey{Seed: m.env.Seed, Step: x.step})
		m.meter.rewrite(m.meter.line(in), in.Array, ledger.Update)
	}
}

// readBack brings the control unit's copy of an array, which pulses in place do not
// keep, to what a read-out of its tiles finds, times what they have lost by the
// clock since the last one.
func (m *Machine) readBack(in *fabric.Instr, step uint64, phase ledger.Phase) {
	shadow := m.Memory.Shadow[in.Array]
	m.Memory.Arrays[in.Array].ReadBack(shadow, array.ReadKey{Seed: m.env.Seed, Step: step})
	m.meter.readOut(m.meter.line(in), phase, m.prog.Arrays[in.Array].Tiles)
	if tau := ledger.Tau(&m.prog.Chip); !math.IsInf(tau, 1) {
		kernel.Scale(m.pool, shadow, float32(math.Exp(m.Memory.Leaked/tau)))
	}
}
