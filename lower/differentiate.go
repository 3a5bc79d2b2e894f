package lower

import (
	"fmt"
	"slices"
	"strings"

	"acl/ir"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
)

// The differentiate pass gives every functional module its gradient module. A
// value needs a gradient where a tensor lies on the way to it; nothing is made
// for the others, and nothing behind a unit without a gradient. Gradient nodes
// follow the forward nodes in reverse order, so that what was stored last is read
// first. Their Saved lists come from the primitive's Keep and from nowhere else.

// Differentiate returns a graph with the losses, their error signals and the
// gradient nodes of g behind its nodes; g stays as it is. A loss on a port that the
// instance does not have, whose ports differ in shape, or that no tensor reaches is an error.
func Differentiate(g *ir.Graph, table *sig.Table, losses []check.Loss) (*ir.Graph, diag.List) {
	out := *g
	out.Nodes = slices.Clone(g.Nodes)
	out.Losses = nil
	d := &differentiator{
		graph: &out, table: table, forward: len(g.Nodes),
		needs: make([]bool, len(g.Nodes)), grads: make([][]ir.NodeID, len(g.Nodes)),
	}
	d.findNeeds()
	for i := range losses {
		d.loss(&losses[i], i)
	}
	if d.diags.HasErrors() {
		return nil, d.diags
	}
	for i := d.forward - 1; i >= 0; i-- {
		d.backward(ir.NodeID(i))
	}
	return d.graph, d.diags
}

type differentiator struct {
	graph   *ir.Graph
	table   *sig.Table
	forward int           // number of forward nodes
	needs   []bool        // by forward node: a gradient of its value is of use
	grads   [][]ir.NodeID // by forward node: the gradients that reach its value
	diags   diag.List
}

func (d *differentiator) findNeeds() {
	for i := range d.needs {
		n := d.graph.Node(ir.NodeID(i))
		d.needs[i] = len(n.Params) > 0
		if p := d.table.Primitive(n.Op); p == nil || p.NoGradient {
			continue
		}
		for _, a := range n.Args {
			d.needs[i] = d.needs[i] || d.needs[a]
		}
	}
}

func (d *differentiator) add(n ir.Node) ir.NodeID {
	d.graph.Nodes = append(d.graph.Nodes, n)
	return ir.NodeID(len(d.graph.Nodes) - 1)
}

// port returns the value of a port of the module.
func (d *differentiator) port(name string, span source.Span) (ir.NodeID, bool) {
	for _, p := range slices.Concat(d.graph.Outputs, d.graph.Inputs) {
		if p.Name == name {
			return p.Node, true
		}
	}
	d.diags.Add(diag.Errorf(codeUnknown, span, "`%s` is no port of %s as it stands", name, d.graph.Module))
	return ir.None, false
}

// loss appends a loss and the error signals that it starts: of the prediction,
// and of a target that is a port and depends on a tensor as well.
func (d *differentiator) loss(l *check.Loss, index int) {
	pred, ok := d.port(l.Pred, l.Span)
	if !ok {
		return
	}
	n := ir.Node{
		Op: l.Op, Role: ir.Loss, Of: ir.None, Args: []ir.NodeID{pred}, Origin: l.Span,
		Path:  fmt.Sprintf("%s#%d", l.Op[strings.LastIndexByte(l.Op, '.')+1:], index+1),
		Attrs: []ir.Attr{{Name: ir.AttrWeight, Value: sig.Float(l.Weight)}},
	}
	if l.Smoothing != 0 {
		n.Attrs = append(n.Attrs, ir.Attr{Name: ir.AttrSmoothing, Value: sig.Float(l.Smoothing)})
	}
	if !l.TargetPort {
		n.Attrs = append(n.Attrs, ir.Attr{Name: ir.AttrTarget, Value: sig.Word(l.Target)})
	} else {
		target, ok := d.port(l.Target, l.Span)
		if !ok || !d.comparable(l, pred, target) {
			return
		}
		n.Args = append(n.Args, target)
	}
	id := d.add(n)
	d.graph.Losses = append(d.graph.Losses, id)
	started := false
	for k, a := range n.Args {
		if d.needs[a] {
			d.grads[a] = append(d.grads[a], d.add(ir.Node{
				Op: n.Op, Role: ir.LossGrad, Path: n.Path + "'", Args: n.Args, Shape: d.graph.Node(a).Shape,
				Attrs: n.Attrs, Of: id, Operand: k, Origin: n.Origin,
			}))
			started = true
		}
	}
	if !started {
		d.diags.Add(diag.Errorf(codeNothing, l.Span, "nothing learns from this loss").
			WithLabel("no unit with parameters lies before %s", l.Pred))
	}
}

func (d *differentiator) comparable(l *check.Loss, pred, target ir.NodeID) bool {
	p, t := d.graph.Node(pred).Shape, d.graph.Node(target).Shape
	if slices.Equal(p, t) {
		return true
	}
	d.diags.Add(diag.Errorf(codeCompared, l.Span, "got %s from %s, want %s as %s has",
		ir.ShapeText(t), l.Target, ir.ShapeText(p), l.Pred))
	return false
}

// backward appends the gradient nodes of a forward node whose value some
// gradient has reached.
func (d *differentiator) backward(id ir.NodeID) {
	n := *d.graph.Node(id)
	if len(d.grads[id]) == 0 || !d.needs[id] || n.Op == ir.OpInput {
		return
	}
	g := d.meet(id, &n)
	p := d.table.Primitive(n.Op)
	for k, a := range n.Args {
		if !d.needs[a] || p.NoGradient {
			continue
		}
		d.grads[a] = append(d.grads[a], d.add(ir.Node{
			Op: n.Op, Role: ir.DataGrad, Path: n.Path + "'", Args: []ir.NodeID{g}, Shape: d.graph.Node(a).Shape,
			Attrs: n.Attrs, Of: id, Operand: k, Saved: ir.DataSaved(&n, id, p), Origin: n.Origin,
		}))
	}
	if len(n.Params) > 0 {
		d.add(ir.Node{
			Op: n.Op, Role: ir.ParamGrad, Path: n.Path + "'", Args: []ir.NodeID{g},
			Attrs: n.Attrs, Params: n.Params, Of: id, Saved: ir.ParamSaved(&n, p), Origin: n.Origin,
		})
	}
}

// meet is the gradient of a value: the one that reached it, or the sum of all.
func (d *differentiator) meet(id ir.NodeID, n *ir.Node) ir.NodeID {
	if len(d.grads[id]) == 1 {
		return d.grads[id][0]
	}
	return d.add(ir.Node{
		Op: ir.OpSum, Role: ir.Sum, Path: n.Path + "'", Args: d.grads[id], Shape: n.Shape, Of: ir.None, Origin: n.Origin,
	})
}
