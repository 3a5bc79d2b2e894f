package evaluate

import (
	"acl/fabric"
	"acl/lang/quantity"
)

// Form is a formula that an expression may call by its dotted name.
type Form struct {
	Name   string // circuit.multiply
	Doc    string // what it returns, with the rule
	Result string // a voltage (V); a list of ..; a record of ..
	Source string // where the rule comes from
	Params []Param
	// Example is a call whose arguments are typical.
	Example string

	run  func(*args) (Value, error)
	chip bool // it reads the chip itself, besides defaults
}

// ofChip marks a form that reads the chip though no default comes from it.
func (f Form) ofChip() Form {
	f.chip = true
	return f
}

// Kind is what a parameter takes.
type Kind uint8

// The kinds. A chip is given by the name `chip`, or as a positional argument
// anywhere.
const (
	Quantity   Kind = iota // a number of the parameter's dimension
	Quantities             // a list of them
	Whole                  // a whole number
	Wholes                 // a list of them
	Word                   // one of Words
	Switch                 // true or false
	Swing                  // an interval of voltages
	OfChip                 // a chip
	Matrix                 // a list of numbers, or a list of such lists, all as long
)

// Limit says which numbers a parameter refuses.
type Limit uint8

// The limits. NaN and infinities are refused everywhere.
const (
	Any Limit = iota
	NotNegative
	Positive
	AtLeastOne
)

// Param is a parameter of a form.
type Param struct {
	Name  string
	Kind  Kind
	Dim   quantity.Dim
	Words []string
	Limit Limit
	// Full is the setting of a chip whose volts a plain number is a share of:
	// x = 0.5 is half of rail.input.
	Full string
	// At most one of the next three is set: the chip's setting that is the default,
	// the default itself, or how it follows from the chip. Without any the argument
	// is required, but for a list with Optional.
	Key      string
	Default  Value
	From     func(*fabric.Chip) float64
	FromDoc  string // in words, for From
	Optional bool   // a list that may be left out
	Doc      string
}

// Required reports whether a call has to give the parameter.
func (p *Param) Required() bool {
	return p.Key == "" && p.Default == nil && p.From == nil && !p.Optional && p.Kind != OfChip
}

// def is the value of a parameter that a call leaves out; nil for an optional list.
func (p *Param) def(chip *fabric.Chip) Value {
	switch {
	case p.Key != "":
		v, _ := setting(chip, p.Key)
		return v
	case p.From != nil:
		return number(p.From(chip), p.Dim)
	}
	return p.Default
}

// args are the arguments of a call, all present and checked. Asking for a name that
// the form does not have is a mistake of the table and panics.
type args struct {
	chip   *fabric.Chip
	values map[string]Value
	read   map[string]bool // the parameters that the form has asked for
}

// on is the chip.
func (a *args) on() *fabric.Chip {
	a.get("chip")
	return a.chip
}

func (a *args) get(name string) Value {
	v, ok := a.values[name]
	if !ok {
		panic("evaluate: the form has no parameter " + name)
	}
	a.read[name] = true
	return v
}

func (a *args) num(name string) float64 { return a.get(name).(Number).Num }
func (a *args) count(name string) int   { return int(a.num(name)) }
func (a *args) word(name string) string { return string(a.get(name).(Text)) }
func (a *args) flag(name string) bool   { return bool(a.get(name).(Bool)) }

// list is nil where an optional list was left out.
func (a *args) list(name string) []float64 {
	l, _ := a.get(name).(List)
	var out []float64
	for _, e := range l {
		out = append(out, e.(Number).Num)
	}
	return out
}

// matrix is the rows of a matrix; a plain list is one row, and flat is true.
func (a *args) matrix(name string) (rows [][]float64, flat bool) {
	for _, e := range a.get(name).(List) {
		inner, ok := e.(List)
		if !ok {
			return [][]float64{a.list(name)}, true
		}
		row := make([]float64, len(inner))
		for j, x := range inner {
			row[j] = x.(Number).Num
		}
		rows = append(rows, row)
	}
	return rows, false
}

// q is a parameter of one number.
func q(name string, dim quantity.Dim, doc string) Param {
	return Param{Name: name, Dim: dim, Doc: doc}
}

// qs is a list of numbers.
func qs(name string, dim quantity.Dim, doc string) Param {
	return Param{Name: name, Kind: Quantities, Dim: dim, Doc: doc}
}

// n is a whole number from 1.
func n(name, doc string) Param { return Param{Name: name, Kind: Whole, Limit: Positive, Doc: doc} }

func words(name, doc, def string, list ...string) Param {
	p := Param{Name: name, Kind: Word, Words: list, Doc: doc}
	if def != "" {
		p.Default = Text(def)
	}
	return p
}

func (p Param) key(path string) Param { p.Key = path; return p }
func (p Param) or(v float64) Param {
	p.Default = Number{Value: quantity.Value{Num: v, Dim: p.Dim}, Whole: p.Kind == Whole}
	return p
}
func (p Param) positive() Param            { p.Limit = Positive; return p }
func (p Param) notNegative() Param         { p.Limit = NotNegative; return p }
func (p Param) atLeastOne() Param          { p.Limit = AtLeastOne; return p }
func (p Param) share(setting string) Param { p.Full = setting; return p }
func (p Param) optional() Param            { p.Optional = true; return p }
func (p Param) from(doc string, f func(*fabric.Chip) float64) Param {
	p.From, p.FromDoc = f, doc
	return p
}

// chipParam is the chip that a form's other defaults come from.
var chipParam = Param{Name: "chip", Kind: OfChip, Doc: "the chip whose settings the others default to"}

// scalar is a form of one number.
func scalar(name, source, doc string, dim quantity.Dim, run func(*args) (float64, error), example string, params ...Param) Form {
	return Form{
		Name: name, Source: source, Doc: doc, Result: dim.Describe(), Example: example, Params: params,
		run: func(a *args) (Value, error) {
			v, err := run(a)
			return number(v, dim), err
		},
	}
}

// vector is a form of a list of numbers.
func vector(name, source, doc string, dim quantity.Dim, run func(*args) ([]float64, error), example string, params ...Param) Form {
	what := "a list, each " + dim.Describe()
	return Form{
		Name: name, Source: source, Doc: doc, Result: what, Example: example, Params: params,
		run: func(a *args) (Value, error) {
			v, err := run(a)
			return numbers(v, dim), err
		},
	}
}

// sure is a rule that no argument within its limits can break.
func sure(f func(*args) float64) func(*args) (float64, error) {
	return func(a *args) (float64, error) { return f(a), nil }
}

func join(lists ...[]Param) []Param {
	var out []Param
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}
