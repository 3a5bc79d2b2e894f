package lower

import (
	"fmt"
	"strings"

	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
)

// part is a unit of an instance: a primitive or an instance of its own.
type part struct {
	name  string // c1, block[2], relu#2[3]
	ref   *syntax.Ref
	span  source.Span // of its name, or of the hop that it is written in
	scope scope
	rank  int // its place in data order, as the routes name it
	place int // in order

	// shares is the unit whose parameters it uses; of is the end of that chain,
	// the part itself where there is none.
	shares *part
	of     *part

	prim  *sig.Primitive
	args  []sig.Value
	spans []source.Span
	// child is opened at once for the names of its inputs; it runs when they are
	// there.
	child *instance
	// silent: what it is could not be settled, and why has been said or is not
	// wrong. Nothing more is said about it.
	silent   bool
	resolved bool

	inputs  []*arrow // by input port; of a variadic primitive as far as they go
	outputs []output
	ran     bool
	read    bool
	// slipped: one of its inputs has two drivers, and one of these was probably meant
	// for an input that has none.
	slipped bool
}

// output is a port that a part has put something out of.
type output struct {
	name   string
	signal signal
}

// declare makes the part of a unit statement.
func (in *instance) declare(u *syntax.Unit, sc scope) {
	name := u.Name.Text
	if u.Index != nil {
		in.arrays[name] = true
		v, ok := in.index(u.Index, sc)
		if !ok {
			in.vague = true
			return
		}
		name = element(name, v)
	}
	if first := in.parts[name]; first != nil {
		in.vague = true
		in.definition(diag.List{diag.Errorf(codeTwice, u.Name.Span, "there are two units `%s`", name).
			WithLabel("declared again").WithRelated(first.span, "first declared here")})
		return
	}
	in.addPart(&part{name: name, ref: u.Ref, span: u.Name.Span, scope: sc})
}

func element(array string, index int) string { return fmt.Sprintf("%s[%d]", array, index) }

// index evaluates the index of an element. A wrong one has been reported.
func (in *instance) index(x syntax.Expr, sc scope) (int, bool) {
	switch v := in.eval(x, sc).(type) {
	case nil:
	case sig.Int:
		return int(v), true
	default:
		in.definition(diag.List{diag.Errorf(codeValue, x.Place(), "an index is an int")})
	}
	return 0, false
}

func (in *instance) addPart(p *part) {
	p.rank, p.place, p.of = unranked, len(in.order), p
	in.parts[p.name] = p
	in.order = append(in.order, p)
}

// unranked is the rank of a part that no route names.
const unranked = 1 << 30

// resolve finds what a part is an instance of, and binds its arguments.
func (in *instance) resolve(p *part) {
	if p.resolved {
		return
	}
	p.resolved = true
	if owner, local := in.local(p); local {
		in.share(p, owner)
		return
	}
	target, diags := in.e.program.Resolve(in.module.Unit, p.ref, p.scope)
	in.definition(diags)
	env := in.e.program.Env(in.module.Unit, p.scope)
	switch {
	case target.Primitive != nil:
		p.prim = target.Primitive
		p.args, p.spans, diags = check.BindArgs(target.Primitive.Params, p.ref.Args, env, p.ref.NameSpan())
		in.definition(diags)
		if diags.HasErrors() {
			p.silent = true
		}
	case target.Module != nil:
		in.openChild(p, target.Module, env)
	default:
		p.silent = true
	}
}

// local finds the unit of this module that `unit v = u;` names. What looks like
// one and is not there has been reported.
func (in *instance) local(p *part) (*part, bool) {
	if p.ref.Call || len(p.ref.Parts) != 1 {
		return nil, false
	}
	head := p.ref.Parts[0]
	name := head.Name.Text
	if head.Index == nil {
		owner := in.parts[name]
		return owner, owner != nil
	}
	if !in.arrays[name] {
		return nil, false
	}
	i, ok := in.index(head.Index, p.scope)
	if !ok {
		return nil, true
	}
	owner := in.parts[element(name, i)]
	if owner == nil {
		in.missing(p.ref.NameSpan(), element(name, i))
	}
	return owner, true
}

// missing reports a unit that is not there.
func (in *instance) missing(span source.Span, name string) {
	if in.vague {
		return
	}
	in.vague = true
	d := diag.Errorf(codeUnknown, span, "there is no unit `%s`", name)
	if array, _, isElement := strings.Cut(name, "["); isElement && in.arrays[array] {
		d = d.WithLabel("the array `%s` has no such element", array)
	} else {
		d = d.WithLabel("no arm that was taken declares it")
	}
	in.definition(diag.List{d})
}

// share makes p a second use of owner: same kind, same arguments, same tensors.
func (in *instance) share(p, owner *part) {
	if owner == nil {
		p.silent, in.vague = true, true
		return
	}
	for o := owner; o != nil; o = o.shares {
		if o == p {
			in.e.report(in, diag.Errorf(codeRecursion, p.ref.NameSpan(), "`%s` is a second use of itself", p.name))
			p.silent = true
			return
		}
		if !o.resolved {
			p.shares = owner
			in.resolve(o)
		}
	}
	p.shares, p.of = owner, owner.of
	owner.read = true
	p.prim, p.args, p.spans, p.silent = owner.prim, owner.args, owner.spans, owner.silent
	if owner.child == nil {
		return
	}
	c := in.e.openInstance(owner.child.module, in, join(in.path, p.name), p.span)
	c.tensors = owner.child.tensors
	for name, v := range owner.child.values {
		if !owner.child.symbols[name] {
			c.values[name] = v
		}
	}
	p.child = c
	c.collectInputs(c.module.Decl.Items, c.values)
}

// join is the path of a unit in an instance.
func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// inputName is the i-th input port of a part.
func (p *part) inputName(i int) string {
	if p.prim != nil {
		return p.prim.Port(i)
	}
	return p.child.ins[i].decl.Name.Text
}

// inputCount is the number of input ports; of a variadic primitive, of those that
// have a driver, two at least.
func (p *part) inputCount() int {
	switch {
	case p.silent:
		return len(p.inputs)
	case p.prim == nil:
		return len(p.child.ins)
	case p.prim.In.Variadic:
		return max(2, len(p.inputs))
	}
	return len(p.prim.In.Ports)
}

// maxPorts bounds the input ports of a variadic unit: a to zz.
const maxPorts = 26 * 27

// inputAt is the index of a named input port, or -1.
func (p *part) inputAt(name string) int {
	n := p.inputCount()
	if p.variadic() {
		n = maxPorts
	}
	for i := range n {
		if p.inputName(i) == name {
			return i
		}
	}
	return -1
}

func (p *part) variadic() bool { return p.prim != nil && p.prim.In.Variadic }

// inputNames lists the ports for a message.
func (p *part) inputNames() string {
	names := make([]string, p.inputCount())
	for i := range names {
		names[i] = p.inputName(i)
	}
	if p.variadic() {
		names = append(names, "..")
	}
	return strings.Join(names, ", ")
}
