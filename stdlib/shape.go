package stdlib

import (
	"fmt"
	"strconv"
	"strings"

	"acl/lang/sig"
)

// The codes of a shape rule's refusals.
const (
	badShape = "E0301" // an input that the unit does not accept
	badAxis  = "E0304" // an axis that the input does not have
	badRange = "E0305" // a slice or a list of dimensions that does not fit
)

// Print is the form of a shape in messages: [64, 8, 8], an unknown dimension as ?,
// an unknown rank as [..].
func Print(s sig.Shape) string {
	if s == nil {
		return "[..]"
	}
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = strconv.Itoa(d)
		if d == sig.Unknown {
			parts[i] = "?"
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// wrong is a shape that a port refuses: got .., want ..
func wrong(port string, got sig.Shape, want string, args ...any) *sig.ShapeError {
	return &sig.ShapeError{
		Code: badShape, Port: port,
		Msg: fmt.Sprintf("got %s, want %s", Print(got), fmt.Sprintf(want, args...)),
	}
}

// unlike is a shape that has to be that of another port.
func unlike(port string, got sig.Shape, other string, want sig.Shape) *sig.ShapeError {
	bad := wrong(port, got, "%s as port %s has", Print(want), other)
	bad.Like = other
	return bad
}

// rank refuses an input of another number of axes; an unknown rank passes.
func rank(port string, in sig.Shape, n int, want string) *sig.ShapeError {
	if in == nil || len(in) == n {
		return nil
	}
	return wrong(port, in, "%s", want)
}

// agree merges two dimensions that must be equal: the known one wins.
func agree(a, b int) (int, bool) {
	if a == sig.Unknown {
		return b, true
	}
	return a, b == sig.Unknown || a == b
}

// times is a product that is Unknown where a factor is.
func times(dims ...int) int {
	n := 1
	for _, d := range dims {
		if d == sig.Unknown {
			return sig.Unknown
		}
		n *= d
	}
	return n
}

// count is times as a count of operations: 0 while a dimension is unknown.
func count(dims ...int) int64 {
	n := int64(1)
	for _, d := range dims {
		if d == sig.Unknown {
			return 0
		}
		n *= int64(d)
	}
	return n
}

// clone is a copy, so that no result shares its memory with an input.
func clone(s sig.Shape) sig.Shape {
	if s == nil {
		return nil
	}
	return append(sig.Shape{}, s...)
}

// Arguments by their place; what is not known yet is Unknown.

func intAt(args []sig.Value, i int) int {
	if v, ok := args[i].(sig.Int); ok {
		return int(v)
	}
	return sig.Unknown
}

func sizeAt(args []sig.Value, i int) sig.Size {
	if v, ok := args[i].(sig.Size); ok {
		return v
	}
	return sig.Size{H: sig.Unknown, W: sig.Unknown}
}

func boolAt(args []sig.Value, i int) bool {
	v, ok := args[i].(sig.Bool)
	return ok && bool(v)
}

// Axes names the axes of a shape of n dimensions, or returns nil.
func Axes(n int) []string {
	switch n {
	case 1:
		return []string{"feature"}
	case 2:
		return []string{"token", "feature"}
	case 3:
		return []string{"channel", "row", "column"}
	}
	return nil
}

var axisType = oneOf("channel", "row", "column", "token", "feature")

// axisAt is the index of the axis that an argument names, -1 while the argument
// or the rank is not known.
func axisAt(in sig.Shape, args []sig.Value, i int) (int, *sig.ShapeError) {
	word, ok := args[i].(sig.Word)
	if !ok || in == nil {
		return -1, nil
	}
	names := Axes(len(in))
	for a, n := range names {
		if n == string(word) {
			return a, nil
		}
	}
	e := &sig.ShapeError{
		Code: badAxis, Arg: "axis",
		Msg: fmt.Sprintf("%s has no axis %s", Print(in), word),
	}
	if names != nil {
		e.Hint = fmt.Sprintf("the axes of a shape with %d dimensions are %s", len(in), strings.Join(names, ", "))
	}
	return -1, e
}
