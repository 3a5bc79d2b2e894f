package ir

import (
	"fmt"
	"strconv"
	"strings"

	"acl/lang/source"
)

// Parse reads the text form of a graph. The name is that of the text, for error
// messages, which give the line. It checks the form and that every index has
// something to name; Verify checks the rest. Spans of the graph know name, line
// and column of their files, not their text.
func Parse(name, text string) (*Graph, error) {
	r := reader{graph: &Graph{}, params: map[string]ParamID{}, files: map[string]*source.File{}}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "//") {
			continue
		}
		r.cursor = cursor{text: line}
		r.line()
		if r.err == nil && !r.done() {
			r.fail("end of line")
		}
		if r.err != nil {
			return nil, fmt.Errorf("%s:%d:%d: %w", name, i+1, r.at+1, r.err)
		}
	}
	if !r.begun {
		return nil, fmt.Errorf("%s: no line `graph NAME`", name)
	}
	if err := r.graph.references(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r.graph, nil
}

// reader reads a graph line by line. The first error stops it.
type reader struct {
	cursor
	graph  *Graph
	params map[string]ParamID
	files  map[string]*source.File
	begun  bool
}

func (r *reader) line() {
	if r.peek() == '%' {
		r.node()
		return
	}
	word := r.ident()
	if r.err == nil && (word == "graph") == r.begun {
		r.fail("one line `graph NAME`, and first")
		return
	}
	switch word {
	case "graph":
		r.graph.Module, r.begun = r.path(), true
	case "param":
		r.param()
	case "in":
		r.graph.Inputs = append(r.graph.Inputs, r.port())
	case "out":
		r.graph.Outputs = append(r.graph.Outputs, r.port())
	case "loss":
		r.graph.Losses = append(r.graph.Losses, r.id())
	case "entry":
		r.entry()
	default:
		r.fail("graph, param, in, out, loss, entry or a node")
	}
}

func (r *reader) entry() {
	e := Entry{Path: r.path()}
	for r.err == nil && r.peek() == '%' {
		o := Operand{Node: r.id()}
		r.expect(':')
		o.Index = r.int()
		e.To = append(e.To, o)
	}
	r.graph.Entries = append(r.graph.Entries, e)
}

func (r *reader) param() {
	p := Param{Path: r.path(), Shape: r.shape()}
	if r.word("fan_in") {
		r.expect('=')
		p.FanIn = r.int()
	}
	if r.word("init") {
		r.expect('=')
		p.Init = r.float()
	}
	if _, twice := r.params[p.Path]; twice {
		r.fail("a tensor that is not declared yet")
	}
	r.params[p.Path] = ParamID(len(r.graph.Params))
	r.graph.Params = append(r.graph.Params, p)
}

func (r *reader) port() Port {
	return Port{Name: r.path(), Node: r.id(), Shape: r.shape(), Origin: r.origin()}
}

func (r *reader) node() {
	if id := r.id(); r.err == nil && int(id) != len(r.graph.Nodes) {
		r.fail(fmt.Sprintf("node %%%d", len(r.graph.Nodes)))
	}
	n := Node{Path: r.path(), Of: None}
	r.expect('=')
	n.Op = r.path()
	for role, w := range roleWords {
		// A role is followed by an operation; an operation of that name is not.
		if w != "" && n.Op == w && (isLetter(r.peek()) || r.peek() == '"') {
			n.Role, n.Op = Role(role), r.path()
			break
		}
	}
	if n.Role == Forward && n.Op == OpSum {
		n.Role = Sum
	}
	if r.accept('(') {
		n.Attrs = r.attrs()
	}
	n.Args, n.Wires = r.operands()
	r.expect(':')
	n.Shape = r.shape()
	r.refs(&n)
	n.Origin = r.origin()
	r.graph.Nodes = append(r.graph.Nodes, n)
}

func (r *reader) attrs() []Attr {
	var list []Attr
	for r.err == nil {
		a := Attr{Name: r.path()}
		r.expect('=')
		a.Value = r.value()
		list = append(list, a)
		if !r.accept(',') {
			break
		}
	}
	r.expect(')')
	return list
}

func (r *reader) operands() ([]NodeID, []Wire) {
	var args []NodeID
	var wires []Wire
	plain := true
	for r.err == nil && r.peek() == '%' {
		args = append(args, r.id())
		w := plainWire
		if r.accept('{') {
			w = r.wire()
		}
		plain = plain && w == plainWire
		wires = append(wires, w)
	}
	if plain {
		return args, nil
	}
	return args, wires
}

func (r *reader) wire() Wire {
	w := plainWire
	for r.err == nil && !r.accept('}') {
		key := r.ident()
		r.expect('=')
		switch key {
		case "via":
			r.bus(&w)
		case "scale":
			w.Scale = r.int()
		case "hold":
			switch r.ident() {
			case "digital":
				w.Hold = HoldDigital
			case "capacitor":
				w.Hold = HoldCapacitor
			default:
				r.fail("capacitor or digital")
			}
		default:
			r.fail("via, hold or scale")
		}
	}
	return w
}

// bus reads the index of a bus and the place that names it.
func (r *reader) bus(w *Wire) {
	if w.Via = r.int(); w.Via < 0 {
		r.fail("a bus from 0")
	}
	if w.At = (source.Span{}); r.accept('@') {
		w.At = r.place(r.quoted())
	}
}

// refs reads what printRefs writes.
func (r *reader) refs(n *Node) {
	if r.word("params") {
		r.expect('(')
		for r.err == nil && !r.accept(')') {
			id, ok := r.params[r.path()]
			if !ok {
				r.fail("a tensor that a `param` line declares above")
			}
			n.Params = append(n.Params, id)
		}
	}
	if r.word("macs") {
		r.expect('=')
		n.MACs = int64(r.int())
	}
	if r.word("of") {
		n.Of = r.id()
	}
	if r.word("operand") {
		n.Operand = r.int()
	}
	if r.word("saved") {
		r.expect('(')
		for r.err == nil && !r.accept(')') {
			n.Saved = append(n.Saved, r.id())
		}
	}
}

// origin reads the rest of the line.
func (r *reader) origin() source.Span {
	r.expect('@')
	if r.err != nil {
		return source.Span{}
	}
	text := r.text[r.at:]
	if strings.HasPrefix(text, `"`) {
		q, err := strconv.Unquote(text)
		if err != nil {
			r.fail("a quoted origin")
			return source.Span{}
		}
		text = q
	}
	span := r.place(text)
	if r.err == nil {
		r.at = len(r.text)
	}
	return span
}

// place is the span that the text of an origin stands for.
func (r *reader) place(text string) source.Span {
	if r.err != nil {
		return source.Span{}
	}
	span, err := source.ParseOrigin(text, r.files)
	if err != nil {
		r.err = err
	}
	return span
}

// references checks that every index of a parsed graph names a node.
func (g *Graph) references() error {
	ok := func(id NodeID) bool { return id >= 0 && int(id) < len(g.Nodes) }
	for i := range g.Nodes {
		n := &g.Nodes[i]
		for _, a := range append(append([]NodeID(nil), n.Args...), n.Saved...) {
			if !ok(a) {
				return fmt.Errorf("%%%d names %%%d, which does not exist", i, a)
			}
		}
		if n.Of != None && !ok(n.Of) {
			return fmt.Errorf("%%%d belongs to %%%d, which does not exist", i, n.Of)
		}
	}
	for _, p := range append(append([]Port(nil), g.Inputs...), g.Outputs...) {
		if !ok(p.Node) {
			return fmt.Errorf("port %s names %%%d, which does not exist", p.Name, p.Node)
		}
	}
	for _, l := range g.Losses {
		if !ok(l) {
			return fmt.Errorf("loss %%%d does not exist", l)
		}
	}
	for _, e := range g.Entries {
		for _, o := range e.To {
			if !ok(o.Node) {
				return fmt.Errorf("entry %s names %%%d, which does not exist", e.Path, o.Node)
			}
		}
	}
	return nil
}
