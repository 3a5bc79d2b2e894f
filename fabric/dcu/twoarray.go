package dcu

import (
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/kernel"
	"acl/fabric/ledger"
	"acl/fabric/module"
)

// Two arrays (`nn.two_array`, after Gokmen and Haensch, "Algorithm for training
// neural networks on resistive device arrays", 2020): pulses in place go to a fast
// array beside the weights, and every few steps the control unit reads it by one-hot
// products, moves the slow array, which is the weights, by the rate times what it
// found, and discharges it. Cells drift where up and down pulses are of unequal
// size, however small the sum is that they stand for; the fast array is chopped, so
// that this drift cancels: from transfer to transfer its pulses change their sign,
// and what is read of it too. Its full scale is a power of two of the gradient's,
// moved by what the transfers see.

// twoArrays reports whether a fast array takes the pulses.
func (m *Machine) twoArrays() bool {
	return m.prog.Learn != nil && m.prog.Learn.Optimizer.Kind == "two_array"
}

// newFast makes the fast array of array i, on its gradient tiles; nil without one.
func (m *Machine) newFast(c array.Config, i int) *array.Matrix {
	a := m.prog.Arrays[i]
	if !m.twoArrays() || a.Digital != nil {
		return nil
	}
	a.Path += fastSuffix
	a.Tiles, a.Grad, a.Copy = a.Grad, nil, nil
	c.Array, c.Dead = &a, nil
	return array.New(c)
}

// fastSuffix tells the draws of a fast array from those of its slow one.
const fastSuffix = "+"

// shiftZero makes symmetry points the zeros of the cells that take pulses in place,
// before anything is written there.
func (m *Machine) shiftZero(in *fabric.Instr) {
	if !m.prog.Plan.ZeroShift {
		return
	}
	all, reads := m.matrices(in.Array), m.calibrationReads(in.Array)
	if fast := m.Memory.Fast[in.Array]; fast != nil {
		all = []*array.Matrix{fast}
	}
	pairs := 0
	for k, a := range all {
		pairs = a.ZeroShift(reads, array.ReadKey{Seed: m.env.Seed})
		a.Clear(array.ReadKey{Seed: m.env.Seed})
		m.meter.symmetry(in, m.meter.lineOf(in, k > 0), pairs, reads)
	}
	rows, _ := extent(&m.prog.Arrays[in.Array])
	t := ledger.TimingOf(&m.prog.Chip)
	// Copies are pulsed and read side by side.
	m.prepare(t.Alternate(pairs) + float64(reads)*t.ReadTile(rows, array.GradientBound) + t.WriteTile(rows))
}

// calibrationAt is the calibration of an array in the setup, nil for none.
func (m *Machine) calibrationAt(at int) *fabric.Instr {
	for i := range m.prog.Setup {
		if in := &m.prog.Setup[i]; in.Op == fabric.OpCalibrate && in.Array == at {
			return in
		}
	}
	return nil
}

// calibrationReads is how often a calibration at the start reads a known vector.
func (m *Machine) calibrationReads(at int) int {
	if in := m.calibrationAt(at); in != nil {
		return in.Reads
	}
	return 1
}

// gather is the change of a fast weight for a unit of the batch's mean gradient.
func (x *pass) gather(u *fabric.Unit) float64 {
	return x.chop() * math.Ldexp(1, -x.m.Memory.Tiles[u.Array].Exp)
}

// chop is the sign of the pulses until the next transfer.
func (x *pass) chop() float64 {
	if x.step/uint64(x.m.prog.Learn.Optimizer.Transfer)%2 == 1 {
		return -1
	}
	return 1
}

// span finds the full scale of a fast array: in a dry run, from the first batch's
// gradient.
func (x *pass) span(in *fabric.Instr, u *fabric.Unit, c *module.Call) {
	m := x.m
	if !m.twoArrays() {
		return
	}
	a := m.prog.Arrays[u.Array]
	c.Grad = array.NewGradient(array.Config{Chip: &m.prog.Chip, Array: &a, Pool: m.pool})
	c.Samples = m.signal.factors(x, u, c)
	m.modules[in.Unit].Run(c)
	largest := float64(kernel.MaxAbs(m.pool, c.Grad.Tile())) / float64(x.batch.N)
	m.Memory.Tiles[u.Array].calibrate(largest * float64(m.prog.Learn.Optimizer.Transfer))
}

// transfer moves the slow array by what the fast one has gathered, where it is time
// to.
func (x *pass) transfer(in *fabric.Instr) {
	m := x.m
	if (x.step+1)%uint64(m.prog.Learn.Optimizer.Transfer) != 0 {
		return
	}
	slow, fast, t := m.Memory.Arrays[in.Array], m.Memory.Fast[in.Array], &m.Memory.Tiles[in.Array]
	key := array.ReadKey{Seed: m.env.Seed, Step: x.step}
	m.scratch = resize(m.scratch, len(m.Memory.Shadow[in.Array]))
	change := m.scratch
	fast.ReadBack(change, key)
	full := x.chop() * math.Ldexp(1, t.Exp)
	if m.prog.Plan.Scaling != "off" {
		seen := kernel.Count(m.pool, change, fullMark)
		t.observe(float64(seen.Top), float64(seen.Over)/float64(len(change)))
	}
	kernel.Scale(m.pool, change, float32(-x.pull.Rate*full))
	m.follow(in, change, key)
	m.meter.transfer(in, slow.Update(change, key))
	rows, _ := extent(&m.prog.Arrays[in.Array])
	x.repairing += changeTime(ledger.TimingOf(&m.prog.Chip), rows, len(change))
	fast.Clear(key)
}

// fullMark is the share of the range from which a fast weight counts as beyond it.
const fullMark = 0.8

// transfer counts the read-out of a fast array, the pulses on the slow one, and the
// switches that discharge the pairs of the fast one.
func (m *meter) transfer(in *fabric.Instr, pulses array.Pulses) {
	a := &m.p.Arrays[in.Array]
	at, weights := m.line(in), int64(a.Rows)*int64(a.Cols)
	m.readOut(at, ledger.Update, a.Grad)
	m.book.Add(at, ledger.Update, ledger.DigitalMul, weights)
	m.pulses(in, ledger.Update, pulses)
	if m.p.Plan.ZeroShift {
		m.rewrite(at, in.Array, ledger.Update) // to its symmetry points, from the control unit's copy of them
	} else {
		m.book.Add(at, ledger.Update, ledger.HoldWrite, 2*weights)
	}
}

// symmetry counts the measurement of symmetry points: pairs of pulses on all cells at
// once, read-outs, and the references that are written.
func (m *meter) symmetry(in *fabric.Instr, at, pairs, reads int) {
	a := &m.p.Arrays[in.Array]
	slots := 2 * int64(pairs)
	for _, c := range a.Tiles {
		cells := int64(c.Rows) * int64(c.Cols)
		m.book.Add(at, ledger.Setup, ledger.Coincidence, slots*cells)
		m.book.Add(at, ledger.Setup, ledger.Pulse, slots*cells)
		m.book.Add(at, ledger.Setup, ledger.Generator, slots*int64(c.Rows+c.Cols))
	}
	for range reads {
		m.readOut(at, ledger.Setup, a.Tiles)
	}
	m.rewrite(at, in.Array, ledger.Setup)
}
