package dcu

import (
	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/ledger"
)

// What protections cost (physics.md §6, §9): reads, pulses and known vectors of
// copies stand in lines of their own, which the ledger counts as redundancy.

// spareLine opens the book at what an instruction does beyond a bare array.
func (m *meter) spareLine(in *fabric.Instr) int {
	at := m.line(in)
	l := m.book.Lines()[at]
	l.Copy = true
	return m.book.Open(l)
}

// twinsOf is the number of an array's copies besides itself.
func twinsOf(a *fabric.Array) int {
	if a.Protect == nil {
		return 0
	}
	return a.Protect.Copies - 1
}

// lineOf is the line of what an instruction does to an array, or to a copy of it.
func (m *meter) lineOf(in *fabric.Instr, copied bool) int {
	if copied {
		return m.spareLine(in)
	}
	return m.line(in)
}

// pulsesOf counts pulses on an array, or on a copy of it.
func (m *meter) pulsesOf(in *fabric.Instr, p ledger.Phase, n array.Pulses, copied bool) {
	if copied {
		m.pulsesAt(m.spareLine(in), p, n)
		return
	}
	m.pulses(in, p, n)
}

// votes counts the reads of further copies, as many and as large as those of the
// array, and the voting: an adder an output for a mean, else a comparator for each
// pair of copies.
func (m *meter) votes(in *fabric.Instr, e event, twins int, rule string) {
	u := &m.p.Units[in.Unit]
	at, b := m.spareLine(in), m.book
	for range twins {
		m.tiles(at, u.Array, in.Repeat, e, u.Role == fabric.DataGrad)
	}
	k := int64(e.samples) * int64(m.p.Values[u.Out].Elements())
	if rule != "mean" {
		n := int64(twins + 1)
		b.Add(at, e.phase, ledger.Comparator, k*n*(n-1)/2)
	}
	b.AddSum(at, e.phase, ledger.OpAmpNS, float64(2*k)*(moduleNS+1e9*m.p.Chip.Opamp.Wake))
}

// measured counts a number of arrays of the same cuts read by one-hot products, each
// as often as given, and converted.
func (m *meter) measured(at, of, arrays, reads int, p ledger.Phase) {
	for range arrays * max(reads, 1) {
		m.readOut(at, p, m.p.Arrays[of].Tiles)
	}
}
