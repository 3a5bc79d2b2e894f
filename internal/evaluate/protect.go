package evaluate

import (
	"fmt"

	"acl/fabric"
	"acl/fabric/array"
)

// Copies that vote and checksum columns.

const protectSource = "physics.md §6; package array"

func protectForms() []Form {
	copies := n("copies", "that vote").or(3)
	return []Form{
		scalar("array.vote", protectSource, "what copies of an output come to: their mean, their median, or the mean of the majority that lies within a distance", none,
			func(a *args) (float64, error) {
				var outputs []float32
				for _, v := range a.list("outputs") {
					outputs = append(outputs, float32(v))
				}
				if len(outputs) == 0 {
					return 0, fmt.Errorf("no outputs: there has to be at least one")
				}
				return float64(array.Vote(a.word("rule"), outputs, float32(a.num("distance")))), nil
			}, "array.vote(outputs = [0.5, 0.25, 9], rule = median)",
			qs("outputs", none, "of the copies"), words("rule", "of the vote", "median", "mean", "median", "majority"),
			q("distance", none, "that outputs of a majority are apart at most").or(0).notNegative()),
		scalar("array.vote_variance", protectSource, "the variance of a vote of copies with independent normal errors, of one copy's", none,
			func(a *args) (float64, error) { return array.VoteVariance(a.word("rule"), a.count("copies")) },
			"array.vote_variance(median, copies = 3)", words("rule", "of the vote", "median", "mean", "median"), copies),
		scalar("array.vote_failure", protectSource, "the chance that most of some copies are wrong; ties count half", none,
			func(a *args) (float64, error) { return array.VoteFailure(a.count("copies"), a.num("wrong")) },
			"array.vote_failure(copies = 3, wrong = 0.01)", copies, q("wrong", none, "the chance that a copy is wrong").notNegative()),
		checksumForm(),
	}
}

func checksumForm() Form {
	return Form{
		Name: "array.checksum", Source: protectSource,
		Doc: "a checksum column over some outputs: sd of its syndrome, the threshold, the chance of a false alarm, the chance that an error of an output is " +
			"flagged, and the most outputs with which one such is found with three sd to spare",
		Result: "a record of plain numbers", Example: "array.checksum(outputs = 64, noise = 0.076, lsb = 0.0784, error = 5)",
		Params: []Param{
			n("outputs", "that it sums").or(64), q("kappa", none, "threshold in sd: `threshold` of a schedule").or(4).positive(),
			q("noise", none, "sd of the noise of a read, in sums of w x").positive().from("that of a whole tile", func(c *fabric.Chip) float64 {
				return array.StatsOf(c, c.Tiles.Size.H, array.MaxBound).Read
			}),
			q("lsb", none, "step of the converter, in sums of w x").notNegative().from("that of the chip's ADC over its widest range", func(c *fabric.Chip) float64 {
				return array.LSB(c.ADC.Bits, array.MaxBound)
			}),
			q("error", none, "of one output, in sums of w x").or(0).notNegative(),
		},
		run: func(a *args) (Value, error) {
			s := array.SyndromeOf(a.count("outputs"), a.num("noise"), a.num("lsb"), a.num("kappa"))
			return Record{
				{"sigma", number(s.Sigma, none)}, {"threshold", number(s.Threshold, none)}, {"false_alarm", number(s.FalseAlarm, none)},
				{"detected", number(s.Detects(a.num("error")), none)},
				{"most_outputs", number(array.MostOutputs(a.num("error"), a.num("noise"), a.num("kappa")), none)},
			}, nil
		},
	}
}
