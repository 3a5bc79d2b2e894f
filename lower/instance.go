package lower

import (
	"fmt"
	"strconv"
	"strings"

	"acl/ir"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
)

// scope is what the names of expressions mean: parameters, symbols and repeat
// variables. A nil value is not settled.
type scope = map[string]sig.Value

// instance is a module with its parameters, on its way to nodes.
type instance struct {
	e      *elaborator
	module *check.Module
	parent *instance // nil: the program itself
	path   string    // layer2.block[1]; empty for the program itself
	// tensors is the path that its parameters have: its own, or that of the unit
	// that it shares them with.
	tensors string
	at      source.Span // of the unit that made it

	values  scope
	symbols map[string]bool
	ins     []*terminal
	outs    []*terminal
	parts   map[string]*part
	order   []*part // in the order of the text, repeats turn by turn
	arrays  map[string]bool
	routes  []turn
	arrows  []*arrow
	ranked  int // units that routes have named so far
	// vague: something of the module is not settled or broken, so that what seems
	// to be missing may be there.
	vague bool
	// late are the parameters whose defaults wait for symbols.
	late []*check.Param
}

// terminal is a port of an instance. signal is what arrives at an input, or what
// an output puts out; arrow drives an output.
type terminal struct {
	decl   *syntax.Port
	scope  scope
	arrow  *arrow
	signal signal
}

// turn is a route with the repeat variables of its turn.
type turn struct {
	route  *syntax.Route
	scope  scope
	suffix string // [3] in the third turn of a repeat, [3][1] in a nested one
}

func (e *elaborator) openInstance(m *check.Module, parent *instance, path string, at source.Span) *instance {
	e.made[m] = true
	return &instance{
		e: e, module: m, parent: parent, path: path, tensors: path, at: at,
		values: scope{}, symbols: map[string]bool{}, parts: map[string]*part{}, arrays: map[string]bool{},
	}
}

// eval computes an expression; nil is unknown, and silently so where a message
// was given already.
func (in *instance) eval(x syntax.Expr, sc scope) sig.Value {
	v, diags := check.Eval(x, in.e.program.Env(in.module.Unit, sc))
	in.definition(diags)
	if diags.HasErrors() {
		return nil
	}
	return v
}

// definition passes on what package check says of a part of the module, unless the
// check of the module itself has spoken of the same place.
func (in *instance) definition(list diag.List) {
	for _, d := range list {
		if !in.module.Bad || !in.e.program.Said(d.Span) {
			in.e.report(in, d)
		}
	}
}

// fallback is the default of a parameter, which may use other ones.
func (in *instance) fallback(p *check.Param) sig.Value {
	v := in.eval(p.Default, in.values)
	if n, ok := v.(sig.Int); ok && p.Type.Kind == sig.KindSize {
		return sig.Size{H: int(n), W: int(n)}
	}
	return v
}

// with is a scope with one more name.
func with(sc scope, name string, v sig.Value) scope {
	out := make(scope, len(sc)+1)
	for k, old := range sc {
		out[k] = old
	}
	out[name] = v
	return out
}

// collectInputs finds the input ports, so that an outer route can name them
// before anything arrives. A port in an arm is there if the parameters say so.
func (in *instance) collectInputs(items []syntax.Item, sc scope) {
	for _, it := range items {
		switch it := it.(type) {
		case *syntax.Port:
			if !it.Out {
				in.ins = append(in.ins, &terminal{decl: it, scope: sc})
				in.declareSymbols(it)
			}
		case *syntax.If:
			if !hasInputs(it.Then) && !hasInputs(it.Else) {
				continue
			}
			if v, ok := in.eval(it.Cond, sc).(sig.Bool); !ok {
				in.vague = true
			} else if v {
				in.collectInputs(it.Then, sc)
			} else {
				in.collectInputs(it.Else, sc)
			}
		}
	}
}

func hasInputs(items []syntax.Item) bool {
	for _, it := range items {
		switch it := it.(type) {
		case *syntax.Port:
			if !it.Out {
				return true
			}
		case *syntax.If:
			if hasInputs(it.Then) || hasInputs(it.Else) {
				return true
			}
		}
	}
	return false
}

// symbol is the symbol that a dimension binds, or "".
func (in *instance) symbol(d *syntax.Dim) string {
	r, ok := d.Expr.(*syntax.Ref)
	if !ok || len(r.Parts) != 1 || r.Parts[0].Index != nil || r.Call {
		return ""
	}
	if name := r.Parts[0].Name.Text; in.symbols[name] {
		return name
	}
	return ""
}

func (in *instance) declareSymbols(p *syntax.Port) {
	for i := range p.Dims {
		in.declareNames(p.Dims[i].Expr)
	}
}

// declareNames makes the capital names of an expression symbols, unless they are
// parameters.
func (in *instance) declareNames(x syntax.Expr) {
	switch x := x.(type) {
	case *syntax.Binary:
		in.declareNames(x.X)
		in.declareNames(x.Y)
	case *syntax.Unary:
		in.declareNames(x.X)
	case *syntax.Ref:
		name := x.Parts[0].Name.Text
		_, taken := in.values[name]
		if !taken && len(x.Parts) == 1 && !x.Call && name[0] >= 'A' && name[0] <= 'Z' {
			in.symbols[name] = true
			in.values[name] = nil
		}
	}
}

// declared is the shape that a port's own text gives, as far as it is settled.
func (in *instance) declared(t *terminal) (sig.Shape, bool) {
	shape := make(sig.Shape, len(t.decl.Dims))
	settled := true
	for i := range shape {
		shape[i] = in.dim(t, i)
		settled = settled && shape[i] != sig.Unknown
	}
	return shape, settled
}

// dim is a dimension of a port, Unknown for ? and where it is not settled.
func (in *instance) dim(t *terminal, i int) int {
	d := &t.decl.Dims[i]
	if d.Expr == nil {
		return sig.Unknown
	}
	switch v := in.eval(d.Expr, t.scope).(type) {
	case nil:
		return sig.Unknown
	case sig.Int:
		if v >= 1 {
			return int(v)
		}
		in.definition(diag.List{diag.Errorf(codeValue, d.Span, "a dimension is 1 or more, got %d", v)})
	default:
		in.definition(diag.List{diag.Errorf(codeValue, d.Span, "a dimension is an int, got %s", ir.ValueText(v))})
	}
	return sig.Unknown
}

// accept holds a shape against a port, binds the symbols of an input, and returns
// what both settle. Where they disagree, it returns what the port wants.
func (in *instance) accept(t *terminal, got sig.Shape) (shape sig.Shape, want string, ok bool) {
	if got != nil && len(got) != len(t.decl.Dims) {
		return nil, in.wanted(t), false
	}
	shape = make(sig.Shape, len(t.decl.Dims))
	for i := range shape {
		shape[i] = in.dim(t, i)
		if got == nil || got[i] == sig.Unknown {
			continue
		}
		if shape[i] != sig.Unknown && shape[i] != got[i] {
			return nil, in.wanted(t), false
		}
		shape[i] = got[i]
		if name := in.symbol(&t.decl.Dims[i]); name != "" && in.values[name] == nil && !t.decl.Out {
			in.values[name] = sig.Int(got[i])
		}
	}
	return shape, "", true
}

// wanted is the shape of a port as messages print it: numbers where they are
// settled, else what was written.
func (in *instance) wanted(t *terminal) string {
	parts := make([]string, len(t.decl.Dims))
	for i := range parts {
		d := &t.decl.Dims[i]
		switch n := in.dim(t, i); {
		case n != sig.Unknown:
			parts[i] = strconv.Itoa(n)
		case d.Expr == nil:
			parts[i] = "?"
		default:
			parts[i] = strings.TrimSpace(d.Span.Text())
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// run elaborates the instance for what arrives at its inputs. refuse is told of an
// input whose shape does not fit.
func (in *instance) run(arrivals []signal, refuse func(i int, want string)) {
	for i, t := range in.ins {
		t.signal = arrivals[i]
	}
	// A symbol that a later port binds may stand in an expression of an earlier one.
	for range 2 {
		in.acceptAll(refuse)
	}
	in.checkSymbols()
	for _, p := range in.late {
		in.values[p.Name] = in.fallback(p)
	}
	if len(in.late) > 0 {
		in.acceptAll(refuse)
	}
	in.expand(in.module.Decl.Items, in.values, "")
	for i := 0; i < len(in.order); i++ {
		in.resolve(in.order[i])
	}
	for _, r := range in.routes {
		in.wire(r)
	}
	in.checkArrows()
	for _, p := range in.dataOrder() {
		in.runPart(p)
	}
	for _, t := range in.outs {
		in.finish(t)
	}
}

// acceptAll holds what arrives against the inputs.
func (in *instance) acceptAll(refuse func(i int, want string)) {
	for i, t := range in.ins {
		shape, want, ok := in.accept(t, t.signal.shape)
		if !ok {
			refuse(i, want)
			t.signal = poison
		} else if t.signal.node == ir.None {
			t.signal.shape = shape
		}
	}
}

// checkSymbols refuses a symbol that stands in expressions only: what arrives says
// nothing of it.
func (in *instance) checkSymbols() {
	for _, t := range in.ins {
		for i := range t.decl.Dims {
			d := &t.decl.Dims[i]
			if d.Expr == nil || !in.waits(d.Expr) || in.symbol(d) != "" {
				continue
			}
			bound := true
			for _, other := range in.ins {
				bound = bound && known(other.signal.shape)
			}
			if bound {
				in.e.report(in, diag.Errorf(codeOpenShape, d.Span, "a symbol is bound where it stands alone").
					WithLabel("this binds nothing").WithHint("give the symbol a dimension of its own, or make it a parameter"))
			}
		}
	}
}

// waits reports whether an expression names a symbol without a value.
func (in *instance) waits(x syntax.Expr) bool {
	switch x := x.(type) {
	case *syntax.Binary:
		return in.waits(x.X) || in.waits(x.Y)
	case *syntax.Unary:
		return in.waits(x.X)
	case *syntax.Ref:
		name := x.Parts[0].Name.Text
		return in.symbols[name] && in.values[name] == nil
	}
	return false
}

// expand settles `if` and `repeat`, and gathers outputs, units and routes.
func (in *instance) expand(items []syntax.Item, sc scope, suffix string) {
	for _, it := range items {
		switch it := it.(type) {
		case *syntax.Param:
		case *syntax.Port:
			if it.Out {
				in.outs = append(in.outs, &terminal{decl: it, scope: sc, signal: poison})
			}
		case *syntax.Unit:
			in.declare(it, sc)
		case *syntax.Route:
			in.routes = append(in.routes, turn{it, sc, suffix})
		case *syntax.If:
			in.expandIf(it, sc, suffix)
		case *syntax.Repeat:
			in.expandRepeat(it, sc, suffix)
		default:
			panic(fmt.Sprintf("lower: item of type %T", it))
		}
	}
}

func (in *instance) expandIf(it *syntax.If, sc scope, suffix string) {
	switch v := in.eval(it.Cond, sc).(type) {
	case nil:
		in.vague = true
	case sig.Bool:
		if v {
			in.expand(it.Then, sc, suffix)
		} else {
			in.expand(it.Else, sc, suffix)
		}
	default:
		in.vague = true
		in.definition(diag.List{diag.Errorf(codeType, it.Cond.Place(), "a condition is true or false, got %s", ir.ValueText(v))})
	}
}

func (in *instance) expandRepeat(it *syntax.Repeat, sc scope, suffix string) {
	low, high, settled, diags := check.EvalRepeat(it.Range, in.e.program.Env(in.module.Unit, sc))
	in.definition(diags)
	if !settled {
		in.vague = true
		return
	}
	if high-low >= maxTurns {
		in.vague = true
		in.e.report(in, diag.Errorf(codeSize, it.Range.Place(), "a repeat has at most %d turns, got %d", maxTurns, high-low+1))
		return
	}
	for i := low; i <= high; i++ {
		in.expand(it.Items, with(sc, it.Var.Text, sig.Int(i)), fmt.Sprintf("%s[%d]", suffix, i))
	}
}

// finish checks what an output puts out.
func (in *instance) finish(t *terminal) {
	if t.arrow == nil {
		t.signal = poison
	} else {
		t.signal = t.arrow.arrive()
	}
	shape, want, ok := in.accept(t, t.signal.shape)
	if !ok {
		d := in.traced(t.arrow, diag.Errorf(codeShape, t.arrow.span, "got %s from %s, want %s by %s",
			ir.ShapeText(t.signal.shape), t.arrow.from.text, want, t.decl.Name.Text))
		wanted, _ := in.declared(t)
		in.e.report(in, remedy(d, t.arrow, wanted))
		t.signal = poison
		return
	}
	if t.signal.node == ir.None {
		t.signal.shape = shape
	}
}
