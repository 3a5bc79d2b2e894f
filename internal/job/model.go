package job

import (
	"context"
	"path/filepath"
	"slices"

	"acl/fabric"
	"acl/internal/dataset"
	"acl/ir"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lower"
)

// Model is a train or infer block, lowered.
type Model struct {
	Plan   *check.Plan
	Trial  *Trial // of an experiment; nil: the block as it stands
	State  *lower.State
	Passes []lower.PassTime
}

// Fabric is the model's fabric program.
func (m *Model) Fabric() *fabric.Program { return m.State.Fab }

// Graph is what the model's module computes.
func (m *Model) Graph() *ir.Graph { return m.State.Graph }

// Lower lowers a block up to and including a pass, or through all for an empty
// name. The model is usable if the messages hold no error.
func (p *Program) Lower(plan *check.Plan, last string) (*Model, diag.List) {
	s := p.state(plan)
	share, diags := p.share(plan)
	if diags.HasErrors() {
		return &Model{Plan: plan, State: s}, diags
	}
	s.Share = share
	return p.lower(plan, s, last)
}

// state is what the passes of a block begin with.
func (p *Program) state(plan *check.Plan) *lower.State {
	s := &lower.State{Program: p.Program, Module: plan.Module, Fabric: plan.Fabric}
	if schedule := p.Plan("schedule", plan.Module, plan.Fabric.Declared()); schedule != nil {
		s.Schedule = schedule.Settings
	} else if schedule := p.Plan("schedule", plan.Module, plan.Fabric); schedule != nil {
		s.Schedule = schedule.Settings
	}
	s.Options.Inputs = p.inputShapes(plan)
	switch plan.Kind {
	case "train":
		s.Train = plan
	case "infer":
		s.Infer = plan
	}
	return s
}

// lower lowers a block whose schedule and arguments are in the state.
func (p *Program) lower(plan *check.Plan, s *lower.State, last string) (*Model, diag.List) {
	m := &Model{Plan: plan, State: s}
	m.Passes = lower.Run(s, last)
	if last == "" && m.Fabric() != nil && !s.Diags.HasErrors() {
		s.Diags.Add(fitting(m)...)
	}
	return m, s.Diags
}

// fitting checks that the data of a block fit its ports and losses, as far as their
// shapes are known without reading a file.
func fitting(m *Model) diag.List {
	call, ok := dataCall(m.Plan)
	if !ok {
		return nil
	}
	it := m.Plan.Settings.Get("data")
	info, err := dataset.Describe(request(call, nil))
	if err != nil {
		return diag.List{dataDiag(it, err)}
	}
	if !info.Known {
		return nil
	}
	if err := fits(info, m.Fabric()); err != nil {
		return diag.List{diag.Errorf(codeMisfit, it.Span, "%v", err)}
	}
	return nil
}

// Models lowers every train and infer block of the program and every cell of its
// experiments, as far as its text is right. It returns the blocks and all messages,
// those of the check included, in the order of their places. What a run lacks
// machinery for is no mistake of the program: see Refused.
func (p *Program) Models() ([]*Model, diag.List) {
	if p.Diags.HasErrors() {
		return nil, p.faults()
	}
	diags := append(diag.List{}, p.Diags...)
	var out []*Model
	for _, kind := range []string{"train", "infer"} {
		for _, plan := range p.Plans {
			if plan.Kind != kind || plan.Bad {
				continue
			}
			m, more := p.Lower(plan, "")
			diags.Add(more...)
			out = append(out, m)
		}
	}
	_, more := p.Grids()
	diags.Add(more...)
	diags = diag.Silence(once(diags), p.Files)
	diags.Sort()
	return out, diags
}

// faults are all messages of a program with errors: those of the check, those of the
// blocks that no error of the check has touched, and of the others what cannot fit
// whatever becomes of the errors.
func (p *Program) faults() diag.List {
	diags := append(diag.List{}, p.Diags...)
	for _, plan := range p.Plans {
		switch {
		case plan.Kind == "schedule" || plan.Bad:
		case p.sound(plan):
			_, more := p.Lower(plan, "")
			diags.Add(more...)
		case p.placed():
			diags.Add(lower.Beside(p.state(plan), p.Diags.Errors())...)
		}
	}
	diags = diag.Silence(once(diags), p.Files)
	diags.Sort()
	return diags
}

// sound reports whether all errors of the check lie in blocks that have nothing to do
// with this one: in those of other pairs, of modules that it is not made of, and of
// fabrics that it is not on.
func (p *Program) sound(plan *check.Plan) bool {
	if plan.Bad {
		return false
	}
	var others []source.Span
	for _, other := range p.Plans {
		known := other.Module != nil && other.Fabric != nil
		if known && (other.Module != plan.Module || other.Fabric != plan.Fabric) {
			others = append(others, other.Decl.Span)
		}
	}
	for _, f := range p.Fabrics {
		under := false
		for own := plan.Fabric; own != nil; own = own.Base {
			under = under || own.Decl == f.Decl
		}
		if !under {
			others = append(others, f.Decl.Span)
		}
	}
	made := lower.Instances(p.Program, plan.Module, p.state(plan).Options)
	for _, m := range p.Modules {
		if !m.Broken && !made[m] {
			others = append(others, m.Decl.Span)
		}
	}
	for _, d := range p.Diags.Errors() {
		if !slices.ContainsFunc(others, func(o source.Span) bool { return o.Holds(d.Span) }) {
			return false
		}
	}
	return true
}

// placed reports whether all errors of the check lie in the texts of modules, none of
// which is broken: what the blocks ask for then stands.
func (p *Program) placed() bool {
	for _, m := range p.Modules {
		if m.Broken {
			return false
		}
	}
	for _, d := range p.Diags.Errors() {
		if !slices.ContainsFunc(p.Modules, func(m *check.Module) bool { return m.Decl.Span.Holds(d.Span) }) {
			return false
		}
	}
	return true
}

// Reported tells which metrics a block's report names; without a list all but the
// confusion.
func (m *Model) Reported(metric string) bool {
	it := m.Plan.Settings.Get("report")
	if it == nil {
		return metric != "confusion"
	}
	for _, name := range sig.Words(it.Value) {
		if name == metric || name == "accuracy" && metric == "top1" {
			return true
		}
	}
	return false
}

// Refused names what a run of the program cannot do, one message for each setting that
// the machine has no parts for.
func (p *Program) Refused(models []*Model) diag.List {
	var diags diag.List
	for _, m := range models {
		diags.Add(m.State.Refused...)
	}
	grids, _ := p.Grids()
	for _, g := range grids {
		for _, m := range g.models {
			diags.Add(m.State.Refused...)
		}
	}
	diags = once(diags)
	diags.Sort()
	return diags
}

// dataCall is the data set of a block.
func dataCall(plan *check.Plan) (sig.Call, bool) {
	it := plan.Settings.Get("data")
	if it == nil {
		return sig.Call{}, false
	}
	call, ok := it.Value.(sig.Call)
	return call, ok
}

// inputShapes are the shapes of the fields that feed the module's inputs, as far
// as they are known without reading: symbols of the ports are bound to them.
func (p *Program) inputShapes(plan *check.Plan) map[string]sig.Shape {
	call, ok := dataCall(plan)
	if !ok {
		return nil
	}
	info, err := dataset.Describe(request(call, nil))
	if err != nil || !info.Known {
		return nil
	}
	out := map[string]sig.Shape{}
	for _, port := range plan.Module.Ports {
		if port.Out {
			continue
		}
		field := "input"
		if it := plan.Settings.Get("feed." + port.Name.Text); it != nil {
			if n, ok := it.Value.(sig.Name); ok {
				field = n.Text
			}
		}
		for _, f := range info.Fields() {
			if f.Name == field && f.Shape != nil {
				out[port.Name.Text] = sig.Shape(f.Shape)
			}
		}
	}
	return out
}

// folders are where a block's data are looked for: beside the program, then the
// given ones.
func (p *Program) folders(data []string) []string {
	return append([]string{filepath.Dir(p.Path)}, data...)
}

// open reads a block's data and fits them to the model. What is wrong with a file
// is reported at the setting that names it.
func (p *Program) open(ctx context.Context, m *Model, dirs []string, seed uint64) (*rows, *dataset.Set, diag.List) {
	it := m.Plan.Settings.Get("data")
	call, ok := dataCall(m.Plan)
	if !ok {
		return nil, nil, nil
	}
	set, err := openData(ctx, call, p.folders(dirs))
	if err != nil {
		return nil, nil, diag.List{dataDiag(it, err)}
	}
	r, err := newRows(set, m.Fabric(), seed)
	if err != nil {
		return nil, nil, diag.List{diag.Errorf(codeMisfit, it.Span, "%v", err)}
	}
	if diags := p.openTest(ctx, m, dirs, set); diags.HasErrors() {
		return nil, nil, diags
	}
	return r, set, nil
}

// openTest puts the test part of another data set, where the block names one
// (`test.data`), in the place of the set's own.
func (p *Program) openTest(ctx context.Context, m *Model, dirs []string, set *dataset.Set) diag.List {
	it := m.Plan.Settings.Get("test.data")
	if it == nil {
		return nil
	}
	call, ok := it.Value.(sig.Call)
	if !ok {
		return nil
	}
	other, err := openData(ctx, call, p.folders(dirs))
	if err != nil {
		return diag.List{dataDiag(it, err)}
	}
	if err := fits(other.Info, m.Fabric()); err != nil {
		return diag.List{diag.Errorf(codeMisfit, it.Span, "%v", err)}
	}
	for _, f := range set.Fields() {
		if !slices.ContainsFunc(other.Fields(), func(o dataset.Field) bool { return o.Name == f.Name && product(o.Shape) == product(f.Shape) }) {
			return diag.List{diag.Errorf(codeMisfit, it.Span, "the data to test on have no `%s` of %s, as those to learn from have: they have %s",
				f.Name, ir.ShapeText(f.Shape), fieldNames(other.Fields()))}
		}
	}
	set.Test, set.TestRows = other.Test, other.TestRows
	return nil
}
