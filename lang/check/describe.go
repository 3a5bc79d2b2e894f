package check

import (
	"fmt"
	"strings"

	"acl/lang/quantity"
	"acl/lang/sig"
)

// describe names a value in a message: `the int 3`, `a voltage`.
func describe(v sig.Value) string {
	switch v := v.(type) {
	case sig.Int:
		return fmt.Sprintf("the int %d", int64(v))
	case sig.Float:
		return fmt.Sprintf("the number %g", float64(v))
	case sig.Bool:
		return fmt.Sprintf("the bool %t", bool(v))
	case sig.Size:
		return fmt.Sprintf("the size %dx%d", v.H, v.W)
	case sig.String:
		return "a string"
	case sig.Word:
		return fmt.Sprintf("the word `%s`", string(v))
	case sig.Quantity:
		return dimension(v.Dim)
	case sig.Range:
		return "a range"
	case sig.List:
		return "a list"
	case sig.Module:
		return fmt.Sprintf("the module `%s`", v.Name)
	case sig.Call:
		return groupWord(v.Func.Group)
	case sig.Name:
		return fmt.Sprintf("`%s`", v.Text)
	}
	panic("check: unknown kind of value")
}

// dimensions that have a name, each with a unit to write them in.
var dimensions = []struct {
	dim        quantity.Dim
	word, unit string
}{
	{quantity.None, "a plain number", "1"},
	{quantity.Voltage, "a voltage", "V"},
	{quantity.Current, "a current", "A"},
	{quantity.Resistance, "a resistance", "Ohm"},
	{quantity.Capacitance, "a capacitance", "F"},
	{quantity.Conductance, "a conductance", "S"},
	{quantity.Time, "a time", "s"},
	{quantity.Frequency, "a frequency", "Hz"},
	{quantity.Energy, "an energy", "J"},
	{quantity.Power, "a power", "W"},
	{quantity.Temperature, "a temperature", "K"},
	{quantity.Length, "a length", "m"},
	{quantity.Bits, "a number of bits", "bit"},
	{quantity.SlewRate, "a slew rate", "V/s"},
	{quantity.VoltageNoise, "a noise density", "V/rtHz"},
	{quantity.Transistor, "a transistor's beta", "A/V2"},
}

func dimension(d quantity.Dim) string {
	for _, n := range dimensions {
		if n.dim == d {
			return n.word
		}
	}
	return "a quantity of another dimension"
}

func unitOf(d quantity.Dim) string {
	for _, n := range dimensions {
		if n.dim == d {
			return n.unit
		}
	}
	return ""
}

// wants names what a type accepts.
func wants(t sig.Type) string {
	s := wantsOne(t)
	if t.List {
		s += ", or a list of them"
	}
	if len(t.Words) > 0 && t.Kind != sig.KindWord && t.Kind != sig.KindNames && t.Kind != sig.KindLevel {
		s += " or " + wordList(t.Words)
	}
	return s
}

func wantsOne(t sig.Type) string {
	switch t.Kind {
	case sig.KindInt:
		return "an int"
	case sig.KindNumber:
		return "a number"
	case sig.KindBool:
		return "true or false"
	case sig.KindSize:
		return "a size such as 3x3"
	case sig.KindString:
		return "a string"
	case sig.KindWord:
		return wordList(t.Words)
	case sig.KindQuantity:
		return fmt.Sprintf("%s (%s)", dimension(t.Dim), unitOf(t.Dim))
	case sig.KindRange:
		return "a range of ints"
	case sig.KindInterval:
		return fmt.Sprintf("a range of %s (%s)", strings.TrimPrefix(dimension(t.Dim), "a "), unitOf(t.Dim))
	case sig.KindIntList:
		return "a list of ints"
	case sig.KindLevel:
		return "on, off or a number"
	case sig.KindModule:
		return "a module"
	case sig.KindCall:
		return groupWord(t.Group)
	case sig.KindCourse:
		return "a number or a course of it"
	case sig.KindList:
		return "a list"
	case sig.KindExpr:
		return "an expression"
	case sig.KindNames:
		return "a list of names"
	case sig.KindName:
		return nameWord(t.Group)
	}
	panic("check: unknown kind of type")
}

// nameWord says what a name of a group names.
func nameWord(group string) string {
	switch group {
	case "unit":
		return "a unit"
	case "module":
		return "a physical module such as conv[0]"
	case "bus":
		return "a bus such as bus[0]"
	case "field":
		return "a field of the data"
	case "port":
		return "a port of the module"
	case "case":
		return "a case"
	}
	return "a name"
}

func wordList(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
