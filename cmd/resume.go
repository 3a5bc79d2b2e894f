package cmd

import (
	"context"
	"errors"

	"acl/fabric/dcu"
	"acl/fabric/kernel"
	"acl/internal/job"
	"acl/internal/report"
)

type resumeCmd struct {
	Record string `arg:"" name:"run" help:"Folder of a run record that was interrupted."`
	folders
	JSON bool `help:"Print JSON lines."`
}

// Run goes on where the run stopped.
func (c *resumeCmd) Run(ctx context.Context, s *streams) error {
	pool := kernel.NewPool(0)
	defer pool.Close()
	f := programFlags{JSON: c.JSON}
	show := newProgress(s)
	o := job.Options{Data: c.searched(), Pool: pool}
	if !c.JSON {
		o.Progress = show.step
	}
	o.Evaluated = func(m *job.Model, e dcu.Epoch) {
		show.clear()
		f.print(s, job.EpochMap(e), func() { report.Epoch(s.out, m, e) })
	}
	loaded := show.waiting("reading the data")
	o.Loaded = loaded
	r, diags, err := job.Resume(ctx, c.Record, o)
	loaded()
	show.clear()
	if errors.Is(err, context.Canceled) {
		return interrupted(r, c.Data)
	}
	if diags.HasErrors() {
		return f.report(s, diags)
	}
	if err != nil {
		return err
	}
	f.print(s, r.Map(), func() { report.Result(s.out, r) })
	return nil
}
