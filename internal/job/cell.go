package job

import (
	"fmt"
	"slices"

	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lower"
)

// Grid is an experiment with its cells.
type Grid struct {
	Experiment *check.Experiment
	Cells      []*check.Cell
	models     []*Model // by cell, as its first trial has it
}

// Trial is one training of an experiment: a cell with one seed, on one die.
type Trial struct {
	Cell      *check.Cell
	Seed, Die int
}

// grids are a program's, with what there is to say about them.
type grids struct {
	list  []*Grid
	diags diag.List
}

// Grids lowers every cell of the program's experiments, once for the program, and
// returns the experiments without errors of the check, in the order of the text.
// The messages are those of lowering; each cause comes once.
func (p *Program) Grids() ([]*Grid, diag.List) {
	if p.grids != nil {
		return p.grids.list, p.grids.diags
	}
	p.grids = &grids{}
	for _, e := range p.Experiments {
		cells := p.Cells(e)
		if cells == nil {
			continue
		}
		g := &Grid{Experiment: e, Cells: cells}
		for _, c := range cells {
			m, diags := p.lowerCell(c)
			g.models = append(g.models, m)
			p.grids.diags.Add(diags...)
		}
		p.grids.list = append(p.grids.list, g)
	}
	p.grids.diags = once(p.grids.diags)
	return p.grids.list, p.grids.diags
}

// lowerCell lowers the train block of a cell.
func (p *Program) lowerCell(c *check.Cell) (*Model, diag.List) {
	s := &lower.State{Program: p.Program, Module: c.Train.Module, Fabric: c.Train.Fabric, Schedule: c.Schedule, Train: c.Train}
	s.Options.Args, s.Options.Inputs = c.Args, p.inputShapes(c.Train)
	if c.Schedule.Get("own") != nil {
		probe := *s
		lower.Run(&probe, "place")
		if !probe.Diags.HasErrors() {
			lower.Divide([]*lower.State{&probe})
			if probe.Diags.HasErrors() {
				return &Model{Plan: c.Train, State: s}, probe.Diags
			}
			s.Share = probe.Share
		}
	}
	return p.lower(c.Train, s, "")
}

// Lowered is a trial's model.
func (p *Program) Lowered(t *Trial) (*Model, diag.List) {
	m, diags := p.lowerCell(p.At(t.Cell, t.Seed, t.Die))
	m.Trial = t
	return m, diags
}

// Trials are the trainings of an experiment, cell by cell: each seed on each die.
// Seeds count up from the cell's own, dies from its chip's.
func (p *Program) Trials(g *Grid) []*Trial {
	var out []*Trial
	for i, c := range g.Cells {
		f := g.models[i].Fabric()
		for s := range g.Seeds() {
			for d := range g.count("dies") {
				out = append(out, &Trial{Cell: c, Seed: int(f.Learn.Seed) + s, Die: int(f.Chip.Die) + d})
			}
		}
	}
	return out
}

// Seeds is the number of runs of each cell on each die.
func (g *Grid) Seeds() int { return g.count("seeds") }

func (g *Grid) count(key string) int {
	if it := g.Experiment.Settings.Get(key); it != nil {
		if v, ok := it.Value.(sig.Int); ok {
			return int(v)
		}
	}
	return 1
}

// Grid returns the experiment of a name.
func (p *Program) Grid(name string) (*Grid, error) {
	list, _ := p.Grids()
	var names []string
	for _, g := range list {
		if g.Experiment.Name == name {
			return g, nil
		}
		names = append(names, g.Experiment.Name)
	}
	return nil, fmt.Errorf("%s has no experiment %s: it has %v", p.Path, name, names)
}

// trial finds the training that a record is of.
func (p *Program) trial(rec *TrialRecord, seed uint64) (*Trial, error) {
	g, err := p.Grid(rec.Experiment)
	if err != nil {
		return nil, err
	}
	if rec.Cell < 0 || rec.Cell >= len(g.Cells) {
		return nil, fmt.Errorf("the experiment %s has %d cells, and the record is of number %d", rec.Experiment, len(g.Cells), rec.Cell)
	}
	return &Trial{Cell: g.Cells[rec.Cell], Seed: int(seed), Die: rec.Die}, nil
}

// once drops messages that say the same of the same place.
func once(list diag.List) diag.List {
	type cause struct {
		code    diag.Code
		span    source.Span
		message string
	}
	seen := map[cause]bool{}
	var out diag.List
	for _, d := range list {
		if c := (cause{d.Code, d.Span, d.Message}); !seen[c] {
			seen[c] = true
			out = append(out, d)
		}
	}
	return out
}

// Prunes reports whether cells that cannot win are given up.
func (g *Grid) Prunes() bool {
	it := g.Experiment.Settings.Get("prune")
	return it != nil && it.Value == sig.Value(sig.Bool(true))
}

// Baseline is the case that others are compared with; empty for none.
func (g *Grid) Baseline() string {
	if it := g.Experiment.Settings.Get("baseline"); it != nil {
		if n, ok := it.Value.(sig.Name); ok {
			return n.Text
		}
	}
	return ""
}

// Metrics are the numbers of the experiment's report, else of its train block's,
// else all that a training may have.
func (g *Grid) Metrics() []string {
	list := []string{"top1", "top5", "loss", "energy", "latency"}
	for _, s := range []*check.Settings{g.Cells[0].Train.Settings, g.Experiment.Settings} {
		if it := s.Get("report"); it != nil {
			list = sig.Words(it.Value)
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(m string) bool { return m == "confusion" })
}

// Params is the number of parameters of a cell's network.
func (g *Grid) Params(c *check.Cell) int64 { return g.models[c.Number].Fabric().Params }
