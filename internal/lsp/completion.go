package lsp

import (
	"slices"
	"strings"

	"acl/lang/sig"
	"acl/lang/syntax"
	"acl/stdlib"
)

// completion proposes what may stand at a place: keywords where a statement or a
// declaration begins, names in reach, members behind a dot, parameters in calls,
// keys of the block and words of the key.
func (s *server) completion(d *document, at int) (any, *rpcError) {
	v := s.ws.view(d)
	c, ok := cursorAt(v.tokens, at)
	if !ok {
		return []completionItem{}, nil
	}
	p := &proposals{view: v, names: v.names(), cursor: c, items: []completionItem{}}
	p.propose()
	return p.items, nil
}

// proposals are the items for one place.
type proposals struct {
	view   *view
	names  *fileNames
	cursor cursor
	module *moduleNames // around the place, or planned by the block around it
	vars   []string     // of the repeats around
	items  []completionItem
}

// add proposes a text unless it is there already.
func (p *proposals) add(label string, kind int, detail, doc string) {
	p.addFrom(p.cursor.word, label, kind, detail, doc)
}

// addFrom proposes a text in place of what stands from a byte offset on.
func (p *proposals) addFrom(start int, label string, kind int, detail, doc string) {
	if slices.ContainsFunc(p.items, func(i completionItem) bool { return i.Label == label }) {
		return
	}
	item := completionItem{Label: label, Kind: kind, Detail: detail}
	item.Edit = &textEdit{p.view.lines.between(start, p.cursor.at), label}
	if doc != "" {
		m := markdown(doc)
		item.Documentation = &m
	}
	p.items = append(p.items, item)
}

func (p *proposals) words(kind int, list ...string) {
	for _, w := range list {
		p.add(w, kind, "", "")
	}
}

func (p *proposals) propose() {
	c := &p.cursor
	if len(c.stack) == 0 {
		p.top(c.stmt)
		return
	}
	head := c.stack[0]
	switch first(head, 0) {
	case "module":
		if s := p.names.decls[first(head, 1)]; s != nil && s.kind == moduleName {
			p.module = p.view.index.modules[s.module]
		}
		p.inModule()
	case "fabric", "policy":
		p.inSettings(first(head, 0))
	case "schedule", "train", "infer":
		p.plan(head[1:])
		p.inSettings(first(head, 0))
	case "experiment":
		p.plan(head[min(3, len(head)):])
		p.inSettings(experimentBlocks...)
	}
}

// plan finds the module that a block is about.
func (p *proposals) plan(tokens []syntax.Token) {
	name, _ := leading(tokens)
	if s := p.dottedSymbol(strings.Split(name, ".")); s != nil && s.kind == moduleName {
		p.module = p.view.index.modules[s.module]
	}
}

// dottedSymbol is what a dotted name of the file means, or nil.
func (p *proposals) dottedSymbol(names []string) *symbol {
	s := p.names.find(names[0])
	for _, n := range names[1:] {
		if s == nil || s.kind != importName {
			return nil
		}
		s = p.view.index.member(s, n)
	}
	return s
}

// top proposes what stands outside of braces.
func (p *proposals) top(stmt []syntax.Token) {
	after := func(word string) []syntax.Token {
		for i := range stmt {
			if stmt[i].Text == word {
				return stmt[i+1:]
			}
		}
		return nil
	}
	switch word := first(stmt, 0); word {
	case "":
		p.words(itemKeyword, topWords...)
	case "acl":
	case "use":
		p.uses(stmt)
	case "fabric":
		if first(stmt, 2) == ":" {
			p.declared(stmt[3:], fabricName)
		}
	case "schedule", "train", "infer":
		p.pair(stmt[1:], after("on"))
	case "experiment":
		switch {
		case len(stmt) == 2:
			p.words(itemKeyword, "of")
		case first(stmt, 2) == "of":
			p.pair(stmt[3:], after("on"))
		}
	}
}

// pair proposes a module, `on`, and a fabric. fabric is what stands behind `on`,
// nil before it.
func (p *proposals) pair(module, fabric []syntax.Token) {
	switch {
	case fabric != nil:
		p.declared(fabric, fabricName)
	case len(module) == 0 || last(module, 1) == ".":
		p.declared(module, moduleName)
	default:
		p.words(itemKeyword, "on")
	}
}

// uses proposes the library's names, in place of all of the path.
func (p *proposals) uses(stmt []syntax.Token) {
	start := p.cursor.word
	if len(stmt) > 1 {
		start = stmt[1].Span.Start.Offset
	}
	for _, lib := range stdlib.Libraries() {
		p.addFrom(start, lib, itemModule, "library", "")
	}
}

// declared proposes declarations of a kind, or the imports that lead to them.
func (p *proposals) declared(tokens []syntax.Token, kinds ...symbolKind) {
	if q := dotted(tokens); q != nil {
		if s := p.dottedSymbol(q); s != nil && s.kind == importName {
			p.members(s, kinds...)
		}
		return
	}
	if len(tokens) > 0 {
		return
	}
	p.ofFile(kinds...)
}

// ofFile proposes the file's declarations of some kinds and its imports.
func (p *proposals) ofFile(kinds ...symbolKind) {
	for _, d := range p.names.unit.File.Decls {
		if name := declName(d); name != nil {
			if s := p.names.decls[name.Text]; s != nil && slices.Contains(kinds, s.kind) {
				p.symbol(s)
			}
		}
	}
	for _, i := range p.names.unit.Imports {
		if s := p.names.imports[i.Last]; s != nil && p.leadsTo(s, kinds) {
			p.add(i.Last, itemModule, i.Use.Path.String(), "")
		}
	}
}

func declName(d syntax.Decl) *syntax.Name {
	switch d := d.(type) {
	case *syntax.Module:
		return &d.Name
	case *syntax.Fabric:
		return &d.Name
	case *syntax.Policy:
		return &d.Name
	case *syntax.Experiment:
		return &d.Name
	}
	return nil
}

// leadsTo reports whether an import gives something of the kinds.
func (p *proposals) leadsTo(imp *symbol, kinds []symbolKind) bool {
	for _, s := range p.view.index.members(imp) {
		if slices.Contains(kinds, s.kind) {
			return true
		}
	}
	return false
}

// members proposes what an import gives.
func (p *proposals) members(imp *symbol, kinds ...symbolKind) {
	for _, s := range p.view.index.members(imp) {
		if slices.Contains(kinds, s.kind) {
			p.symbol(s)
		}
	}
}

// members lists what a file gives to those who use it: declarations in the order
// of the text, then what the machine itself knows, by name.
func (x *index) members(imp *symbol) []*symbol {
	if imp.unit == nil {
		return nil
	}
	var out []*symbol
	f := x.files[imp.unit]
	for _, d := range imp.unit.File.Decls {
		if name := declName(d); name != nil && f.decls[name.Text] != nil {
			out = append(out, f.decls[name.Text])
		}
	}
	if !imp.unit.Library {
		return out
	}
	var names []string
	prefix := lastPart(imp.unit.Name) + "."
	for full := range x.program.Table.Primitives {
		names = append(names, full)
	}
	for full := range x.program.Table.Funcs {
		names = append(names, full)
	}
	slices.Sort(names)
	for _, full := range names {
		if name, ok := strings.CutPrefix(full, prefix); ok {
			out = append(out, x.member(imp, name))
		}
	}
	return out
}

// symbol proposes a name, with what a hover would say in short.
func (p *proposals) symbol(s *symbol) {
	doc := strings.Join(s.doc, "\n")
	switch s.kind {
	case moduleName:
		p.add(s.name, itemClass, "module", doc)
	case fabricName:
		p.add(s.name, itemClass, "fabric", doc)
	case policyName:
		p.add(s.name, itemFunction, "policy", doc)
	case unitName:
		p.add(s.name, itemVariable, s.units[0].Ref.String(), doc)
	case portName:
		p.add(s.name, itemField, statement(s.port.Span.Text()), doc)
	case paramName:
		p.add(s.name, itemVariable, statement(s.param.Span.Text()), doc)
	case dimName:
		p.add(s.name, itemVariable, "a symbol of a shape", "")
	case primitiveName:
		p.add(lastPart(s.name), itemFunction, primitiveSignature(s.primitive), s.primitive.Doc)
	case funcName:
		p.add(lastPart(s.name), itemFunction, funcSignature(s.function), s.function.Doc)
	}
}

// arguments proposes the parameters of a call that are not given yet, or the
// values of the one that is being given.
func (p *proposals) arguments(called *symbol, args []syntax.Token) {
	params := p.view.index.parameters(called)
	if last(args, 1) == "=" {
		if i := slices.IndexFunc(params, func(q sig.Param) bool { return q.Name == last(args, 2) }); i >= 0 {
			p.typed(params[i].Type)
		}
		return
	}
	if len(args) > 0 && last(args, 1) != "," {
		return
	}
	for _, q := range params[min(positional(args), len(params)):] {
		given := false
		for i := range args {
			given = given || args[i].Text == q.Name && first(args, i+1) == "="
		}
		if !given {
			p.addArgument(q)
		}
	}
}

// positional counts the arguments without a name among those that end in a comma.
func positional(args []syntax.Token) int {
	n, depth, start := 0, 0, 0
	for i, t := range args {
		switch t.Text {
		case "(", "[":
			depth++
		case ")", "]":
			depth--
		case ",":
			if depth > 0 {
				continue
			}
			if first(args, start+1) != "=" {
				n++
			}
			start = i + 1
		}
	}
	return n
}

func (p *proposals) addArgument(q sig.Param) {
	item := len(p.items)
	p.add(q.Name, itemField, "takes "+typeText(q.Type), q.Doc)
	if len(p.items) > item {
		p.items[item].Edit.NewText += " = "
	}
}

// typed proposes the values that a type knows by name.
func (p *proposals) typed(t sig.Type) {
	p.words(itemValue, t.Words...)
	if t.Kind == sig.KindBool {
		p.words(itemKeyword, "true", "false")
	}
	if t.Kind == sig.KindModule {
		p.ofFile(moduleName)
	}
}

// parameters are those of what is called: of a module those that its text declares.
func (x *index) parameters(s *symbol) []sig.Param {
	if s == nil || s.kind != moduleName {
		return paramsOf(s)
	}
	var out []sig.Param
	for _, m := range x.modules[s.module].order {
		if m.kind == paramName {
			out = append(out, sig.Param{Name: m.name, Type: moduleTypes[m.param.Type.Text], Doc: strings.Join(m.doc, " ")})
		}
	}
	return out
}

// moduleTypes are the types that a module's parameter may have.
var moduleTypes = map[string]sig.Type{
	"int": {Kind: sig.KindInt}, "float": {Kind: sig.KindNumber}, "bool": {Kind: sig.KindBool},
	"size": {Kind: sig.KindSize}, "module": {Kind: sig.KindModule},
}
