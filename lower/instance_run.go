package lower

import (
	"fmt"
	"slices"
	"strings"

	"acl/ir"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
)

// openChild makes the instance of a part that is a module.
func (in *instance) openChild(p *part, m *check.Module, env *check.Env) {
	for up := in; up != nil; up = up.parent {
		if up.module == m {
			in.e.report(in, diag.Errorf(codeRecursion, p.ref.NameSpan(), "the module `%s` is an instance inside itself", m.Decl.Name.Text).
				WithLabel("made again here").WithRelated(m.Decl.Name.Span, "declared here"))
			p.silent = true
			return
		}
	}
	values, spans, diags := in.e.program.BindModule(m, p.ref.Args, env, p.ref.NameSpan())
	in.definition(diags)
	if diags.HasErrors() {
		p.silent = true
		return
	}
	c := in.e.openInstance(m, in, join(in.path, p.name), p.span)
	c.tensors = join(in.tensors, p.name)
	c.values = values
	for _, param := range m.Settling {
		if param.Late && spans[slices.Index(m.Params, param)].IsZero() {
			c.late = append(c.late, param)
		}
	}
	p.child = c
	c.collectInputs(m.Decl.Items, c.values)
}

// runPart computes a part's outputs from what arrives at its inputs.
func (in *instance) runPart(p *part) {
	if p.silent || p.unused() {
		return
	}
	defer func() { p.ran = true }() // not before: a unit in a circle may read itself
	arrivals := make([]signal, p.inputCount())
	for i := range arrivals {
		arrivals[i] = poison
		if i < len(p.inputs) && p.inputs[i] != nil {
			arrivals[i] = p.inputs[i].arrive()
		}
	}
	if p.prim != nil {
		p.outputs = []output{{p.prim.Out, in.compute(p, arrivals)}}
		return
	}
	for i, t := range p.child.ins {
		arrivals[i].entries = append(slices.Clone(arrivals[i].entries), join(p.child.path, t.decl.Name.Text))
	}
	p.child.run(arrivals, func(i int, want string) {
		d := in.misfit(p, i, codeShape, arrivals[i].shape, fmt.Sprintf("want %s", want))
		wanted, _ := p.child.declared(p.child.ins[i])
		in.e.report(in, remedy(d, p.inputs[i], wanted))
	})
	for _, t := range p.child.outs {
		p.outputs = append(p.outputs, output{t.decl.Name.Text, t.signal})
	}
}

// compute makes the node of a primitive, if all that it needs is settled.
func (in *instance) compute(p *part, arrivals []signal) signal {
	shapes := make([]sig.Shape, len(arrivals))
	whole := true
	for i, s := range arrivals {
		shapes[i] = s.shape
		whole = whole && s.node != ir.None
	}
	res, bad := p.prim.Infer(shapes, p.args)
	if bad != nil {
		in.refuseShape(p, shapes, bad)
		return poison
	}
	if !whole || !known(res.Out) || !in.room(p) {
		in.e.open = true
		return signal{node: ir.None, shape: res.Out}
	}
	n := ir.Node{
		Op: p.prim.Name, Path: join(in.path, p.name), Shape: res.Out, MACs: res.MACs, Of: ir.None,
		Origin: p.span, Attrs: attributes(p, res),
	}
	var ok bool
	if n.Params, ok = in.tensorsOf(p, res.Params); !ok {
		return poison
	}
	for i, s := range arrivals {
		n.Args = append(n.Args, s.node)
		n.Wires = setWire(n.Wires, i, len(arrivals), s.wire)
	}
	id := in.e.emit(n)
	for i, s := range arrivals {
		in.e.enter(s.entries, ir.Operand{Node: id, Index: i})
	}
	return signal{node: id, shape: res.Out}
}

// room refuses a graph that is too large to be meant.
func (in *instance) room(p *part) bool {
	if len(in.e.graph.Nodes) < maxNodes {
		return true
	}
	in.e.report(in, diag.Errorf(codeSize, p.span, "a program has at most %d units", maxNodes))
	return false
}

// enter notes that an operand is fed through ports of dissolved instances.
func (e *elaborator) enter(ports []string, o ir.Operand) {
	for _, name := range ports {
		at, ok := e.entries[name]
		if !ok {
			at = len(e.graph.Entries)
			e.entries[name] = at
			e.graph.Entries = append(e.graph.Entries, ir.Entry{Path: name})
		}
		e.graph.Entries[at].To = append(e.graph.Entries[at].To, o)
	}
}

// attributes are the arguments that are settled, by name.
func attributes(p *part, res sig.Result) []ir.Attr {
	args := p.args
	if res.Args != nil {
		args = res.Args
	}
	var list []ir.Attr
	for i, v := range args {
		if v != nil {
			list = append(list, ir.Attr{Name: p.prim.Params[i].Name, Value: v})
		}
	}
	return list
}

// tensorsOf finds or makes the tensors of a part. A second use of parameters must
// want the same shapes.
func (in *instance) tensorsOf(p *part, want []sig.Tensor) ([]ir.ParamID, bool) {
	var list []ir.ParamID
	for _, t := range want {
		path := join(join(in.tensors, p.of.name), t.Name)
		id, ok := in.e.tensors[path]
		if !ok {
			id = ir.ParamID(len(in.e.graph.Params))
			in.e.tensors[path] = id
			in.e.graph.Params = append(in.e.graph.Params, ir.Param{Path: path, Shape: t.Shape, FanIn: t.FanIn, Init: t.Init})
		}
		if first := in.e.graph.Params[id].Shape; !slices.Equal(first, t.Shape) {
			at := p.span
			if len(p.inputs) > 0 && p.inputs[0] != nil {
				at = p.inputs[0].span
			}
			in.e.report(in, diag.Errorf(codeShared, at, "shared parameters have one shape").
				WithLabel("%s is %s here, and %s in its first use", t.Name, ir.ShapeText(t.Shape), ir.ShapeText(first)).
				WithRelated(p.of.span, "first used here"))
			return nil, false
		}
		list = append(list, id)
	}
	return list, true
}

// refuseShape reports what a shape rule does not accept: at the argument that is
// at fault, or at the hop that receives.
func (in *instance) refuseShape(p *part, shapes []sig.Shape, bad *sig.ShapeError) {
	if bad.Arg != "" {
		span := p.span
		for i, param := range p.prim.Params {
			if param.Name == bad.Arg && !p.spans[i].IsZero() {
				span = p.spans[i]
			}
		}
		d := diag.Errorf(diag.Code(bad.Code), span, "%s", bad.Msg)
		d.Hint = bad.Hint
		for _, a := range p.inputs {
			if a != nil {
				d = in.traced(a, d)
			}
		}
		in.e.report(in, d)
		return
	}
	for i := range shapes {
		if p.inputName(i) == bad.Port {
			_, want, found := strings.Cut(bad.Msg, ", want ")
			if !found {
				want = bad.Msg
			} else {
				want = "want " + want
			}
			d := in.misfit(p, i, diag.Code(bad.Code), shapes[i], want)
			d.Hint = bad.Hint
			for j := range shapes {
				if p.inputName(j) == bad.Like {
					d = remedy(remedy(d, p.inputs[i], shapes[j]), p.inputs[j], shapes[i])
				}
			}
			in.e.report(in, d)
			return
		}
	}
	panic(fmt.Sprintf("lower: the shape rule of %s blames port %q", p.prim.Name, bad.Port))
}

// misfit is the message about a shape that an input port does not accept.
func (in *instance) misfit(p *part, i int, code diag.Code, got sig.Shape, want string) diag.Diag {
	a := p.inputs[i]
	by := p.name
	if p.inputCount() > 1 {
		by += "." + p.inputName(i)
	}
	d := diag.Errorf(code, a.span, "got %s from %s by %s, %s", ir.ShapeText(got), a.from.text, by, want)
	if strings.HasSuffix(want, "]") && strings.LastIndexByte(want, '[') == len("want ") {
		d = diag.Errorf(codeShape, a.span, "got %s from %s, %s by %s", ir.ShapeText(got), a.from.text, want, by)
	}
	return in.traced(a, d.WithLabel("this does not fit"))
}

// traced adds the shape at each hop of the route up to an arrow.
func (in *instance) traced(a *arrow, d diag.Diag) diag.Diag {
	for _, s := range a.trail {
		said := slices.ContainsFunc(d.Related, func(l diag.Label) bool { return l.Span == s.span })
		if sig, ok := s.look(); ok && sig.shape != nil && !said {
			d = d.WithRelated(s.span, "%s", ir.ShapeText(sig.shape))
		}
	}
	return d
}
