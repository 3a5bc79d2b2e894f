package dcu

import (
	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/ledger"
	"acl/fabric/module"
)

// What the control unit's own arithmetic and the attention modules cost.

// operations are the additions and multiplications, an element, of a unit that the
// control unit computes: statistics of a batch or row and the affine map, or with
// statistics that are settled beforehand only that.
func operations(u *fabric.Unit, settled bool) (adds, muls int) {
	switch {
	case u.Op == "nn.position":
		return 1, 0
	case u.Role == fabric.ParamGrad:
		return 3, 2 // x̂ from the record, and two sums
	case settled && u.Role == fabric.Forward:
		return 1, 1
	case settled:
		return 0, 1
	case u.Role == fabric.Forward:
		return 4, 3
	}
	return 6, 5
}

// settled reports whether a norm's statistics are there before its values are.
func settled(u *fabric.Unit, train bool) bool {
	return u.Op == "nn.batchnorm" && !(train && u.Barrier) && u.Role == fabric.Forward ||
		u.Op == "nn.batchnorm" && u.Role == fabric.DataGrad && !u.Barrier
}

// isDigital reports whether a unit's array is the control unit's.
func isDigital(p *fabric.Program, u *fabric.Unit) bool {
	return u.Array >= 0 && p.Arrays[u.Array].Digital != nil
}

// number counts a firing of a unit of the control unit's: values converted in and
// out, held in its memory for the batch, and computed with. What a gradient of the
// parameters needs has been converted for the gradient of the data, where there is
// one.
func (m *meter) number(in *fabric.Instr, e event, train bool) {
	u := &m.p.Units[in.Unit]
	at, b := m.line(in), m.book
	n := int64(e.samples) * int64(m.p.Values[u.Args[0]].Elements())
	adds, muls := operations(u, settled(u, train))
	if u.Op == "nn.batchnorm" && u.Role == fabric.Forward && train && !u.Barrier {
		adds, muls = adds+3, muls+1 // statistics for the next step
	}
	b.Add(at, e.phase, ledger.DigitalAdd, n*int64(adds))
	b.Add(at, e.phase, ledger.DigitalMul, n*int64(muls))
	b.Add(at, e.phase, ledger.SRAM64, n) // a word of 32 bits in, and out again
	if !m.p.Chip.Noise.Quantize.On() {
		return
	}
	if u.Role != fabric.ParamGrad {
		b.Add(at, e.phase, ledger.DAC, n)
	}
	if u.Role == fabric.Forward || u.Role == fabric.DataGrad || !m.converted[forwardPath(u.Path)] {
		b.Add(at, e.phase, ledger.ADC, n*int64(1+len(u.Saved)))
	}
}

// converted lists the units whose gradient of the data converts what that of the
// parameters needs as well.
func converted(p *fabric.Program) map[string]bool {
	out := map[string]bool{}
	for i := range p.Units {
		if u := &p.Units[i]; u.Role == fabric.DataGrad && u.Class == "" && isDigital(p, u) {
			out[forwardPath(u.Path)] = true
		}
	}
	return out
}

// learn counts an update of numbers: memory and arithmetic.
func (m *meter) learn(in *fabric.Instr, adam bool, n int) {
	m.optimize(m.line(in), adam, int64(n))
}

// productNS is how long an amplifier works on a product: a multiplier of four
// quadrants has two, which share the time and the wake-up of one element of a
// functional module (8.6 pJ).
const productNS = moduleNS

// writeNS is how long the driver of a dynamic weight is on (physics.md §4.3).
const writeNS = 22

// products counts a firing of an attention module: the written operand, then
// multipliers, or reads of the tile that it was written to.
func (m *meter) products(at int, e event, u *fabric.Unit, p *module.Product) {
	b, wake := m.book, 1e9*m.p.Chip.Opamp.Wake
	n := float64(e.samples)
	written := int64(e.samples) * int64(p.Cols*p.Terms)
	b.Add(at, e.phase, ledger.HoldWrite, written)
	b.AddSum(at, e.phase, ledger.OpAmpNS, float64(written)*writeNS)
	if !p.Tile {
		b.AddSum(at, e.phase, ledger.OpAmpNS, n*float64(p.Products())*(productNS+wake))
		return
	}
	ns := m.settleNS(p.Terms, array.ChooseBound(&m.p.Chip, float64(p.Terms)))
	reads := n * float64(p.Rows)
	b.AddSum(at, e.phase, ledger.ColumnNS, reads*float64(2*p.Cols)*(ns+wake))
	b.AddSum(at, e.phase, ledger.RowNS, reads*float64(p.Terms)*(1-e.zeros)*(ns+wake))
	b.AddSum(at, e.phase, ledger.CellDrive, reads*float64(p.Terms*p.Cols)*e.mean*ns)
	b.AddSum(at, e.phase, ledger.WireMM, reads*float64(p.Terms+p.Cols)*lineMM)
}

// vectors counts the known vectors that auto-zero the amplifiers of a module
// without tiles.
func (m *meter) vectors(at int, in *fabric.Instr, phase ledger.Phase) {
	u := &m.p.Units[in.Unit]
	p, ok := module.ProductOf(m.p, u)
	if !ok {
		k := int64(in.Reads) * int64(m.p.Values[u.Out].Elements())
		m.book.AddSum(at, phase, ledger.OpAmpNS, float64(2*k)*(moduleNS+1e9*m.p.Chip.Opamp.Wake))
		m.book.Add(at, phase, ledger.ADC, k)
		return
	}
	p.Rows = 1
	m.products(at, event{phase: phase, samples: in.Reads, mean: 0.5}, u, &p)
	m.book.Add(at, phase, ledger.ADC, int64(in.Reads)*int64(p.Cols))
}

// attend is how long an attention module takes for a sample: its operand is
// written, as many values at once as a bus has lanes; multipliers take their
// products in turns, a tile is read row by row.
func (t *timer) attend(u *fabric.Unit, p *module.Product) float64 {
	write := t.time.Hold(p.Cols*p.Terms) + circuit.RowSettle(&t.p.Chip, t.p.Chip.ADC.Bits)
	if p.Tile {
		return write + float64(p.Rows)*t.time.MVM(p.Terms, array.ChooseBound(&t.p.Chip, float64(p.Terms)), u.Convert)
	}
	return write + t.time.Elementwise(p.Products(), u.Convert)
}

// compute is a unit of the control unit's: values converted in and out through the
// lanes of a bus, and arithmetic between.
func (t *timer) compute(u *fabric.Unit) float64 {
	n := t.p.Values[u.Args[0]].Elements()
	adds, muls := operations(u, settled(u, t.train))
	return t.time.Elementwise(n, true) + t.time.Digital((adds+muls)*n)
}

// batchHolds corrects hold times for barriers: between two barriers all samples of
// a batch run one after the other, so that an instruction of the sample in the
// middle of the batch comes (N-1) times the parts before later, and half a batch
// of its own part. Loads and stores are barriers, too, and done once for all.
func (t *timer) batchHolds(list []fabric.Instr) {
	bounds := []float64{0} // where the parts begin, and the last one ends
	part := make([]int, len(list))
	turns := 0.0
	for i := range list {
		in := &list[i]
		begun := in.Start - turns // of a sample's own time
		if in.Op == fabric.OpSync {
			bounds = append(bounds, begun)
			break
		}
		if once(in) {
			turns += in.Time
		}
		if in.Op == fabric.OpFire && t.p.Units[in.Unit].Barrier || once(in) && begun > bounds[len(bounds)-1] {
			bounds = append(bounds, begun)
		}
		part[i] = len(bounds) - 1
	}
	if len(bounds) < 3 {
		return
	}
	others := float64(t.p.Learn.Batch - 1)
	moment := func(i int, at float64) float64 {
		k := part[i]
		return at + others*(bounds[k]+(bounds[k+1]-bounds[k])/2)
	}
	pushed := map[fabric.ValueID]float64{}
	for i := range list {
		in := &list[i]
		switch in.Op {
		case fabric.OpPush:
			pushed[in.Value] = moment(i, in.Start+in.Time)
		case fabric.OpPop, fabric.OpPeek:
			in.Hold = max(moment(i, in.Start)-pushed[in.Value], 0)
		}
	}
}
