package ledger

import (
	"math"

	"acl/fabric"
)

// Amount is an amount of energy in joules, or of area in m², with its band.
type Amount struct{ Value, Low, High float64 }

// Plus returns the sum of two amounts; bands add up.
func (a Amount) Plus(b Amount) Amount {
	return Amount{a.Value + b.Value, a.Low + b.Low, a.High + b.High}
}

// Times returns k times an amount.
func (a Amount) Times(k float64) Amount { return Amount{k * a.Value, k * a.Low, k * a.High} }

// Bill is a priced book.
type Bill struct {
	Table string
	Entry [Phases][Parts]Amount
	Kinds [Kinds]Amount
	Units []UnitBill // in the order of their first lines
}

// UnitBill is what one unit spent, by phase.
type UnitBill struct {
	Unit  string
	Phase [Phases]Amount
}

// Total is the sum of the unit over all phases.
func (u *UnitBill) Total() Amount { return sum(u.Phase[:]) }

func sum(list []Amount) (a Amount) {
	for _, b := range list {
		a = a.Plus(b)
	}
	return a
}

// Phase is what was spent in a phase.
func (b *Bill) Phase(p Phase) Amount { return sum(b.Entry[p][:]) }

// Part is what was spent for a part, in all phases.
func (b *Bill) Part(part Part) (a Amount) {
	for p := range Phases {
		a = a.Plus(b.Entry[p][part])
	}
	return a
}

// Total is the sum over all phases.
func (b *Bill) Total() (a Amount) {
	for p := range Phases {
		a = a.Plus(b.Phase(p))
	}
	return a
}

// Training is the total without evaluations.
func (b *Bill) Training() (a Amount) {
	for p := range Phases {
		if p != Evaluate {
			a = a.Plus(b.Phase(p))
		}
	}
	return a
}

// Price computes what a book's events cost on a chip by a table. Nothing is
// charged on an ideal chip.
func Price(b *Book, chip *fabric.Chip, t *Table) *Bill {
	bill := &Bill{Table: t.Name}
	unit := map[string]int{}
	for i := range b.lines {
		name := b.lines[i].Unit
		if _, ok := unit[name]; !ok {
			unit[name] = len(bill.Units)
			bill.Units = append(bill.Units, UnitBill{Unit: name})
		}
	}
	if chip.Ideal {
		return bill
	}
	costs := costsOf(chip, t)
	for i := range b.lines {
		l := &b.lines[i]
		for p := range Phases {
			for k := range Kinds {
				if n := b.Get(i, p, k); n != 0 {
					bill.enter(unit[l.Unit], l, p, k, costs.of(k, l.Bits).Times(n))
				}
			}
		}
	}
	return bill
}

func (b *Bill) enter(unit int, l *Line, p Phase, k Kind, a Amount) {
	part := partOf(l, p, k)
	b.Entry[p][part] = b.Entry[p][part].Plus(a)
	b.Kinds[k] = b.Kinds[k].Plus(a)
	u := &b.Units[unit]
	u.Phase[p] = u.Phase[p].Plus(a)
}

// costs is what one of each kind costs: one event, or one unit of a sum. An ADC's
// is that of one of its 2^bits steps.
type costs struct {
	kind [Kinds]Amount
	bits int // of the chip's converters
}

func costsOf(chip *fabric.Chip, t *Table) costs {
	c := costs{bits: chip.ADC.Bits}
	var at [bands][Kinds]float64
	for b := range bands {
		at[b] = t.costs(chip, b)
	}
	for k := range Kinds {
		c.kind[k] = Amount{at[nominal][k], at[low][k], at[high][k]}
	}
	return c
}

// of is the cost of one of a kind.
func (c *costs) of(k Kind, bits int) Amount {
	if k != ADC {
		return c.kind[k]
	}
	if bits == 0 {
		bits = c.bits
	}
	return c.kind[ADC].Times(math.Ldexp(1, bits))
}

// costs are the models of physics.md §9 with all figures at one end of their
// bands. Amplifiers that are never off are charged for by IdleNS alone.
func (t *Table) costs(chip *fabric.Chip, at band) (j [Kinds]float64) {
	get := func(name string) float64 { return t.must(name, chip, at) }
	supply := chip.Supply.Analog
	amp := get(figCurrent) * supply * 1e-9
	if chip.Opamp.Gated {
		j[ColumnNS], j[RowNS], j[OpAmpNS] = amp, amp, amp
	}
	j[IdleNS] = amp
	j[CellDrive] = 2 * chip.VCR.Beta * chip.VCR.Overdrive * chip.Rail.Input * supply * 1e-9
	j[WireMM] = get(figWire) * 1e-3 * supply * supply
	j[ADC] = get(figADC)
	j[DAC] = get(figDAC)
	j[Comparator] = get(figCompare)
	j[HoldWrite] = chip.Cap.Hold * supply * supply
	j[HoldRead] = get(figFollower) * get(figReadTime) * supply
	j[Coincidence] = 2 * get(figLine) * supply * supply * get(figActive)
	j[Pulse] = 2 * pulseCharge(chip) * supply
	j[Generator] = get(figCompare) + get(figGenerator)
	j[Microword] = get(figWord)
	j[ConfigBit] = get(figSwitch)
	j[SRAM64], j[DRAM64] = 8*get(figSRAM), 8*get(figDRAM)
	j[DigitalAdd], j[DigitalMul], j[DigitalExp] = get(figAdd), get(figMul), get(figExp)
	return j
}

// pulseCharge is the charge in coulombs that one pulse moves on each capacitor of
// a pair: a step of the weight, 50 aC on the default chip (physics.md §3.1).
func pulseCharge(chip *fabric.Chip) float64 {
	return chip.Cap.Weight * chip.Rail.Weight / 2 * chip.Cell.Step
}
