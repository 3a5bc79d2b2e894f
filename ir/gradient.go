package ir

import "acl/lang/sig"

// The attributes of a Loss node. The target is a field of the data, or the
// node's second operand.
const (
	AttrWeight = "weight" // Float
	AttrTarget = "target" // Word: the field
	// AttrSmoothing is there unless it is 0.
	AttrSmoothing = "smoothing" // Float
)

// Arguments are the node's attributes in the order of the primitive's
// parameters, nil where one has neither a value nor a default.
func (n *Node) Arguments(p *sig.Primitive) []sig.Value {
	args := make([]sig.Value, len(p.Params))
	for i := range p.Params {
		args[i] = n.Attr(p.Params[i].Name)
	}
	return args
}

// DataSaved lists the values that the gradient of a node's operands reads from
// the stack: inputs in the order of Keep, then the node itself where its output or
// its own record is kept. A value that two operands share stands there twice.
func DataSaved(f *Node, id NodeID, p *sig.Primitive) []NodeID {
	saved := operands(f, p.Keep.X)
	if p.Keep.Y || p.Keep.Record {
		saved = append(saved, id)
	}
	return saved
}

// ParamSaved lists the values that the gradient of a node's tensors reads from
// the stack.
func ParamSaved(f *Node, p *sig.Primitive) []NodeID { return operands(f, p.Keep.W) }

// operands picks operands by index; sig.AllInputs stands for each.
func operands(f *Node, keep []int) []NodeID {
	var list []NodeID
	for _, k := range keep {
		if k == sig.AllInputs {
			list = append(list, f.Args...)
		} else {
			list = append(list, f.Args[k])
		}
	}
	return list
}
