package verify

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/fabric/kernel"
	"acl/fabric/stack"
	"acl/internal/dataset"
	"acl/internal/job"
	"acl/lang/source"
)

// head begins every program of this package.
const head = `acl 1;
use std.nn;
use std.data;
use std.chips;
use std.control;
use std.analog;
`

// lowered compiles a program and lowers its first train block.
func lowered(t testing.TB, text string, sets ...string) (*job.Program, *job.Model) {
	t.Helper()
	p := job.Compile(source.NewFile("verify.acl", text), sets)
	models, diags := p.Models()
	if diags.HasErrors() {
		t.Fatalf("the program is refused: %v\n%s", diags.Errors()[0], text)
	}
	if refused := p.Refused(models); refused.HasErrors() {
		t.Fatalf("the machine refuses the program: %v", refused[0])
	}
	if len(models) == 0 {
		t.Fatal("the program trains nothing")
	}
	return p, models[0]
}

// bench is a machine with what feeds it.
type bench struct {
	*dcu.Machine
	trainer *dcu.Trainer
}

// options say how a bench differs from a plain one.
type options struct {
	sets       []string
	discipline stack.Discipline
	workers    int // of the pool; 0: no pool
	noDummy    bool
	apart      bool // values share no memory
}

// newBench sets a machine up for a program that learns the digits.
func newBench(t testing.TB, text string, o options) *bench {
	t.Helper()
	_, model := lowered(t, text, o.sets...)
	f := model.Fabric()
	b := &bench{Machine: newMachine(t, f, o)}
	b.trainer = &dcu.Trainer{Machine: b.Machine, Data: digitsFor(f)}
	return b
}

func newMachine(t testing.TB, f *fabric.Program, o options) *dcu.Machine {
	t.Helper()
	var pool *kernel.Pool
	if o.workers > 0 {
		pool = kernel.NewPool(o.workers)
		t.Cleanup(pool.Close)
	}
	m, err := dcu.New(dcu.Config{Program: f, Pool: pool, Seed: f.Learn.Seed, Discipline: o.discipline, NoDummy: o.noDummy, Apart: o.apart})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// setup writes random start weights with the run's first batch at hand.
func (b *bench) setup(t testing.TB) *bench {
	t.Helper()
	first, err := b.trainer.First()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Setup(nil, first); err != nil {
		t.Fatal(err)
	}
	return b
}

// run trains to the end of the program's epochs or steps.
func (b *bench) run(t testing.TB) *bench {
	t.Helper()
	if err := b.trainer.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return b
}

// accuracy is the share of the test part that the chip answers right.
func (b *bench) accuracy(t testing.TB) dcu.Score {
	t.Helper()
	score, err := b.Evaluate(context.Background(), b.trainer.Data, dcu.Evaluation{Part: dcu.TestPart, Batch: 64, Number: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	return score
}

// digits feeds the embedded digits, whose images are the machine's only input.
type digits struct {
	set   *dataset.Set
	width int
}

var openDigits = sync.OnceValue(func() *dataset.Set {
	set, err := dataset.Open(context.Background(), dataset.Request{Kind: dataset.Digits})
	if err != nil {
		panic(err)
	}
	return set
})

func digitsFor(f *fabric.Program) *digits {
	return &digits{openDigits(), f.Values[f.Inputs[0].Value].Elements()}
}

func (d *digits) part(p dcu.Part) *dataset.Part {
	if p == dcu.TrainPart {
		return d.set.Train
	}
	return d.set.Test
}

// Rows is the number of images of a part.
func (d *digits) Rows(p dcu.Part) int { return d.part(p).Len() }

// Load fills a batch.
func (d *digits) Load(b *dcu.Batch, p dcu.Part, rows []int, _ int) error {
	if d.width != d.set.Train.Elements() {
		return fmt.Errorf("an image has %d elements, the port takes %d", d.set.Train.Elements(), d.width)
	}
	b.N = len(rows)
	b.Inputs = [][]float32{make([]float32, len(rows)*d.width)}
	b.Labels = make([]int32, len(rows))
	for i, r := range rows {
		d.part(p).Input(b.Inputs[0][i*d.width:(i+1)*d.width], r)
		b.Labels[i] = d.part(p).Label(r)
	}
	return nil
}

// batch loads rows of the training part from a place on.
func (b *bench) batch(t testing.TB, from, n int) *dcu.Batch {
	t.Helper()
	rows := make([]int, n)
	for i := range rows {
		rows[i] = (from + i) % b.trainer.Data.Rows(dcu.TrainPart)
	}
	var out dcu.Batch
	if err := b.trainer.Data.Load(&out, dcu.TrainPart, rows, 0); err != nil {
		t.Fatal(err)
	}
	return &out
}

// relative is ‖a-b‖/‖b‖, or ‖a‖ where b is zero.
func relative(a, b []float64) float64 {
	var diff, norm float64
	for i := range b {
		diff += (a[i] - b[i]) * (a[i] - b[i])
		norm += b[i] * b[i]
	}
	if norm == 0 {
		return math.Sqrt(diff)
	}
	return math.Sqrt(diff / norm)
}

func wide(s []float32) []float64 {
	out := make([]float64, len(s))
	for i, v := range s {
		out[i] = float64(v)
	}
	return out
}

// uniform returns n numbers of ±reach from a seed, rounded to float32 so that the
// machine and a reference begin alike.
func uniform(seed uint64, n int, reach float64) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(float32(reach * (2*r.Float64() - 1)))
	}
	return out
}

func narrow(s []float64) []float32 {
	out := make([]float32, len(s))
	for i, v := range s {
		out[i] = float32(v)
	}
	return out
}

// literal writes rows of numbers as the language has them.
func literal(rows ...[]float64) string {
	var b strings.Builder
	b.WriteString("[")
	for i, row := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("[")
		for j, v := range row {
			if j > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%.9g", v)
		}
		b.WriteString("]")
	}
	return b.String() + "]"
}
