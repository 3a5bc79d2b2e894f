package dcu

import (
	"math"

	"acl/fabric"
	"acl/fabric/device"
	"acl/fabric/ledger"
	"acl/fabric/module"
)

// At the circuit level the control unit does all that it does at the others, and a
// device.Machine computes what its instructions ask for. Wires keep a float32 copy,
// which counters and range controllers look at.

// fillDevices writes the weights that the setup gave to the cells.
func (m *Machine) fillDevices() {
	if m.Memory.Devices == nil {
		return
	}
	for i, a := range m.Memory.Arrays {
		if a != nil {
			m.Memory.Devices.Load(i, m.Memory.Shadow[i], a.Alpha)
		}
	}
}

func (m *Machine) calibrateDevices(in *fabric.Instr, step uint64) {
	a := m.Memory.Arrays[in.Array]
	if err := m.Memory.Devices.Calibrate(in.Array, in.Reads, a.Bound(), a.ReverseBound(), step); err != nil {
		panic("dcu: " + err.Error()) // lower has checked the chip
	}
}

// fireDevices runs a unit at the circuit level.
func (x *pass) fireDevices(in *fabric.Instr) error {
	m := x.m
	u := &m.prog.Units[in.Unit]
	c := &device.Call{
		Unit: in.Unit, N: x.batch.N, Step: x.step, First: x.first, Clean: x.clean, Bits: m.converter(in.Unit),
		Exp: func(v fabric.ValueID) int { return m.Memory.Ranges[v].Exp },
	}
	if u.Array >= 0 {
		a := m.Memory.Arrays[u.Array]
		c.Bound, c.Back = a.Bound(), a.ReverseBound()
	}
	if u.Role == fabric.Input {
		for i := range m.prog.Inputs {
			if m.prog.Inputs[i].Value == u.Out {
				c.Data = x.batch.Inputs[i]
			}
		}
	}
	r := m.Memory.Devices.Fire(c)
	if u.Role == fabric.ParamGrad {
		x.count(in, &m.wires[u.Saved[0]].back, &m.wires[u.Args[0]].now)
		return nil
	}
	m.copyWire(u.Out, x.batch.N)
	operand := m.wires[u.Out].now
	if len(u.Args) > 0 {
		operand = m.wires[u.Args[0]].now
	}
	if err := x.priced(u, &operand); err != nil {
		return err
	}
	x.count(in, &operand, nil)
	seen := &module.Call{Out: m.wires[u.Out].now}
	if u.Array >= 0 {
		seen.Matrix = m.Memory.Arrays[u.Array]
	}
	m.observe(x, in.Unit, seen, module.Report{Clipped: r.Clipped, Largest: r.Largest})
	return nil
}

// copyWire brings a value of the devices to its wire.
func (m *Machine) copyWire(v fabric.ValueID, n int) {
	t := m.output(v, n)
	scale := math.Ldexp(1, -t.Exp)
	for i, y := range m.Memory.Devices.Value(v) {
		t.Data[i] = float32(y * scale)
	}
	m.wires[v].now = t
}

// lossOfDevices computes a loss from what the devices put out, and drives the errors
// after the last.
func (x *pass) lossOfDevices(in *fabric.Instr) {
	m, n := x.m, x.batch.N
	t := &m.prog.Learn.Losses[in.Unit]
	var target []float32
	if t.Op != "nn.cross_entropy" && t.TargetValue == fabric.NoValue {
		target = x.targets(t)
	}
	x.loss += t.Weight * m.Memory.Devices.Loss(in.Unit, n, x.batch.Labels, target)
	if in.Unit < len(m.prog.Learn.Losses)-1 || x.phase == ledger.Evaluate {
		return
	}
	m.Memory.Devices.Drive(n)
	for i := range m.prog.Learn.Losses {
		for _, v := range []fabric.ValueID{m.prog.Learn.Losses[i].Error, m.prog.Learn.Losses[i].TargetError} {
			if v != fabric.NoValue {
				m.copyWire(v, n)
			}
		}
	}
}

// updateDevices ends a batch for one array.
func (x *pass) updateDevices(in *fabric.Instr) {
	m := x.m
	t := &m.Memory.Tiles[in.Array]
	tile := m.Memory.Devices.Tiles[in.Array]
	m.Memory.Devices.LeakSums(in.Array, m.prog.Timing.Trained(x.batch.N)/2)
	if m.prog.Plan.Scaling != "off" {
		full, largest := math.Ldexp(1, t.Exp), 0.0
		over := 0
		for _, g := range tile.Sum {
			largest = max(largest, math.Abs(g)/full)
			if math.Abs(g) > full {
				over++
			}
		}
		defer t.observe(largest, float64(over)/float64(len(tile.Sum)))
	}
	pulses := m.Memory.Devices.Update(in.Array, x.batch.N, math.Ldexp(1, t.Exp), x.pull.Rate, x.pull.Momentum, x.step)
	for i, w := range tile.Shadow {
		m.Memory.Shadow[in.Array][i] = float32(w)
	}
	m.meter.update(in, m.prog.Learn.Optimizer.Kind == "adam", pulses)
	if m.prog.Plan.Gradient == "dedicated" {
		m.meter.rewrite(m.meter.line(in), in.Array, ledger.Update)
	}
}
