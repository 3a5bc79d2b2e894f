package dcu

import (
	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/ledger"
)

// What checksums cost (physics.md §6.2, §9): columns that are read along, an amplifier
// that forms the syndrome and two comparators at its limits for each range of columns;
// reads that are done again; and measurements that bring cells and checksums together.

// checked counts the checksums of a firing. Rows are driven for the array's own columns.
func (m *meter) checked(in *fabric.Instr, w *watch, e event, bits int) {
	reads := float64(e.samples) * float64(max(in.Repeat, 1))
	at := m.spareLine(in)
	for _, c := range w.Cells.Cuts() {
		m.checkColumns(at, c, reads, m.bounds[m.p.Units[in.Unit].Array], e)
	}
	n := int64(reads) * int64(len(w.groups))
	m.book.Add(at, e.phase, ledger.Comparator, 2*n)
	m.book.AddSum(at, e.phase, ledger.OpAmpNS, 2*float64(n)*(moduleNS+1e9*m.p.Chip.Opamp.Wake))
	if bits > 0 && m.p.Chip.Noise.Quantize.On() {
		m.book.Add(at, e.phase, ledger.ADC, n*int64(w.checks))
	}
}

// checkColumns counts a number of reads of the columns of a cut whose rows are driven.
func (m *meter) checkColumns(at int, c fabric.Cut, reads, bound float64, e event) {
	ns, wake := m.settleNS(c.Rows, bound), 1e9*m.p.Chip.Opamp.Wake
	cols := float64(c.Cols)
	m.book.AddSum(at, e.phase, ledger.ColumnNS, reads*2*cols*(ns+wake))
	m.book.AddSum(at, e.phase, ledger.CellDrive, reads*float64(c.Rows)*cols*e.mean*ns)
	m.book.AddSum(at, e.phase, ledger.WireMM, reads*cols*lineMM)
	m.book.Add(at, e.phase, ledger.HoldWrite, int64(reads)*int64(c.Cols))
}

// again counts the reads that alarms ask for, each of the tiles of its range of columns,
// and of both syndromes by a converter where one locates the column. It returns how long
// they take, one after the other, s.
func (m *meter) again(in *fabric.Instr, w *watch, e event, alarms []alarm, bits int) float64 {
	u := &m.p.Units[in.Unit]
	a, at, b := &m.p.Arrays[u.Array], m.spareLine(in), m.book
	byGroup, reads, last := make([]int64, len(w.groups)), 0, -1
	for _, alarm := range alarms {
		byGroup[alarm.group]++
		if alarm.read != last {
			reads, last = reads+1, alarm.read
		}
	}
	for t, c := range a.Tiles {
		for g, s := range w.groups {
			if n := float64(byGroup[g]); c.Col == s[0] && n > 0 {
				m.tile(at, c, n, m.bounds[u.Array], e, false)
				m.checkColumns(at, w.Cells.Cuts()[t], n, m.bounds[u.Array], e)
			}
		}
	}
	n := int64(len(alarms))
	b.Add(at, e.phase, ledger.Microword, n)
	b.Add(at, e.phase, ledger.Comparator, 2*n)
	b.AddSum(at, e.phase, ledger.OpAmpNS, 2*float64(n)*(moduleNS+1e9*m.p.Chip.Opamp.Wake))
	if w.checks > 1 {
		b.Add(at, e.phase, ledger.ADC, 2*n)
	}
	if bits > 0 && m.p.Chip.Noise.Quantize.On() {
		for g, s := range w.groups {
			b.Add(at, e.phase, ledger.ADC, byGroup[g]*int64(s[1]-s[0]+w.checks))
		}
	}
	rows, _ := extent(a)
	time := ledger.TimingOf(&m.p.Chip)
	return float64(reads) * (time.MVM(rows, m.bounds[u.Array], u.Convert) + time.Check())
}

// trimmed counts a measurement of an array and a number of those of its checksums, and
// what was written to them.
func (m *meter) trimmed(in *fabric.Instr, w *watch, times, reads int, p ledger.Phase, pulses array.Pulses) {
	at := m.spareLine(in)
	m.measured(at, in.Array, 1, reads, p)
	for range times * max(reads, 1) {
		m.readOut(at, p, w.Cells.Cuts())
	}
	m.pulsesAt(at, p, pulses)
}
