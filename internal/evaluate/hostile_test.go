package evaluate

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"acl/lang/diag"
	"acl/lang/quantity"
	"acl/lang/source"
	"acl/lang/syntax"
)

// typical are the arguments of a form's example, by name.
func typical(t *testing.T, s *Scope, f *Form) (map[string]Value, *syntax.Ref) {
	t.Helper()
	e, diags := syntax.ParseExpr(source.NewFile("example", f.Example))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	r := e.(*syntax.Ref)
	have, diags := s.arguments(f, r)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	out := map[string]Value{}
	for name, g := range have {
		out[name] = g.value
	}
	return out, r
}

// callWith calls a form with values in place of arguments.
func callWith(f *Form, r *syntax.Ref, values map[string]Value) (Value, diag.List) {
	have, a := map[string]given{}, &args{chip: fabric45(), values: map[string]Value{}, read: map[string]bool{}}
	var diags diag.List
	for name, v := range values {
		fitted, more := f.Param(name).fit(v, r.NameSpan())
		diags.Add(more...)
		have[name] = given{fitted, r.NameSpan()}
	}
	if diags.HasErrors() {
		return nil, diags
	}
	if g, ok := have["chip"]; ok {
		a.chip = g.value.(Chip).Chip
	}
	for i := range f.Params {
		v, more := f.Params[i].settle(have, a.chip, r.NameSpan())
		diags.Add(more...)
		a.values[f.Params[i].Name] = v
	}
	if diags.HasErrors() {
		return nil, diags
	}
	return finish(f, a, have, r)
}

// hostile are values that a parameter may be given by accident, and whether it has to
// refuse them.
func hostile(p *Param) (may, must []Value) {
	n := func(v float64) Value { return Number{Value: quantity.Value{Num: v, Dim: p.Dim}} }
	wrong := number(1, p.Dim.Times(kelvin).Times(kelvin))
	must = []Value{wrong, Chip{fabric45()}, Record{}}
	list := func(v ...Value) Value { return List(v) }
	switch p.Kind {
	case Quantity, Whole:
		for _, v := range []float64{0, -1, 1e-300, 1e300, -1e300, 0.5, 12345.678, 1e7, 1e12} {
			may = append(may, n(v))
		}
		must = append(must, n(math.NaN()), n(math.Inf(1)), Bool(true), Text("much"), list(n(1)), Interval{})
	case Quantities, Wholes, Matrix:
		may = []Value{list(), list(n(0), n(-1), n(1e300)), list(n(1)), list(n(1), n(1), n(1), n(1), n(1), n(1), n(1)), list(list(n(1), n(2)), list(n(1)))}
		must = append(must, list(n(1), wrong), list(n(1), n(math.NaN())), list(Bool(true)), Bool(true), Text("much"))
	case Word:
		must = append(must, Text("no such word"), n(1), list())
		may, must = nil, must[1:] // a plain number or chip is no word either
	case Switch:
		must = append(must, n(1), Text("maybe"))
	case Swing:
		may = []Value{Interval{number(1, p.Dim), number(2, p.Dim)}, Interval{number(-1e300, p.Dim), number(1e300, p.Dim)}}
		must = append(must, n(1), Interval{number(-1, kelvin), number(1, kelvin)})
	case OfChip:
		must = []Value{n(1), Text("fabric45"), list()}
	}
	return may, must
}

// TestHostileArguments gives each parameter of each form what it may be given by
// accident. Nothing panics or takes long, what comes is finite, and what is refused is
// refused in words that name the parameter or the value.
func TestHostileArguments(t *testing.T) {
	s := New(nil)
	for i := range Forms {
		f := &Forms[i]
		base, r := typical(t, s, f)
		for j := range f.Params {
			p := &f.Params[j]
			may, must := hostile(p)
			for k, v := range slices.Concat(may, must) {
				began := time.Now()
				values := map[string]Value{}
				for name, x := range base {
					values[name] = x
				}
				values[p.Name] = v
				got, diags := callWith(f, r, values)
				what := fmt.Sprintf("%s with %s = %v", f.Name, p.Name, v)
				if d := time.Since(began); d > 2*time.Second {
					t.Errorf("%s takes %s", what, d)
				}
				switch {
				case got == nil && len(diags) == 0:
					t.Errorf("%s: neither a value nor a message", what)
				case k >= len(may) && !diags.HasErrors():
					t.Errorf("%s: taken, and comes to %s", what, Format(got))
				case got != nil && !finite(got):
					t.Errorf("%s: %s", what, Format(got))
				case diags.HasErrors() && !names(diags[0].Message+" "+diags[0].Hint, p, v):
					t.Errorf("%s: the message names neither: %s", what, diags[0].Message)
				}
			}
		}
	}
}

// names reports whether a message speaks of a parameter or of its value.
func names(message string, p *Param, v Value) bool {
	if n, ok := v.(Number); ok && strings.Contains(message, n.Digits(digits)) {
		return true
	}
	return strings.Contains(message, p.Name)
}

// A momentum that never forgets and a network without a layer are refused.
func TestLedgerRefusals(t *testing.T) {
	s := New(nil)
	for text, want := range map[string]string{
		"ledger.lambda(step = 1us, rate = 0.1, momentum = 1)": "momentum = 1",
		"ledger.mlp(widths = [3])":                            "1 widths",
	} {
		if _, diags := s.Eval(source.NewFile("expression", text)); !diags.HasErrors() || !strings.Contains(diags.Errors()[0].Message, want) {
			t.Errorf("%s: %v, want an error with %q", text, diags, want)
		}
	}
}
