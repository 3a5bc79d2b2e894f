package verify

import (
	"math"
	"slices"
)

// one wraps a twin with a single output.
func one(f func(w weights, x tensor) tensor) func(weights, tensor) outputs {
	return func(w weights, x tensor) outputs { return outputs{y: f(w, x)} }
}

// gradientCases has a case for every module with a gradient. Each stands behind a
// layer with parameters, whose gradient passes through it.
func gradientCases() []gradientCase {
	return slices.Concat(layerCases(), poolCases(), elementCases(), wiringCases(), axisCases(), sharingCases(), lossCases(), numberCases(), attentionCases(), analogCases())
}

func layerCases() []gradientCase {
	return []gradientCase{
		{
			name: "conv with stride and pad", in: "[2, 6, 5]", out: "[?, ?, ?]", shape: []int{2, 6, 5}, targets: 2 * 4 * 2,
			body: "  unit a = nn.conv(3, kernel = 3x2, stride = 2x1, pad = 1);\n  unit b = nn.conv(2, kernel = 2x3, stride = 1x3, pad = 1);\n  route x -> a -> b -> y;",
			twin: one(func(w weights, x tensor) tensor {
				return conv(conv(x, w["a"], window{3, 2, 2, 1, 1, 1}), w["b"], window{2, 3, 1, 3, 1, 1})
			}),
		},
		{
			name: "conv without bias", in: "[1, 4, 4]", out: "[?, ?, ?]", shape: []int{1, 4, 4}, targets: 2 * 2 * 2,
			body: "  unit a = nn.conv(2, kernel = 2x2, bias = false);\n  unit b = nn.conv(2, kernel = 2x2, bias = false);\n  route x -> a -> b -> y;",
			twin: one(func(w weights, x tensor) tensor {
				k := window{2, 2, 1, 1, 0, 0}
				return conv(conv(x, w["a"], k), w["b"], k)
			}),
		},
		{
			// The bias row is driven by 1, which is not full scale here.
			name: "conv of inputs beyond 1", in: "[2, 4, 4]", out: "[?, ?, ?]", shape: []int{2, 4, 4}, reach: 20, targets: 2 * 4 * 4,
			body: "  unit a = nn.conv(3, kernel = 3, pad = 1);\n  unit b = nn.conv(2, kernel = 1);\n  route x -> a -> b -> y;",
			twin: one(func(w weights, x tensor) tensor {
				return conv(conv(x, w["a"], window{3, 3, 1, 1, 1, 1}), w["b"], window{1, 1, 1, 1, 0, 0})
			}),
		},
		{
			name: "dense of inputs beyond 1", in: "[3, 6]", out: "[3, 4]", shape: []int{3, 6}, reach: 7, targets: 12,
			body: "  unit a = nn.dense(5);\n  unit b = nn.dense(4);\n  route x -> a -> b -> y;",
			twin: one(func(w weights, x tensor) tensor { return dense(dense(x, w["a"]), w["b"]) }),
		},
		{
			name: "dense on D", in: "[6]", out: "[4]", shape: []int{6}, targets: 4,
			body: "  unit a = nn.dense(5);\n  unit b = nn.dense(4, bias = false);\n  route x -> a -> b -> y;",
			twin: one(func(w weights, x tensor) tensor { return dense(dense(x, w["a"]), w["b"]) }),
		},
		{
			name: "dense on T, D", in: "[3, 4]", out: "[3, 2]", shape: []int{3, 4}, targets: 6,
			body: "  unit a = nn.dense(5);\n  unit b = nn.dense(2);\n  route x -> a -> b -> y;",
			twin: one(func(w weights, x tensor) tensor { return dense(dense(x, w["a"]), w["b"]) }),
		},
	}
}

// image is a case behind a convolution that keeps the size of a [2, 5, 6] image.
func image(name, hops, out string, targets int, f func(x tensor) tensor) gradientCase {
	return gradientCase{
		name: name, in: "[2, 5, 6]", out: out, shape: []int{2, 5, 6}, targets: targets,
		body: "  unit a = nn.conv(3, kernel = 3, pad = 1);\n  route x -> a -> " + hops + " -> y;",
		twin: one(func(w weights, x tensor) tensor { return f(conv(x, w["a"], window{3, 3, 1, 1, 1, 1})) }),
	}
}

// vector is a case behind a dense layer of six outputs.
func vector(name, hops string, targets int, f func(x tensor) tensor) gradientCase {
	return gradientCase{
		name: name, in: "[4]", out: "[?]", shape: []int{4}, targets: targets,
		body: "  unit a = nn.dense(6);\n  route x -> a -> " + hops + " -> y;",
		twin: one(func(w weights, x tensor) tensor { return f(dense(x, w["a"])) }),
	}
}

// table is a case behind a dense layer that gives [3, 4].
func table(name, hops, out string, targets int, f func(x tensor) tensor) gradientCase {
	return gradientCase{
		name: name, in: "[3, 5]", out: out, shape: []int{3, 5}, targets: targets,
		body: "  unit a = nn.dense(4);\n  route x -> a -> " + hops + " -> y;",
		twin: one(func(w weights, x tensor) tensor { return f(dense(x, w["a"])) }),
	}
}

func poolCases() []gradientCase {
	return []gradientCase{
		image("maxpool", "nn.maxpool(2x3)", "[3, 2, 2]", 12, func(x tensor) tensor { return maxpool(x, window{2, 3, 2, 3, 0, 0}) }),
		image("maxpool with overlap and pad", "nn.maxpool(3x3, stride = 2, pad = 1)", "[3, 3, 3]", 27,
			func(x tensor) tensor { return maxpool(x, window{3, 3, 2, 2, 1, 1}) }),
		image("avgpool with pad", "nn.avgpool(3x3, stride = 2, pad = 1)", "[3, 3, 3]", 27,
			func(x tensor) tensor { return avgpool(x, window{3, 3, 2, 2, 1, 1}) }),
		image("global_avgpool", "nn.global_avgpool()", "[3]", 3, globalAvgpool),
	}
}

func elementCases() []gradientCase {
	return []gradientCase{
		vector("relu", "nn.relu()", 6, relu),
		image("relu of an image", "nn.relu()", "[3, 5, 6]", 90, relu),
		vector("tanh", "nn.tanh()", 6, tanh),
		image("tanh of an image", "nn.tanh()", "[3, 5, 6]", 90, tanh),
		vector("softmax", "nn.softmax()", 6, softmax),
		table("softmax of tokens", "nn.softmax()", "[3, 4]", 12, softmax),
		image("softmax of an image", "nn.softmax()", "[3, 5, 6]", 90, softmax),
	}
}

func wiringCases() []gradientCase {
	flat := func(x tensor) tensor { return reshape(x, len(x.v)) }
	return []gradientCase{
		image("flatten", "nn.flatten()", "[90]", 90, flat),
		image("reshape", "nn.reshape([9, 10])", "[9, 10]", 90, func(x tensor) tensor { return reshape(x, 9, 10) }),
		table("reshape to an image", "nn.reshape([2, 3, 2])", "[2, 3, 2]", 12, func(x tensor) tensor { return reshape(x, 2, 3, 2) }),
		vector("slice", "nn.slice(feature, range = 1 .. 3)", 3, func(x tensor) tensor { return slice(x, 0, 1, 3) }),
		table("slice of tokens", "nn.slice(token, range = 1 .. 2)", "[2, 4]", 8, func(x tensor) tensor { return slice(x, 0, 1, 2) }),
		table("slice of features", "nn.slice(feature, range = 0 .. 1)", "[3, 2]", 6, func(x tensor) tensor { return slice(x, 1, 0, 1) }),
		image("slice of channels", "nn.slice(channel, range = 1 .. 1)", "[1, 5, 6]", 30, func(x tensor) tensor { return slice(x, 0, 1, 1) }),
		image("slice of rows", "nn.slice(row, range = 0 .. 3)", "[3, 4, 6]", 72, func(x tensor) tensor { return slice(x, 1, 0, 3) }),
		image("slice of columns", "nn.slice(column, range = 2 .. 4)", "[3, 5, 3]", 45, func(x tensor) tensor { return slice(x, 2, 2, 4) }),
	}
}

func axisCases() []gradientCase {
	list := []gradientCase{
		vector("mean of features", "nn.relu() -> nn.reshape([2, 3]) -> nn.mean(token)", 3,
			func(x tensor) tensor { return mean(reshape(relu(x), 2, 3), 0) }),
		table("mean over tokens", "nn.mean(token)", "[4]", 4, func(x tensor) tensor { return mean(x, 0) }),
		table("mean over features", "nn.mean(feature)", "[3]", 3, func(x tensor) tensor { return mean(x, 1) }),
		image("mean over channels", "nn.mean(channel)", "[5, 6]", 30, func(x tensor) tensor { return mean(x, 0) }),
		image("mean over rows", "nn.mean(row)", "[3, 6]", 18, func(x tensor) tensor { return mean(x, 1) }),
		image("mean over columns", "nn.mean(column)", "[3, 5]", 15, func(x tensor) tensor { return mean(x, 2) }),
	}
	for i, axis := range []string{"channel", "row", "column"} {
		shape := []int{4, 3, 2}
		shape[i] *= 2
		list = append(list, gradientCase{
			name: "concat along " + axis, in: "[1, 3, 2]", out: "[?, ?, ?]", shape: []int{1, 3, 2}, targets: 48,
			body: "  unit a = nn.conv(4, kernel = 1);\n  unit b = nn.conv(4, kernel = 3, pad = 1);\n  route x -> a;\n  route x -> b;\n" +
				"  route (a, b) -> nn.concat(" + axis + ") -> y;",
			twin: one(func(w weights, x tensor) tensor {
				return concat(i, conv(x, w["a"], window{1, 1, 1, 1, 0, 0}), conv(x, w["b"], window{3, 3, 1, 1, 1, 1}))
			}),
		})
	}
	for i, axis := range []string{"token", "feature"} {
		list = append(list, gradientCase{
			name: "concat along " + axis, in: "[3, 5]", out: "[?, ?]", shape: []int{3, 5}, targets: 36,
			body: "  unit a = nn.dense(4);\n  unit b = nn.dense(4);\n  unit c = nn.dense(4);\n  route x -> a;\n  route x -> b;\n  route x -> c;\n" +
				"  route (a, b, c) -> nn.concat(" + axis + ") -> y;",
			twin: one(func(w weights, x tensor) tensor {
				return concat(i, dense(x, w["a"]), dense(x, w["b"]), dense(x, w["c"]))
			}),
		})
	}
	return list
}

// sharingCases are values read more than once, and parameters used more than once.
func sharingCases() []gradientCase {
	const two = "  unit a = nn.dense(5);\n  unit b = nn.dense(5);\n  route x -> a;\n  route x -> b;\n"
	pair := func(name, hops string, f func(a, b tensor) tensor) gradientCase {
		return gradientCase{
			name: name, in: "[4]", out: "[5]", shape: []int{4}, targets: 5, body: two + hops,
			twin: one(func(w weights, x tensor) tensor { return f(dense(x, w["a"]), dense(x, w["b"])) }),
		}
	}
	return []gradientCase{
		pair("add", "  route (a, b) -> nn.add() -> y;", func(a, b tensor) tensor { return add(a, b) }),
		pair("add of three, one twice", "  route (a, b, a) -> nn.add() -> y;", func(a, b tensor) tensor { return add(a, b, a) }),
		pair("sub", "  route (a, b) -> nn.sub() -> y;", sub),
		pair("mul", "  route (a, b) -> nn.mul() -> y;", func(a, b tensor) tensor { return mul(a, b) }),
		pair("mul of three", "  unit p = nn.mul();\n  route a -> p.a;\n  route b -> p.b;\n  route a -> nn.tanh() -> p.c;\n  route p -> y;",
			func(a, b tensor) tensor { return mul(a, b, tanh(a)) }),
		vector("mul of a value with itself", "nn.relu() -> square.a;\n  unit square = nn.mul();\n  route a -> square.b;\n  route square", 6,
			func(x tensor) tensor { return mul(relu(x), x) }),
		pair("square", "  unit s = nn.mul();\n  route (a, a) -> s;\n  route (s, b) -> nn.add() -> y;",
			func(a, b tensor) tensor { return add(mul(a, a), b) }),
		pair("several readers", "  unit s = nn.add();\n  route a -> nn.relu() -> s.a;\n  route a -> nn.tanh() -> s.b;\n  route a -> s.c;\n  route b -> s.d;\n  route s -> y;",
			func(a, b tensor) tensor { return add(relu(a), tanh(a), a, b) }),
		{
			name: "shared unit", in: "[5]", out: "[5]", shape: []int{5}, targets: 5,
			body: "  unit u = nn.dense(5);\n  unit v = u;\n  unit w = nn.dense(5);\n  route x -> u -> nn.tanh() -> w -> v -> y;",
			twin: one(func(w weights, x tensor) tensor { return dense(dense(tanh(dense(x, w["u"])), w["w"]), w["u"]) }),
		},
		{
			name: "shared convolution", in: "[2, 4, 4]", out: "[2, 4, 4]", shape: []int{2, 4, 4}, targets: 32,
			body: "  unit u = nn.conv(2, kernel = 3, pad = 1);\n  unit v = u;\n  unit s = nn.add();\n  route x -> u -> nn.relu() -> v -> s.a;\n  route x -> s.b;\n  route s -> y;",
			twin: one(func(w weights, x tensor) tensor {
				k := window{3, 3, 1, 1, 1, 1}
				return add(conv(relu(conv(x, w["u"], k)), w["u"], k), x)
			}),
		},
	}
}

// lossCases are what starts the backward pass.
func lossCases() []gradientCase {
	const body = "  out z: [4];\n  unit a = nn.dense(5);\n  unit b = nn.dense(4);\n  unit c = nn.dense(4);\n  route x -> a -> nn.tanh() -> b -> y;\n  route a -> c -> z;"
	twin := func(w weights, x tensor) outputs {
		a := dense(x, w["a"])
		return outputs{dense(tanh(a), w["b"]), dense(a, w["c"])}
	}
	c := gradientCase{in: "[6]", out: "[4]", shape: []int{6}, body: body, twin: twin}
	with := func(name, loss string, value func(o outputs, s sample) float64) gradientCase {
		c := c
		c.name, c.loss, c.value = name, loss, value
		return c
	}
	return []gradientCase{
		with("cross-entropy", "nn.cross_entropy(y, label) + nn.cross_entropy(z, label)", func(o outputs, s sample) float64 {
			return crossEntropy(o.y, s.label, 0) + crossEntropy(o.other, s.label, 0)
		}),
		with("smoothed, weighted sum", "0.5 * nn.cross_entropy(y, label, smoothing = 0.2) + 2 * nn.cross_entropy(z, label)", func(o outputs, s sample) float64 {
			return 0.5*crossEntropy(o.y, s.label, 0.2) + 2*crossEntropy(o.other, s.label, 0)
		}),
		with("mean square between outputs", "nn.mse(y, z)", func(o outputs, _ sample) float64 { return meanSquare(o.y, o.other) }),
		{
			name: "mean square of output and label", in: "[6]", out: "[1]", shape: []int{6},
			body: "  unit a = nn.dense(3);\n  unit b = nn.dense(1);\n  route x -> a -> nn.tanh() -> b -> y;",
			twin: one(func(w weights, x tensor) tensor { return dense(tanh(dense(x, w["a"])), w["b"]) }),
			loss: "nn.mse(y, label)", value: func(o outputs, s sample) float64 {
				return meanSquare(o.y, tensor{[]int{1}, []float64{float64(s.label)}})
			},
		},
		{
			name: "mean square of an image and the data", in: "[2, 3, 3]", out: "[2, 3, 3]", shape: []int{2, 3, 3},
			body: "  unit a = nn.conv(2, kernel = 3, pad = 1);\n  route x -> a -> nn.tanh() -> y;",
			twin: one(func(w weights, x tensor) tensor { return tanh(conv(x, w["a"], window{3, 3, 1, 1, 1, 1})) }),
			loss: "nn.mse(y, input)", value: func(o outputs, s sample) float64 { return meanSquare(o.y, s.x) },
		},
		{
			name: "two losses of one output", in: "[4]", out: "[4]", shape: []int{4},
			body: "  unit a = nn.dense(5);\n  unit b = nn.dense(4);\n  route x -> a -> nn.tanh() -> b -> y;",
			twin: one(func(w weights, x tensor) tensor { return dense(tanh(dense(x, w["a"])), w["b"]) }),
			loss: "nn.cross_entropy(y, label) + 0.3 * nn.mse(y, x)", value: func(o outputs, s sample) float64 {
				return crossEntropy(o.y, s.label, 0) + 0.3*meanSquare(o.y, s.x)
			},
		},
		{
			name: "mean square of output and input", in: "[6]", out: "[6]", shape: []int{6},
			body: "  unit a = nn.dense(3);\n  unit b = nn.dense(6);\n  route x -> a -> nn.tanh() -> b -> y;",
			twin: func(w weights, x tensor) outputs { return outputs{dense(tanh(dense(x, w["a"])), w["b"]), x} },
			loss: "nn.mse(y, x)", value: func(o outputs, _ sample) float64 { return meanSquare(o.y, o.other) },
		},
	}
}

// numberCases are the units that the control unit helps with: norms and tables.
func numberCases() []gradientCase {
	position := func(x tensor, m matrix) tensor {
		return add(x, tensor{x.shape, m.v})
	}
	return []gradientCase{
		{
			name: "batchnorm of an image", in: "[2, 4, 3]", out: "[3, 4, 3]", shape: []int{2, 4, 3}, targets: 36,
			body: "  unit a = nn.conv(3, kernel = 3, pad = 1);\n  unit n = nn.batchnorm();\n  route x -> a -> n -> nn.tanh() -> y;",
			batch: func(w weights, xs []tensor) []tensor {
				for i := range xs {
					xs[i] = conv(xs[i], w["a"], window{3, 3, 1, 1, 1, 1})
				}
				return overBatch(batchnorm(xs, w["n"], 1e-5), tanh)
			},
		},
		{
			name: "batchnorm of features", in: "[5]", out: "[4]", shape: []int{5}, targets: 4,
			body: "  unit a = nn.dense(4);\n  unit n = nn.batchnorm(eps = 0.01);\n  unit b = nn.dense(4);\n  route x -> a -> n -> b -> y;",
			batch: func(w weights, xs []tensor) []tensor {
				for i := range xs {
					xs[i] = dense(xs[i], w["a"])
				}
				return overBatch(batchnorm(xs, w["n"], 0.01), func(x tensor) tensor { return dense(x, w["b"]) })
			},
		},
		{
			name: "layernorm", in: "[3, 5]", out: "[3, 4]", shape: []int{3, 5}, targets: 12,
			body: "  unit a = nn.dense(4);\n  unit n = nn.layernorm();\n  unit b = nn.dense(4);\n  route x -> a -> n -> b -> y;",
			twin: one(func(w weights, x tensor) tensor { return dense(layernorm(dense(x, w["a"]), w["n"], 1e-5), w["b"]) }),
		},
		{
			name: "position of tokens", in: "[3, 5]", out: "[3, 4]", shape: []int{3, 5}, targets: 12,
			body: "  unit a = nn.dense(4);\n  unit p = nn.position();\n  route x -> a -> p -> nn.tanh() -> y;",
			twin: one(func(w weights, x tensor) tensor { return tanh(position(dense(x, w["a"]), w["p"])) }),
		},
		{
			name: "position of an image", in: "[2, 3, 4]", out: "[2, 3, 4]", shape: []int{2, 3, 4}, targets: 24,
			body: "  unit a = nn.conv(2, kernel = 1);\n  unit p = nn.position();\n  route x -> a -> p -> nn.tanh() -> y;",
			twin: one(func(w weights, x tensor) tensor {
				return tanh(position(conv(x, w["a"], window{1, 1, 1, 1, 0, 0}), w["p"]))
			}),
		},
	}
}

// attentionCases are products of two values that the network computes.
func attentionCases() []gradientCase {
	const units = "  unit q = nn.dense(4);\n  unit k = nn.dense(4);\n  unit v = nn.dense(4);\n"
	head := func(name, by string) gradientCase {
		return gradientCase{
			name: name, in: "[3, 5]", out: "[3, 4]", shape: []int{3, 5}, targets: 12,
			body: units + "  unit s = nn.similarity(" + by + ");\n  unit g = nn.aggregate();\n" +
				"  route x -> q -> s.q;\n  route x -> k -> s.k;\n  route s -> nn.softmax() -> g.w;\n  route x -> v -> g.v;\n  route g -> y;",
			twin: one(func(w weights, x tensor) tensor {
				scores := similarity(dense(x, w["q"]), dense(x, w["k"]), 0.5)
				return aggregate(softmax(scores), dense(x, w["v"]))
			}),
		}
	}
	return []gradientCase{
		head("attention", ""),
		head("attention on tiles", "by = tile"),
		{
			name: "similarity of a value with itself", in: "[3, 5]", out: "[3, 3]", shape: []int{3, 5}, targets: 9,
			body: "  unit q = nn.dense(4);\n  unit s = nn.similarity(scale = 0.7);\n  route x -> q;\n  route (q, q) -> s -> y;",
			twin: one(func(w weights, x tensor) tensor {
				q := dense(x, w["q"])
				return similarity(q, q, 0.7)
			}),
		},
	}
}

// analogCases are the paper's computation unit.
func analogCases() []gradientCase {
	const two = "  unit a = nn.dense(5);\n  unit b = nn.dense(5);\n  route x -> a;\n  route x -> b;\n"
	pair := func(name, hops string, f func(a, b tensor) tensor) gradientCase {
		return gradientCase{
			name: "analog." + name, in: "[4]", out: "[5]", shape: []int{4}, targets: 5, body: two + hops,
			twin: one(func(w weights, x tensor) tensor { return f(dense(x, w["a"]), dense(x, w["b"])) }),
		}
	}
	return []gradientCase{
		pair("add", "  route (a, b, a) -> analog.add() -> y;", func(a, b tensor) tensor { return add(a, b, a) }),
		pair("sub", "  route (a, b) -> analog.sub() -> y;", sub),
		pair("mul", "  route (a, b) -> analog.mul() -> y;", func(a, b tensor) tensor { return mul(a, b) }),
		pair("max", "  route (a, b) -> analog.max() -> y;", func(a, b tensor) tensor { return combine(math.Max, a, b) }),
		pair("div", "  unit e = analog.exp();\n  route b -> e;\n  route (a, e) -> analog.div() -> y;",
			func(a, b tensor) tensor {
				return combine(func(p, q float64) float64 { return p / q }, a, each(b, math.Exp))
			}),
		pair("gain and hold", "  unit s = nn.add();\n  route a -> analog.gain(1.5) -> s.a;\n  route b -> analog.hold() -> s.b;\n  route s -> y;",
			func(a, b tensor) tensor { return add(each(a, func(v float64) float64 { return 1.5 * v }), b) }),
	}
}
