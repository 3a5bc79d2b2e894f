package stdlib

import (
	"acl/lang/quantity"
	"acl/lang/sig"
)

func trainKeys() []*sig.Key {
	b := &block{name: "train"}
	b.key("data", callOf("data"), nil, "what is learned from")
	b.key("loss", exprType, nil, "ports of the module, then fields of the data")
	feed(b)
	b.key("optimizer", callOf("optimizer"), callOfName(optimizers(), "nn.sgd", sig.Float(0.05)), "how a gradient becomes a step")
	b.key("batch", intFrom(1), sig.Int(32), "samples a step")
	b.key("epochs", intFrom(1), sig.Int(1), "passes over the data")
	b.key("steps", intFrom(1), nil, "in place of epochs")
	b.key("seed", intFrom(0), sig.Int(1), "of every draw that is not the die's")
	b.key("warmup", intFrom(0), sig.Int(0), "epochs that count as stage `warmup`")
	b.key("weights", stringType, nil, "a run folder or .safetensors to start from, from the working folder; else random")
	b.key("fidelity", fidelity(), sig.Word("array"), "how closely circuits are computed")
	b.offGroup("stop", "an early end")
	b.key("stop.when", exprType, nil, "a condition on metrics")
	b.key("stop.patience", intFrom(1), sig.Int(1), "evaluations in a row that it must hold")
	b.offGroup("test", "evaluation on the test part")
	b.key("test.every", intFrom(1), sig.Int(1), "epochs between two")
	b.key("test.batch", intFrom(1), nil, "samples at once; else those of training")
	b.key("test.data", callOf("data"), nil, "another data set to test on, by its test part")
	b.offGroup("checkpoint", "what a run is resumed from")
	b.key("checkpoint.every", intFrom(1), nil, "epochs between two; else at the end")
	b.key("checkpoint.keep", intFrom(1), sig.Int(2), "that are kept")
	b.key("report", report(), nil, "metrics; else those of top1, top5, loss, energy, latency that apply")
	return b.keys
}

// feed's members are the module's input ports, whatever their names.
func feed(b *block) {
	b.group("feed", "the field of the data that each input gets; a module's one input gets `input`")
	b.key("feed.*", nameOf("field"), nil, "a field with as many elements as the port, row-major")
}

func fidelity() sig.Type { return oneOf("ideal", "array", "circuit") }

func inferKeys() []*sig.Key {
	b := &block{name: "infer"}
	times := notNegative(quantity.Time)
	times.List = true
	b.key("weights", stringType, nil, "a run folder (its last checkpoint) or .safetensors, from the working folder")
	b.key("data", callOf("data"), nil, "its test part is answered")
	feed(b)
	b.key("batch", intFrom(1), sig.Int(64), "samples at once")
	b.key("seed", intFrom(0), sig.Int(1), "of every draw that is not the die's")
	b.key("dies", intFrom(1), sig.Int(1), "die, die + 1, ..")
	b.key("after", times, sig.Quantity{Dim: quantity.Time}, "time on the shelf without power, s, or a list: a row each")
	b.key("fidelity", fidelity(), sig.Word("array"), "how closely circuits are computed")
	b.key("report", report(), nil, "metrics")
	return b.keys
}
