package evaluate

import (
	"fmt"
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/lang/quantity"
)

// The charge behind a cell's pulses, its leak, and pulses that are counted.

var coulomb = ampere.Times(second)

func chargeForms() []Form {
	step := q("step", none, "of full weight, by one pulse at weight 0").key("cell.step").positive()
	rate := q("rate", none, "learning rate").positive()
	leakTau := func(name, doc string) Param { return q(name, second, doc).positive() }
	lambda := q("lambda", none.Over(volt), "channel-length modulation of the current sources: 0.14 / 1V").or(0.14).notNegative()
	return []Form{
		reals("cell.charge", "§3.1", "what one pulse does to each capacitor of a pair: volts, charge, electrons, the current that takes, the shot noise of its electrons and kT/C, both of the step",
			"cell.charge(chips.fabric45)", charge, step, q("c", farad, "each capacitor").key("cap.weight").positive(),
			q("swing", volt, "differential volts of full weight").key("rail.weight").positive(), q("pulse", second, "length of a pulse").key("cell.pulse").positive(), temperature()),
		scalar("cell.slope", physicsSource+" §3.1", "the asymmetry that current sources with channel-length modulation give a cell: λ' V_r, λ' = λ/(1 + λ V_DS)", none,
			sure(func(a *args) float64 { return circuit.ChannelSlope(a.num("lambda"), a.num("across"), a.num("swing")) }),
			"cell.slope(lambda = 0.14 / 1V, swing = 0.4V)", lambda, q("across", volt, "a source at a weight of 0").or(0.9).notNegative(),
			q("swing", volt, "of a capacitor: that of full weight for a single one, half of it for one of a pair").positive().from("rail.weight / 2", func(c *fabric.Chip) float64 {
				return c.Rail.Weight / 2
			})),
		scalar("cell.charged", physicsSource+" §3.1", "the voltage of a capacitor after a pulse of a current source: I(1 + λ(supply - v)) upwards, I(1 + λ v) downwards", volt,
			charged, "cell.charged(v = 0.9V, current = 1nA)", q("v", volt, "before the pulse"), q("current", ampere, "of a source without volts across it").positive(), lambda,
			Param{Name: "down", Kind: Switch, Default: Bool(false), Doc: "the source discharges"}, q("supply", volt, "of the source above").key("supply.analog").positive(),
			q("c", farad, "the capacitor").key("cap.weight").positive(), q("time", second, "length of the pulse").key("cell.pulse").notNegative()),
		scalar("cell.leak_pair", physicsSource+" §3.1", "what is left of a weight whose two capacitors leak at rates of their own", none,
			sure(func(a *args) float64 {
				return circuit.PairLeak(a.num("w"), a.num("swing"), a.num("mid"), a.num("level"), a.num("tau_plus"), a.num("tau_minus"), a.num("time"))
			}), "cell.leak_pair(w = 0.5, time = 10ms, tau_plus = 2s, tau_minus = 2.6s)", q("w", none, "weight, of full weight").or(0),
			q("time", second, "that passes").notNegative(), leakTau("tau_plus", "time constant of the one"), leakTau("tau_minus", "of the other"),
			q("swing", volt, "differential volts of full weight").key("rail.weight").positive(),
			q("mid", volt, "of both at a weight of 0").from("supply.analog / 2 + vcr.threshold + vcr.overdrive", circuit.GateMiddle), q("level", volt, "that they leak towards").or(0)),
		scalar("cell.decay", physicsSource+" §3.2", "what is left of a weight that loses a share 1/life of itself every batch", none,
			func(a *args) (float64, error) {
				if life := a.num("life"); life < 1 {
					return 0, fmt.Errorf("life = %g: it is 1 batch or more", life)
				}
				return a.num("w") * math.Pow(1-1/a.num("life"), a.num("batches")), nil
			}, "cell.decay(batches = 1000)", q("w", none, "weight, of full weight").or(1),
			Param{Name: "batches", Kind: Whole, Limit: NotNegative, Doc: "that pass"}, q("life", none, "batches to 1/e").or(1e6).positive()),
		reals("cell.counted", "§3.2", "an update by counted pulses: the nearest whole number of them, and the change of a nominal cell at weight 0; nothing below half a step",
			"cell.counted(x = 0.6, delta = 0.1, rate = 0.3)", counted, q("x", none, "drive of the row"), q("delta", none, "drive of the column"), rate, step),
		scalar("cell.symmetry_pairs", physicsSource+" §3.2; package array", "the pairs of an up and a down pulse that bring a cell within 5 % of its way to its symmetry point: 3/(2 γ Δw)", none,
			func(a *args) (float64, error) {
				return array.PairsToSymmetry(a.num("asymmetry"), a.num("step")), nil
			}, "cell.symmetry_pairs()", step, q("asymmetry", none, "slope of the step over the range").key("cell.asymmetry").positive()),
	}
}

func charge(a *args) (Record, error) {
	volts := a.num("step") * a.num("swing") / 2
	moved := volts * a.num("c")
	electrons := moved / circuit.Charge
	noise := math.Sqrt2 * circuit.HoldNoise(a.num("c"), a.num("temperature")) / a.num("swing")
	return Record{
		{"volts", number(volts, volt)}, {"charge", number(moved, coulomb)}, {"electrons", number(electrons, none)},
		{"current", number(moved/a.num("pulse"), ampere)}, {"shot", number(1/math.Sqrt(electrons), none)}, {"ktc", number(noise/a.num("step"), none)},
	}, nil
}

func charged(a *args) (float64, error) {
	v, supply := a.num("v"), a.num("supply")
	if v < 0 || v > supply {
		return 0, fmt.Errorf("v = %g V: it lies between ground and the supply, %g V", v, supply)
	}
	if a.flag("down") {
		return supply - circuit.Charged(supply-v, supply, a.num("current"), a.num("lambda"), a.num("c"), a.num("time")), nil
	}
	return circuit.Charged(v, supply, a.num("current"), a.num("lambda"), a.num("c"), a.num("time")), nil
}

func counted(a *args) (Record, error) {
	want := a.num("rate") * a.num("x") * a.num("delta")
	pulses := math.Round(want / a.num("step"))
	if math.Abs(pulses) > most {
		return nil, fmt.Errorf("%g pulses of step = %g: that is more than can be counted", pulses, a.num("step"))
	}
	return Record{{"pulses", Number{Value: quantity.Value{Num: pulses}, Whole: true}}, {"change", number(pulses*a.num("step"), none)}, {"wanted", number(want, none)}}, nil
}
