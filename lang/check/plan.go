package check

import (
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
)

// plans reads the schedule, train and infer blocks of the root; those of other
// files do nothing.
func (c *checker) plans() {
	for _, d := range c.p.Root.File.Decls {
		if p, ok := d.(*syntax.Plan); ok {
			c.plan(p)
		}
	}
	for _, p := range c.p.Plans {
		if p.Kind == "train" {
			c.pulsed(p)
		}
	}
}

// pair resolves the module and the fabric of a plan or an experiment; ok is false
// where one of them is not usable.
func (c *checker) pair(u *Unit, module, fabric syntax.Path) (*Module, *Fabric, bool) {
	if c.swapped(u, module, fabric) {
		return nil, nil, false
	}
	decl, diags := c.p.findPath(u, module, "a module")
	m, _ := decl.(*Module)
	decl, more := c.p.findPath(u, fabric, "a fabric")
	f, _ := decl.(*Fabric)
	c.diags.Add(diags...)
	c.diags.Add(more...)
	return m, f, m != nil && f != nil && !m.Bad && !f.Bad
}

// swapped reports a fabric that stands where its module belongs, and the other way
// round: one slip, one error.
func (c *checker) swapped(u *Unit, module, fabric syntax.Path) bool {
	f, _ := c.p.findParts(u, module.Parts, nil)
	m, _ := c.p.findParts(u, fabric.Parts, nil)
	_, first := f.(*Fabric)
	_, second := m.(*Module)
	if first && second {
		c.diags.Add(diag.Errorf(codeWrongKind, module.Span, "`%s` is a fabric, want a module", module).
			WithRelated(fabric.Span, "the module is here").WithHint("write `%s on %s`", fabric, module).
			WithFix(module.Span, fabric.String()).WithFix(fabric.Span, module.String()))
	}
	return first && second
}

func (c *checker) plan(d *syntax.Plan) {
	u := c.p.Root
	m, f, ok := c.pair(u, d.Module, d.Fabric)
	p := &Plan{Kind: d.Kind.Text, Unit: u, Decl: d, Module: m, Fabric: f, Bad: !ok}
	if ok {
		c.defaults(m, d.Module.Span, p)
		if first := c.p.Plan(p.Kind, m, f); first != nil {
			c.diags.Add(diag.Errorf(codePlanTwice, d.Kind.Span, "`%s on %s` has a second %s block", d.Module, d.Fabric, p.Kind).
				WithRelated(first.Decl.Kind.Span, "the first is here"))
			p.Bad = true
		}
	}
	env := c.p.Env(u, nil)
	env.module = m
	s := &settler{p: c.p, u: u, env: env, blocks: []string{p.Kind}}
	p.Settings = s.block(d.Body)
	c.required(s, p)
	c.fields(s, p)
	c.diags.Add(s.diags...)
	p.Bad = p.Bad || s.diags.HasErrors()
	c.p.Plans = append(c.p.Plans, p)
}

// defaults checks that a planned module needs no arguments.
func (c *checker) defaults(m *Module, at source.Span, p *Plan) {
	for _, param := range m.Params {
		if param.Default == nil {
			c.diags.Add(diag.Errorf(codeMissingArg, at, "the parameter `%s` of `%s` has no default", param.Name, m.Decl.Name.Text).
				WithRelated(param.Decl.Name.Span, "declared here").
				WithHint("wrap it in a module of your own that gives it"))
			p.Bad = true
			return
		}
	}
}

// required checks that the keys without a default are there. What is there and
// wrong has been reported.
func (c *checker) required(s *settler, p *Plan) {
	keys := map[string][]string{"train": {"data", "loss"}, "infer": {"weights", "data"}}[p.Kind]
	for _, k := range keys {
		if s.earlier[k] == nil && !c.p.Root.broken {
			s.diags.Add(diag.Errorf(codeMissingKey, p.Decl.Kind.Span, "the %s block needs `%s`", p.Kind, k))
		}
	}
	epochs, steps := p.Settings.Get("epochs"), p.Settings.Get("steps")
	if p.Kind == "train" && epochs != nil && steps != nil {
		s.diags.Add(diag.Errorf(codeConflict, steps.KeySpan, "a training has `epochs` or `steps`, not both").
			WithRelated(epochs.KeySpan, "the other one"))
	}
	for group, need := range map[string]string{"stop": "when", "scan": "every"} {
		it := groupItem(p.Settings, group)
		if it != nil && it.Value == nil && s.earlier[group+"."+need] == nil {
			s.diags.Add(diag.Errorf(codeMissingKey, it.KeySpan, "`%s` needs `%s`", group, need))
		}
	}
}

func groupItem(s *Settings, path string) *Setting {
	for _, it := range s.Items {
		if it.Path == path && it.Key.Group && it.Case == nil {
			return it
		}
	}
	return nil
}

// fields checks what a plan says of its data and its module's ports: the loss, the
// condition of stop, and feed.
func (c *checker) fields(s *settler, p *Plan) {
	if p.Module == nil || p.Module.Bad || p.Kind == "schedule" {
		return
	}
	if p.Kind == "train" {
		_, diags := c.p.Losses(p)
		s.diags.Add(diags...)
		if it := p.Settings.Get("stop.when"); it != nil {
			_, diags := ParseCondition(it.Expr, Metrics(), s.env)
			s.diags.Add(diags...)
		}
	}
	c.feed(s, p)
}

// feed checks that each input gets a field that the data has.
func (c *checker) feed(s *settler, p *Plan) {
	fed := map[string]bool{}
	unknownPort := false // it may be meant for the input that gets nothing
	data := p.data()
	for _, it := range p.Settings.Items {
		port, ok := cutFeed(it.Path)
		if !ok {
			continue
		}
		fed[port] = true
		if decl := p.Module.port(port); decl == nil || decl.Out {
			unknownPort = true
			s.diags.Add(unknown(codeUnknown, "input", port, it.KeySpan, p.Module.portList(false)))
		}
		if name, ok := it.Value.(sig.Name); ok {
			s.diags.Add(noField(data, name)...)
		}
	}
	inputs := p.Module.portList(false)
	if unknownPort || len(inputs) < 2 && len(fed) == 0 {
		return
	}
	for _, name := range inputs {
		if !fed[name] {
			s.diags.Add(diag.Errorf(codeNoFeed, p.Decl.Kind.Span, "the input `%s` of `%s` gets no field of the data", name, p.Module.Decl.Name.Text).
				WithHint("say it: `feed { %s: input; }`", name))
		}
	}
}

func cutFeed(path string) (string, bool) {
	if len(path) > 5 && path[:5] == "feed." {
		return path[5:], true
	}
	return "", false
}

// port is a port of a module in any arm, or nil.
func (m *Module) port(name string) *syntax.Port {
	for _, p := range m.items.ports {
		if p.Name.Text == name {
			return p
		}
	}
	return nil
}

// portList is the names of the inputs that every instance has, or of all outputs.
func (m *Module) portList(out bool) []string {
	list := m.Ports
	if out {
		list = m.items.ports
	}
	var names []string
	for _, p := range list {
		if p.Out == out {
			names = append(names, p.Name.Text)
		}
	}
	return names
}

// data is the call of the data set, or nil where that is wrong or absent.
func (p *Plan) data() *sig.Call {
	if it := p.Settings.Get("data"); it != nil {
		if call, ok := it.Value.(sig.Call); ok {
			return &call
		}
	}
	return nil
}

// pulsed refuses what an update in place cannot do, for it keeps no state beside the
// cells, and two arrays without it.
func (c *checker) pulsed(train *Plan) {
	opt := train.Settings.Get("optimizer")
	if train.Bad || opt == nil {
		return
	}
	call, ok := opt.Value.(sig.Call)
	if !ok {
		return
	}
	var update *Setting
	if schedule := c.p.Plan("schedule", train.Module, train.Fabric); schedule != nil {
		update = schedule.Settings.Get("update")
	}
	inPlace := update != nil && update.Value == sig.Value(sig.Word("pulsed"))
	if call.Func.Name == "nn.two_array" && !inPlace {
		c.diags.Add(diag.Errorf(codeOptimizer, opt.Span, "%s takes pulses in place, and the schedule accumulates gradients", call.Func.Name).
			WithHint("`update: pulsed;` in the schedule"))
	}
	if !inPlace {
		return
	}
	refuse := func(span source.Span, what string) {
		c.diags.Add(diag.Errorf(codeOptimizer, span, "%s needs a state that `update: pulsed` does not keep", what).
			WithRelated(update.KeySpan, "pulses go into the cells in place").WithHint("`update: accumulated` keeps it"))
	}
	if call.Func.Name == "nn.adam" {
		refuse(opt.Span, "Adam")
		return
	}
	for i, param := range call.Func.Params {
		v := call.Args[i]
		if (param.Name == "momentum" || param.Name == "decay") && v != nil && v != sig.Value(sig.Float(0)) {
			refuse(call.Spans[i], param.Name)
		}
	}
}
