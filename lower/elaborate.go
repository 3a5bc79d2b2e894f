package lower

import (
	"slices"

	"acl/ir"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
)

// The elaborate pass makes instances. An instance of a module knows its
// parameters; once the shapes of its inputs are there, its symbols are, and with
// them every `if` and `repeat`. Its routes become arrows between ports; drivers
// and cycles are checked on the arrows, units then run in data order, each as a
// node or as an instance of its own, whose nodes take its place. A fault poisons
// the signal behind it: its shape is unknown, and a rule that meets an unknown
// shape checks what is certain and keeps silent about the rest.

// ElaborateOptions settles what the text of a module leaves open.
type ElaborateOptions struct {
	// Args are values of the module's parameters; the others take their defaults.
	Args map[string]sig.Value
	// Inputs are the shapes that arrive at ports with symbols or ?.
	Inputs map[string]sig.Shape
	// Partial leaves parameters without a value and shapes without an input open,
	// and reports only what is wrong whatever they may be. The graph is nil then,
	// unless all was settled.
	Partial bool
}

// Elaborate instantiates a module and returns its graph, or nil where there is an
// error. All errors of the module and its instances come in one list, each cause
// once; those of the definitions themselves are package check's.
func Elaborate(p *check.Program, m *check.Module, o ElaborateOptions) (*ir.Graph, diag.List) {
	e := newElaborator(p, o.Partial)
	graph := e.root(m, o)
	e.diags.Sort()
	if e.diags.HasErrors() {
		return nil, e.diags
	}
	return graph, e.diags
}

// Instances are the modules that a module is made of, itself among them, as far as its
// faults let that be seen.
func Instances(p *check.Program, m *check.Module, o ElaborateOptions) map[*check.Module]bool {
	e := newElaborator(p, true)
	e.root(m, o)
	e.made[m] = true
	return e.made
}

// CheckModules elaborates every module of a program as far as its own text settles
// it: those of plans first, and of the others those that no instance has shown.
// Each cause comes once. Modules of the library are seen where they are used. What a
// fabric lets fail has to be on it.
func CheckModules(p *check.Program) diag.List {
	e := newElaborator(p, true)
	for _, b := range p.Plans {
		if b.Module != nil && !b.Module.Broken && !e.made[b.Module] {
			e.root(b.Module, ElaborateOptions{Partial: true})
		}
	}
	for i := len(p.Modules) - 1; i >= 0; i-- {
		if m := p.Modules[i]; !m.Broken && !m.Unit.Library && !e.made[m] {
			e.root(m, ElaborateOptions{Partial: true})
		}
	}
	for _, f := range p.Fabrics {
		if !f.Unit.Library && !f.Bad {
			_, diags := Chip(f)
			e.diags.Add(slices.DeleteFunc(diags, func(d diag.Diag) bool { return d.Code != codeNoModule })...)
		}
	}
	e.diags.Sort()
	return e.diags
}

// maxTurns bounds the turns of one repeat, and maxNodes a whole graph, so that a
// slip of the pen does not fill the memory.
const (
	maxTurns = 1 << 14
	maxNodes = 1 << 18
)

// signal is what an output carries. A fault upstream, or a shape that is not
// settled, leaves it without a node.
type signal struct {
	node  ir.NodeID
	shape sig.Shape // nil: not even the rank is known
	// wire and entries gather what the arrows to its next reader say, and the ports
	// of instances that it passed on the way.
	wire    directives
	entries []string
}

var poison = signal{node: ir.None}

type elaborator struct {
	program *check.Program
	graph   *ir.Graph
	partial bool
	// open says that some signal of the graph has no node.
	open    bool
	tensors map[string]ir.ParamID
	entries map[string]int
	names   map[*check.Module]map[*syntax.Ref]string // of units in place
	met     map[fault]bool
	made    map[*check.Module]bool // modules that have had an instance
	diags   diag.List
}

// fault identifies a cause: what was said about which place.
type fault struct {
	code diag.Code
	span source.Span
}

func newElaborator(p *check.Program, partial bool) *elaborator {
	return &elaborator{
		program: p, partial: partial,
		names: map[*check.Module]map[*syntax.Ref]string{}, met: map[fault]bool{}, made: map[*check.Module]bool{},
	}
}

// report adds a message unless the same was said of the same place, in another
// instance for example. Where the place is inside an instance, the instances
// around it are named.
func (e *elaborator) report(in *instance, list ...diag.Diag) {
	for _, d := range list {
		f := fault{d.Code, d.Span}
		if e.met[f] {
			continue
		}
		e.met[f] = true
		for ; d.Severity == diag.Error && in != nil && in.parent != nil; in = in.parent {
			d = d.WithRelated(in.at, "in the instance `%s`", in.path)
		}
		e.diags.Add(d)
	}
}

// root elaborates a module that stands by itself.
func (e *elaborator) root(m *check.Module, o ElaborateOptions) *ir.Graph {
	e.graph, e.open = &ir.Graph{Module: m.Name}, false
	e.tensors, e.entries = map[string]ir.ParamID{}, map[string]int{}
	in := e.openInstance(m, nil, "", m.Decl.Name.Span)
	in.rootParams(o)
	in.collectInputs(m.Decl.Items, in.values)
	arrivals := make([]signal, len(in.ins))
	for i, t := range in.ins {
		arrivals[i] = in.rootInput(t, o)
	}
	in.run(arrivals, func(i int, want string) {
		t := in.ins[i]
		e.report(in, diag.Errorf(codeShape, t.decl.Name.Span, "got %s, want %s by %s",
			ir.ShapeText(arrivals[i].shape), want, t.decl.Name.Text))
	})
	for _, t := range in.outs {
		e.graph.Outputs = append(e.graph.Outputs, ir.Port{
			Name: t.decl.Name.Text, Shape: t.signal.shape, Node: t.signal.node, Origin: t.decl.Name.Span,
		})
		e.open = e.open || t.signal.node == ir.None
		if t.arrow != nil && t.signal.wire != (directives{}) && !e.partial {
			e.report(in, diag.Warnf(codeNoEffect, t.arrow.span, "directives of an arrow out of the program have no effect").
				WithLabel("nothing on the chip reads %s", t.decl.Name.Text))
		}
	}
	if e.open {
		return nil
	}
	return e.graph
}

// rootParams gives a module that stands by itself its parameters.
func (in *instance) rootParams(o ElaborateOptions) {
	for _, p := range in.module.Settling {
		v := o.Args[p.Name]
		switch {
		case v != nil:
		case p.Late:
			in.late = append(in.late, p)
		case p.Default != nil:
			v = in.fallback(p)
		case !o.Partial:
			in.e.report(in, diag.Errorf(codeMissing, p.Decl.Name.Span, "%s has no value: `%s` stands by itself and gives none", p.Name, in.module.Decl.Name.Text).
				WithHint("give it a default, or wrap `%s` in a module of your own", in.module.Decl.Name.Text))
		}
		in.values[p.Name] = v
	}
}

// rootInput makes the node of an input port. Its own dimensions win; what they
// leave open comes from the options.
func (in *instance) rootInput(t *terminal, o ElaborateOptions) signal {
	shape := slices.Clone(o.Inputs[t.decl.Name.Text])
	declared, settled := in.declared(t)
	switch {
	case settled:
		shape = declared
	case shape == nil && o.Partial:
		shape = declared
	case shape == nil:
		in.e.report(in, diag.Errorf(codeOpenShape, t.decl.Name.Span, "the shape of input `%s` is not known", t.decl.Name.Text).
			WithLabel("nothing says what arrives here").
			WithHint("write its dimensions, or wrap the module in one that does"))
		return poison
	}
	if !known(shape) {
		return signal{node: ir.None, shape: shape}
	}
	node := in.e.emit(ir.Node{
		Op: ir.OpInput, Path: t.decl.Name.Text, Shape: shape, Of: ir.None, Origin: t.decl.Name.Span,
	})
	in.e.graph.Inputs = append(in.e.graph.Inputs, ir.Port{
		Name: t.decl.Name.Text, Shape: shape, Node: node, Origin: t.decl.Name.Span,
	})
	return signal{node: node, shape: shape}
}

func (e *elaborator) emit(n ir.Node) ir.NodeID {
	e.graph.Nodes = append(e.graph.Nodes, n)
	return ir.NodeID(len(e.graph.Nodes) - 1)
}

// known reports whether every dimension of a shape is there.
func known(s sig.Shape) bool {
	return s != nil && !slices.Contains(s, sig.Unknown)
}
