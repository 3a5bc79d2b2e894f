package ir

import (
	"fmt"
	"math/bits"
	"slices"

	"acl/lang/sig"
)

// Stage is a place in the list of passes.
type Stage uint8

// The stages. An Elaborated graph holds forward nodes only, a Differentiated one
// gradient nodes as well.
const (
	Elaborated Stage = iota
	Differentiated
)

// legal says which roles a node may have at a stage.
var legal = map[Stage][]Role{
	Elaborated:     {Forward},
	Differentiated: {Forward, DataGrad, ParamGrad, Sum, Loss, LossGrad},
}

// rules holds the check of each role.
var rules = map[Role]func(v *verifier, id NodeID, n *Node){
	Forward:   (*verifier).forward,
	DataGrad:  (*verifier).dataGrad,
	ParamGrad: (*verifier).paramGrad,
	Sum:       (*verifier).sum,
	Loss:      (*verifier).loss,
	LossGrad:  (*verifier).lossGrad,
}

// Verify returns what breaks the rules of a graph at a stage: indices in range
// and in topological order, shapes, tensors and multiply-accumulates as the shape
// rules of the table give them, roles that the stage allows, operands and saved
// values as the role asks, and names used once. No error means that every pass
// may rely on all of it. An error is a fault of a pass, not of a program.
func Verify(g *Graph, table *sig.Table, stage Stage) []error {
	v := &verifier{graph: g, table: table, names: map[string]bool{}}
	v.params()
	sound := true
	for i := range g.Nodes {
		sound = v.indices(NodeID(i)) && sound
	}
	if !sound {
		return v.errs
	}
	for i := range g.Nodes {
		id, n := NodeID(i), &g.Nodes[i]
		if !slices.Contains(legal[stage], n.Role) {
			v.errorf(id, "a %s node has no place at this stage", n.Role)
			continue
		}
		v.unique("node", fmt.Sprintf("%s %s of operand %d", n.Role, n.Path, n.Operand))
		rules[n.Role](v, id, n)
		v.wires(id, n)
	}
	v.ports()
	v.losses()
	v.entries()
	return v.errs
}

type verifier struct {
	graph *Graph
	table *sig.Table
	names map[string]bool
	errs  []error
}

func (v *verifier) errorf(id NodeID, format string, args ...any) {
	n := v.graph.Node(id)
	v.errs = append(v.errs, fmt.Errorf("ir: %%%d %s (%s): %s", id, n.Path, n.Op, fmt.Sprintf(format, args...)))
}

func (v *verifier) unique(kind, name string) {
	key := kind + " " + name
	if v.names[key] {
		v.errs = append(v.errs, fmt.Errorf("ir: there are two of %s", key))
	}
	v.names[key] = true
}

func (v *verifier) params() {
	for i := range v.graph.Params {
		p := &v.graph.Params[i]
		v.unique("tensor", p.Path)
		if len(p.Shape) == 0 || !settled(p.Shape) {
			v.errs = append(v.errs, fmt.Errorf("ir: tensor %s has shape %s", p.Path, ShapeText(p.Shape)))
		}
	}
}

// settled reports whether every dimension is known and positive.
func settled(s sig.Shape) bool {
	for _, d := range s {
		if d < 1 {
			return false
		}
	}
	return true
}

// indices checks that everything a node names exists and lies before it.
func (v *verifier) indices(id NodeID) bool {
	n := v.graph.Node(id)
	before := len(v.errs)
	for _, a := range slices.Concat(n.Args, n.Saved) {
		if a < 0 || a >= id {
			v.errorf(id, "reads %%%d, which does not lie before it", a)
		}
	}
	if n.Of != None && (n.Of < 0 || n.Of >= id) {
		v.errorf(id, "belongs to %%%d, which does not lie before it", n.Of)
	}
	for _, p := range n.Params {
		if p < 0 || int(p) >= len(v.graph.Params) {
			v.errorf(id, "names tensor %d of %d", p, len(v.graph.Params))
		}
	}
	if !settled(n.Shape) {
		v.errorf(id, "has shape %s", ShapeText(n.Shape))
	}
	if int(n.Role) >= len(roleWords) {
		v.errorf(id, "has %s", n.Role)
	}
	return len(v.errs) == before
}

func (v *verifier) wires(id NodeID, n *Node) {
	if n.Wires == nil {
		return
	}
	if len(n.Wires) != len(n.Args) {
		v.errorf(id, "has %d wires for %d operands", len(n.Wires), len(n.Args))
	}
	for _, w := range n.Wires {
		if w.Via < -1 || w.Scale < 1 || bits.OnesCount(uint(w.Scale)) != 1 || w.Hold > HoldDigital {
			v.errorf(id, "has a wire with via %d, hold %d, scale %d", w.Via, w.Hold, w.Scale)
		}
		if w.Via < 0 && !w.At.IsZero() {
			v.errorf(id, "has a wire without a bus that %s names", w.At.Origin())
		}
	}
}

func (v *verifier) forward(id NodeID, n *Node) {
	if n.Of != None || n.Operand != 0 || len(n.Saved) > 0 {
		v.errorf(id, "is a forward node with parts of a gradient node")
	}
	if n.Op == OpInput {
		if len(n.Args)+len(n.Params)+len(n.Attrs) > 0 || n.MACs != 0 {
			v.errorf(id, "is an input that computes")
		}
		return
	}
	p := v.table.Primitive(n.Op)
	if p == nil {
		v.errorf(id, "is no primitive")
		return
	}
	if want := len(p.In.Ports); !p.In.Variadic && len(n.Args) != want || p.In.Variadic && len(n.Args) < 2 {
		v.errorf(id, "has %d operands", len(n.Args))
		return
	}
	in := make([]sig.Shape, len(n.Args))
	for i, a := range n.Args {
		in[i] = v.graph.Node(a).Shape
	}
	res, bad := p.Infer(in, n.Arguments(p))
	if bad != nil {
		v.errorf(id, "breaks its shape rule: %s", bad.Msg)
		return
	}
	v.inferred(id, n, res)
}

// inferred compares a node with what its shape rule gives.
func (v *verifier) inferred(id NodeID, n *Node, res sig.Result) {
	if !slices.Equal(n.Shape, res.Out) {
		v.errorf(id, "has shape %s, its rule gives %s", ShapeText(n.Shape), ShapeText(res.Out))
	}
	if n.MACs != res.MACs {
		v.errorf(id, "has %d multiply-accumulates, its rule gives %d", n.MACs, res.MACs)
	}
	if len(n.Params) != len(res.Params) {
		v.errorf(id, "has %d tensors, its rule gives %d", len(n.Params), len(res.Params))
		return
	}
	for i, t := range res.Params {
		if p := &v.graph.Params[n.Params[i]]; !slices.Equal(p.Shape, t.Shape) {
			v.errorf(id, "tensor %s has shape %s, the rule gives %s", p.Path, ShapeText(p.Shape), ShapeText(t.Shape))
		}
	}
}

// belongs checks that a gradient node has a forward primitive, and the gradient
// of its value as the one operand.
func (v *verifier) belongs(id NodeID, n *Node) (*Node, *sig.Primitive) {
	if n.Of == None {
		v.errorf(id, "is the gradient of nothing")
		return nil, nil
	}
	f := v.graph.Node(n.Of)
	p := v.table.Primitive(f.Op)
	if f.Role != Forward || p == nil || n.Op != f.Op {
		v.errorf(id, "is the gradient of %s", f.Op)
		return nil, nil
	}
	if !p.In.Variadic && len(f.Args) != len(p.In.Ports) {
		return nil, nil // the forward node's own fault, which is told there
	}
	if len(n.Args) != 1 {
		v.errorf(id, "has %d gradients", len(n.Args))
		return nil, nil
	}
	if g := v.graph.Node(n.Args[0]); !carriesGradient(g.Role) || !slices.Equal(g.Shape, f.Shape) {
		v.errorf(id, "receives %s of shape %s for %s", g.Role, ShapeText(g.Shape), ShapeText(f.Shape))
	}
	return f, p
}

func carriesGradient(r Role) bool { return r == DataGrad || r == Sum || r == LossGrad }

func (v *verifier) dataGrad(id NodeID, n *Node) {
	f, p := v.belongs(id, n)
	if f == nil {
		return
	}
	if n.Operand < 0 || n.Operand >= len(f.Args) {
		v.errorf(id, "is the gradient of operand %d of %d", n.Operand, len(f.Args))
		return
	}
	if want := v.graph.Node(f.Args[n.Operand]).Shape; !slices.Equal(n.Shape, want) {
		v.errorf(id, "has shape %s, the operand has %s", ShapeText(n.Shape), ShapeText(want))
	}
	if len(n.Params) > 0 {
		v.errorf(id, "names tensors")
	}
	if p.NoGradient {
		v.errorf(id, "is the gradient of a primitive that has none")
	}
	if want := DataSaved(f, n.Of, p); !slices.Equal(n.Saved, want) {
		v.errorf(id, "keeps %v, its primitive keeps %v", n.Saved, want)
	}
}

func (v *verifier) paramGrad(id NodeID, n *Node) {
	f, p := v.belongs(id, n)
	if f == nil {
		return
	}
	if len(n.Shape) > 0 || n.Operand != 0 {
		v.errorf(id, "has a value")
	}
	if len(n.Params) == 0 || !slices.Equal(n.Params, f.Params) {
		v.errorf(id, "adds to other tensors than its forward node has")
	}
	if want := ParamSaved(f, p); !slices.Equal(n.Saved, want) {
		v.errorf(id, "keeps %v, its primitive keeps %v", n.Saved, want)
	}
}

func (v *verifier) sum(id NodeID, n *Node) {
	if n.Op != OpSum || len(n.Args) < 2 || n.Of != None || n.Operand != 0 || len(n.Saved)+len(n.Params) > 0 {
		v.errorf(id, "is no sum of gradients")
	}
	for _, a := range n.Args {
		if g := v.graph.Node(a); !carriesGradient(g.Role) || !slices.Equal(g.Shape, n.Shape) {
			v.errorf(id, "adds %s of shape %s to %s", g.Role, ShapeText(g.Shape), ShapeText(n.Shape))
		}
	}
}

func (v *verifier) loss(id NodeID, n *Node) {
	if f := v.table.Func(n.Op); f == nil || f.Group != "loss" {
		v.errorf(id, "is no loss")
	}
	if len(n.Args) != 1 && len(n.Args) != 2 || n.Of != None || n.Operand != 0 || len(n.Saved)+len(n.Params)+len(n.Shape) > 0 {
		v.errorf(id, "has parts that a loss has not")
		return
	}
	for _, a := range n.Args {
		if f := v.graph.Node(a); f.Role != Forward {
			v.errorf(id, "compares a %s", f.Role)
		}
	}
	if _, ok := n.Attr(AttrWeight).(sig.Float); !ok {
		v.errorf(id, "has no weight")
	}
	if _, field := n.Attr(AttrTarget).(sig.Word); field == (len(n.Args) == 2) {
		v.errorf(id, "has not one target")
	}
}

func (v *verifier) lossGrad(id NodeID, n *Node) {
	if n.Of == None || v.graph.Node(n.Of).Role != Loss || v.graph.Node(n.Of).Op != n.Op {
		v.errorf(id, "starts from no loss")
		return
	}
	l := v.graph.Node(n.Of)
	if !slices.Equal(n.Args, l.Args) || len(n.Saved)+len(n.Params) > 0 || n.Operand < 0 || n.Operand >= len(l.Args) {
		v.errorf(id, "reads other values than its loss")
		return
	}
	if want := v.graph.Node(l.Args[n.Operand]).Shape; !slices.Equal(n.Shape, want) {
		v.errorf(id, "has shape %s, the prediction has %s", ShapeText(n.Shape), ShapeText(want))
	}
}

func (v *verifier) ports() {
	inputs := map[NodeID]bool{}
	for i := range v.graph.Inputs {
		v.port("in", &v.graph.Inputs[i])
		inputs[v.graph.Inputs[i].Node] = true
	}
	for i := range v.graph.Outputs {
		v.port("out", &v.graph.Outputs[i])
	}
	for i := range v.graph.Nodes {
		if (v.graph.Nodes[i].Op == OpInput) != inputs[NodeID(i)] {
			v.errorf(NodeID(i), "is an input without a port, or a port without an input")
		}
	}
}

func (v *verifier) port(kind string, p *Port) {
	v.unique("port", p.Name)
	if p.Node < 0 || int(p.Node) >= len(v.graph.Nodes) {
		v.errs = append(v.errs, fmt.Errorf("ir: %s %s names %%%d of %d", kind, p.Name, p.Node, len(v.graph.Nodes)))
		return
	}
	n := v.graph.Node(p.Node)
	if n.Role != Forward || !slices.Equal(n.Shape, p.Shape) {
		v.errorf(p.Node, "%s port %s has shape %s, the %s node %s", kind, p.Name, ShapeText(p.Shape), n.Role, ShapeText(n.Shape))
	}
}

func (v *verifier) losses() {
	var want []NodeID
	for i := range v.graph.Nodes {
		if v.graph.Nodes[i].Role == Loss {
			want = append(want, NodeID(i))
		}
	}
	if !slices.Equal(want, v.graph.Losses) {
		v.errs = append(v.errs, fmt.Errorf("ir: the losses are %v, the graph lists %v", want, v.graph.Losses))
	}
}

func (v *verifier) entries() {
	for _, e := range v.graph.Entries {
		v.unique("entry", e.Path)
		for _, o := range e.To {
			if o.Node < 0 || int(o.Node) >= len(v.graph.Nodes) || o.Index < 0 || o.Index >= len(v.graph.Node(o.Node).Args) {
				v.errs = append(v.errs, fmt.Errorf("ir: entry %s names operand %d of %%%d", e.Path, o.Index, o.Node))
			}
		}
	}
}
