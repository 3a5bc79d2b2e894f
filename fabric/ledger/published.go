package ledger

import "acl/fabric"

// Tables with the figures of published machines. A machine's figures price the
// events of ours that it has a part for; what it has none for, or does not give,
// stays fabric45's, unscaled, and counts as assumed. So the tables answer "what
// would these converters and memories make of this run", not "what would that
// machine take".

const (
	isaacSource  = "ISAAC, ISCA 2016, 32 nm"
	timelySource = "TIMELY, ISCA 2020, table II, 65 nm"
	hcdcSource   = "continuous-time hybrid computer, 65 nm (Guo, JSSC 51:1514, 2016): component table of Huang, ISCA 2016, quoted from memory"
)

// The eight converters of an ISAAC unit take 16 mW at 1.2 GS/s each, and its 1024
// drivers of one bit 4 mW while they wait for them: 100 of 128 cycles are used.
const (
	isaacADC    = 16e-3 / 8 / 1.2e9                    // J a conversion of 8 bits
	isaacDriver = 4e-3 / (128 * 8 * 1.2e7) * 128 / 100 // J a bit and row
	isaacEDRAM  = 20.45e-12 / 32                       // J a byte of the 64 KB buffer
	isaacBus    = 0.054e-12 * 8                        // J a byte on the way there
	isaacRouter = 20.74e-12 / 32                       // J a byte
)

// isaac32 has the converters, drivers and buffers of ISAAC.
var isaac32 = published("isaac32", "ISAAC", []Figure{
	{Name: figADC, Value: isaacADC / 256, Low: isaacADC / 512, High: isaacADC / 128, Unit: "J", Tag: Derived,
		Source: "16 mW for 8 converters of 8 b at 1.2 GS/s, over 2^8; " + isaacSource + ", " + accelergy + factorTwo},
	{Name: figDAC, Value: 8 * isaacDriver, Low: 4 * isaacDriver, High: 16 * isaacDriver, Unit: "J", Tag: Derived,
		Source:  "a driver of 1 b, 0.417 pJ, in as many cycles as the input has bits; " + isaacSource + ", " + accelergy + factorTwo,
		Setting: "dac.bits", of: func(c *fabric.Chip) float64 { return float64(max(c.DAC.Bits, 1)) * isaacDriver }},
	{Name: figSRAM, Value: isaacEDRAM + isaacBus, Low: isaacEDRAM, High: isaacEDRAM + isaacBus + isaacRouter, Unit: "J", Tag: Derived,
		Source: "64 KB of eDRAM with its bus; low end without, high end with a router; " + isaacSource + ", " + accelergy},
	{Name: areaADC, Value: 1.2e-9, Low: 0.6e-9, High: 2.4e-9, Unit: areaUnit, Tag: Sourced, Source: isaacSource + ", " + accelergy + factorTwo},
	{Name: areaDAC, Value: 170e-12 / 1024, Low: 85e-12 / 1024, High: 340e-12 / 1024, Unit: areaUnit, Tag: Derived,
		Source: "a driver of 1 b: 170 um2 for 1024; " + isaacSource + ", " + accelergy + factorTwo},
	{Name: areaBit, Value: 0.083e-6 / (64 * 1024 * 8), Low: 0.0415e-6 / (64 * 1024 * 8), High: 0.166e-6 / (64 * 1024 * 8), Unit: areaUnit, Tag: Derived,
		Source: "0.083 mm2 for 64 KB of eDRAM; " + isaacSource + ", " + accelergy + factorTwo},
})

// The converter of a TIMELY column is a comparator that charges and a time-to-
// digital converter. Its buffer of 2 KB is read and written 16 bytes at a time.
const (
	timelyADC   = 145e-15 + 41.7e-15 // J a conversion of 8 bits
	timelyRead  = 203.776e-12 / 16   // J a byte
	timelyWrite = 496.624e-12 / 16   // J a byte
)

// timely65 has the converters in the time domain and the buffers of TIMELY.
var timely65 = published("timely65", "TIMELY", []Figure{
	{Name: figADC, Value: timelyADC / 256, Low: 145e-15 / 256, High: timelyADC / 128, Unit: "J", Tag: Derived,
		Source: "time-to-digital converter of 8 b, 145 fJ, and charging comparator, 41.7 fJ, over 2^8; " + timelySource + ", " + accelergy + "; low end without comparator, high end twice [A]"},
	{Name: figDAC, Value: 37.5e-15, Low: 18.75e-15, High: 75e-15, Unit: "J", Tag: Sourced,
		Source: "digital-to-time converter of 8 b; " + timelySource + ", " + accelergy + factorTwo},
	{Name: figCompare, Value: 41.7e-15, Low: 20.85e-15, High: 83.4e-15, Unit: "J", Tag: Sourced, Source: timelySource + ", " + accelergy + factorTwo},
	{Name: figSRAM, Value: (timelyRead + timelyWrite) / 2, Low: timelyRead, High: timelyWrite, Unit: "J", Tag: Derived,
		Source: "2 KB buffer: mean of a read, the low end, and a write, the high end; " + timelySource + ", " + accelergy},
	{Name: areaADC, Value: 350e-12, Low: 175e-12, High: 700e-12, Unit: areaUnit, Tag: Sourced,
		Source: "time-to-digital converter, 310 um2, and comparator, 40 um2; " + timelySource + ", " + accelergy + factorTwo},
	{Name: areaDAC, Value: 240e-12, Low: 120e-12, High: 480e-12, Unit: areaUnit, Tag: Sourced,
		Source: "digital-to-time converter; " + timelySource + ", " + accelergy + factorTwo},
})

// The blocks of the continuous-time computer have a bandwidth of 20 kHz.
const (
	hcdcBand       = 20e3   // Hz
	hcdcIntegrator = 28e-6  // W
	hcdcADC        = 54e-6  // W
	hcdcDAC        = 4.6e-6 // W
)

// hcdcCurrent is the current of an amplifier of our bandwidth that takes as much
// energy to settle as theirs, whose gain-bandwidth is twice the band (noise gain
// 2): power over bandwidth is what the energy of a settling follows (physics.md §9).
func hcdcCurrent(supply, bandwidth float64) float64 {
	return hcdcIntegrator / supply * bandwidth / (2 * hcdcBand)
}

// hcdc has the amplifiers and converters of a continuous-time hybrid computer:
// slow, and meant for equations of a few variables.
var hcdc = published("hcdc", "the hybrid computer", []Figure{
	{Name: figCurrent, Value: hcdcCurrent(1.8, 500e6), Low: hcdcCurrent(1.8, 500e6) / 2, High: 2 * hcdcCurrent(1.8, 500e6), Unit: "A", Tag: Assumed,
		Source:  "an integrator's 28 uW at 20 kHz, at equal energy a settling of the chip's bandwidth; " + hcdcSource + factorTwo,
		Setting: "opamp.bandwidth", of: func(c *fabric.Chip) float64 { return hcdcCurrent(c.Supply.Analog, c.Opamp.Bandwidth) }},
	{Name: figADC, Value: hcdcADC / (2 * hcdcBand) / 256, Low: hcdcADC / (4 * hcdcBand) / 256, High: hcdcADC / hcdcBand / 256, Unit: "J", Tag: Assumed,
		Source: "54 uW at 40 kS/s and 8 b, over 2^8; " + hcdcSource + factorTwo},
	{Name: figDAC, Value: hcdcDAC / (2 * hcdcBand), Low: hcdcDAC / (4 * hcdcBand), High: hcdcDAC / hcdcBand, Unit: "J", Tag: Assumed,
		Source: "4.6 uW at 40 kS/s; " + hcdcSource + factorTwo},
	{Name: areaOpAmp, Value: 0.040e-6, Low: 0.020e-6, High: 0.080e-6, Unit: areaUnit, Tag: Assumed, Source: "an integrator; " + hcdcSource + factorTwo},
	{Name: areaADC, Value: 0.054e-6, Low: 0.027e-6, High: 0.108e-6, Unit: areaUnit, Tag: Assumed, Source: hcdcSource + factorTwo},
	{Name: areaDAC, Value: 0.022e-6, Low: 0.011e-6, High: 0.044e-6, Unit: areaUnit, Tag: Assumed, Source: hcdcSource + factorTwo},
})

// digital are the figures of the machines that ours are set beside, the same in
// every table.
var digital = map[string]bool{figInt8: true, figFP16: true, figFP32: true}

// published is a table with a machine's own figures; the others are fabric45's.
func published(name, machine string, own []Figure) *Table {
	t := &Table{Name: name}
	for _, f := range fabric45.Figures {
		if digital[f.Name] {
			t.Figures = append(t.Figures, f)
			continue
		}
		f.Source = "not of " + machine + ", fabric45's unscaled [" + string(f.Tag) + "]: " + f.Source
		f.Tag = Assumed
		for _, g := range own {
			if g.Name == f.Name {
				f = g
			}
		}
		t.Figures = append(t.Figures, f)
	}
	return t
}

// Ignores reports whether a chip's setting, which replaces a figure of fabric45,
// replaces none of this table.
func (t *Table) Ignores(setting string) bool {
	in := func(t *Table) bool {
		for _, f := range t.Figures {
			if f.Setting == setting {
				return true
			}
		}
		return false
	}
	return in(fabric45) && !in(t)
}
