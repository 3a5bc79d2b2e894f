package lower

import (
	"fmt"

	"acl/fabric"
	"acl/ir"
	"acl/lang/sig"
)

// values gives each node that has a value a wire of the fabric program, and the
// index of that wire by node (NoValue where there is none).
func values(g *ir.Graph) ([]fabric.Value, []fabric.ValueID) {
	var list []fabric.Value
	of := make([]fabric.ValueID, len(g.Nodes))
	for i := range g.Nodes {
		n := &g.Nodes[i]
		of[i] = fabric.NoValue
		if n.Role == ir.ParamGrad || n.Role == ir.Loss {
			continue
		}
		v := fabric.Value{Name: n.Path, Shape: append([]int(nil), n.Shape...)}
		switch n.Role {
		case ir.LossGrad:
			v.Error, v.Digital = true, true
		case ir.DataGrad, ir.Sum:
			v.Error = true
		case ir.Forward:
			v.Digital = n.Op == ir.OpInput
		}
		if v.Error {
			v.Name = fmt.Sprintf("%s'%d", n.Path, i)
		}
		of[i] = fabric.ValueID(len(list))
		list = append(list, v)
	}
	return list, of
}

var roles = map[ir.Role]fabric.Role{
	ir.Forward: fabric.Forward, ir.DataGrad: fabric.DataGrad, ir.ParamGrad: fabric.ParamGrad,
	ir.Sum: fabric.Sum, ir.Loss: fabric.Loss, ir.LossGrad: fabric.Loss,
}

// units turns the nodes into virtual modules, in the graph's order. Loss nodes
// become no unit: the control unit's `loss` instruction does their work. With
// running statistics in training a batch norm does not wait for its batch.
func units(g *ir.Graph, table *sig.Table, array []int, value []fabric.ValueID, running bool) []fabric.Unit {
	var list []fabric.Unit
	for i := range g.Nodes {
		n := &g.Nodes[i]
		if n.Role == ir.Loss || n.Role == ir.LossGrad {
			continue
		}
		u := fabric.Unit{
			Op: n.Op, Role: roles[n.Role], Path: n.Path, Out: value[i], Operand: n.Operand,
			Array: array[i], Origin: n.Origin, Attrs: attrs(g, n),
		}
		if n.Op == ir.OpInput {
			u.Role = fabric.Input
		}
		if n.Of != ir.None && u.Array < 0 {
			u.Array = array[n.Of]
		}
		for _, a := range n.Args {
			u.Args = append(u.Args, value[a])
		}
		for _, a := range n.Saved {
			if !recorded(table, n) {
				u.Saved = append(u.Saved, value[a])
			}
		}
		u.Scales = scales(n)
		u.Class = class(table, g, n)
		u.Positions = positions(g, n)
		u.Barrier = n.Op == opBatchnorm && n.Role != ir.ParamGrad && !running
		list = append(list, u)
	}
	return list
}

// recorded reports whether what a gradient node reads again is in the control
// unit's memory, since its forward unit works with numbers: the stack holds nothing
// for it.
func recorded(table *sig.Table, n *ir.Node) bool {
	p := table.Primitive(n.Op)
	return p != nil && p.Digital
}

// class is the class of physical modules that run a node. Wiring and the control
// unit's own work need none; the gradient of either needs none as well.
func class(table *sig.Table, g *ir.Graph, n *ir.Node) string {
	if n.Op == ir.OpInput {
		return ""
	}
	if n.Role == ir.Sum {
		return "gradient"
	}
	p := table.Primitive(n.Op)
	if p == nil || p.Digital {
		return ""
	}
	if n.Role == ir.Forward {
		return p.Class
	}
	if p.Class == "" {
		return ""
	}
	return "gradient"
}

func scales(n *ir.Node) []float64 {
	any := false
	out := make([]float64, len(n.Args))
	for i := range out {
		out[i] = 1
		if n.Wires != nil && n.Wires[i].Scale > 1 {
			out[i], any = float64(n.Wires[i].Scale), true
		}
	}
	if !any {
		return nil
	}
	return out
}

// positions is the number of reads of a tile set a sample: output pixels of a
// convolution, tokens of a dense unit, else 1; and for other units the elements
// that they put out.
func positions(g *ir.Graph, n *ir.Node) int {
	f := n
	if n.Of != ir.None {
		f = g.Node(n.Of)
	}
	if len(f.Params) > 0 && g.Params[f.Params[0]].FanIn > 0 {
		switch len(f.Shape) {
		case 3:
			return f.Shape[1] * f.Shape[2]
		case 2:
			return f.Shape[0]
		}
		return 1
	}
	if n.Role == ir.ParamGrad {
		return ir.Elements(f.Shape)
	}
	return ir.Elements(n.Shape)
}

// attrs turns a node's arguments into numbers, axis names by the rank of the
// operand; `by = tile` is by=1, the multipliers by default nothing. A gradient node
// takes those of its forward node.
func attrs(g *ir.Graph, n *ir.Node) []fabric.Attr {
	f := n
	if n.Of != ir.None {
		f = g.Node(n.Of)
	}
	var out []fabric.Attr
	for _, a := range f.Attrs {
		var num []float64
		switch v := a.Value.(type) {
		case sig.Int:
			num = []float64{float64(v)}
		case sig.Float:
			num = []float64{float64(v)}
		case sig.Bool:
			num = []float64{0}
			if v {
				num[0] = 1
			}
		case sig.Size:
			num = []float64{float64(v.H), float64(v.W)}
		case sig.Range:
			num = []float64{number(v.Low), number(v.High)}
		case sig.List:
			for _, e := range v {
				num = append(num, number(e))
			}
		case sig.Word:
			if v == "tile" {
				num = []float64{1}
				break
			}
			axis, ok := axisIndex(string(v), len(g.Node(f.Args[0]).Shape))
			if !ok {
				continue
			}
			num = []float64{float64(axis)}
		default:
			continue
		}
		out = append(out, fabric.Attr{Name: a.Name, Num: num})
	}
	return out
}

func number(v sig.Value) float64 {
	switch v := v.(type) {
	case sig.Int:
		return float64(v)
	case sig.Float:
		return float64(v)
	case sig.Quantity:
		return v.Num
	}
	return 0
}

// axisIndex is the place of an axis in a shape of the given rank.
func axisIndex(word string, rank int) (int, bool) {
	names := map[int][]string{
		1: {"feature"}, 2: {"token", "feature"}, 3: {"channel", "row", "column"},
	}[rank]
	for i, n := range names {
		if n == word {
			return i, true
		}
	}
	return 0, false
}
