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
	a, g := m.Memory.Arrays[in.Array], m.Memory.Gradients[in.Array]
	key := array.ReadKey{Seed: m.env.Seed, Step: x.step}
	m.scratch = resize(m.scratch, len(m.Memory.Shadow[in.Array]))
	grad := m.scratch
	t := &m.Memory.Tiles[in.Array]
	// What the batch's samples added has leaked for half its time on average.
	g.Leak(float64(x.batch.N) * (m.prog.Timing.Forward + m.prog.Timing.Backward) / 2)
	clipped := g.Read(grad, key)
	full := pow2(t.Exp) / float32(x.batch.N)
	if m.prog.Plan.Scaling != "off" {
		largest := float64(kernel.MaxAbs(m.pool, grad))
		t.observe(largest, float64(clipped)/float64(len(grad)))
	}
	kernel.Scale(m.pool, grad, full)
	m.gradientNoise(in.Array, 0, grad, x.step)
	shadow := m.Memory.Shadow[in.Array]
	m.Memory.Optimizers[in.Array].change(grad, grad, shadow, x.rate, int(x.step))
	for i, d := range grad {
		shadow[i] += d
	}
	m.follow(in, grad, key)
	m.meter.update(in, m.prog.Learn.Optimizer.Kind == "adam", a.Update(grad, key))
	if m.prog.Plan.Gradient == "dedicated" {
		a.Recopy(key)
		m.meter.rewrite(m.meter.line(in), in.Array, ledger.Update)
	}
}

// learn ends a batch for a digital array: the sums that the control unit kept are
// the batch's gradient, each row a tensor of its own, and the change is exact.
func (x *pass) learn(in *fabric.Instr) {
	m := x.m
	sum, a := m.sums[in.Array], &m.prog.Arrays[in.Array]
	m.scratch = resize(m.scratch, len(sum))
	grad := m.scratch
	copy(grad, sum)
	clear(sum)
	kernel.Scale(m.pool, grad, 1/float32(x.batch.N))
	for r := range a.Learned() {
		m.gradientNoise(in.Array, uint32(r), grad[r*a.Cols:(r+1)*a.Cols], x.step)
	}
	shadow := m.Memory.Shadow[in.Array][:len(sum)]
	m.Memory.Optimizers[in.Array].change(grad, grad, shadow, x.rate, int(x.step))
	for i, d := range grad {
		shadow[i] += d
	}
	m.meter.learn(in, m.prog.Learn.Optimizer.Kind == "adam", len(sum))
}

// gradientNoise adds sigma times the root mean square of the batch gradient: the
// paper's gradient error, one draw a weight and step. row tells apart the tensors of
// a digital array.
func (m *Machine) gradientNoise(at int, row uint32, grad []float32, step uint64) {
	level := m.prog.Chip.Noise.Gradient
	if !level.On() || m.prog.Chip.Ideal {
		return
	}
	var sum float64
	for _, v := range grad {
		sum += float64(v) * float64(v)
	}
	sigma := level.Number(0) * math.Sqrt(sum/float64(len(grad)))
	key := kernel.NewKey(m.env.Seed, uint32(array.KindGradient), kernel.PathHash(m.prog.Arrays[at].Path), row, step)
	array.AddNoise(grad, m.prog.Chip.Noise.Law, float32(sigma), key)
}

// refresh rewrites an array from the control unit's copy.
func (m *Machine) refresh(in *fabric.Instr, step uint64) {
	if m.Memory.Devices != nil {
		m.meter.pulses(in, ledger.Update, m.Memory.Devices.Rewrite(in.Array, step))
		return
	}
	if m.pulsed() {
		m.readBack(in, step)
	}
	for k, a := range m.matrices(in.Array) {
		pulses := a.Rewrite(m.Memory.Shadow[in.Array], array.ReadKey{Seed: m.env.Seed, Step: step})
		m.meter.pulsesOf(in, ledger.Update, pulses, k > 0)
	}
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
