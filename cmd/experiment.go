package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"acl/internal/experiment"
	"acl/internal/job"
)

// experiments runs those of a program, each into a folder of its own. One whose
// data cannot be read is reported, and the others go on.
func (c *runCmd) experiments(ctx context.Context, s *streams, p *job.Program) error {
	grids, _ := p.Grids()
	if len(grids) == 0 {
		return nil
	}
	out := c.Out
	if out == "" {
		var err error
		name := strings.TrimSuffix(filepath.Base(c.File), filepath.Ext(c.File))
		if out, err = job.NewDir(name); err != nil {
			return err
		}
	}
	var failed error
	for _, g := range grids {
		o := experiment.Options{Data: c.searched(), Jobs: c.Jobs, Out: filepath.Join(out, g.Experiment.Name)}
		err := c.experiment(ctx, s, p, g, o)
		switch {
		case errors.Is(err, context.Canceled):
			return fmt.Errorf("stopped: `acl run %s --out %s` goes on from here: %w", c.File, out, err)
		case errors.Is(err, errWrong):
			failed = err
		case err != nil:
			return err
		}
	}
	return failed
}

// experiment runs what is missing of one, and shows and keeps its table.
func (c *programFlags) experiment(ctx context.Context, s *streams, p *job.Program, g *job.Grid, o experiment.Options) error {
	show := &progress{s: s, last: time.Now()}
	metrics := g.Metrics()
	if !c.JSON {
		o.Progress = show.trial
		fmt.Fprintf(s.out, "experiment %s of %s on %s: %d cells, %d trainings\n", g.Experiment.Name,
			g.Experiment.Decl.Module, g.Experiment.Decl.Fabric, len(g.Cells), len(p.Trials(g)))
	}
	o.Done = func(out experiment.Outcome) {
		show.clear()
		c.print(s, out.Map(), func() { fmt.Fprintln(s.out, out.Line(metrics)) })
	}
	diverged := 0
	o.Failed = func(t *job.Trial, err error) {
		show.clear()
		diverged++
		fmt.Fprintf(s.err, "cell %d seed %d die %d came to nothing: %v\n", t.Cell.Number, t.Seed, t.Die, err)
	}
	table, diags, err := experiment.Run(ctx, p, g, o)
	show.clear()
	if table != nil && len(table.Trials) > 0 {
		c.print(s, table.Map(), func() { table.Print(s.out) })
		if err := table.Write(o.Out); err != nil {
			return err
		}
	}
	switch {
	case diags.HasErrors():
		return c.report(s, diags)
	case err != nil:
		return err
	case diverged > 0:
		fmt.Fprintf(s.err, "%s: %d trainings came to nothing\n", g.Experiment.Name, diverged)
		return errWrong
	}
	if !c.JSON {
		fmt.Fprintf(s.out, "  records, tables and plots: %s\n", o.Out)
	}
	return nil
}

type experimentCmd struct {
	Plan    experimentPlan    `cmd:"" help:"List the trainings of a program's experiments, and run nothing."`
	Cell    experimentCell    `cmd:"" help:"Run the trainings of one cell into a folder, which several machines may share."`
	Collect experimentCollect `cmd:"" help:"Make the table of what an experiment's folder holds."`
}

type experimentPlan struct {
	programFlags
}

// Run lists trainings: a line each.
func (c *experimentPlan) Run(s *streams) error {
	p, _, err := c.lowered(s)
	if err != nil {
		return err
	}
	grids, _ := p.Grids()
	for _, g := range grids {
		for _, t := range p.Trials(g) {
			c.print(s, experiment.Place(t), func() {
				fmt.Fprintf(s.out, "%s  cell %d  seed %d  die %d  %s\n", g.Experiment.Name, t.Cell.Number, t.Seed, t.Die,
					experiment.Label(t.Cell, ", "))
			})
		}
	}
	return nil
}

type experimentCell struct {
	programFlags
	Name string `arg:"" name:"experiment" help:"Name of the experiment."`
	Cell int    `arg:"" help:"Number of the cell, as plan lists it."`
	Seed *int   `help:"Only the training with this seed."`
	Out  string `required:"" placeholder:"DIR" help:"Folder of the experiment."`
	folders
	Jobs int `placeholder:"N" help:"Trainings side by side; one a processor without it."`
}

// Run trains what is missing of a cell.
func (c *experimentCell) Run(ctx context.Context, s *streams) error {
	p, _, err := c.lowered(s)
	if err != nil {
		return err
	}
	g, err := p.Grid(c.Name)
	if err != nil {
		return err
	}
	if c.Cell < 0 || c.Cell >= len(g.Cells) {
		return fmt.Errorf("the experiment %s has the cells 0 to %d", c.Name, len(g.Cells)-1)
	}
	met := false
	o := experiment.Options{Data: c.searched(), Jobs: c.Jobs, Out: c.Out}
	o.Only = func(t *job.Trial) bool {
		mine := t.Cell.Number == c.Cell && (c.Seed == nil || t.Seed == *c.Seed)
		met = met || mine
		return mine
	}
	o.Done = func(out experiment.Outcome) {
		c.print(s, out.Map(), func() { fmt.Fprintln(s.out, out.Line(g.Metrics())) })
	}
	var failed error
	o.Failed = func(_ *job.Trial, err error) { failed = err }
	_, diags, err := experiment.Run(ctx, p, g, o)
	switch {
	case diags.HasErrors():
		return c.report(s, diags)
	case err != nil:
		return err
	case !met:
		return fmt.Errorf("cell %d of %s has no training with seed %d", c.Cell, c.Name, *c.Seed)
	}
	return failed
}

type experimentCollect struct {
	Folder string `arg:"" help:"Folder of the experiment."`
	JSON   bool   `help:"Print a JSON line."`
}

// Run makes the table anew.
func (c *experimentCollect) Run(s *streams) error {
	t, err := experiment.Collect(c.Folder)
	if err != nil {
		return err
	}
	if len(t.Trials) == 0 {
		return fmt.Errorf("%s holds no finished training", c.Folder)
	}
	if c.JSON {
		line, err := json.Marshal(t.Map())
		if err != nil {
			return err
		}
		fmt.Fprintln(s.out, string(line))
	} else {
		t.Print(s.out)
	}
	return t.Write(c.Folder)
}
