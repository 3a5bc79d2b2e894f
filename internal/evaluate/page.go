package evaluate

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"acl/fabric/ledger"
	"acl/lang/check"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/spell"
	"acl/lang/syntax"
	"acl/stdlib"
)

// Page is the documentation of a name: a form or a group of them, a primitive, a
// function of the library, a key of a settings block, a chip, a module, or a part of
// the library. ok is false where nothing has the name; near is then what was
// probably meant, or empty.
func (s *Scope) Page(name string) (text, near string, ok bool) {
	name = strings.TrimPrefix(name, "std.")
	for _, find := range []func(string) string{
		groupPage, formPage, primitivePage, functionPage, s.chipPage, s.modulePage, s.keyPages, s.libraryPage,
	} {
		if text := find(name); text != "" {
			return text, "", true
		}
	}
	near, _ = spell.Nearest(name, s.Topics())
	if near == "" {
		near = s.byLastPart(name)
	}
	return "", near, false
}

// Topics are the names that have a page, sorted.
func (s *Scope) Topics() []string {
	out := append(slices.Clone(Groups), s.Fabrics()...)
	for i := range Forms {
		out = append(out, Forms[i].Name)
	}
	t := stdlib.Table()
	for name := range t.Primitives {
		out = append(out, name)
	}
	for name := range t.Funcs {
		out = append(out, name)
	}
	for _, k := range t.Keys {
		out = append(out, k.Path)
	}
	for _, m := range s.modules() {
		if n, ok := s.moduleName(m); ok {
			out = append(out, n)
		}
	}
	for _, l := range stdlib.Libraries() {
		out = append(out, strings.TrimPrefix(l, "std."))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// byLastPart is the one topic whose last part is the name; empty where none or
// several are.
func (s *Scope) byLastPart(name string) string {
	found := ""
	for _, t := range s.Topics() {
		if strings.HasSuffix(t, "."+name) {
			if found != "" {
				return ""
			}
			found = t
		}
	}
	return found
}

// table lines columns up.
func table(rows [][]string) string {
	if len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintln(w, "  "+strings.Join(r, "\t"))
	}
	w.Flush()
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// groupPage lists the forms of a group with parameters, units and defaults.
func groupPage(name string) string {
	var b strings.Builder
	for _, f := range Group(name) {
		fmt.Fprintf(&b, "%s\n  %s; gives %s\n", f.Name, f.Doc, f.Result)
		var rows [][]string
		for i := range f.Params {
			p := &f.Params[i]
			rows = append(rows, []string{"  " + p.Name, p.TypeText(), p.defaultNote()})
		}
		b.WriteString(table(rows) + "\n")
	}
	return b.String()
}

func formPage(name string) string {
	f := Lookup(name)
	if f == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n\n", f.Signature(), f.Doc)
	var rows [][]string
	for i := range f.Params {
		p := &f.Params[i]
		rows = append(rows, []string{p.Name, p.TypeText(), p.defaultNote(), p.Doc})
	}
	b.WriteString(table(rows))
	fmt.Fprintf(&b, "\ngives    %s\nsource   %s\nexample  %s\n", f.Result, f.Source, f.Example)
	return b.String()
}

// defaultNote is the default with its value on fabric45.
func (p *Param) defaultNote() string {
	switch {
	case p.Key != "":
		v, ok := setting(fabric45(), p.Key)
		if !ok {
			panic("evaluate: no setting " + p.Key)
		}
		return "= " + p.Key + " (" + Format(v) + ")"
	case p.From != nil:
		return "= " + p.FromDoc
	case p.Required():
		return "required"
	case p.Optional:
		return "optional"
	}
	return "= " + p.DefaultText()
}

func primitivePage(name string) string {
	p := stdlib.Table().Primitive(name)
	if p == nil {
		return ""
	}
	ports := strings.Join(p.In.Ports, ", ")
	if p.In.Variadic {
		ports = "a, b, c .. (two or more)"
	}
	class := "wiring: it costs nothing"
	switch {
	case p.Digital:
		class = "the control unit"
	case p.Class != "":
		class = "a physical " + p.Class + " module"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n\n%s", signature(p.Name, p.Params), p.Doc, params(p.Params))
	fmt.Fprintf(&b, "in       %s\nout      %s\nruns on  %s\n", ports, p.Out, class)
	if p.NoGradient {
		b.WriteString("nothing flows back through it\n")
	}
	return b.String()
}

func functionPage(name string) string {
	f := stdlib.Table().Func(name)
	if f == nil {
		return ""
	}
	text := fmt.Sprintf("%s\n\n%s\n\n%s", signature(f.Name, f.Params), f.Doc, params(f.Params))
	if len(f.Fields) > 0 {
		text += "fields   " + strings.Join(f.Fields, ", ") + "\n"
	}
	return text
}

func signature(name string, list []sig.Param) string {
	parts := make([]string, len(list))
	for i, p := range list {
		parts[i] = p.Name
		if def := paramDefault(p); def != "" {
			parts[i] += " = " + def
		}
	}
	return name + "(" + strings.Join(parts, ", ") + ")"
}

func paramDefault(p sig.Param) string {
	if p.Default != nil {
		return valueText(p.Default)
	}
	return p.DefaultDoc
}

// params is a table of parameters with a blank line behind it, empty without any.
func params(list []sig.Param) string {
	if len(list) == 0 {
		return ""
	}
	var rows [][]string
	for _, p := range list {
		def := paramDefault(p)
		if def == "" {
			def = "required"
		} else {
			def = "= " + def
		}
		rows = append(rows, []string{p.Name, typeText(p.Type), def, p.Doc})
	}
	return table(rows) + "\n"
}

// chipPage lists a chip's settings with their values.
func (s *Scope) chipPage(name string) string {
	f, rest := s.fabricOf(name)
	if f == nil || rest != "" {
		return ""
	}
	c, diags := s.chip(f)
	if diags.HasErrors() {
		return ""
	}
	head := "fabric " + name
	if f.Base != nil {
		if base, ok := s.nameOf(f.Base); ok {
			head += " : " + base
		}
	}
	return head + "\n\n" + doc(f.Decl.Doc) + Format(Chip{c}) + "\n"
}

// doc is the text of doc comments as a paragraph.
func doc(lines []string) string {
	text := strings.TrimSpace(strings.Join(lines, "\n"))
	if text == "" {
		return ""
	}
	out := strings.Split(text, "\n")
	for i, l := range out {
		out[i] = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(l), "///"))
	}
	return strings.Join(out, "\n") + "\n\n"
}

// modules are those of the program, then the library's that it does not use.
func (s *Scope) modules() []*check.Module {
	out := slices.Clone(s.program.Modules)
	for _, m := range library().Modules {
		used := func(n *check.Module) bool { return n.Name == m.Name && n.Unit.Library }
		if !slices.ContainsFunc(out, used) {
			out = append(out, m)
		}
	}
	return out
}

func (s *Scope) moduleName(m *check.Module) (string, bool) {
	if m.Unit == s.program.Root {
		return m.Decl.Name.Text, true
	}
	for _, i := range slices.Concat(s.program.Root.Imports, library().Root.Imports) {
		if i.Unit == m.Unit {
			return i.Last + "." + m.Decl.Name.Text, true
		}
	}
	return "", false
}

// modulePage is a module's parameters and ports as they are written.
func (s *Scope) modulePage(name string) string {
	for _, m := range s.modules() {
		if full, ok := s.moduleName(m); !ok || full != name {
			continue
		}
		var b strings.Builder
		fmt.Fprintf(&b, "module %s\n\n%s", name, doc(m.Decl.Doc))
		for _, it := range m.Decl.Items {
			switch it.(type) {
			case *syntax.Param, *syntax.Port:
				fmt.Fprintln(&b, "  "+strings.Join(strings.Fields(it.Place().Text()), " "))
			}
		}
		return b.String()
	}
	return ""
}

// keyPages is the key of a path in every block that has it.
func (s *Scope) keyPages(path string) string {
	var b strings.Builder
	for _, k := range stdlib.Table().Keys {
		if k.Path != path {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(s.keyPage(k))
	}
	return b.String()
}

func (s *Scope) keyPage(k *sig.Key) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, a key of a %s block\n\n%s\n\n", k.Path, k.Block, k.Doc)
	if k.Group {
		var rows [][]string
		for _, m := range stdlib.Table().Keys {
			if m.Block == k.Block && strings.HasPrefix(m.Path, k.Path+".") {
				rows = append(rows, []string{m.Path, s.keyDefault(m), m.Doc})
			}
		}
		b.WriteString(table(rows))
		if k.Off {
			b.WriteString("the group may be set off\n")
		}
		return b.String()
	}
	fmt.Fprintf(&b, "takes    %s\n", typeText(k.Type))
	if def := s.keyDefault(k); def != "" {
		fmt.Fprintf(&b, "default  %s\n", def)
	}
	return b.String()
}

// keyDefault is that of a chip's setting on fabric45, or the key's own.
func (s *Scope) keyDefault(k *sig.Key) string {
	if k.Block == "fabric" && !k.Group {
		if v, ok := setting(fabric45(), k.Path); ok {
			return Format(v)
		}
	}
	if k.Default != nil {
		return valueText(k.Default)
	}
	return ""
}

// libraryPage lists a part of the library: nn, resnet, chips.
func (s *Scope) libraryPage(name string) string {
	if !slices.Contains(stdlib.Libraries(), "std."+name) {
		return ""
	}
	t := stdlib.Table()
	var rows [][]string
	for full, p := range t.Primitives {
		if strings.HasPrefix(full, name+".") {
			rows = append(rows, []string{signature(full, p.Params), p.Doc})
		}
	}
	for full, f := range t.Funcs {
		if strings.HasPrefix(full, name+".") {
			rows = append(rows, []string{signature(full, f.Params), f.Doc})
		}
	}
	for _, m := range s.modules() {
		if full, ok := s.moduleName(m); ok && strings.HasPrefix(full, name+".") {
			rows = append(rows, []string{full, firstLine(m.Decl.Doc)})
		}
	}
	for _, f := range s.fabrics() {
		if full, ok := s.nameOf(f); ok && strings.HasPrefix(full, name+".") {
			rows = append(rows, []string{full, firstLine(f.Decl.Doc)})
		}
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return table(rows)
}

func firstLine(lines []string) string {
	line, _, _ := strings.Cut(doc(lines), "\n")
	return line
}

// Sources lists every figure of a table of costs: value, band, tag and source.
func Sources(name string) (string, error) {
	t, err := ledger.Lookup(name)
	if err != nil {
		return "", err
	}
	rows := [][]string{{"figure", "value (low .. high)", "", "setting", "source"}}
	for _, f := range t.Figures {
		rows = append(rows, []string{f.Name, Format(figure(f)), "[" + string(f.Tag) + "]", f.Setting, f.Source})
	}
	return "table of costs " + t.Name + ": [S] sourced, [D] derived, [A] assumed\n\n" + table(rows), nil
}

// Macros sets the default chip by a table of costs beside published circuits.
func Macros(name string) (string, error) {
	t, err := ledger.Lookup(name)
	if err != nil {
		return "", err
	}
	v, diags := New(nil).Eval(source.NewFile("chip", "chips.fabric45"))
	if diags.HasErrors() {
		panic("evaluate: " + diags[0].Error())
	}
	rows := [][]string{{"figure", "model", "reference", "ratio", "", "source"}}
	for _, m := range ledger.Macros(v.(Chip).Chip, t) {
		show := func(x float64) string { return Format(figure(ledger.Figure{Value: x, Low: x, High: x, Unit: m.Unit})) }
		rows = append(rows, []string{m.Name, show(m.Model), show(m.Reference), fmt.Sprintf("%.3g", m.Ratio()), "[" + string(m.Tag) + "]", m.Source})
	}
	return "the model by " + t.Name + " beside published circuits; tags are those of the reference\n\n" + table(rows), nil
}
