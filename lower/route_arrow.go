package lower

import (
	"fmt"

	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
)

// origin is where an arrow begins: an input of the instance, or an output of a
// unit. With neither it is broken, and that has been said.
type origin struct {
	term *terminal
	part *part
	port string // of part; empty: its only output
	// portSpan is where the port is named; no place without one.
	portSpan source.Span
	span     source.Span
	text     string // as messages name it: c1, x, u.y
}

// arrow is one connection: of a hop, or of an item of a list. It leads to an input
// of a unit or to an output of the instance.
type arrow struct {
	in    *instance
	from  origin
	out   *terminal // the output of the instance that it leads to; nil: an input of part
	part  *part
	span  source.Span
	wire  directives
	trail []origin // the stops of its route up to it
}

// arrive is the signal at the arrow's head.
func (a *arrow) arrive() signal {
	s, ok := a.from.look()
	if !ok {
		a.in.ambiguous(a.from)
		return poison
	}
	s.wire = s.wire.over(a.wire)
	return s
}

// look returns the signal at an origin, and false if it does not say which of
// several outputs it means or names one that is not there.
func (o origin) look() (signal, bool) {
	switch {
	case o.term != nil:
		return o.term.signal, true
	case o.part == nil || o.part.silent || !o.part.ran:
		return poison, true
	case o.port == "" && len(o.part.outputs) == 1:
		return o.part.outputs[0].signal, true
	}
	for _, out := range o.part.outputs {
		if out.name == o.port {
			return out.signal, true
		}
	}
	return poison, false
}

// ambiguous reports a unit that is read without saying which output.
func (in *instance) ambiguous(o origin) {
	if o.part.child != nil && o.part.child.vague {
		return
	}
	switch {
	case o.port != "":
		in.definition(diag.List{diag.Errorf(codeUnknown, o.portSpan, "`%s` has no output `%s`", o.part.name, o.port).
			WithHint("it has %s", o.part.outputNames())})
	case len(o.part.outputs) == 0:
		in.e.report(in, diag.Errorf(codeRoute, o.span, "`%s` has no output", o.part.name))
	default:
		in.e.report(in, diag.Errorf(codeRoute, o.span, "`%s` has several outputs, and a hop names one", o.part.name).
			WithHint("write `%s.%s`; it has %s", o.part.name, o.part.outputs[0].name, o.part.outputNames()).
			WithFix(o.span.After(), "."+o.part.outputs[0].name))
	}
}

func (p *part) outputNames() string {
	text := ""
	for i, o := range p.outputs {
		if i > 0 {
			text += ", "
		}
		text += o.name
	}
	return text
}

// wire makes the arrows of a route.
func (in *instance) wire(t turn) {
	var from []origin
	for _, r := range t.route.From {
		from = append(from, in.begin(r, t)...)
	}
	list := t.route.List
	var trail []origin
	for i, h := range t.route.Hops {
		trail = append(trail, from...)
		head := arrow{in: in, span: h.Ref.NameSpan(), wire: in.direct(h.Body, t.scope), trail: trail[:len(trail):len(trail)]}
		next, goesOn := in.hop(h.Ref, t, from, list, head)
		if !goesOn && i+1 < len(t.route.Hops) {
			in.vague = true
			in.e.report(in, diag.Errorf(codeRoute, h.Ref.NameSpan(), "a port of the module ends a route").
				WithLabel("`%s` is an output of `%s`", h.Ref, in.module.Decl.Name.Text))
			return
		}
		from, list = []origin{next}, false
	}
}

// begin resolves where a route begins; an index range in a list stands for its
// elements.
func (in *instance) begin(r *syntax.Ref, t turn) []origin {
	broken := []origin{{span: r.NameSpan(), text: r.String()}}
	if last := r.Parts[0].Index; t.route.List && last != nil && len(r.Parts) == 1 {
		if span, ok := last.(*syntax.RangeExpr); ok {
			return in.elements(r, span, t, broken)
		}
	}
	if !r.Call && len(r.Parts) == 1 && r.Parts[0].Index == nil {
		if term := in.terminal(in.ins, r.Parts[0].Name.Text); term != nil {
			return []origin{{term: term, span: r.NameSpan(), text: r.String()}}
		}
		if in.terminal(in.outs, r.Parts[0].Name.Text) != nil {
			in.definition(diag.List{diag.Errorf(codeRoute, r.NameSpan(), "`%s` is an output of the module, and nothing reads from it", r).
				WithHint("begin the route at what drives `%s`", r)})
			return broken
		}
	}
	p := in.find(r, t)
	if p == nil {
		return broken
	}
	p.read = true
	o := origin{part: p, span: r.NameSpan(), text: p.name}
	if len(r.Parts) == 2 && !r.Call {
		o.port, o.portSpan = r.Parts[1].Name.Text, r.Parts[1].Name.Span
		o.text += "." + o.port
	}
	return []origin{o}
}

// elements are the units of an index range: head[1 .. n].
func (in *instance) elements(r *syntax.Ref, x *syntax.RangeExpr, t turn, broken []origin) []origin {
	span, ok := in.eval(x, t.scope).(sig.Range)
	low, okLow := span.Low.(sig.Int)
	high, okHigh := span.High.(sig.Int)
	if !ok || !okLow || !okHigh || high-low >= maxTurns {
		in.vague = true
		return broken
	}
	var list []origin
	for i := low; i <= high; i++ {
		name := element(r.Parts[0].Name.Text, int(i))
		p := in.parts[name]
		if p == nil {
			in.missing(r.NameSpan(), name)
			return broken
		}
		p.read = true
		list = append(list, origin{part: p, span: r.NameSpan(), text: name})
	}
	return list
}

func (in *instance) terminal(list []*terminal, name string) *terminal {
	for _, t := range list {
		if t.decl.Name.Text == name {
			return t
		}
	}
	return nil
}

// find returns the unit that a reference in a route names, or makes the one that
// is written in place. nil has been reported.
func (in *instance) find(r *syntax.Ref, t turn) *part {
	if r.Call {
		return in.inPlace(r, t)
	}
	head := r.Parts[0]
	name := head.Name.Text
	if head.Index != nil {
		i, ok := in.index(head.Index, t.scope)
		if !ok {
			in.vague = true
			return nil
		}
		name = element(name, i)
	}
	p := in.parts[name]
	if p == nil || len(r.Parts) > 2 {
		in.missing(r.NameSpan(), name)
		in.vague = true
		return nil
	}
	if p.rank == unranked {
		p.rank = in.nextRank()
	}
	return p
}

// nextRank counts the units that routes have named.
func (in *instance) nextRank() int {
	in.ranked++
	return in.ranked
}

// inPlace makes the unit of a hop such as nn.relu().
func (in *instance) inPlace(r *syntax.Ref, t turn) *part {
	name := in.e.inPlaceNames(in.module)[r] + t.suffix
	if p := in.parts[name]; p != nil {
		return p
	}
	p := &part{name: name, ref: r, span: r.NameSpan(), scope: t.scope}
	in.addPart(p)
	p.rank = in.nextRank()
	in.resolve(p)
	return p
}

// hop connects what comes to a hop's target, and returns where the route goes on;
// false: it ends here.
func (in *instance) hop(r *syntax.Ref, t turn, from []origin, list bool, head arrow) (origin, bool) {
	broken := origin{span: r.NameSpan(), text: r.String()}
	if !r.Call && len(r.Parts) == 1 && r.Parts[0].Index == nil {
		name := r.Parts[0].Name.Text
		if out := in.terminal(in.outs, name); out != nil {
			if len(from) != 1 {
				in.e.report(in, diag.Errorf(codeRoute, r.NameSpan(), "an output has one driver, got a list of %d", len(from)))
				in.vague = true
				return broken, false
			}
			in.connectOut(out, from[0], head)
			return broken, false
		}
		if in.terminal(in.ins, name) != nil {
			in.definition(diag.List{diag.Errorf(codeRoute, r.NameSpan(), "`%s` is an input of the module, and a route cannot lead to it", name)})
			in.vague = true
			return broken, true
		}
	}
	p := in.find(r, t)
	if p == nil {
		return broken, true
	}
	if !p.silent {
		in.connect(p, r, from, list, head)
	}
	return in.onward(p, r, t), true
}

// inputs is a number of inputs in words.
func inputs(n int) string {
	if n == 1 {
		return "one input"
	}
	return fmt.Sprintf("%d inputs", n)
}

// onward is where a route goes on after a unit. The unit counts as read only if a
// hop follows, which wire knows; the last hop of a route reads nothing.
func (in *instance) onward(p *part, r *syntax.Ref, t turn) origin {
	if t.route.Hops[len(t.route.Hops)-1].Ref != r {
		p.read = true
	}
	return origin{part: p, span: r.NameSpan(), text: p.name}
}

// connect leads origins to the inputs of a unit.
func (in *instance) connect(p *part, r *syntax.Ref, from []origin, list bool, head arrow) {
	if len(r.Parts) == 2 && !r.Call {
		port := r.Parts[1].Name
		i := p.inputAt(port.Text)
		switch {
		case i < 0 && p.child != nil && p.child.vague:
		case i < 0:
			in.definition(diag.List{diag.Errorf(codeUnknown, port.Span, "`%s` has no input `%s`", p.name, port.Text).
				WithHint("it has %s", p.inputNames())})
			in.vague, p.silent = true, true
		case len(from) != 1:
			in.e.report(in, diag.Errorf(codeRoute, r.NameSpan(), "an input has one driver, got a list of %d", len(from)))
			in.vague = true
		default:
			in.drive(p, i, from[0], head)
		}
		return
	}
	n := p.inputCount()
	switch {
	case p.child != nil && p.child.vague:
		p.silent = true
	case !list && len(from) == 1 && (n > 1 || p.variadic()):
		d := diag.Errorf(codeRoute, r.NameSpan(), "`%s` has several inputs, and a hop names one", p.name)
		free := in.freePort(p)
		if free == "" {
			free = join(p.name, p.inputName(0))
		}
		d = d.WithHint("write `%s`, or a list: `(.., ..) -> %s`", free, p.name)
		if !r.Call {
			d = d.WithFix(r.NameSpan(), free)
		}
		in.e.report(in, d)
		in.vague, p.silent = true, true
	case !p.variadic() && len(from) > n:
		in.e.report(in, diag.Errorf(codeRoute, r.NameSpan(), "`%s` has %s, got a list of %d", p.name, inputs(n), len(from)))
		in.vague, p.silent = true, true
	default:
		for i, o := range from {
			in.drive(p, i, o, head)
		}
	}
}
