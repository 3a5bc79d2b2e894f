package verify

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"acl/fabric/dcu"
	"acl/internal/checkpoint"
	"acl/internal/job"
)

// opened writes a program to a file and opens it, as a command does.
func opened(t *testing.T, text string) (*job.Program, *job.Model) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "verify.acl")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	p, err := job.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	models, diags := p.Models()
	if diags.HasErrors() {
		t.Fatal(diags.Errors()[0])
	}
	return p, models[0]
}

// TestRecordResumes interrupts a run that keeps a record after its first step and
// after each of its first evaluations in turn, and resumes it: metrics and result
// are those of a run without interruption, figure by figure, energy and clock too.
func TestRecordResumes(t *testing.T) {
	const more = "epochs: 3; stop { when: loss < 100.0; patience: 3; }"
	resumes(t, head+digitsModule+noisy+trainOn("Bench", "nn.sgd(rate = 0.05, momentum = 0.9)", more))
	resumes(t, swapped(two, "3", more)) // evaluations load what a step has to load anew
}

func resumes(t *testing.T, text string) {
	t.Helper()
	p, m := opened(t, text)
	all := filepath.Join(t.TempDir(), "whole")
	whole, _, err := p.Train(context.Background(), m, job.Options{Out: all})
	if err != nil {
		t.Fatal(err)
	}
	for stop := 0; stop <= 2; stop++ {
		p, m := opened(t, text)
		dir := filepath.Join(t.TempDir(), "cut")
		ctx, cancel := context.WithCancel(context.Background())
		o := job.Options{Out: dir, Evaluated: func(_ *job.Model, e dcu.Epoch) {
			if e.Epoch == stop {
				cancel()
			}
		}}
		if stop == 0 {
			o.Progress = func(dcu.Progress) { cancel() }
		}
		if _, _, err := p.Train(ctx, m, o); !errors.Is(err, context.Canceled) {
			t.Fatalf("the interrupted run ended with %v", err)
		}
		resumed, _, err := job.Resume(context.Background(), dir, job.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(whole.Map(), resumed.Map()); diff != "" {
			t.Errorf("interrupted after epoch %d (- whole, + resumed):\n%s", stop, diff)
		}
		if diff := cmp.Diff(metrics(t, all), metrics(t, dir)); diff != "" {
			t.Errorf("interrupted after epoch %d, metrics (- whole, + resumed):\n%s", stop, diff)
		}
	}
}

// metrics are the lines of a record's metrics, without the host's time.
func metrics(t *testing.T, dir string) []map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]any
	for line := range strings.Lines(string(text)) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		delete(m, "seconds")
		delete(m, "train_seconds")
		out = append(out, m)
	}
	return out
}

// cutEvaluation cancels a context while the test part is being read.
type cutEvaluation struct {
	dcu.Data
	left   int
	cancel context.CancelFunc
}

func (c *cutEvaluation) Load(b *dcu.Batch, p dcu.Part, rows []int, epoch int) error {
	if p == dcu.TestPart {
		if c.left--; c.left == 0 {
			c.cancel()
		}
	}
	return c.Data.Load(b, p, rows, epoch)
}

// TestEvaluationIsCutOff interrupts a run within an evaluation, the first and the
// last, and brings what it kept to a fresh machine, which goes on with the next batch:
// all bits are those of a run without interruption, on chips that leak and rewrite their
// weights meanwhile.
func TestEvaluationIsCutOff(t *testing.T) {
	const loads = 6 // of an evaluation: 359 rows by 64
	two := strings.Replace(noisyProgram("schedule Digits on Bench { update: pulsed; refresh { weights: 3; } }", "epochs: 2; test { batch: 64; }"),
		"nn.sgd(rate = 0.05, momentum = 0.9)", "nn.two_array(rate = 0.05, transfer_every = 2)", 1)
	guarded := "schedule Digits on Bench { protect fc1 { copies: 2; checksum: true; } gradient: dedicated; refresh { weights: 1; } }"
	for name, c := range map[string]struct {
		text string
		sets []string
	}{
		"often rewritten": {noisyProgram("", "epochs: 2; test { batch: 64; }"), []string{"batch=1"}},
		"two arrays":      {two, nil},
		"guarded":         {noisyProgram(guarded, "epochs: 2; test { batch: 64; }"), nil},
		"never rewritten": {noisyProgram("schedule Digits on Bench { refresh: off; }", "epochs: 2; test { batch: 64; }"), []string{"cap.leak=10fA"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, left := range []int{2, loads + 3} {
				cutOff(t, c.text, c.sets, left)
			}
		})
	}
}

// cutOff interrupts a program's run at the given load of test rows.
func cutOff(t *testing.T, text string, sets []string, left int) {
	epochs := func(b *bench, list *[]dcu.Epoch) {
		b.trainer.Data = firstRows{b.trainer.Data, 96}
		b.trainer.Evaluated = func(e dcu.Epoch) {
			e.Seconds, e.Training = 0, 0 // of the host
			*list = append(*list, e)
		}
	}
	whole := newBench(t, text, options{sets: sets}).setup(t)
	var want, got []dcu.Epoch
	epochs(whole, &want)
	whole.run(t)

	cut := newBench(t, text, options{sets: sets}).setup(t)
	ctx, cancel := context.WithCancel(context.Background())
	epochs(cut, &got)
	cut.trainer.Data = &cutEvaluation{Data: cut.trainer.Data, left: left, cancel: cancel}
	if err := cut.trainer.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("the interrupted run ended with %v", err)
	}
	if rows := cut.trainer.Place.Answers.Rows; rows == 0 {
		t.Fatalf("cut after %d rows of an evaluation", rows)
	}
	path := filepath.Join(t.TempDir(), "checkpoint.bin")
	if err := checkpoint.Save(path, "hash", nil, kept(cut)); err != nil {
		t.Fatal(err)
	}
	resumed := newBench(t, text, options{sets: sets})
	epochs(resumed, &got)
	if err := checkpoint.Load(path, "hash", nil, kept(resumed)); err != nil {
		t.Fatal(err)
	}
	resumed.Resume()
	resumed.run(t)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cut at load %d (- whole, + resumed):\n%s", left, diff)
	}
	same(t, whole, resumed)
}

// TestScores: the right class is among the first five whenever it is the first,
// on every chip and at every stage of learning; with fewer than five classes all
// are among them.
func TestScores(t *testing.T) {
	for _, set := range [][]string{nil, {"noise.read=0.5"}, {"faults.stuck=30%"}, {"noise.weight=50%"}, {"optimizer=nn.sgd(rate = 20.0)"}} {
		b := newBench(t, noisyProgram("", "epochs: 1; test: off;"), options{sets: set}).setup(t)
		check := func() {
			s := b.accuracy(t)
			if !(s.Top1 >= 0 && s.Top1 <= s.Top5 && s.Top5 <= 1) {
				t.Errorf("%v: top1 %g, top5 %g", set, s.Top1, s.Top5)
			}
			total := 0
			for _, row := range s.Confusion {
				for _, n := range row {
					total += n
				}
			}
			if total != s.N {
				t.Errorf("%v: the confusion has %d answers to %d questions", set, total, s.N)
			}
		}
		check()
		for step := range 6 {
			if _, err := b.Step(b.batch(t, 32*step, 32), dcu.Pull{Rate: 0.05}); err != nil {
				t.Fatal(err)
			}
		}
		check()
	}
	p, m := opened(t, head+`
module Net { in x: [2]; out y: [3]; unit a = nn.dense(3); route x -> a -> y; }
train Net on chips.fabric45 {
  data: data.table(input = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], label = [0, 1, 2]);
  loss: nn.cross_entropy(y, label);
  epochs: 2;
}`)
	r, _, err := p.Train(context.Background(), m, job.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Score.Top5 != 1 {
		t.Errorf("of three classes the right one is among the first five in %g of the cases", r.Score.Top5)
	}
}

// TestInferLoss: without errors, an infer block finds the loss that its run ended with.
func TestInferLoss(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	p, m := opened(t, head+digitsModule+trainOn("chips.ideal", "nn.sgd(rate = 0.05, momentum = 0.9)", "epochs: 1;"))
	r, _, err := p.Train(context.Background(), m, job.Options{Out: dir})
	if err != nil {
		t.Fatal(err)
	}
	p, m = opened(t, head+digitsModule+`
infer Digits on chips.ideal { weights: "`+filepath.ToSlash(dir)+`"; data: data.digits(); }`)
	answers, diags, err := p.Infer(context.Background(), m, job.Options{})
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	if got, want := answers[0].Score.Loss, r.Score.Loss; !(math.Abs(got-want) < 1e-5*want) {
		t.Errorf("weights of a run with loss %g have the loss %g", want, got)
	}
}

// TestInfer: an infer block answers with the weights of a record; the die, the
// seed and the time on the shelf move its answers, and the batch moves none.
func TestInfer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	p, m := opened(t, head+digitsModule+noisy+trainOn("Bench", "nn.sgd(rate = 0.05, momentum = 0.9)", "epochs: 1;"))
	if _, _, err := p.Train(context.Background(), m, job.Options{Out: dir}); err != nil {
		t.Fatal(err)
	}
	chip := noisy
	ask := func(settings string) []job.Answer {
		p, m := opened(t, head+digitsModule+chip+`
infer Digits on Bench {
  weights: "`+filepath.ToSlash(dir)+`";
  data:    data.digits();
`+settings+`
}`)
		answers, diags, err := p.Infer(context.Background(), m, job.Options{})
		if err != nil || diags.HasErrors() {
			t.Fatal(err, diags)
		}
		return answers
	}
	confusion := func(a job.Answer) map[int]int {
		out := map[int]int{}
		for i, row := range a.Score.Confusion {
			for j, n := range row {
				out[i*10+j] = n
			}
		}
		return out
	}
	plain := ask("")[0]
	chip = strings.Replace(noisy, "noise {", "noise { leak: off;", 1) // that acts between batches
	if still, batch := ask("")[0], ask("batch: 50;")[0]; !maps.Equal(confusion(still), confusion(batch)) {
		t.Error("another batch gives other answers")
	}
	chip = noisy
	if seed := ask("seed: 9;")[0]; maps.Equal(confusion(plain), confusion(seed)) {
		t.Error("another seed gives the same answers on a noisy chip")
	}
	if dies := ask("dies: 2;"); len(dies) != 2 || !maps.Equal(confusion(plain), confusion(dies[0])) || maps.Equal(confusion(dies[0]), confusion(dies[1])) {
		t.Error("the first of two dies answers as before, the second otherwise")
	}
	ideal := ask("fidelity: ideal; dies: 2;")
	if !maps.Equal(confusion(ideal[0]), confusion(ideal[1])) || maps.Equal(confusion(ideal[0]), confusion(plain)) {
		t.Error("an ideal die answers as every other, and not as a noisy one")
	}
	shelf := ask("after: [0s, 1s];")
	if len(shelf) != 2 || !(shelf[1].Score.Top1 < shelf[0].Score.Top1-0.2) || math.IsNaN(shelf[1].Score.Top1) {
		t.Errorf("a second on the shelf, 50 retention times, takes the accuracy from %g to %g", shelf[0].Score.Top1, shelf[1].Score.Top1)
	}
}
