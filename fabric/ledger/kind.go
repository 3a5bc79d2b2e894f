package ledger

import (
	"fmt"
	"slices"
)

// Phase is the stage of a run that an event is accounted to.
type Phase uint8

// The phases. Setup holds what starts a chip up, and every calibration later.
const (
	Setup Phase = iota
	Forward
	Backward
	Update
	Evaluate
	Phases // how many there are
)

var phaseNames = [...]string{"setup", "forward", "backward", "update", "evaluate"}

// String is the phase's name in records.
func (p Phase) String() string { return nameOf(phaseNames[:], int(p), "phase") }

// Kind is a kind of event, or of a sum that events add to.
type Kind uint8

// The kinds. Those whose comment begins with a unit are sums, kept in fixed point
// of 1/SumUnit of it; the others are counts.
const (
	ColumnNS    Kind = iota // ns that one amplifier of a read-out column is on; a column has two
	RowNS                   // ns that the amplifier of a row is on
	CellDrive               // ns of a cell at full input: |x| t summed over driven cells
	OpAmpNS                 // ns that an amplifier of another module is on
	IdleNS                  // ns that an amplifier is on because amplifiers are not gated
	WireMM                  // mm of wire that one signal charges
	GatedRow                // rows that an input of 0 kept from being driven
	ADC                     // conversions at the line's bits
	DAC                     // conversions
	Comparator              // decisions
	HoldWrite               // samples taken on a hold capacitor, or a weight written
	HoldRead                // reads of one through its follower
	Coincidence             // cells x slots of a pulse train on the two lines that cross there
	Pulse                   // cells x slots in which charge moved, on both capacitors of the pair
	Generator               // lines x slots of a generator and its comparator
	Microword               // instructions of the control unit
	ConfigBit               // switches set
	SRAM64                  // words of 64 bits, read or written
	DRAM64                  // words of 64 bits of input data
	DigitalAdd              // fp32 operations
	DigitalMul
	DigitalExp
	Kinds // how many there are
)

var kindNames = [...]string{
	"column_ns", "row_ns", "cell_ns", "opamp_ns", "idle_ns", "wire_mm", "gated_row", "adc", "dac", "comparator",
	"hold_write", "hold_read", "coincidence", "pulse", "generator", "microword", "config_bit", "sram64", "dram64",
	"digital_add", "digital_mul", "digital_exp",
}

// String is the kind's name in records.
func (k Kind) String() string { return nameOf(kindNames[:], int(k), "kind") }

// isSum tells the kinds that are sums in fixed point.
func (k Kind) isSum() bool { return k <= WireMM }

// SumUnit is the number of counts of a fixed-point sum that make one of its unit:
// an amplifier adds up to nine million seconds before a count overflows.
const SumUnit = 1 << 10

// Part is what energy was spent for: a row of the step ledger (physics.md §9).
type Part uint8

// The parts.
const (
	PartForward     Part = iota // reads of tiles on the way forward
	PartBackward                // and back
	PartUpdate                  // gradient tiles, pulses, weights written
	PartActivation              // functional modules and comparators
	PartStorage                 // sample and hold, refresh of values
	PartDAC                     // converters into the analog domain
	PartADC                     // and out of it
	PartControl                 // control unit: microwords, switches, digital arithmetic, memory
	PartRouting                 // wires
	PartCalibration             // setup, known vectors
	PartRedundancy              // copies, checksums, scans
	PartInput                   // input data from DRAM
	PartStatic                  // amplifiers that are never off
	Parts                       // how many there are
)

var partNames = [...]string{
	"forward", "backward", "update", "activation", "storage", "dac", "adc", "control", "routing", "calibration",
	"redundancy", "input", "static",
}

// String is the part's name in records.
func (p Part) String() string { return nameOf(partNames[:], int(p), "part") }

func nameOf(names []string, i int, what string) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%s(%d)", what, i)
}

// find is the index of a name.
func find(names []string, name, what string) (int, error) {
	if i := slices.Index(names, name); i >= 0 {
		return i, nil
	}
	return 0, fmt.Errorf("ledger: no %s is called %q", what, name)
}

// partOf is what a kind of event in a phase was spent for.
func partOf(l *Line, p Phase, k Kind) Part {
	switch {
	case k == IdleNS:
		return PartStatic
	case l.Copy:
		return PartRedundancy
	case p == Setup:
		return PartCalibration
	}
	switch k {
	case ColumnNS, RowNS, CellDrive:
		return readPart(p)
	case OpAmpNS, Comparator:
		if p == Update {
			return PartUpdate
		}
		return PartActivation
	case Coincidence, Pulse, Generator:
		return PartUpdate
	case HoldWrite, HoldRead:
		return PartStorage
	case ADC:
		return PartADC
	case DAC:
		return PartDAC
	case WireMM:
		return PartRouting
	case DRAM64:
		return PartInput
	}
	return PartControl
}

// readPart is what reads of tiles in a phase are for.
func readPart(p Phase) Part {
	switch p {
	case Backward:
		return PartBackward
	case Update:
		return PartUpdate
	}
	return PartForward
}
