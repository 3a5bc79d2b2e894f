package stdlib

import (
	"acl/lang/quantity"
	"acl/lang/sig"
)

// The types of parameters and keys, as the tables write them.

var (
	boolType   = sig.Type{Kind: sig.KindBool}
	stringType = sig.Type{Kind: sig.KindString}
	rateType   = course(numberAbove(0))
	exprType   = sig.Type{Kind: sig.KindExpr}
)

// course is a number, or a course of such numbers over a training.
func course(t sig.Type) sig.Type {
	t.Kind, t.Group = sig.KindCourse, "rate"
	return t
}

func intFrom(least int, words ...string) sig.Type {
	t := sig.Type{Kind: sig.KindInt, Min: float64(least), Words: words}
	t.Bounded.Min = true
	return t
}

func sizeFrom(least int) sig.Type {
	t := intFrom(least)
	t.Kind = sig.KindSize
	return t
}

func numberFrom(least float64, words ...string) sig.Type {
	t := sig.Type{Kind: sig.KindNumber, Min: least, Words: words}
	t.Bounded.Min = true
	return t
}

// numberAbove excludes the bound itself.
func numberAbove(bound float64, words ...string) sig.Type {
	t := numberFrom(bound, words...)
	t.Bounded.OpenMin = true
	return t
}

// share is a number from 0 to 1.
func share(words ...string) sig.Type {
	t := numberFrom(0, words...)
	t.Max, t.Bounded.Max = 1, true
	return t
}

// shareBelow is a number from 0 to 1, 1 excluded.
func shareBelow() sig.Type {
	t := share()
	t.Bounded.OpenMax = true
	return t
}

// positive is a quantity above zero.
func positive(dim quantity.Dim, words ...string) sig.Type {
	t := notNegative(dim, words...)
	t.Bounded.OpenMin = true
	return t
}

func notNegative(dim quantity.Dim, words ...string) sig.Type {
	t := sig.Type{Kind: sig.KindQuantity, Dim: dim, Words: words}
	t.Bounded.Min = true
	return t
}

func oneOf(words ...string) sig.Type { return sig.Type{Kind: sig.KindWord, Words: words} }

func callOf(group string) sig.Type { return sig.Type{Kind: sig.KindCall, Group: group} }

func nameOf(what string) sig.Type { return sig.Type{Kind: sig.KindName, Group: what} }

func namesOf(what string) sig.Type { return sig.Type{Kind: sig.KindNames, Group: what} }

func level() sig.Type {
	t := sig.Type{Kind: sig.KindLevel, Words: []string{"on", "off"}}
	t.Bounded.Min = true
	return t
}

// param is a parameter; a nil default makes it required.
func param(name string, t sig.Type, def sig.Value, doc string) sig.Param {
	return sig.Param{Name: name, Type: t, Default: def, Doc: doc}
}

// optional is a parameter whose default is in words.
func optional(name string, t sig.Type, def, doc string) sig.Param {
	return sig.Param{Name: name, Type: t, DefaultDoc: def, Doc: doc}
}
