package stdlib

import "acl/lang/sig"

func pools() []*sig.Primitive {
	return []*sig.Primitive{
		{
			Name: "nn.maxpool", Doc: "the largest value of each window; padding counts as minus infinity",
			Params: poolParams(), In: one, Out: "y", Class: "pool", Keep: sig.Keep{Record: true}, Infer: inferPool,
		},
		{
			Name: "nn.avgpool", Doc: "the mean of each window; padding counts as 0, and in the divisor",
			Params: poolParams(), In: one, Out: "y", Class: "pool", Infer: inferPool,
		},
		{
			Name: "nn.global_avgpool", Doc: "the mean of each channel: [C, H, W] to [C]",
			In: one, Out: "y", Class: "pool", Infer: inferGlobal,
		},
		{
			Name: "nn.mean", Doc: "the mean along an axis, which goes",
			Params: []sig.Param{param("axis", axisType, nil, "the axis that goes")},
			In:     one, Out: "y", Class: "pool", Infer: inferMean,
		},
	}
}

func poolParams() []sig.Param {
	return []sig.Param{
		param("kernel", sizeFrom(1), nil, "window, rows x columns"),
		optional("stride", sizeFrom(1), "kernel", "step of the window"),
		param("pad", sizeFrom(0), sig.Size{}, "places added on each side"),
	}
}

func inferPool(in []sig.Shape, args []sig.Value) (sig.Result, *sig.ShapeError) {
	kernel, pad := sizeAt(args, 0), sizeAt(args, 2)
	stride := kernel
	if args[1] != nil {
		stride = sizeAt(args, 1)
	}
	if args[0] != nil && args[2] != nil && (pad.H >= kernel.H || pad.W >= kernel.W) {
		return sig.Result{}, &sig.ShapeError{
			Code: badRange, Arg: "pad",
			Msg: "the pad must be less than the kernel, or a window holds nothing but padding",
		}
	}
	h, w, err := slide(in[0], kernel, stride, pad)
	if err != nil {
		return sig.Result{}, err
	}
	return sig.Result{Out: sig.Shape{channels(in[0]), h, w}, Args: []sig.Value{args[0], sizeOrNil(stride), args[2]}}, nil
}

// sizeOrNil is nil while the size is not known.
func sizeOrNil(s sig.Size) sig.Value {
	if s.H == sig.Unknown {
		return nil
	}
	return s
}

func inferGlobal(in []sig.Shape, _ []sig.Value) (sig.Result, *sig.ShapeError) {
	if err := rank("x", in[0], 3, "[C, H, W]"); err != nil {
		return sig.Result{}, err
	}
	return sig.Result{Out: sig.Shape{channels(in[0])}}, nil
}

func inferMean(in []sig.Shape, args []sig.Value) (sig.Result, *sig.ShapeError) {
	axis, err := axisAt(in[0], args, 0)
	if err != nil || axis < 0 {
		return sig.Result{}, err
	}
	out := clone(in[0][:axis])
	if out == nil {
		out = sig.Shape{}
	}
	return sig.Result{Out: append(out, in[0][axis+1:]...)}, nil
}
