package check

import (
	"slices"
	"sort"

	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
)

// names lists what a file declares and imports, sorted.
func (u *Unit) names() []string {
	var list []string
	for n := range u.decls {
		list = append(list, n)
	}
	for _, i := range u.Imports {
		list = append(list, i.Last)
	}
	sort.Strings(list)
	return list
}

func (u *Unit) imported(name string) *Import {
	for _, i := range u.Imports {
		if i.Last == name {
			return i
		}
	}
	return nil
}

// meant reports whether an import that could not be read would have given a name.
func (u *Unit) meant(name string) bool {
	return slices.ContainsFunc(u.Imports, func(i *Import) bool { return i.meant == name })
}

// find resolves a reference in a file to a *Module, *Fabric, *Policy,
// *Experiment, *sig.Primitive, *sig.Func, or *Import where it stands alone. nil
// without a diagnostic: what is wrong has been said elsewhere. candidates are the
// names that the first part could have been; nil for none.
func (p *Program) find(u *Unit, r *syntax.Ref, candidates func() []string) (any, diag.List) {
	parts := make([]syntax.Name, len(r.Parts))
	for i, part := range r.Parts {
		parts[i] = part.Name
		if part.Index != nil && u.knows(r.Parts[0].Name.Text) {
			return nil, diag.List{diag.Errorf(codeNoValue, part.Name.Span, "`%s` is no array", part.Name.Text)}
		}
	}
	return p.findParts(u, parts, candidates)
}

func (u *Unit) knows(name string) bool {
	return u.decls[name] != nil || u.imported(name) != nil
}

func (p *Program) findParts(u *Unit, parts []syntax.Name, candidates func() []string) (any, diag.List) {
	head := parts[0]
	if d := u.decls[head.Text]; d != nil {
		if len(parts) > 1 {
			return nil, diag.List{diag.Errorf(codeUnknown, parts[1].Span, "`%s` is %s and has no `%s`", head.Text, kindOf(d), parts[1].Text)}
		}
		return d, nil
	}
	imp := u.imported(head.Text)
	if imp == nil {
		if u.broken || u.meant(head.Text) {
			return nil, nil
		}
		var near []string
		if candidates != nil {
			near = candidates()
		}
		d := unknown(codeUnknown, "name", head.Text, head.Span, near)
		if full := p.elsewhere(u, head.Text); full != "" {
			d.Fix = nil
			d = d.WithHint("write `%s`", full).WithFix(head.Span, full)
		}
		if lib := "std." + head.Text; d.Hint == "" && slices.Contains(p.libraries, lib) {
			d = d.WithHint("`use %s;` brings it", lib).WithFix(u.File.Head.After(), "\nuse "+lib+";")
		}
		return nil, diag.List{d}
	}
	imp.used = true
	if imp.Unit == nil {
		return nil, nil
	}
	if len(parts) == 1 {
		return imp, nil
	}
	return p.member(imp, parts)
}

// elsewhere is the full name of what the one import of a file that has it calls by a
// name; empty where none or several do. The import counts as used: it was meant.
func (p *Program) elsewhere(u *Unit, name string) string {
	var found *Import
	for _, imp := range u.Imports {
		if imp.Unit == nil || !slices.Contains(p.members(imp.Unit), name) {
			continue
		}
		if found != nil {
			return ""
		}
		found = imp
	}
	if found == nil {
		return ""
	}
	found.used = true
	return found.Last + "." + name
}

// member resolves import.Name: a declaration of the file, or a primitive or
// function of the table.
func (p *Program) member(imp *Import, parts []syntax.Name) (any, diag.List) {
	name := parts[1]
	var found any
	if d := imp.Unit.decls[name.Text]; d != nil {
		found = d
	} else if imp.Unit.Library {
		full := imp.Unit.last + "." + name.Text
		if prim := p.Table.Primitive(full); prim != nil {
			found = prim
		} else if fn := p.Table.Func(full); fn != nil {
			found = fn
		}
	}
	if found == nil {
		if imp.Unit.broken {
			return nil, nil
		}
		return nil, diag.List{unknown(codeUnknown, "name", imp.Last+"."+name.Text, name.Span, qualified(imp.Last, p.members(imp.Unit)))}
	}
	if len(parts) > 2 {
		return nil, diag.List{diag.Errorf(codeUnknown, parts[2].Span, "`%s.%s` is %s and has no `%s`",
			imp.Last, name.Text, kindOf(found), parts[2].Text)}
	}
	return found, nil
}

func qualified(prefix string, names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = prefix + "." + n
	}
	return out
}

// members lists what a file gives to those who use it, sorted.
func (p *Program) members(u *Unit) []string {
	var list []string
	for n := range u.decls {
		list = append(list, n)
	}
	if u.Library {
		for full := range p.Table.Primitives {
			list = appendMember(list, u.last, full)
		}
		for full := range p.Table.Funcs {
			list = appendMember(list, u.last, full)
		}
	}
	sort.Strings(list)
	return list
}

func appendMember(list []string, lib, full string) []string {
	if n := len(lib); len(full) > n+1 && full[:n] == lib && full[n] == '.' {
		return append(list, full[n+1:])
	}
	return list
}

// findPath resolves a dotted path that names a module or a fabric.
func (p *Program) findPath(u *Unit, path syntax.Path, want string) (any, diag.List) {
	decl, diags := p.findParts(u, path.Parts, u.names)
	if decl == nil {
		return nil, diags
	}
	ok := false
	switch decl.(type) {
	case *Module:
		ok = want == "a module"
	case *Fabric:
		ok = want == "a fabric"
	}
	if !ok {
		return nil, diag.List{diag.Errorf(codeWrongKind, path.Span, "`%s` is %s, want %s", path, kindOf(decl), want)}
	}
	return decl, nil
}

// Target is what a unit is an instance of: one of the two is set, or neither
// where the reference names a parameter whose module is not known yet.
type Target struct {
	Primitive *sig.Primitive
	Module    *Module
}

// Known reports whether the target has been settled.
func (t Target) Known() bool { return t.Primitive != nil || t.Module != nil }

// Resolve finds what a reference such as nn.conv(..), Encoder(..) or kind(..), a
// parameter, instantiates in a file. params are the values of the module around
// it. A target that is not Known, without a diagnostic, is not settled yet or has
// been reported elsewhere.
func (p *Program) Resolve(u *Unit, ref *syntax.Ref, params map[string]sig.Value) (Target, diag.List) {
	head := ref.Parts[0].Name
	if v, ok := params[head.Text]; ok {
		if v == nil {
			return Target{}, nil
		}
		m, isModule := v.(sig.Module)
		if !isModule || len(ref.Parts) > 1 {
			return Target{}, diag.List{diag.Errorf(codeWrongKind, ref.NameSpan(), "`%s` is %s, want a module", ref, describe(v))}
		}
		return Target{Module: p.Module(m.Name)}, nil
	}
	decl, diags := p.find(u, ref, u.names)
	switch d := decl.(type) {
	case nil:
		return Target{}, diags
	case *sig.Primitive:
		return called(Target{Primitive: d}, ref)
	case *Module:
		if d.Bad {
			return Target{}, nil
		}
		return called(Target{Module: d}, ref)
	}
	return Target{}, diag.List{diag.Errorf(codeWrongKind, ref.NameSpan(), "`%s` is %s, want a unit or a module", ref, kindOf(decl))}
}

// needs reports whether an instance takes an argument that has no default.
func (t Target) needs() bool {
	if t.Primitive != nil {
		return slices.ContainsFunc(t.Primitive.Params, func(p sig.Param) bool { return p.Default == nil && p.DefaultDoc == "" })
	}
	return slices.ContainsFunc(t.Module.Params, func(p *Param) bool { return p.Default == nil })
}

// called refuses a unit without its parentheses.
func called(t Target, ref *syntax.Ref) (Target, diag.List) {
	if ref.Call {
		return t, nil
	}
	d := diag.Errorf(codeNoCall, ref.NameSpan(), "`%s` is not a unit by itself", ref).WithHint("make an instance: `%s()`", ref)
	if !t.needs() {
		d = d.WithFix(ref.NameSpan().After(), "()")
	}
	return Target{}, diag.List{d}
}

// PortSpan is the place of a port's name in a module, or no place.
func (m *Module) PortSpan(name string) source.Span {
	for _, p := range m.items.ports {
		if p.Name.Text == name {
			return p.Name.Span
		}
	}
	return source.Span{}
}
