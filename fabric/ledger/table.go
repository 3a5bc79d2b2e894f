package ledger

import (
	"fmt"
	"strings"

	"acl/fabric"
)

// Tag says how a figure is known.
type Tag string

// The tags of physics.md.
const (
	Sourced Tag = "S"
	Derived Tag = "D"
	Assumed Tag = "A"
)

// Figure is one number of a table with the band that it may lie in, and where it
// comes from.
type Figure struct {
	Name             string
	Value, Low, High float64 // SI
	Unit             string
	Tag              Tag
	Source           string
	// Setting is the key of the chip's setting that takes the figure's place where
	// there is one; the band then moves in proportion.
	Setting string
	of      func(*fabric.Chip) float64
}

// Table is a named set of figures.
type Table struct {
	Name    string
	Figures []Figure
}

// Names of the figures of a table.
const (
	figCurrent   = "op-amp current"
	figADC       = "ADC step"
	figDAC       = "DAC conversion"
	figCompare   = "comparator decision"
	figFollower  = "follower current"
	figReadTime  = "follower time"
	figWire      = "wire capacitance"
	figLine      = "pulse line capacitance"
	figActive    = "pulse line activity"
	figGenerator = "pulse generator"
	figWord      = "microword"
	figSwitch    = "configuration bit"
	figSRAM      = "SRAM byte"
	figDRAM      = "DRAM byte"
	figAdd       = "fp32 addition"
	figMul       = "fp32 multiplication"
	figExp       = "fp32 exponential"
	figInt8      = "int8 multiply-accumulate"
	figFP16      = "fp16 multiply-accumulate"
	figFP32      = "fp32 multiply-accumulate"
	areaPair     = "area of a weight pair"
	areaHold     = "area of a hold capacitor"
	areaOpAmp    = "area of an op-amp"
	areaADC      = "area of an ADC"
	areaDAC      = "area of a DAC"
	areaBit      = "area of an SRAM bit"
)

// areaUnit is the unit of the figures that price nothing but area.
const areaUnit = "m2"

const (
	horowitz  = "Horowitz, ISSCC 2014, 45 nm"
	accelergy = "via Accelergy hwcomponents-library"
	factorTwo = "; band a factor of two either way [A]"
)

// digitalSupply is the supply that the digital figures of fabric45 hold for, V
// (physics.md §1).
const digitalSupply = 0.9

// logic is a figure of the control unit's logic: what a node takes to switch grows
// with the square of its supply.
func logic(f Figure) Figure {
	nominal := f.Value
	f.Setting = "supply.digital"
	f.of = func(c *fabric.Chip) float64 {
		v := c.Supply.Digital / digitalSupply
		return nominal * v * v
	}
	return f
}

var fabric45 = &Table{Name: "fabric45", Figures: []Figure{
	{figCurrent, 160e-6, 80e-6, 320e-6, "A", Sourced, "Baker, CMOS Circuit Design ch. 26, a 1 V design" + factorTwo,
		"opamp.current", func(c *fabric.Chip) float64 { return c.Opamp.Current }},
	{figADC, 25e-15, 14e-15, 33e-15, "J", Sourced, "Murmann ADC survey: median and quartiles of 12 SAR at 40-45 nm, SNDR 42-58 dB",
		"adc.energy", func(c *fabric.Chip) float64 { return c.ADC.Energy }},
	{figDAC, 0.291e-12, 0.146e-12, 0.582e-12, "J", Sourced, "8 b SAR DAC, VLSI-C 2018, 40 nm, " + accelergy + factorTwo,
		"dac.energy", func(c *fabric.Chip) float64 { return c.DAC.Energy }},
	{figCompare, 67e-15, 41.7e-15, 134e-15, "J", Sourced, "65 nm comparator; low end TIMELY, ISCA 2020; high end twice [A]",
		"comparator.energy", func(c *fabric.Chip) float64 { return c.Comparator.Energy }},
	{Name: figFollower, Value: 5e-6, Low: 2.5e-6, High: 10e-6, Unit: "A", Tag: Assumed, Source: "read-out follower of a hold capacitor" + factorTwo},
	{Name: figReadTime, Value: 30e-9, Low: 15e-9, High: 60e-9, Unit: "s", Tag: Assumed, Source: "time that it is on" + factorTwo},
	{Name: figWire, Value: 0.2e-9, Low: 0.15e-9, High: 0.3e-9, Unit: "F/m", Tag: Sourced, Source: "0.2 fF/um, " + accelergy + "; band [A]"},
	{Name: figLine, Value: 1e-15, Low: 0.5e-15, High: 2e-15, Unit: "F", Tag: Assumed, Source: "a pulse line at one cell" + factorTwo},
	{Name: figActive, Value: 0.25, Low: 0.125, High: 0.5, Unit: "", Tag: Assumed, Source: "share of slots in which a line of a train moves" + factorTwo},
	logic(Figure{Name: figGenerator, Value: 0.03e-12, Low: 0.015e-12, High: 0.06e-12, Unit: "J", Tag: Assumed, Source: "logic of a pulse generator, a slot, without its comparator" + factorTwo}),
	logic(Figure{Name: figWord, Value: 12e-12, Low: 6e-12, High: 24e-12, Unit: "J", Tag: Derived, Source: "64-bit word of an 8 KB SRAM, counter and registers; " + horowitz + factorTwo}),
	logic(Figure{Name: figSwitch, Value: 9e-15, Low: 4.5e-15, High: 18e-15, Unit: "J", Tag: Derived, Source: "a register bit; Aladdin, ISCA 2014" + factorTwo}),
	logic(Figure{Name: figSRAM, Value: sramByte, Low: sramByte, High: 2.5e-12, Unit: "J", Tag: Sourced, Source: "8 KB SRAM, 10 pJ a word of 64 bits; high end 32 KB; " + horowitz}),
	{Name: figDRAM, Value: 244e-12, Low: 162.5e-12, High: 325e-12, Unit: "J", Tag: Sourced, Source: "1.3-2.6 nJ a word of 64 bits; " + horowitz},
	logic(Figure{Name: figAdd, Value: 0.9e-12, Low: 0.9e-12, High: 0.9e-12, Unit: "J", Tag: Sourced, Source: horowitz}),
	logic(Figure{Name: figMul, Value: 3.7e-12, Low: 3.7e-12, High: 3.7e-12, Unit: "J", Tag: Sourced, Source: horowitz}),
	logic(Figure{Name: figExp, Value: 20e-12, Low: 10e-12, High: 40e-12, Unit: "J", Tag: Assumed, Source: "a few multiplications and additions" + factorTwo}),
	{Name: figInt8, Value: macInt8, Low: macInt8, High: macInt8, Unit: "J", Tag: Sourced, Source: "0.2 + 0.1 pJ; " + horowitz},
	{Name: figFP16, Value: macFP16, Low: macFP16, High: macFP16, Unit: "J", Tag: Sourced, Source: "1.1 pJ and an fp32 addition, 0.9; " + horowitz},
	{Name: figFP32, Value: macFP32, Low: macFP32, High: macFP32, Unit: "J", Tag: Sourced, Source: "3.7 + 0.9 pJ; " + horowitz},
	{Name: areaPair, Value: 50e-12, Low: 8e-12, High: 50e-12, Unit: areaUnit, Tag: Assumed, Source: "two metal capacitors at 2 fF/um2; low end trench capacitors"},
	{Name: areaHold, Value: 25e-12, Low: 4e-12, High: 25e-12, Unit: areaUnit, Tag: Assumed, Source: "half a weight pair"},
	{Name: areaOpAmp, Value: 500e-12, Low: 250e-12, High: 1000e-12, Unit: areaUnit, Tag: Assumed, Source: "an amplifier with its feedback" + factorTwo},
	{Name: areaADC, Value: 0.019e-6, Low: 0.0095e-6, High: 0.038e-6, Unit: areaUnit, Tag: Sourced, Source: "Murmann ADC survey" + factorTwo},
	{Name: areaDAC, Value: 438e-12, Low: 219e-12, High: 876e-12, Unit: areaUnit, Tag: Sourced, Source: "8 b SAR DAC, VLSI-C 2018, 40 nm, " + accelergy + factorTwo},
	{Name: areaBit, Value: 0.346e-12, Low: 0.173e-12, High: 0.692e-12, Unit: areaUnit, Tag: Assumed, Source: "six-transistor cell at 45 nm" + factorTwo},
}}

var tables = []*Table{fabric45, isaac32, timely65, hcdc}

// Tables are all tables of costs by name, the machine's own first.
func Tables() []string {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = t.Name
	}
	return names
}

// Lookup returns the named table of costs.
func Lookup(name string) (*Table, error) {
	for _, t := range tables {
		if t.Name == name {
			return t, nil
		}
	}
	return nil, fmt.Errorf("no table of costs is called %q; there are %s", name, strings.Join(Tables(), ", "))
}

// Figure returns a figure as it holds for a chip: the chip's own setting with the
// figure's band around it, where the chip has one. ok is false where the table has
// no such figure.
func (t *Table) Figure(name string, chip *fabric.Chip) (f Figure, ok bool) {
	for _, f := range t.Figures {
		if f.Name == name {
			return f.on(chip), true
		}
	}
	return Figure{}, false
}

// On returns all figures as they hold for a chip, in the table's order.
func (t *Table) On(chip *fabric.Chip) []Figure {
	list := make([]Figure, len(t.Figures))
	for i, f := range t.Figures {
		list[i] = f.on(chip)
	}
	return list
}

func (f Figure) on(chip *fabric.Chip) Figure {
	if f.of != nil {
		k := f.of(chip) / f.Value
		f.Value, f.Low, f.High = k*f.Value, k*f.Low, k*f.High
	}
	return f
}

// band is one end of a figure's band, or its value.
type band uint8

const (
	nominal band = iota
	low
	high
	bands
)

// must is the figure at one end of its band. Every table has every figure: a test
// looks.
func (t *Table) must(name string, chip *fabric.Chip, at band) float64 {
	f, ok := t.Figure(name, chip)
	if !ok {
		panic("ledger: table " + t.Name + " has no figure " + name)
	}
	return [bands]float64{f.Value, f.Low, f.High}[at]
}
