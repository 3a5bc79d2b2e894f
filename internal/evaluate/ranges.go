package evaluate

import (
	"fmt"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/dcu"
)

// Scales, converters and what calibration leaves.

func rangeForms() []Form {
	trained := Param{Name: "trained", Kind: Switch, Default: Bool(false), Doc: "weights are given, not a random start"}
	return []Form{
		scalar("array.alpha", physicsSource+" §8; package array", "the logical weight that full weight stands for: the largest takes 0.35 of it at a random start, 0.7 where weights are given", none,
			sure(func(a *args) float64 { return array.Alpha(a.num("largest"), a.flag("trained")) }), "array.alpha(largest = 0.33)",
			q("largest", none, "magnitude of the weights").positive(), trained),
		scalar("array.exponent", physicsSource+" §8; package dcu", "the exponent e of a tensor's full scale 2^e by a dry run: the least that holds its largest magnitude", none,
			sure(func(a *args) float64 { return float64(dcu.Exponent(a.num("largest"))) }), "array.exponent(largest = 3)",
			q("largest", none, "magnitude in the first batch").positive()),
		reals("array.range", "§8; package dcu", "the exponent of a tensor after a step, and the steps in a row below 0.4 of full scale: more than 1 value of 1,000 beyond it adds one, 20 quiet steps take one off",
			"array.range(exponent = 1, largest = 0.2, quiet = 19)", nextRange,
			Param{Name: "exponent", Kind: Whole, Default: whole(0), Doc: "before the step"}, q("largest", none, "magnitude in the step, of full scale").notNegative(),
			q("overflow", none, "share of values beyond full scale").or(0).notNegative(),
			Param{Name: "quiet", Kind: Whole, Limit: NotNegative, Default: whole(0), Doc: "steps in a row below 0.4 before it"}),
		vector("array.quantize", "docs/fabric.md §4; package array", "numbers as a converter gives them: limited, and rounded to steps of 1/(2^bits - 2) of its range", none,
			func(a *args) ([]float64, error) {
				out := a.list("x")
				for i, v := range out {
					out[i] = array.Converted(v, a.count("bits"), a.num("limit"))
				}
				return out, nil
			}, "array.quantize(x = [0.1, 0.33, 2], limit = 1)", qs("x", none, "numbers"),
			Param{Name: "bits", Kind: Whole, Key: "adc.bits", Limit: NotNegative, Doc: "of the converter; 0 only limits"}, q("limit", none, "of its range").or(1).positive()),
		calibratedForm(),
		scalar("array.copy_angle", physicsSource+" §4.2; package array", "the cosine between a gradient and the one by a copied transposed array: (1 + 2σ²/w²)^-½", none,
			sure(func(a *args) float64 { return array.CopyAngle(a.num("sigma"), a.num("w")) }), "array.copy_angle(w = 0.3)",
			q("sigma", none, "sd of a cell's weight error").notNegative().from("that of the chip's cells", circuit.MismatchSigma), q("w", none, "rms of the weights").positive()),
	}
}

func nextRange(a *args) (Record, error) {
	if o := a.num("overflow"); o > 1 {
		return nil, fmt.Errorf("overflow = %g: a share is 1 at most", o)
	}
	e, quiet := dcu.NextRange(a.count("exponent"), a.count("quiet"), a.num("largest"), a.num("overflow"))
	return Record{{"exponent", whole(e)}, {"quiet", whole(quiet)}}, nil
}

func calibratedForm() Form {
	rows := func(c *fabric.Chip) float64 { return float64(c.Tiles.Size.H) }
	return reals("array.calibrated", "§6.4; package array", "what calibration by the mean of some reads of known vectors leaves: the sd of a read-out's offset, and of a gain found from a reference line",
		"array.calibrated(chips.fabric45, reads = 16)", func(a *args) (Record, error) {
			chip, bound := a.on(), a.num("bound")
			if bound == 0 {
				bound = array.ChooseBound(chip, array.MaxBound)
			}
			noise := array.StatsOf(chip, a.count("rows"), bound).Read
			offset, gain := array.Residue(noise, array.LSB(a.count("bits"), bound), a.count("reads"), a.num("w"))
			return Record{{"offset", number(offset, none)}, {"gain", number(gain, none)}}, nil
		},
		n("rows", "inputs that a column sums").from("tiles.size", rows), readBound(), n("reads", "of each known vector").or(16),
		q("w", none, "weight of the reference line at full input").or(1).positive(),
		Param{Name: "bits", Kind: Whole, Key: "adc.bits", Limit: NotNegative, Doc: "of the converter; 0 for none"})
}
