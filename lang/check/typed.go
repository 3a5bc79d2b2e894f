package check

import (
	"math"
	"slices"
	"strconv"

	"acl/lang/diag"
	"acl/lang/quantity"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
)

// typed evaluates an expression for a parameter or key of type t and converts it:
// an int to a number or a size, a bare name to a word. The value is nil where it is
// not known, and after an error.
func (env *Env) typed(e syntax.Expr, t sig.Type) (sig.Value, diag.List) {
	if list, ok := e.(*syntax.ListLit); ok && t.List {
		t.List = false
		return env.each(list, t)
	}
	if name, ok := bareName(e); ok && (t.Kind != sig.KindNames) {
		if slices.Contains(t.Words, name.Text) {
			return sig.Word(name.Text), nil
		}
		if len(t.Words) > 0 && !env.has(name.Text) {
			return nil, diag.List{unknownWord(name, t)}
		}
	}
	switch t.Kind {
	case sig.KindCall, sig.KindCourse:
		return env.callFor(e, t)
	case sig.KindName:
		return env.name(e, t)
	case sig.KindNames:
		return env.nameList(e, t)
	case sig.KindExpr:
		return nil, nil
	case sig.KindList:
		return env.list(e, t)
	}
	v, diags := Eval(e, env)
	if v == nil {
		return nil, diags
	}
	v, more := convert(v, t, e.Place())
	diags.Add(more...)
	return v, diags
}

// bareName is the one name that an expression consists of.
func bareName(e syntax.Expr) (syntax.Name, bool) {
	r, ok := e.(*syntax.Ref)
	if !ok || r.Call || len(r.Parts) != 1 || r.Parts[0].Index != nil {
		return syntax.Name{}, false
	}
	return r.Parts[0].Name, true
}

// has reports whether a name is a value in reach.
func (env *Env) has(name string) bool {
	_, ok := env.Values[name]
	return ok
}

func unknownWord(name syntax.Name, t sig.Type) diag.Diag {
	d := unknown(codeUnknownWord, "word", name.Text, name.Span, t.Words).WithLabel("want %s", wants(t))
	if d.Hint == "" {
		d = d.WithHint("the words are %s", wordList(t.Words))
	}
	return d
}

// convert fits a value to a type and checks its bounds.
func convert(v sig.Value, t sig.Type, span source.Span) (sig.Value, diag.List) {
	out, ok := fit(v, t)
	if !ok {
		code := codeType
		if _, q := v.(sig.Quantity); q && (t.Kind == sig.KindQuantity || t.Kind == sig.KindNumber || t.Kind == sig.KindLevel) {
			code = codeDimension
		}
		d := diag.Errorf(code, span, "got %s, want %s", describe(v), wants(t))
		if _, _, num := number(v); num && t.Kind == sig.KindQuantity && code == codeType {
			d = d.WithHint("write the unit: `%s%s`", span.Text(), unitOf(t.Dim)).WithFix(span.After(), unitOf(t.Dim))
		}
		if q, _, num := number(v); num && t.Kind == sig.KindInt && q.Num == math.Trunc(q.Num) && math.Abs(q.Num) < 1<<53 {
			whole := strconv.FormatInt(int64(q.Num), 10)
			d = d.WithHint("write `%s`", whole).WithFix(span, whole)
		}
		return nil, diag.List{d}
	}
	if msg := bounds(out, t); msg != "" {
		return nil, diag.List{diag.Errorf(codeBounds, span, "%s", msg)}
	}
	return out, nil
}

// fit converts a value to the form that a type has, bounds aside.
func fit(v sig.Value, t sig.Type) (sig.Value, bool) {
	switch t.Kind {
	case sig.KindNumber, sig.KindLevel, sig.KindCourse:
		if q, _, ok := number(v); ok && q.Dim == quantity.None {
			return sig.Float(q.Num), true
		}
	case sig.KindInt:
		if q, ok := v.(sig.Quantity); ok && t.Dim != quantity.None && q.Dim == t.Dim && q.Num == math.Trunc(q.Num) {
			return sig.Int(q.Num), true // 8bit
		}
		i, ok := v.(sig.Int)
		return i, ok
	case sig.KindBool:
		b, ok := v.(sig.Bool)
		return b, ok
	case sig.KindString:
		s, ok := v.(sig.String)
		return s, ok
	case sig.KindModule:
		m, ok := v.(sig.Module)
		return m, ok
	case sig.KindSize:
		if n, ok := v.(sig.Int); ok {
			return sig.Size{H: int(n), W: int(n)}, true
		}
		s, ok := v.(sig.Size)
		return s, ok
	case sig.KindQuantity:
		q, ok := v.(sig.Quantity)
		return q, ok && q.Dim == t.Dim
	case sig.KindRange:
		r, ok := v.(sig.Range)
		return r, ok && isInt(r.Low) && isInt(r.High)
	case sig.KindInterval:
		r, ok := v.(sig.Range)
		return r, ok && hasDim(r.Low, t.Dim) && hasDim(r.High, t.Dim)
	case sig.KindIntList:
		list, ok := v.(sig.List)
		for _, item := range list {
			ok = ok && isInt(item)
		}
		return list, ok
	}
	return nil, false
}

func isInt(v sig.Value) bool {
	_, ok := v.(sig.Int)
	return ok
}

func hasDim(v sig.Value, d quantity.Dim) bool {
	q, _, ok := number(v)
	return ok && q.Dim == d
}

// list types a list: calls of a group, or literal numbers nested at will.
func (env *Env) list(e syntax.Expr, t sig.Type) (sig.Value, diag.List) {
	lit, ok := e.(*syntax.ListLit)
	if ok && t.Group != "" {
		return env.each(lit, sig.Type{Kind: sig.KindCall, Group: t.Group})
	}
	v, diags := Eval(e, env)
	if v == nil {
		return nil, diags
	}
	if l, ok := v.(sig.List); ok && t.Group == "" {
		return l, diags
	}
	diags.Add(mistyped(e.Place(), "got %s, want %s", describe(v), wants(t)))
	return nil, diags
}

// each types every item of a list by one type.
func (env *Env) each(lit *syntax.ListLit, t sig.Type) (sig.Value, diag.List) {
	var diags diag.List
	list := sig.List{}
	complete := true
	for _, item := range lit.Items {
		v, more := env.typed(item, t)
		diags.Add(more...)
		list = append(list, v)
		complete = complete && v != nil
	}
	if !complete {
		return nil, diags
	}
	return list, diags
}

// callFor evaluates a call of a group's function; a rate may be a number as well,
// and a choice the name of a policy.
func (env *Env) callFor(e syntax.Expr, t sig.Type) (sig.Value, diag.List) {
	if r, ok := e.(*syntax.Ref); ok && t.Group == "choose" && !r.Call {
		return env.policy(r)
	}
	v, diags := Eval(e, env)
	if v == nil {
		return nil, diags
	}
	if c, ok := v.(sig.Call); ok && c.Func.Group == t.Group {
		diags.Add(overreached(c, t)...)
		return c, diags
	}
	if t.Kind == sig.KindCourse {
		if q, _, ok := number(v); ok && q.Dim == quantity.None {
			v, more := convert(v, t, e.Place())
			return v, append(diags, more...)
		}
	}
	diags.Add(mistyped(valuePlace(e), "got %s, want %s", describe(v), wants(t)))
	return nil, diags
}

// overreached are the numbers of a course beyond the largest of what follows it.
func overreached(c sig.Call, t sig.Type) (diags diag.List) {
	if !t.Bounded.Max {
		return nil
	}
	for i, p := range c.Func.Params {
		if p.Type.Group != t.Group || c.Args[i] == nil {
			continue
		}
		if msg := bounds(c.Args[i], t); msg != "" {
			diags.Add(diag.Errorf(codeBounds, c.Spans[i], "%s", msg))
		}
	}
	return diags
}

// valuePlace is the place of an expression; of a call, its name.
func valuePlace(e syntax.Expr) source.Span {
	if r, ok := e.(*syntax.Ref); ok {
		return r.NameSpan()
	}
	return e.Place()
}

// policy is the choice of a declared policy.
func (env *Env) policy(r *syntax.Ref) (sig.Value, diag.List) {
	decl, diags := env.program.find(env.unit, r, env.names)
	switch d := decl.(type) {
	case nil:
		return nil, diags
	case *Policy:
		return sig.Name{Text: d.Name, Span: r.NameSpan()}, nil
	case *sig.Func:
		if d.Group == "choose" {
			diags.Add(diag.Errorf(codeNoValue, r.NameSpan(), "`%s` is a function", r).WithHint("call it: `%s()`", r).
				WithFix(r.NameSpan().After(), "()"))
			return nil, diags
		}
	}
	diags.Add(mistyped(r.NameSpan(), "`%s` is %s, want a policy or a heuristic", r, kindOf(decl)))
	return nil, diags
}
