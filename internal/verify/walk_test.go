package verify

import (
	"context"
	"math"
	"slices"
	"testing"

	"acl/fabric"
	"acl/fabric/dcu"
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

// Range controllers see what stands on the wire where several reads make it: the vote of
// copies, and the mean of read-outs.
func TestRangesOfSeveralReads(t *testing.T) {
	const steps = 12
	for what, more := range map[string][2]string{
		"copies":    {"", "schedule Digits on Bench { protect { copies: 7; vote: mean; vote_backward: true; } }"},
		"read-outs": {"modules.gradient a { count: 8; copies: 4; }", ""},
	} {
		chip := "fabric Bench : chips.fabric45 { noise { read: 5; clip: off; } " + more[0] + " }"
		b := newBench(t, head+residual+chip+more[1]+trainOn("Bench", "nn.sgd(rate = 0.05)", "test: off;"), options{}).setup(t)
		f, seen := b.Program(), 0
		for range steps {
			w, err := b.trainer.Walk()
			if err != nil {
				t.Fatal(err)
			}
			for !w.Done() {
				before := slices.Clone(b.Memory.Ranges)
				in, err := w.Next()
				if err != nil {
					t.Fatal(err)
				}
				if in.Op != fabric.OpFire || f.Units[in.Unit].Role != fabric.DataGrad || f.Units[in.Unit].Op != "nn.conv" {
					continue
				}
				v := f.Units[in.Unit].Out
				wire, was, is := w.Wire(v), before[v], b.Memory.Ranges[v]
				full := math.Ldexp(wire.Largest, -wire.Exp)
				if full > 1 {
					continue // by how many outputs is not known here
				}
				seen++
				if exp, quiet := dcu.NextRange(was.Exp, was.Quiet, full, 0); is.Exp != exp || is.Quiet != quiet {
					t.Errorf("%s: after %.3g of 2^%d a range of 2^%d and %d quiet steps, want 2^%d and %d", what, full, wire.Exp, is.Exp, is.Quiet, exp, quiet)
				}
			}
		}
		if seen == 0 {
			t.Errorf("%s: no gradient was within its range", what)
		}
	}
}
