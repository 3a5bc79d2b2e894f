package ledger

import "acl/fabric"

// Macro is a figure of a published circuit beside what this model gives for the
// same work, so that a reader sees how far the model is from silicon.
type Macro struct {
	Name      string
	Model     float64
	Reference float64
	Unit      string
	Tag       Tag
	Source    string
}

// Ratio is the model over the reference.
func (m Macro) Ratio() float64 { return m.Model / m.Reference }

// macroBits is the resolution of C3PU's weights, and macroRows that of the tiles
// of ISAAC and TIMELY whose converters are compared.
const (
	macroBits = 4
	macroRows = 128
)

// Macros sets a chip and a table of costs beside published circuits.
func Macros(chip *fabric.Chip, t *Table) []Macro {
	coarse := *chip
	coarse.ADC.Bits, coarse.DAC.Bits = macroBits, macroBits
	tile := RecipeOf(&coarse, t)
	read := tile.Bill(tile.MVM(Forward, macroRows, macroRows, 0)).Total().Value
	adc, dac := t.must(figADC, chip, nominal), t.must(figDAC, chip, nominal)
	converters := macroRows * (256*adc + dac)
	return []Macro{
		{"multiply-accumulate at 4 bits, whole read", read / (macroRows * macroRows), 66.4e-15, "J", Sourced,
			"C3PU, arXiv 2110.05947: 8 b x 4 b, 65 nm, 0.3 V; no amplifier a column"},
		{"digital multiply-accumulate, 8 b x 4 b", integerProduct(8, 4) + integerSum, 3.4 * 66.4e-15, "J", Derived,
			"C3PU's digital reference, 3.4 times its own, 65 nm"},
		{"converters of a read of 128 x 128 at 8 bits", converters, macroRows * (isaacADC + isaacDriver), "J", Derived,
			"ISAAC, ISCA 2016: 128 conversions, 128 drivers of 1 b; " + accelergy},
		{"the same in the time domain", converters, macroRows * (timelyADC + 37.5e-15), "J", Derived,
			"TIMELY, ISCA 2020: 128 time-to-digital converters with comparators, 128 digital-to-time; " + accelergy},
		{"power of a softmax of 10 inputs", 10 * 2 * t.must(figCurrent, chip, nominal) * chip.Supply.Analog, 3e-6, "W", Sourced,
			"Satapathy and Kaur, CSSP 2023: current mode, 0.18 um, 0.5 V; ours are two gated amplifiers an input"},
		{"area of a softmax of 10 inputs", 10 * 2 * t.must(areaOpAmp, chip, nominal), 2570e-12, areaUnit, Sourced,
			"Satapathy and Kaur, CSSP 2023, 0.18 um"},
	}
}
