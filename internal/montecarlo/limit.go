package montecarlo

import (
	"fmt"
	"math"

	"acl/internal/evaluate"
	"acl/lang/diag"
	"acl/lang/quantity"
	"acl/lang/source"
)

// A Limit is the range that a good die's error is in, both ends included, SI.
type Limit struct{ Low, High float64 }

// Codes of limits that cannot be; package diag explains them.
const (
	codeType      diag.Code = "E0401"
	codeDimension diag.Code = "E0402"
	codeBounds    diag.Code = "E0403"
)

// LimitOf reads the limit of a unit's error: a quantity, such as 1mV or 2%, for its
// magnitude, or a range, such as -1mV .. 3mV. It is of the dimension of what is
// measured.
func LimitOf(unit string, file *source.File) (*Limit, diag.List) {
	u, err := find(unit)
	if err != nil {
		return nil, nil // Measure says so
	}
	v, diags := evaluate.New(nil).Eval(file)
	if diags.HasErrors() || v == nil {
		return nil, diags
	}
	all := file.Span(0, len(file.Text))
	var l Limit
	var dim quantity.Dim
	switch v := v.(type) {
	case evaluate.Number:
		l, dim = Limit{-v.Num, v.Num}, v.Dim
	case evaluate.Interval:
		l, dim = Limit{v.Low.Num, v.High.Num}, v.Low.Dim
	default:
		diags.Add(diag.Errorf(codeType, all, "a limit is a quantity, or a range of them, got %s", evaluate.Describe(v)))
		return nil, diags
	}
	switch {
	case dim != u.Dim:
		diags.Add(diag.Errorf(codeDimension, all, "the limit is %s, and what is measured, the %s, is %s", dim.Describe(), u.Doc, u.Dim.Describe()))
	case !(l.Low < l.High) || math.IsInf(l.High-l.Low, 0):
		diags.Add(diag.Errorf(codeBounds, all, "a limit of %s leaves no room: it is a magnitude above 0, or a range from the lesser to the greater", evaluate.Format(v)))
	default:
		return &l, diags
	}
	return nil, diags
}

// symmetric reports whether a limit is one of the magnitude.
func (l *Limit) symmetric() bool { return l.Low == -l.High }

// holds reports whether an error is within the limit; nil holds all.
func (l *Limit) holds(e float64) bool { return l == nil || l.Low <= e && e <= l.High }

// Yield is how many dies are within a limit, and how many on either side of it.
type Yield struct {
	Within, Below, Above int
	Share                float64
	// Low and High hold the share of all dies of the kind with a confidence of 95 %.
	Low, High float64
}

// z95 is the normal quantile of a confidence of 95 %.
const z95 = 1.959964

// yieldOf counts errors. The interval is Wilson's, which stays within 0 and 1 (E. B.
// Wilson, J. Am. Stat. Assoc. 22:209, 1927).
func yieldOf(errors []float64, l *Limit) *Yield {
	if l == nil {
		return nil
	}
	y := &Yield{}
	for _, e := range errors {
		switch {
		case e < l.Low:
			y.Below++
		case e > l.High:
			y.Above++
		default:
			y.Within++
		}
	}
	n := float64(len(errors))
	y.Share = float64(y.Within) / n
	k := 1 + z95*z95/n
	middle := (y.Share + z95*z95/(2*n)) / k
	half := z95 / k * math.Sqrt(y.Share*(1-y.Share)/n+z95*z95/(4*n*n))
	y.Low, y.High = max(0, middle-half), min(1, middle+half)
	return y
}

// within is the limit in words.
func (r *Result) within() string {
	if r.Limit.symmetric() {
		return "±" + r.value(r.Limit.High)
	}
	return fmt.Sprintf("%s .. %s", r.value(r.Limit.Low), r.value(r.Limit.High))
}
