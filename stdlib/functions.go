package stdlib

import "acl/lang/sig"

// Library functions that are no units.

func losses() []*sig.Func {
	return []*sig.Func{
		{
			Name: "nn.cross_entropy", Group: "loss", Doc: "the mean of -log softmax(y)[label], computed digitally",
			Params: []sig.Param{
				param("y", nameOf("port"), nil, "an output of the module: one number a class"),
				param("label", nameOf("field"), nil, "a field of the data: classes from 0"),
				param("smoothing", shareBelow(), sig.Float(0), "share of the target spread over all classes"),
			},
		},
		{
			Name: "nn.mse", Group: "loss", Doc: "the mean of (y - target)^2 over all elements, computed digitally",
			Params: []sig.Param{
				param("y", nameOf("port"), nil, "an output of the module"),
				param("target", nameOf("field"), nil, "a port of the module or a field of the data"),
			},
		},
	}
}

func optimizers() []*sig.Func {
	rate := param("rate", rateType, nil, "the learning rate: a number or a course of it")
	decay := param("decay", numberFrom(0), sig.Float(0), "weight decay")
	return []*sig.Func{
		{
			Name: "nn.sgd", Group: "optimizer", Doc: "stochastic gradient descent",
			Params: []sig.Param{rate, param("momentum", course(shareBelow()), sig.Float(0), "share of the step before that stays: a number or a course of it"), decay},
		},
		{
			Name: "nn.adam", Group: "optimizer", Doc: "Adam",
			Params: []sig.Param{
				rate,
				param("beta1", shareBelow(), sig.Float(0.9), "decay of the mean gradient"),
				param("beta2", shareBelow(), sig.Float(0.999), "decay of the mean square"),
				decay,
			},
		},
		{
			Name: "nn.two_array", Group: "optimizer", Doc: "a fast and a slow array: pulses go to the fast one, its sum to the slow one",
			Params: []sig.Param{rate, param("transfer_every", intFrom(1), sig.Int(1), "steps between two transfers")},
		},
	}
}

// rates are courses over a training, of a learning rate or of a momentum. Parameters of
// group "rate" are bounded as what follows the course is.
func rates() []*sig.Func {
	of := func(t sig.Type) sig.Type {
		t.Group = "rate"
		return t
	}
	peak := func(name, doc string) sig.Param { return param(name, of(numberAbove(0)), nil, doc) }
	warmup := func(share float64, doc string) sig.Param {
		return param("warmup", shareBelow(), sig.Float(share), doc)
	}
	return []*sig.Func{
		{
			Name: "nn.steps", Group: "rate", Doc: "a number that is multiplied by factor at some epochs",
			Params: []sig.Param{
				peak("rate", "the number of the first epoch"),
				param("at", listType(), nil, "the epochs"),
				param("factor", of(numberAbove(0)), sig.Float(0.1), "multiplies the number"),
			},
		},
		{
			Name: "nn.cosine", Group: "rate", Doc: "a number that falls along half a cosine",
			Params: []sig.Param{
				peak("from", "the first number after the warm-up"),
				param("to", of(numberFrom(0)), sig.Float(0), "the last number"),
				warmup(0, "share of all steps that climb to it"),
			},
		},
		{
			Name: "nn.one_cycle", Group: "rate", Doc: "a number that goes to its peak and away from it, along half a cosine each",
			Params: []sig.Param{
				peak("peak", "the number at the turn"),
				warmup(0.3, "share of all steps that go to it"),
				optional("from", of(numberFrom(0)), "peak / 25", "the first number"),
				optional("to", of(numberFrom(0)), "peak / 250000", "the last number"),
			},
		},
	}
}

// dataSets take limit, resize, normalize and augment, all of them.
func dataSets() []*sig.Func {
	set := func(name, doc string, params ...sig.Param) *sig.Func {
		return &sig.Func{Name: "data." + name, Group: "data", Doc: doc, Fields: words("input label"), Params: append(params,
			optional("limit", intFrom(1), "all", "keeps the first rows of each part"),
			optional("resize", sizeFrom(1), "as stored", "height x width that images are brought to"),
			param("normalize", boolType, sig.Bool(false), "per channel, by the training part"),
			optional("augment", callList("augment"), "none", "what is done to training rows"),
		)}
	}
	path := func(name, doc string) sig.Param { return param(name, stringType, nil, doc) }
	rows := sig.Type{Kind: sig.KindList}
	sets := []*sig.Func{
		set("digits", "1,797 handwritten digits of 8x8, in the program"),
		set("mnist10k", "10,000 handwritten digits of 28x28"),
		set("cifar10", "60,000 photographs of 32x32 in ten classes"),
		set("images", "a folder or zip of images, train/CLASS/* and test/CLASS/*", path("path", "the folder or zip")),
		set("idx", "two IDX files", path("images", "the file of images"), path("labels", "the file of labels")),
		set("csv", "a table in text, the label last", path("path", "the file")),
		set("npy", "arrays of NumPy", path("input", "the .npy of inputs, or an .npz of both"),
			optional("label", stringType, "in the .npz", "the .npy of labels")),
		set("table", "rows written in the program", param("input", rows, nil, "a list of rows"),
			optional("target", rows, "or label", "a list of rows: numbers to come near"),
			optional("label", rows, "or target", "a list of classes from 0")),
	}
	sets[len(sets)-1].Fields = words("input target label")
	return sets
}

// callList is a list of calls of a group.
func callList(group string) sig.Type { return sig.Type{Kind: sig.KindList, Group: group} }

func augments() []*sig.Func {
	return []*sig.Func{
		{
			Name: "data.pad_crop", Group: "augment", Doc: "pads by n pixels and cuts the old size out at random",
			Params: []sig.Param{
				param("n", intFrom(1), nil, "pixels on each side"),
				param("fill", oneOf("black", "mean"), sig.Word("black"), "what they hold: mean is the channels' of the training part, 0 where it is normalised"),
			},
		},
		{Name: "data.flip", Group: "augment", Doc: "mirrors left to right, one time in two"},
	}
}

func heuristics() []*sig.Func {
	h := func(name, doc string, params ...sig.Param) *sig.Func {
		return &sig.Func{Name: "control." + name, Group: "choose", Doc: doc, Params: params}
	}
	return []*sig.Func{
		h("round_robin", "each candidate in turn"),
		h("least_loaded", "the candidate that is free first"),
		h("least_energy", "the candidate that needs least energy"),
		h("nearest", "the candidate with the shortest way to the tiles"),
		h("least_worn", "the candidate with the fewest pulses so far"),
		h("adaptive", "the candidate that has lowered the loss most for a joule",
			param("explore", share(), sig.Float(0.1), "share of steps with a random choice")),
	}
}
