package lsp

import (
	"slices"
	"strings"

	"acl/lang/check"
	"acl/lang/sig"
	"acl/lang/syntax"
)

// inSettings proposes what stands in a block of settings.
func (p *proposals) inSettings(blocks ...string) {
	prefix := ""
	for _, head := range p.cursor.stack[1:] {
		name, _ := leading(head)
		prefix = joined(prefix, name)
		if prefix == "case" && blocks[0] == "experiment" {
			prefix, blocks = "", blocks[1:]
		}
	}
	p.keys(blocks, prefix, p.cursor.stmt)
}

// keys proposes the keys below a prefix, the subject of a key, or its value.
func (p *proposals) keys(blocks []string, prefix string, stmt []syntax.Token) {
	if i := slices.IndexFunc(stmt, func(t syntax.Token) bool { return t.Text == ":" }); i >= 0 {
		p.value(blocks, prefix, stmt[:i], stmt[i+1:])
		return
	}
	name, rest := leading(stmt)
	switch {
	case len(stmt) == 0:
		p.keysOf(blocks, prefix)
	case len(rest) == 1 && rest[0].Text == ".":
		p.keysOf(blocks, joined(prefix, name))
	default:
		if k := keyOf(p.view.program.Table, blocks, joined(prefix, name)); k != nil {
			p.subject(k, blocks, rest)
		}
	}
}

// keysOf proposes the keys of a group, by the order of the table.
func (p *proposals) keysOf(blocks []string, group string) {
	for _, b := range blocks {
		for _, k := range p.view.program.Table.Keys {
			name, below := k.Path, group == ""
			if !below {
				name, below = strings.CutPrefix(k.Path, group+".")
			}
			switch {
			case k.Block != b || !below || strings.Contains(name, "."):
			case name == "*":
				p.inputs()
			default:
				p.add(name, itemProperty, keyDetail(k), k.Doc)
			}
		}
	}
}

func keyDetail(k *sig.Key) string {
	if k.Group {
		return "a group"
	}
	return "takes " + typeText(k.Type)
}

// inputs proposes the input ports of the module that a block is about.
func (p *proposals) inputs() {
	if p.module == nil {
		return
	}
	for _, s := range p.module.order {
		if s.kind == portName && !s.port.Out {
			p.symbol(s)
		}
	}
}

// subject proposes what stands between a key and its value.
func (p *proposals) subject(k *sig.Key, blocks []string, rest []syntax.Token) {
	q := dotted(rest)
	switch k.Subject {
	case sig.UnitSubject, sig.OptionalSubject:
		p.units(rest)
	case sig.ModuleSubject:
		if len(rest) == 0 {
			p.classes()
		}
	case sig.PathSubject:
		if s := p.moduleNamed(q); s != nil {
			for _, m := range s.order {
				if m.kind == paramName {
					p.symbol(m)
				}
			}
			return
		}
		if q != nil || len(rest) == 0 {
			p.keysOf(blocks[1:], strings.Join(q, "."))
		}
		if len(rest) == 0 && p.module != nil {
			p.add(p.module.decl.Name.Text, itemClass, "module", "")
		}
	case sig.CondSubject:
		for _, f := range check.Facts(classWords(p.view.program.Table)) {
			p.add(f.Name, itemVariable, "a fact", "")
			p.words(itemValue, f.Words...)
		}
	}
}

func (p *proposals) moduleNamed(q []string) *moduleNames {
	if len(q) == 0 {
		return nil
	}
	if s := p.dottedSymbol(q); s != nil && s.kind == moduleName {
		return p.view.index.modules[s.module]
	}
	return nil
}

// units proposes units of the planned module, or what is inside of one.
func (p *proposals) units(rest []syntax.Token) {
	switch q := dotted(rest); {
	case p.module == nil:
	case q != nil:
		s := p.module.names[q[0]]
		for _, n := range q[1:] {
			if s != nil {
				s = p.view.index.part(s, n)
			}
		}
		if s != nil {
			p.ports(s, nil)
			p.unitsInside(s)
		}
	case len(rest) == 0 || last(rest, 1) == "[" || last(rest, 1) == ",":
		p.ofModule(unitName)
	}
}

func (p *proposals) unitsInside(s *symbol) {
	for _, t := range p.view.index.instantiates(s) {
		if t.kind != moduleName {
			continue
		}
		for _, m := range p.view.index.modules[t.module].order {
			if m.kind == unitName {
				p.symbol(m)
			}
		}
	}
}

// classWords are the classes of physical modules.
func classWords(t *sig.Table) []string {
	var out []string
	for _, k := range t.Keys {
		if name, ok := strings.CutPrefix(k.Path, "modules."); ok && k.Block == "fabric" && !strings.Contains(name, ".") {
			out = append(out, name)
		}
	}
	return out
}

func (p *proposals) classes() { p.words(itemValue, classWords(p.view.program.Table)...) }

// value proposes what a key takes. key are the tokens before the colon.
func (p *proposals) value(blocks []string, prefix string, key, value []syntax.Token) {
	name, rest := leading(key)
	k := keyOf(p.view.program.Table, blocks, joined(prefix, name))
	if k == nil {
		return
	}
	t := k.Type
	if subject, _ := leading(rest); k.Path == "vary" {
		if varied := keyOf(p.view.program.Table, blocks, subject); varied != nil {
			t = varied.Type
		}
	}
	if names, args, ok := calling(value); ok && dotted(value) == nil {
		called := p.called(names)
		p.arguments(called, args)
		p.named(k, t)
		return
	}
	if q := dotted(value); q != nil {
		if s := p.dottedSymbol(q); s != nil && s.kind == importName {
			p.functions(s, groupsOf(k, t))
		} else {
			p.units(value)
		}
		return
	}
	p.typed(t)
	p.named(k, t)
	for _, g := range groupsOf(k, t) {
		p.libraries(g)
	}
}

// groupsOf are the groups of functions that a key's value may call.
func groupsOf(k *sig.Key, t sig.Type) []string {
	switch {
	case t.Kind == sig.KindCall || t.Kind == sig.KindCourse || t.Kind == sig.KindList && t.Group != "vary":
		return []string{t.Group}
	case k.Path == "loss":
		return []string{"loss"}
	case k.Block == "policy":
		return []string{"choose"}
	}
	return nil
}

// named proposes the names that a key's value may have.
func (p *proposals) named(k *sig.Key, t sig.Type) {
	switch {
	case k.Path == "loss":
		p.ofModule(portName)
		p.fields()
	case t.Kind == sig.KindExpr && k.Block == "train":
		for _, m := range check.Metrics() {
			p.add(m.Name, itemValue, "a metric", "")
		}
	case t.Group == "choose":
		p.ofFile(policyName)
	}
	if t.Kind != sig.KindName && t.Kind != sig.KindNames {
		return
	}
	switch t.Group {
	case "unit":
		p.ofModule(unitName)
	case "module":
		p.classes()
	case "bus":
		p.words(itemValue, "bus")
	case "field":
		p.fields()
	case "port":
		p.ofModule(portName)
	}
}

// fields proposes what data sets have.
func (p *proposals) fields() {
	var names []string
	for _, f := range p.view.program.Table.Funcs {
		names = append(names, f.Fields...)
	}
	slices.Sort(names)
	for _, n := range slices.Compact(names) {
		p.add(n, itemField, "a field of the data", "")
	}
}

// functions proposes those members of an import that are of a group.
func (p *proposals) functions(imp *symbol, groups []string) {
	for _, s := range p.view.index.members(imp) {
		switch {
		case s.kind == funcName && slices.Contains(groups, s.function.Group):
			p.symbol(s)
		case s.kind == policyName && slices.Contains(groups, "choose"):
			p.symbol(s)
		}
	}
}

// libraries proposes the functions of a group by their whole names, as far as the
// file imports where they are.
func (p *proposals) libraries(group string) {
	for _, i := range p.names.unit.Imports {
		imp := p.names.imports[i.Last]
		if imp == nil {
			continue
		}
		for _, s := range p.view.index.members(imp) {
			if s.kind == funcName && s.function.Group == group {
				p.add(i.Last+"."+lastPart(s.name), itemFunction, funcSignature(s.function), s.function.Doc)
			}
		}
	}
}
