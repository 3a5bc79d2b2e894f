package evaluate

import (
	"fmt"
	"math"

	"acl/fabric"
	"acl/fabric/circuit"
	"acl/lang/quantity"
)

// How devices are sized, what is left of them, and the ranges that they work in.

const physicsSource = "physics.md"

// reals is a record of plain numbers and quantities.
func reals(name, section, doc, example string, run func(*args) (Record, error), params ...Param) Form {
	return Form{
		Name: name, Source: physicsSource + " " + section, Doc: doc, Result: "a record", Example: example, Params: params,
		run: func(a *args) (Value, error) { return run(a) },
	}
}

func sizingForms() []Form {
	return []Form{
		reals("circuit.amplifier", "§1", "slew rate, transconductance, gain times bandwidth and input noise of an amplifier, by the current of its tail and its capacitor",
			"circuit.amplifier(tail = 20uA, c = 50fF)", amplifier,
			q("tail", ampere, "current of the input pair").or(20e-6).positive(), q("c", farad, "compensation").or(50e-15).positive(),
			q("per_current", none.Over(volt), "g_m/I_D of the pair: 15 / 1V").or(15).positive(), temperature()),
		scalar("circuit.pelgrom", "Pelgrom, JSSC 24:1433", "the sd of a threshold by the gate's area: coefficient/√area", volt,
			sure(func(a *args) float64 { return circuit.Pelgrom(a.num("coefficient"), a.num("area")) }),
			"circuit.pelgrom(coefficient = 3.5mV * 1um, area = 1.44um2)", q("coefficient", volt.Times(quantity.Length), "A_VT, such as 3.5mV * 1um").notNegative(),
			q("area", area, "width times length of the gate").positive()),
		scalar("circuit.retention", circuitSource, "the time constant of a capacitor that holds some volts and leaks: C V/I", second,
			sure(func(a *args) float64 { return circuit.Retention(a.num("c"), a.num("swing"), a.num("leak")) }), "circuit.retention(leak = 1pA)",
			q("c", farad, "the capacitor").key("cap.weight").positive(), q("swing", volt, "that it holds").key("rail.weight").positive(),
			q("leak", ampere, "of the node").key("cap.leak").positive()),
		scalar("circuit.triode_room", circuitSource, "the largest input with which cells stay in the triode range: V_ov - V_W/2", volt,
			sure(func(a *args) float64 { return circuit.TriodeRoom(a.on()) }), "circuit.triode_room(chips.fabric45)").ofChip(),
		scalar("circuit.weight_window", circuitSource, "the largest weight whose gates the supply of the cells reaches: 2(VDDW - VDDA/2 - V_TH - V_ov)/V_W", none,
			func(a *args) (float64, error) {
				w := circuit.WeightWindow(a.on())
				if math.IsInf(w, 1) {
					return w, fmt.Errorf("vcr.law = %s: its gates are not charged from supply.cells", a.on().VCR.Law)
				}
				return w, nil
			}, "circuit.weight_window(chips.fabric45)").ofChip(),
		scalar("circuit.common_mode", circuitSource, "what inputs bring each amplifier of a read-out by pairs to, whatever the weights: R_f β V_ov V_X Σ|x|", volt,
			sure(func(a *args) float64 { return circuit.CommonModeOf(a.on(), a.num("sum"), a.num("bound")) }), "circuit.common_mode(sum = 30)",
			q("sum", none, "of the magnitudes of the inputs, in full ones").notNegative(), readBound()).ofChip(),
		scalar("circuit.settling_energy", physicsSource+" §9", "what an amplifier takes to settle to half a step of a converter: VDDA I_q/GBW NG (bits+1) ln2/2π", energy,
			sure(func(a *args) float64 {
				return circuit.SettlingEnergy(a.num("supply"), a.num("current"), a.num("bandwidth"), a.num("noise_gain"), a.count("bits"))
			}), "circuit.settling_energy(noise_gain = 22.3)",
			q("noise_gain", none, "1 + R_f times the conductance at the node").atLeastOne(), q("current", ampere, "quiescent current").key("opamp.current").notNegative(),
			q("bandwidth", quantity.Frequency, "gain times bandwidth").key("opamp.bandwidth").positive(), q("supply", volt, "supply").key("supply.analog").notNegative(),
			Param{Name: "bits", Kind: Whole, Key: "adc.bits", Limit: NotNegative, Doc: "of the converter"}),
	}
}

func amplifier(a *args) (Record, error) {
	s := circuit.Size(a.num("tail"), a.num("c"), a.num("per_current"), a.num("temperature"))
	return Record{
		{"slew", number(s.Slew, quantity.SlewRate)}, {"transconductance", number(s.Transconductance, quantity.Conductance)},
		{"bandwidth", number(s.Bandwidth, quantity.Frequency)}, {"noise", number(s.Noise, quantity.VoltageNoise)},
	}, nil
}

// residueForms are errors that stay, and ranges.
func residueForms() []Form {
	share := func(name, doc string) Param { return q(name, none, doc) }
	return []Form{
		scalar("circuit.pair_residue", physicsSource+" §4.1", "the error of a product that plain triodes of a pair with unlike β leave: -(x² V_X/2V_W)(δβ₊ - δβ₋)", none,
			sure(func(a *args) float64 { return circuit.PairResidue(a.on(), a.num("x"), a.num("plus"), a.num("minus")) }),
			"circuit.pair_residue(x = 1, plus = 0.8%, minus = -0.8%)", share("x", "input, of a full one"), share("plus", "relative error of the β of the one").or(0),
			share("minus", "of the other").or(0)).ofChip(),
		scalar("circuit.relu_dead_zone", physicsSource+" §4.3", "the input, of a full one, below which a rectifier puts out nothing: (1+k)V_D/(A0 V_X)", none,
			sure(func(a *args) float64 { return circuit.DeadZone(a.on(), a.num("k"), a.num("drop")) }), "circuit.relu_dead_zone()",
			share("k", "feedback resistor over the input resistor").or(1).positive(), q("drop", volt, "of the diode").or(0.6).notNegative()).ofChip(),
		vector("circuit.softmax_error", physicsSource+" §4.3", "the sd of each share of a softmax whose logits err: p √((1-p)² + Σ p_j²) sigma", none,
			func(a *args) ([]float64, error) {
				p, sum := a.list("p"), 0.0
				for _, v := range p {
					sum += v
				}
				if math.Abs(sum-1) > 1e-3 {
					return nil, fmt.Errorf("the shares p add up to %g: they have to add up to 1", sum)
				}
				return circuit.SoftmaxError(p, a.num("sigma")), nil
			}, "circuit.softmax_error(p = [0.25, 0.25, 0.5])", qs("p", none, "shares").notNegative(),
			q("sigma", none, "sd of a logit, in nats").notNegative().from("opamp.offset over kT/q", func(c *fabric.Chip) float64 {
				return c.Opamp.Offset / circuit.ThermalVoltage(c.Temperature)
			})),
		scalar("circuit.softmax_range", physicsSource+" §8", "the range of a translinear softmax in nats: ln(current/floor)", none,
			func(a *args) (float64, error) {
				return logRange("current", a.num("current"), "floor", a.num("floor"), 1)
			}, "circuit.softmax_range()", q("current", ampere, "of the tail").or(10e-6).positive(), q("floor", ampere, "least current that tells from none").or(10e-12).positive()),
		scalar("circuit.exponent_range", physicsSource+" §8", "the range of exponentials and a divider in nats: ln(swing/(3 floor))", none,
			func(a *args) (float64, error) { return logRange("swing", a.num("swing"), "floor", a.num("floor"), 3) },
			"circuit.exponent_range()", q("swing", volt, "full scale of an exponential").positive().from("the nearer end of rail.swing", circuit.Swing),
			q("floor", volt, "offset at an amplifier").or(1e-3).positive()),
		scalar("circuit.volts_per_nat", physicsSource+" §8", "the volts that stand for a nat of softmax temperature 1: n kT/q", volt,
			sure(func(a *args) float64 { return a.num("ideality") * circuit.ThermalVoltage(a.num("temperature")) }), "circuit.volts_per_nat()",
			q("ideality", none, "n of the devices").or(1).positive(), temperature()),
		scalar("circuit.tanh_scale", physicsSource+" §4.3", "what a full input is to the tanh of a pair: k V_X/(2n kT/q)", none,
			sure(func(a *args) float64 {
				return a.num("k") * a.on().Rail.Input / (2 * a.num("slope") * circuit.ThermalVoltage(a.num("temperature")))
			}), "circuit.tanh_scale()", q("k", none, "scale before the pair").or(1).positive(), q("slope", none, "n; 1 for bipolar transistors").or(1.18).positive(), temperature()).ofChip(),
		reals("circuit.stored", "§7", "a value of the stack after some time and rewrites: its mean, and the sd that kT/C of each write gives it",
			"circuit.stored(v = 0.3V, time = 1ms)", stored, q("v", volt, "written; a plain number is a share of rail.input").share("rail.input"),
			q("pedestal", volt, "that the switch adds to each write").or(0), q("time", second, "from write to read").notNegative(),
			q("tau", second, "time constant of the leak").positive().from("cap.hold × rail.weight / cap.leak", holdTau),
			Param{Name: "rewrites", Kind: Whole, Limit: NotNegative, Default: whole(0), Doc: "on the way, after equal times"},
			q("c", farad, "the capacitor").key("cap.hold").positive(), temperature()),
	}
}

// logRange is ln(top/(k floor)), an error where nothing is left.
func logRange(topName string, top float64, floorName string, floor, k float64) (float64, error) {
	if top <= k*floor {
		return 0, fmt.Errorf("%s = %g, %s = %g: no range is left between them", topName, top, floorName, floor)
	}
	return math.Log(top / (k * floor)), nil
}

// stored lets a value droop and be written again: a rewrite takes what is left, with a
// pedestal and a noise of its own.
func stored(a *args) (Record, error) {
	n := a.count("rewrites")
	if n > mostItems {
		return nil, fmt.Errorf("rewrites = %d: there may be %d at most", n, mostItems)
	}
	keep := math.Exp(-a.num("time") / float64(n+1) / a.num("tau"))
	sigma := circuit.HoldNoise(a.num("c"), a.num("temperature"))
	mean, variance := a.num("v"), 0.0
	for range n + 1 {
		mean = (mean + a.num("pedestal")) * keep
		variance = (variance + sigma*sigma) * keep * keep
	}
	return Record{{"mean", number(mean, volt)}, {"sd", number(math.Sqrt(variance), volt)}}, nil
}
