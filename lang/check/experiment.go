package check

import (
	"strings"

	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
)

// experiments types the settings that an experiment gives its fabric, schedule and
// train block, its cases and what it varies.
func (c *checker) experiments() {
	for _, e := range c.p.Experiments {
		c.experiment(e)
	}
}

func (c *checker) experiment(e *Experiment) {
	m, f, ok := c.pair(e.Unit, e.Decl.Module, e.Decl.Fabric)
	e.Module, e.Fabric, e.Bad = m, f, !ok
	var train *Plan
	if ok {
		train = c.p.Plan("train", m, f)
		if train == nil && !c.p.Root.broken {
			c.diags.Add(diag.Errorf(codeNoTrain, e.Decl.Module.Span, "`%s on %s` has no train block to experiment with", e.Decl.Module, e.Decl.Fabric))
			e.Bad = true
		}
	}
	env := c.p.Env(e.Unit, nil)
	env.module = m
	v := &varying{c: c, e: e, train: train}
	s := &settler{p: c.p, u: e.Unit, env: env, blocks: []string{"experiment", "fabric", "schedule", "train"}, vary: v.vary}
	e.Settings = s.block(e.Decl.Body)
	s.diags.Add(variantClash(e.Settings)...)
	c.baseline(s, e)
	c.diags.Add(s.diags...)
	e.Bad = e.Bad || s.diags.HasErrors()
	if !e.Bad {
		c.prunes(e)
	}
}

// baseline names one of the cases.
func (c *checker) baseline(s *settler, e *Experiment) {
	it := e.Settings.Get("baseline")
	if it == nil {
		return
	}
	name, ok := it.Value.(sig.Name)
	if !ok {
		return
	}
	var cases []string
	for _, other := range e.Settings.All("case") {
		cases = append(cases, other.Subject.Text)
	}
	if !contains(cases, name.Text) {
		s.diags.Add(unknown(codeUnknown, "case", name.Text, name.Span, sorted(cases)))
	}
}

// varying types the lists of vary.
type varying struct {
	c     *checker
	e     *Experiment
	train *Plan
}

func (v *varying) vary(s *settler, key *sig.Key, st *syntax.Setting) {
	text, diags := pathSubject(st.Subject)
	if diags.HasErrors() {
		return
	}
	it := &Setting{
		Key: key, Path: "vary", Subject: &Subject{Text: text, Expr: st.Subject, Span: st.Subject.Place()},
		KeySpan: last(st.Key).Span, Span: last(st.Key).Span, Decl: st,
	}
	lit, ok := st.Value.(*syntax.ListLit)
	if !ok || len(lit.Items) == 0 {
		at := it.KeySpan
		if st.Value != nil {
			at = st.Value.Place()
		}
		s.diags.Add(mistyped(at, "`vary` takes a list of values"))
		s.note(it)
		return
	}
	it.Expr, it.Span = st.Value, st.Value.Place()
	t, known, diags := v.typeOf(s, text, st.Subject.(*syntax.Ref))
	s.diags.Add(diags...)
	if known {
		value, diags := s.env.each(lit, t)
		s.diags.Add(diags...)
		it.Value = value
	}
	s.add(it)
}

// typeOf finds what a path varies: a setting, an argument of a setting's call, or a
// parameter of the module. known is false where that is not to be told, which has
// been reported here or elsewhere.
func (v *varying) typeOf(s *settler, text string, r *syntax.Ref) (t sig.Type, known bool, diags diag.List) {
	if k := s.key(text); k != nil && k.Block != "experiment" {
		if k.Group || k.Type.Kind == sig.KindExpr || k.Subject == sig.UnitSubject || k.Subject == sig.ModuleSubject {
			return t, false, diag.List{diag.Errorf(codeSubject, r.Span, "`%s` cannot be varied", text).
				WithHint("write a `case` for each")}
		}
		return k.Type, true, nil
	}
	head, rest, dotted := strings.Cut(text, ".")
	if !dotted {
		return t, false, diag.List{unknown(codeUnknownKey, "key", text, r.Span, v.keyNames(s))}
	}
	if k := s.key(head); k != nil && k.Type.Kind == sig.KindCall {
		return v.argument(head, rest, r)
	}
	if v.isModule(r) {
		return v.param(r)
	}
	return t, false, diag.List{unknown(codeUnknownKey, "key", text, r.Parts[0].Name.Span.To(last2(r)), v.keyNames(s))}
}

func last2(r *syntax.Ref) source.Span { return r.Parts[len(r.Parts)-1].Name.Span }

func (v *varying) keyNames(s *settler) []string {
	var list []string
	for _, b := range s.blocks[1:] {
		for _, k := range s.p.Table.Keys {
			if k.Block == b {
				list = append(list, k.Path)
			}
		}
	}
	return sorted(list)
}

// argument is the type of an argument of the call that the train block makes.
func (v *varying) argument(key, name string, r *syntax.Ref) (t sig.Type, known bool, diags diag.List) {
	if v.train == nil {
		return t, false, nil
	}
	var call sig.Value
	if it := v.train.Settings.Get(key); it != nil {
		call = it.Value
	} else if k := v.c.p.Table.Key("train", key); k != nil {
		call = k.Default
	}
	made, ok := call.(sig.Call)
	if !ok {
		return t, false, nil
	}
	var names []string
	for _, p := range made.Func.Params {
		if p.Name == name {
			return p.Type, true, nil
		}
		names = append(names, p.Name)
	}
	return t, false, diag.List{unknown(codeUnknownArg, "argument", name, last2(r), names).WithLabel("`%s` has no such argument", made.Func.Name)}
}

// isModule reports whether all but the last part of a path name the experiment's
// module.
func (v *varying) isModule(r *syntax.Ref) bool {
	u := v.e.Unit
	switch len(r.Parts) {
	case 2:
		return u.decls[r.Parts[0].Name.Text] != nil
	case 3:
		return u.imported(r.Parts[0].Name.Text) != nil
	}
	return false
}

func (v *varying) param(r *syntax.Ref) (t sig.Type, known bool, diags diag.List) {
	n := len(r.Parts) - 1
	names := make([]syntax.Name, n)
	for i := range names {
		names[i] = r.Parts[i].Name
	}
	decl, diags := v.c.p.findParts(v.e.Unit, names, v.e.Unit.names)
	m, ok := decl.(*Module)
	switch {
	case decl == nil:
		return t, false, diags
	case !ok || v.e.Module != nil && m != v.e.Module:
		return t, false, diag.List{diag.Errorf(codeWrongKind, names[0].Span.To(names[n-1].Span), "want the module of the experiment, `%s`", v.e.Decl.Module)}
	}
	name := r.Parts[n].Name
	var params []string
	for _, p := range m.Params {
		if p.Name == name.Text {
			return p.Type, true, nil
		}
		params = append(params, p.Name)
	}
	return t, false, diag.List{unknown(codeUnknown, "parameter", name.Text, name.Span, params)}
}
