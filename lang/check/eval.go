package check

import (
	"math"

	"acl/lang/diag"
	"acl/lang/quantity"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
)

// Eval computes a constant expression. Integer division rounds down; quantities
// keep their dimension, and one without is a plain number. A nil value without a
// diagnostic is unknown: it depends on a value that the environment knows by name
// only. There are no functions of numbers; calls are of library functions.
func Eval(e syntax.Expr, env *Env) (sig.Value, diag.List) {
	switch e := e.(type) {
	case *syntax.Number:
		if !syntax.Readable(e) {
			return nil, nil
		}
		if e.Int {
			return sig.Int(e.Value), nil
		}
		return sig.Float(e.Value), nil
	case *syntax.QuantityLit:
		if !syntax.Readable(e) {
			return nil, nil
		}
		return plain(e.Value), nil
	case *syntax.SizeLit:
		return sig.Size{H: e.H, W: e.W}, nil
	case *syntax.StringLit:
		return sig.String(e.Value), nil
	case *syntax.BoolLit:
		return sig.Bool(e.Value), nil
	case *syntax.ListLit:
		return evalList(e, env)
	case *syntax.Ref:
		return env.ref(e)
	case *syntax.Unary:
		return evalUnary(e, env)
	case *syntax.Binary:
		return evalBinary(e, env)
	case *syntax.RangeExpr:
		return evalRange(e, env, false)
	}
	panic("check: unknown kind of expression")
}

// EvalRepeat evaluates the range of a repeat, which may be reversed: it then has
// no turns. known is false while a bound is not settled.
func EvalRepeat(e syntax.Expr, env *Env) (low, high int, known bool, diags diag.List) {
	r, ok := e.(*syntax.RangeExpr)
	if !ok {
		return 0, 0, false, diag.List{mistyped(e.Place(), "a repeat goes over a range of ints: `1 .. n`")}
	}
	v, diags := evalRange(r, env, true)
	span, ok := v.(sig.Range)
	if !ok {
		return 0, 0, false, diags
	}
	lo, ok1 := span.Low.(sig.Int)
	hi, ok2 := span.High.(sig.Int)
	if !ok1 || !ok2 {
		diags.Add(mistyped(e.Place(), "a repeat goes over ints, got %s", describe(v)))
		return 0, 0, false, diags
	}
	return int(lo), int(hi), true, diags
}

// maxInt is the largest int of the language: float64 holds all up to it exactly.
const maxInt = 1 << 53

func mistyped(span source.Span, format string, args ...any) diag.Diag {
	return diag.Errorf(codeType, span, format, args...)
}

func tooLarge(span source.Span) diag.List {
	return diag.List{diag.Errorf(codeBounds, span, "an int lies within ±2^53")}
}

// finite refuses infinity and not-a-number.
func finite(v sig.Value, span source.Span) (sig.Value, diag.List) {
	var num float64
	switch v := v.(type) {
	case sig.Float:
		num = float64(v)
	case sig.Quantity:
		num = v.Num
	}
	if math.IsInf(num, 0) || math.IsNaN(num) {
		return nil, diag.List{diag.Errorf(codeBounds, span, "the value is not a finite number")}
	}
	return v, nil
}

// plain is a quantity, or a Float where it has no dimension.
func plain(v quantity.Value) sig.Value {
	if v.Dim == quantity.None {
		return sig.Float(v.Num)
	}
	return sig.Quantity(v)
}

func evalList(e *syntax.ListLit, env *Env) (sig.Value, diag.List) {
	var diags diag.List
	list := sig.List{}
	complete := true
	for _, item := range e.Items {
		v, more := Eval(item, env)
		diags.Add(more...)
		list = append(list, v)
		complete = complete && v != nil
	}
	if !complete {
		return nil, diags
	}
	return list, diags
}

func evalUnary(e *syntax.Unary, env *Env) (sig.Value, diag.List) {
	x, diags := Eval(e.X, env)
	if x == nil {
		return nil, diags
	}
	switch v := x.(type) {
	case sig.Bool:
		if e.Op == "not" {
			return !v, diags
		}
	case sig.Int:
		if e.Op == "-" {
			return -v, diags
		}
	case sig.Float:
		if e.Op == "-" {
			return -v, diags
		}
	case sig.Quantity:
		if e.Op == "-" {
			v.Num = -v.Num
			return v, diags
		}
	}
	want := "a number"
	if e.Op == "not" {
		want = "a condition"
	}
	diags.Add(mistyped(e.X.Place(), "`%s` takes %s, got %s", e.Op, want, describe(x)))
	return nil, diags
}

func evalBinary(e *syntax.Binary, env *Env) (sig.Value, diag.List) {
	if e.Op == "and" || e.Op == "or" {
		return evalLogic(e, env)
	}
	x, diags := Eval(e.X, env)
	y, more := Eval(e.Y, env)
	diags.Add(more...)
	if x == nil || y == nil {
		return nil, diags
	}
	var v sig.Value
	switch e.Op {
	case "+", "-", "*", "/":
		v, more = arithmetic(e, x, y)
	default:
		v, more = compare(e, x, y)
	}
	diags.Add(more...)
	return v, diags
}

// evalLogic settles `and` and `or` from the left: what the left side decides keeps
// the right one from being computed, so that a guard works.
func evalLogic(e *syntax.Binary, env *Env) (sig.Value, diag.List) {
	decides := sig.Bool(e.Op == "or")
	x, diags := condition(e.X, e.Op, env)
	if x == decides {
		return x, diags
	}
	y, more := condition(e.Y, e.Op, env)
	diags.Add(more...)
	if y == decides || x != nil {
		return y, diags
	}
	return nil, diags
}

// condition evaluates an operand that must be a Bool.
func condition(e syntax.Expr, op string, env *Env) (sig.Value, diag.List) {
	v, diags := Eval(e, env)
	if v == nil {
		return nil, diags
	}
	if _, ok := v.(sig.Bool); !ok {
		diags.Add(mistyped(e.Place(), "`%s` takes a condition, got %s", op, describe(v)))
		return nil, diags
	}
	return v, diags
}

// number splits a numeric value; isInt says that it is whole.
func number(v sig.Value) (q quantity.Value, isInt, ok bool) {
	switch v := v.(type) {
	case sig.Int:
		return quantity.Value{Num: float64(v)}, true, true
	case sig.Float:
		return quantity.Value{Num: float64(v)}, false, true
	case sig.Quantity:
		return quantity.Value(v), false, true
	}
	return quantity.Value{}, false, false
}

func arithmetic(e *syntax.Binary, a, b sig.Value) (sig.Value, diag.List) {
	x, xInt, ok1 := number(a)
	y, yInt, ok2 := number(b)
	if !ok1 || !ok2 {
		at, v := e.X, a
		if ok1 {
			at, v = e.Y, b
		}
		return nil, diag.List{mistyped(at.Place(), "`%s` takes numbers, got %s", e.Op, describe(v))}
	}
	if e.Op == "/" && y.Num == 0 {
		return nil, diag.List{diag.Errorf(codeBounds, e.Y.Place(), "division by zero")}
	}
	if (e.Op == "+" || e.Op == "-") && x.Dim != y.Dim {
		return nil, diag.List{diag.Errorf(codeDimension, e.Y.Place(), "`%s` takes quantities of one dimension, got %s and %s",
			e.Op, describe(a), describe(b))}
	}
	if xInt && yInt {
		return wholes(e, int64(a.(sig.Int)), int64(b.(sig.Int)))
	}
	return finite(plain(apply(e.Op, x, y)), e.Span)
}

func apply(op string, x, y quantity.Value) quantity.Value {
	switch op {
	case "+":
		return quantity.Value{Num: x.Num + y.Num, Dim: x.Dim}
	case "-":
		return quantity.Value{Num: x.Num - y.Num, Dim: x.Dim}
	case "*":
		return quantity.Value{Num: x.Num * y.Num, Dim: x.Dim.Times(y.Dim)}
	}
	return quantity.Value{Num: x.Num / y.Num, Dim: x.Dim.Over(y.Dim)}
}

// wholes computes with ints; the divisor is not zero.
func wholes(e *syntax.Binary, x, y int64) (sig.Value, diag.List) {
	var v int64
	switch e.Op {
	case "+":
		v = x + y
	case "-":
		v = x - y
	case "*":
		if math.Abs(float64(x)*float64(y)) > maxInt {
			return nil, tooLarge(e.Span)
		}
		v = x * y
	case "/":
		v = x / y
		if x%y != 0 && (x < 0) != (y < 0) {
			v--
		}
	}
	if v > maxInt || v < -maxInt {
		return nil, tooLarge(e.Span)
	}
	return sig.Int(v), nil
}

func compare(e *syntax.Binary, a, b sig.Value) (sig.Value, diag.List) {
	x, _, ok1 := number(a)
	y, _, ok2 := number(b)
	if ok1 && ok2 {
		if x.Dim != y.Dim {
			return nil, diag.List{diag.Errorf(codeDimension, e.Y.Place(), "`%s` compares quantities of one dimension, got %s and %s",
				e.Op, describe(a), describe(b))}
		}
		return sig.Bool(ordered(e.Op, x.Num, y.Num)), nil
	}
	equal, same := equals(a, b)
	if !same || e.Op != "==" && e.Op != "!=" {
		return nil, diag.List{mistyped(e.OpSpan, "`%s` cannot compare %s with %s", e.Op, describe(a), describe(b))}
	}
	return sig.Bool(equal == (e.Op == "==")), nil
}

func ordered(op string, x, y float64) bool {
	switch op {
	case "==":
		return x == y
	case "!=":
		return x != y
	case "<":
		return x < y
	case "<=":
		return x <= y
	case ">":
		return x > y
	}
	return x >= y
}

// equals compares two values of one kind that are no numbers; same is false for
// kinds that have no equality.
func equals(a, b sig.Value) (equal, same bool) {
	switch x := a.(type) {
	case sig.Bool:
		y, ok := b.(sig.Bool)
		return x == y, ok
	case sig.Size:
		y, ok := b.(sig.Size)
		return x == y, ok
	case sig.String:
		y, ok := b.(sig.String)
		return x == y, ok
	case sig.Module:
		y, ok := b.(sig.Module)
		return x == y, ok
	}
	return false, false
}

func evalRange(e *syntax.RangeExpr, env *Env, repeat bool) (sig.Value, diag.List) {
	low, diags := Eval(e.Low, env)
	high, more := Eval(e.High, env)
	diags.Add(more...)
	if low == nil || high == nil {
		return nil, diags
	}
	x, _, ok1 := number(low)
	y, _, ok2 := number(high)
	switch {
	case !ok1 || !ok2:
		diags.Add(mistyped(e.Span, "a range goes from number to number, got %s and %s", describe(low), describe(high)))
	case x.Dim != y.Dim:
		diags.Add(diag.Errorf(codeDimension, e.High.Place(), "a range has one dimension, got %s and %s", describe(low), describe(high)))
	case x.Num > y.Num && !repeat:
		diags.Add(diag.Errorf(codeReversed, e.Span, "a range goes from the lesser to the greater").
			WithHint("write `%s .. %s`", e.High.Place().Text(), e.Low.Place().Text()).
			WithFix(e.Low.Place(), e.High.Place().Text()).WithFix(e.High.Place(), e.Low.Place().Text()))
	default:
		return sig.Range{Low: low, High: high}, diags
	}
	return nil, diags
}
