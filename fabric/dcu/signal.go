package dcu

import (
	"math"

	"acl/fabric"
	"acl/fabric/kernel"
	"acl/fabric/ledger"
	"acl/fabric/module"
)

// errorSignal is the loss and what starts the backward pass. The control unit
// divides each sample's p - t by its largest entry before it drives it; the
// divisors are one a sample for all error tensors of the program, and gradient
// tiles take them into account (physics.md §4.2).
type errorSignal struct {
	scale []float32   // by sample
	start [][]float32 // by loss: gradient towards the prediction, logical
	tile  []float32   // factors of a gradient tile, scratch
	ratio []float32   // of a sample's power of two to the common one, scratch
	// target is the targets of an image as its wires are ordered, label the labels as
	// numbers: scratch.
	target, label []float32
}

// lossOf computes one loss from converted values; after the last, the error
// signals are driven.
func (x *pass) lossOf(in *fabric.Instr) {
	m := x.m
	t := &m.prog.Learn.Losses[in.Unit]
	if m.Memory.Devices != nil && !x.dry {
		x.lossOfDevices(in)
		return
	}
	y := x.logical(t.Pred)
	n, k := x.batch.N, m.prog.Values[t.Pred].Elements()
	if m.signal.start == nil {
		m.signal.start = make([][]float32, len(m.prog.Learn.Losses))
	}
	g := resize(m.signal.start[in.Unit], n*k)
	m.signal.start[in.Unit] = g
	x.loss += t.Weight * lossValue(t, g, y, x.targets(t), x.batch.Labels, n, k)
	if t.Weight != 1 {
		kernel.Scale(m.pool, g, float32(t.Weight))
	}
	if in.Unit == len(m.prog.Learn.Losses)-1 && x.phase != ledger.Evaluate {
		x.driveErrors()
	}
}

// lossValue is the sum over samples of a loss, and its gradient in g.
func lossValue(t *fabric.LossTerm, g, y, target []float32, labels []int32, n, k int) float64 {
	if t.Op == "nn.cross_entropy" {
		return crossEntropy(g, y, labels, n, k, t.Smoothing)
	}
	return meanSquare(g, y, target, n, k)
}

// logical is the value of a wire as numbers of the control unit.
func (x *pass) logical(v fabric.ValueID) []float32 {
	w := &x.m.wires[v]
	w.number = resize(w.number, len(w.now.Data))
	kernel.Copy(x.m.pool, w.number, w.now.Data, w.now.Scale())
	return w.number
}

// targets are the numbers that a mean square compares with.
func (x *pass) targets(t *fabric.LossTerm) []float32 {
	if t.TargetValue != fabric.NoValue {
		return x.logical(t.TargetValue)
	}
	if t.Op == "nn.cross_entropy" {
		return nil
	}
	rows := x.field(t.Target)
	s := x.m.prog.Values[t.Pred].Shape
	if len(s) != 3 {
		return rows
	}
	// Data come row by row, an image's wires pixel by pixel.
	x.m.signal.target = resize(x.m.signal.target, len(rows))
	kernel.ToNHWC(x.m.pool, x.m.signal.target, rows, x.batch.N, s[0], s[1], s[2])
	return x.m.signal.target
}

// field is a field of the batch as numbers: labels, targets, or what feeds a port.
func (x *pass) field(name string) []float32 {
	switch name {
	case "target":
		return x.batch.Targets
	case "label":
		x.m.signal.label = resize(x.m.signal.label, x.batch.N)
		for i, l := range x.batch.Labels {
			x.m.signal.label[i] = float32(l)
		}
		return x.m.signal.label
	}
	for i := range x.m.prog.Inputs {
		if x.m.prog.Inputs[i].Field == name {
			return x.batch.Inputs[i]
		}
	}
	panic("dcu: no port has the field " + name)
}

// driveErrors scales the error signals and converts them to voltages.
func (x *pass) driveErrors() {
	m := x.m
	n := x.batch.N
	m.signal.scale = resize(m.signal.scale, n)
	for s := range m.signal.scale {
		m.signal.scale[s] = 1
		if m.env.Samples {
			m.signal.scale[s] = m.signal.largest(s, n)
			// Chopping: every other sample's error is driven inverted, and its pulses too,
			// so that offsets on the way back cancel over a batch and are not learned.
			if (x.first+uint32(s))%2 == 1 {
				m.signal.scale[s] = -m.signal.scale[s]
			}
		}
	}
	for i := range m.prog.Learn.Losses {
		// A target that the network computes gets the opposite of the prediction's.
		x.drive(m.prog.Learn.Losses[i].Error, m.signal.start[i], 1)
		x.drive(m.prog.Learn.Losses[i].TargetError, m.signal.start[i], -1)
	}
}

// drive puts sign times a gradient on the wire of an error signal.
func (x *pass) drive(v fabric.ValueID, g []float32, sign float32) {
	if v == fabric.NoValue {
		return
	}
	m, n := x.m, x.batch.N
	out := m.output(v, n)
	if x.dry {
		out.Exp = 0
	}
	k, full := len(out.Data)/n, sign*pow2(-out.Exp)
	for s := range n {
		f := full / m.signal.scale[s]
		for j := s * k; j < (s+1)*k; j++ {
			out.Data[j] = float32(g[j] * f)
		}
	}
	m.wires[v].now = out
	m.observeValue(x, v, 1, nil)
	if !x.dry {
		m.signal.convert(m, out.Data)
		m.wires[v].now.Seen = nil
	}
}

// largest is the greatest magnitude of a sample's error over all losses, 1 for a
// sample without error.
func (e *errorSignal) largest(s, n int) float32 {
	var bits uint32 // of magnitudes, which order as numbers do, NaN above all
	for _, g := range e.start {
		k := len(g) / n
		for _, v := range g[s*k : (s+1)*k] {
			bits = max(bits, math.Float32bits(v)&^(1<<31))
		}
	}
	top := math.Float32frombits(bits)
	if top == 0 || top != top {
		return 1
	}
	return top
}

// convert is the converters' part in driving an error signal.
func (e *errorSignal) convert(m *Machine, data []float32) {
	chip := &m.prog.Chip
	if chip.Noise.Clip.On() {
		kernel.Clip(m.pool, data, 1)
	}
	if chip.Noise.Quantize.On() {
		step := float32(2 / (math.Ldexp(1, chip.DAC.Bits) - 2))
		kernel.Quantize(m.pool, data, step, 1)
	}
}

// factors are what each sample's outer product counts on a gradient tile whose
// full scale is 2^e: the sample's own scale and those of the two tensors.
func (e *errorSignal) factors(x *pass, u *fabric.Unit, c *module.Call) []float32 {
	e.tile = resize(e.tile, c.N)
	f := pow2(c.Args[0].Exp + c.Saved[0].Exp - x.m.Memory.Tiles[u.Array].Exp)
	for s := range e.tile {
		e.tile[s] = float32(f * e.scale[s])
		if c.Args[0].Sample != nil {
			e.tile[s] *= pow2(c.Args[0].Sample[s])
		}
	}
	return e.tile
}

// align brings errors that meet to common powers of two, sample by sample: those
// of the largest, by the gains of the adder's inputs.
func (m *Machine) align(u *fabric.Unit, c *module.Call) {
	any := false
	for i := range c.Args {
		any = any || c.Args[i].Sample != nil
	}
	if !any {
		return
	}
	at := &m.wires[u.Out]
	if cap(at.common) < c.N {
		at.common = make([]int, c.N)
	}
	common := at.common[:c.N]
	m.signal.ratio = resize(m.signal.ratio, c.N)
	for s := range common {
		common[s] = math.MinInt
		for i := range c.Args {
			common[s] = max(common[s], power(&c.Args[i], s))
		}
	}
	for i := range c.Args {
		w := &m.wires[u.Args[i]].scaled
		w.Data = m.values.room(m.values.scaled[u.Args[i]], len(c.Args[i].Data))
		kernel.Copy(m.pool, w.Data, c.Args[i].Data, 1)
		for s := range c.N {
			m.signal.ratio[s] = pow2(power(&c.Args[i], s) - common[s])
		}
		kernel.ScaleSamples(m.pool, w.Data, m.signal.ratio, len(w.Data)/c.N)
		w.Exp, w.Sample = 0, common
		c.Args[i] = *w
	}
}

// power is the power of two of a sample of an error.
func power(t *module.Tensor, s int) int {
	if t.Sample == nil {
		return t.Exp
	}
	return t.Exp + t.Sample[s]
}

func pow2(e int) float32 { return float32(math.Ldexp(1, e)) }
