package stdlib

import "acl/lang/sig"

// The paper's computation unit, element by element.
func analog() []*sig.Primitive {
	unit := func(name, doc string, in sig.Inputs, keep sig.Keep) *sig.Primitive {
		return &sig.Primitive{
			Name: "analog." + name, Doc: doc, In: in, Out: "y", Class: "activation", Keep: keep, Infer: inferEqual,
		}
	}
	gain := unit("gain", "k x", one, sig.Keep{})
	gain.Params = []sig.Param{param("k", sig.Type{Kind: sig.KindNumber}, nil, "the factor")}
	compare := unit("compare", "1 where a is above b, else 0; it has no gradient", pair, sig.Keep{})
	compare.NoGradient = true
	return []*sig.Primitive{
		unit("add", "the sum of the inputs", several, sig.Keep{}),
		unit("mul", "the product of the inputs", several, sig.Keep{X: []int{sig.AllInputs}}),
		unit("max", "the largest of the inputs", several, sig.Keep{Record: true}),
		unit("sub", "a - b", pair, sig.Keep{}),
		unit("div", "a / b", pair, sig.Keep{X: []int{0, 1}}),
		compare,
		unit("exp", "e to the power x", one, sig.Keep{Y: true}),
		gain,
		unit("hold", "x, kept on a capacitor", one, sig.Keep{}),
	}
}
