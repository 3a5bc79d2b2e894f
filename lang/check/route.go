package check

import (
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/syntax"
)

// route checks the names of a route: units, their ports, ports of the module, and
// units written in place.
func (w *walker) route(r *syntax.Route, env *Env) {
	for _, from := range r.From {
		w.hop(from, env, r.List, true)
	}
	for i, h := range r.Hops {
		w.hop(h.Ref, env, false, i < len(r.Hops)-1)
		if h.Body != nil {
			_, diags := w.c.p.Directives(w.m.Unit, h.Body, env)
			w.report(diags)
		}
	}
}

// hop checks one end of an arrow. ranges says that an index may be a range, read
// that the output is read here: the last hop of a route only receives.
func (w *walker) hop(ref *syntax.Ref, env *Env, ranges, read bool) {
	head := ref.Parts[0].Name
	e := w.m.items.entries[head.Text]
	switch {
	case ref.Call:
		w.instance(ref, env)
	case e == nil:
		w.unknownHop(ref)
	case e.kind == portName && len(ref.Parts) == 1 && ref.Parts[0].Index == nil:
		e.used = true
	case e.kind == unitName:
		e.used = e.used || read
		w.indexHop(ref, env, ranges)
		w.arrayUse(e, ref)
		w.unitPort(e, ref)
	case e.kind == portName:
		w.report(diag.List{diag.Errorf(codeNoValue, ref.NameSpan(), "the port `%s` has no parts", head.Text)})
	default:
		w.report(diag.List{diag.Errorf(codeWrongKind, ref.NameSpan(), "`%s` is %s, want a unit or a port", ref, e.kind)})
	}
}

func (w *walker) indexHop(ref *syntax.Ref, env *Env, ranges bool) {
	for _, p := range ref.Parts {
		if _, isRange := p.Index.(*syntax.RangeExpr); isRange && !ranges {
			w.report(diag.List{diag.Errorf(codeNoValue, p.Index.Place(), "a range of units stands in the list of a route only").
				WithHint("write it in parentheses at the start of a route")})
			continue
		}
		w.index(p.Index, env, ranges)
	}
}

// unknownHop reports a hop that nothing in the module answers to.
func (w *walker) unknownHop(ref *syntax.Ref) {
	head := ref.Parts[0].Name
	if w.m.Unit.knows(head.Text) {
		_, diags := w.c.p.Resolve(w.m.Unit, ref, nil)
		w.report(diags)
		return
	}
	if w.m.Unit.File.Lost[head.Text] {
		return
	}
	var candidates []string
	for name, e := range w.m.items.entries {
		if e.kind == unitName || e.kind == portName {
			candidates = append(candidates, name)
		}
	}
	w.report(diag.List{unknown(codeUnknown, "unit or port", head.Text, head.Span, sorted(candidates))})
}

// arrayUse checks that an array is indexed, and nothing else.
func (w *walker) arrayUse(e *entry, ref *syntax.Ref) {
	indexed := ref.Parts[0].Index != nil
	switch {
	case e.array && !indexed:
		w.report(diag.List{diag.Errorf(codeNoValue, ref.Parts[0].Name.Span, "`%s` is an array of units, want one of its elements", e.name.Text).
			WithRelated(e.name.Span, "declared here")})
	case !e.array && indexed:
		w.report(diag.List{diag.Errorf(codeNoValue, ref.NameSpan(), "`%s` is no array", e.name.Text).
			WithRelated(e.name.Span, "declared here")})
	}
}

// unitPort checks u.port as far as u is known.
func (w *walker) unitPort(e *entry, ref *syntax.Ref) {
	if len(ref.Parts) < 2 {
		return
	}
	port := ref.Parts[1].Name
	if len(ref.Parts) > 2 || ref.Parts[1].Index != nil {
		w.report(diag.List{diag.Errorf(codeNoValue, ref.NameSpan(), "`%s` reaches into a unit; a route takes a unit or one of its ports", ref)})
		return
	}
	names, open, letters := e.portNames()
	if open || letters && isLetters(port.Text) || contains(names, port.Text) {
		return
	}
	w.report(diag.List{unknown(codeUnknown, "port", port.Text, port.Span, names).WithLabel("`%s` has no such port", ref.Parts[0].Name.Text)})
}

// isLetters reports whether a name is a port of a variadic unit: a to z, then two
// letters.
func isLetters(name string) bool {
	if len(name) > 2 {
		return false
	}
	for i := range len(name) {
		if name[i] < 'a' || name[i] > 'z' {
			return false
		}
	}
	return true
}

// Directives types the braces after a hop: via, hold and scale. The scale may use
// the module's parameters; where it does and they are not settled, its value is
// nil.
func (p *Program) Directives(u *Unit, body *syntax.Block, env *Env) (*Settings, diag.List) {
	s := &settler{p: p, u: u, env: env, blocks: []string{"hop"}}
	settings := s.block(body)
	return settings, s.diags
}

// powerOfTwo checks a scale.
func powerOfTwo(it *Setting) diag.List {
	n, ok := it.Value.(sig.Int)
	if !ok || n&(n-1) == 0 {
		return nil
	}
	return diag.List{diag.Errorf(codeBounds, it.Span, "got %d, want a power of two", int64(n))}
}
