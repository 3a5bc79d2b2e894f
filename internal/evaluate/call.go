package evaluate

import (
	"fmt"
	"math"
	"strings"

	"acl/fabric"
	"acl/lang/diag"
	"acl/lang/quantity"
	"acl/lang/source"
	"acl/lang/spell"
	"acl/lang/syntax"
	"acl/stdlib"
)

// given is an argument as it stands in a call.
type given struct {
	value Value
	span  source.Span
}

// call evaluates a form with its arguments.
func (s *Scope) call(r *syntax.Ref) (Value, diag.List) {
	name, _ := r.Plain()
	f := Lookup(name)
	if f == nil {
		return nil, diag.List{s.noForm(name, r.NameSpan())}
	}
	have, diags := s.arguments(f, r)
	if diags.HasErrors() {
		return nil, diags
	}
	a := &args{chip: fabric45(), values: map[string]Value{}, read: map[string]bool{}}
	if g, ok := have["chip"]; ok { // fit has seen that it is one
		a.chip = g.value.(Chip).Chip
	}
	for i := range f.Params {
		p := &f.Params[i]
		v, more := p.settle(have, a.chip, r.NameSpan())
		diags.Add(more...)
		a.values[p.Name] = v
	}
	if diags.HasErrors() {
		return nil, diags
	}
	return finish(f, a, have, r)
}

// finish computes the form, and refuses a result that is no number.
func finish(f *Form, a *args, have map[string]given, r *syntax.Ref) (Value, diag.List) {
	v, err := f.run(a)
	if err != nil {
		return nil, diag.List{diag.Errorf(codeBounds, r.NameSpan(), "%s: %v", f.Name, err).
			WithHint("it was given %s; `acl doc %s` says what it takes", f.recall(have), f.Name)}
	}
	if !finite(v) {
		return nil, diag.List{diag.Errorf(codeBounds, r.NameSpan(), "%s: the value is not a finite number for %s", f.Name, f.recall(have))}
	}
	return v, nil
}

// fewItems is the longest list that a message repeats.
const fewItems = 6

// recall lists the arguments of a call with their values.
func (f *Form) recall(have map[string]given) string {
	var parts []string
	for _, p := range f.Params {
		g, ok := have[p.Name]
		if !ok {
			continue
		}
		switch v := g.value.(type) {
		case Chip:
			parts = append(parts, "the chip "+v.Name)
		case List:
			text := fmt.Sprintf("%d items", len(v))
			if len(v) <= fewItems {
				text = Format(v)
			}
			parts = append(parts, p.Name+" = "+text)
		default:
			parts = append(parts, p.Name+" = "+Format(v))
		}
	}
	if parts == nil {
		return "no argument"
	}
	return strings.Join(parts, ", ")
}

func finite(v Value) bool {
	switch v := v.(type) {
	case Number:
		return !math.IsNaN(v.Num) && !math.IsInf(v.Num, 0)
	case List:
		for _, e := range v {
			if !finite(e) {
				return false
			}
		}
	case Record:
		for _, f := range v {
			if !finite(f.Value) {
				return false
			}
		}
	}
	return true
}

// noForm is the error for a call of what is no form: a unit or function of programs,
// or nothing.
func (s *Scope) noForm(name string, span source.Span) diag.Diag {
	switch t := stdlib.Table(); {
	case t.Primitive(name) != nil:
		return diag.Errorf(codeNoValue, span, "`%s` is a unit, not a value", name).WithHint("units are computed by a module's routes")
	case t.Func(name) != nil:
		return diag.Errorf(codeNoValue, span, "`%s` belongs into a settings block", name)
	}
	return s.unknown(name, span)
}

// arguments evaluates the arguments and binds them to names: a chip to `chip`
// wherever it stands, others by position to the parameters in their order.
func (s *Scope) arguments(f *Form, r *syntax.Ref) (map[string]given, diag.List) {
	var diags diag.List
	have := map[string]given{}
	next, named := 0, false
	for _, arg := range r.Args {
		p, v, more := s.argument(f, arg, &next, named)
		diags.Add(more...)
		named = named || arg.Name != nil
		if p == nil || v == nil {
			continue
		}
		if before, twice := have[p.Name]; twice {
			diags.Add(diag.Errorf(codeRepeatedArg, arg.Span, "the argument `%s` is given twice", p.Name).WithRelated(before.span, "given here"))
			continue
		}
		v, more = p.fit(v, arg.Value.Place())
		diags.Add(more...)
		have[p.Name] = given{v, arg.Span}
	}
	return have, diags
}

// argument finds the parameter of an argument and its value.
func (s *Scope) argument(f *Form, arg *syntax.Arg, next *int, named bool) (*Param, Value, diag.List) {
	if arg.Name != nil {
		p := f.Param(arg.Name.Text)
		if p == nil {
			return nil, nil, diag.List{f.noParam(arg.Name.Text, arg.Name.Span)}
		}
		v, diags := s.argValue(p, arg.Value)
		return p, v, diags
	}
	if named {
		return nil, nil, diag.List{diag.Errorf(codeArgOrder, arg.Span, "positional arguments come before named ones")}
	}
	if *next < len(f.Params) && f.Params[*next].Kind == Word {
		p := &f.Params[*next]
		*next++
		v, diags := s.argValue(p, arg.Value)
		return p, v, diags
	}
	v, diags := s.Expr(arg.Value)
	if p := f.Param("chip"); p != nil {
		if _, ok := v.(Chip); ok {
			return p, v, diags
		}
	}
	if *next >= len(f.Params) || f.Params[*next].Kind == OfChip {
		diags.Add(diag.Errorf(codeUnknownArg, arg.Span, "`%s` takes no further argument", f.Name).WithHint("%s", f.Signature()))
		return nil, nil, diags
	}
	p := &f.Params[*next]
	*next++
	return p, v, diags
}

// argValue evaluates an argument; a bare name is a word where the parameter takes
// one.
func (s *Scope) argValue(p *Param, e syntax.Expr) (Value, diag.List) {
	if r, ok := e.(*syntax.Ref); ok && p.Kind == Word && !r.Call {
		if name, plain := r.Plain(); plain && !strings.Contains(name, ".") {
			return Text(name), nil
		}
	}
	return s.Expr(e)
}

func (f *Form) noParam(name string, span source.Span) diag.Diag {
	names := make([]string, len(f.Params))
	for i, p := range f.Params {
		names[i] = p.Name
	}
	d := diag.Errorf(codeUnknownArg, span, "`%s` has no argument `%s`", f.Name, name)
	if near, ok := spell.Nearest(name, names); ok {
		return d.WithHint("did you mean `%s`?", near)
	}
	return d.WithHint("it takes %s", strings.Join(names, ", "))
}

// settle is the value of a parameter: as given, or its default.
func (p *Param) settle(have map[string]given, chip *fabric.Chip, call source.Span) (Value, diag.List) {
	if g, ok := have[p.Name]; ok {
		return p.inVolts(g.value, chip), nil
	}
	if p.Kind == OfChip {
		return Chip{chip}, nil
	}
	if p.Required() {
		return nil, diag.List{diag.Errorf(codeMissingArg, call, "the argument `%s` is missing", p.Name).WithHint("%s: %s", p.Name, p.Doc)}
	}
	v := p.def(chip)
	if n, ok := v.(Number); ok && (math.IsInf(n.Num, 0) || math.IsNaN(n.Num)) {
		return nil, diag.List{diag.Errorf(codeBounds, call, "`%s` has no default on %s, where it would be %g", p.Name, chip.Name, n.Num).
			WithHint("%s: %s", p.Name, p.Doc)}
	}
	if t, ok := v.(Text); ok && p.Kind != Word {
		return nil, diag.List{diag.Errorf(codeBounds, call, "`%s` has no default on %s, where %s is %s", p.Name, chip.Name, p.Key, t)}
	}
	return v, nil
}

// inVolts turns plain numbers into volts where the parameter takes shares of full
// scale.
func (p *Param) inVolts(v Value, chip *fabric.Chip) Value {
	if p.Full == "" {
		return v
	}
	switch v := v.(type) {
	case Number:
		if v.Dim == quantity.None {
			full, _ := setting(chip, p.Full)
			return number(v.Num*full.(Number).Num, p.Dim)
		}
	case List:
		out := make(List, len(v))
		for i, e := range v {
			out[i] = p.inVolts(e, chip)
		}
		return out
	}
	return v
}

// fit checks a given value against the parameter.
func (p *Param) fit(v Value, span source.Span) (Value, diag.List) {
	switch x := v.(type) {
	case Number:
		switch p.Kind {
		case Quantity, Whole:
			return v, p.check(p.Name, x, span)
		case Quantities, Wholes:
			return List{v}, p.check(p.Name, x, span)
		}
	case List:
		switch p.Kind {
		case Quantities, Wholes:
			return v, p.checkList(x, span)
		case Matrix:
			return v, p.checkRows(x, span)
		}
	case Interval:
		if p.Kind == Swing {
			return v, p.check(p.Name, x.Low, span)
		}
	case Text:
		if p.Kind == Word {
			return v, p.checkWord(string(x), span)
		}
	case Bool:
		if p.Kind == Switch {
			return v, nil
		}
	case Chip:
		if p.Kind == OfChip {
			return v, nil
		}
	}
	return nil, diag.List{diag.Errorf(codeType, span, "`%s` takes %s, got %s", p.Name, p.TypeText(), Describe(v))}
}

// checkRows checks a list, or a list of lists.
func (p *Param) checkRows(l List, span source.Span) diag.List {
	if len(l) == 0 {
		return diag.List{diag.Errorf(codeBounds, span, "`%s` is empty: it has at least one item", p.Name)}
	}
	if _, nested := l[0].(List); !nested {
		return p.checkList(l, span)
	}
	for i, e := range l {
		row, ok := e.(List)
		if !ok {
			return diag.List{diag.Errorf(codeType, span, "`%s` takes %s, and item %d is %s", p.Name, p.TypeText(), i, Describe(e))}
		}
		of := *p
		of.Name = fmt.Sprintf("%s[%d]", p.Name, i)
		if diags := of.checkList(row, span); diags != nil {
			return diags
		}
	}
	return nil
}

func (p *Param) checkList(l List, span source.Span) diag.List {
	for i, e := range l {
		n, ok := e.(Number)
		if !ok {
			return diag.List{diag.Errorf(codeType, span, "`%s` takes %s, and item %d is %s", p.Name, p.TypeText(), i, Describe(e))}
		}
		if diags := p.check(fmt.Sprintf("%s[%d]", p.Name, i), n, span); diags != nil {
			return diags
		}
	}
	return nil
}

// most is the largest whole number that a parameter takes: more would only run out
// of memory.
const most = 1 << 40

func (p *Param) check(name string, n Number, span source.Span) diag.List {
	if n.Dim != p.Dim && !(p.Full != "" && n.Dim == quantity.None) {
		return diag.List{diag.Errorf(codeDimension, span, "`%s` is %s, got %s", name, p.Dim.Describe(), Describe(n))}
	}
	if math.IsNaN(n.Num) || math.IsInf(n.Num, 0) {
		return diag.List{diag.Errorf(codeBounds, span, "%s = %s: it has to be a finite number", name, n.Digits(digits))}
	}
	if p.Kind == Whole || p.Kind == Wholes {
		if n.Num != math.Trunc(n.Num) || math.Abs(n.Num) > most {
			return diag.List{diag.Errorf(codeBounds, span, "%s = %s: it has to be a whole number of at most 2^40", name, n.Digits(digits))}
		}
	}
	switch {
	case p.Limit == Positive && n.Num <= 0:
		return diag.List{diag.Errorf(codeBounds, span, "%s = %s: it has to be positive", name, n.Digits(digits))}
	case p.Limit == NotNegative && n.Num < 0:
		return diag.List{diag.Errorf(codeBounds, span, "%s = %s: it cannot be negative", name, n.Digits(digits))}
	case p.Limit == AtLeastOne && n.Num < 1:
		return diag.List{diag.Errorf(codeBounds, span, "%s = %s: it has to be 1 or more", name, n.Digits(digits))}
	}
	return nil
}

func (p *Param) checkWord(word string, span source.Span) diag.List {
	if p.Words == nil {
		return nil
	}
	for _, w := range p.Words {
		if w == word {
			return nil
		}
	}
	d := diag.Errorf(codeUnknownWord, span, "`%s` takes %s, got `%s`", p.Name, p.TypeText(), word)
	if near, ok := spell.Nearest(word, p.Words); ok {
		d = d.WithHint("did you mean `%s`?", near)
	}
	return diag.List{d}
}
