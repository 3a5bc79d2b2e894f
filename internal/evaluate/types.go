package evaluate

import (
	"fmt"
	"strings"

	"acl/lang/quantity"
	"acl/lang/sig"
)

// typeText says what a parameter of a program, or a key, takes.
func typeText(t sig.Type) string {
	text := kindText(t)
	if t.List {
		text += ", or a list"
	}
	if len(t.Words) > 0 && t.Kind != sig.KindWord && t.Kind != sig.KindNames {
		text += " | " + strings.Join(t.Words, " | ")
	}
	unit := t.Dim.UnitName()
	switch {
	case t.Bounded.Min && t.Bounded.OpenMin:
		text += fmt.Sprintf(", above %g%s", t.Min, unit)
	case t.Bounded.Min:
		text += fmt.Sprintf(", from %g%s", t.Min, unit)
	}
	switch {
	case t.Bounded.Max && t.Bounded.OpenMax:
		text += fmt.Sprintf(", below %g%s", t.Max, unit)
	case t.Bounded.Max:
		text += fmt.Sprintf(", up to %g%s", t.Max, unit)
	}
	return text
}

// kindNames are those of kinds that say all by themselves.
var kindNames = map[sig.Kind]string{
	sig.KindInt: "int", sig.KindNumber: "number", sig.KindBool: "true | false", sig.KindSize: "size", sig.KindString: "string",
	sig.KindRange: "range of ints", sig.KindIntList: "list of ints", sig.KindLevel: "on | off | number", sig.KindModule: "module",
	sig.KindCourse: "number or a course of it", sig.KindList: "list", sig.KindExpr: "expression",
}

func kindText(t sig.Type) string {
	if name, ok := kindNames[t.Kind]; ok {
		return name
	}
	switch t.Kind {
	case sig.KindWord:
		return strings.Join(t.Words, " | ")
	case sig.KindQuantity:
		return t.Dim.Describe()
	case sig.KindInterval:
		return "range, each end " + t.Dim.Describe()
	case sig.KindCall:
		return t.Group + " (a call of the library)"
	case sig.KindNames:
		if len(t.Words) > 0 {
			return "list of " + strings.Join(t.Words, ", ")
		}
		return "list of names: " + t.Group
	case sig.KindName:
		return "name: " + t.Group
	}
	panic(fmt.Sprintf("evaluate: type of kind %d", t.Kind))
}

// valueText is a constant of the language as it is written.
func valueText(v sig.Value) string {
	switch v := v.(type) {
	case nil:
		return "_"
	case sig.Int:
		return fmt.Sprint(int64(v))
	case sig.Float:
		return fmt.Sprint(float64(v))
	case sig.Bool:
		return fmt.Sprint(bool(v))
	case sig.Size:
		return fmt.Sprintf("%dx%d", v.H, v.W)
	case sig.String:
		return fmt.Sprintf("%q", string(v))
	case sig.Word:
		return string(v)
	case sig.Quantity:
		return quantity.Value(v).String()
	case sig.Range:
		return valueText(v.Low) + " .. " + valueText(v.High)
	case sig.List:
		return "[" + texts(v) + "]"
	case sig.Module:
		return v.Name
	case sig.Name:
		return v.Text
	case sig.Call:
		return v.Func.Name + "(" + texts(v.Args) + ")"
	}
	panic(fmt.Sprintf("evaluate: constant of type %T", v))
}

func texts(list []sig.Value) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = valueText(v)
	}
	return strings.Join(parts, ", ")
}
