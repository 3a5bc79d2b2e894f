package lsp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"acl/lang/quantity"
	"acl/lang/sig"
	"acl/lang/syntax"
	"acl/stdlib"
)

// sigPort is the k-th input port of a primitive.
func sigPort(op string, k int) string {
	p := stdlib.Table().Primitive(op)
	if p == nil || !p.In.Variadic && k >= len(p.In.Ports) {
		return strconv.Itoa(k)
	}
	return p.Port(k)
}

// hover says what stands at a place: a quantity, or what a name means.
func (s *server) hover(d *document, at int) (any, *rpcError) {
	v := s.ws.view(d)
	if t := v.tokenAt(at); t != nil && t.Kind == syntax.KindQuantity {
		if text, ok := hoverQuantity(t.Text); ok {
			return hoverResult{markdown(text), v.lines.span(t.Span)}, nil
		}
		return nil, nil
	}
	if o := v.names().at(at); o != nil {
		return hoverResult{markdown(s.describe(v, o)), v.lines.span(o.span)}, nil
	}
	return nil, nil
}

// tokenAt is the token that covers a byte offset, or nil at the end of the text.
func (v *view) tokenAt(at int) *syntax.Token {
	for i := range v.tokens {
		if s := v.tokens[i].Span; s.Start.Offset <= at && at < s.End.Offset {
			return &v.tokens[i]
		}
	}
	return nil
}

// hoverQuantity is a quantity in SI units.
func hoverQuantity(text string) (string, bool) {
	q, err := quantity.Parse(text)
	if err != nil {
		return "", false
	}
	num := strconv.FormatFloat(q.Num, 'g', -1, 64)
	if q.Dim == quantity.None {
		return fmt.Sprintf("`%s` = %s, %s", text, num, q.Dim.Describe()), true
	}
	return fmt.Sprintf("`%s` = %s %s, %s", text, num, q.Dim.UnitName(), q.Dim.Describe()), true
}

// describe is the text about an occurrence.
func (s *server) describe(v *view, o *occurrence) string {
	sym := o.sym
	switch sym.kind {
	case moduleName:
		return s.describeModule(v, sym)
	case fabricName:
		text := "fabric " + sym.name
		if sym.fabric.Base != nil {
			text += " : " + sym.fabric.Base.String()
		}
		return page(code(text), sym.doc)
	case policyName:
		return page(code("policy "+sym.name), sym.doc)
	case experimentName:
		return page(code("experiment "+sym.name), sym.doc)
	case importName:
		return code("use " + importPath(v, sym) + ";")
	case paramName:
		return page(code(statement(sym.param.Span.Text())), sym.doc)
	case portName:
		return s.describePort(v, sym)
	case unitName:
		return s.describeUnit(v, sym)
	case dimName:
		return page(code(sym.name), []string{"a symbol: bound to the dimension that arrives"})
	case repeatName:
		return page(code(sym.name), []string{"a repeat variable"})
	case primitiveName:
		return s.describePrimitive(v, o)
	case funcName:
		return page(code(funcSignature(sym.function)), []string{sym.function.Doc}) + arguments(sym.function.Params)
	case primitivePort:
		return page(code(sym.primitive.Name+" port "+sym.name), []string{sym.primitive.Doc})
	case argName:
		return page(code(paramText(*sym.arg)), []string{sym.arg.Doc, "takes " + typeText(sym.arg.Type)})
	case keyName:
		return describeKey(sym.key)
	case wordName:
		if sym.arg != nil {
			return page(code(sym.name), []string{"a word of the argument " + sym.arg.Name + ": " + sym.arg.Doc})
		}
		return page(code(sym.name), []string{"a word of the key " + sym.key.Path + ": " + sym.key.Doc})
	}
	panic(fmt.Sprintf("lsp: symbol of kind %d", sym.kind))
}

func code(text string) string { return "```acl\n" + text + "\n```" }

// page is code with paragraphs below.
func page(head string, doc []string) string {
	if text := strings.TrimSpace(strings.Join(doc, "\n")); text != "" {
		return head + "\n\n" + text
	}
	return head
}

// statement is the text of an item on one line.
func statement(text string) string { return strings.Join(strings.Fields(text), " ") }

func importPath(v *view, sym *symbol) string {
	for _, f := range v.index.files {
		if f.imports[sym.name] == sym {
			for _, i := range f.unit.Imports {
				if i.Last == sym.name {
					return i.Use.Path.String()
				}
			}
		}
	}
	return sym.name
}

func (s *server) describeModule(v *view, sym *symbol) string {
	var b strings.Builder
	fmt.Fprintf(&b, "module %s {", sym.name)
	for _, m := range v.index.modules[sym.module].order {
		switch m.kind {
		case paramName:
			b.WriteString("\n  " + statement(m.param.Span.Text()))
		case portName:
			b.WriteString("\n  " + statement(m.port.Span.Text()))
		}
	}
	b.WriteString("\n}")
	text := page(code(b.String()), sym.doc)
	for _, sh := range s.shapes(v) {
		if sh.twin(sym.module) == sh.root {
			return text + fmt.Sprintf("\n\n%s, %s a sample",
				counted(sh.graph.ParamCount(), "parameter"), counted(sh.graph.MACs(), "multiply-accumulate"))
		}
	}
	return text
}

// shapes are those of the view's own document, then those of the other open ones,
// which may use it.
func (s *server) shapes(v *view) []*shapes {
	var out []*shapes
	for _, d := range s.ws.open() {
		switch {
		case !d.readable():
		case s.ws.view(d) == v:
			out = slices.Concat(d.shapes, out)
		default:
			out = append(out, d.shapes...)
		}
	}
	return out
}

func (s *server) describePort(v *view, sym *symbol) string {
	text := code(statement(sym.port.Span.Text()))
	for _, sh := range s.shapes(v) {
		if sh.twin(sym.of) != sh.root {
			continue
		}
		if shape, ok := portShape(sh.graph, sym.name); ok {
			text += "\n\n" + stdlib.Print(shape)
		}
		break
	}
	return page(text, sym.doc)
}

func (s *server) describeUnit(v *view, sym *symbol) string {
	var b strings.Builder
	for i, u := range sym.units {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(statement(u.Span.Text()))
	}
	text := page(code(b.String()), sym.doc)
	for _, t := range v.index.instantiates(sym) {
		if t.kind == primitiveName {
			text += "\n\n" + page(code(primitiveSignature(t.primitive)), []string{t.primitive.Doc})
		}
	}
	return text + s.describeHops(v, sym.of, sym.name)
}

// describePrimitive is about a unit of the library, with the shapes of the hop
// where it is written in place.
func (s *server) describePrimitive(v *view, o *occurrence) string {
	p := o.sym.primitive
	text := page(code(primitiveSignature(p)), []string{p.Doc}) + arguments(p.Params)
	for _, m := range v.index.modules {
		for name, ref := range inPlace(m.decl) {
			if ref.Parts[len(ref.Parts)-1].Name.Span == o.span {
				text += s.describeHops(v, m.decl, name)
			}
		}
	}
	return text
}

// maxHops bounds the instances that a hover lists.
const maxHops = 4

// describeHops lists the shapes of a unit, instance by instance.
func (s *server) describeHops(v *view, of *syntax.Module, name string) string {
	var all []hop
	for _, sh := range s.shapes(v) {
		if all = sh.hops(of, name); len(all) > 0 {
			break
		}
	}
	var b strings.Builder
	for i, h := range all {
		if i == maxHops {
			fmt.Fprintf(&b, "\n\nand %d more instances", len(all)-maxHops)
			break
		}
		fmt.Fprintf(&b, "\n\n`%s`: %s → %s, %s", h.path, shapeList(h.in), shapeList(h.out), counted(h.params, "parameter"))
		if h.macs > 0 {
			fmt.Fprintf(&b, ", %s", counted(h.macs, "multiply-accumulate"))
		}
	}
	return b.String()
}

func counted(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func shapeList(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, ", ")
}

func primitiveSignature(p *sig.Primitive) string {
	ports := strings.Join(p.In.Ports, " ")
	if p.In.Variadic {
		ports = "a b c .."
	}
	return fmt.Sprintf("%s(%s)    // %s to %s", p.Name, paramList(p.Params), ports, p.Out)
}

func funcSignature(f *sig.Func) string { return fmt.Sprintf("%s(%s)", f.Name, paramList(f.Params)) }

func paramList(params []sig.Param) string {
	list := make([]string, len(params))
	for i, p := range params {
		list[i] = paramText(p)
	}
	return strings.Join(list, ", ")
}

func paramText(p sig.Param) string {
	switch {
	case p.Default != nil:
		return p.Name + " = " + valueText(p.Default)
	case p.DefaultDoc != "":
		return p.Name + " = " + p.DefaultDoc
	}
	return p.Name
}

func arguments(params []sig.Param) string {
	var b strings.Builder
	for _, p := range params {
		fmt.Fprintf(&b, "\n- `%s`: %s", p.Name, p.Doc)
	}
	if b.Len() == 0 {
		return ""
	}
	return "\n" + b.String()
}

func describeKey(k *sig.Key) string {
	text := page(code(k.Path), []string{k.Doc})
	if k.Group {
		text += "\n\na group of the " + k.Block + " block"
		if k.Off {
			text += "; it may be set `off`"
		}
		return text
	}
	text += fmt.Sprintf("\n\ntakes %s; a key of the %s block", typeText(k.Type), k.Block)
	if k.Default != nil {
		text += "\n\ndefault: `" + valueText(k.Default) + "`"
	} else if v := chipDefault(k); v != "" {
		text += "\n\ndefault: `" + v + "`, fabric45's"
	}
	return text
}
