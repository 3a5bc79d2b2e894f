package sig

import "acl/lang/quantity"

// Kind is the type of a parameter or of a key's value.
type Kind uint8

// The kinds of values. KindNumber takes an int, a float or a percentage.
const (
	KindInt Kind = iota
	KindNumber
	KindBool
	KindSize // takes an int n as n x n
	KindString
	KindWord // one of Type.Words
	KindQuantity
	KindRange    // of ints
	KindInterval // of quantities or numbers: -0.8V .. 0.8V
	KindIntList
	KindLevel  // on | off | number
	KindModule // any module
	KindCall   // a call of one of Type.Funcs' groups: an optimizer, a data set
	KindCourse // a number or a call of group "rate": a course of numbers over a training
	KindList   // any list; the reader checks its items
	KindExpr   // kept as written: a loss, a condition, a policy's choice
	KindNames  // a list of names: units, physical modules
	KindName   // one name
)

// Type says what a parameter or key accepts.
type Type struct {
	Kind  Kind
	Words []string     // KindWord; also extra words a quantity or int may be given as: off, auto
	Dim   quantity.Dim // KindQuantity and KindInterval; a KindInt takes whole quantities of it too: 8bit
	// Group of KindCall is the group of functions that fit: data, loss, optimizer,
	// rate, augment, choose. Of KindName and KindNames it says what is named: unit,
	// module (a physical one), bus, field, case.
	Group string
	// List says that a list of such values fits as well.
	List bool
	Min  float64 // least value of a number, int or quantity; see Bounded
	Max  float64
	// Bounded says which of Min and Max hold; OpenMin and OpenMax that Min or Max
	// itself is refused.
	Bounded struct{ Min, Max, OpenMin, OpenMax bool }
}

// Param is a parameter of a primitive or function. A nil Default means that it
// is required.
type Param struct {
	Name    string
	Type    Type
	Default Value
	// DefaultDoc is printed where the default depends on the input: 1 / sqrt(d).
	// A parameter with DefaultDoc and no Default is optional.
	DefaultDoc string
	Doc        string
}

// Func is a library function that is no unit: data.digits, nn.sgd, control.nearest.
type Func struct {
	Name   string // nn.sgd
	Group  string // data, loss, optimizer, rate, augment, choose
	Params []Param
	Fields []string // of a data set: what a loss and feed may name
	Doc    string
}

// Shape is a list of dimensions without the batch; Unknown stands for a
// dimension that is not settled (a module checked on its own).
type Shape []int

// Unknown is a dimension that is not known until the module is instantiated.
const Unknown = -1

// Tensor is a parameter tensor that a unit stores: rows are inputs, columns are
// outputs for w of conv and dense.
type Tensor struct {
	Name  string // w, b, gain, offset, table
	Shape Shape
	FanIn int // weights start uniform in ±1/sqrt(FanIn); 0: see Init
	Init  float64
}

// Result is what a shape rule gives.
type Result struct {
	Out    Shape
	Params []Tensor
	MACs   int64 // multiply-accumulates of one sample's forward pass, without biases
	// Args are the arguments with those defaults filled in that depend on the input
	// (the scale of nn.similarity); nil where the given ones stand.
	Args []Value
}

// ShapeError is a refusal of a shape rule. Arg names the argument at fault, if
// it is one; else Port names the input port that receives a wrong shape.
type ShapeError struct {
	Code string // E0301 ...
	Arg  string
	Port string
	Like string // the input port whose shape Port would have to have; empty: it is no such rule
	Msg  string // the rule that was broken
	Hint string
}

func (e *ShapeError) Error() string { return e.Msg }

// Inputs of a primitive: named ports, or two or more ports a b c .. .
type Inputs struct {
	Ports    []string
	Variadic bool
}

// Primitive is a unit that the machine computes: nn.conv, nn.relu, analog.mul.
type Primitive struct {
	Name   string // nn.conv
	Doc    string
	Params []Param
	In     Inputs
	Out    string // y
	// Class is the class of physical modules that run it: conv dense pool
	// activation attention; empty for wiring (flatten, concat) and for the control
	// unit's own work (batchnorm), which Digital marks.
	Class   string
	Digital bool
	// Keep says which forward values its gradient module reads: the inputs with the
	// given indices, its own output, or a record that the unit makes by itself (the
	// winners of a max pool).
	Keep Keep
	// NoGradient: nothing flows back through the unit.
	NoGradient bool
	// Infer gives the output's shape and the stored parameters. Dimensions may be
	// Unknown, a shape nil where even its rank is; a rule then checks what it can.
	// args follow Params; nil stands for a value that is not known yet, and for an
	// optional argument that was not given.
	Infer func(in []Shape, args []Value) (Result, *ShapeError)
}

// AllInputs in Keep.X stands for every input of a variadic primitive.
const AllInputs = -1

// Keep lists what a gradient module needs of the forward pass.
type Keep struct {
	X      []int // inputs, for the gradient of the data; AllInputs alone: each
	W      []int // inputs, for the gradient of the parameters
	Y      bool  // the output
	Record bool  // the unit's own record
}

// Port returns the i-th input port's name: as declared, or a b c .. z aa ab ..
// for a variadic primitive.
func (p *Primitive) Port(i int) string {
	if !p.In.Variadic {
		return p.In.Ports[i]
	}
	if i < 26 {
		return string(rune('a' + i))
	}
	return string(rune('a'+i/26-1)) + string(rune('a'+i%26))
}

// Key describes one setting of a block: its path (rail.swing), what it accepts,
// and whether it takes a subject.
type Key struct {
	Block   string // fabric schedule train infer experiment policy hop variant
	Path    string
	Type    Type
	Group   bool // a block of settings; its members are keys of their own
	Off     bool // the group may be set `off`
	Subject SubjectKind
	Default Value  // nil: none, or DefaultDoc says
	Doc     string // one line, with the unit
}

// SubjectKind says what may stand between a key and its value.
type SubjectKind uint8

// The kinds of subjects.
const (
	NoSubject       SubjectKind = iota
	UnitSubject                 // place fc1: ..; into fc1.x { }
	OptionalSubject             // protect { } or protect fc2 { }
	ModuleSubject               // fail dense[1] { }
	VariantSubject              // dense fast { }
	NameSubject                 // case bare { }
	PathSubject                 // vary noise.weight: ..
	CondSubject                 // when op == conv: ..
)

// Table is all that a program may name: primitives, functions and keys.
type Table struct {
	Primitives map[string]*Primitive
	Funcs      map[string]*Func
	Keys       []*Key
}

// Primitive returns the named primitive, or nil.
func (t *Table) Primitive(name string) *Primitive { return t.Primitives[name] }

// Func returns the named library function, or nil.
func (t *Table) Func(name string) *Func { return t.Funcs[name] }

// Key returns the key of a block by its path, or nil.
func (t *Table) Key(block, path string) *Key {
	for _, k := range t.Keys {
		if k.Block == block && k.Path == path {
			return k
		}
	}
	return nil
}
