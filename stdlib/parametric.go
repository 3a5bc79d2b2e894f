package stdlib

import "acl/lang/sig"

// The units that hold weights in cross-point tiles.

func parametric() []*sig.Primitive {
	return []*sig.Primitive{
		{
			Name: "nn.conv",
			Doc:  "a 2-d convolution: [C, H, W] to [width, (H + 2 pad - kernel) / stride + 1, ..]",
			Params: []sig.Param{
				param("width", intFrom(1), nil, "channels that it puts out"),
				param("kernel", sizeFrom(1), nil, "window, rows x columns"),
				param("stride", sizeFrom(1), sig.Size{H: 1, W: 1}, "step of the window"),
				param("pad", sizeFrom(0), sig.Size{}, "zeros added on each side"),
				param("bias", boolType, sig.Bool(true), "adds a learned number to each channel"),
			},
			In: one, Out: "y", Class: "conv", Keep: sig.Keep{W: []int{0}}, Infer: inferConv,
		},
		{
			Name: "nn.dense",
			Doc:  "a matrix times the last axis: [D] to [width], [T, D] to [T, width]",
			Params: []sig.Param{
				param("width", intFrom(1), nil, "features that it puts out"),
				param("bias", boolType, sig.Bool(true), "adds a learned number to each feature"),
			},
			In: one, Out: "y", Class: "dense", Keep: sig.Keep{W: []int{0}}, Infer: inferDense,
		},
	}
}

// one is the ports of a unit with one input.
var one = sig.Inputs{Ports: []string{"x"}}

// window is the number of places of a window along an axis, or Unknown. Places
// that do not fit wholly are left out.
func window(length, kernel, stride, pad int) (places int, fits bool) {
	if length == sig.Unknown || kernel == sig.Unknown || stride == sig.Unknown || pad == sig.Unknown {
		return sig.Unknown, true
	}
	span := length + 2*pad - kernel
	if span < 0 {
		return 0, false
	}
	return span/stride + 1, true
}

// slide applies a window to an image and refuses one that is larger than it.
func slide(in sig.Shape, kernel, stride, pad sig.Size) (h, w int, err *sig.ShapeError) {
	if err := rank("x", in, 3, "[C, H, W]"); err != nil {
		return 0, 0, err
	}
	if in == nil {
		return sig.Unknown, sig.Unknown, nil
	}
	h, fitsH := window(in[1], kernel.H, stride.H, pad.H)
	w, fitsW := window(in[2], kernel.W, stride.W, pad.W)
	if !fitsH || !fitsW {
		return 0, 0, wrong("x", in, "an image of at least %dx%d: the kernel is %dx%d, the pad %dx%d",
			kernel.H-2*pad.H, kernel.W-2*pad.W, kernel.H, kernel.W, pad.H, pad.W)
	}
	return h, w, nil
}

func channels(in sig.Shape) int {
	if in == nil {
		return sig.Unknown
	}
	return in[0]
}

func inferConv(in []sig.Shape, args []sig.Value) (sig.Result, *sig.ShapeError) {
	width, kernel := intAt(args, 0), sizeAt(args, 1)
	h, w, err := slide(in[0], kernel, sizeAt(args, 2), sizeAt(args, 3))
	if err != nil {
		return sig.Result{}, err
	}
	c := channels(in[0])
	rows := times(c, kernel.H, kernel.W)
	return sig.Result{
		Out:    sig.Shape{width, h, w},
		Params: matrix(rows, width, boolAt(args, 4)),
		MACs:   count(rows, width, h, w),
	}, nil
}

// matrix is the tensors of a unit with weights: rows are inputs, columns outputs.
func matrix(rows, cols int, bias bool) []sig.Tensor {
	t := []sig.Tensor{{Name: "w", Shape: sig.Shape{rows, cols}, FanIn: rows}}
	if bias {
		t = append(t, sig.Tensor{Name: "b", Shape: sig.Shape{cols}, FanIn: rows})
	}
	return t
}

func inferDense(in []sig.Shape, args []sig.Value) (sig.Result, *sig.ShapeError) {
	x, width := in[0], intAt(args, 0)
	if x == nil {
		return sig.Result{Params: matrix(sig.Unknown, width, boolAt(args, 1))}, nil
	}
	if len(x) != 1 && len(x) != 2 {
		err := wrong("x", x, "[D] or [T, D]")
		if len(x) == 3 {
			err.Hint = "put `nn.flatten()` or `nn.global_avgpool()` before it"
		}
		return sig.Result{}, err
	}
	out := clone(x)
	depth := out[len(out)-1]
	out[len(out)-1] = width
	return sig.Result{
		Out: out, Params: matrix(depth, width, boolAt(args, 1)), MACs: count(append(sig.Shape{depth}, out...)...),
	}, nil
}
