package experiment

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"acl/fabric/dcu"
	"acl/fabric/kernel"
	"acl/internal/job"
	"acl/lang/diag"
)

// Options say how an experiment is run.
type Options struct {
	Data []string // more folders where data are looked for
	Out  string   // the experiment's folder
	// Jobs is the number of trainings side by side; 0: one for each processor, or a
	// single one of a large network, which divides its own work.
	Jobs int
	// Only, where it is not nil, says which trials are run.
	Only func(*job.Trial) bool
	// Progress, Done and Failed are called as a run goes on, by one goroutine at a
	// time; nil for none.
	Progress func(Progress)
	Done     func(Outcome)
	Failed   func(*job.Trial, error)
}

// Progress is how far an experiment is: trials, and the training that reports.
type Progress struct {
	Done, Total int
	Trial       *job.Trial
	Training    dcu.Progress
}

// Outcome is a finished trial.
type Outcome struct {
	Trial  *job.Trial
	Dir    string         // of its run record
	Result map[string]any // of the record
	Kept   bool           // it was there already
}

// runner is an experiment under way.
type runner struct {
	p     *job.Program
	g     *job.Grid
	o     Options
	total int

	mu    sync.Mutex
	found []Outcome
	diags diag.List
	err   error // the first that ends the run
}

// Run trains every trial of an experiment that its folder does not hold finished,
// and returns all that it then holds. A trial that diverges is left out of it. An
// end of ctx stops trainings after a step or a batch of an evaluation; their records
// are whole, and a later Run goes on from them. Messages are about data that cannot be
// read.
func Run(ctx context.Context, p *job.Program, g *job.Grid, o Options) (*Table, diag.List, error) {
	if err := prepare(o.Out, p, g); err != nil {
		return nil, nil, err
	}
	r := &runner{p: p, g: g, o: o}
	var trials []*job.Trial
	for _, t := range p.Trials(g) {
		if o.Only == nil || o.Only(t) {
			trials = append(trials, t)
		}
	}
	r.total = len(trials)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	dropped := map[int]int{}
	for _, round := range rounds(g, trials) {
		r.round(ctx, cancel, keep(round, dropped))
		if r.err != nil || r.diags.HasErrors() {
			break
		}
		if g.Prunes() {
			r.prune(dropped)
		}
	}
	table := tabulate(p, g, r.found, dropped)
	return table, r.diags, r.err
}

// rounds cuts trials into those that run without a look at the others: all of
// them, or, where settings are given up, those of one seed.
func rounds(g *job.Grid, trials []*job.Trial) [][]*job.Trial {
	if !g.Prunes() {
		return [][]*job.Trial{trials}
	}
	out := make([][]*job.Trial, g.Seeds())
	turn := map[int]map[int]bool{} // by cell: the seeds that have had one
	for _, t := range trials {
		seen := turn[t.Cell.Number]
		if seen == nil {
			seen = map[int]bool{}
			turn[t.Cell.Number] = seen
		}
		seen[t.Seed] = true
		out[len(seen)-1] = append(out[len(seen)-1], t)
	}
	return out
}

// keep leaves out cells that have been given up.
func keep(trials []*job.Trial, dropped map[int]int) []*job.Trial {
	var out []*job.Trial
	for _, t := range trials {
		if _, gone := dropped[t.Cell.Number]; !gone {
			out = append(out, t)
		}
	}
	return out
}

// round runs trials, several side by side.
func (r *runner) round(ctx context.Context, stop func(), trials []*job.Trial) {
	if len(trials) == 0 {
		return
	}
	jobs := r.jobs(trials[0])
	next := make(chan *job.Trial)
	var wait sync.WaitGroup
	for range min(jobs, len(trials)) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			pool := kernel.NewPool(max(1, runtime.GOMAXPROCS(0)/jobs))
			defer pool.Close()
			for t := range next {
				r.trial(ctx, stop, t, pool)
			}
		}()
	}
	for _, t := range trials {
		if ctx.Err() != nil {
			break
		}
		next <- t
	}
	close(next)
	wait.Wait()
	r.fail(ctx.Err())
}

// largeNetwork is the number of parameters from which a network's own work keeps
// all processors busy.
const largeNetwork = 1 << 20

func (r *runner) jobs(t *job.Trial) int {
	switch {
	case r.o.Jobs > 0:
		return r.o.Jobs
	case r.g.Params(t.Cell) >= largeNetwork:
		return 1
	}
	return runtime.GOMAXPROCS(0)
}

// trial trains one, or takes what is there.
func (r *runner) trial(ctx context.Context, stop func(), t *job.Trial, pool *kernel.Pool) {
	if ctx.Err() != nil {
		return // it was handed out before the end
	}
	dir := folderOf(r.o.Out, t)
	if out, ok := finished(dir, t); ok {
		out.Kept = true
		r.done(out)
		return
	}
	o := job.Options{Data: r.o.Data, Out: dir, Pool: pool}
	o.Progress = func(at dcu.Progress) { r.progress(t, at) }
	var diags diag.List
	var err error
	if job.Resumable(dir) {
		_, diags, err = job.Resume(ctx, dir, o)
	} else {
		var m *job.Model
		if m, diags = r.lowered(t); !diags.HasErrors() {
			_, diags, err = r.p.Train(ctx, m, o)
		}
	}
	switch {
	case ctx.Err() != nil:
	case diags.HasErrors():
		r.mu.Lock()
		if !r.diags.HasErrors() {
			r.diags = diags
		}
		r.mu.Unlock()
		stop()
	case err != nil:
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.o.Failed != nil {
			r.o.Failed(t, err)
		}
	default:
		out, ok := finished(dir, t)
		if !ok {
			r.fail(fmt.Errorf("%s: the record is not finished", dir))
			return
		}
		r.done(out)
	}
}

// lowered lowers one at a time: a program's tables are shared.
func (r *runner) lowered(t *job.Trial) (*job.Model, diag.List) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.p.Lowered(t)
}

func (r *runner) progress(t *job.Trial, at dcu.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.o.Progress != nil {
		r.o.Progress(Progress{Done: len(r.found), Total: r.total, Trial: t, Training: at})
	}
}

func (r *runner) done(out Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found = append(r.found, out)
	if r.o.Done != nil {
		r.o.Done(out)
	}
}

func (r *runner) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil && !r.diags.HasErrors() {
		r.err = err
	}
}

// finished reads a trial's record where it is whole.
func finished(dir string, t *job.Trial) (Outcome, bool) {
	rec, err := job.ReadRecord(dir)
	if err != nil || !rec.Done {
		return Outcome{}, false
	}
	return Outcome{Trial: t, Dir: dir, Result: rec.Result}, true
}
