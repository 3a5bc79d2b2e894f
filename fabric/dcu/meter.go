package dcu

import (
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/kernel"
	"acl/fabric/ledger"
	"acl/fabric/module"
)

// meter counts events as instructions run (physics.md §9): what one sample does,
// times the samples of the batch.
type meter struct {
	p      *fabric.Program
	book   *ledger.Book
	bounds []float64 // by array: of forward reads
	back   []float64 // and of transposed ones
	// converted: what a unit's own gradients need is in the control unit's memory.
	converted map[string]bool
}

func newMeter(p *fabric.Program) meter {
	m := meter{p: p, book: &ledger.Book{}, bounds: make([]float64, len(p.Arrays)), back: make([]float64, len(p.Arrays)), converted: converted(p)}
	for i := range m.bounds {
		m.bounds[i] = array.ChooseBound(&p.Chip, 0)
		m.back[i] = m.bounds[i]
	}
	return m
}

// event is what a firing of a batch looked like to the counters.
type event struct {
	phase   ledger.Phase
	samples int
	train   bool    // of a training step
	mean    float64 // of |x| over the operand
	zeros   float64 // share of inputs that are zero
	second  float64 // mean of the error's magnitude, for an outer product
}

// look puts down an operand, n numbers of which a census was taken.
func (e *event) look(c kernel.Census, n int) {
	if n == 0 {
		return
	}
	e.mean = c.SumAbs / float64(n)
	e.zeros = float64(c.Zeros) / float64(n)
}

// line opens the book at an instruction of a unit or array.
func (m *meter) line(in *fabric.Instr) int {
	l := ledger.Line{Op: in.Op}
	switch {
	case in.Op == fabric.OpLoss:
	case in.Unit >= 0:
		l.Unit = forwardPath(m.p.Units[in.Unit].Path)
	case in.Array >= 0:
		l.Unit = m.p.Arrays[in.Array].Path
	}
	return m.book.Open(l)
}

// instruction counts what every instruction of its kind costs, whatever its data.
func (m *meter) instruction(in *fabric.Instr, phase ledger.Phase, samples int) {
	n := int64(samples)
	switch in.Op {
	case fabric.OpUpdate, fabric.OpLoad, fabric.OpRefresh, fabric.OpCalibrate, fabric.OpStore, fabric.OpCheck, fabric.OpSync, fabric.OpHalt:
		n = 1 // once a step
	}
	at, b := m.line(in), m.book
	b.Add(at, phase, ledger.Microword, n*int64(max(in.Repeat, 1)))
	switch in.Op {
	case fabric.OpPush:
		b.Add(at, phase, ledger.HoldWrite, 2*n*int64(in.Size)) // a value is a pair of capacitors
	case fabric.OpPop, fabric.OpPeek:
		b.Add(at, phase, ledger.HoldRead, 2*n*int64(in.Size))
	case fabric.OpLoss:
		k := n * int64(m.p.Values[in.Value].Elements())
		b.Add(at, phase, ledger.DigitalExp, k)
		b.Add(at, phase, ledger.DigitalAdd, 3*k)
		b.Add(at, phase, ledger.DigitalMul, 2*k)
		b.Add(at, phase, ledger.DAC, k)
	case fabric.OpLoad, fabric.OpRefresh:
		if in.Op == fabric.OpRefresh || phase == ledger.Setup { // others are written by pulses
			m.rewrite(at, in.Array, phase)
		}
	case fabric.OpCalibrate:
		if in.Array < 0 {
			m.vectors(at, in, phase)
			break
		}
		m.calibration(at, in.Array, in.Reads, phase)
		for range twinsOf(&m.p.Arrays[in.Array]) {
			m.calibration(m.spareLine(in), in.Array, in.Reads, phase)
		}
	}
}

// calibration counts an array's known vectors.
func (m *meter) calibration(at, of, reads int, phase ledger.Phase) {
	m.tiles(at, of, 1, event{phase: phase, samples: reads, mean: 0.5}, false)
	m.book.Add(at, phase, ledger.ADC, int64(reads)*int64(m.p.Arrays[of].Cols))
}

// held counts rewrites of a value that waits: a read and a write of its pair.
func (m *meter) held(in *fabric.Instr, phase ledger.Phase, rewrites int) {
	n := 2 * int64(rewrites) * int64(in.Size)
	m.book.Add(m.line(in), phase, ledger.HoldRead, n)
	m.book.Add(m.line(in), phase, ledger.HoldWrite, n)
}

// configure counts the switches of a new connection; every sample of a batch sets
// them again where modules take turns.
func (m *meter) configure(in *fabric.Instr, phase ledger.Phase, samples int) {
	m.book.Add(m.line(in), phase, ledger.ConfigBit, int64(in.Size)*int64(samples))
}

// fire counts a firing.
func (m *meter) fire(in *fabric.Instr, e event) {
	u := &m.p.Units[in.Unit]
	switch {
	case isDigital(m.p, u) && (u.Class == "" || in.Op == fabric.OpGrad):
		m.number(in, e, e.train)
		return
	case in.Op == fabric.OpGrad:
		m.outer(in, e)
		return
	}
	at, b := m.line(in), m.book
	k := int64(e.samples) * int64(m.p.Values[u.Out].Elements())
	switch {
	case u.Role == fabric.Input:
		b.Add(at, e.phase, ledger.DAC, k)
		b.Add(at, e.phase, ledger.DRAM64, (k+7)/8) // a byte an input
		return
	case u.Class == "":
		return
	}
	if u.Convert && m.p.Chip.Noise.Quantize.On() {
		b.Add(at, e.phase, ledger.ADC, k)
	}
	if p, ok := module.ProductOf(m.p, u); ok {
		m.products(at, e, u, &p)
		return
	}
	if u.Array >= 0 && !isDigital(m.p, u) {
		m.tiles(at, u.Array, in.Repeat, e, u.Role == fabric.DataGrad)
		return
	}
	if u.Op == "nn.position" && u.Role == fabric.Forward {
		b.Add(at, e.phase, ledger.DAC, k) // the table, driven for each sample
		b.Add(at, e.phase, ledger.HoldWrite, k)
		b.Add(at, e.phase, ledger.SRAM64, (k+1)/2)
	}
	b.Add(at, e.phase, ledger.Comparator, k*decisions(u))
	b.AddSum(at, e.phase, ledger.OpAmpNS, float64(2*k)*(moduleNS+1e9*m.p.Chip.Opamp.Wake))
}

// moduleNS is how long one of the two amplifiers of an element of a functional
// module works (physics.md §9).
const moduleNS = 10

// decisions is the comparisons that an element of a unit's output takes.
func decisions(u *fabric.Unit) int64 {
	switch {
	case u.Op == "nn.maxpool" && u.Role == fabric.Forward:
		k := u.Attr("kernel")
		return int64(k[0]*k[len(k)-1]) - 1
	case u.Op == "nn.relu" && u.Role == fabric.DataGrad, u.Op == "analog.compare":
		return 1
	case u.Op == "analog.max" && u.Role == fabric.Forward:
		return int64(len(u.Args)) - 1
	}
	return 0
}

// tiles counts reads of an array: each of its tiles, at its true size, for every
// position of every sample. A transposed read drives columns and reads rows.
func (m *meter) tiles(at, array, positions int, e event, reverse bool) {
	reads, bound := float64(e.samples)*float64(max(positions, 1)), m.bounds[array]
	if reverse {
		bound = m.back[array]
	}
	for _, c := range m.p.Arrays[array].Tiles {
		m.tile(at, c, reads, bound, e, reverse)
	}
}

// tile counts a number of reads of one tile.
func (m *meter) tile(at int, c fabric.Cut, reads, bound float64, e event, reverse bool) {
	b, wake := m.book, 1e9*m.p.Chip.Opamp.Wake
	driven, read := c.Rows, c.Cols
	if reverse {
		driven, read = c.Cols, c.Rows
	}
	ns := m.settleNS(driven, bound)
	lines := reads * float64(driven)
	b.AddSum(at, e.phase, ledger.ColumnNS, reads*float64(2*read)*(ns+wake))
	b.AddSum(at, e.phase, ledger.RowNS, lines*(1-e.zeros)*(ns+wake))
	b.AddSum(at, e.phase, ledger.CellDrive, lines*float64(read)*e.mean*ns)
	b.AddSum(at, e.phase, ledger.WireMM, reads*float64(driven+read)*lineMM)
	b.Add(at, e.phase, ledger.HoldWrite, int64(reads)*int64(read))
	b.Add(at, e.phase, ledger.GatedRow, int64(math.Round(lines*e.zeros)))
}

// lineMM is the length of the wire of a row or a column, mm [A].
const lineMM = 0.5

// settleNS is how long the amplifiers of a read work, ns.
func (m *meter) settleNS(rows int, bound float64) float64 {
	bits := m.p.Chip.ADC.Bits
	return 1e9 * (circuit.RowSettle(&m.p.Chip, bits) + circuit.ColumnSettle(&m.p.Chip, rows, bound, bits))
}

// outer counts an outer product onto gradient tiles: a train of pulses at every
// position.
func (m *meter) outer(in *fabric.Instr, e event) {
	at := m.line(in)
	slots := int64(e.samples) * int64(in.Repeat) * int64(m.p.Chip.Cell.Pulses)
	for _, c := range m.p.Arrays[m.p.Units[in.Unit].Array].Grad {
		cells := slots * int64(c.Rows) * int64(c.Cols)
		m.book.Add(at, e.phase, ledger.Coincidence, cells)
		m.book.Add(at, e.phase, ledger.Generator, slots*int64(c.Rows+c.Cols))
		m.book.Add(at, e.phase, ledger.Pulse, int64(float64(cells)*min(e.mean, 1)*min(e.second, 1)))
	}
}

// update counts the end of a batch for one array: its gradient tiles read by
// one-hot products, the optimizer's state and arithmetic, and the pulses.
func (m *meter) update(in *fabric.Instr, adam bool, pulses array.Pulses) {
	a := &m.p.Arrays[in.Array]
	at, p := m.line(in), ledger.Update
	m.readOut(at, p, a.Grad)
	m.optimize(at, adam, int64(a.Rows)*int64(a.Cols))
	m.pulses(in, p, pulses)
}

// readOut counts tiles that are read by one-hot products, each value converted.
func (m *meter) readOut(at int, p ledger.Phase, tiles []fabric.Cut) {
	b := m.book
	for _, c := range tiles {
		ns := m.settleNS(c.Rows, array.GradientBound) + 1e9*m.p.Chip.Opamp.Wake
		cells := int64(c.Rows) * int64(c.Cols)
		b.AddSum(at, p, ledger.ColumnNS, 2*float64(cells)*ns)
		b.AddSum(at, p, ledger.RowNS, float64(c.Rows)*ns)
		b.Add(at, p, ledger.ADC, cells)
		b.Add(at, p, ledger.DAC, int64(c.Rows))
	}
}

// trains counts pulses in place: the lines and crossings of every slot that was
// sent, and the coincidences that moved charge.
func (m *meter) trains(in *fabric.Instr, at int, p ledger.Phase, t array.Trains) {
	for _, c := range m.p.Arrays[m.p.Units[in.Unit].Array].Tiles {
		m.book.Add(at, p, ledger.Coincidence, t.Slots*int64(c.Rows)*int64(c.Cols))
		m.book.Add(at, p, ledger.Generator, t.Slots*int64(c.Rows+c.Cols))
	}
	m.book.Add(at, p, ledger.Pulse, t.Up+t.Down)
}

// optimize counts the optimizer's memory and arithmetic for that many weights.
func (m *meter) optimize(at int, adam bool, weights int64) {
	b, p := m.book, ledger.Update
	words, ops := ledger.OptimizerWork(adam)
	b.Add(at, p, ledger.SRAM64, words*weights)
	b.Add(at, p, ledger.DigitalMul, ops*weights)
	b.Add(at, p, ledger.DigitalAdd, ops*weights)
}

func (m *meter) pulses(in *fabric.Instr, p ledger.Phase, n array.Pulses) {
	m.pulsesAt(m.line(in), p, n)
}

func (m *meter) pulsesAt(at int, p ledger.Phase, n array.Pulses) {
	all := n.Up + n.Down
	m.book.Add(at, p, ledger.Pulse, all)
	m.book.Add(at, p, ledger.Coincidence, all)
	m.book.Add(at, p, ledger.Generator, 2*all)
}

// rewrite counts an array written from the control unit's copy: a converter and
// an amplifier drive every cell.
func (m *meter) rewrite(at, array int, p ledger.Phase) {
	a := &m.p.Arrays[array]
	cells := int64(a.Rows) * int64(a.Cols)
	m.book.Add(at, p, ledger.SRAM64, (cells+1)/2)
	if a.Digital != nil {
		return
	}
	m.book.Add(at, p, ledger.DAC, cells)
	m.book.Add(at, p, ledger.HoldWrite, cells)
	m.book.AddSum(at, p, ledger.OpAmpNS, float64(cells)*1e9*ledger.TimingOf(&m.p.Chip).CellWrite())
}

// idle counts amplifiers that are not switched off between uses.
func (m *meter) idle(p ledger.Phase, seconds float64) {
	if m.p.Chip.Opamp.Gated || m.p.Chip.Ideal {
		return
	}
	seen := map[int]bool{} // tiles that arrays take turns on have their amplifiers once
	for i := range m.p.Arrays {
		amps := 0
		for _, c := range m.p.Arrays[i].Tiles {
			if !seen[c.Tile] {
				amps += 2*c.Cols + c.Rows
			}
			seen[c.Tile] = true
		}
		at := m.book.Open(ledger.Line{Unit: m.p.Arrays[i].Path, Op: fabric.OpHalt})
		m.book.AddSum(at, p, ledger.IdleNS, float64(amps)*seconds*1e9)
	}
}
