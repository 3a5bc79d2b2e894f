package job

import (
	"context"

	"acl/fabric/dcu"
	"acl/lang/diag"
)

// Walk is a block whose chip is run one instruction at a time: the steps of a
// training, or the answers to the test part batch by batch.
type Walk struct {
	Model   *Model
	Machine *dcu.Machine
	Now     *dcu.Walk // what is under way, or has just ended

	trainer *dcu.Trainer // nil for an infer block
	data    *rows
	batch   int
	at      int // test rows that have been taken
}

// Walk sets a block's chip up, as its run would, and begins its first step.
func (p *Program) Walk(ctx context.Context, m *Model, o Options) (*Walk, diag.List, error) {
	f := m.Fabric()
	w := &Walk{Model: m}
	seed := uint64(wholeSetting(m, "seed", 1))
	var diags diag.List
	if w.data, _, diags = p.open(ctx, m, o.Data, seed); diags.HasErrors() {
		return nil, diags, ctx.Err()
	}
	weights, diags := p.weights(m, f)
	if diags.HasErrors() {
		return nil, diags, nil
	}
	var err error
	if w.Machine, err = dcu.New(dcu.Config{Program: f, Pool: o.Pool, Seed: seed}); err != nil {
		return nil, nil, err
	}
	first, err := w.first()
	if err != nil {
		return nil, diag.List{dataDiag(m.Plan.Settings.Get("data"), err)}, nil
	}
	if err := w.Machine.Setup(weights, first); err != nil {
		return nil, nil, err
	}
	return w, nil, w.Begin()
}

// first is the batch that ranges are found with.
func (w *Walk) first() (*dcu.Batch, error) {
	if w.Machine.Program().Learn != nil {
		w.trainer = &dcu.Trainer{Machine: w.Machine, Data: w.data}
		return w.trainer.First()
	}
	w.batch = wholeSetting(w.Model, "batch", 64)
	return w.rows()
}

// rows are the next rows of the test part, from its beginning again behind its end.
func (w *Walk) rows() (*dcu.Batch, error) {
	if w.at >= w.data.Rows(dcu.TestPart) {
		w.at = 0
	}
	var list []int
	for r := w.at; r < min(w.at+w.batch, w.data.Rows(dcu.TestPart)); r++ {
		list = append(list, r)
	}
	var b dcu.Batch
	return &b, w.data.Load(&b, dcu.TestPart, list, 0)
}

// Begin begins the next step, or the answer to the next batch, where the one before
// has ended.
func (w *Walk) Begin() error {
	var err error
	if w.trainer != nil {
		w.Now, err = w.trainer.Walk()
		return err
	}
	b, err := w.rows()
	if err != nil {
		return err
	}
	w.Now = w.Machine.Walk(b, w.at)
	w.at += b.N
	return nil
}
