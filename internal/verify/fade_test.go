package verify

import (
	"context"
	"math"
	"path/filepath"
	"reflect"
	"testing"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/fabric/ledger"
	"acl/internal/job"
)

// Weights that leak while a chip answers.

// TestAnswersTakeCharge: in the time of an evaluation weights lose e^(-t/τ), as they do in
// that of a step, and training goes on from what is left; one with reads clean only looks
// on, and leaves all that lasts as it was.
func TestAnswersTakeCharge(t *testing.T) {
	text := head + digitsModule + quiet("noise.leak: on", "cap.leak: 10pA", "cell.spread.leak: 0%") +
		"schedule Digits on Bench { refresh { weights: 1000; } }" + trainOn("Bench", "nn.sgd(rate = 0.05)", "steps: 4; test: off;")
	b := newBench(t, text, options{}).setup(t)
	for range 2 {
		before, clock := b.Weights(), b.Memory.Clock
		b.accuracy(t)
		keep := math.Exp(-(b.Memory.Clock - clock) / (50e-15 * 0.4 / 10e-12))
		if !(keep < 0.9) {
			t.Fatalf("an evaluation leaves %g of a weight: the test sees nothing", keep)
		}
		for i, w := range b.Weights() {
			for j := range before[i] {
				before[i][j] *= float32(keep)
			}
			if e := relative(wide(w), wide(before[i])); e > 1e-5 {
				t.Errorf("array %d is %.3g away from %g of what it held", i, e, keep)
			}
		}
		if _, err := b.Step(b.batch(t, 0, 32), dcu.Pull{Rate: 0.05}); err != nil {
			t.Fatal(err)
		}
	}
	before := snapshot(b)
	clean := dcu.Evaluation{Part: dcu.TestPart, Batch: 64, Number: 3, Clean: true}
	if _, err := b.Evaluate(t.Context(), b.trainer.Data, clean); err != nil {
		t.Fatal(err)
	}
	for i, f := range snapshot(b) {
		if !reflect.DeepEqual(f, before[i]) {
			t.Errorf("an evaluation with reads clean changes %s", kept(b)[i].Name)
		}
	}
}

// snapshot is a copy of all that a machine keeps, what has leaked being gone.
func snapshot(b *bench) []any {
	b.Weights()
	var out []any
	for _, f := range kept(b) {
		v := reflect.ValueOf(f.Ptr).Elem()
		if v.Kind() == reflect.Slice {
			v = reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()), v)
		}
		out = append(out, v.Interface())
	}
	return out
}

// TestLongEvaluations: on a chip whose cells hold for two milliseconds an accuracy is
// lost with the answers that are given, unless the control unit rewrites the weights;
// that takes time and energy. After a time on the shelf it has nothing to write.
func TestLongEvaluations(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	p, m := opened(t, head+digitsModule+quiet()+trainOn("Bench", "nn.sgd(rate = 0.05, momentum = 0.9)", "epochs: 3;"))
	if _, _, err := p.Train(context.Background(), m, job.Options{Out: dir}); err != nil {
		t.Fatal(err)
	}
	type outcome struct {
		first, last float64
		energy      float64 // J, of the first
		rewrites    int
		lines       int // of the book that rewrites of an evaluation are charged to
	}
	ask := func(schedule, more string) (o outcome) {
		p, m := opened(t, head+digitsModule+quiet("noise.leak: on", "noise.read: on", "cap.leak: 10pA")+
			schedule+`
infer Digits on Bench { weights: "`+filepath.ToSlash(dir)+`"; data: data.digits(); `+more+` }`)
		answers, diags, err := p.Infer(context.Background(), m, job.Options{})
		if err != nil || diags.HasErrors() {
			t.Fatal(err, diags)
		}
		a := answers[0]
		o.first, o.last, o.energy = a.Score.Top1, a.Score.Top1, a.Energy
		for k := range 8 {
			s, err := a.Machine.Evaluate(t.Context(), digitsFor(a.Machine.Program()), dcu.Evaluation{Part: dcu.TestPart, Batch: 64, Number: k + 1})
			if err != nil {
				t.Fatal(err)
			}
			o.last = s.Top1
		}
		o.rewrites = a.Machine.Memory.Rewrites
		book := a.Machine.Memory.Book
		for i, l := range book.Lines() {
			if l.Op == fabric.OpRefresh && book.Get(i, ledger.Evaluate, ledger.HoldWrite) > 0 {
				o.lines++
			}
		}
		return o
	}
	off, auto := ask("schedule Digits on Bench { refresh: off; }", ""), ask("", "")
	t.Logf("top-1 of the first evaluation and the last: without rewrites %.3f, %.3f, with them %.3f, %.3f", off.first, off.last, auto.first, auto.last)
	if !(off.last < off.first-0.3) || off.rewrites != 0 || off.lines != 0 {
		t.Errorf("without rewrites: %+v", off)
	}
	if !(auto.last > 0.9 && auto.last > auto.first-0.03) || auto.rewrites < 8 || auto.lines == 0 || !(auto.energy > off.energy) {
		t.Errorf("with rewrites: %+v, without: %+v", auto, off)
	}
	if shelf := ask("", "after: [10us];"); shelf.rewrites != 0 || !(shelf.last < off.first-0.3) {
		t.Errorf("after a time on the shelf: %+v", shelf)
	}
}

// TestRewritesOfEvaluations: an evaluation of a training rewrites its weights when they
// have leaked for as long as they do between two rewrites of a training.
func TestRewritesOfEvaluations(t *testing.T) {
	for _, c := range []struct {
		schedule string
		batch    int
	}{{"refresh { weights: 1; }", 8}, {"refresh { weights: 2; }", 64}, {"refresh { weights: 50; }", 64}} {
		text := noisyProgram("schedule Digits on Bench { "+c.schedule+" }", "steps: 2; test: off;")
		b := newBench(t, text, options{sets: []string{"batch=1"}}).setup(t)
		for range 2 {
			if _, err := b.Step(b.batch(t, 0, 1), dcu.Pull{Rate: 0.05}); err != nil {
				t.Fatal(err)
			}
		}
		longest := 0.0
		data := watched{b.trainer.Data, func() { longest = math.Max(longest, b.Memory.Leaked) }}
		if _, err := b.Evaluate(t.Context(), data, dcu.Evaluation{Part: dcu.TestPart, Batch: c.batch, Number: 1}); err != nil {
			t.Fatal(err)
		}
		timing := &b.Program().Timing
		every := float64(b.Program().Train[len(b.Program().Train)-3].Every)
		limit := every * timing.Step
		spent := timing.Answered(b.trainer.Data.Rows(dcu.TestPart))
		if want := int(spent / limit); b.Memory.Rewrites < want || b.Memory.Rewrites > 2*want+1 {
			t.Errorf("%s: %d rewrites in %g s, of which %g s may pass without", c.schedule, b.Memory.Rewrites, spent, limit)
		}
		if batch := timing.Answered(c.batch); longest > math.Max(limit, 2*batch) {
			t.Errorf("%s: weights leak for %g s, where %g s are allowed and a batch takes %g s", c.schedule, longest, limit, batch)
		}
	}
}

// watched calls a function whenever rows are loaded.
type watched struct {
	dcu.Data
	look func()
}

func (w watched) Load(b *dcu.Batch, p dcu.Part, rows []int, epoch int) error {
	w.look()
	return w.Data.Load(b, p, rows, epoch)
}
