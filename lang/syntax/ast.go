package syntax

import (
	"math"
	"strings"

	"acl/lang/quantity"
	"acl/lang/source"
)

// Name is an identifier and its place.
type Name struct {
	Text string
	Span source.Span
}

// Path is a dotted name: digits.Digits, rail.swing. It has at least one part.
type Path struct {
	Parts []Name
	Span  source.Span
}

// String is the path as it is written.
func (p Path) String() string {
	s := make([]string, len(p.Parts))
	for i := range p.Parts {
		s[i] = p.Parts[i].Text
	}
	return strings.Join(s, ".")
}

// File is a program's text: acl 1; use ..; declarations.
type File struct {
	Source  *source.File
	Edition int
	Head    source.Span // the edition and the imports, without what stands above them
	Uses    []*Use
	Decls   []Decl
	// Lost are the names in statements that broke the grammar and were left out:
	// what is missing may be declared there.
	Lost map[string]bool
}

// Use imports a file: use std.nn;
type Use struct {
	Path Path
	Span source.Span
}

// Decl is a top-level declaration: *Module, *Fabric, *Plan, *Policy or
// *Experiment.
type Decl interface {
	decl()
	Place() source.Span // of the whole declaration
}

// Module says what is computed: module Name { items }
type Module struct {
	Doc   []string
	Name  Name
	Items []Item
	Span  source.Span
}

// Fabric describes a chip: fabric Name : base { settings }
type Fabric struct {
	Doc  []string
	Name Name
	Base *Path // nil without one
	Body *Block
	Span source.Span
}

// Plan is a schedule, train or infer block: train M on F { settings }
type Plan struct {
	Doc    []string
	Kind   Name // schedule, train or infer
	Module Path
	Fabric Path
	Body   *Block
	Span   source.Span
}

// Policy says how the control unit chooses: policy Name { rules }
type Policy struct {
	Doc  []string
	Name Name
	Body *Block
	Span source.Span
}

// Experiment varies a training: experiment Name of M on F { settings }
type Experiment struct {
	Doc    []string
	Name   Name
	Module Path
	Fabric Path
	Body   *Block
	Span   source.Span
}

// Item is a statement of a module: *Param, *Port, *Unit, *Route, *If or
// *Repeat.
type Item interface {
	item()
	Place() source.Span
}

// Param is a parameter: param hidden: int = 64;
type Param struct {
	Doc     []string
	Name    Name
	Type    Name // int, float, bool, size, module as they are written
	Default Expr // nil: required
	Span    source.Span
}

// Port is an input or output: in x: [1, 8, 8];
type Port struct {
	Doc  []string
	Out  bool
	Name Name
	Dims []Dim
	Span source.Span
}

// Dim is one dimension of a port: an expression, or ? where Expr is nil.
type Dim struct {
	Expr Expr
	Span source.Span
}

// Unit is an instance: unit u[i] = M(args);
type Unit struct {
	Doc   []string
	Name  Name
	Index Expr // nil: no array
	Ref   *Ref
	Span  source.Span
}

// Route wires an output through units: route (a, b) -> u -> y;
type Route struct {
	Doc  []string
	From []*Ref
	List bool // From was written in parentheses
	Hops []*Hop
	Span source.Span
}

// Hop is one arrow of a route and the unit it leads to: -> u { via: bus[1]; }
type Hop struct {
	Ref  *Ref
	Body *Block // nil without directives
	Span source.Span
}

// If chooses items when the module is instantiated. Else holds one *If for
// `else if`.
type If struct {
	Cond Expr
	Then []Item
	Else []Item // nil without else
	Span source.Span
}

// Repeat makes its items once for each value: repeat i in 1 .. n { items }
type Repeat struct {
	Var   Name
	Range Expr
	Items []Item
	Span  source.Span
}

// Block holds settings in braces. Span covers the braces.
type Block struct {
	Settings []*Setting
	Span     source.Span
}

// Setting is key subject: value; or key subject { settings }. Exactly one of
// Value and Body is set.
type Setting struct {
	Doc     []string
	Key     Path
	Subject Expr // nil without one
	Value   Expr
	Body    *Block
	Span    source.Span
}

// Expr is an expression: *Number, *SizeLit, *QuantityLit, *StringLit, *BoolLit,
// *ListLit, *Ref, *Unary, *Binary or *RangeExpr. Parentheses leave no node.
type Expr interface {
	expr()
	Place() source.Span
}

// Number is a plain number: 3, 0.5, 5e-4. Int says that it has neither point nor
// exponent; Value is exact for whole numbers up to 2^53.
type Number struct {
	Text  string
	Int   bool
	Value float64
	Span  source.Span
}

// SizeLit is 3x3.
type SizeLit struct {
	H, W int
	Span source.Span
}

// QuantityLit is a number with a unit: 10kOhm. Percentages are among them, of
// dimension one.
type QuantityLit struct {
	Text  string
	Value quantity.Value
	Span  source.Span
}

// StringLit is a quoted text, with its escapes resolved.
type StringLit struct {
	Value string
	Span  source.Span
}

// BoolLit is true or false.
type BoolLit struct {
	Value bool
	Span  source.Span
}

// ListLit is [a, b, c].
type ListLit struct {
	Items []Expr
	Span  source.Span
}

// Ref names something, with indices, and calls it: layer[2].c1, nn.conv(16).
type Ref struct {
	Parts []RefPart
	Args  []*Arg
	Call  bool // parentheses were written
	Span  source.Span
}

// RefPart is a name with an index: block[i].
type RefPart struct {
	Name  Name
	Index Expr // nil without one; a *RangeExpr in the list of a route
}

// Arg is an argument: width = 16, or 16.
type Arg struct {
	Name  *Name // nil: by position
	Value Expr
	Span  source.Span
}

// Unary is -x or not x.
type Unary struct {
	Op   string // - not
	X    Expr
	Span source.Span
}

// Binary is x op y, op one of or and == != < <= > >= + - * /.
type Binary struct {
	Op     string
	OpSpan source.Span
	X, Y   Expr
	Span   source.Span
}

// RangeExpr is a .. b.
type RangeExpr struct {
	Low, High Expr
	Span      source.Span
}

// String is the reference as it is written, without its arguments.
func (r *Ref) String() string {
	var b strings.Builder
	for i, p := range r.Parts {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(p.Name.Text)
		if p.Index != nil {
			b.WriteString("[" + strings.TrimSpace(p.Index.Place().Text()) + "]")
		}
	}
	return b.String()
}

// Plain returns the dotted name of a reference without indices and whether it
// is one.
func (r *Ref) Plain() (string, bool) {
	for _, p := range r.Parts {
		if p.Index != nil {
			return "", false
		}
	}
	return r.String(), true
}

// NameSpan is the place of the reference without its arguments.
func (r *Ref) NameSpan() source.Span {
	last := r.Parts[len(r.Parts)-1]
	end := last.Name.Span
	if last.Index != nil {
		// The bracket that closes the index is one character.
		end = last.Index.Place()
		end.End.Offset++
		end.End.Column++
	}
	return r.Parts[0].Name.Span.To(end)
}

func (*Module) decl()     {}
func (*Fabric) decl()     {}
func (*Plan) decl()       {}
func (*Policy) decl()     {}
func (*Experiment) decl() {}

func (d *Module) Place() source.Span     { return d.Span }
func (d *Fabric) Place() source.Span     { return d.Span }
func (d *Plan) Place() source.Span       { return d.Span }
func (d *Policy) Place() source.Span     { return d.Span }
func (d *Experiment) Place() source.Span { return d.Span }

func (*Param) item()  {}
func (*Port) item()   {}
func (*Unit) item()   {}
func (*Route) item()  {}
func (*If) item()     {}
func (*Repeat) item() {}

func (i *Param) Place() source.Span  { return i.Span }
func (i *Port) Place() source.Span   { return i.Span }
func (i *Unit) Place() source.Span   { return i.Span }
func (i *Route) Place() source.Span  { return i.Span }
func (i *If) Place() source.Span     { return i.Span }
func (i *Repeat) Place() source.Span { return i.Span }

func (*Number) expr()      {}
func (*SizeLit) expr()     {}
func (*QuantityLit) expr() {}
func (*StringLit) expr()   {}
func (*BoolLit) expr()     {}
func (*ListLit) expr()     {}
func (*Ref) expr()         {}
func (*Unary) expr()       {}
func (*Binary) expr()      {}
func (*RangeExpr) expr()   {}

func (e *Number) Place() source.Span      { return e.Span }
func (e *SizeLit) Place() source.Span     { return e.Span }
func (e *QuantityLit) Place() source.Span { return e.Span }
func (e *StringLit) Place() source.Span   { return e.Span }
func (e *BoolLit) Place() source.Span     { return e.Span }
func (e *ListLit) Place() source.Span     { return e.Span }
func (r *Ref) Place() source.Span         { return r.Span }
func (e *Unary) Place() source.Span       { return e.Span }
func (e *Binary) Place() source.Span      { return e.Span }
func (e *RangeExpr) Place() source.Span   { return e.Span }

// Readable reports whether a literal has a value: the reader has reported one that
// is out of range, or whose unit is not known, and nobody else needs to.
func Readable(e Expr) bool {
	switch e := e.(type) {
	case *Number:
		return !math.IsInf(e.Value, 0) && (!e.Int || e.Value <= 1<<53)
	case *QuantityLit:
		_, err := quantity.Parse(e.Text)
		return err == nil
	}
	return true
}
