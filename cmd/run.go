package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"acl/fabric/dcu"
	"acl/fabric/kernel"
	"acl/internal/job"
	"acl/internal/report"
	"acl/lang/diag"
)

// programFlags say which program and what is set over it.
type programFlags struct {
	File string   `arg:"" help:"Program."`
	Set  []string `sep:"none" placeholder:"KEY=VALUE" help:"Set a key over the program's own: noise.weight=2%."`
	JSON bool     `help:"Print JSON lines."`
}

type runCmd struct {
	programFlags
	Seed *uint64 `help:"Seed of the run, over the program's."`
	Out  string  `placeholder:"DIR" help:"Folder of the run record; a new one under runs/ without it. Experiments that it holds go on."`
	folders
	Memory float64 `placeholder:"GIB" help:"How much memory a run may take, GiB; what the system has free without it."`
	Jobs   int     `placeholder:"N" help:"Trainings of an experiment side by side; one a processor without it."`
}

// Run trains and answers.
func (c *runCmd) Run(ctx context.Context, s *streams) error {
	if c.Seed != nil {
		c.Set = append(c.Set, fmt.Sprintf("seed=%d", *c.Seed))
	}
	p, models, err := c.lowered(s)
	if err != nil {
		return err
	}
	if len(models) == 0 {
		return fmt.Errorf("%s has no train or infer block to run", c.File)
	}
	pool := kernel.NewPool(0)
	defer pool.Close()
	for _, kind := range []string{"train", "infer"} {
		var done []*job.Result
		for _, m := range models {
			if m.Plan.Kind != kind || p.Experimented(m.Plan) {
				continue
			}
			r, err := c.model(ctx, s, p, m, pool, len(models) > 1)
			if err != nil {
				return err
			}
			done = append(done, r)
		}
		if kind == "train" {
			c.together(s, done)
			if err := c.experiments(ctx, s, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// together prints what models that trained on one fabric came to, for each fabric that
// several have trained on.
func (c *runCmd) together(s *streams, done []*job.Result) {
	for len(done) > 0 {
		fabric := done[0].Model.Plan.Fabric.Declared()
		var on, rest []*job.Result
		for _, r := range done {
			if r.Model.Plan.Fabric.Declared() == fabric {
				on = append(on, r)
			} else {
				rest = append(rest, r)
			}
		}
		done = rest
		if len(on) > 1 {
			t := job.Join(on)
			c.print(s, t.Map(), func() { report.Together(s.out, t) })
		}
	}
}

// bytes is the memory that a run may take, 0 where nothing is said.
func (c *runCmd) bytes() int64 { return int64(c.Memory * (1 << 30)) }

// lowered opens and lowers the program; its messages are printed.
func (c *programFlags) lowered(s *streams) (*job.Program, []*job.Model, error) {
	p, err := job.Open(c.File, c.Set)
	if err != nil {
		return nil, nil, err
	}
	models, diags := p.Models()
	if !diags.HasErrors() {
		diags.Add(p.Refused(models)...)
	}
	return p, models, c.report(s, diags)
}

// report prints messages as the flags ask.
func (c *programFlags) report(s *streams, list diag.List) error {
	list.Sort()
	if c.JSON {
		if err := diag.JSON(s.out, list); err != nil {
			return err
		}
		if list.HasErrors() {
			return errWrong
		}
		return nil
	}
	return s.report(list)
}

// model runs a block; the result is that of a training.
func (c *runCmd) model(ctx context.Context, s *streams, p *job.Program, m *job.Model, pool *kernel.Pool, several bool) (*job.Result, error) {
	if m.Plan.Kind == "infer" {
		return nil, c.infer(ctx, s, p, m, pool)
	}
	dir, err := c.folder(m, several)
	if err != nil {
		return nil, err
	}
	show := newProgress(s)
	o := job.Options{Data: c.searched(), Out: dir, Pool: pool, Memory: c.bytes()}
	if !c.JSON {
		o.Progress = show.step
	}
	o.Compiled = func(m *job.Model) { c.print(s, job.Compiled(m), func() { report.Compiled(s.out, m) }) }
	o.Evaluated = func(m *job.Model, e dcu.Epoch) {
		show.clear()
		c.print(s, job.EpochMap(e), func() { report.Epoch(s.out, m, e) })
	}
	loaded := show.waiting("reading the data")
	o.Loaded = loaded
	r, diags, err := p.Train(ctx, m, o)
	loaded()
	show.clear()
	if errors.Is(err, context.Canceled) {
		return nil, interrupted(r, c.Data)
	}
	if diags.HasErrors() {
		return nil, c.report(s, diags)
	}
	if err != nil {
		return nil, err
	}
	c.print(s, r.Map(), func() { report.Result(s.out, r) })
	return r, nil
}

// interrupted says where a run that was stopped stands and how it goes on.
func interrupted(r *job.Result, data []string) error {
	switch {
	case r == nil:
		return errors.New("interrupted before the first step")
	case r.Dir == "":
		return fmt.Errorf("interrupted after step %d; no record was kept", r.Steps)
	}
	again := "acl resume " + r.Dir
	for _, d := range data {
		again += " --data " + d
	}
	return fmt.Errorf("interrupted after step %d; to go on: %s", r.Steps, again)
}

// print writes a JSON line or a text.
func (c *programFlags) print(s *streams, line map[string]any, text func()) {
	if !c.JSON {
		text()
		return
	}
	out, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(s.out, string(out))
}

// folder is where a model's record goes: one folder, or one of several inside the
// given one.
func (c *runCmd) folder(m *job.Model, several bool) (string, error) {
	name := strings.TrimSuffix(filepath.Base(c.File), filepath.Ext(c.File))
	short := m.Plan.Module.Decl.Name.Text
	switch {
	case c.Out == "" && several:
		return job.NewDir(name + "-" + short)
	case c.Out == "":
		return job.NewDir(name)
	case several:
		return filepath.Join(c.Out, short+"-"+m.Plan.Fabric.Decl.Name.Text), nil
	}
	return c.Out, nil
}
