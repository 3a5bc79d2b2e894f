package dcu

import (
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/kernel"
	"acl/fabric/ledger"
)

// update ends a batch for one array: the gradient tile is read, gradient noise
// and the optimizer are applied in the control unit, and the change is written as
// pulses (design.md §5, `update: accumulated`).
func (x *pass) update(in *fabric.Instr) {
	m := x.m
	if m.Memory.Arrays[in.Array] == nil {
		x.learn(in)
		return
	}
	if m.Memory.Devices != nil {
		x.updateDevices(in)
		return
	}
	if m.pulsed() {
		x.settle(in)
		return
	}
	x.descend(in)
}

// learn ends a batch for a digital array: the sums that the control unit kept are
// the batch's gradient, each row a tensor of its own, and the change is exact.
func (x *pass) learn(in *fabric.Instr) {
	m := x.m
	sum, a := m.sums[in.Array], &m.prog.Arrays[in.Array]
	kernel.Scale(nil, sum, 1/float32(x.batch.N))
	for r := range a.Learned() {
		row := sum[r*a.Cols : (r+1)*a.Cols]
		if sigma := m.gradientSigma(kernel.SumSquares(row), len(row)); sigma > 0 {
			array.AddNoise(row, m.prog.Chip.Noise.Law, sigma, m.gradientKey(in.Array, uint32(r), x.step), 0)
		}
	}
	m.Memory.Optimizers[in.Array].change(sum, m.Memory.Shadow[in.Array][:len(sum)], x.pull, int(x.step), 0)
	clear(sum)
	m.meter.learn(in, m.prog.Learn.Optimizer.Kind == "adam", len(sum))
}

// gradientSigma is the sd of the paper's gradient error: a share of the root mean
// square of the n entries of a batch gradient. 0: none.
func (m *Machine) gradientSigma(squares float64, n int) float32 {
	level := m.prog.Chip.Noise.Gradient
	if !level.On() || m.prog.Chip.Ideal {
		return 0
	}
	return float32(level.Number(0) * math.Sqrt(squares/float64(n)))
}

// gradientKey keys that error, one draw a weight and step. row tells apart the
// tensors of a digital array.
func (m *Machine) gradientKey(at int, row uint32, step uint64) kernel.Key {
	return kernel.NewKey(m.env.Seed, uint32(array.KindGradient), kernel.PathHash(m.prog.Arrays[at].Path), row, step)
}

// refresh rewrites an array from the control unit's copy. It returns the time that
// checksums take beyond the schedule, s.
func (m *Machine) refresh(in *fabric.Instr, step uint64, phase ledger.Phase) (seconds float64) {
	if m.Memory.Devices != nil {
		m.meter.pulses(in, phase, m.Memory.Devices.Rewrite(in.Array, step))
		return 0
	}
	if m.pulsed() {
		m.readBack(in, step, phase)
	}
	if ahead := &m.ahead[in.Array]; ahead.done {
		ahead.done = false
		m.meter.pulses(in, phase, ahead.pulses)
		return 0
	}
	for k, a := range m.matrices(in.Array) {
		pulses := a.Rewrite(m.Memory.Shadow[in.Array], array.ReadKey{Seed: m.env.Seed, Step: step})
		m.meter.pulsesOf(in, phase, pulses, k > 0)
	}
	return m.afresh(in, step, phase)
}

// age lets the weights leak for a time of the chip, after the given number of
// steps.
func (m *Machine) age(seconds float64, steps uint64) {
	if m.Memory.Devices != nil {
		m.Memory.Devices.Leak(seconds, int(steps)-m.Memory.Aged)
		m.Memory.Aged = int(steps)
		return
	}
	for _, a := range m.Memory.Arrays {
		if a != nil {
			a.Leak(seconds, steps)
		}
	}
	for _, g := range m.Memory.Guards {
		if g != nil {
			g.age(seconds, steps)
		}
	}
	for _, a := range m.Memory.Fast {
		if a != nil {
			a.Leak(seconds, steps)
		}
	}
}
