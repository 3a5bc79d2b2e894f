package check

import (
	"strings"

	"acl/lang/diag"
	"acl/lang/source"
	"acl/lang/syntax"
)

// A module has one namespace: parameters, symbols, ports, units and repeat
// variables. `if` and `repeat` open no scope, but the arms of one `if` exclude
// each other and may use one name, and a repeat variable lives in its repeat only.

// scope is the namespace of a module.
type scope struct {
	entries map[string]*entry
	ports   []*syntax.Port // of all arms, in the order of the text
	units   []*entry       // in the order of the text
}

// entry is what one name of a module stands for.
type entry struct {
	name  syntax.Name // where it is declared first
	kind  nameKind
	array bool
	used  bool
	clash bool       // a symbol of the same name is wanted as well, which was reported
	decls []unitDecl // of a unit: one for each place that declares it
	uses  []arms     // of ports and units: the arms that declare it
}

// unitDecl is one declaration of a unit, or of an element of an array.
type unitDecl struct {
	unit   *syntax.Unit
	target Target
	alias  *entry // of unit v = u
	// open: what it is an instance of is not known here.
	open bool
}

type nameKind uint8

const (
	paramName nameKind = iota
	symbolName
	portName
	unitName
	repeatName
)

func (k nameKind) String() string {
	return [...]string{"a parameter", "a symbol", "a port", "a unit", "a repeat variable"}[k]
}

// arms are the choices under which an item is taken: the arm of each `if` around
// it.
type arms map[*syntax.If]int

// excludes reports whether no instance takes both items.
func (a arms) excludes(b arms) bool {
	for branch, arm := range a {
		if other, ok := b[branch]; ok && other != arm {
			return true
		}
	}
	return false
}

func (a arms) and(branch *syntax.If, arm int) arms {
	out := arms{branch: arm}
	for k, v := range a {
		out[k] = v
	}
	return out
}

// kindOf says what a name is that is no value.
func (s *scope) kindOf(name string) (string, bool) {
	e := s.entries[name]
	if e == nil || e.kind != portName && e.kind != unitName {
		return "", false
	}
	return e.kind.String(), true
}

func (s *scope) use(name string) {
	if e := s.entries[name]; e != nil {
		e.used = true
	}
}

// collector fills the scope of one module.
type collector struct {
	c     *checker
	m     *Module
	scope *scope
}

func (c *checker) collect(m *Module) {
	col := &collector{c: c, m: m, scope: &scope{entries: map[string]*entry{}}}
	m.items = col.scope
	m.Broken = c.broken(m.Decl.Span)
	m.Bad = m.Bad || m.Broken
	col.items(m.Decl.Items, nil, false)
	for _, p := range col.scope.ports {
		if !p.Out {
			col.symbols(p)
		}
	}
	col.repeats(m.Decl.Items, nil)
}

// broken reports whether a text has syntax errors: what is missing from it may be
// in the statements that were left out.
func (c *checker) broken(text source.Span) bool {
	for _, d := range c.diags {
		if d.Severity == diag.Error && d.Span.File == text.File && strings.HasPrefix(string(d.Code), "E01") &&
			d.Span.Start.Offset >= text.Start.Offset && d.Span.Start.Offset <= text.End.Offset {
			return true
		}
	}
	return false
}

func (col *collector) fail(d diag.Diag) {
	col.c.diags.Add(d)
	col.m.Bad = true
}

// items enters parameters, ports and units; nested says that an if or a repeat is
// around them.
func (col *collector) items(items []syntax.Item, in arms, nested bool) {
	for _, it := range items {
		switch it := it.(type) {
		case *syntax.Param:
			col.param(it, nested)
		case *syntax.Port:
			if e := col.enter(it.Name, portName, in, false); e != nil {
				col.scope.ports = append(col.scope.ports, it)
				if !nested {
					col.m.Ports = append(col.m.Ports, it)
				}
			}
		case *syntax.Unit:
			if e := col.enter(it.Name, unitName, in, it.Index != nil); e != nil {
				e.decls = append(e.decls, unitDecl{unit: it})
			}
		case *syntax.If:
			col.items(it.Then, in.and(it, 0), true)
			col.items(it.Else, in.and(it, 1), true)
		case *syntax.Repeat:
			col.items(it.Items, in, true)
		case *syntax.Route:
		}
	}
}

func (col *collector) param(p *syntax.Param, nested bool) {
	if nested {
		col.fail(diag.Errorf(codeParamPlace, p.Name.Span, "a parameter stands in no `if` and no `repeat`"))
		return
	}
	if col.enter(p.Name, paramName, nil, false) == nil {
		return
	}
	t, ok := paramType(p.Type.Text)
	if !ok {
		col.fail(unknown(codeUnknownWord, "type", p.Type.Text, p.Type.Span, []string{"int", "float", "bool", "size", "module"}).
			WithLabel("want int, float, bool, size or module"))
		// It is known by name, with a value that nothing settles.
		col.m.Params = append(col.m.Params, &Param{Decl: p, Name: p.Name.Text})
		return
	}
	col.m.Params = append(col.m.Params, &Param{Decl: p, Name: p.Name.Text, Type: t, Default: p.Default})
}

// enter gives a name its meaning, or returns nil where it has another one.
// Elements of one array, and units of arms that exclude each other, share it.
func (col *collector) enter(name syntax.Name, kind nameKind, in arms, array bool) *entry {
	if u := col.m.Unit; u.knows(name.Text) {
		var d diag.Diag
		if i := u.imported(name.Text); i != nil {
			d = hides(name, "an import").WithRelated(i.Use.Path.Span, "imported here")
		} else {
			d = hides(name, kindOf(u.decls[name.Text])).WithRelated(declName(u.decls[name.Text]).Span, "declared here")
		}
		// The name is entered all the same: what uses it has no part in the error.
		col.fail(d)
	}
	e := col.scope.entries[name.Text]
	if e == nil {
		e = &entry{name: name, kind: kind, array: array, uses: []arms{in}}
		col.scope.entries[name.Text] = e
		if kind == unitName {
			col.scope.units = append(col.scope.units, e)
		}
		return e
	}
	if e.kind == kind && (kind == unitName || kind == portName) {
		if array && e.array || col.apart(e, in) && array == e.array {
			e.uses = append(e.uses, in)
			return e
		}
	}
	col.fail(redeclared(name, e.kind.String()).WithRelated(e.name.Span, "declared here first"))
	return nil
}

func hides(name syntax.Name, what string) diag.Diag {
	return diag.Errorf(codeRedeclared, name.Span, "`%s` hides %s of the file", name.Text, what)
}

func (col *collector) apart(e *entry, in arms) bool {
	for _, other := range e.uses {
		if !in.excludes(other) {
			return false
		}
	}
	return true
}

// symbols enters the names of an in shape that are no parameters and begin with a
// capital.
func (col *collector) symbols(p *syntax.Port) {
	for _, d := range p.Dims {
		walkRefs(d.Expr, func(r *syntax.Ref) {
			name := r.Parts[0].Name
			if len(r.Parts) > 1 || r.Call || !capital(name.Text) {
				return
			}
			if e := col.scope.entries[name.Text]; e != nil && (e.kind == symbolName || e.kind == paramName) {
				return
			}
			if e := col.scope.entries[name.Text]; e != nil {
				col.symbolClash(name, e)
			} else if e := col.enter(name, symbolName, nil, false); e != nil {
				e.used = true
			}
		})
	}
}

// symbolClash reports a symbol that is a port or a unit as well, once, at the
// later of the two in the text.
func (col *collector) symbolClash(name syntax.Name, e *entry) {
	if e.clash {
		return
	}
	e.clash = true
	first, second, kind := e.name, name, e.kind
	if name.Span.Compare(e.name.Span) < 0 {
		first, second, kind = name, e.name, symbolName
	}
	col.fail(redeclared(second, kind.String()).WithRelated(first.Span, "declared here first"))
}

func capital(s string) bool { return s[0] >= 'A' && s[0] <= 'Z' }

// repeats checks that a repeat variable hides nothing.
func (col *collector) repeats(items []syntax.Item, around []syntax.Name) {
	for _, it := range items {
		switch it := it.(type) {
		case *syntax.If:
			col.repeats(it.Then, around)
			col.repeats(it.Else, around)
		case *syntax.Repeat:
			col.repeatVar(it.Var, around)
			col.repeats(it.Items, append(around[:len(around):len(around)], it.Var))
		}
	}
}

func (col *collector) repeatVar(v syntax.Name, around []syntax.Name) {
	for _, outer := range around {
		if outer.Text == v.Text {
			col.fail(redeclared(v, repeatName.String()).WithRelated(outer.Span, "of this repeat"))
			return
		}
	}
	if e := col.scope.entries[v.Text]; e != nil && e.kind != repeatName {
		col.fail(redeclared(v, e.kind.String()).WithRelated(e.name.Span, "declared here"))
		return
	}
	// A variable of another repeat is not in reach here, and may be written again.
	delete(col.scope.entries, v.Text)
	col.enter(v, repeatName, nil, false)
}

// walkRefs calls f for every reference of an expression, those in indices and
// arguments included.
func walkRefs(e syntax.Expr, f func(*syntax.Ref)) {
	switch e := e.(type) {
	case *syntax.Ref:
		f(e)
		for _, p := range e.Parts {
			walkRefs(p.Index, f)
		}
		for _, a := range e.Args {
			walkRefs(a.Value, f)
		}
	case *syntax.Unary:
		walkRefs(e.X, f)
	case *syntax.Binary:
		walkRefs(e.X, f)
		walkRefs(e.Y, f)
	case *syntax.RangeExpr:
		walkRefs(e.Low, f)
		walkRefs(e.High, f)
	case *syntax.ListLit:
		for _, x := range e.Items {
			walkRefs(x, f)
		}
	}
}
