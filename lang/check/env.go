package check

import (
	"slices"
	"strings"

	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/spell"
	"acl/lang/syntax"
)

// Env is what the names of an expression mean. The zero Env knows none.
type Env struct {
	// Values are the parameters, symbols and repeat variables in reach. A nil value
	// is known by name only: what depends on it is unknown, and silently so.
	Values map[string]sig.Value

	program *Program
	unit    *Unit
	module  *Module // whose units and ports a setting may name; nil for none
	scope   *scope  // of the module that is checked, to say what a name is
}

// Env returns the environment of expressions in a file: its declarations and
// imports, and the given values, which win.
func (p *Program) Env(u *Unit, values map[string]sig.Value) *Env {
	return &Env{Values: values, program: p, unit: u}
}

// with returns a copy of the environment with one more value.
func (env *Env) with(name string, v sig.Value) *Env {
	e := *env
	e.Values = make(map[string]sig.Value, len(env.Values)+1)
	for k, old := range env.Values {
		e.Values[k] = old
	}
	e.Values[name] = v
	return &e
}

// names lists what an expression could have named, sorted.
func (env *Env) names() []string {
	var list []string
	for n := range env.Values {
		list = append(list, n)
	}
	if env.unit != nil {
		list = append(list, env.unit.names()...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// unknown is the error for a name that nothing answers to.
func unknown(code diag.Code, what, name string, span source.Span, candidates []string) diag.Diag {
	d := diag.Errorf(code, span, "unknown %s `%s`", what, name).WithLabel("nothing has this name")
	if near, ok := spell.Nearest(name, candidates); ok {
		d = d.WithHint("did you mean `%s`?", near)
		// Of a.b the place may be that of b.
		if before := strings.TrimSuffix(name, span.Text()); strings.HasPrefix(near, before) && before+span.Text() == name {
			d = d.WithFix(span, strings.TrimPrefix(near, before))
		}
	}
	return d
}

// ref evaluates a reference in an expression.
func (env *Env) ref(r *syntax.Ref) (sig.Value, diag.List) {
	first := r.Parts[0].Name
	if v, ok := env.Values[first.Text]; ok {
		env.use(first.Text)
		if len(r.Parts) == 1 && r.Parts[0].Index == nil && !r.Call {
			return v, nil
		}
		return nil, diag.List{diag.Errorf(codeNoValue, r.NameSpan(), "`%s` is a value: it has no parts and takes no arguments", first.Text)}
	}
	if env.scope != nil {
		if e := env.scope.entries[first.Text]; e != nil && e.clash {
			return nil, nil
		}
		if kind, ok := env.scope.kindOf(first.Text); ok {
			return nil, diag.List{diag.Errorf(codeNoValue, r.NameSpan(), "`%s` is %s, not a value", first.Text, kind)}
		}
	}
	if env.program == nil {
		return nil, diag.List{unknown(codeUnknown, "name", first.Text, first.Span, append(env.names(), "true", "false"))}
	}
	decl, diags := env.program.find(env.unit, r, func() []string { return append(env.names(), "true", "false") })
	switch d := decl.(type) {
	case *Module:
		if r.Call {
			return nil, diag.List{diag.Errorf(codeNoValue, r.NameSpan(), "an instance of `%s` is no value", r).
				WithHint("declare it: `unit u = %s(..);`", r)}
		}
		return sig.Module{Name: d.Name}, diags
	case *sig.Func:
		return env.call(d, r)
	case *sig.Primitive:
		return nil, diag.List{diag.Errorf(codeNoValue, r.NameSpan(), "`%s` is a unit, not a value", r)}
	case *Fabric, *Policy, *Experiment, *Import:
		return nil, diag.List{diag.Errorf(codeNoValue, r.NameSpan(), "`%s` is %s, not a value", r, kindOf(decl))}
	}
	return nil, diags
}

// call binds the arguments of a library function.
func (env *Env) call(f *sig.Func, r *syntax.Ref) (sig.Value, diag.List) {
	if !r.Call {
		return nil, diag.List{diag.Errorf(codeNoValue, r.NameSpan(), "`%s` is a function", r).WithHint("call it: `%s(..)`", r)}
	}
	args, spans, diags := BindArgs(f.Params, r.Args, env, r.NameSpan())
	if diags.HasErrors() {
		return nil, diags
	}
	call := sig.Call{Func: f, Args: args, Spans: spans}
	diags.Add(checkCall(call, r)...)
	return call, diags
}

// use notes that a parameter has been read.
func (env *Env) use(name string) {
	if env.scope != nil {
		env.scope.use(name)
	}
}

// kindOf is what a declaration is, in words.
func kindOf(decl any) string {
	switch d := decl.(type) {
	case *Module:
		return "a module"
	case *Fabric:
		return "a fabric"
	case *Policy:
		return "a policy"
	case *Experiment:
		return "an experiment"
	case *sig.Primitive:
		return "a unit"
	case *sig.Func:
		return groupWord(d.Group)
	case *Import:
		return "an import"
	}
	panic("check: unknown kind of declaration")
}

// groupWord names a member of a group of functions, with its article.
func groupWord(group string) string {
	switch group {
	case "data":
		return "a data set"
	case "loss":
		return "a loss"
	case "optimizer":
		return "an optimizer"
	case "rate":
		return "a course of the rate"
	case "augment":
		return "an augmentation"
	case "choose":
		return "a heuristic"
	}
	return "a function"
}
