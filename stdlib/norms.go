package stdlib

import "acl/lang/sig"

func norms() []*sig.Primitive {
	eps := param("eps", numberAbove(0), sig.Float(1e-5), "added to the variance")
	// A record of a norm is the mean and the variance that it has used.
	keep := sig.Keep{X: []int{0}, W: []int{0}, Record: true}
	return []*sig.Primitive{
		{
			Name:   "nn.batchnorm",
			Doc:    "normalises each channel (or feature) over the batch, H and W; running statistics in evaluation",
			Params: []sig.Param{param("momentum", share(), sig.Float(0.1), "weight of a batch in the running statistics"), eps},
			In:     one, Out: "y", Digital: true, Keep: keep, Infer: inferBatchnorm,
		},
		{
			Name: "nn.layernorm", Doc: "normalises each sample over the last axis", Params: []sig.Param{eps},
			In: one, Out: "y", Digital: true, Keep: keep, Infer: inferLayernorm,
		},
		{
			Name: "nn.position", Doc: "adds a learned tensor of the input's shape, which starts at 0",
			In: one, Out: "y", Class: "activation", Infer: inferPosition,
		},
	}
}

// affine is the tensors of a norm over n channels or features.
func affine(n int) []sig.Tensor {
	return []sig.Tensor{
		{Name: "gain", Shape: sig.Shape{n}, Init: 1},
		{Name: "offset", Shape: sig.Shape{n}},
	}
}

// inferBatchnorm: an image has a gain for each channel, other shapes one for each
// element of the last axis.
func inferBatchnorm(in []sig.Shape, _ []sig.Value) (sig.Result, *sig.ShapeError) {
	x := in[0]
	if x == nil {
		return sig.Result{Params: affine(sig.Unknown)}, nil
	}
	switch len(x) {
	case 3:
		return sig.Result{Out: clone(x), Params: affine(x[0])}, nil
	case 1, 2:
		return sig.Result{Out: clone(x), Params: affine(x[len(x)-1])}, nil
	}
	return sig.Result{}, wrong("x", x, "[C, H, W], [T, D] or [D]")
}

func inferLayernorm(in []sig.Shape, _ []sig.Value) (sig.Result, *sig.ShapeError) {
	x := in[0]
	if x == nil {
		return sig.Result{Params: affine(sig.Unknown)}, nil
	}
	if len(x) == 0 {
		return sig.Result{}, wrong("x", x, "a shape with an axis")
	}
	return sig.Result{Out: clone(x), Params: affine(x[len(x)-1])}, nil
}

func inferPosition(in []sig.Shape, _ []sig.Value) (sig.Result, *sig.ShapeError) {
	return sig.Result{Out: clone(in[0]), Params: []sig.Tensor{{Name: "table", Shape: clone(in[0])}}}, nil
}
