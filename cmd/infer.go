package cmd

import (
	"context"
	"errors"

	"acl/fabric/kernel"
	"acl/internal/job"
	"acl/internal/report"
)

func (c *runCmd) infer(ctx context.Context, s *streams, p *job.Program, m *job.Model, pool *kernel.Pool) error {
	o := job.Options{Data: c.searched(), Pool: pool, Memory: c.bytes()}
	o.Compiled = func(m *job.Model) { c.print(s, job.Compiled(m), func() { report.Compiled(s.out, m) }) }
	show := newProgress(s)
	loaded := show.waiting("reading the data")
	o.Loaded = loaded
	answers, diags, err := p.Infer(ctx, m, o)
	loaded()
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted")
	}
	if diags.HasErrors() {
		return c.report(s, diags)
	}
	if err != nil {
		return err
	}
	for i := range answers {
		a := &answers[i]
		c.print(s, a.Map(m), func() { report.Answer(s.out, m, a) })
	}
	if !c.JSON {
		report.Answers(s.out, m, answers)
	}
	return nil
}

type testCmd struct {
	Run_ string `arg:"" name:"run" help:"Folder of a run record."`
	folders
	JSON bool `help:"Print a JSON line."`
}

// Run answers the test set.
func (c *testCmd) Run(ctx context.Context, s *streams) error {
	pool := kernel.NewPool(0)
	defer pool.Close()
	var model *job.Model
	o := job.Options{Data: c.searched(), Pool: pool, Compiled: func(m *job.Model) { model = m }}
	a, err := job.Test(ctx, c.Run_, o)
	if err != nil {
		return err
	}
	f := programFlags{JSON: c.JSON}
	f.print(s, a.Map(model), func() { report.Answer(s.out, model, a) })
	return nil
}
