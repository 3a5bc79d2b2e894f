package cmd

import (
	"context"
	"errors"
	"fmt"

	"acl/fabric/dcu"
	"acl/fabric/kernel"
	"acl/internal/job"
	"acl/internal/report"
)

type resumeCmd struct {
	Record string   `arg:"" name:"run" help:"Folder of a run record that was interrupted."`
	Data   []string `placeholder:"DIR" help:"More folders where data sets are looked for."`
	JSON   bool     `help:"Print JSON lines."`
}

// Run goes on where the run stopped.
func (c *resumeCmd) Run(ctx context.Context, s *streams) error {
	pool := kernel.NewPool(0)
	defer pool.Close()
	f := programFlags{JSON: c.JSON}
	show := newProgress(s)
	o := job.Options{Data: c.Data, Pool: pool}
	if !c.JSON {
		o.Progress = show.step
	}
	o.Evaluated = func(m *job.Model, e dcu.Epoch) {
		show.clear()
		f.print(s, job.EpochMap(e), func() { report.Epoch(s.out, m, e) })
	}
	r, diags, err := job.Resume(ctx, c.Record, o)
	show.clear()
	if diags.HasErrors() {
		return f.report(s, diags)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	f.print(s, r.Map(), func() { report.Result(s.out, r) })
	if err != nil {
		return fmt.Errorf("%s: %w", c.Record, err)
	}
	return nil
}
