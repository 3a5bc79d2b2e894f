package job

import (
	"context"
	"fmt"
	"math"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/fabric/ledger"
	"acl/lang/diag"
	"acl/lang/sig"
)

// Answer is what an infer block, or a test of a finished run, found on one die
// after one time on the shelf.
type Answer struct {
	Die     int
	After   float64 // s
	Score   dcu.Score
	Machine *dcu.Machine
	Energy  float64 // J, of all answers
	Latency float64 // s, of all answers
}

// Infer runs an infer block: for each die and each time on the shelf, the test
// part of its data is answered with the weights of a run.
func (p *Program) Infer(ctx context.Context, m *Model, o Options) ([]Answer, diag.List, error) {
	f := m.Fabric()
	seed := uint64(wholeSetting(m, "seed", 1))
	if err := p.affordable(m, o); err != nil {
		return nil, nil, err
	}
	data, set, diags := p.open(ctx, m, o.Data, seed)
	if diags.HasErrors() {
		return nil, diags, ctx.Err()
	}
	o.loaded()
	weights, diags := p.weights(m, f)
	if diags.HasErrors() {
		return nil, diags, nil
	}
	losses, diags := p.recordedLosses(m, set.Info)
	if diags.HasErrors() {
		return nil, diags, nil
	}
	if o.Compiled != nil {
		o.Compiled(m)
	}
	e := dcu.Evaluation{Part: dcu.TestPart, Batch: wholeSetting(m, "batch", 64), Number: cleanEvaluation + 1, Losses: losses}
	first := f.Chip.Die
	var out []Answer
	for die := range wholeSetting(m, "dies", 1) {
		for _, after := range times(m) {
			own := *f
			own.Chip.Die = first + die
			machine, err := dcu.New(dcu.Config{Program: &own, Pool: o.Pool, Seed: seed})
			if err != nil {
				return out, nil, err
			}
			a, err := answer(ctx, machine, weights, data, e, after)
			if err != nil {
				return out, nil, err
			}
			out = append(out, *a)
		}
	}
	return out, nil, nil
}

// answer writes the weights to a chip, lets it lie, and answers the test part.
func answer(ctx context.Context, m *dcu.Machine, w [][]float32, data *rows, e dcu.Evaluation, after float64) (*Answer, error) {
	var b dcu.Batch
	list := make([]int, min(e.Batch, data.Rows(dcu.TestPart)))
	for i := range list {
		list[i] = i
	}
	if err := data.Load(&b, dcu.TestPart, list, 0); err != nil {
		return nil, err
	}
	if err := m.Setup(w, &b); err != nil {
		return nil, err
	}
	m.Shelve(after)
	return evaluated(ctx, m, data, e, after)
}

func evaluated(ctx context.Context, m *dcu.Machine, data dcu.Data, e dcu.Evaluation, after float64) (*Answer, error) {
	clock, spent := m.Memory.Clock, answerEnergy(m)
	score, err := m.Evaluate(ctx, data, e)
	if err != nil {
		return nil, err
	}
	a := &Answer{Die: m.Program().Chip.Die, After: after, Score: score, Machine: m, Latency: m.Memory.Clock - clock}
	a.Energy = answerEnergy(m) - spent
	return a, nil
}

// answerEnergy is what a machine has spent on answers so far, J.
func answerEnergy(m *dcu.Machine) float64 {
	chip := &m.Program().Chip
	table, err := ledger.Lookup(chip.Costs)
	if err != nil {
		return math.NaN()
	}
	return ledger.Price(m.Memory.Book, chip, table).Phase(ledger.Evaluate).Value
}

// times are the times on the shelf of an infer block, s.
func times(m *Model) []float64 {
	it := m.Plan.Settings.Get("after")
	if it == nil {
		return []float64{0}
	}
	var out []float64
	list, ok := it.Value.(sig.List)
	if !ok {
		list = sig.List{it.Value}
	}
	for _, v := range list {
		if q, ok := v.(sig.Quantity); ok {
			out = append(out, q.Num)
		} else {
			out = append(out, number(v))
		}
	}
	return out
}

// Test answers the test part with a finished run's machine as its last checkpoint
// left it.
func Test(ctx context.Context, dir string, o Options) (*Answer, error) {
	rec, err := ReadRecord(dir)
	if err != nil {
		return nil, err
	}
	p, m, err := Reopen(dir, rec)
	if err != nil {
		return nil, err
	}
	data, _, diags := p.open(ctx, m, append(o.Data, "."), rec.Seed)
	if diags.HasErrors() {
		return nil, fmt.Errorf("%s: %w", dir, diags[0])
	}
	machine, err := dcu.New(dcu.Config{Program: m.Fabric(), Pool: o.Pool, Seed: rec.Seed})
	if err != nil {
		return nil, err
	}
	if err := restore(dir, rec, machine, &dcu.Place{}); err != nil {
		return nil, err
	}
	if o.Compiled != nil {
		o.Compiled(m)
	}
	e := dcu.Evaluation{Part: dcu.TestPart, Batch: testBatch(m.Fabric()), Number: cleanEvaluation + 1}
	return evaluated(ctx, machine, data, e, 0)
}

func testBatch(f *fabric.Program) int {
	if f.Learn != nil {
		return f.Learn.TestBatch
	}
	return 64
}
