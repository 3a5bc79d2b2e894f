package lsp

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"acl/lang/quantity"
	"acl/lang/sig"
	"acl/lang/syntax"
	"acl/stdlib"
)

// typeText says what a key or parameter takes, with its unit, words and bounds.
func typeText(t sig.Type) string {
	text := kindText(t)
	if t.List {
		text += ", or a list of them"
	}
	if len(t.Words) > 0 && t.Kind != sig.KindWord && t.Kind != sig.KindLevel && t.Kind != sig.KindNames {
		text += ", or " + strings.Join(t.Words, ", ")
	}
	return text + bounds(t)
}

func kindText(t sig.Type) string {
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
		return "one of " + strings.Join(t.Words, ", ")
	case sig.KindQuantity:
		return t.Dim.Describe()
	case sig.KindRange:
		return "a range of ints"
	case sig.KindInterval:
		return "a range of " + strings.TrimPrefix(t.Dim.Describe(), "a ")
	case sig.KindIntList:
		return "a list of ints"
	case sig.KindLevel:
		return "on, off or a number"
	case sig.KindModule:
		return "a module"
	case sig.KindCall:
		return groupText[t.Group]
	case sig.KindCourse:
		return "a number or a course of it"
	case sig.KindList:
		return "a list"
	case sig.KindExpr:
		return "an expression"
	case sig.KindNames:
		if len(t.Words) > 0 {
			return "a list of " + strings.Join(t.Words, ", ")
		}
		return "a list of names: " + t.Group
	case sig.KindName:
		return "a name: " + t.Group
	}
	panic(fmt.Sprintf("lsp: type of kind %d", t.Kind))
}

var groupText = map[string]string{
	"data": "a data set", "loss": "a loss", "optimizer": "an optimizer", "rate": "a course of the rate",
	"augment": "an augmentation", "choose": "a policy or heuristic",
}

// bounds are those of a number, in the unit of the quantity.
func bounds(t sig.Type) string {
	text := ""
	limit := func(v float64) string { return quantity.Value{Num: v, Dim: t.Dim}.String() }
	if t.Bounded.Min {
		text = ", " + limit(t.Min) + " or more"
		if t.Bounded.OpenMin {
			text = ", more than " + limit(t.Min)
		}
	}
	if t.Bounded.Max {
		if t.Bounded.OpenMax {
			return text + ", less than " + limit(t.Max)
		}
		return text + ", at most " + limit(t.Max)
	}
	return text
}

// valueText is a value as a program writes it.
func valueText(v sig.Value) string {
	switch v := v.(type) {
	case sig.Int:
		return strconv.FormatInt(int64(v), 10)
	case sig.Float:
		return strconv.FormatFloat(float64(v), 'g', -1, 64)
	case sig.Bool:
		return strconv.FormatBool(bool(v))
	case sig.Size:
		return fmt.Sprintf("%dx%d", v.H, v.W)
	case sig.String:
		return strconv.Quote(string(v))
	case sig.Word:
		return string(v)
	case sig.Quantity:
		return quantity.Value(v).String()
	case sig.Range:
		return valueText(v.Low) + " .. " + valueText(v.High)
	case sig.List:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = valueText(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case sig.Module:
		return v.Name
	case sig.Name:
		return v.Text
	case sig.Call:
		return callText(v)
	}
	panic(fmt.Sprintf("lsp: value of type %T", v))
}

// callText is a call with the arguments that differ from their defaults.
func callText(c sig.Call) string {
	var args []string
	for i, v := range c.Args {
		if p := c.Func.Params[i]; v != nil && (p.Default == nil || valueText(v) != valueText(p.Default)) {
			args = append(args, p.Name+" = "+valueText(v))
		}
	}
	return c.Func.Name + "(" + strings.Join(args, ", ") + ")"
}

// chipDefaults are what the library's fabric45 sets, which is what a fabric has
// that sets nothing: the text of the value by the path of the key.
var chipDefaults = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	file, ok := stdlib.File("std.chips")
	if !ok {
		panic("lsp: the library has no std.chips")
	}
	tree, _ := syntax.Parse(file)
	var walk func(b *syntax.Block, prefix string)
	walk = func(b *syntax.Block, prefix string) {
		for _, st := range b.Settings {
			switch path := joined(prefix, st.Key.String()); {
			case st.Body != nil:
				walk(st.Body, path)
			case st.Subject == nil:
				out[path] = statement(st.Value.Place().Text())
			}
		}
	}
	for _, d := range tree.Decls {
		if f, ok := d.(*syntax.Fabric); ok && f.Name.Text == "fabric45" {
			walk(f.Body, "")
		}
	}
	return out
})

// chipDefault is the default of a fabric's key, "" for none.
func chipDefault(k *sig.Key) string {
	if k.Block != "fabric" {
		return ""
	}
	return chipDefaults()[k.Path]
}
