package evaluate

import (
	"math"

	"acl/fabric"
	"acl/fabric/circuit"
	"acl/lang/quantity"
)

// The units made of junctions, comparators and capacitors.

func junctionParams(saturation float64) []Param {
	return []Param{
		q("saturation", ampere, "saturation current of the junction at 300.15K").or(saturation).positive(),
		q("ideality", none, "of the junction").or(1).positive(),
		q("series", ohm, "series resistance of the junction").or(0).notNegative(),
		q("xti", none, "exponent of the saturation current's temperature law").or(circuit.Silicon(1).Exponent),
		q("gap", volt, "of the semiconductor").or(circuit.Silicon(1).Gap).notNegative(),
	}
}

// ratioOf is a junction of which only the ideality counts.
func ratioOf(a *args) circuit.Junction {
	j := circuit.Silicon(1)
	j.Ideality = a.num("ideality")
	return j
}

func junctionOf(a *args) circuit.Junction {
	j := circuit.Silicon(a.num("saturation"))
	j.Ideality, j.Series, j.Exponent, j.Gap = a.num("ideality"), a.num("series"), a.num("xti"), a.num("gap")
	return j
}

// currentGain is β_F; 0 stands for no base current.
func currentGain() Param {
	return q("beta_f", none, "current gain; 0 for no base current").or(0).notNegative()
}

func gainOf(a *args) float64 {
	if b := a.num("beta_f"); b > 0 {
		return b
	}
	return math.Inf(1)
}

func junctionForms() []Form {
	return []Form{
		scalar("circuit.exponent", circuitSource, "the output of a junction into an inverting amplifier: -r I(x), about e^(x/nV_T)", volt,
			func(a *args) (float64, error) {
				e := circuit.ExponentConverter{Amp: ampOf(a), Junction: junctionOf(a), Feedback: a.num("r")}
				return e.Convert(a.num("x"), a.num("temperature"))
			}, "circuit.exponent(x = 0.5V, r = 5kOhm)",
			join([]Param{q("x", volt, "input"), q("r", ohm, "feedback resistor").or(5e3).positive(), temperature()},
				junctionParams(2e-15), ampParams())...),
		scalar("circuit.junction_ratio", circuitSource, "the current of one junction over that of a matched one: e^((v1-v2)/nV_T)", none,
			func(a *args) (float64, error) {
				return ratioOf(a).Ratio(a.num("v1"), a.num("v2"), a.num("temperature"))
			}, "circuit.junction_ratio(v1 = 0.05V, v2 = 0.01V)",
			join([]Param{q("v1", volt, "of the one"), q("v2", volt, "of the other"), temperature()}, junctionParams(2e-15)[1:2])...),
		scalar("circuit.saturation", circuitSource, "the saturation current of a junction at a temperature", ampere,
			func(a *args) (float64, error) {
				j := ratioOf(a)
				j.Saturation, j.Exponent, j.Gap = a.num("saturation"), a.num("xti"), a.num("gap")
				return j.SaturationAt(a.num("temperature")), j.Check()
			}, "circuit.saturation(temperature = 323.15K)", join([]Param{temperature()}, junctionParams(2e-15)[:2], junctionParams(2e-15)[3:])...),
		scalar("circuit.thermal_voltage", circuitSource, "kT/q", volt,
			sure(func(a *args) float64 { return circuit.ThermalVoltage(a.num("temperature")) }), "circuit.thermal_voltage()", temperature()),
		scalar("circuit.relu", circuitSource,
			"the output of the inverting precision rectifier: gain × -x below zero, close to zero above", volt,
			func(a *args) (float64, error) {
				r := circuit.Rectifier{Amp: ampOf(a), Diode: circuit.Silicon(a.num("saturation")), Input: a.num("r"), Gain: a.num("k")}
				return r.Output(a.num("x"), a.num("temperature"))
			}, "circuit.relu(x = -0.12V, k = 2)",
			join([]Param{
				q("x", volt, "input").share("rail.input"), q("r", ohm, "input resistor").or(40e3).positive(),
				q("k", none, "feedback resistor over the input resistor").or(1).positive(),
				q("saturation", ampere, "saturation current of the diode").or(1e-15).positive(), temperature(),
			}, ampParams())...),
	}
}

func tanhForms() []Form {
	load := q("load", ohm, "load resistor").or(30e3).positive()
	tail := q("tail", ampere, "current of the pair").or(5e-6).positive()
	x := q("x", volt, "difference of the two inputs")
	return []Form{
		scalar("circuit.tanh", circuitSource, "the output of a bipolar pair: load α_F tail tanh((x + V_os)/2V_T)", volt,
			func(a *args) (float64, error) {
				p := circuit.BipolarPair{Load: a.num("load"), Tail: a.num("tail"), Beta: gainOf(a), Skew: a.num("skew")}
				return p.Output(a.num("x"), a.num("temperature"))
			}, "circuit.tanh(x = 40mV)", x, load, tail, currentGain(),
			q("skew", none, "I_S of the one transistor over that of the other").or(1).positive(), temperature()),
		scalar("circuit.tanh_weak", circuitSource, "the output of a MOS pair in weak inversion: load tail tanh((x + offset)/2nV_T)", volt,
			func(a *args) (float64, error) {
				p := circuit.WeakPair{Load: a.num("load"), Tail: a.num("tail"), Slope: a.num("slope"), Offset: a.num("offset")}
				return p.Output(a.num("x"), a.num("temperature"))
			}, "circuit.tanh_weak(x = 40mV)", x, load, tail,
			q("slope", none, "n").or(1.18).positive(), q("offset", volt, "of the pair").or(0), temperature()),
		scalar("circuit.tanh_strong", circuitSource, "the output of a MOS pair in strong inversion, which is no tanh", volt,
			func(a *args) (float64, error) {
				return circuit.StrongPair{Load: a.num("load"), Tail: a.num("tail"), Beta: a.num("beta")}.Output(a.num("x"))
			}, "circuit.tanh_strong(x = 0.2V)", x, load, tail,
			q("beta", quantity.Transistor, "of the transistors").or(200e-6).positive()),
	}
}

func comparatorForms() []Form {
	return []Form{
		{
			Name: "circuit.compare", Source: circuitSource, Result: "true or false",
			Doc:     "whether plus is above minus, with the comparator's offset and hysteresis",
			Example: "circuit.compare(plus = 0.1V, minus = 0.05V)",
			Params: []Param{
				q("plus", volt, "one input"), q("minus", volt, "the other"), q("offset", volt, "of the comparator").or(0),
				q("hysteresis", volt, "added while the output is high").or(0).notNegative(),
				{Name: "last", Kind: Switch, Default: Bool(false), Doc: "what it decided last"},
			},
			run: func(a *args) (Value, error) {
				c := circuit.Comparator{Offset: a.num("offset"), Hysteresis: a.num("hysteresis")}
				return Bool(c.Decide(a.num("plus"), a.num("minus"), a.flag("last"))), nil
			},
		},
		vector("circuit.schmitt", circuitSource, "the upper and the lower threshold of a Schmitt trigger", volt,
			func(a *args) ([]float64, error) {
				s := circuit.Schmitt{Reference: a.num("reference"), R1: a.num("r1"), R2: a.num("r2"), Saturation: a.num("saturation"), Offset: a.num("offset")}
				upper, lower, err := s.Thresholds()
				return []float64{upper, lower}, err
			}, "circuit.schmitt(reference = -0.05V, r1 = 5kOhm, r2 = 95kOhm)",
			q("reference", volt, "of the + input").or(0), q("r1", ohm, "to the reference").positive(), q("r2", ohm, "to the output").positive(),
			q("saturation", volt, "± level of the output").positive().from("the nearer end of rail.swing", circuit.Swing),
			q("offset", volt, "of the comparator").or(0)),
		scalar("circuit.wrong", circuitSource, "the chance that a comparator decides wrongly about a difference", none,
			func(a *args) (float64, error) { return circuit.WrongDecision(a.num("difference"), a.num("sigma")) },
			"circuit.wrong(difference = 10mV)", q("difference", volt, "of its inputs"),
			q("sigma", volt, "sd of its error").key("comparator.offset").notNegative()),
		scalar("circuit.undecided", circuitSource, "the chance that a latch has not decided after a time", none,
			func(a *args) (float64, error) { return circuit.Undecided(a.num("time"), a.num("tau")) },
			"circuit.undecided(time = 1ns, tau = 50ps)", q("time", second, "since it was clocked").notNegative(),
			q("tau", second, "time constant of its regeneration").positive()),
	}
}

func vectorUnits() []Form {
	v := qs("v", volt, "inputs")
	return []Form{
		scalar("circuit.max", circuitSource, "the node that emitter followers drive together: the highest input, softly", volt,
			func(a *args) (float64, error) {
				f := circuit.FollowerOr{Saturation: a.num("saturation"), Current: a.num("current"), Beta: gainOf(a)}
				return f.Output(a.list("v"), a.num("temperature"))
			}, "circuit.max(v = [0.7V, 0.75V, 0.72V])", v,
			q("current", ampere, "drawn from the node").or(2e-6).positive(),
			q("saturation", ampere, "of a follower").or(0.1e-15).positive(), currentGain(), temperature()),
		scalar("circuit.max_super", circuitSource, "the node of followers inside the loops of amplifiers: the highest input less its offset", volt,
			func(a *args) (float64, error) {
				v, offset := a.list("v"), a.list("offset")
				if offset == nil {
					offset = make([]float64, len(v))
				}
				return circuit.SuperFollowerMax(v, offset)
			}, "circuit.max_super(v = [0.1V, 0.3V, 0.2V])", v, qs("offset", volt, "of each amplifier; without it 0").optional()),
		scalar("circuit.average", circuitSource, "the voltage of capacitors that share their charge", volt, average,
			"circuit.average(v = [0.1V, 0.3V])", v, qs("c", farad, "a capacitor for each; without it cap.hold").positive().optional(),
			q("parasitic", farad, "at 0V on the node").or(0).notNegative()).ofChip(),
		vector("circuit.softmax", circuitSource, "the shares of a tail current in transistors that share it", none,
			func(a *args) ([]float64, error) {
				t := circuit.Translinear{Beta: gainOf(a), Match: a.list("match"), Offset: a.list("offset")}
				return t.Shares(a.list("v"), a.num("temperature"))
			}, "circuit.softmax(v = [0mV, 20mV, -30mV, 50mV])", v, currentGain(),
			qs("match", none, "I_S of each over the common one").positive().optional(),
			qs("offset", volt, "of each driver").optional(), temperature()),
		vector("circuit.softmax_divide", circuitSource, "softmax by exponentials, their sum and a division: offsets add to the exponentials", none,
			softmaxDivide, "circuit.softmax_divide(v = [0.5V, 0.52V])",
			join([]Param{v, q("r", ohm, "feedback resistor of each exponential").or(50e3).positive(),
				qs("offsets", volt, "of each exponential's amplifier").optional(), q("sum_gain", none, "of the summing amplifier").or(1).positive(), temperature()},
				junctionParams(2e-15), ampParams())...),
		scalar("circuit.softmax_temperature", circuitSource, "the softmax temperature of a circuit that gets some volts a nat: V_T over them", none,
			func(a *args) (float64, error) {
				return circuit.SoftmaxTemperature(a.num("per_nat"), a.num("temperature"))
			}, "circuit.softmax_temperature(per_nat = 25.86mV)", q("per_nat", volt, "volts for a nat").positive(), temperature()),
	}
}

func average(a *args) (float64, error) {
	v, c := a.list("v"), a.list("c")
	if c == nil {
		for range v {
			c = append(c, a.on().Cap.Hold)
		}
	}
	return circuit.Average(v, c, a.num("parasitic"))
}

func softmaxDivide(a *args) ([]float64, error) {
	amp := ampOf(a)
	e := circuit.ExpDivide{
		Exp:    circuit.ExponentConverter{Amp: amp, Junction: junctionOf(a), Feedback: a.num("r")},
		Offset: a.list("offsets"), Sum: amp, SumGain: a.num("sum_gain"), Divide: circuit.DividerOf(a.on()),
	}
	return e.Shares(a.list("v"), a.num("temperature"))
}

func holdForms() []Form {
	v := q("v", volt, "held")
	time := q("time", second, "that passes").notNegative()
	hold := q("c", farad, "the capacitor").key("cap.hold").positive()
	tau := q("tau", second, "time constant of the leak").positive().from("cap.hold × rail.weight / cap.leak", holdTau)
	sampled := q("v", volt, "sampled")
	overlap := q("overlap", farad, "gate to capacitor").or(0.1e-15).notNegative()
	threshold := q("threshold", volt, "of the switch").key("vcr.threshold")
	low, high := q("low", volt, "of the clock").or(-0.9), q("high", volt, "of the clock").or(0.9)
	pedestal := func(name, doc string, run func(*args) (float64, error), params ...Param) Form {
		return scalar("circuit."+name, circuitSource, doc, volt, run, "circuit."+name+"()", append([]Param{sampled.or(0)}, params...)...)
	}
	return []Form{
		scalar("circuit.acquire", circuitSource, "the voltage on a capacitor that is charged towards a target", volt,
			func(a *args) (float64, error) {
				return circuit.Acquire(a.num("v"), a.num("target"), a.num("r"), a.num("c"), a.num("time"))
			}, "circuit.acquire(target = 0.5V, r = 1kOhm, time = 50ps)", q("v", volt, "at the start").or(0), q("target", volt, "at the end"),
			q("r", ohm, "of the switch").positive(), hold, time),
		scalar("circuit.hold", circuitSource, "what is left of a held voltage after a time, by a leak with a time constant", volt,
			func(a *args) (float64, error) { return circuit.Droop(a.num("v"), a.num("time"), a.num("tau")) },
			"circuit.hold(v = 0.4V, time = 20ms, tau = 50ms)", v, time, tau),
		scalar("circuit.hold_current", circuitSource, "what is left of a held voltage after a time, by a constant leak", volt,
			func(a *args) (float64, error) {
				return circuit.DroopCurrent(a.num("v"), a.num("time"), a.num("leak"), a.num("c"))
			}, "circuit.hold_current(v = 0.4V, time = 1ms)", v, time,
			q("leak", ampere, "of the node").from("cap.leak", func(c *fabric.Chip) float64 { return c.Cap.Leak }), hold),
		scalar("circuit.pedestal", circuitSource, "the step that a fast falling clock leaves on the capacitor", volt,
			func(a *args) (float64, error) {
				s := circuit.Switch{Hold: a.num("c"), Overlap: a.num("overlap"), Low: a.num("low"), High: a.num("high")}
				return s.PedestalFast()
			}, "circuit.pedestal()", hold, overlap, low, high),
		pedestal("pedestal_slow", "the step that a slow clock leaves at a sampled voltage", func(a *args) (float64, error) {
			s := circuit.Switch{Hold: a.num("c"), Overlap: a.num("overlap"), Threshold: a.num("threshold"), Low: a.num("low"), High: math.Inf(1)}
			return s.PedestalSlow(a.num("v"))
		}, hold, overlap, threshold, low),
		pedestal("channel_charge", "the step by half the charge of the switch's channel", func(a *args) (float64, error) {
			s := circuit.Switch{Hold: a.num("c"), Channel: a.num("channel"), Threshold: a.num("threshold"), Low: math.Inf(-1), High: a.num("high")}
			return s.ChannelCharge(a.num("v"))
		}, hold, q("channel", farad, "W L C_ox of the switch").or(1e-15).notNegative(), threshold, high),
		scalar("circuit.ktc", circuitSource, "√(kT/C): the noise of one sample", volt,
			sure(func(a *args) float64 { return circuit.HoldNoise(a.num("c"), a.num("temperature")) }), "circuit.ktc(c = 20fF)", hold, temperature()),
		scalar("circuit.refresh", circuitSource, "how long a leak takes half a step of a converter", second,
			sure(func(a *args) float64 { return circuit.RefreshInterval(a.num("tau"), a.count("bits")) }), "circuit.refresh(tau = 2s, bits = 8)", tau,
			Param{Name: "bits", Kind: Whole, Key: "adc.bits", Limit: Positive, Doc: "of the converter"}),
	}
}

// holdTau is the time constant of a held value; +Inf where nothing leaks.
func holdTau(c *fabric.Chip) float64 { return circuit.Retention(c.Cap.Hold, c.Rail.Weight, c.Cap.Leak) }
