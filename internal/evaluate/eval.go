package evaluate

import (
	"errors"
	"fmt"
	"math"

	"acl/lang/diag"
	"acl/lang/quantity"
	"acl/lang/source"
	"acl/lang/syntax"
)

// The codes that this package reports; package diag explains each of them.
const (
	codeUnknown     diag.Code = "E0201"
	codeNoValue     diag.Code = "E0209"
	codeMissingArg  diag.Code = "E0211"
	codeUnknownArg  diag.Code = "E0212"
	codeRepeatedArg diag.Code = "E0213"
	codeArgOrder    diag.Code = "E0214"
	codeUnknownKey  diag.Code = "E0215"
	codeUnknownWord diag.Code = "E0216"
	codeType        diag.Code = "E0401"
	codeDimension   diag.Code = "E0402"
	codeBounds      diag.Code = "E0403"
	codeReversed    diag.Code = "E0404"
)

// Expr computes an expression; the value is nil where there is an error.
func (s *Scope) Expr(e syntax.Expr) (Value, diag.List) {
	switch e := e.(type) {
	case *syntax.Number:
		if !syntax.Readable(e) {
			return nil, nil
		}
		return Number{Value: quantity.Value{Num: e.Value}, Whole: e.Int}, nil
	case *syntax.QuantityLit:
		if !syntax.Readable(e) {
			return nil, nil
		}
		return Number{Value: e.Value}, nil
	case *syntax.SizeLit:
		return Size{e.H, e.W}, nil
	case *syntax.StringLit:
		return Text(e.Value), nil
	case *syntax.BoolLit:
		return Bool(e.Value), nil
	case *syntax.ListLit:
		return s.list(e)
	case *syntax.Ref:
		if e.Call {
			return s.call(e)
		}
		return s.ref(e)
	case *syntax.Unary:
		return s.unary(e)
	case *syntax.Binary:
		return s.binary(e)
	case *syntax.RangeExpr:
		return s.interval(e)
	}
	panic(fmt.Sprintf("evaluate: expression of type %T", e))
}

func (s *Scope) list(e *syntax.ListLit) (Value, diag.List) {
	var diags diag.List
	out := List{}
	for _, item := range e.Items {
		v, more := s.Expr(item)
		diags.Add(more...)
		if v != nil {
			out = append(out, v)
		}
	}
	if len(out) < len(e.Items) {
		return nil, diags
	}
	return out, diags
}

func (s *Scope) unary(e *syntax.Unary) (Value, diag.List) {
	x, diags := s.Expr(e.X)
	if x == nil {
		return nil, diags
	}
	switch v := x.(type) {
	case Number:
		if e.Op == "-" {
			v.Value = v.Neg()
			if v.Band != nil {
				v.Band = &Band{-v.Band.High, -v.Band.Low}
			}
			return v, diags
		}
	case Bool:
		if e.Op == "not" {
			return !v, diags
		}
	case List:
		if e.Op == "-" {
			return s.each(v, func(item Value) (Value, diag.List) {
				return s.arithmetic("*", e.X.Place(), e.X.Place(), whole(-1), item)
			})
		}
	}
	diags.Add(diag.Errorf(codeType, e.X.Place(), "`%s` takes %s, got %s", e.Op, operand(e.Op), Describe(x)))
	return nil, diags
}

func operand(op string) string {
	if op == "not" || op == "and" || op == "or" {
		return "a condition"
	}
	return "numbers"
}

func (s *Scope) each(l List, f func(Value) (Value, diag.List)) (Value, diag.List) {
	out := make(List, len(l))
	for i, item := range l {
		v, diags := f(item)
		if v == nil {
			return nil, diags
		}
		out[i] = v
	}
	return out, nil
}

func (s *Scope) binary(e *syntax.Binary) (Value, diag.List) {
	x, diags := s.Expr(e.X)
	if b, ok := x.(Bool); ok && (e.Op == "and" && !bool(b) || e.Op == "or" && bool(b)) {
		return b, diags // the left side decides: a guard works
	}
	y, more := s.Expr(e.Y)
	diags.Add(more...)
	if x == nil || y == nil {
		return nil, diags
	}
	var v Value
	switch e.Op {
	case "and", "or":
		v, more = logic(e, x, y)
	case "+", "-", "*", "/":
		v, more = s.arithmetic(e.Op, e.X.Place(), e.Y.Place(), x, y)
	default:
		v, more = compare(e, x, y)
	}
	diags.Add(more...)
	return v, diags
}

func logic(e *syntax.Binary, x, y Value) (Value, diag.List) {
	if _, ok := x.(Bool); !ok {
		return nil, diag.List{diag.Errorf(codeType, e.X.Place(), "`%s` takes a condition, got %s", e.Op, Describe(x))}
	}
	if _, ok := y.(Bool); !ok {
		return nil, diag.List{diag.Errorf(codeType, e.Y.Place(), "`%s` takes a condition, got %s", e.Op, Describe(y))}
	}
	return y, nil // x has not decided
}

// arithmetic computes with numbers, and with lists item by item.
func (s *Scope) arithmetic(op string, at, behind source.Span, x, y Value) (Value, diag.List) {
	if l, ok := x.(List); ok {
		if m, ok := y.(List); ok {
			return s.pairs(op, at, behind, l, m)
		}
		return s.each(l, func(item Value) (Value, diag.List) { return s.arithmetic(op, at, behind, item, y) })
	}
	if m, ok := y.(List); ok {
		return s.each(m, func(item Value) (Value, diag.List) { return s.arithmetic(op, at, behind, x, item) })
	}
	a, ok := x.(Number)
	if !ok {
		return nil, diag.List{diag.Errorf(codeType, at, "`%s` takes numbers, got %s", op, Describe(x))}
	}
	b, ok := y.(Number)
	if !ok {
		return nil, diag.List{diag.Errorf(codeType, behind, "`%s` takes numbers, got %s", op, Describe(y))}
	}
	return apply(op, behind, a, b)
}

func (s *Scope) pairs(op string, at, behind source.Span, l, m List) (Value, diag.List) {
	if len(l) != len(m) {
		return nil, diag.List{diag.Errorf(codeBounds, behind, "`%s` takes lists of one length, got %d and %d items", op, len(l), len(m))}
	}
	out := make(List, len(l))
	for i := range l {
		v, diags := s.arithmetic(op, at, behind, l[i], m[i])
		if v == nil {
			return nil, diags
		}
		out[i] = v
	}
	return out, nil
}

// apply computes with two numbers. A band is carried where the other number has
// none and its arithmetic is that of a factor; elsewhere it is dropped, since a band
// of a sum depends on what the two have in common.
func apply(op string, at source.Span, a, b Number) (Value, diag.List) {
	v, err := operate(op, a.Value, b.Value)
	var dim *quantity.DimError
	switch {
	case errors.As(err, &dim):
		return nil, diag.List{diag.Errorf(codeDimension, at, "`%s` takes quantities of one dimension, got %s and %s", op, Describe(a), Describe(b))}
	case errors.Is(err, quantity.ErrZero):
		return nil, diag.List{diag.Errorf(codeBounds, at, "division by zero")}
	case err != nil:
		return nil, diag.List{diag.Errorf(codeDimension, at, "%v", err)}
	}
	out := Number{Value: v, Whole: a.Whole && b.Whole, Band: scaled(op, a, b)}
	if out.Whole && op == "/" {
		out.Num = math.Floor(out.Num)
	}
	if math.IsInf(out.Num, 0) || math.IsNaN(out.Num) {
		return nil, diag.List{diag.Errorf(codeBounds, at, "the value is not a finite number")}
	}
	return out, nil
}

func operate(op string, a, b quantity.Value) (quantity.Value, error) {
	switch op {
	case "+":
		return a.Add(b)
	case "-":
		return a.Sub(b)
	case "*":
		return a.Mul(b)
	}
	return a.Div(b)
}

// scaled is the band of a product or quotient with a number that has none.
func scaled(op string, a, b Number) *Band {
	k := b.Num
	switch {
	case op == "/" && a.Band != nil && b.Band == nil:
		k = 1 / k
	case op == "*" && a.Band != nil && b.Band == nil:
	case op == "*" && b.Band != nil && a.Band == nil:
		a, k = b, a.Num
	default:
		return nil
	}
	low, high := a.Band.Low*k, a.Band.High*k
	return &Band{math.Min(low, high), math.Max(low, high)}
}

func compare(e *syntax.Binary, x, y Value) (Value, diag.List) {
	a, ok1 := x.(Number)
	b, ok2 := y.(Number)
	if ok1 && ok2 {
		c, err := a.Compare(e.Op, b.Value)
		if err != nil {
			return nil, diag.List{diag.Errorf(codeDimension, e.Y.Place(), "`%s` compares quantities of one dimension, got %s and %s", e.Op, Describe(x), Describe(y))}
		}
		return Bool(ordered(e.Op, c)), nil
	}
	if equal, same := equals(x, y); same && (e.Op == "==" || e.Op == "!=") {
		return Bool(equal == (e.Op == "==")), nil
	}
	return nil, diag.List{diag.Errorf(codeType, e.OpSpan, "`%s` cannot compare %s with %s", e.Op, Describe(x), Describe(y))}
}

func ordered(op string, c int) bool {
	switch op {
	case "==":
		return c == 0
	case "!=":
		return c != 0
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

// equals compares two values of one kind that are no numbers.
func equals(x, y Value) (equal, same bool) {
	switch a := x.(type) {
	case Bool:
		b, ok := y.(Bool)
		return a == b, ok
	case Text:
		b, ok := y.(Text)
		return a == b, ok
	case Size:
		b, ok := y.(Size)
		return a == b, ok
	}
	return false, false
}

func (s *Scope) interval(e *syntax.RangeExpr) (Value, diag.List) {
	low, diags := s.Expr(e.Low)
	high, more := s.Expr(e.High)
	diags.Add(more...)
	if low == nil || high == nil {
		return nil, diags
	}
	x, ok1 := low.(Number)
	y, ok2 := high.(Number)
	switch {
	case !ok1 || !ok2:
		diags.Add(diag.Errorf(codeType, e.Span, "a range goes from number to number, got %s and %s", Describe(low), Describe(high)))
	case x.Dim != y.Dim:
		diags.Add(diag.Errorf(codeDimension, e.High.Place(), "a range has one dimension, got %s and %s", Describe(low), Describe(high)))
	case x.Num > y.Num:
		diags.Add(diag.Errorf(codeReversed, e.Span, "a range goes from the lesser to the greater"))
	default:
		return Interval{x, y}, diags
	}
	return nil, diags
}
