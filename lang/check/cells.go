package check

import (
	"slices"
	"strings"

	"acl/lang/sig"
	"acl/lang/syntax"
)

// Cell is one setting of an experiment: a case, with a value for each `vary`. Its
// blocks have their own layers with the experiment's over them: what it says for
// all cells, then its vary, then its case.
type Cell struct {
	Experiment *Experiment
	Number     int      // from 0: cases in their order, the last vary fastest
	Case       string   // empty where the experiment has none
	Values     []Varied // in the order of the text
	Train      *Plan
	Schedule   *Settings
	Args       map[string]sig.Value // of the module's parameters
}

// Varied is a value that a cell gives what the experiment varies.
type Varied struct {
	Path  string // noise.weight, M.param, optimizer.rate
	Text  string // as written
	Value sig.Value
}

// Cells are the settings of an experiment that has no error, or nil where its pair
// has no usable train block.
func (p *Program) Cells(e *Experiment) []*Cell {
	base := p.trainOf(e)
	if e.Bad || base == nil {
		return nil
	}
	var axes []*Setting
	cases := []string{}
	for _, it := range e.Settings.Items {
		switch it.Path {
		case "vary":
			axes = append(axes, it)
		case "case":
			cases = append(cases, it.Subject.Text)
		}
	}
	if len(cases) == 0 {
		cases = append(cases, "")
	}
	var out []*Cell
	for _, name := range cases {
		at := make([]int, len(axes))
		for more := true; more; more = next(at, axes) {
			c := &Cell{Experiment: e, Number: len(out), Case: name, Args: map[string]sig.Value{}}
			p.fill(c, base, axes, at)
			out = append(out, c)
		}
	}
	return out
}

// next counts up: at is the place on each axis, the last one moves fastest. It
// reports false after the last setting.
func next(at []int, axes []*Setting) bool {
	for i := len(at) - 1; i >= 0; i-- {
		if at[i]++; at[i] < len(axes[i].Value.(sig.List)) {
			return true
		}
		at[i] = 0
	}
	return false
}

// Declared is the fabric that a program's text declares: layers that a command
// line or an experiment puts over it have its declaration.
func (f *Fabric) Declared() *Fabric {
	for f.Base != nil && f.Base.Decl == f.Decl {
		f = f.Base
	}
	return f
}

// trainOf is the train block of an experiment's pair, with what a command line has
// put over it.
func (p *Program) trainOf(e *Experiment) *Plan {
	for _, b := range p.Plans {
		if b.Kind == "train" && !b.Bad && b.Module == e.Module && b.Fabric.Declared() == e.Fabric {
			return b
		}
	}
	return nil
}

// Experimented reports whether a train block runs in an experiment only.
func (p *Program) Experimented(train *Plan) bool {
	return train.Kind == "train" && slices.ContainsFunc(p.Experiments, func(e *Experiment) bool { return p.trainOf(e) == train })
}

// fill gives a cell its blocks.
func (p *Program) fill(c *Cell, base *Plan, axes []*Setting, at []int) {
	var own, chosen []*Setting
	for _, it := range c.Experiment.Settings.Items {
		if it.Case == nil && it.Key.Block != "experiment" {
			own = append(own, it)
		} else if it.Case != nil && it.Case.Text == c.Case {
			settled := *it
			settled.Case = nil
			chosen = append(chosen, &settled)
		}
	}
	train := *base
	train.Fabric = &Fabric{
		Name: base.Fabric.Name, Unit: p.Root, Decl: base.Fabric.Decl, Base: base.Fabric,
		Settings: &Settings{Span: c.Experiment.Decl.Body.Span},
	}
	train.Settings = &Settings{Items: base.Settings.Items, Span: base.Settings.Span}
	c.Train = &train
	c.Schedule = &Settings{Span: c.Experiment.Decl.Body.Span}
	if s := p.Plan("schedule", base.Module, base.Fabric); s != nil {
		c.Schedule.Items = s.Settings.Items
	} else if s := p.Plan("schedule", base.Module, c.Experiment.Fabric); s != nil {
		c.Schedule.Items = s.Settings.Items
	}
	c.overlay(own)
	for i, axis := range axes {
		p.vary(c, axis, at[i])
	}
	c.overlay(chosen)
}

// overlay puts a layer over the blocks that know its settings.
func (c *Cell) overlay(layer []*Setting) {
	for _, s := range []struct {
		block string
		over  *Settings
	}{{"fabric", c.Train.Fabric.Settings}, {"schedule", c.Schedule}, {"train", c.Train.Settings}} {
		var mine []*Setting
		for _, it := range layer {
			if it.Key.Block == s.block {
				mine = append(mine, it)
			}
		}
		s.over.Items = Overlay(s.over.Items, mine)
	}
}

// vary gives a cell the value at a place of an axis: a setting, a parameter of the
// module, or an argument of a call that the train block makes.
func (p *Program) vary(c *Cell, axis *Setting, at int) {
	path, value := axis.Subject.Text, axis.Value.(sig.List)[at]
	expr := axis.Expr.(*syntax.ListLit).Items[at]
	c.Values = append(c.Values, Varied{path, strings.TrimSpace(expr.Place().Text()), value})
	s := &settler{p: p, blocks: []string{"fabric", "schedule", "train"}}
	if key := s.key(path); key != nil {
		c.set(key, path, value, axis, expr)
		return
	}
	dot := strings.LastIndexByte(path, '.')
	head, name := path[:dot], path[dot+1:]
	if key := s.key(head); key != nil && key.Type.Kind == sig.KindCall {
		c.set(key, head, c.argument(key, head, name, value), axis, expr)
		return
	}
	c.Args[name] = value
}

// set puts one setting over a cell's blocks.
func (c *Cell) set(key *sig.Key, path string, v sig.Value, axis *Setting, expr syntax.Expr) {
	at := expr.Place()
	c.overlay([]*Setting{{Key: key, Path: path, Value: v, Expr: expr, KeySpan: at, Span: at, Decl: axis.Decl}})
}

// argument is the call that a block makes under a key, with one argument replaced.
func (c *Cell) argument(key *sig.Key, path, name string, v sig.Value) sig.Value {
	made := key.Default
	for _, s := range []*Settings{c.Train.Settings, c.Schedule} {
		if it := s.Get(path); it != nil {
			made = it.Value
		}
	}
	call, ok := made.(sig.Call)
	if !ok {
		return made
	}
	call.Args = slices.Clone(call.Args)
	for i, p := range call.Func.Params {
		if p.Name == name {
			call.Args[i] = v
		}
	}
	return call
}

// At is a cell's training with one seed, on one die.
func (p *Program) At(c *Cell, seed, die int) *Cell {
	t := *c
	train, fabric := *c.Train, *c.Train.Fabric
	t.Train, train.Fabric = &train, &fabric
	train.Settings = p.with(train.Settings, "train", "seed", seed)
	fabric.Settings = p.with(fabric.Settings, "fabric", "die", die)
	return &t
}

// with puts a whole number over a layer's settings. Without a place in the text
// it has that of the block.
func (p *Program) with(s *Settings, block, path string, v int) *Settings {
	it := &Setting{Key: p.Table.Key(block, path), Path: path, Value: sig.Int(v), KeySpan: s.Span, Span: s.Span}
	return &Settings{Items: Overlay(s.Items, []*Setting{it}), Span: s.Span}
}
