package stdlib

import "acl/lang/sig"

func elementwise() []*sig.Primitive {
	unary := func(name, doc string, keep sig.Keep) *sig.Primitive {
		return &sig.Primitive{Name: name, Doc: doc, In: one, Out: "y", Class: "activation", Keep: keep, Infer: inferSame}
	}
	return []*sig.Primitive{
		unary("nn.relu", "x where it is positive, else 0", sig.Keep{Y: true}),
		unary("nn.tanh", "the hyperbolic tangent", sig.Keep{Y: true}),
		unary("nn.softmax", "exponentials that sum to 1 over the last axis", sig.Keep{Y: true}),
		{Name: "nn.add", Doc: "the sum of inputs of equal shapes", In: several, Out: "y", Class: "activation", Infer: inferEqual},
		{
			Name: "nn.mul", Doc: "the product of inputs of equal shapes", In: several, Out: "y", Class: "activation",
			Keep: sig.Keep{X: []int{sig.AllInputs}}, Infer: inferEqual,
		},
		{Name: "nn.sub", Doc: "a - b", In: pair, Out: "y", Class: "activation", Infer: inferEqual},
	}
}

// pair is the ports of a unit with an order between its two inputs.
var pair = sig.Inputs{Ports: []string{"a", "b"}}

func inferSame(in []sig.Shape, _ []sig.Value) (sig.Result, *sig.ShapeError) {
	return sig.Result{Out: clone(in[0])}, nil
}

// inferEqual wants equal shapes; what one input leaves open another settles.
func inferEqual(in []sig.Shape, _ []sig.Value) (sig.Result, *sig.ShapeError) {
	first := known(in)
	if first < 0 {
		return sig.Result{}, nil
	}
	out := clone(in[first])
	for i, s := range in {
		if s == nil {
			continue
		}
		if len(s) != len(out) {
			return sig.Result{}, unlike(letter(i), s, letter(first), in[first])
		}
		for a := range s {
			d, same := agree(out[a], s[a])
			if !same {
				return sig.Result{}, unlike(letter(i), s, letter(first), in[first])
			}
			out[a] = d
		}
	}
	return sig.Result{Out: out}, nil
}
