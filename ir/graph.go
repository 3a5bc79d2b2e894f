package ir

import (
	"acl/lang/sig"
	"acl/lang/source"
)

// NodeID is the index of a node in its graph.
type NodeID int32

// None is the absent node.
const None NodeID = -1

// ParamID is the index of a parameter tensor in its graph.
type ParamID int32

// Role says what a node computes for its primitive.
type Role uint8

// The roles. A Forward node computes the primitive. A DataGrad node computes
// the gradient of one operand of its forward node; a ParamGrad node adds the
// gradient of the forward node's parameters; a Sum node adds the gradients that
// reach one value from several readers. A Loss node compares an output with the
// data; its LossGrad node starts the backward pass.
const (
	Forward Role = iota
	DataGrad
	ParamGrad
	Sum
	Loss
	LossGrad
)

// Op names of nodes that are no primitive.
const (
	OpInput = "input" // a port of the module; no operands
	OpSum   = "sum"
)

// Attr is an evaluated argument of a primitive, in the order of its signature.
type Attr struct {
	Name  string
	Value sig.Value
}

// Wire holds the directives of the arrow into one operand.
type Wire struct {
	Via   int         // bus index, or -1: the control unit chooses
	Hold  Hold        // how the value is kept until its reader takes it
	Scale int         // k times on the wire, undone at the reader; a power of two, 1 by default
	At    source.Span // where the program names the bus, if it does
}

// Hold is how a value waits.
type Hold uint8

// A value waits on a capacitor, or as a number of the control unit.
const (
	HoldCapacitor Hold = iota
	HoldDigital
)

// Node is one operation. Its value has the node's index.
type Node struct {
	Op    string // primitive name, "input", "sum", or a loss: nn.cross_entropy
	Role  Role
	Path  string // instance path: layer2.block[1].c1
	Args  []NodeID
	Wires []Wire // one an operand, or nil: all plain
	Shape sig.Shape
	Attrs []Attr
	// Params are the tensors that a Forward or ParamGrad node uses. Units that
	// share parameters name the same tensors.
	Params []ParamID
	MACs   int64 // multiply-accumulates a sample, Forward nodes

	// Of is the forward (or loss) node that a gradient node belongs to, else None.
	Of NodeID
	// Operand is the operand of Of whose gradient a DataGrad node computes.
	Operand int
	// Saved lists what a gradient node reads from the stack, after Args: values of
	// forward nodes. A DataGrad's Args hold the gradient of Of's value.
	Saved []NodeID

	Origin source.Span
}

// Param is a stored tensor: weights of a dense unit are rows (inputs) by
// columns (outputs); of a conv kh*kw*Cin rows (row (ky*kw+kx)*Cin+c) by width.
type Param struct {
	Path  string // c1.w
	Shape sig.Shape
	FanIn int     // starts uniform in ±1/sqrt(FanIn), or, if 0, at Init
	Init  float64 // with FanIn 0
}

// Elements is the number of values in the tensor.
func (p *Param) Elements() int { return Elements(p.Shape) }

// Port is an input or output of the module.
type Port struct {
	Name   string
	Shape  sig.Shape
	Node   NodeID
	Origin source.Span
}

// Graph is what a module computes.
type Graph struct {
	Module  string // qualified name: digits.Digits
	Params  []Param
	Nodes   []Node
	Inputs  []Port
	Outputs []Port
	// Losses are the Loss nodes, each with attribute weight; empty before
	// differentiation and in inference.
	Losses []NodeID
	// Entries are the input ports of the module instances that elaboration
	// dissolved, in the order in which they were made.
	Entries []Entry
}

// Entry is an input port of a dissolved instance: mix1.x. A schedule names the
// arrow into it; the operands are those that its value reaches.
type Entry struct {
	Path string
	To   []Operand
}

// Operand names one operand of a node.
type Operand struct {
	Node  NodeID
	Index int
}

// Elements is the product of a shape's dimensions.
func Elements(s sig.Shape) int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// Node returns the node with the given index.
func (g *Graph) Node(id NodeID) *Node { return &g.Nodes[id] }

// ParamCount is the number of stored values, shared tensors counted once.
func (g *Graph) ParamCount() int64 {
	var n int64
	for i := range g.Params {
		n += int64(g.Params[i].Elements())
	}
	return n
}

// MACs is the number of multiply-accumulates of one forward pass of a sample.
func (g *Graph) MACs() int64 {
	var n int64
	for i := range g.Nodes {
		n += g.Nodes[i].MACs
	}
	return n
}

// Attr returns the named argument of a node, or nil.
func (n *Node) Attr(name string) sig.Value {
	for _, a := range n.Attrs {
		if a.Name == name {
			return a.Value
		}
	}
	return nil
}
