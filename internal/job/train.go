package job

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"math"
	"os"
	"slices"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/fabric/kernel"
	"acl/fabric/ledger"
	"acl/lang/diag"
)

// Options say how blocks are run.
type Options struct {
	Data []string // more folders where data are looked for
	Out  string   // folder of the run record; empty for none
	Pool *kernel.Pool
	// Memory is how many bytes a run may take; 0: what the system has free.
	Memory int64
	// Loaded is called when the data have been read; nil for none.
	Loaded func()
	// Compiled, Progress and Evaluated are called as a run goes on; nil for none.
	Compiled  func(*Model)
	Progress  func(dcu.Progress)
	Evaluated func(*Model, dcu.Epoch)
}

func (o *Options) loaded() {
	if o.Loaded != nil {
		o.Loaded()
	}
}

// Result is what a training came to.
type Result struct {
	Model   *Model
	Seed    uint64
	Epochs  int // that were run
	Stopped bool
	Score   dcu.Score // on the chip as it is
	Clean   dcu.Score // with reads clean
	Machine *dcu.Machine
	Bill    *ledger.Bill
	Table   *ledger.Table
	Steps   int
	Samples int64   // trained on
	Clock   float64 // s of the chip
	Digest  string  // of the final weights
	Dir     string  // of the run record
	Seconds float64 // of the host
	Program string  // hash of the program's text
}

// cleanEvaluation numbers the last evaluation, with reads clean.
const cleanEvaluation = 1 << 30

// Train runs a train block: data, setup, training, evaluation, record. An end of
// ctx stops it after a step, or a batch of an evaluation; what it had come to is in the
// record and the result, beside ctx's error.
func (p *Program) Train(ctx context.Context, m *Model, o Options) (*Result, diag.List, error) {
	f := m.Fabric()
	if err := p.affordable(m, o); err != nil {
		return nil, nil, err
	}
	data, set, diags := p.open(ctx, m, o.Data, f.Learn.Seed)
	if diags.HasErrors() {
		return nil, diags, ctx.Err()
	}
	o.loaded()
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
	r, err := p.train(ctx, &session{m: m, t: t, rec: rec, data: data, o: o})
	return r, nil, err
}

// session is a training with all that it needs at hand.
type session struct {
	m    *Model
	t    *dcu.Trainer
	rec  *record
	data *rows
	o    Options
}

// train runs what is left of a training and finishes its record.
func (p *Program) train(ctx context.Context, s *session) (*Result, error) {
	machine := s.t.Machine
	r := &Result{Model: s.m, Seed: machine.Program().Learn.Seed, Machine: machine, Dir: s.rec.dir, Program: p.Hash()}
	var kept error
	s.t.Evaluated = func(e dcu.Epoch) {
		r.Stopped, r.Seconds = e.Stopped, r.Seconds+e.Seconds
		kept = firstError(kept, s.rec.epoch(e, p.checkpointEvery(s.m), s.t))
		if s.o.Evaluated != nil {
			s.o.Evaluated(s.m, e)
		}
	}
	if s.o.Compiled != nil {
		s.o.Compiled(s.m)
	}
	ended := firstError(s.t.Run(ctx), kept)
	if ended != nil && ctx.Err() == nil {
		return nil, ended
	}
	if err := s.rec.end(s.t); err != nil {
		return nil, err
	}
	if err := r.finish(s.t, s.data, ended == nil); err != nil {
		return nil, err
	}
	if err := s.rec.finish(r, ended == nil); err != nil {
		return nil, err
	}
	return r, ended
}

// Resume goes on with a run that was interrupted, from its last checkpoint, and
// gives the same bits as one that was not.
func Resume(ctx context.Context, dir string, o Options) (*Result, diag.List, error) {
	rec, err := ReadRecord(dir)
	if err != nil {
		return nil, nil, err
	}
	if rec.Done {
		return nil, nil, fmt.Errorf("%s is finished: there is nothing left to run", dir)
	}
	p, m, err := Reopen(dir, rec)
	if err != nil {
		return nil, nil, err
	}
	if err := p.affordable(m, o); err != nil {
		return nil, nil, err
	}
	data, _, diags := p.open(ctx, m, append(o.Data, "."), rec.Seed)
	if diags.HasErrors() {
		return nil, diags, ctx.Err()
	}
	o.loaded()
	machine, err := dcu.New(dcu.Config{Program: m.Fabric(), Pool: o.Pool, Seed: rec.Seed})
	if err != nil {
		return nil, nil, err
	}
	t := &dcu.Trainer{Machine: machine, Data: data, Progress: o.Progress}
	if err := restore(dir, rec, machine, &t.Place); err != nil {
		return nil, nil, err
	}
	kept := &record{dir: dir, p: p, m: m, head: *rec, keep: wholeSetting(m, "checkpoint.keep", 2)}
	if err := kept.cut(t.Place.Epoch); err != nil {
		return nil, nil, err
	}
	r, err := p.train(ctx, &session{m: m, t: t, rec: kept, data: data, o: o})
	return r, nil, err
}

func firstError(errs ...error) error {
	for _, e := range errs {
		if e != nil {
			return e
		}
	}
	return nil
}

// finish prices a training and, if it came to its end, evaluates it: one that was
// interrupted stops at once.
func (r *Result) finish(t *dcu.Trainer, data dcu.Data, ended bool) error {
	m := r.Machine
	l := m.Program().Learn
	r.Epochs, r.Steps = t.Place.Epoch, m.Memory.Step
	r.Samples = samples(t, l, data.Rows(dcu.TrainPart))
	r.Clock = m.Memory.Clock
	r.Digest = digestOf(m)
	if err := r.evaluate(data, l.TestBatch, ended); err != nil {
		return err
	}
	var err error
	if r.Table, err = ledger.Lookup(m.Program().Chip.Costs); err != nil {
		return err
	}
	r.Bill = ledger.Price(m.Memory.Book, &m.Program().Chip, r.Table)
	return nil
}

// evaluate answers the test part as the chip is, and with reads clean. That comes first:
// it leaves no trace, and what the chip answers takes time, in which weights leak.
func (r *Result) evaluate(data dcu.Data, batch int, ended bool) error {
	none := math.NaN()
	r.Score = dcu.Score{Loss: none, Top1: none, Top5: none}
	r.Clean = r.Score
	if !ended {
		return nil
	}
	var err error
	ctx := context.Background()
	e := dcu.Evaluation{Part: dcu.TestPart, Batch: batch, Number: cleanEvaluation, Clean: true}
	if r.Clean, err = r.Machine.Evaluate(ctx, data, e); err != nil {
		return err
	}
	e.Clean = false
	r.Score, err = r.Machine.Evaluate(ctx, data, e)
	return err
}

func samples(t *dcu.Trainer, l *fabric.Learn, rows int) int64 {
	per := (rows + l.Batch - 1) / l.Batch
	full := int64(t.Machine.Memory.Step/per) * int64(rows)
	return full + int64(min(t.Machine.Memory.Step%per*l.Batch, rows))
}

// Digest is a hash of weights: equal digests are equal bits.
func Digest(weights [][]float32) string {
	h := sha256.New()
	for _, w := range weights {
		hashFloats(h, w)
	}
	return digestText(h)
}

// digestOf is the digest of a machine's weights, which it looks at one by one.
func digestOf(m *dcu.Machine) string {
	h := sha256.New()
	var w []float32
	for i := range m.Program().Arrays {
		w = m.WeightsOf(i, w)
		hashFloats(h, w)
	}
	return digestText(h)
}

// hashFloats adds numbers to a hash, the lowest byte first.
func hashFloats(h hash.Hash, w []float32) {
	var buf [4096]byte
	for part := range slices.Chunk(w, len(buf)/4) {
		for i, v := range part {
			binary.LittleEndian.PutUint32(buf[4*i:], math.Float32bits(v))
		}
		h.Write(buf[:4*len(part)])
	}
}

func digestText(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil))[:16] }

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

// Resumable reports whether a folder holds a run that was interrupted and left a
// state to go on from.
func Resumable(dir string) bool {
	rec, err := ReadRecord(dir)
	if err != nil || rec.Done {
		return false
	}
	_, err = os.Stat(lastCheckpoint(dir))
	return err == nil
}
