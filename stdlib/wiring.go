package stdlib

import (
	"fmt"

	"acl/lang/sig"
)

// The units that compute nothing: the control unit connects capacitors in
// another order.

func wiring() []*sig.Primitive {
	return []*sig.Primitive{
		{Name: "nn.flatten", Doc: "all elements in a row, row-major: to [N]", In: one, Out: "y", Infer: inferFlatten},
		{
			Name: "nn.reshape", Doc: "the same elements, row-major, in another shape",
			Params: []sig.Param{param("shape", listType(), nil, "the dimensions")},
			In:     one, Out: "y", Infer: inferReshape,
		},
		{
			Name: "nn.slice", Doc: "a part of an axis; a .. b has b - a + 1 elements, counted from 0",
			Params: []sig.Param{
				param("axis", axisType, nil, "the axis that is cut"),
				param("range", rangeType(), nil, "first and last element"),
			},
			In: one, Out: "y", Infer: inferSlice,
		},
		{
			Name: "nn.concat", Doc: "inputs one after the other along an axis; the other axes are equal",
			Params: []sig.Param{param("axis", axisType, nil, "the axis that adds up")},
			In:     several, Out: "y", Infer: inferConcat,
		},
	}
}

// several is the ports a b c .. of a unit with two inputs or more.
var several = sig.Inputs{Variadic: true}

func listType() sig.Type {
	t := intFrom(1)
	t.Kind = sig.KindIntList
	return t
}

func rangeType() sig.Type {
	t := intFrom(0)
	t.Kind = sig.KindRange
	return t
}

func inferFlatten(in []sig.Shape, _ []sig.Value) (sig.Result, *sig.ShapeError) {
	if in[0] == nil {
		return sig.Result{Out: sig.Shape{sig.Unknown}}, nil
	}
	return sig.Result{Out: sig.Shape{times(in[0]...)}}, nil
}

func inferReshape(in []sig.Shape, args []sig.Value) (sig.Result, *sig.ShapeError) {
	list, ok := args[0].(sig.List)
	if !ok {
		return sig.Result{}, nil
	}
	out := make(sig.Shape, len(list))
	for i := range list {
		out[i] = intAt(list, i)
	}
	if in[0] == nil {
		return sig.Result{Out: out}, nil
	}
	got, want := times(in[0]...), times(out...)
	if got != sig.Unknown && want != sig.Unknown && got != want {
		return sig.Result{}, &sig.ShapeError{
			Code: badRange, Port: "x",
			Msg: fmt.Sprintf("got %s, want %d elements for %s", Print(in[0]), want, Print(out)),
		}
	}
	return sig.Result{Out: out}, nil
}

func inferSlice(in []sig.Shape, args []sig.Value) (sig.Result, *sig.ShapeError) {
	axis, err := axisAt(in[0], args, 0)
	if err != nil || axis < 0 {
		return sig.Result{}, err
	}
	out := clone(in[0])
	r, ok := args[1].(sig.Range)
	if !ok {
		out[axis] = sig.Unknown
		return sig.Result{Out: out}, nil
	}
	bounds := []sig.Value{r.Low, r.High}
	low, high := intAt(bounds, 0), intAt(bounds, 1)
	if n := in[0][axis]; n != sig.Unknown && high >= n {
		return sig.Result{}, &sig.ShapeError{
			Code: badRange, Arg: "range",
			Msg: fmt.Sprintf("got %d .. %d of axis %s of %s, want elements from 0 to %d",
				low, high, args[0], Print(in[0]), n-1),
		}
	}
	out[axis] = high - low + 1
	return sig.Result{Out: out}, nil
}

func inferConcat(in []sig.Shape, args []sig.Value) (sig.Result, *sig.ShapeError) {
	first := known(in)
	if first < 0 {
		return sig.Result{}, nil
	}
	axis, err := axisAt(in[first], args, 0)
	if err != nil || axis < 0 {
		return sig.Result{}, err
	}
	out := clone(in[first])
	sum := 0
	for i, s := range in {
		if s == nil {
			sum = sig.Unknown
			continue
		}
		if len(s) != len(out) {
			return sig.Result{}, wrong(letter(i), s, "%d axes as port %s has: %s", len(out), letter(first), Print(in[first]))
		}
		for a := range s {
			merged, same := agree(out[a], s[a])
			if a != axis && !same {
				return sig.Result{}, wrong(letter(i), s, "%s but for axis %s, as port %s has", Print(out), args[0], letter(first))
			}
			if a != axis {
				out[a] = merged
			}
		}
		if sum != sig.Unknown && s[axis] != sig.Unknown {
			sum += s[axis]
		} else {
			sum = sig.Unknown
		}
	}
	out[axis] = sum
	return sig.Result{Out: out}, nil
}

// known is the index of the first shape of known rank, or -1.
func known(in []sig.Shape) int {
	for i := range in {
		if in[i] != nil {
			return i
		}
	}
	return -1
}

// letter is the name of a variadic unit's port.
func letter(i int) string { return (&sig.Primitive{In: several}).Port(i) }
