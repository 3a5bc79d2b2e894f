package lsp

import (
	"sort"

	"acl/lang/check"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
)

// symbolKind says what a name stands for.
type symbolKind uint8

const (
	moduleName symbolKind = iota
	fabricName
	policyName
	experimentName
	importName
	paramName
	portName
	unitName
	dimName // a symbol of a shape
	repeatName
	primitiveName
	funcName
	primitivePort
	argName // a parameter of a primitive or function
	keyName
	wordName // one of the words of a key or argument
)

// symbol is what a name stands for. Its first place tells symbols of two readings
// of one text apart and alike.
type symbol struct {
	kind symbolKind
	name string
	at   []source.Span // its declarations; none for what the machine itself knows
	unit *check.Unit   // the file that declares it, or that an import brings
	of   *syntax.Module

	module *syntax.Module
	fabric *syntax.Fabric
	policy *syntax.Policy
	param  *syntax.Param
	port   *syntax.Port
	units  []*syntax.Unit // the declarations of a unit, one an arm or element
	doc    []string

	primitive *sig.Primitive // of a primitive, its port or its argument
	function  *sig.Func
	arg       *sig.Param
	key       *sig.Key
}

// sameAs reports whether two symbols are one, be it in two readings of a text.
func (s *symbol) sameAs(t *symbol) bool {
	if s == t {
		return true
	}
	if len(s.at) == 0 || len(t.at) == 0 {
		return false
	}
	a, b := s.at[0], t.at[0]
	return s.kind == t.kind && a.File.Name == b.File.Name && a.Start.Offset == b.Start.Offset
}

// occurrence is a place that names a symbol.
type occurrence struct {
	span source.Span
	sym  *symbol
}

// index is every name of a program's files and what it stands for.
type index struct {
	program *check.Program
	files   map[*check.Unit]*fileNames
	modules map[*syntax.Module]*moduleNames
}

// fileNames is what the names of one file mean, and where they stand.
type fileNames struct {
	unit    *check.Unit
	decls   map[string]*symbol
	imports map[string]*symbol
	places  []occurrence // in the order of the text
}

// moduleNames is what the names of one module mean.
type moduleNames struct {
	decl  *syntax.Module
	file  *fileNames
	names map[string]*symbol
	order []*symbol // in the order of the text
}

func newIndex(p *check.Program) *index {
	x := &index{program: p, files: map[*check.Unit]*fileNames{}, modules: map[*syntax.Module]*moduleNames{}}
	for _, u := range p.Units {
		x.declare(u)
	}
	for _, u := range p.Units {
		r := &resolver{index: x, file: x.files[u]}
		for _, use := range u.Imports {
			r.importing(use)
		}
		for _, d := range u.File.Decls {
			r.decl(d)
		}
		places := r.file.places
		sort.SliceStable(places, func(i, j int) bool { return places[i].span.Compare(places[j].span) < 0 })
	}
	return x
}

// declare enters what a file declares and imports.
func (x *index) declare(u *check.Unit) {
	f := &fileNames{unit: u, decls: map[string]*symbol{}, imports: map[string]*symbol{}}
	x.files[u] = f
	for _, i := range u.Imports {
		at := i.Use.Path.Parts[len(i.Use.Path.Parts)-1].Span
		f.imports[i.Last] = &symbol{kind: importName, name: i.Last, at: []source.Span{at}, unit: i.Unit}
	}
	for _, d := range u.File.Decls {
		switch d := d.(type) {
		case *syntax.Module:
			f.enter(d.Name, &symbol{kind: moduleName, module: d, doc: d.Doc})
			x.modules[d] = newModuleNames(f, d)
		case *syntax.Fabric:
			f.enter(d.Name, &symbol{kind: fabricName, fabric: d, doc: d.Doc})
		case *syntax.Policy:
			f.enter(d.Name, &symbol{kind: policyName, policy: d, doc: d.Doc})
		case *syntax.Experiment:
			f.enter(d.Name, &symbol{kind: experimentName, doc: d.Doc})
		case *syntax.Plan:
		}
	}
}

// enter gives a declaration its name, unless another one has it.
func (f *fileNames) enter(n syntax.Name, s *symbol) {
	if f.decls[n.Text] == nil {
		s.name, s.at, s.unit = n.Text, []source.Span{n.Span}, f.unit
		f.decls[n.Text] = s
	}
}

// find is the declaration or import of a name.
func (f *fileNames) find(name string) *symbol {
	if s := f.decls[name]; s != nil {
		return s
	}
	return f.imports[name]
}

// at is the occurrence at a byte offset, the end of a name included, or nil.
func (f *fileNames) at(offset int) *occurrence {
	i := sort.Search(len(f.places), func(i int) bool { return f.places[i].span.End.Offset >= offset })
	if i < len(f.places) && f.places[i].span.Start.Offset <= offset {
		// Behind the end of one name the next may begin: c1.x
		if j := i + 1; f.places[i].span.End.Offset == offset && j < len(f.places) && f.places[j].span.Start.Offset == offset {
			i = j
		}
		return &f.places[i]
	}
	return nil
}

func newModuleNames(f *fileNames, d *syntax.Module) *moduleNames {
	m := &moduleNames{decl: d, file: f, names: map[string]*symbol{}}
	m.items(d.Items)
	m.dims(d.Items)
	return m
}

// enter adds a name of the module. Arms and elements share a symbol of one kind.
func (m *moduleNames) enter(n syntax.Name, s symbol) *symbol {
	if old := m.names[n.Text]; old != nil {
		if old.kind == s.kind {
			old.at = append(old.at, n.Span)
			old.units = append(old.units, s.units...)
		}
		return old
	}
	s.name, s.at, s.unit, s.of = n.Text, []source.Span{n.Span}, m.file.unit, m.decl
	m.names[n.Text] = &s
	m.order = append(m.order, &s)
	return &s
}

func (m *moduleNames) items(items []syntax.Item) {
	for _, it := range items {
		switch it := it.(type) {
		case *syntax.Param:
			m.enter(it.Name, symbol{kind: paramName, param: it, doc: it.Doc})
		case *syntax.Port:
			m.enter(it.Name, symbol{kind: portName, port: it, doc: it.Doc})
		case *syntax.Unit:
			m.enter(it.Name, symbol{kind: unitName, units: []*syntax.Unit{it}, doc: it.Doc})
		case *syntax.If:
			m.items(it.Then)
			m.items(it.Else)
		case *syntax.Repeat:
			m.items(it.Items)
		case *syntax.Route:
		}
	}
}

// dims enters the symbols of input shapes: capital names that are no parameters.
func (m *moduleNames) dims(items []syntax.Item) {
	for _, it := range items {
		switch it := it.(type) {
		case *syntax.Port:
			for _, d := range it.Dims {
				if !it.Out {
					m.dim(d.Expr)
				}
			}
		case *syntax.If:
			m.dims(it.Then)
			m.dims(it.Else)
		}
	}
}

func (m *moduleNames) dim(e syntax.Expr) {
	switch e := e.(type) {
	case *syntax.Binary:
		m.dim(e.X)
		m.dim(e.Y)
	case *syntax.Unary:
		m.dim(e.X)
	case *syntax.Ref:
		n := e.Parts[0].Name
		if len(e.Parts) == 1 && !e.Call && n.Text[0] >= 'A' && n.Text[0] <= 'Z' && m.names[n.Text] == nil {
			m.enter(n, symbol{kind: dimName})
		}
	}
}

// member is what alias.name means in the file that an import brings.
func (x *index) member(imp *symbol, name string) *symbol {
	if imp.unit == nil {
		return nil
	}
	f := x.files[imp.unit]
	if s := f.decls[name]; s != nil {
		return s
	}
	if !imp.unit.Library {
		return nil
	}
	full := lastPart(imp.unit.Name) + "." + name
	if p := x.program.Table.Primitive(full); p != nil {
		return &symbol{kind: primitiveName, name: full, primitive: p, unit: imp.unit}
	}
	if fn := x.program.Table.Func(full); fn != nil {
		return &symbol{kind: funcName, name: full, function: fn, unit: imp.unit}
	}
	return nil
}

// instantiates lists the modules and primitives that a unit is an instance of.
func (x *index) instantiates(s *symbol) []*symbol { return x.instantiated(s, map[*symbol]bool{}) }

func (x *index) instantiated(s *symbol, seen map[*symbol]bool) []*symbol {
	if seen[s] || s.of == nil {
		return nil
	}
	seen[s] = true
	m := x.modules[s.of]
	var out []*symbol
	for _, u := range s.units {
		switch t := x.called(m, u.Ref); {
		case t == nil:
		case t.kind == unitName:
			out = append(out, x.instantiated(t, seen)...)
		case t.kind == moduleName || t.kind == primitiveName:
			out = append(out, t)
		}
	}
	return out
}

// called is what the head of a reference in a module names: a unit, a module, a
// primitive, a function, or nil.
func (x *index) called(m *moduleNames, r *syntax.Ref) *symbol {
	head := r.Parts[0].Name.Text
	s := m.names[head]
	if s == nil {
		s = m.file.find(head)
	}
	if s != nil && s.kind == importName {
		if len(r.Parts) < 2 {
			return nil
		}
		return x.member(s, r.Parts[1].Name.Text)
	}
	return s
}

// part is the port or unit of the given name in what a unit is an instance of.
func (x *index) part(s *symbol, name string) *symbol {
	for _, t := range x.instantiates(s) {
		if p := x.inside(t, name); p != nil {
			return p
		}
	}
	return nil
}

// inside is the port or unit of a module, or the port of a primitive.
func (x *index) inside(t *symbol, name string) *symbol {
	if t.kind == primitiveName {
		if name == t.primitive.Out || hasInput(t.primitive, name) {
			return &symbol{kind: primitivePort, name: name, primitive: t.primitive, unit: t.unit}
		}
		return nil
	}
	if t.kind != moduleName {
		return nil
	}
	if s := x.modules[t.module].names[name]; s != nil && (s.kind == portName || s.kind == unitName) {
		return s
	}
	return nil
}

func hasInput(p *sig.Primitive, name string) bool {
	for i := range inputCount(p) {
		if p.Port(i) == name {
			return true
		}
	}
	return false
}

// inputCount is the number of inputs of a primitive; of those with any number, the
// names of one letter.
func inputCount(p *sig.Primitive) int {
	if p.In.Variadic {
		return 26
	}
	return len(p.In.Ports)
}

func lastPart(dotted string) string {
	for i := len(dotted) - 1; i >= 0; i-- {
		if dotted[i] == '.' {
			return dotted[i+1:]
		}
	}
	return dotted
}
