package lower

import (
	"slices"

	"acl/ir"
)

// The fold pass removes units that change nothing: a reshape, flatten or slice to
// the shape that is there already, and a relu of a relu. Their readers read what
// they read. A unit whose arrow carries directives stays, as somebody chose its
// wire; so does every unit with parameters. It runs before differentiation, so
// that no gradient node and nothing stored depends on what goes.

// Fold returns g without units that change nothing; g stays as it is.
func Fold(g *ir.Graph) *ir.Graph {
	out := *g
	out.Nodes = make([]ir.Node, 0, len(g.Nodes))
	to := make([]ir.NodeID, len(g.Nodes)) // where each node's value is now
	gone := make([]bool, len(g.Nodes))
	for i := range g.Nodes {
		n := g.Nodes[i]
		n.Args = moved(n.Args, to)
		if unchanged(&out, &n) {
			to[i], gone[i] = n.Args[0], true
			continue
		}
		to[i] = ir.NodeID(len(out.Nodes))
		out.Nodes = append(out.Nodes, n)
	}
	out.Inputs, out.Outputs = movedPorts(g.Inputs, to), movedPorts(g.Outputs, to)
	out.Entries = movedEntries(g, to, gone)
	return &out
}

// unchanged reports whether a node's value is that of its first operand. Its
// operands are nodes of g already.
func unchanged(g *ir.Graph, n *ir.Node) bool {
	if n.Role != ir.Forward || len(n.Args) != 1 || n.Wires != nil {
		return false
	}
	x := g.Node(n.Args[0])
	switch n.Op {
	case "nn.flatten", "nn.reshape", "nn.slice":
		return slices.Equal(n.Shape, x.Shape)
	case "nn.relu":
		return x.Op == "nn.relu"
	}
	return false
}

func moved(ids []ir.NodeID, to []ir.NodeID) []ir.NodeID {
	if ids == nil {
		return nil
	}
	out := make([]ir.NodeID, len(ids))
	for i, id := range ids {
		out[i] = to[id]
	}
	return out
}

func movedPorts(ports []ir.Port, to []ir.NodeID) []ir.Port {
	out := slices.Clone(ports)
	for i := range out {
		out[i].Node = to[out[i].Node]
	}
	return out
}

// movedEntries keeps the operands of a dissolved port: where their node is gone,
// its readers take its place.
func movedEntries(g *ir.Graph, to []ir.NodeID, gone []bool) []ir.Entry {
	readers := make([][]ir.Operand, len(g.Nodes))
	for i := range g.Nodes {
		for k, a := range g.Nodes[i].Args {
			readers[a] = append(readers[a], ir.Operand{Node: ir.NodeID(i), Index: k})
		}
	}
	var follow func(o ir.Operand) []ir.Operand
	follow = func(o ir.Operand) []ir.Operand {
		if !gone[o.Node] {
			return []ir.Operand{{Node: to[o.Node], Index: o.Index}}
		}
		var list []ir.Operand
		for _, r := range readers[o.Node] {
			list = append(list, follow(r)...)
		}
		return list
	}
	var out []ir.Entry
	for _, e := range g.Entries {
		kept := ir.Entry{Path: e.Path}
		for _, o := range e.To {
			kept.To = append(kept.To, follow(o)...)
		}
		out = append(out, kept)
	}
	return out
}
