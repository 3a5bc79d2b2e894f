package verify

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/internal/checkpoint"
	"acl/internal/job"
)

// noisy is the chip of the sameness tests: every source at work.
const noisy = `
fabric Bench : chips.fabric45 {
  noise { weight: 2%; gradient: 5%; ir_drop: on; }
  cap { leak: 1pA; common_mode: on; }
  faults { stuck: 1%; drift: 1%; }
}
`

// mixed has every kind of unit that keeps something, or draws something: norms with
// running statistics, a table, products of computed values, residuals.
const mixed = `
module Digits {
  in  x: [1, 8, 8];
  out y: [10];
  unit c = nn.conv(8, kernel = 3, stride = 2, pad = 1);
  unit n = nn.batchnorm();
  unit p = nn.position();
  unit q = nn.dense(8);
  unit k = nn.dense(8);
  unit v = nn.dense(16);
  unit s = nn.similarity();
  unit g = nn.aggregate();
  unit r = nn.add();
  unit l = nn.layernorm();
  unit f = nn.dense(10);
  route x -> c -> n -> nn.relu() -> nn.reshape([8, 16]) -> p;
  route p -> q -> s.q;
  route p -> k -> s.k;
  route s -> nn.softmax() -> g.w;
  route p -> v -> g.v;
  route g -> r.a;
  route p -> r.b;
  route r -> l -> nn.tanh() -> nn.flatten() -> f -> y;
}
`

func noisyProgram(schedule, more string) string { return noisyNet(digitsModule, schedule, more) }

func noisyNet(module, schedule, more string) string {
	return head + module + noisy + schedule + trainOn("Bench", "nn.sgd(rate = 0.05, momentum = 0.9)", more)
}

// digest trains a program on the digits and hashes all that lasts: weights, loss
// and score.
func digest(t *testing.T, text string, o options) string {
	t.Helper()
	b := newBench(t, text, o).setup(t).run(t)
	return job.Digest(append(b.Weights(), narrow([]float64{b.accuracy(t).Loss})))
}

// TestThreads: no draw and no sum depends on who computes it, so that the number
// of threads changes no bit.
func TestThreads(t *testing.T) {
	for _, module := range []string{digitsModule, mixed} {
		threads(t, noisyNet(module, "", "steps: 8; test.batch: 50;"))
	}
}

func threads(t *testing.T, text string) {
	t.Helper()
	want := digest(t, text, options{})
	for _, procs := range []int{1, 2} {
		before := runtime.GOMAXPROCS(procs)
		for _, workers := range []int{1, 2, 3} {
			if got := digest(t, text, options{workers: workers}); got != want {
				t.Errorf("GOMAXPROCS %d, %d workers: %s, alone %s", procs, workers, got, want)
			}
		}
		runtime.GOMAXPROCS(before)
	}
	if again := digest(t, text, options{}); again != want {
		t.Errorf("the same run twice: %s and %s", want, again)
	}
	if other := digest(t, text, options{sets: []string{"seed=8"}}); other == want {
		t.Error("another seed gives the same bits")
	}
}

// residual is blocks whose sums feed norms, rectifiers and one another.
const residual = `
module Digits {
  in  x: [1, 8, 8];
  out y: [10];
  unit c1 = nn.conv(8, kernel = 3, pad = 1);
  unit n1 = nn.batchnorm();
  unit c2 = nn.conv(8, kernel = 3, pad = 1);
  unit n2 = nn.batchnorm();
  unit r  = nn.add();
  unit n3 = nn.batchnorm();
  unit p  = nn.maxpool(2x2);
  unit f  = nn.dense(10);
  route x -> c1 -> n1 -> nn.relu() -> c2 -> n2 -> r.a;
  route n1 -> r.b;
  route r -> n3 -> nn.relu() -> p -> nn.flatten() -> f -> y;
}
`

// Values that share memory come to the bits of values with memory of their own: what
// is still read is not written over, on chips whose stack adds noise, leaks, or does
// neither.
func TestSharedMemory(t *testing.T) {
	for _, module := range []string{digitsModule, mixed, residual} {
		text := noisyNet(module, "", "steps: 4; test.batch: 50;")
		for _, sets := range [][]string{nil, {"noise.storage=off"}, {"noise.leak=off"}, {"ideal=true"}, {"batch=48"}} {
			shared, apart := digest(t, text, options{sets: sets}), digest(t, text, options{sets: sets, apart: true})
			if shared != apart {
				t.Errorf("%v: values in shared memory give %s, apart %s\n%s", sets, shared, apart, module)
			}
		}
	}
}

// stopAt ends a training after a number of steps, as an interrupt does: the
// trainer looks at its context before every step.
type stopAt struct {
	dcu.Data
	left   int
	cancel context.CancelFunc
}

func (s *stopAt) Load(b *dcu.Batch, p dcu.Part, rows []int, epoch int) error {
	if s.left--; s.left == 0 {
		s.cancel()
	}
	return s.Data.Load(b, p, rows, epoch)
}

// TestResume interrupts a training in the middle of an epoch, saves what the
// machine and the trainer keep, and goes on with it on a fresh machine: the bits
// are those of a run without interruption.
func TestResume(t *testing.T) {
	for _, module := range []string{digitsModule, mixed} {
		resume(t, noisyNet(module, "schedule Digits on Bench { gradient: dedicated; calibrate { every: 7; reads: 4; } refresh { weights: 3; } }", "epochs: 2;"))
	}
}

func resume(t *testing.T, text string) {
	t.Helper()
	whole := newBench(t, text, options{}).setup(t)
	whole.trainer.Data = firstRows{whole.trainer.Data, 320}
	whole.run(t)

	cut := newBench(t, text, options{}).setup(t)
	ctx, cancel := context.WithCancel(context.Background())
	cut.trainer.Data = &stopAt{Data: firstRows{cut.trainer.Data, 320}, left: 7, cancel: cancel}
	if err := cut.trainer.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("the interrupted run ended with %v", err)
	}
	if cut.Memory.Step == 0 || cut.Memory.Step%10 == 0 {
		t.Fatalf("interrupted at step %d, want the middle of an epoch", cut.Memory.Step)
	}
	path := filepath.Join(t.TempDir(), "checkpoint.bin")
	if err := checkpoint.Save(path, "hash", nil, kept(cut)); err != nil {
		t.Fatal(err)
	}

	resumed := newBench(t, text, options{})
	resumed.trainer.Data = firstRows{resumed.trainer.Data, 320}
	if err := checkpoint.Load(path, "hash", nil, kept(resumed)); err != nil {
		t.Fatal(err)
	}
	resumed.Resume()
	resumed.run(t)
	same(t, whole, resumed)
}

// TestInterruptHere goes on with the interrupted machine itself.
func TestInterruptHere(t *testing.T) {
	text := noisyProgram("", "steps: 9; test: off;")
	whole := newBench(t, text, options{}).setup(t).run(t)
	cut := newBench(t, text, options{}).setup(t)
	data := cut.trainer.Data
	ctx, cancel := context.WithCancel(context.Background())
	cut.trainer.Data = &stopAt{Data: data, left: 4, cancel: cancel}
	if err := cut.trainer.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("the interrupted run ended with %v", err)
	}
	if cut.Memory.Step != 4 {
		t.Errorf("interrupted at step %d, want 4: the step under way is finished, and no other begun", cut.Memory.Step)
	}
	cut.trainer.Data = data
	same(t, whole, cut.run(t))
}

func kept(b *bench) []fabric.Field {
	return append(b.State(), fabric.Fields(&b.trainer.Place)...)
}

// same compares all that two machines keep, and their scores.
func same(t *testing.T, a, b *bench) {
	t.Helper()
	if x, y := job.Digest(a.Weights()), job.Digest(b.Weights()); x != y {
		t.Errorf("weights: %s and %s", x, y)
	}
	x, y := kept(a), kept(b)
	if len(x) != len(y) {
		t.Fatalf("one keeps %d fields, the other %d", len(x), len(y))
	}
	for i := range x {
		if x[i].Name != y[i].Name || !reflect.DeepEqual(x[i].Ptr, y[i].Ptr) {
			t.Errorf("%s differs", x[i].Name)
		}
	}
	if p, q := a.accuracy(t), b.accuracy(t); p.Loss != q.Loss || p.Top1 != q.Top1 {
		t.Errorf("scores: %g, %g and %g, %g", p.Loss, p.Top1, q.Loss, q.Top1)
	}
}

// TestPlacement: where a network runs, and who chooses that, changes no bit of
// what it computes, noise and all. Times are held fixed by a chip without leak.
func TestPlacement(t *testing.T) {
	const quiet = "noise.leak=off"
	want := digest(t, noisyProgram("", "steps: 8; test: off;"), options{sets: []string{quiet}})
	for _, s := range []string{
		"place c1: conv[3]; place fc2: dense[5];",
		"place fc1: dense[2 .. 4];",
		"reuse: [fc1, fc2];",
		"choose: control.round_robin();",
		"choose: control.least_loaded();",
		"choose: control.least_worn();",
		"choose: control.nearest();",
		"choose: control.least_energy();",
	} {
		text := noisyProgram("schedule Digits on Bench { "+s+" }", "steps: 8; test: off;")
		if got := digest(t, text, options{sets: []string{quiet}}); got != want {
			t.Errorf("%s changes the result: %s, want %s", s, got, want)
		}
	}
}

// firstRows keeps the first rows of the training part.
type firstRows struct {
	dcu.Data
	n int
}

func (d firstRows) Rows(p dcu.Part) int {
	if p == dcu.TrainPart {
		return d.n
	}
	return d.Data.Rows(p)
}

// TestIdealIsFree: on the ideal chip no setting of a schedule changes what is
// computed: not a bit where all that it moves is a power of two or a place, and no
// more than float32 rounds where sums are cut into tiles, a sample's error has another
// scale or weights are written anew.
func TestIdealIsFree(t *testing.T) {
	const rounding = 1e-5
	for module, unit := range map[string]string{digitsModule: "fc1", mixed: "f"} {
		trained := func(s string, sets ...string) []float64 {
			b := newBench(t, head+module+"\nschedule Digits on chips.ideal { "+s+" }\n"+
				trainOn("chips.ideal", "nn.sgd(rate = 0.05, momentum = 0.9)", "steps: 8; test: off;"), options{sets: sets}).setup(t).run(t)
			var all []float64
			for _, w := range b.Weights() {
				all = append(all, wide(w)...)
			}
			return all
		}
		want := trained("")
		if e := relative(trained("", "tiles.size=16x12"), want); !(e <= rounding) {
			t.Errorf("smaller tiles change the result by %.3g, want %g at most", e, rounding)
		}
		for s, allowed := range map[string]float64{
			"gradient: dedicated;": 0, "convert: hop;": 0, "choose: control.round_robin();": 0, "calibrate { every: 2; }": 0,
			"protect { copies: 3; }": 0, "protect { copies: 5; vote: majority; vote_backward: true; }": 0,
			"protect { copies: 3; vote: median; rewrite: 2; }": rounding,
			"into " + unit + " { hold: digital; }":             0, "into " + unit + " { scale: 4; }": 0, "into " + unit + " { via: bus[2]; }": 0,
			"scaling: tensor;": rounding, "scaling: off;": rounding, "scaling: absmax;": rounding, "refresh { weights: 2; }": rounding,
		} {
			if e := relative(trained(s), want); !(e <= allowed) {
				t.Errorf("%s changes the result by %.3g, want %g at most", s, e, allowed)
			}
		}
	}
}
