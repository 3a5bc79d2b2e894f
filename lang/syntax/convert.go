package syntax

import (
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"acl/lang/diag"
	"acl/lang/quantity"
	"acl/lang/source"
)

// converter turns the grammar's structs into the tree that others see.
type converter struct {
	file   *source.File
	tokens []lexer.Token // significant ones
	docs   map[int][]string
	diags  *diag.List
}

// span is the place of a node: from its first token to the end of its last.
func (c *converter) span(n node) source.Span {
	return c.file.Span(n.Pos.Offset, endOf(c.tokens, max(n.EndPos.Offset, n.Pos.Offset+1)))
}

func (c *converter) doc(n node) []string { return c.docs[n.Pos.Offset] }

func (c *converter) name(n *gName) Name { return Name{n.Text, c.span(n.node)} }

func (c *converter) path(p *gPath) Path {
	out := Path{Span: c.span(p.node)}
	for _, n := range p.Parts {
		out.Parts = append(out.Parts, c.name(n))
	}
	return out
}

func (c *converter) decl(d *gDecl) Decl {
	switch {
	case d.Module != nil:
		m := d.Module
		return &Module{Doc: c.doc(m.node), Name: c.name(m.Name), Items: c.items(m.Items), Span: c.span(m.node)}
	case d.Fabric != nil:
		f := d.Fabric
		out := &Fabric{Doc: c.doc(f.node), Name: c.name(f.Name), Body: c.block(f.Body), Span: c.span(f.node)}
		if f.Base != nil {
			p := c.path(f.Base)
			out.Base = &p
		}
		return out
	case d.Plan != nil:
		p := d.Plan
		return &Plan{
			Doc: c.doc(p.node), Kind: Name{p.Kind.Text, c.span(p.Kind.node)}, Module: c.path(p.Module),
			Fabric: c.path(p.Fabric), Body: c.block(p.Body), Span: c.span(p.node),
		}
	case d.Policy != nil:
		p := d.Policy
		return &Policy{Doc: c.doc(p.node), Name: c.name(p.Name), Body: c.block(p.Body), Span: c.span(p.node)}
	}
	e := d.Experiment
	return &Experiment{
		Doc: c.doc(e.node), Name: c.name(e.Name), Module: c.path(e.Module), Fabric: c.path(e.Fabric),
		Body: c.block(e.Body), Span: c.span(e.node),
	}
}

func (c *converter) items(list []*gItem) []Item {
	var out []Item
	for _, i := range list {
		out = append(out, c.item(i))
	}
	return out
}

func (c *converter) item(i *gItem) Item {
	switch {
	case i.Param != nil:
		p := i.Param
		return &Param{
			Doc: c.doc(p.node), Name: c.name(p.Name), Type: Name{p.Type.Text, c.span(p.Type.node)},
			Default: c.maybe(p.Default), Span: c.span(p.node),
		}
	case i.Port != nil:
		p := i.Port
		out := &Port{Doc: c.doc(p.node), Out: p.Dir == "out", Name: c.name(p.Name), Span: c.span(p.node)}
		for _, d := range p.Dims {
			out.Dims = append(out.Dims, Dim{c.maybe(d.Expr), c.span(d.node)})
		}
		return out
	case i.Unit != nil:
		u := i.Unit
		return &Unit{
			Doc: c.doc(u.node), Name: c.name(u.Name), Index: c.maybe(u.Index), Ref: c.ref(u.Ref), Span: c.span(u.node),
		}
	case i.Route != nil:
		return c.route(i.Route)
	case i.If != nil:
		return c.ifItem(i.If)
	}
	r := i.Repeat
	return &Repeat{Var: c.name(r.Var), Range: c.expr(r.Range), Items: c.items(r.Items), Span: c.span(r.node)}
}

func (c *converter) route(r *gRoute) *Route {
	out := &Route{Doc: c.doc(r.node), List: r.From == nil, Span: c.span(r.node)}
	if r.From != nil {
		out.From = []*Ref{c.ref(r.From)}
	}
	for _, f := range r.List {
		out.From = append(out.From, c.ref(f))
	}
	for _, h := range r.Hops {
		hop := &Hop{Ref: c.ref(h.Ref), Span: c.span(h.node)}
		if h.Body != nil {
			hop.Body = c.block(h.Body)
		}
		out.Hops = append(out.Hops, hop)
	}
	return out
}

func (c *converter) ifItem(i *gIf) *If {
	out := &If{Cond: c.expr(i.Cond), Then: c.items(i.Then), Span: c.span(i.node)}
	if e := i.Else; e != nil {
		if e.If != nil {
			out.Else = []Item{c.ifItem(e.If)}
		} else {
			out.Else = append([]Item{}, c.items(e.Items)...)
		}
	}
	return out
}

func (c *converter) block(b *gBlock) *Block {
	out := &Block{Span: c.span(b.node)}
	for _, s := range b.Settings {
		out.Settings = append(out.Settings, c.setting(s))
	}
	return out
}

func (c *converter) setting(s *gSetting) *Setting {
	out := &Setting{
		Doc: c.doc(s.node), Key: c.path(s.Key), Subject: c.maybe(s.Subject), Value: c.maybe(s.Value), Span: c.span(s.node),
	}
	if s.Body != nil {
		out.Body = c.block(s.Body)
	}
	return out
}

// maybe converts an expression that may be absent to a nil interface.
func (c *converter) maybe(e *gExpr) Expr {
	if e == nil {
		return nil
	}
	return c.expr(e)
}

func (c *converter) expr(e *gExpr) Expr {
	low := c.or(e.Low)
	if e.High == nil {
		return low
	}
	return &RangeExpr{low, c.or(e.High), c.span(e.node)}
}

// binary joins two operands: first begins with the left one, rest with the
// operator, so that parentheses around an operand belong to the place.
func (c *converter) binary(first, rest node, op string, x, y Expr) Expr {
	at := rest.Pos.Offset
	span := c.file.Span(first.Pos.Offset, first.Pos.Offset).To(c.span(rest))
	return &Binary{Op: op, OpSpan: c.file.Span(at, at+len(op)), X: x, Y: y, Span: span}
}

func (c *converter) or(e *gOr) Expr {
	x := c.and(e.First)
	for _, r := range e.Rest {
		x = c.binary(e.node, r.node, r.Op, x, c.and(r.X))
	}
	return x
}

func (c *converter) and(e *gAnd) Expr {
	x := c.not(e.First)
	for _, r := range e.Rest {
		x = c.binary(e.node, r.node, r.Op, x, c.not(r.X))
	}
	return x
}

func (c *converter) not(e *gNot) Expr {
	x := c.cmp(e.X)
	if e.Not {
		return &Unary{"not", x, c.span(e.node)}
	}
	return x
}

func (c *converter) cmp(e *gCmp) Expr {
	x := c.sum(e.First)
	if e.Rest == nil {
		return x
	}
	return c.binary(e.node, e.Rest.node, e.Rest.Op, x, c.sum(e.Rest.X))
}

func (c *converter) sum(e *gSum) Expr {
	x := c.term(e.First)
	for _, r := range e.Rest {
		x = c.binary(e.node, r.node, r.Op, x, c.term(r.X))
	}
	return x
}

func (c *converter) term(e *gTerm) Expr {
	x := c.factor(e.First)
	for _, r := range e.Rest {
		x = c.binary(e.node, r.node, r.Op, x, c.factor(r.X))
	}
	return x
}

func (c *converter) factor(f *gFactor) Expr {
	n := f.node
	if f.Minus {
		inner := *f
		inner.Minus = false
		inner.Pos = c.after(f.Pos)
		return &Unary{"-", c.factor(&inner), c.span(n)}
	}
	switch {
	case f.Number != "":
		return c.number(f.Number, c.span(n))
	case f.Size != "":
		return c.size(f.Size, c.span(n))
	case f.Quantity != "":
		return c.quantity(f.Quantity, c.span(n))
	case f.String != "":
		return c.text(f.String, c.span(n))
	case f.Bool != "":
		return &BoolLit{f.Bool == "true", c.span(n)}
	case f.List != nil:
		out := &ListLit{Span: c.span(n)}
		for _, i := range f.List.Items {
			out.Items = append(out.Items, c.expr(i))
		}
		return out
	case f.Paren != nil:
		return c.expr(f.Paren)
	}
	return c.ref(f.Ref)
}

// after is the position of the token behind the one at p.
func (c *converter) after(p lexer.Position) lexer.Position {
	i := sort.Search(len(c.tokens), func(i int) bool { return c.tokens[i].Pos.Offset > p.Offset })
	if i == len(c.tokens) {
		return p
	}
	return c.tokens[i].Pos
}

func (c *converter) number(text string, span source.Span) Expr {
	v, err := strconv.ParseFloat(text, 64)
	isInt := !strings.ContainsAny(text, ".eE")
	if isInt {
		n, bad := strconv.ParseInt(text, 10, 64)
		if err = bad; err == nil && n > 1<<53 {
			err = strconv.ErrRange
		}
	}
	if err != nil {
		c.diags.Add(diag.Errorf("E0105", span, "the number is out of range"))
		v = 1 // which is in any range, so that nothing follows
	}
	return &Number{Text: text, Int: isInt, Value: v, Span: span}
}

func (c *converter) size(text string, span source.Span) Expr {
	h, w, _ := strings.Cut(text, "x")
	a, err1 := strconv.Atoi(h)
	b, err2 := strconv.Atoi(w)
	if err1 != nil || err2 != nil || a > 1<<30 || b > 1<<30 {
		c.diags.Add(diag.Errorf("E0105", span, "the size is out of range"))
	}
	return &SizeLit{a, b, span}
}

func (c *converter) quantity(text string, span source.Span) Expr {
	v, err := quantity.Parse(text)
	if err != nil {
		c.diags.Add(quantityError(span, err))
	}
	return &QuantityLit{text, v, span}
}

func quantityError(span source.Span, err error) diag.Diag {
	u, ok := err.(*quantity.UnitError)
	if !ok {
		return diag.Errorf("E0105", span, "%v", err)
	}
	d := diag.Errorf("E0406", span, "`%s` is no unit of measure", u.Unit)
	if u.Near != "" {
		near := strings.TrimSuffix(u.Text, u.Unit) + u.Near
		return d.WithHint("did you mean `%s`?", near).WithFix(span, near)
	}
	return d.WithHint("units are V A Ohm F S s Hz J W K m dB bit %%, with prefixes a f p n u m k M G T")
}

// text resolves the escapes of a string.
func (c *converter) text(raw string, span source.Span) Expr {
	var b strings.Builder
	inner := raw[1 : len(raw)-1]
	for i := 0; i < len(inner); i++ {
		if inner[i] != '\\' {
			b.WriteByte(inner[i])
			continue
		}
		i++
		switch inner[i] {
		case '"', '\\':
			b.WriteByte(inner[i])
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		default:
			at := span.Start.Offset + i
			r, n := utf8.DecodeRuneInString(inner[i:])
			c.diags.Add(diag.Errorf("E0106", c.file.Span(at, at+1+n), "`\\%c` is no escape", r).
				WithHint("the escapes are \\\" \\\\ \\n \\t"))
		}
	}
	return &StringLit{b.String(), span}
}

func (c *converter) ref(r *gRef) *Ref {
	out := &Ref{Span: c.span(r.node), Call: r.Call != nil}
	for _, p := range r.Parts {
		out.Parts = append(out.Parts, RefPart{c.name(p.Name), c.maybe(p.Index)})
	}
	if r.Call != nil {
		for _, a := range r.Call.Args {
			arg := &Arg{Value: c.expr(a.Value), Span: c.span(a.node)}
			if a.Name != nil {
				n := c.name(a.Name)
				arg.Name = &n
			}
			out.Args = append(out.Args, arg)
		}
	}
	return out
}
