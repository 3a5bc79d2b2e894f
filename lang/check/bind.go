package check

import (
	"strings"

	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
)

// BindArgs evaluates the arguments of a call and puts them into the order of the
// parameters: positional ones first, then named ones, then defaults. call is the
// place of the called name. A value is nil where it is not known yet, and where an
// optional argument was not given; the span of an argument that was not given is
// zero. A default in words that is the name of an earlier parameter takes its
// value (the stride of a pool). After an error the values are those that could be
// settled.
func BindArgs(params []sig.Param, args []*syntax.Arg, env *Env, call source.Span) ([]sig.Value, []source.Span, diag.List) {
	b := binding{
		params: params, env: env,
		values: make([]sig.Value, len(params)), spans: make([]source.Span, len(params)), given: make([]*syntax.Arg, len(params)),
	}
	b.place(args)
	var missing []string
	for i, p := range params {
		switch {
		case b.given[i] != nil:
		case p.Default != nil:
			b.values[i] = p.Default
		case p.DefaultDoc != "":
			b.values[i] = b.earlier(p.DefaultDoc, i)
		default:
			missing = append(missing, p.Name)
		}
	}
	b.swapped()
	if len(missing) > 0 && !b.misplaced {
		b.diags.Add(diag.Errorf(codeMissingArg, call, "missing argument `%s`", strings.Join(missing, "`, `")).
			WithLabel("it has no default"))
	}
	return b.values, b.spans, b.diags
}

// binding is one call on its way.
type binding struct {
	params []sig.Param
	env    *Env
	values []sig.Value
	spans  []source.Span
	given  []*syntax.Arg
	diags  diag.List
	// misplaced: an argument found no parameter, so that one that is missing may
	// be what it was meant for.
	misplaced bool
}

func (b *binding) place(args []*syntax.Arg) {
	named := false
	for i, a := range args {
		at := i
		switch {
		case a.Name != nil:
			named = true
			at = b.find(a)
		case named:
			b.refuse(codeArgOrder, a.Value.Place(), "a positional argument stands before the named ones")
			at = -1
		case i >= len(b.params):
			b.refuse(codeUnknownArg, a.Value.Place(), "too many arguments: got %d, want %d at most", len(args), len(b.params))
			return
		}
		if at < 0 {
			continue
		}
		if first := b.given[at]; first != nil {
			b.diags.Add(diag.Errorf(codeRepeatedArg, argName(a), "argument `%s` is given twice", b.params[at].Name).
				WithRelated(first.Span, "first given here"))
			continue
		}
		b.given[at] = a
		v, diags := b.env.typed(a.Value, b.params[at].Type)
		b.values[at], b.spans[at] = v, a.Value.Place()
		b.diags.Add(diags...)
	}
}

// swapped proposes the other order where a positional argument is of a wrong type and
// another one could change places with it.
func (b *binding) swapped() {
	for n, d := range b.diags {
		i := b.positional(d.Span)
		if d.Code != codeType || d.Hint != "" || i < 0 {
			continue
		}
		for j, a := range b.given {
			if j == i || a == nil || a.Name != nil {
				continue
			}
			mine, _ := Eval(b.given[i].Value, b.env)
			other, _ := Eval(a.Value, b.env)
			if mine == nil || other == nil {
				continue
			}
			_, here := fit(other, b.params[i].Type)
			_, there := fit(mine, b.params[j].Type)
			if here && there {
				first, second := b.given[min(i, j)].Value.Place(), b.given[max(i, j)].Value.Place()
				b.diags[n] = d.WithHint("`%s` comes before `%s`: write `%s, %s`", b.params[min(i, j)].Name, b.params[max(i, j)].Name,
					second.Text(), first.Text()).WithFix(first, second.Text()).WithFix(second, first.Text())
				break
			}
		}
	}
}

// positional is the index of the argument without a name at a place, or -1.
func (b *binding) positional(at source.Span) int {
	for i, a := range b.given {
		if a != nil && a.Name == nil && a.Value.Place() == at {
			return i
		}
	}
	return -1
}

func (b *binding) refuse(code diag.Code, span source.Span, format string, args ...any) {
	b.misplaced = true
	b.diags.Add(diag.Errorf(code, span, format, args...))
}

// find is the index of the parameter that an argument names, or -1.
func (b *binding) find(a *syntax.Arg) int {
	names := make([]string, len(b.params))
	for i, p := range b.params {
		if p.Name == a.Name.Text {
			return i
		}
		names[i] = p.Name
	}
	d := unknown(codeUnknownArg, "argument", a.Name.Text, a.Name.Span, names)
	if d.Hint == "" && len(names) > 0 {
		d = d.WithHint("it takes %s", strings.Join(names, ", "))
	}
	b.diags.Add(d)
	b.misplaced = true
	return -1
}

// earlier is the value of the named parameter if it stands before the i-th.
func (b *binding) earlier(name string, i int) sig.Value {
	for j := range i {
		if b.params[j].Name == name {
			return b.values[j]
		}
	}
	return nil
}

func argName(a *syntax.Arg) source.Span {
	if a.Name != nil {
		return a.Name.Span
	}
	return a.Value.Place()
}

// Signature is a module's parameters as those of a primitive. Defaults are not
// evaluated: BindModule does that in the module's own environment.
func (m *Module) Signature() []sig.Param {
	list := make([]sig.Param, len(m.Params))
	for i, p := range m.Params {
		list[i] = sig.Param{Name: p.Name, Type: p.Type}
		if p.Default != nil {
			// The sign keeps it from being read as the name of a parameter.
			list[i].DefaultDoc = "= " + p.Default.Place().Text()
		}
	}
	return list
}

// BindModule gives each parameter of a module its value for a call: arguments are
// evaluated in the caller's environment, defaults in the module's own, where the
// parameters that they use have their values. A nil value is not known yet, and so
// is that of a default that waits for a symbol. spans holds the place of each given
// argument, by the order of m.Params.
func (p *Program) BindModule(m *Module, args []*syntax.Arg, env *Env, call source.Span) (map[string]sig.Value, []source.Span, diag.List) {
	values, spans, diags := BindArgs(m.Signature(), args, env, call)
	own := p.Env(m.Unit, map[string]sig.Value{})
	for i, param := range m.Params {
		if !spans[i].IsZero() || param.Default == nil {
			own.Values[param.Name] = values[i]
		}
	}
	for _, param := range m.Settling {
		if _, given := own.Values[param.Name]; given {
			continue
		}
		own.Values[param.Name] = nil
		if !param.Late {
			v, more := own.typed(param.Default, param.Type)
			diags.Add(more...)
			own.Values[param.Name] = v
		}
	}
	return own.Values, spans, diags
}
