package lsp

import "acl/lang/syntax"

// itemWords begin the statements of a module.
var itemWords = []string{"param", "in", "out", "unit", "route", "if", "repeat"}

// inModule proposes what stands in a module.
func (p *proposals) inModule() {
	for _, head := range p.cursor.stack[1:] {
		switch first(head, 0) {
		case "repeat":
			p.vars = append(p.vars, first(head, 1))
		case "route":
			p.keys([]string{"hop"}, "", p.cursor.stmt)
			return
		}
	}
	stmt := p.cursor.stmt
	if len(stmt) == 0 {
		p.words(itemKeyword, itemWords...)
		if p.cursor.prev == "}" {
			p.words(itemKeyword, "else")
		}
		return
	}
	if names, args, ok := calling(stmt); ok && dotted(stmt) == nil {
		p.arguments(p.called(names), args)
		p.values()
		return
	}
	p.item(stmt)
}

// called is what the dotted name before a parenthesis means.
func (p *proposals) called(names []string) *symbol {
	if p.module != nil && len(names) == 1 {
		if s := p.module.names[names[0]]; s != nil {
			return s
		}
	}
	return p.dottedSymbol(names)
}

func (p *proposals) item(stmt []syntax.Token) {
	inside := unclosed(stmt)
	index := inside >= 0 && stmt[inside].Text == "["
	behind := last(stmt, 1)
	switch word := first(stmt, 0); {
	case dotted(stmt) != nil:
		p.behindDot(dotted(stmt))
	case index || word == "if":
		p.values()
	case word == "repeat" && len(stmt) == 2:
		p.words(itemKeyword, "in")
	case word == "repeat" && len(stmt) > 2:
		p.values()
	case word == "param" && behind == ":":
		p.words(itemTypeName, "int", "float", "bool", "size", "module")
	case word == "param" && behind == "=":
		p.values()
		p.ofFile(moduleName)
	case word == "unit" && behind == "=":
		p.ofFile(moduleName, primitiveName)
		p.ofModule(unitName, paramName)
	case word == "route" && (behind == "route" || behind == "->" || behind == "(" || behind == ","):
		p.ofModule(unitName, portName)
		p.ofFile(moduleName, primitiveName)
	case word == "else" && len(stmt) == 1:
		p.words(itemKeyword, "if")
	}
}

// behindDot proposes the members of an import, or the ports of a unit.
func (p *proposals) behindDot(names []string) {
	if p.module == nil {
		return
	}
	if s := p.module.names[names[0]]; s != nil {
		p.ports(s, names[1:])
		return
	}
	if s := p.dottedSymbol(names); s != nil && s.kind == importName {
		p.members(s, moduleName, primitiveName)
	}
}

// ports proposes the ports and units inside of a unit, or of one inside of it.
func (p *proposals) ports(s *symbol, inside []string) {
	for _, n := range inside {
		if s = p.view.index.part(s, n); s == nil {
			return
		}
	}
	for _, t := range p.view.index.instantiates(s) {
		if t.kind == primitiveName {
			p.primitivePorts(t)
			continue
		}
		for _, m := range p.view.index.modules[t.module].order {
			if m.kind == portName {
				p.symbol(m)
			}
		}
	}
}

// primitivePorts proposes the ports of a unit of the library; of one with any number of
// inputs, the first four.
func (p *proposals) primitivePorts(t *symbol) {
	n := len(t.primitive.In.Ports)
	if t.primitive.In.Variadic {
		n = 4
	}
	for i := range n {
		p.add(t.primitive.Port(i), itemField, "in of "+t.name, "")
	}
	p.add(t.primitive.Out, itemField, "out of "+t.name, "")
}

// values proposes the names that an expression of the module may use.
func (p *proposals) values() {
	p.words(itemVariable, p.vars...)
	p.ofModule(paramName, dimName)
}

// ofModule proposes names of the module, in the order of its text.
func (p *proposals) ofModule(kinds ...symbolKind) {
	if p.module == nil {
		return
	}
	for _, s := range p.module.order {
		for _, k := range kinds {
			if s.kind == k {
				p.symbol(s)
			}
		}
	}
}
