package lsp

import (
	"slices"

	"acl/lang/check"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
)

// resolver notes what each name of one file stands for. What has no meaning is
// passed over: the check has said so.
type resolver struct {
	index *index
	file  *fileNames
	// module is the one whose items are read; nil in settings.
	module *moduleNames
	// planned is the module whose ports and units a setting may name; nil for none.
	planned *moduleNames
	vars    []*symbol // of the repeats around
}

func (r *resolver) note(span source.Span, s *symbol) {
	if s != nil && !span.IsZero() && span.End.Offset > span.Start.Offset {
		r.file.places = append(r.file.places, occurrence{span, s})
	}
}

// importing notes the path of a use as a whole.
func (r *resolver) importing(i *check.Import) {
	if s := r.file.imports[i.Last]; s != nil {
		r.note(i.Use.Path.Span, s)
	}
}

func (r *resolver) decl(d syntax.Decl) {
	switch d := d.(type) {
	case *syntax.Module:
		r.note(d.Name.Span, r.file.decls[d.Name.Text])
		r.module = r.index.modules[d]
		r.items(d.Items)
		r.module = nil
	case *syntax.Fabric:
		r.note(d.Name.Span, r.file.decls[d.Name.Text])
		if d.Base != nil {
			r.path(*d.Base)
		}
		r.block(d.Body, "", "fabric")
	case *syntax.Plan:
		r.pair(d.Module, d.Fabric)
		r.block(d.Body, "", d.Kind.Text)
		r.planned = nil
	case *syntax.Policy:
		r.note(d.Name.Span, r.file.decls[d.Name.Text])
		r.block(d.Body, "", "policy")
	case *syntax.Experiment:
		r.note(d.Name.Span, r.file.decls[d.Name.Text])
		r.pair(d.Module, d.Fabric)
		r.block(d.Body, "", experimentBlocks...)
		r.planned = nil
	}
}

// experimentBlocks are those whose keys may stand in an experiment, its own first.
var experimentBlocks = []string{"experiment", "fabric", "schedule", "train"}

// pair notes the module and the fabric that a block is about.
func (r *resolver) pair(module, fabric syntax.Path) {
	if s := r.path(module); s != nil && s.kind == moduleName {
		r.planned = r.index.modules[s.module]
	}
	r.path(fabric)
}

// path notes a dotted name of a declaration and returns what it names.
func (r *resolver) path(p syntax.Path) *symbol {
	s := r.file.find(p.Parts[0].Text)
	if s == nil {
		return nil
	}
	r.note(p.Parts[0].Span, s)
	if len(p.Parts) > 1 && s.kind == importName {
		s = r.index.member(s, p.Parts[1].Text)
		r.note(p.Parts[1].Span, s)
	}
	return s
}

func (r *resolver) items(items []syntax.Item) {
	for _, it := range items {
		r.item(it)
	}
}

func (r *resolver) item(it syntax.Item) {
	switch it := it.(type) {
	case *syntax.Param:
		r.note(it.Name.Span, r.module.names[it.Name.Text])
		r.expr(it.Default)
	case *syntax.Port:
		r.note(it.Name.Span, r.module.names[it.Name.Text])
		for _, d := range it.Dims {
			r.expr(d.Expr)
		}
	case *syntax.Unit:
		r.note(it.Name.Span, r.module.names[it.Name.Text])
		r.expr(it.Index)
		r.ref(it.Ref)
	case *syntax.Route:
		for _, f := range it.From {
			r.ref(f)
		}
		for _, h := range it.Hops {
			r.ref(h.Ref)
			r.block(h.Body, "", "hop")
		}
	case *syntax.If:
		r.expr(it.Cond)
		r.items(it.Then)
		r.items(it.Else)
	case *syntax.Repeat:
		r.expr(it.Range)
		v := &symbol{kind: repeatName, name: it.Var.Text, at: []source.Span{it.Var.Span}, unit: r.file.unit, of: r.module.decl}
		r.note(it.Var.Span, v)
		r.vars = append(r.vars, v)
		r.items(it.Items)
		r.vars = r.vars[:len(r.vars)-1]
	}
}

func (r *resolver) expr(e syntax.Expr) {
	switch e := e.(type) {
	case *syntax.Ref:
		r.ref(e)
	case *syntax.Unary:
		r.expr(e.X)
	case *syntax.Binary:
		r.expr(e.X)
		r.expr(e.Y)
	case *syntax.RangeExpr:
		r.expr(e.Low)
		r.expr(e.High)
	case *syntax.ListLit:
		for _, x := range e.Items {
			r.expr(x)
		}
	}
}

// head is what the first name of a reference means: a repeat variable, a name of
// the module, then of the file. A setting may name ports and units only.
func (r *resolver) head(name string) *symbol {
	for _, v := range slices.Backward(r.vars) {
		if v.name == name {
			return v
		}
	}
	if r.module != nil && r.module.names[name] != nil {
		return r.module.names[name]
	}
	if r.planned != nil {
		if s := r.planned.names[name]; s != nil && (s.kind == portName || s.kind == unitName) {
			return s
		}
	}
	return r.file.find(name)
}

// ref notes the names of a reference, then its indices and arguments.
func (r *resolver) ref(ref *syntax.Ref) {
	s := r.head(ref.Parts[0].Name.Text)
	r.note(ref.Parts[0].Name.Span, s)
	for _, p := range ref.Parts[1:] {
		switch {
		case s == nil:
		case s.kind == importName:
			s = r.index.member(s, p.Name.Text)
		case s.kind == unitName:
			s = r.index.part(s, p.Name.Text)
		default:
			s = nil
		}
		r.note(p.Name.Span, s)
	}
	for _, p := range ref.Parts {
		r.expr(p.Index)
	}
	r.args(ref, s)
}

// args notes named arguments, and words among the values.
func (r *resolver) args(ref *syntax.Ref, s *symbol) {
	for i, a := range ref.Args {
		var p *symbol
		if a.Name != nil {
			p = r.index.parameter(s, a.Name.Text)
			r.note(a.Name.Span, p)
		} else if params := paramsOf(s); i < len(params) {
			p = r.index.parameter(s, params[i].Name)
		}
		if p != nil && p.arg != nil && r.word(a.Value, p, p.arg.Type) {
			continue
		}
		r.expr(a.Value)
	}
}

// word notes a value that is one of the words of a key or argument.
func (r *resolver) word(e syntax.Expr, of *symbol, t sig.Type) bool {
	ref, ok := e.(*syntax.Ref)
	if !ok || ref.Call || len(ref.Parts) != 1 || ref.Parts[0].Index != nil {
		return false
	}
	name := ref.Parts[0].Name
	if !slices.Contains(t.Words, name.Text) {
		return false
	}
	w := *of
	w.kind, w.name = wordName, name.Text
	r.note(name.Span, &w)
	return true
}

// parameter is what a named argument of a call names.
func (x *index) parameter(s *symbol, name string) *symbol {
	if s == nil {
		return nil
	}
	if s.kind == moduleName {
		if p := x.modules[s.module].names[name]; p != nil && p.kind == paramName {
			return p
		}
		return nil
	}
	params := paramsOf(s)
	for i := range params {
		if params[i].Name == name {
			return &symbol{kind: argName, name: name, arg: &params[i], primitive: s.primitive, function: s.function, unit: s.unit}
		}
	}
	return nil
}

// paramsOf are the parameters of a primitive or function.
func paramsOf(s *symbol) []sig.Param {
	switch {
	case s == nil:
	case s.primitive != nil:
		return s.primitive.Params
	case s.function != nil:
		return s.function.Params
	}
	return nil
}
