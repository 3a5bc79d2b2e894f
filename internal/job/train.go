package job

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"math"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/fabric/kernel"
	"acl/fabric/ledger"
	"acl/internal/dataset"
	"acl/lang/diag"
)

// Options say how blocks are run.
type Options struct {
	Data []string // more folders where data are looked for
	Out  string   // folder of the run record; empty for none
	Pool *kernel.Pool
	// Compiled, Progress and Evaluated are called as a run goes on; nil for none.
	Compiled  func(*Model)
	Progress  func(dcu.Progress)
	Evaluated func(*Model, dcu.Epoch)
}

// Result is what a training came to.
type Result struct {
	Model    *Model
	Seed     uint64
	Epochs   int // that were run
	Stopped  bool
	Score    dcu.Score // on the chip as it is
	Clean    dcu.Score // with reads clean
	Machine  *dcu.Machine
	Bill     *ledger.Bill // nil on an ideal chip
	Table    *ledger.Table
	Steps    int
	Samples  int64 // trained on
	Clock    float64
	Digest   string // of the final weights
	Dir      string // of the run record
	Seconds  float64
	Program  string // hash of the program's text
	Interval error  // why it ended early, or nil
}

// cleanEvaluation numbers the last evaluation, with reads clean.
const cleanEvaluation = 1 << 30

// Train runs a train block: data, setup, training, evaluation, record. An end of
// ctx stops it at a step boundary; what it had come to is in the record and the
// result, beside ctx's error.
func (p *Program) Train(ctx context.Context, m *Model, o Options) (*Result, diag.List, error) {
	f := m.Fabric()
	data, set, diags := p.open(ctx, m, o.Data, f.Learn.Seed)
	if diags.HasErrors() {
		return nil, diags, ctx.Err()
	}
	weights, diags := p.weights(m, f)
	if diags.HasErrors() {
		return nil, diags, nil
	}
	machine, err := dcu.New(dcu.Config{Program: f, Pool: o.Pool, Seed: f.Learn.Seed})
	if err != nil {
		return nil, nil, err
	}
	t := &dcu.Trainer{Machine: machine, Data: data, Progress: o.Progress}
	first, err := t.First()
	if err != nil {
		return nil, diag.List{dataDiag(m.Plan.Settings.Get("data"), err)}, nil
	}
	if err := machine.Setup(weights, first); err != nil {
		return nil, nil, err
	}
	rec, err := p.newRecord(o.Out, m, set)
	if err != nil {
		return nil, nil, err
	}
	r := &Result{Model: m, Seed: f.Learn.Seed, Machine: machine, Dir: o.Out, Program: p.Hash()}
	t.Evaluated = func(e dcu.Epoch) {
		r.Stopped, r.Seconds = e.Stopped, r.Seconds+e.Seconds
		err = firstError(err, rec.epoch(e, p.checkpointEvery(m), t))
		if o.Evaluated != nil {
			o.Evaluated(m, e)
		}
	}
	if o.Compiled != nil {
		o.Compiled(m)
	}
	ended := firstError(t.Run(ctx), err)
	if ended != nil && ctx.Err() == nil {
		return nil, nil, ended
	}
	if err := r.finish(t, data, set); err != nil {
		return nil, nil, err
	}
	if err := rec.finish(r, t, ended == nil); err != nil {
		return nil, nil, err
	}
	return r, nil, ended
}

func firstError(errs ...error) error {
	for _, e := range errs {
		if e != nil {
			return e
		}
	}
	return nil
}

// finish evaluates the end of a training and prices it.
func (r *Result) finish(t *dcu.Trainer, data dcu.Data, set *dataset.Set) error {
	m := r.Machine
	l := m.Program().Learn
	r.Epochs, r.Steps = t.Place.Epoch, m.Memory.Step
	r.Samples = samples(t, l, data.Rows(dcu.TrainPart))
	r.Clock = m.Memory.Clock
	r.Digest = Digest(m.Weights())
	var err error
	ctx := context.Background()
	e := dcu.Evaluation{Part: dcu.TestPart, Batch: l.TestBatch, Number: cleanEvaluation}
	if r.Score, err = m.Evaluate(ctx, data, e); err != nil {
		return err
	}
	e.Clean = true
	if r.Clean, err = m.Evaluate(ctx, data, e); err != nil {
		return err
	}
	if r.Table, err = ledger.Lookup(m.Program().Chip.Costs); err != nil {
		return err
	}
	r.Bill = ledger.Price(m.Memory.Book, &m.Program().Chip, r.Table)
	return nil
}

func samples(t *dcu.Trainer, l *fabric.Learn, rows int) int64 {
	per := (rows + l.Batch - 1) / l.Batch
	full := int64(t.Machine.Memory.Step/per) * int64(rows)
	return full + int64(min(t.Machine.Memory.Step%per*l.Batch, rows))
}

// Digest is a hash of weights: equal digests are equal bits.
func Digest(weights [][]float32) string {
	h := sha256.New()
	var b [4]byte
	for _, w := range weights {
		for _, v := range w {
			u := math.Float32bits(v)
			b = [4]byte{byte(u), byte(u >> 8), byte(u >> 16), byte(u >> 24)}
			h.Write(b[:])
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// Hash is a hash of the program's files, the root first.
func (p *Program) Hash() string {
	h := sha256.New()
	for _, f := range p.Files {
		h.Write([]byte(f.Text))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// checkpointEvery is the number of epochs between checkpoints, 0 for one at the
// end.
func (p *Program) checkpointEvery(m *Model) int { return wholeSetting(m, "checkpoint.every", 0) }
