package verify

import (
	"slices"

	"acl/fabric"
)

// elsewhere are settings whose effect is not in the figures of a run, and where it
// is shown.
var elsewhere = map[string]string{
	"train checkpoint.every": "files of a record: package job",
	"train checkpoint.keep":  "files of a record: package job",
	"train weights":          "reads a record: package job",
	"train report":           "the text of a report: package report",
	"fabric cell.law":        "there is one law",
}

func keyCases() []keyCase {
	return slices.Concat(chipCases(), variantCases(), circuitCases(), deviceCases(), noiseCases(), scheduleCases(), trainCases())
}

const norm = `module> module Digits { in x: [1, 8, 8]; out y: [10]; unit c = nn.conv(4, kernel = 3); unit n = nn.batchnorm(); unit f = nn.dense(10); route x -> c -> n -> nn.relu() -> nn.flatten() -> f -> y; }`

// squares is a convolution of the shape that is summed by Winograd's algorithm: 3x3 taps of 16 channels, and a batch with enough squares.
const squares = `module> module Digits { in x: [1, 8, 8]; out y: [10]; unit a = nn.conv(16, kernel = 3, pad = 1); unit b = nn.conv(16, kernel = 3, pad = 1); unit f = nn.dense(10); route x -> a -> nn.relu() -> b -> nn.flatten() -> f -> y; } | fabric> ideal: true;`

const attention = `module> module Digits { in x: [8, 8]; out y: [10]; unit k = nn.dense(8); unit s = nn.similarity(); unit f = nn.dense(10); route x -> k; route (x, k) -> s; route s -> nn.flatten() -> f -> y; }`

const squash = `module> module Digits { in x: [64]; out y: [10]; unit f = nn.dense(10); route x -> nn.softmax() -> f -> y; }`

// A key that no law of the machine has a use for gets a warning, which is its effect.
func chipCases() []keyCase {
	return []keyCase{
		fab("supply.cells", "", "1.7V", "weights", "train> optimizer: nn.sgd(rate = 1.0);"),
		fab("supply.digital", "", "1V", "energy"),
		learn("warmup", "", "warmup: 1;", "refused"),
		fab("temperature", "", "400K", "weights"),
		fab("costs", "", "isaac32", "energy"),
		fab("die", "", "2", "weights"),
		fab("ideal", "", "true", "weights"),
		fab("tick", "", "10ns", "clock"),
		fab("supply.analog", "", "1.7V", "energy"),
		fab("rail.swing", "", "-0.7V .. 0.7V", "weights"),
		fab("rail.input", "", "0.2V", "weights"),
		fab("rail.weight", "", "0.3V", "weights"),
		fab("rail.bound", "", "20", "weights"),
		fab("tiles.count", "", "2", "refused"),
		fab("tiles.size", "", "32x32", "weights"),
		fab("tiles.spares", "", "4", "area"),
		fab("tiles.readout", "", "pair", "weights"),
		fab("tiles.wire", "", "10Ohm", "weights", "fabric> noise.ir_drop: on;"),
		fab("modules.conv", "", "0", "refused"),
		fab("modules.dense", "", "1", "modules"),
		fab("modules.pool", "", "0", "refused"),
		fab("modules.activation", "", "1", "modules"),
		fab("modules.attention", "", "0", "refused", attention),
		fab("modules.gradient", "", "1", "modules"),
		fab("bus.count", "", "1", "refused", "schedule> into fc1 { via: bus[3]; }"),
		fab("bus.lanes", "", "16", "clock"),
		fab("bus.time", "", "20ns", "clock"),
		fab("stack.depth", "", "100", "refused"),
		fab("dcu.clock", "", "250MHz", "clock"),
		fab("dcu.lanes", "", "8", "clock"),
	}
}

// variantCases are the kinds of modules of each class. A class of two has a choice;
// converters stand at a module's output where the schedule asks for them.
func variantCases() []keyCase {
	var list []keyCase
	for _, class := range fabric.Classes {
		with := "schedule> convert: hop;"
		if class == "attention" {
			with += " | " + attention
		}
		copied := "refused" // a module without tiles has no read-out of them
		if class == "conv" || class == "dense" || class == "gradient" {
			copied = "weights"
		}
		kind := func(settings string) string { return "fabric> modules." + class + " a { " + settings + " }" }
		list = append(list,
			keyCase{key: "fabric modules." + class + ".count", a: kind("count: 1;"), b: kind("count: 3;"), sees: "modules", with: with},
			keyCase{key: "fabric modules." + class + ".bits", a: kind("count: 2;"), b: kind("count: 2; bits: 3;"), sees: "weights", with: with},
			keyCase{key: "fabric modules." + class + ".copies", a: kind("count: 2;"), b: kind("count: 2; copies: 2;"), sees: copied, with: with},
		)
	}
	return list
}

func circuitCases() []keyCase {
	return []keyCase{
		fab("opamp.gain", "", "300", "weights"),
		fab("opamp.bandwidth", "", "300MHz", "clock"),
		fab("opamp.slew", "", "100V/us", "clock"),
		fab("opamp.noise", "", "20nV/rtHz", "weights"),
		fab("opamp.offset", "", "4mV", "weights", squash), // read-outs are auto-zeroed, junctions are not
		fab("opamp.current", "", "200uA", "energy"),
		fab("opamp.wake", "", "40ns", "energy"),
		fab("opamp.gated", "", "false", "energy"),
		fab("vcr.law", "", "triode", "weights"),
		fab("vcr.beta", "", "3uA/V2", "weights"),
		fab("vcr.threshold", "", "0.3V", "weights", "fabric> cap.common_mode: on; | fabric> cap.leak: 1pA;"),
		fab("vcr.overdrive", "", "0.6V", "weights"),
		fab("comparator.offset", "", "20mV", "weights"),
		fab("comparator.energy", "", "200fJ", "energy"),
		fab("dac.bits", "", "5", "weights"),
		fab("dac.energy", "", "1pJ", "energy"),
		fab("adc.bits", "", "5", "weights"),
		fab("adc.energy", "", "100fJ", "energy"),
		fab("adc.time", "", "20ns", "clock"),
		fab("adc.share", "", "16", "clock"),
	}
}

func deviceCases() []keyCase {
	const leaky = "fabric> cap.leak: 1pA;"
	return []keyCase{
		fab("cap.weight", "", "20fF", "weights"),
		fab("cap.hold", "", "20fF", "weights"),
		fab("cap.leak", "", "1pA", "weights"),
		fab("cap.common_mode", "", "on", "weights", leaky),
		fab("cell.step", "", "0.01", "weights"),
		fab("cell.asymmetry", "", "0.1", "weights"),
		fab("cell.pulse", "", "100ns", "clock"),
		fab("cell.pulses", "", "15", "clock"),
		fab("cell.management", "", "true", "weights", "schedule> update: pulsed;"),
		fab("cell.lifetime", "1000000", "1000", "weights", "fabric> cap.leak: off;"),
		fab("cell.update", "", "counted", "weights"),
		fab("cell.spread.step", "", "20%", "weights"),
		fab("cell.spread.asymmetry", "", "5%", "weights"),
		fab("cell.spread.symmetry", "", "1%", "weights"),
		fab("cell.spread.bounds", "", "20%", "weights"),
		fab("cell.spread.leak", "", "60%", "weights", leaky),
		fab("cell.spread.cycle", "", "60%", "weights"),
		fab("mismatch.threshold", "", "10mV", "weights"),
		fab("mismatch.beta", "", "3%", "weights"),
		fab("mismatch.resistor", "", "1%", "weights"),
	}
}

func noiseCases() []keyCase {
	list := []keyCase{
		fab("noise.weight", "", "2%", "weights"),
		fab("noise.gradient", "", "5%", "weights"),
		fab("noise.law", "", "uniform", "weights", "fabric> noise.weight: 5%;"),
		fab("noise.ir_drop", "", "on", "weights"),
		fab("noise.drift", "", "on", "weights", "fabric> temperature: 330K;"),
		fab("faults.stuck", "", "5%", "loss"),
		fab("faults.columns", "", "1", "loss"),
		fab("faults.drift", "", "10%", "loss"),
		{key: "fabric faults.fail.step", a: "fabric> faults.fail dense[1] { step: 900; }", b: "fabric> faults.fail dense[1] { step: 2; }", sees: "modules"},
	}
	for _, k := range []string{"read", "offset", "mismatch", "quantize", "storage", "leak", "cells", "comparator"} {
		with := []string{}
		if k == "leak" {
			with = append(with, "fabric> cap.leak: 1pA;")
		}
		list = append(list, fab("noise."+k, "", "off", "weights", with...))
	}
	return append(list, fab("noise.clip", "", "off", "weights", "fabric> rail.swing: -0.31V .. 0.31V; | train> optimizer: nn.sgd(rate = 1.0);"))
}

func scheduleCases() []keyCase {
	return []keyCase{
		sched("place", "place fc1: dense[3];", "modules"),
		sched("own", "own: [dense[0]];", "modules"),
		sched("reuse", "reuse: [fc1, fc2];", "clock"),
		sched("into.via", "into fc1 { via: bus[4]; }", "refused"),
		sched("into.hold", "into fc1 { hold: digital; }", "weights"),
		sched("into.scale", "into fc2 { scale: 4; }", "weights"),
		sched("protect.copies", "protect fc2 { copies: 3; }", "weights"),
		{key: "schedule protect.vote", a: "schedule> protect fc2 { copies: 3; }", b: "schedule> protect fc2 { copies: 3; vote: median; }", sees: "weights"},
		sched("protect.checksum", "protect fc2 { checksum: true; }", "tally"),
		{key: "schedule protect.threshold", a: "schedule> protect { checksum: true; }", b: "schedule> protect { checksum: true; threshold: 1; }", sees: "tally"},
		{key: "schedule protect.repair", a: "schedule> protect fc2 { checksum: true; threshold: 1; }",
			b: "schedule> protect fc2 { checksum: true; threshold: 1; repair: move; }", sees: "tally"},
		{key: "schedule protect.rewrite", a: "schedule> protect fc2 { copies: 3; }", b: "schedule> protect fc2 { copies: 3; rewrite: 2; }", sees: "weights"},
		{key: "schedule protect.vote_backward", a: "schedule> protect fc2 { copies: 3; }", b: "schedule> protect fc2 { copies: 3; vote_backward: true; }", sees: "weights"},
		sched("scan.every", "scan { every: 2; }", "tally"),
		{key: "schedule scan.repair", a: "schedule> scan { every: 2; repair: retry; }", b: "schedule> scan { every: 2; repair: spare; }", sees: "weights",
			with: "fabric> faults.stuck: 10%; | fabric> tiles.spares: 2;"},
		sched("calibrate.every", "calibrate { every: 2; }", "weights"),
		sched("calibrate.reads", "calibrate { reads: 4; }", "weights"),
		sched("calibrate.zero_shift", "calibrate { zero_shift: true; }", "weights"),
		sched("gradient", "gradient: dedicated;", "weights"),
		sched("update", "update: pulsed;", "weights"),
		sched("convert", "convert: hop;", "weights"),
		sched("norm", "norm: running;", "weights", norm),
		{key: "schedule swap", a: "schedule> swap: true;", b: "schedule> swap: false;", sees: "refused", with: "fabric> tiles.count: 9;"},
		sched("pipeline", "pipeline: 2;", "clock"),
		sched("refresh.weights", "refresh { weights: 2; }", "weights"),
		sched("refresh.values", "refresh { values: off; }", "energy", "fabric> cap.leak: 100pA;"),
		sched("scaling", "scaling: tensor;", "weights"),
		sched("winograd", "winograd: false;", "weights", squares),
		sched("choose", "choose: control.round_robin();", "modules"),
	}
}

func trainCases() []keyCase {
	const two = `module> module Digits { in x: [64]; in z: [1]; out y: [10]; unit a = nn.dense(10); unit b = nn.dense(10); unit s = nn.add(); route x -> a -> s.a; route z -> b -> s.b; route s -> y; }`
	return []keyCase{
		learn("data", "", "data: data.digits(limit = 64);", "weights"),
		learn("loss", "", "loss: nn.cross_entropy(y, label, smoothing = 0.1);", "weights"),
		learn("feed.*", "feed { x: input; z: label; }", "feed { x: input; }", "refused", two),
		learn("optimizer", "", "optimizer: nn.sgd(rate = 0.01);", "weights"),
		learn("batch", "", "batch: 16;", "weights"),
		learn("epochs", "epochs: 1;", "epochs: 2;", "steps"),
		learn("steps", "", "steps: 6;", "steps"),
		learn("seed", "", "seed: 2;", "weights"),
		learn("fidelity", "", "fidelity: ideal;", "weights"),
		learn("stop.when", "", "stop { when: loss < 100.0; }", "steps", "train> epochs: 3;"),
		learn("stop.patience", "stop { when: loss < 100.0; }", "stop { when: loss < 100.0; patience: 2; }", "steps", "train> epochs: 3;"),
		learn("test.every", "", "test { every: 2; }", "epochs", "train> epochs: 2;"),
		learn("test.batch", "", "test { batch: 7; }", "energy"),
		learn("test.data", "", "test { data: data.digits(limit = 32); }", "loss"),
	}
}
