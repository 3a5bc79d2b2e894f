package quantity

import (
	"cmp"
	"errors"
	"fmt"
)

// DimError is an operation on two quantities whose dimensions do not fit it.
type DimError struct {
	Op   string // as it is written: + - or a comparison
	X, Y Dim
}

func (e *DimError) Error() string {
	return fmt.Sprintf("`%s` takes quantities of one dimension, got %s and %s", e.Op, e.X.Describe(), e.Y.Describe())
}

// ErrZero is a division by zero, ErrDim a product or quotient whose dimension has
// exponents beyond ±63.
var (
	ErrZero = errors.New("division by zero")
	ErrDim  = errors.New("the dimension has exponents that are too large")
)

// Neg returns -v.
func (v Value) Neg() Value { return Value{-v.Num, v.Dim} }

// Add returns v + w; the error is a *DimError.
func (v Value) Add(w Value) (Value, error) {
	if v.Dim != w.Dim {
		return Value{}, &DimError{"+", v.Dim, w.Dim}
	}
	return Value{v.Num + w.Num, v.Dim}, nil
}

// Sub returns v - w; the error is a *DimError.
func (v Value) Sub(w Value) (Value, error) {
	if v.Dim != w.Dim {
		return Value{}, &DimError{"-", v.Dim, w.Dim}
	}
	return Value{v.Num - w.Num, v.Dim}, nil
}

// Mul returns v w; the error is ErrDim.
func (v Value) Mul(w Value) (Value, error) {
	if !v.Dim.fits(w.Dim, 1) {
		return Value{}, ErrDim
	}
	return Value{v.Num * w.Num, v.Dim.Times(w.Dim)}, nil
}

// Div returns v / w; the error is ErrZero or ErrDim.
func (v Value) Div(w Value) (Value, error) {
	if w.Num == 0 {
		return Value{}, ErrZero
	}
	if !v.Dim.fits(w.Dim, -1) {
		return Value{}, ErrDim
	}
	return Value{v.Num / w.Num, v.Dim.Over(w.Dim)}, nil
}

// Compare returns -1, 0 or 1 as v is less than, equal to or greater than w; op is
// the comparison for the message of a *DimError.
func (v Value) Compare(op string, w Value) (int, error) {
	if v.Dim != w.Dim {
		return 0, &DimError{op, v.Dim, w.Dim}
	}
	return cmp.Compare(v.Num, w.Num), nil
}

// fits reports whether the exponents of d and sign times those of e add up to ones
// that a Dim holds; they are kept in halves.
func (d Dim) fits(e Dim, sign int) bool {
	x, y := d.halves(), e.halves()
	for i := range x {
		if s := int(x[i]) + sign*int(y[i]); s < -127 || s > 127 {
			return false
		}
	}
	return true
}

func (d Dim) halves() [6]int8 { return [...]int8{d.M, d.Kg, d.S, d.A, d.K, d.Bit} }
