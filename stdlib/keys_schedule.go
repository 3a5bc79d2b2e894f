package stdlib

import (
	"acl/lang/sig"
)

func scheduleKeys() []*sig.Key {
	b := &block{name: "schedule"}
	on(b.key("place", nameOf("module"), nil, "the physical module, or range of them, that runs a unit"), sig.UnitSubject)
	b.key("own", namesOf("module"), nil, "modules that no other model gets")
	b.key("reuse", namesOf("unit"), nil, "units that share one physical module in turn")
	on(b.group("into", "how the arrow into an input is carried"), sig.UnitSubject)
	b.under("into", hopKeys())
	protect(b)
	repair := oneOf("retry", "spare", "move", "stop")
	b.offGroup("scan", "a search for stuck cells")
	b.key("scan.every", intFrom(1), nil, "steps between two scans")
	b.key("scan.repair", repair, nil, "what is done with a stuck cell")
	b.offGroup("calibrate", "auto-zero by known vectors")
	b.key("calibrate.every", intFrom(0), sig.Int(0), "steps between two calibrations; 0: at the start only")
	b.key("calibrate.reads", intFrom(1), sig.Int(16), "reads that are averaged")
	b.key("calibrate.zero_shift", boolType, sig.Bool(false), "measures the symmetry point of each cell as well")
	b.key("gradient", oneOf("shared", "dedicated"), sig.Word("shared"), "transposed read of the same tiles, or of a copy")
	b.key("update", oneOf("accumulated", "pulsed"), sig.Word("accumulated"), "a batch, or each sample and position")
	b.key("convert", oneOf("ends", "hop"), sig.Word("ends"), "where converters stand: at the ends, or after every module")
	b.key("norm", oneOf("batch", "running"), sig.Word("batch"), "statistics of a batch norm in training")
	b.key("swap", boolType, sig.Bool(false), "parameters may leave their tiles when tiles run out")
	b.key("pipeline", intFrom(1), sig.Int(1), "samples in flight")
	b.offGroup("refresh", "rewriting of what leaks")
	b.key("refresh.weights", intFrom(1, "auto"), sig.Word("auto"), "steps between two, or as often as the leak asks")
	b.key("refresh.values", oneOf("auto", "off"), sig.Word("auto"), "of values that wait")
	b.key("scaling", oneOf("auto", "absmax", "tensor", "off"), sig.Word("auto"), "scales of tensors and of the error signal")
	b.key("winograd", boolType, sig.Bool(true), "sums 3x3 taps by Winograd's algorithm where one read-out has them all")
	b.key("choose", callOf("choose"), heuristicDefault(), "a policy or heuristic, where nothing is placed")
	return b.keys
}

func protect(b *block) {
	on(b.offGroup("protect", "of every unit, or of one"), sig.OptionalSubject)
	b.key("protect.copies", intFrom(1), sig.Int(1), "of the unit's weights")
	b.key("protect.vote", oneOf("mean", "median", "majority"), sig.Word("mean"), "how copies become one output")
	b.key("protect.checksum", boolType, sig.Bool(false), "a column that holds the rows' sums")
	b.key("protect.threshold", numberAbove(0), sig.Float(4), "standard deviations that raise the alarm")
	b.key("protect.repair", oneOf("retry", "spare", "move", "stop"), sig.Word("retry"), "what an alarm does")
	b.key("protect.rewrite", intFrom(0), sig.Int(0), "steps between two rewrites to the vote; 0: never")
	b.key("protect.vote_backward", boolType, sig.Bool(false), "votes on gradient reads as well")
}

// hopKeys are the directives of an arrow, in a route or under `into`.
func hopKeys() []*sig.Key {
	b := &block{name: "hop"}
	b.key("via", nameOf("bus"), nil, "the bus; else the control unit chooses")
	b.key("hold", oneOf("capacitor", "digital"), sig.Word("capacitor"), "how the value waits")
	b.key("scale", intFrom(1), sig.Int(1), "times on the wire, undone at the reader; a power of two")
	return b.keys
}

func policyKeys() []*sig.Key {
	b := &block{name: "policy"}
	on(b.key("when", exprType, nil, "the choice where the condition holds"), sig.CondSubject)
	b.key("otherwise", exprType, nil, "the choice where no rule holds")
	return b.keys
}

func experimentKeys() []*sig.Key {
	b := &block{name: "experiment"}
	on(b.key("vary", sig.Type{Kind: sig.KindList, Group: "vary"}, nil, "values of a setting; several make a grid"), sig.PathSubject)
	on(b.group("case", "settings that hold together"), sig.NameSubject)
	b.key("seeds", intFrom(1), sig.Int(1), "runs of each cell: seed, seed + 1, ..")
	b.key("dies", intFrom(1), sig.Int(1), "dies of each cell: die, die + 1, ..")
	b.key("baseline", nameOf("case"), nil, "the case that others are compared with")
	b.key("report", report(), nil, "metrics of the table")
	b.key("prune", boolType, sig.Bool(false), "gives up a setting once it cannot win")
	return b.keys
}
