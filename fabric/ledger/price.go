package ledger

import (
	"math"

	"acl/fabric"
)

// costs is what one of each kind costs: one event, or one unit of a sum. An ADC's
// is that of one of its 2^bits steps.
type costs struct {
	kind [Kinds]Amount
	bits int // of the chip's converters
}

// costsOf prices every kind by a table at its values and at both ends of its bands.
func costsOf(chip *fabric.Chip, t *Table) *costs {
	c := &costs{bits: chip.ADC.Bits}
	var at [bands][Kinds]float64
	for b := range bands {
		at[b] = t.costs(chip, b)
	}
	for k := range Kinds {
		c.kind[k] = Amount{at[nominal][k], at[low][k], at[high][k]}
	}
	return c
}

// of is the cost of one of a kind; bits are the converters', 0 for the chip's.
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
