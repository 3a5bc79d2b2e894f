package evaluate

import (
	"fmt"
	"strings"

	"acl/fabric"
	"acl/lang/quantity"
)

// Value is what an expression comes to. The set is closed: Number, Bool, Text,
// Interval, Size, List, Record and Chip.
type Value interface{ value() }

// Number is a quantity; a plain one has no dimension.
type Number struct {
	quantity.Value
	Whole bool  // an int of the language, which divides downwards
	Band  *Band // nil: known without one
}

// Band is the range that a figure of a cost table leaves a number in, SI.
type Band struct{ Low, High float64 }

// Bool is true or false.
type Bool bool

// Text is a word or a quoted text.
type Text string

// Interval is a .. b, both ends included.
type Interval struct{ Low, High Number }

// Size is 3x3.
type Size struct{ H, W int }

// List is [a, b, c].
type List []Value

// Record is several named values, in a fixed order.
type Record []Field

// Field is one of them.
type Field struct {
	Name  string
	Value Value
}

// Chip is a fabric's chip.
type Chip struct{ *fabric.Chip }

func (Number) value()   {}
func (Bool) value()     {}
func (Text) value()     {}
func (Interval) value() {}
func (Size) value()     {}
func (List) value()     {}
func (Record) value()   {}
func (Chip) value()     {}

// digits are those that a number is printed with for a reader; JSON has all.
const digits = 6

// Format is a value as a reader is shown it, with its unit. Records have a line
// each; long lists are broken into lines.
func Format(v Value) string {
	switch v := v.(type) {
	case Number:
		return formatNumber(v)
	case Bool:
		return fmt.Sprint(bool(v))
	case Text:
		return string(v)
	case Interval:
		return Format(v.Low) + " .. " + Format(v.High)
	case Size:
		return fmt.Sprintf("%dx%d", v.H, v.W)
	case List:
		return formatList(v)
	case Record:
		return formatRecord(v)
	case Chip:
		return formatRecord(settings(v, ""))
	}
	panic(fmt.Sprintf("evaluate: value of type %T", v))
}

func formatNumber(n Number) string {
	text := n.Digits(digits)
	if n.Whole {
		text = n.String()
	}
	if n.Band == nil {
		return text
	}
	low, high := n.Value, n.Value
	low.Num, high.Num = n.Band.Low, n.Band.High
	return fmt.Sprintf("%s (%s .. %s)", text, low.Digits(3), high.Digits(3))
}

// listWidth is where a long list goes on in the next line.
const listWidth = 96

func formatList(l List) string {
	var b strings.Builder
	column := 1
	b.WriteByte('[')
	for i, e := range l {
		text := Format(e)
		if i > 0 {
			b.WriteByte(',')
			if column += len(text) + 2; column > listWidth {
				b.WriteString("\n ")
				column = 1 + len(text)
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteString(text)
	}
	b.WriteByte(']')
	return b.String()
}

func formatRecord(r Record) string {
	width := 0
	for _, f := range r {
		width = max(width, len(f.Name))
	}
	lines := make([]string, len(r))
	for i, f := range r {
		lines[i] = fmt.Sprintf("%-*s  %s", width, f.Name, Format(f.Value))
	}
	return strings.Join(lines, "\n")
}

// JSON is the value and its unit in SI, as json.Marshal takes them. A number with a
// band has "low" and "high" too. The unit of a list is that of its items where they
// agree, else a list; that of a record is a record. A plain number, and what is no
// number, has the unit "".
func JSON(v Value) map[string]any {
	value, unit := plain(v)
	out := map[string]any{"value": value, "unit": unit}
	if n, ok := v.(Number); ok && n.Band != nil {
		out["low"], out["high"] = n.Band.Low, n.Band.High
	}
	return out
}

func plain(v Value) (value, unit any) {
	switch v := v.(type) {
	case Number:
		return v.Num, v.Dim.UnitName()
	case Bool:
		return bool(v), ""
	case Text:
		return string(v), ""
	case Interval:
		return []float64{v.Low.Num, v.High.Num}, v.Low.Dim.UnitName()
	case Size:
		return []int{v.H, v.W}, ""
	case List:
		return plainList(v)
	case Record:
		return plainRecord(v)
	case Chip:
		return plainRecord(settings(v, ""))
	}
	panic(fmt.Sprintf("evaluate: value of type %T", v))
}

func plainList(l List) (value, unit any) {
	values, units := make([]any, len(l)), make([]any, len(l))
	same := true
	for i, e := range l {
		values[i], units[i] = plain(e)
		text, ok := units[i].(string)
		same = same && ok && text == units[0]
	}
	switch {
	case len(l) == 0:
		return values, ""
	case same:
		return values, units[0]
	}
	return values, units
}

func plainRecord(r Record) (value, unit any) {
	values, units := map[string]any{}, map[string]any{}
	for _, f := range r {
		values[f.Name], units[f.Name] = plain(f.Value)
	}
	return values, units
}

// Describe names a value in a message: a voltage (V), a list, a chip.
func Describe(v Value) string {
	switch v := v.(type) {
	case Number:
		if v.Whole {
			return "the int " + v.String()
		}
		return v.Dim.Describe()
	case Bool:
		return "a bool"
	case Text:
		return fmt.Sprintf("the word `%s`", string(v))
	case Interval:
		return "a range"
	case Size:
		return "a size"
	case List:
		return "a list"
	case Record:
		return "a record"
	case Chip:
		return "a chip"
	}
	panic(fmt.Sprintf("evaluate: value of type %T", v))
}

func number(v float64, d quantity.Dim) Number {
	return Number{Value: quantity.Value{Num: v, Dim: d}}
}

func whole(n int) Number { return Number{Value: quantity.Value{Num: float64(n)}, Whole: true} }

func numbers(list []float64, d quantity.Dim) List {
	out := make(List, len(list))
	for i, v := range list {
		out[i] = number(v, d)
	}
	return out
}
