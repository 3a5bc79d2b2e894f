package sig

import (
	"acl/lang/quantity"
	"acl/lang/source"
)

// Value is a constant of the language once an expression has been evaluated.
// The set is closed: Int, Float, Bool, Size, String, Word, Quantity, Range,
// List, Module and Call.
type Value interface{ value() }

type (
	// Int is a whole number.
	Int int64
	// Float is a plain number with a fraction or a percentage.
	Float float64
	// Bool is true or false.
	Bool bool
	// Size is a height and a width: 3x3.
	Size struct{ H, W int }
	// String is a quoted text.
	String string
	// Word is one of a key's own words: median, channel, off.
	Word string
	// Quantity is a number with a dimension: 10kOhm.
	Quantity quantity.Value
	// Range is a .. b, both ends included. Low and High are Int, Float or Quantity.
	Range struct{ Low, High Value }
	// List is [a, b, c].
	List []Value
	// Module is a module passed as a parameter, by its resolved name.
	Module struct{ Name string }
	// Call is a primitive or library function with its arguments bound:
	// nn.steps(0.05, at = [10, 15]). Args follow the signature's parameters, with
	// defaults filled in.
	Call struct {
		Func *Func
		Args []Value
		// Spans holds the place of each argument; a default's span is zero.
		Spans []source.Span
	}
	// Name is a name that the setting's place resolves: a port, a unit, a physical
	// module (conv[0]) or a declaration.
	Name struct {
		Text string
		Span source.Span
	}
)

func (Int) value()      {}
func (Float) value()    {}
func (Bool) value()     {}
func (Size) value()     {}
func (String) value()   {}
func (Word) value()     {}
func (Quantity) value() {}
func (Range) value()    {}
func (List) value()     {}
func (Module) value()   {}
func (Call) value()     {}
func (Name) value()     {}

// Words are the words and names of a value: one, or those of a list.
func Words(v Value) []string {
	switch v := v.(type) {
	case Word:
		return []string{string(v)}
	case Name:
		return []string{v.Text}
	case List:
		var out []string
		for _, e := range v {
			out = append(out, Words(e)...)
		}
		return out
	}
	return nil
}
