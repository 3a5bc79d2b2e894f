package dcu

import (
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/kernel"
	"acl/fabric/ledger"
	"acl/fabric/module"
)

// The scale chain (design.md §5, physics.md §8): one power of two a tensor,
// found by a dry run of the first batch and moved by what each step saw; the
// read-out bound of each array; the full scale of each gradient tile. All are
// properties of the machine that change what is lost, never what is meant.

// leastExp is the smallest exponent of a value: the bias row of an array is
// driven by 1 over the input's full scale, and the drivers end at 1. Error signals
// drive no bias.
func (m *Machine) leastExp(v fabric.ValueID) int {
	if m.prog.Values[v].Error {
		return math.MinInt
	}
	return 0
}

// observe takes in what a firing saw.
func (m *Machine) observe(x *pass, unit int, c *module.Call, r module.Report) {
	u := &m.prog.Units[unit]
	seen := m.observeValue(x, u.Out, c.Full(&m.prog.Chip), r.Seen)
	if r.Scale > 0 {
		r.Largest = float64(seen.Top) / r.Scale
	}
	switch {
	case x.dry && c.Matrix != nil:
		m.firstBound(x, u, r.Largest)
	case x.dry || x.phase == ledger.Evaluate:
	default:
		m.Memory.Clipped[unit] += r.Clipped
		if c.Matrix != nil && u.Role == fabric.Forward {
			x.rebound(u.Array, r, len(c.Out.Data))
		}
	}
}

// looks reports whether the range controllers see what the wires carry.
func (x *pass) looks() bool { return x.dry || x.phase != ledger.Evaluate }

// observeValue takes a census of what a wire carries, and moves the value's full
// scale by it: for the next step, or at once in a dry run, whose numbers are
// rescaled (exactly, by a power of two). Values beyond full count as overflow. An
// evaluation is not looked at. seen is the census where it has been taken.
func (m *Machine) observeValue(x *pass, v fabric.ValueID, full float32, seen *kernel.Census) kernel.Census {
	if !x.looks() {
		return kernel.Census{}
	}
	w := &m.wires[v]
	if seen != nil {
		w.seen = *seen
	} else {
		w.seen = kernel.Count(m.pool, w.now.Data, full)
	}
	w.now.Seen = &w.seen
	r := &m.Memory.Ranges[v]
	switch {
	case m.prog.Plan.Scaling == "off":
	case x.dry:
		r.calibrate(math.Ldexp(float64(w.seen.Top), w.now.Exp))
		r.Exp = max(r.Exp, m.leastExp(v))
		kernel.Scale(m.pool, w.now.Data, pow2(w.now.Exp-r.Exp))
		w.now.Exp, w.now.Seen = r.Exp, nil
	default:
		r.observe(float64(w.seen.Top), float64(w.seen.Over)/float64(len(w.now.Data)))
		r.Exp = max(r.Exp, m.leastExp(v))
	}
	return w.seen
}

// firstBound gives an array the narrowest range that holds what the dry run saw.
func (m *Machine) firstBound(x *pass, u *fabric.Unit, largest float64) {
	seen := &x.seen[u.Array]
	if u.Role == fabric.Forward {
		seen[0] = math.Max(seen[0], largest)
		for _, a := range m.cells(u.Array) {
			a.SetBound(array.ChooseBound(&m.prog.Chip, seen[0]))
		}
		return
	}
	seen[1] = math.Max(seen[1], largest)
	for _, a := range m.matrices(u.Array) {
		a.SetReverseBound(array.ChooseBound(&m.prog.Chip, seen[1]))
	}
}

// rebound widens an array's range when more than a few outputs met it, and
// narrows it after a quiet spell. Its amplifiers' noise and offset follow, and it
// is auto-zeroed anew.
func (x *pass) rebound(at int, r module.Report, outputs int) {
	m := x.m
	if m.prog.Chip.Rail.Bound > 0 || m.prog.Chip.Ideal {
		return
	}
	a := m.Memory.Arrays[at]
	b := a.Bound()
	next := b
	switch {
	case float64(r.Clipped) > overflowShare*float64(outputs):
		next, m.Memory.Quiet[at] = array.ChooseBound(&m.prog.Chip, 1.5*b), 0
	case r.Largest < lowMark*b:
		m.Memory.Quiet[at]++
		if m.Memory.Quiet[at] >= quietSteps {
			next, m.Memory.Quiet[at] = array.ChooseBound(&m.prog.Chip, 0.5*b), 0
		}
	default:
		m.Memory.Quiet[at] = 0
	}
	if next != b {
		for _, a := range m.cells(at) {
			a.SetBound(next)
		}
		m.retime() // the calibration settles in the new range
		x.recalibrate(at)
	}
}

// recalibrate auto-zeroes an array in the middle of a run, with as many reads as
// its setup had, and owes their time.
func (x *pass) recalibrate(at int) {
	m := x.m
	if in := m.calibrationAt(at); in != nil {
		m.calibrate(in, uint64(m.Memory.Step)+1)
		m.meter.instruction(in, ledger.Setup, 1)
		x.owed += in.Time
	}
}

// dryRun computes the first batch without clipping, converters or errors, forward
// and back, to find the full scale of every tensor, the bound of every array and
// the full scale of every gradient tile.
func (m *Machine) dryRun(b *Batch) error {
	x := &pass{
		m: m, list: m.prog.Eval, batch: b, step: drySteps, dry: true, clean: true, phase: ledger.Setup,
		seen: make([][2]float64, len(m.prog.Arrays)),
	}
	if m.prog.Learn != nil {
		x.list, x.train = m.prog.Train, true
	}
	if err := x.run(); err != nil {
		return err
	}
	for _, sum := range m.sums {
		clear(sum)
	}
	for i, g := range m.Memory.Gradients {
		if g == nil {
			continue
		}
		m.Memory.Tiles[i].calibrate(float64(kernel.MaxAbs(m.pool, g.Tile())))
		g.Clear()
	}
	return nil
}
