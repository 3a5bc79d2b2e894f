package evaluate

import (
	"fmt"
	"math"

	"acl/fabric"
	"acl/fabric/circuit"
	"acl/lang/quantity"
)

// The amplifiers, resistors and multipliers of package circuit.

const circuitSource = "docs/fabric.md §3; package circuit"

var (
	volt   = quantity.Voltage
	ampere = quantity.Current
	ohm    = quantity.Resistance
	farad  = quantity.Capacitance
	second = quantity.Time
	kelvin = quantity.Temperature
	none   = quantity.None
)

// ampParams are those of an amplifier at DC; ampOf reads them.
func ampParams() []Param {
	return []Param{
		q("gain", none, "open-loop gain of the amplifier at DC").key("opamp.gain").positive(),
		q("offset", volt, "offset at the + input").or(0),
		{Name: "swing", Kind: Swing, Dim: volt, Key: "rail.swing", Doc: "where the output clips"},
	}
}

func ampOf(a *args) circuit.OpAmp {
	o := circuit.OpAmpOf(a.on())
	o.Gain, o.Offset = a.num("gain"), a.num("offset")
	s := a.get("swing").(Interval)
	o.Low, o.High = s.Low.Num, s.High.Num
	return o
}

// loopParams are those of an amplifier's dynamics; loopOf reads them.
func loopParams() []Param {
	return []Param{
		q("noise_gain", none, "1 + R_f times the conductance at the node").atLeastOne(),
		q("gain", none, "open-loop gain at DC").key("opamp.gain").positive(),
		q("bandwidth", quantity.Frequency, "gain times bandwidth").key("opamp.bandwidth").positive(),
	}
}

func loopOf(a *args) circuit.OpAmp {
	o := circuit.OpAmpOf(a.on())
	o.Gain, o.GBW = a.num("gain"), a.num("bandwidth")
	return o
}

func vcrParams() []Param {
	return []Param{
		words("law", "how the resistor follows its drive", "", "linearized", "triode", "jfet").key("vcr.law"),
		q("beta", quantity.Transistor, "transconductance factor").key("vcr.beta").positive(),
		q("threshold", volt, "threshold; of a JFET the pinch-off").key("vcr.threshold"),
		q("lambda", none.Over(volt), "channel-length modulation of a JFET: 0.05 / 1V").or(0).notNegative(),
	}
}

func vcrOf(a *args) circuit.VCR {
	return circuit.VCR{Law: circuit.Law(a.word("law")), Beta: a.num("beta"), Threshold: a.num("threshold"), Lambda: a.num("lambda")}
}

// temperature defaults to the chip's.
func temperature() Param {
	return q("temperature", kelvin, "of the device").key("temperature").positive()
}

func gate() Param {
	return q("gate", volt, "gate voltage of the resistor").from("vcr.threshold + vcr.overdrive", func(c *fabric.Chip) float64 {
		return c.VCR.Threshold + c.VCR.Overdrive
	})
}

func feedback() Param {
	return q("feedback", ohm, "feedback resistor").positive().from("that of a read-out of the chip", func(c *fabric.Chip) float64 {
		return circuit.FeedbackResistor(c, 0)
	})
}

func overdrive() Param {
	return q("overdrive", volt, "of the gate of a weight of zero").key("vcr.overdrive").positive()
}

// form chooses between a rule for each device and the one that arrays compute with.
func exactness() Param {
	return words("form", "exact: each device by its law; tensor: as arrays compute", "exact", "exact", "tensor")
}

func amplifierForms() []Form {
	return []Form{
		scalar("circuit.sum", circuitSource, "the output of a summing amplifier: -Σ (feedback/r) v, with finite gain, offset and clip", volt,
			func(a *args) (float64, error) { return ampOf(a).Sum(a.num("feedback"), a.list("v"), a.list("r")) },
			"circuit.sum(v = [0.1V, -0.25V, 0.05V], r = [15kOhm, 30kOhm, 60kOhm], feedback = 30kOhm)",
			join([]Param{qs("v", volt, "inputs"), qs("r", ohm, "a resistor for each").positive(),
				q("feedback", ohm, "feedback resistor").positive()}, ampParams())...),
		scalar("circuit.difference", circuitSource, "v2 - v1 by a difference amplifier of equal resistors", volt,
			func(a *args) (float64, error) { return ampOf(a).Difference(a.num("v1"), a.num("v2")) },
			"circuit.difference(v1 = 0.1V, v2 = 0.3V)",
			join([]Param{q("v1", volt, "taken away"), q("v2", volt, "taken from")}, ampParams())...),
		scalar("circuit.bandwidth", circuitSource, "the -3 dB frequency of a closed loop", quantity.Frequency,
			sure(func(a *args) float64 { return loopOf(a).Bandwidth(a.num("noise_gain")) }),
			"circuit.bandwidth(noise_gain = 2)", loopParams()...),
		scalar("circuit.tau", circuitSource, "the time constant of a closed loop", second,
			sure(func(a *args) float64 { return loopOf(a).Tau(a.num("noise_gain")) }),
			"circuit.tau(noise_gain = 5)", loopParams()...),
		settleForm(),
		scalar("circuit.noise", circuitSource, "the output noise of one side of a closed loop, rms", volt, noise,
			"circuit.noise(noise_gain = 11.67, feedback = 166.7kOhm)",
			join(loopParams(), []Param{q("feedback", ohm, "feedback resistor; 0 leaves the amplifier's own").or(0).notNegative(),
				q("noise", quantity.VoltageNoise, "of the amplifier at its input").key("opamp.noise").notNegative(), temperature()})...),
		scalar("circuit.power", circuitSource, "the quiescent power of an amplifier", quantity.Power,
			sure(func(a *args) float64 {
				return circuit.OpAmp{Current: a.num("current")}.Power(a.num("supply"))
			}), "circuit.power()",
			q("current", ampere, "quiescent current").key("opamp.current").notNegative(),
			q("supply", volt, "supply").key("supply.analog").notNegative()),
	}
}

func settleForm() Form {
	return scalar("circuit.settle", circuitSource,
		"how long a step of the output takes to come within an error, slewing first where it is large; "+
			"the error is that of half a step of a converter of `bits` bits over the step, or `error`", second,
		sure(settle), "circuit.settle(noise_gain = 2, step = 0.7V)",
		join(loopParams(), []Param{q("step", volt, "of the output"),
			q("slew", quantity.SlewRate, "limit of the rise").key("opamp.slew").positive(),
			{Name: "bits", Kind: Whole, Key: "adc.bits", Limit: NotNegative, Doc: "of the converter"},
			q("error", volt, "in place of bits where it is above 0").or(0).notNegative()})...)
}

func settle(a *args) float64 {
	o := loopOf(a)
	o.Slew = a.num("slew")
	if e := a.num("error"); e > 0 {
		return o.Settle(a.num("noise_gain"), a.num("step"), e)
	}
	return o.SettleBits(a.num("noise_gain"), a.num("step"), a.count("bits"))
}

func noise(a *args) (float64, error) {
	o := loopOf(a)
	o.Noise = a.num("noise")
	return o.NoiseRMS(a.num("noise_gain"), a.num("feedback"), a.num("temperature")), nil
}

func resistorForms() []Form {
	drive := q("v", volt, "drive, against a node at 0V").share("rail.input")
	return []Form{
		scalar("circuit.vcr_current", circuitSource, "the current that a drive pushes through a voltage-controlled resistor", ampere,
			func(a *args) (float64, error) {
				r := vcrOf(a).At(a.num("temperature"))
				return r.Current(a.num("gate"), a.num("v")), r.Check()
			}, "circuit.vcr_current(v = 0.1V)", join([]Param{drive, gate()}, vcrParams(), []Param{deviceTemperature()})...),
		scalar("circuit.vcr_resistance", circuitSource, "v over the current of a voltage-controlled resistor", ohm,
			func(a *args) (float64, error) {
				return vcrOf(a).At(a.num("temperature")).Resistance(a.num("gate"), a.num("v"))
			}, "circuit.vcr_resistance(v = 0V)", join([]Param{drive, gate()}, vcrParams(), []Param{deviceTemperature()})...),
		scalar("circuit.multiply", circuitSource,
			"the product of an input and a weight by two resistors and two amplifiers: R_f β w x over 1 + NG/A0", volt,
			multiply, "circuit.multiply(x = 0.1V, w = 0.5)",
			join([]Param{
				q("x", volt, "input; a plain number is a share of rail.input").share("rail.input"),
				q("w", volt, "weight between the two gates; a plain number is a share of rail.weight").share("rail.weight"),
				feedback(), overdrive(), exactness(),
			}, vcrParams(), ampParams())...),
		scalar("circuit.multiply_single", circuitSource, "the output of one resistor into one amplifier, by the gate's voltage", volt,
			func(a *args) (float64, error) {
				m := circuit.Multiplier{Side: circuit.Side{Amp: ampOf(a), Feedback: a.num("feedback")}, Cell: vcrOf(a)}
				return m.Single(a.num("gate"), a.num("x"))
			},
			"circuit.multiply_single(x = 0.1V, gate = 0.8V)",
			join([]Param{q("x", volt, "input; a plain number is a share of rail.input").share("rail.input"), gate(), feedback()},
				vcrParams(), ampParams())...),
		scalar("circuit.divide", circuitSource,
			"the quotient of an input and the overdrive of a gate: -x/(r β u) over 1 + NG/A0; a plain triode has its own law", volt,
			divide, "circuit.divide(x = 0.08V, u = 0.35V, r = 150kOhm, beta = 15uA/V2)",
			join([]Param{
				q("x", volt, "divided"), q("u", volt, "overdrive of the gate, which divides"),
				q("r", ohm, "input resistor").positive().from("that of a weight of zero", func(c *fabric.Chip) float64 {
					return circuit.DividerOf(c).Input
				}),
				q("floor", volt, "least overdrive").or(circuit.SmallestOverdrive).positive(),
			}, vcrParams(), ampParams())...),
	}
}

// deviceTemperature is where the parameters of a device are given, unless said
// otherwise: the chip's own settings hold there.
func deviceTemperature() Param {
	return q("temperature", kelvin, "of the device, whose parameters are those at 300.15K").or(circuit.Nominal).positive()
}

func multiplier(a *args) circuit.Multiplier {
	return circuit.Multiplier{
		Side: circuit.Side{Amp: ampOf(a), Feedback: a.num("feedback")}, Cell: vcrOf(a),
		Mid: a.num("threshold") + a.num("overdrive"), Pair: a.on().Tiles.Readout == "pair",
	}
}

func multiply(a *args) (float64, error) {
	if a.word("form") == "tensor" {
		return multiplier(a).Tensor(a.num("w"), a.num("x"))
	}
	return multiplier(a).Exact(a.num("w"), a.num("x"))
}

func divide(a *args) (float64, error) {
	d := circuit.Divider{Amp: ampOf(a), Cell: vcrOf(a), Input: a.num("r"), Floor: a.num("floor")}
	return d.Divide(a.num("x"), a.num("u")+a.num("threshold"))
}

// tileForms are the statistics of a read-out that follow from the circuit.
func tileForms() []Form {
	rows := n("rows", "inputs that a column sums").from("tiles.size", func(c *fabric.Chip) float64 { return float64(c.Tiles.Size.H) })
	bound := q("bound", none, "range of the read-out; 0 for the chip's, else 20").or(0).notNegative()
	of := func(name, doc string, dim quantity.Dim, f func(*fabric.Chip, int, float64) float64) Form {
		return scalar("circuit."+name, "docs/fabric.md §4; package circuit", doc, dim,
			sure(func(a *args) float64 { return f(a.on(), a.count("rows"), a.num("bound")) }), "circuit."+name+"(rows = 128)", rows, bound)
	}
	chip := func(name, doc string, dim quantity.Dim, f func(*fabric.Chip) float64) Form {
		return scalar("circuit."+name, "docs/fabric.md §4; package circuit", doc, dim,
			sure(func(a *args) float64 { return f(a.on()) }), "circuit."+name+"(chips.fabric45)").ofChip()
	}
	return []Form{
		of("noise_gain", "the noise gain of a read-out of a tile", none, circuit.NoiseGain),
		of("column_gain", "the gain 1/(1 + NG/A0) of a read-out", none, circuit.ColumnGain),
		of("column_tau", "the time constant of a read-out", second, circuit.ColumnTau),
		of("column_settle", "how long a read-out takes over its swing, to half a step of the chip's ADC", second,
			func(c *fabric.Chip, rows int, bound float64) float64 {
				return circuit.ColumnSettle(c, rows, bound, c.ADC.Bits)
			}),
		of("read_noise", "the sd of the noise of one read, in normalised sums of w x", none, circuit.ReadNoiseSigma),
		of("offset", "the sd of a read-out's offset before auto-zero, in normalised sums of w x", none, circuit.OffsetSigma),
		chip("mismatch", "the sd of a cell's weight error, of full weight", none, circuit.MismatchSigma),
		chip("column_common", "the sd of the weight error that a read-out's resistors give to all its cells", none, circuit.ColumnCommonSigma),
		chip("quadratic", "the sd of the factor q in the residue q x² of a plain triode pair", none, circuit.QuadraticSigma),
		chip("write_noise", "the sd of a weight by the kT/C noise of writing it", none, circuit.WriteSigma),
		chip("conductance", "the mean conductance of a cell's resistor", quantity.Conductance, circuit.Conductance),
		scalar("circuit.feedback", "docs/fabric.md §4; package circuit", "the feedback resistor of a read-out of some range", ohm,
			sure(func(a *args) float64 { return circuit.FeedbackResistor(a.on(), a.num("bound")) }), "circuit.feedback(bound = 20)", bound).ofChip(),
		scalar("circuit.wire_drop", "docs/fabric.md §4; package circuit", "the share of a line's drive that its wire loses up to the last cell", none,
			sure(func(a *args) float64 { return circuit.WireDrop(a.on(), a.count("cells")) }), "circuit.wire_drop(cells = 128)",
			n("cells", "of the line")).ofChip(),
		scalar("circuit.ladder", "docs/fabric.md §4; package circuit", "the share of a line's drive that reaches one of its cells", none,
			ladder, "circuit.ladder(n = 128, k = 128, r = 1Ohm, g = 2uS)", ladderParams(n("k", "the cell, 1 the nearest"))...),
	}
}

// ladderParams are those of a line with a wire.
func ladderParams(more ...Param) []Param {
	return append([]Param{
		n("n", "cells of the line"),
		q("r", ohm, "of the wire between two cells").key("tiles.wire").notNegative(),
		q("g", quantity.Conductance, "of a cell").notNegative().from("two resistors of a weight of zero", func(c *fabric.Chip) float64 {
			return 2 * circuit.Conductance(c)
		}),
	}, more...)
}

func ladder(a *args) (float64, error) {
	if a.count("k") > a.count("n") {
		return math.NaN(), fmt.Errorf("k = %d: the line has %d cells", a.count("k"), a.count("n"))
	}
	return circuit.Ladder(a.count("n"), a.count("k"), a.num("r"), a.num("g")), nil
}
