package verify

import (
	"context"
	"testing"

	"acl/fabric"
	"acl/fabric/kernel"
	"acl/fabric/ledger"
	"acl/internal/job"
)

// A training that is taken one instruction at a time comes to the bits, the counts
// and the time of one that is taken whole, also over the end of an epoch.
func TestWalkIsTheTraining(t *testing.T) {
	text := head + digitsModule + noisy + trainOn("Bench", "nn.sgd(rate = 0.05, momentum = 0.9)", "epochs: 2; test: off;")
	p, m := opened(t, text)
	whole, _, err := p.Train(context.Background(), m, job.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, m = opened(t, text)
	pool := kernel.NewPool(1)
	defer pool.Close()
	w, diags, err := p.Walk(context.Background(), m, job.Options{Pool: pool})
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	for w.Machine.Memory.Step < whole.Steps {
		if w.Now.Done() {
			if err := w.Begin(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Now.Next(); err != nil {
			t.Fatal(err)
		}
		for v := range w.Machine.Program().Values { // to look changes nothing
			w.Now.Wire(fabric.ValueID(v))
		}
	}
	if got := job.Digest(w.Machine.Weights()); got != whole.Digest {
		t.Errorf("the weights are %s, want %s", got, whole.Digest)
	}
	bill := ledger.Price(w.Machine.Memory.Book, &w.Machine.Program().Chip, whole.Table)
	for phase := range ledger.Evaluate {
		if bill.Entry[phase] != whole.Bill.Entry[phase] {
			t.Errorf("%s costs %v, want %v", phase, bill.Entry[phase], whole.Bill.Entry[phase])
		}
	}
}
