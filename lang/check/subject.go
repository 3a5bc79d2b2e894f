package check

import (
	"fmt"
	"strings"

	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
)

func missingSubject(key *sig.Key, at source.Span, name string) diag.Diag {
	want := map[sig.SubjectKind]string{
		sig.UnitSubject: "a unit", sig.ModuleSubject: "a physical module such as dense[1]", sig.VariantSubject: "a variant's name",
		sig.NameSubject: "a name", sig.PathSubject: "a setting", sig.CondSubject: "a condition",
	}[key.Subject]
	return diag.Errorf(codeSubject, at, "`%s` needs %s behind it", name, want)
}

// subject reads what stands between a key and its value; ok is false where that is
// wrong, which has been reported.
func (s *settler) subject(key *sig.Key, st *syntax.Setting) (*Subject, bool) {
	e := st.Subject
	if e == nil {
		switch key.Subject {
		case sig.NoSubject, sig.OptionalSubject, sig.VariantSubject:
			return nil, true
		}
		s.diags.Add(missingSubject(key, last(st.Key).Span, last(st.Key).Text))
		return nil, false
	}
	sub := &Subject{Text: strings.TrimSpace(e.Place().Text()), Expr: e, Span: e.Place()}
	var diags diag.List
	switch key.Subject {
	case sig.NoSubject:
		diags.Add(diag.Errorf(codeSubject, e.Place(), "`%s` takes no subject", key.Path))
	case sig.CondSubject:
	case sig.PathSubject:
		sub.Text, diags = pathSubject(e)
	case sig.UnitSubject, sig.OptionalSubject:
		sub.Text, diags = s.env.unitPath(e, key.Path == "into")
	case sig.ModuleSubject:
		sub.Text, diags = s.env.physical(e)
	case sig.VariantSubject, sig.NameSubject:
		name, ok := bareName(e)
		if !ok {
			diags.Add(diag.Errorf(codeSubject, e.Place(), "`%s` is followed by one name", key.Path))
		}
		sub.Text = name.Text
	}
	s.diags.Add(diags...)
	return sub, !diags.HasErrors()
}

// pathSubject is the dotted path behind vary.
func pathSubject(e syntax.Expr) (string, diag.List) {
	if r, ok := e.(*syntax.Ref); ok && !r.Call {
		if text, plain := r.Plain(); plain {
			return text, nil
		}
	}
	return "", diag.List{diag.Errorf(codeSubject, e.Place(), "`vary` is followed by the path of a setting")}
}

// name types a setting that names one thing.
func (env *Env) name(e syntax.Expr, t sig.Type) (sig.Value, diag.List) {
	text, diags := env.nameText(e, t)
	if diags.HasErrors() {
		return nil, diags
	}
	return sig.Name{Text: text, Span: e.Place()}, diags
}

func (env *Env) nameText(e syntax.Expr, t sig.Type) (string, diag.List) {
	switch t.Group {
	case "unit":
		return env.unitPath(e, false)
	case "module":
		return env.physical(e)
	case "bus":
		return env.bus(e)
	}
	if name, ok := bareName(e); ok {
		return name.Text, nil
	}
	return "", diag.List{mistyped(e.Place(), "want %s", nameWord(t.Group))}
}

// nameList types a list of names, or of a key's own words.
func (env *Env) nameList(e syntax.Expr, t sig.Type) (sig.Value, diag.List) {
	lit, ok := e.(*syntax.ListLit)
	if !ok {
		return nil, diag.List{mistyped(e.Place(), "want a list: `[%s]`", strings.TrimSpace(e.Place().Text()))}
	}
	var diags diag.List
	list := sig.List{}
	seen := map[string]source.Span{}
	for _, item := range lit.Items {
		v, text, more := env.listed(item, t)
		diags.Add(more...)
		if more.HasErrors() {
			continue
		}
		if at, twice := seen[text]; twice {
			diags.Add(diag.Errorf(codeSetTwice, item.Place(), "`%s` stands in the list twice", text).WithRelated(at, "first here"))
			continue
		}
		seen[text] = item.Place()
		list = append(list, v)
	}
	if diags.HasErrors() {
		return nil, diags
	}
	return list, diags
}

// listed is one item of a list of names, and its text.
func (env *Env) listed(item syntax.Expr, t sig.Type) (sig.Value, string, diag.List) {
	if len(t.Words) == 0 {
		v, diags := env.name(item, t)
		if n, ok := v.(sig.Name); ok {
			return v, n.Text, diags
		}
		return nil, "", diags
	}
	name, ok := bareName(item)
	if !ok {
		return nil, "", diag.List{mistyped(item.Place(), "want one of the words %s", wordList(t.Words))}
	}
	if !contains(t.Words, name.Text) {
		word := t
		word.Kind = sig.KindWord
		return nil, "", diag.List{unknownWord(name, word)}
	}
	return sig.Word(name.Text), name.Text, nil
}

// physical normalises conv[0] and conv[0 .. 3].
func (env *Env) physical(e syntax.Expr) (string, diag.List) {
	classes := env.classes()
	r, ok := e.(*syntax.Ref)
	if !ok || r.Call || len(r.Parts) != 1 {
		return "", diag.List{mistyped(e.Place(), "want %s", nameWord("module"))}
	}
	name := r.Parts[0].Name
	if !contains(classes, name.Text) {
		return "", diag.List{unknown(codeUnknown, "class of physical modules", name.Text, name.Span, classes)}
	}
	if r.Parts[0].Index == nil {
		return "", diag.List{mistyped(e.Place(), "want one module or a range of them: `%s[0]`", name.Text)}
	}
	index, diags := env.indexText(r.Parts[0].Index, true)
	return name.Text + index, diags
}

// classes are those that the fabric's table of keys counts.
func (env *Env) classes() []string {
	var list []string
	if env.program == nil {
		return nil
	}
	for _, k := range env.program.Table.Keys {
		if class, ok := strings.CutPrefix(k.Path, "modules."); ok && k.Block == "fabric" && k.Subject == sig.VariantSubject {
			list = append(list, class)
		}
	}
	return list
}

func (env *Env) bus(e syntax.Expr) (string, diag.List) {
	r, ok := e.(*syntax.Ref)
	if !ok || r.Call || len(r.Parts) != 1 || r.Parts[0].Index == nil || r.Parts[0].Name.Text != "bus" {
		return "", diag.List{mistyped(e.Place(), "want %s", nameWord("bus"))}
	}
	index, diags := env.indexText(r.Parts[0].Index, false)
	return "bus" + index, diags
}

// indexText is the normal form of a constant index, with its brackets. It is [?]
// while the index is not known.
func (env *Env) indexText(e syntax.Expr, ranges bool) (string, diag.List) {
	t := sig.Type{Kind: sig.KindInt}
	if _, isRange := e.(*syntax.RangeExpr); isRange && ranges {
		t.Kind = sig.KindRange
	}
	t.Bounded.Min = true
	v, diags := env.typed(e, t)
	switch v := v.(type) {
	case sig.Int:
		return fmt.Sprintf("[%d]", int64(v)), diags
	case sig.Range:
		return fmt.Sprintf("[%d .. %d]", v.Low, v.High), diags
	}
	return "[?]", diags
}

// unitPath normalises the path of an instance, layer[0].att.head[1], and checks
// it as far as the modules on the way are known. port allows an input port at the
// end.
func (env *Env) unitPath(e syntax.Expr, port bool) (string, diag.List) {
	r, ok := e.(*syntax.Ref)
	if !ok || r.Call {
		return "", diag.List{mistyped(e.Place(), "want a unit of the module")}
	}
	var text []string
	var diags diag.List
	for _, p := range r.Parts {
		part := p.Name.Text
		if p.Index != nil {
			index, more := env.constantIndex(p.Index)
			diags.Add(more...)
			part += index
		}
		text = append(text, part)
	}
	if !diags.HasErrors() && env.module != nil && !env.module.Bad {
		diags.Add(walkPath(env.module, r, port)...)
	}
	return strings.Join(text, "."), diags
}

// constantIndex is an index of a unit, which may be negative.
func (env *Env) constantIndex(e syntax.Expr) (string, diag.List) {
	v, diags := env.typed(e, sig.Type{Kind: sig.KindInt})
	if i, ok := v.(sig.Int); ok {
		return fmt.Sprintf("[%d]", int64(i)), diags
	}
	return "[?]", diags
}

// walkPath follows a path from unit to unit.
func walkPath(m *Module, r *syntax.Ref, port bool) diag.List {
	within := []*Module{m}
	var before *entry
	for i, part := range r.Parts {
		e := unitIn(within, part.Name.Text)
		if e == nil {
			if port && before != nil && i == len(r.Parts)-1 && part.Index == nil {
				names, open, letters := before.portNames()
				if open || letters && isLetters(part.Name.Text) || contains(names, part.Name.Text) {
					return nil
				}
				return diag.List{unknown(codeUnknown, "port", part.Name.Text, part.Name.Span, names)}
			}
			if m.Unit.File.Lost[part.Name.Text] {
				return nil
			}
			return diag.List{unknown(codeUnknown, "unit", part.Name.Text, part.Name.Span, unitNames(within))}
		}
		if e.array != (part.Index != nil) {
			what := "is no array"
			if e.array {
				what = "is an array of units, want one of its elements"
			}
			return diag.List{diag.Errorf(codeNoValue, part.Name.Span, "`%s` %s", part.Name.Text, what).
				WithRelated(e.name.Span, "declared here")}
		}
		var open bool
		if within, open = e.modules(); open {
			return nil
		}
		before = e
	}
	return nil
}

func unitIn(within []*Module, name string) *entry {
	for _, m := range within {
		if e := m.items.entries[name]; e != nil && e.kind == unitName {
			return e
		}
	}
	return nil
}

func unitNames(within []*Module) []string {
	var list []string
	for _, m := range within {
		for _, e := range m.items.units {
			list = append(list, e.name.Text)
		}
	}
	return sorted(list)
}

// modules are those that a unit may be an instance of; open: others as well.
func (e *entry) modules() (list []*Module, open bool) {
	for _, d := range e.decls {
		switch {
		case d.alias != nil && d.alias != e:
			more, o := d.alias.modules()
			list, open = append(list, more...), open || o
		case d.target.Module != nil:
			list = append(list, d.target.Module)
			open = open || d.target.Module.Bad
		case d.target.Primitive == nil:
			open = true
		}
	}
	return list, open
}
