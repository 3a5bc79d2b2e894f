package dcu

import (
	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/ledger"
)

// Parameters that take turns on their tiles (`swap: true`, where tiles run out). The
// weights are the control unit's copy, which an update changes alone; a load writes them
// into the tiles by pulses, once for all samples of a batch, and what lies there is good
// until the next load. Before cells are left in a training step they are read once, so that
// the copy follows those that cannot hold what it says. The copy is not replaced by that
// reading, which errs by 0.03 of full weight on a tile of 128 rows (array.TestFollow): what
// one step after the other errs by would add up.

// turning reports whether an array takes turns on its tiles.
func (m *Machine) turning(at int) bool { return m.turns != nil && m.turns[at] }

// memorize gives the control unit the start values of the arrays that take turns, which the
// setup writes to no tile: the given weights, or random ones.
func (m *Machine) memorize(weights [][]float32) {
	for i, a := range m.Memory.Arrays {
		if !m.turning(i) {
			continue
		}
		in := fabric.Instr{Op: fabric.OpLoad, Unit: -1, Array: i}
		m.load(&in, weights)
		if weights == nil {
			copy(m.Memory.Shadow[i], a.Start()) // numbers, without the error of a write
		}
		m.meter.words(m.meter.line(&in), ledger.Setup, m.prog.Arrays[i].Rows*m.prog.Arrays[i].Cols)
	}
}

// place loads an array that takes turns into its tiles.
func (x *pass) place(in *fabric.Instr) {
	m := x.m
	phase := x.phaseOf(in)
	key := array.ReadKey{Seed: m.env.Seed, Step: x.step, Field: x.turn(in)}
	a := m.Memory.Arrays[in.Array]
	pulses := a.Place(m.Memory.Shadow[in.Array], key, x.first, x.clean)
	if !x.clean {
		// The samples of the batch see the weights as they are half-way through their stay.
		a.Leak(x.stay(in)/2, uint64(m.Memory.Step))
	}
	m.meter.pulses(in, phase, pulses)
	m.meter.placed(in, phase, x.batch.N)
}

// stay is how long an array lies on its tiles after its load, until another comes or the
// samples are through, s.
func (x *pass) stay(in *fabric.Instr) (seconds float64) {
	for i := x.at + 1; i < len(x.list); i++ {
		o := &x.list[i]
		switch {
		case o.Op == fabric.OpSync || o.Op == fabric.OpLoad && x.m.prog.Overlap(o.Array, in.Array):
			return seconds
		case once(o):
			seconds += o.Time
		default:
			seconds += float64(x.batch.N) * o.Time
		}
	}
	return seconds
}

// turn numbers the loads of an array in a list.
func (x *pass) turn(in *fabric.Instr) uint32 {
	n := uint32(0)
	for i := range x.list[:x.at] {
		if o := &x.list[i]; o.Op == in.Op && o.Array == in.Array {
			n++
		}
	}
	return n
}

// leave reads an array before another is loaded into its tiles, and lets the copy of it
// follow cells that do not hold what they were asked to.
func (x *pass) leave(in *fabric.Instr) {
	m := x.m
	key := array.ReadKey{Seed: m.env.Seed, Step: x.step}
	m.Memory.Arrays[in.Array].Follow(m.Memory.Shadow[in.Array], scanThreshold, key)
	m.meter.left(in, x.phaseOf(in))
}

// words counts numbers of 32 bits that the control unit reads or writes.
func (m *meter) words(at int, p ledger.Phase, n int) {
	m.book.Add(at, p, ledger.SRAM64, (int64(n)+1)/2)
}

// placed counts what a load takes beside its pulses: the copy is read and the pairs are
// discharged; and of each sample that waits meanwhile, the values that the control unit
// holds, a byte each, and drives again.
func (m *meter) placed(in *fabric.Instr, p ledger.Phase, samples int) {
	a := &m.p.Arrays[in.Array]
	at, cells, waits := m.line(in), a.Rows*a.Cols, int64(samples)*int64(in.Size)
	m.words(at, p, cells)
	m.book.Add(at, p, ledger.HoldWrite, 2*int64(cells))
	m.book.Add(at, p, ledger.SRAM64, 2*((waits+7)/8))
	m.book.Add(at, p, ledger.DAC, waits)
}

// left counts a reading by one-hot products, and its comparison with the copy.
func (m *meter) left(in *fabric.Instr, p ledger.Phase) {
	a := &m.p.Arrays[in.Array]
	at, cells := m.line(in), a.Rows*a.Cols
	m.readOut(at, p, a.Tiles)
	m.words(at, p, 2*cells)
	m.book.Add(at, p, ledger.DigitalAdd, 2*int64(cells))
}
