package ledger

import (
	"math"

	"acl/fabric"
	"acl/fabric/circuit"
)

// Times that physics.md §9 gives and no setting of a chip holds [A].
const (
	acquireTime = 4e-9  // s, a hold capacitor
	compareTime = 1e-9  // s, a decision
	moduleTime  = 10e-9 // s that the amplifiers of a functional module work on an element
	switchBits  = 64    // switches set in a cycle of the control unit
	adderGain   = 2     // noise gain of adders, relu and pools
)

// Timing says how many seconds a chip's instructions take (physics.md §9). On a
// chip with a tick, whatever is done takes one tick.
type Timing struct {
	chip *fabric.Chip
}

// TimingOf is the timing of a chip, which it keeps a reference to.
func TimingOf(chip *fabric.Chip) Timing { return Timing{chip} }

// tick is the tick where the chip has one.
func (t Timing) tick(seconds float64) float64 {
	if t.chip.Tick > 0 {
		return t.chip.Tick
	}
	return seconds
}

// Settle is how long a read of a tile takes to settle, whatever the tick: the
// drivers of its rows, then its columns, which sum the given rows with range
// bound (0: the chip's, else 20), both to 2^-(bits+1) of the step. It is what
// counts of amplifier time are made of.
func (t Timing) Settle(rows int, bound float64) float64 {
	bits := t.chip.ADC.Bits
	return circuit.RowSettle(t.chip, bits) + circuit.ColumnSettle(t.chip, rows, bound, bits)
}

// On is how long an amplifier is powered for a read that settles in the given
// time: it wakes first.
func (t Timing) On(settle float64) float64 { return settle + t.chip.Opamp.Wake }

// ModuleOn is how long the amplifiers of a functional module are powered for an
// element.
func (t Timing) ModuleOn() float64 { return t.On(moduleTime) }

// MVM is one read of a tile: it settles and, with convert, each shared converter
// takes the columns that it serves in turn. The tiles of a layer are read at the
// same time.
func (t Timing) MVM(rows int, bound float64, convert bool) float64 {
	return t.tick(t.Settle(rows, bound) + t.conversion(convert))
}

func (t Timing) conversion(convert bool) float64 {
	if !convert {
		return 0
	}
	return float64(t.chip.ADC.Share) * t.chip.ADC.Time
}

// amplifier is the settling of an adder, relu or pool over the full swing.
func (t Timing) amplifier() float64 {
	return circuit.OpAmpOf(t.chip).SettleBits(adderGain, circuit.Swing(t.chip), t.chip.ADC.Bits)
}

// Elementwise is n elements through a functional module, as many at once as a bus
// has lanes.
func (t Timing) Elementwise(n int, convert bool) float64 {
	return t.tick(t.turns(n) * (t.amplifier() + t.conversion(convert)))
}

// Compare is n outputs of a tree of comparators over windows of the given size.
func (t Timing) Compare(n, window int) float64 {
	levels := math.Ceil(math.Log2(float64(max(window, 2))))
	return t.tick(t.turns(n) * (levels*compareTime + t.amplifier()))
}

// Vote is the vote of copies on the outputs of a read, each by a circuit of its own: they are
// compared or added at the same time.
func (t Timing) Vote() float64 {
	return t.tick(compareTime + t.amplifier())
}

// Check is the look at a checksum: a syndrome is formed and compared with its limits.
func (t Timing) Check() float64 {
	return t.tick(t.amplifier() + compareTime)
}

// turns is how often a bus's lanes are used for n values.
func (t Timing) turns(n int) float64 { return groups(n, t.chip.Bus.Lanes) }

// Transfer is n values over one bus.
func (t Timing) Transfer(n int) float64 { return t.tick(t.turns(n) * t.chip.Bus.Time) }

// Hold is n values sampled or read back.
func (t Timing) Hold(n int) float64 { return t.tick(t.turns(n) * acquireTime) }

// Microword is one instruction of the control unit.
func (t Timing) Microword() float64 { return t.tick(1 / t.chip.DCU.Clock) }

// Config is the setting of that many switches.
func (t Timing) Config(switches int) float64 {
	return t.tick(groups(switches, switchBits) / t.chip.DCU.Clock)
}

// Digital is that many operations of the control unit's vector lanes.
func (t Timing) Digital(ops int) float64 {
	return t.tick(groups(ops, t.chip.DCU.Lanes) / t.chip.DCU.Clock)
}

// Accumulate is one stochastic pulse train on all tiles of a layer: a pulse and a
// pause as long for each slot.
func (t Timing) Accumulate() float64 { return t.tick(t.train()) }

func (t Timing) train() float64 { return float64(t.chip.Cell.Pulses) * 2 * t.chip.Cell.Pulse }

// Alternate is that many pairs of an up and a down pulse on all cells at once.
func (t Timing) Alternate(pairs int) float64 {
	return t.tick(float64(pairs) * 2 * 2 * t.chip.Cell.Pulse)
}

// ReadTile is a tile read by one-hot products, a row at a time, each converted;
// its columns see all rows, at the given range.
func (t Timing) ReadTile(rows int, bound float64) float64 {
	one := t.Settle(rows, bound) + t.conversion(true)
	return t.tick(float64(rows) * one)
}

// PulseTile is a tile changed by pulse trains, a row at a time.
func (t Timing) PulseTile(rows int) float64 { return t.tick(float64(rows) * t.train()) }

// ProgramTile is a discharged tile written by pulse trains, a row at a time, each as long as
// a full weight of a nominal cell needs.
func (t Timing) ProgramTile(rows int) float64 {
	slots := math.Ceil(1 / t.chip.Cell.Step)
	return t.tick(float64(rows) * slots * 2 * t.chip.Cell.Pulse)
}

// WriteTile is a tile written through its amplifiers, a row at a time: they wake
// and settle.
func (t Timing) WriteTile(rows int) float64 { return t.tick(float64(rows) * t.CellWrite()) }

// CellWrite is how long an amplifier is on to write a cell, whatever the tick.
func (t Timing) CellWrite() float64 { return t.On(circuit.RowSettle(t.chip, t.chip.ADC.Bits)) }

// groups is n in whole groups of size.
func groups(n, size int) float64 { return math.Ceil(float64(n) / float64(max(size, 1))) }
