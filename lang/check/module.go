package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
)

// modules checks every module on its own: names, kinds and arguments, as far as
// they are known without an instance. Drivers and shapes are elaboration's.
func (c *checker) modules() {
	for _, m := range c.p.Modules {
		c.collect(m)
	}
	uses := map[*Module][]moduleUse{}
	for _, m := range c.p.Modules {
		w := &walker{c: c, m: m}
		w.params()
		w.env = &Env{program: c.p, unit: m.Unit, scope: m.items, Values: w.unsettled()}
		w.units(m.Decl.Items, w.env)
		w.items(m.Decl.Items, w.env)
		uses[m] = w.uses
	}
	c.recursion(uses)
}

// moduleUse is an instance of a module inside another one.
type moduleUse struct {
	of   *Module
	span source.Span
}

// walker checks the items of one module.
type walker struct {
	c    *checker
	m    *Module
	env  *Env
	uses []moduleUse
}

func (w *walker) report(diags diag.List) {
	w.c.diags.Add(diags...)
	w.m.Bad = w.m.Bad || diags.HasErrors()
}

// params types the defaults, each behind those that it uses.
func (w *walker) params() {
	w.settle()
	env := &Env{program: w.c.p, unit: w.m.Unit, scope: w.m.items, Values: map[string]sig.Value{}}
	for name, e := range w.m.items.entries {
		if e.kind == symbolName {
			env.Values[name] = nil
		}
	}
	for _, p := range w.m.Settling {
		var v sig.Value
		if p.Default != nil {
			var diags diag.List
			v, diags = env.typed(p.Default, p.Type)
			w.report(diags)
		}
		env.Values[p.Name] = v
	}
}

// settle finds the order in which defaults can be computed, and refuses those that
// need each other.
func (w *walker) settle() {
	state := map[*Param]int{} // 1: on the way, 2: done
	var visit func(p *Param)
	visit = func(p *Param) {
		state[p] = 1
		walkRefs(p.Default, func(r *syntax.Ref) {
			name := r.Parts[0].Name
			if e := w.m.items.entries[name.Text]; e != nil && e.kind == symbolName {
				p.Late = true
			}
			other := w.m.param(name.Text)
			switch {
			case other == nil:
			case state[other] == 1:
				w.report(diag.List{diag.Errorf(codeRecursion, name.Span, "the default of `%s` needs its own value", other.Name).
					WithRelated(other.Decl.Name.Span, "declared here")})
				// Without the default nothing follows from it.
				p.Default = nil
			case state[other] == 0:
				visit(other)
			}
			p.Late = p.Late || other != nil && other.Late
		})
		state[p] = 2
		w.m.Settling = append(w.m.Settling, p)
	}
	for _, p := range w.m.Params {
		if state[p] == 0 {
			visit(p)
		}
	}
}

// param is a parameter of a module, or nil.
func (m *Module) param(name string) *Param {
	for _, p := range m.Params {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// unsettled knows every parameter and symbol by name, none by value.
func (w *walker) unsettled() map[string]sig.Value {
	values := map[string]sig.Value{}
	for name, e := range w.m.items.entries {
		if e.kind == paramName || e.kind == symbolName {
			values[name] = nil
		}
	}
	return values
}

// units resolves what every unit is an instance of, so that routes may name a
// unit that stands after them.
func (w *walker) units(items []syntax.Item, env *Env) {
	for _, it := range items {
		switch it := it.(type) {
		case *syntax.Unit:
			w.unit(it, env)
		case *syntax.If:
			w.units(it.Then, env)
			w.units(it.Else, env)
		case *syntax.Repeat:
			w.units(it.Items, env.with(it.Var.Text, nil))
		}
	}
}

func (w *walker) unit(u *syntax.Unit, env *Env) {
	w.index(u.Index, env, false)
	decl := w.decl(u)
	target, alias := w.instance(u.Ref, env)
	if alias != nil {
		alias.used = true
		if w.aliasOf(alias, decl) {
			w.report(diag.List{diag.Errorf(codeRecursion, u.Ref.NameSpan(), "`%s` is a second use of itself", u.Name.Text)})
			return
		}
	}
	if decl != nil {
		decl.target, decl.alias = target, alias
		decl.open = alias == nil && !target.Known()
	}
}

// decl is the place of a declaration in the module's scope; nil if its name was
// refused.
func (w *walker) decl(u *syntax.Unit) *unitDecl {
	e := w.m.items.entries[u.Name.Text]
	if e == nil {
		return nil
	}
	for i := range e.decls {
		if e.decls[i].unit == u {
			return &e.decls[i]
		}
	}
	return nil
}

// aliasOf reports whether an alias leads back to a declaration.
func (w *walker) aliasOf(e *entry, start *unitDecl) bool {
	if e.array {
		return false // elements may use one another; elaboration follows them
	}
	for i := range e.decls {
		d := &e.decls[i]
		if d == start || d.alias != nil && w.aliasOf(d.alias, start) {
			return true
		}
	}
	return false
}

// instance checks the right side of a unit, or a unit written in place.
func (w *walker) instance(ref *syntax.Ref, env *Env) (Target, *entry) {
	w.indices(ref, env)
	head := ref.Parts[0].Name
	if e := w.m.items.entries[head.Text]; e != nil {
		switch {
		case e.kind == unitName && !ref.Call && len(ref.Parts) == 1:
			w.arrayUse(e, ref)
			return Target{}, e
		case w.m.Unit.knows(head.Text): // that it hides a name of the file has been reported
			if i := w.m.Unit.imported(head.Text); i != nil {
				i.used = true
			}
			return Target{}, nil
		case e.kind == unitName:
			w.report(diag.List{diag.Errorf(codeWrongKind, ref.NameSpan(), "`%s` is a unit, want a module or a unit of the library", head.Text).
				WithHint("it is there already: write `%s` without parentheses", ref).WithFix(ref.Span, ref.String())})
			return Target{}, nil
		case e.kind == paramName:
			return w.parameter(e, ref, env), nil
		}
		w.report(diag.List{diag.Errorf(codeWrongKind, ref.NameSpan(), "`%s` is %s, want a module or a unit", head.Text, e.kind)})
		return Target{}, nil
	}
	target, diags := w.resolve(ref)
	w.report(diags)
	if diags.HasErrors() {
		return Target{}, nil
	}
	w.bind(target, ref, env)
	return target, nil
}

// resolve names units of the module among the candidates of a proposal.
func (w *walker) resolve(ref *syntax.Ref) (Target, diag.List) {
	target, diags := w.c.p.Resolve(w.m.Unit, ref, nil)
	if target.Module != nil {
		w.uses = append(w.uses, moduleUse{target.Module, ref.NameSpan()})
	}
	return target, diags
}

func (w *walker) parameter(e *entry, ref *syntax.Ref, env *Env) Target {
	e.used = true
	for _, p := range w.m.Params {
		if p.Name == e.name.Text && p.Type.Kind != sig.KindModule {
			w.report(diag.List{diag.Errorf(codeWrongKind, ref.NameSpan(), "`%s` is a parameter of another type, want one of type module", p.Name)})
			return Target{}
		}
	}
	w.arguments(ref.Args, env)
	return Target{}
}

// arguments checks the arguments of a module that is not known.
func (w *walker) arguments(args []*syntax.Arg, env *Env) {
	for _, a := range args {
		_, diags := Eval(a.Value, env)
		w.report(diags)
	}
}

func (w *walker) bind(t Target, ref *syntax.Ref, env *Env) {
	switch {
	case t.Primitive != nil:
		_, _, diags := BindArgs(t.Primitive.Params, ref.Args, env, ref.NameSpan())
		w.report(diags)
	case t.Module != nil:
		_, _, diags := BindArgs(t.Module.Signature(), ref.Args, env, ref.NameSpan())
		w.report(diags)
	default:
		w.arguments(ref.Args, env)
	}
}

// index checks that an index is an int, or where it may be one, a range.
func (w *walker) index(e syntax.Expr, env *Env, ranges bool) {
	if e == nil {
		return
	}
	t := sig.Type{Kind: sig.KindInt}
	if _, ok := e.(*syntax.RangeExpr); ok && ranges {
		t.Kind = sig.KindRange
	}
	_, diags := env.typed(e, t)
	w.report(diags)
}

func (w *walker) indices(ref *syntax.Ref, env *Env) {
	for _, p := range ref.Parts {
		w.index(p.Index, env, true)
	}
}

// items checks everything but the units' right sides.
func (w *walker) items(items []syntax.Item, env *Env) {
	for _, it := range items {
		switch it := it.(type) {
		case *syntax.Port:
			w.port(it, env)
		case *syntax.Route:
			w.route(it, env)
		case *syntax.If:
			v, diags := Eval(it.Cond, env)
			w.report(diags)
			if _, ok := v.(sig.Bool); v != nil && !ok {
				w.report(diag.List{mistyped(it.Cond.Place(), "`if` takes a condition, got %s", describe(v))})
			}
			w.items(it.Then, env)
			w.items(it.Else, env)
		case *syntax.Repeat:
			_, _, _, diags := EvalRepeat(it.Range, env)
			w.report(diags)
			w.items(it.Items, env.with(it.Var.Text, nil))
		}
	}
}

func (w *walker) port(p *syntax.Port, env *Env) {
	dim := sig.Type{Kind: sig.KindInt, Min: 1}
	dim.Bounded.Min = true
	for _, d := range p.Dims {
		if d.Expr == nil {
			continue
		}
		_, diags := env.typed(d.Expr, dim)
		if name, ok := bareName(d.Expr); ok && !p.Out && len(diags) == 1 && diags[0].Code == codeUnknown && diags[0].Span == name.Span {
			upper := strings.ToUpper(name.Text[:1]) + name.Text[1:]
			diags[0].Hint = fmt.Sprintf("declare `param %s: int;`, or write `%s`: a symbol begins with a capital", name.Text, upper)
		}
		w.report(diags)
	}
}

// recursion refuses modules that contain themselves.
func (c *checker) recursion(uses map[*Module][]moduleUse) {
	state := map[*Module]int{} // 1: on the way, 2: done
	var visit func(m *Module)
	visit = func(m *Module) {
		state[m] = 1
		for _, u := range uses[m] {
			switch state[u.of] {
			case 0:
				visit(u.of)
			case 1:
				c.diags.Add(diag.Errorf(codeRecursion, u.span, "the module `%s` contains itself", u.of.Decl.Name.Text).
					WithRelated(u.of.Decl.Name.Span, "declared here"))
				m.Bad, u.of.Bad = true, true
			}
		}
		state[m] = 2
	}
	for _, m := range c.p.Modules {
		if state[m] == 0 {
			visit(m)
		}
	}
}

// portNames lists the ports of what a unit may be, sorted; open is set where one of
// its declarations leaves them unknown.
func (e *entry) portNames() (names []string, open, letters bool) {
	set := map[string]bool{}
	for _, d := range e.decls {
		switch {
		case d.alias != nil && d.alias != e:
			more, o, l := d.alias.portNames()
			open, letters = open || o, letters || l
			for _, n := range more {
				set[n] = true
			}
		case d.target.Primitive != nil:
			p := d.target.Primitive
			set[p.Out] = true
			letters = letters || p.In.Variadic
			for _, n := range p.In.Ports {
				set[n] = true
			}
		case d.target.Module != nil:
			for _, p := range d.target.Module.items.ports {
				set[p.Name.Text] = true
			}
			open = open || d.target.Module.Bad
		default:
			open = true
		}
	}
	return slices.Sorted(maps.Keys(set)), open, letters
}
