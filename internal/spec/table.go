package spec

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"acl/lang/check"
	"acl/lang/quantity"
	"acl/lang/sig"
	"acl/stdlib"
)

// The tables of the page stand between two comments, <!-- units nn --> and
// <!-- end -->, and are written from the table of signatures.

// Fill returns the page with all of its tables as the library has them. The error
// names a table that is not known or not closed.
func Fill(page string) (string, error) {
	var out strings.Builder
	for {
		head, rest, found := strings.Cut(page, "<!-- table ")
		out.WriteString(head)
		if !found {
			return out.String(), nil
		}
		name, rest, _ := strings.Cut(rest, " -->")
		_, rest, closed := strings.Cut(rest, "<!-- end -->")
		if !closed {
			return "", fmt.Errorf("the table %q is not closed", name)
		}
		body, ok := Table(name)
		if !ok {
			return "", fmt.Errorf("no table is called %q", name)
		}
		fmt.Fprintf(&out, "<!-- table %s -->\n\n%s\n<!-- end -->", name, body)
		page = rest
	}
}

// Table is one table in Markdown: `units nn`, `units analog`, `functions loss` or
// another group, or `keys train` or another block.
func Table(name string) (string, bool) {
	kind, of, _ := strings.Cut(name, " ")
	var rows [][]string
	switch kind {
	case "units":
		rows = unitRows(of)
	case "functions":
		rows = functionRows(of)
	case "keys":
		rows = keyRows(of)
	}
	if len(rows) < 2 {
		return "", false
	}
	var b strings.Builder
	for i, r := range rows {
		b.WriteString("| " + strings.Join(r, " | ") + " |\n")
		if i == 0 {
			b.WriteString(strings.Repeat("| --- ", len(r)) + "|\n")
		}
	}
	return b.String(), true
}

func unitRows(library string) [][]string {
	rows := [][]string{{"unit", "inputs", "runs on", "what it computes"}}
	t := stdlib.Table()
	for _, name := range sortedKeys(t.Primitives) {
		p := t.Primitives[name]
		if !strings.HasPrefix(name, library+".") {
			continue
		}
		ports := strings.Join(p.In.Ports, " ")
		if p.In.Variadic {
			ports = "a b c .."
		}
		class := p.Class
		switch {
		case p.Digital:
			class = "control unit"
		case class == "":
			class = "wires"
		}
		rows = append(rows, []string{"`" + call(name, p.Params) + "`", ports, class, cell(p.Doc)})
	}
	return rows
}

func functionRows(group string) [][]string {
	rows := [][]string{{"function", "what it is"}}
	t := stdlib.Table()
	for _, name := range sortedKeys(t.Funcs) {
		if f := t.Funcs[name]; f.Group == group {
			rows = append(rows, []string{"`" + call(name, f.Params) + "`", cell(f.Doc)})
		}
	}
	return rows
}

// call is a signature as one would call it, with the defaults.
func call(name string, params []sig.Param) string {
	parts := make([]string, len(params))
	for i, p := range params {
		parts[i] = p.Name
		switch {
		case p.DefaultDoc != "":
			parts[i] += " = " + p.DefaultDoc
		case p.Default != nil:
			parts[i] += " = " + valueText(p.Default)
		}
	}
	return name + "(" + strings.Join(parts, ", ") + ")"
}

func keyRows(block string) [][]string {
	rows := [][]string{{"key", "takes", "default", "meaning"}}
	defaults := map[string]string{}
	if block == "fabric" {
		defaults = fabricDefaults()
	}
	for _, k := range stdlib.Table().Keys {
		// The members of a variant and of an arrow have tables of their own.
		if k.Block != block || strings.Count(k.Path, ".") == 2 && strings.HasPrefix(k.Path, "modules.") {
			continue
		}
		def := defaults[k.Path]
		if k.Default != nil {
			def = valueText(k.Default)
		}
		if def != "" {
			def = "`" + def + "`"
		}
		rows = append(rows, []string{"`" + k.Path + subjects[k.Subject] + "`", takes(k), def, cell(k.Doc)})
	}
	return rows
}

// fabricDefaults are the values of fabric45, as its text writes them.
func fabricDefaults() map[string]string {
	out := map[string]string{}
	file, _ := stdlib.File("std.chips")
	p, _ := check.Check(file, stdlib.Table(), check.Options{Library: stdlib.File})
	for _, f := range p.Fabrics {
		if f.Decl.Name.Text != "fabric45" {
			continue
		}
		for _, it := range f.Settings.Items {
			if it.Expr != nil {
				out[it.Path] = it.Expr.Place().Text()
			}
		}
	}
	return out
}

var subjects = map[sig.SubjectKind]string{
	sig.UnitSubject: " UNIT", sig.OptionalSubject: " [UNIT]", sig.ModuleSubject: " MODULE", sig.VariantSubject: " [NAME]",
	sig.NameSubject: " NAME", sig.PathSubject: " PATH", sig.CondSubject: " CONDITION",
}

// takes says what may stand behind a key.
func takes(k *sig.Key) string {
	switch {
	case k.Group && k.Off:
		return "a group, or `off`"
	case k.Group:
		return "a group"
	}
	s := kindText(k.Type)
	if k.Type.List {
		s += ", or a list"
	}
	if b := bounds(k.Type); b != "" {
		s += ", " + b
	}
	if len(k.Type.Words) > 0 && k.Type.Kind != sig.KindWord && k.Type.Kind != sig.KindNames && k.Type.Kind != sig.KindLevel {
		s += ", or `" + strings.Join(k.Type.Words, "` `") + "`"
	}
	if k.Subject == sig.VariantSubject {
		s += "; with a name, a group"
	}
	return s
}

var kindWords = map[sig.Kind]string{
	sig.KindInt: "int", sig.KindNumber: "number", sig.KindBool: "bool", sig.KindSize: "size", sig.KindString: "string",
	sig.KindRange: "range of ints", sig.KindIntList: "list of ints", sig.KindLevel: "`on`, `off` or a number",
	sig.KindModule: "a module", sig.KindCourse: "number or course", sig.KindList: "list", sig.KindExpr: "expression",
}

func kindText(t sig.Type) string {
	switch t.Kind {
	case sig.KindWord:
		return "`" + strings.Join(t.Words, "` `") + "`"
	case sig.KindNames:
		if len(t.Words) > 0 {
			return "list of " + t.Group + "s"
		}
		return "list of " + namedThing(t.Group) + "s"
	case sig.KindName:
		return namedThing(t.Group)
	case sig.KindQuantity:
		return t.Dim.Describe()
	case sig.KindInterval:
		return "range, " + t.Dim.Describe()
	case sig.KindCall:
		if t.Group == "choose" {
			return "policy or heuristic"
		}
		return t.Group
	}
	return kindWords[t.Kind]
}

func namedThing(group string) string {
	if group == "module" {
		return "physical module"
	}
	return group
}

// bounds are the least and the greatest value of a type.
func bounds(t sig.Type) string {
	if t.Kind == sig.KindQuantity || t.Kind == sig.KindLevel {
		if t.Bounded.OpenMin {
			return "above 0"
		}
		return ""
	}
	number := func(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
	var parts []string
	if t.Bounded.Min {
		word := "from "
		if t.Bounded.OpenMin {
			word = "above "
		}
		parts = append(parts, word+number(t.Min))
	}
	if t.Bounded.Max {
		word := "to "
		if t.Bounded.OpenMax {
			word = "below "
		}
		parts = append(parts, word+number(t.Max))
	}
	return strings.Join(parts, " ")
}

// valueText is a default as a program would write it.
func valueText(v sig.Value) string {
	switch v := v.(type) {
	case sig.Quantity:
		return quantity.Value(v).String()
	case sig.Float:
		return strconv.FormatFloat(float64(v), 'g', -1, 64)
	case sig.Size:
		return fmt.Sprintf("%dx%d", v.H, v.W)
	case sig.Call:
		var parts []string
		for i, a := range v.Args {
			if a != nil && a != v.Func.Params[i].Default {
				parts = append(parts, v.Func.Params[i].Name+" = "+valueText(a))
			}
		}
		return v.Func.Name + "(" + strings.Join(parts, ", ") + ")"
	}
	return fmt.Sprint(v)
}

// cell is a text that a table can hold.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func sortedKeys[T any](m map[string]T) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	sort.Strings(list)
	return list
}
