package dcu

import (
	"context"
	"fmt"
	"math"
	"slices"

	"acl/fabric"
	"acl/fabric/ledger"
)

// Step trains on one batch, and returns the mean loss of its samples.
func (m *Machine) Step(b *Batch, pull Pull) (loss float64, err error) {
	x := m.step(b, pull)
	if err := x.run(); err != nil {
		return 0, err
	}
	return x.stepped(), nil
}

// step is the pass of a training step over a batch.
func (m *Machine) step(b *Batch, pull Pull) *pass {
	return &pass{
		m: m, list: m.prog.Train, batch: b, step: uint64(m.Memory.Step), phase: ledger.Forward, pull: pull,
		train: true,
	}
}

// stepped ends a training step whose instructions have all been run: it counts, and
// its time passes. It returns the mean loss of the samples.
func (x *pass) stepped() float64 {
	m := x.m
	m.Memory.Step++
	seconds := m.spend(x)
	m.age(seconds, uint64(m.Memory.Step))
	m.learned(x.step, seconds)
	m.reward(x.loss / float64(x.batch.N))
	return x.loss / float64(x.batch.N)
}

// spend moves the clock by the time of a training step: what the schedule has for its
// samples, reads that were done again, a way back that was shorter by what was spared,
// and at its end what calibrations between steps take.
func (m *Machine) spend(x *pass) float64 {
	t, n := &m.prog.Timing, x.batch.N
	s := m.Memory.Spans
	each := t.Times(n)
	ahead := each*t.Forward + x.late
	s[ledger.Forward] += ahead
	back := each*t.Backward - x.spared
	s[ledger.Backward] += back
	s[ledger.Update] += t.Update
	s[ledger.Update] += x.repairing
	seconds := ahead + back + t.Update + x.repairing
	m.Memory.Clock += seconds
	m.meter.idle(ledger.Update, seconds)
	if x.owed > 0 {
		m.prepare(x.owed)
	}
	return seconds + x.owed
}

// answer runs the network on a batch without learning. Sample i of the batch is
// sample first+i of the evaluation, whose number keys the draws. With reads clean it
// only looks on: no time passes, and nothing is charged.
func (m *Machine) answer(b *Batch, e Evaluation, first int) (*pass, error) {
	if e.Clean {
		defer m.Memory.settle(m.Memory.accounts())
	}
	x := m.answering(b, e, first)
	if err := x.run(); err != nil {
		return nil, err
	}
	x.answered()
	return x, nil
}

// answering is the pass of an evaluation over a batch, for which the weights are
// rewritten where that is due.
func (m *Machine) answering(b *Batch, e Evaluation, first int) *pass {
	if !e.Clean {
		m.freshen(m.prog.Timing.Answered(b.N))
	}
	return &pass{
		m: m, list: m.prog.Eval, batch: b, step: evalSteps + uint64(e.Number), first: uint32(first),
		clean: e.Clean, phase: ledger.Evaluate, integers: e.integers,
	}
}

// answered lets the time of a batch that was answered pass.
func (x *pass) answered() {
	if !x.clean {
		x.m.elapse(x.m.prog.Timing.Answered(x.batch.N) + x.late)
	}
}

// Answer returns what the network puts out for a batch: for each output port N
// rows, images stored pixel by pixel. It counts as evaluation 0.
func (m *Machine) Answer(b *Batch, clean bool) ([][]float32, error) {
	x, err := m.answer(b, Evaluation{Clean: clean}, 0)
	if err != nil {
		return nil, err
	}
	out := make([][]float32, len(m.prog.Outputs))
	for i, o := range m.prog.Outputs {
		out[i] = append([]float32(nil), x.logical(o.Value)...)
	}
	return out, nil
}

// Score is what an evaluation found over a part of the data. Shares and the loss
// are NaN where the program has no loss or the data no labels.
type Score struct {
	N          int
	Loss       float64 // mean a sample
	Top1, Top5 float64
	Confusion  [][]int // true class by answered class
}

// Evaluation says what is evaluated.
type Evaluation struct {
	Part   Part
	Batch  int
	Number int // keys the draws
	Clean  bool
	// Losses are what a program that does not learn is judged by, in its own values.
	Losses []fabric.LossTerm

	integers *Integers // rounds what units put out; nil: nobody does
}

// Evaluate answers a part of the data on the chip as it is.
func (m *Machine) Evaluate(ctx context.Context, d Data, e Evaluation) (Score, error) {
	var found Answers
	err := m.evaluate(ctx, d, e, &found)
	return m.score(d, e, &found), err
}

// Answers is what an evaluation has found so far.
type Answers struct {
	Rows      int     `state:"rows"` // that have been answered
	Loss      float64 `state:"loss"` // sum over them
	Top1      int     `state:"top1"` // right answers
	Top5      int     `state:"top5"`
	Confusion []int   `state:"confusion"` // true class by answered class; empty without labels
}

// evaluate goes on with an evaluation, whose batches begin where the answers so far end.
// ctx is looked at before each.
func (m *Machine) evaluate(ctx context.Context, d Data, e Evaluation, found *Answers) error {
	rows := d.Rows(e.Part)
	batches := newAhead(found.Rows/max(e.Batch, 1), (rows+e.Batch-1)/max(e.Batch, 1), m.elements(e.Batch), func(b *Batch, at int) error {
		return d.Load(b, e.Part, span(at*e.Batch, min((at+1)*e.Batch, rows)), 0)
	})
	defer batches.stop()
	for found.Rows < rows {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("dcu: stopped at row %d of %d of an evaluation: %w", found.Rows, rows, err)
		}
		b, err := batches.next()
		if err != nil {
			return err
		}
		x, err := m.answer(b, e, found.Rows)
		if err != nil {
			return err
		}
		found.take(x, &e)
	}
	return nil
}

// take adds the answers to a batch.
func (a *Answers) take(x *pass, e *Evaluation) {
	m, b := x.m, x.batch
	a.Rows += b.N
	a.Loss += x.lossTotal(e.Losses)
	v := m.classes()
	if b.Labels == nil || v == fabric.NoValue {
		return
	}
	k := m.prog.Values[v].Elements()
	y := x.logical(v)
	one, five := hits(y, b.Labels, b.N, k)
	a.Top1, a.Top5 = a.Top1+one, a.Top5+five
	a.confuse(y, b.Labels, b.N, k)
}

// confuse counts the answers to a batch.
func (a *Answers) confuse(y []float32, labels []int32, n, k int) {
	if len(a.Confusion) == 0 {
		a.Confusion = make([]int, k*k)
	}
	for i := range n {
		best := 0
		for j, v := range y[i*k : (i+1)*k] {
			if v > y[i*k+best] {
				best = j
			}
		}
		a.Confusion[int(labels[i])*k+best]++
	}
}

// score is what answers to a part of the data are worth.
func (m *Machine) score(d Data, e Evaluation, a *Answers) Score {
	s := Score{N: d.Rows(e.Part), Loss: math.NaN(), Top1: math.NaN(), Top5: math.NaN()}
	if m.prog.Learn != nil || e.Losses != nil {
		s.Loss = a.Loss / float64(s.N)
	}
	if len(a.Confusion) == 0 {
		return s
	}
	s.Top1, s.Top5 = float64(a.Top1)/float64(s.N), float64(a.Top5)/float64(s.N)
	k := m.prog.Values[m.classes()].Elements()
	for row := range slices.Chunk(a.Confusion, k) {
		s.Confusion = append(s.Confusion, row)
	}
	return s
}

// span is the rows from lo up to hi.
func span(lo, hi int) []int {
	rows := make([]int, hi-lo)
	for i := range rows {
		rows[i] = lo + i
	}
	return rows
}

// classes is the value whose largest entry is the network's answer: what the
// cross-entropy compares with the label, or in inference the first output.
func (m *Machine) classes() fabric.ValueID {
	if m.prog.Learn != nil {
		for _, l := range m.prog.Learn.Losses {
			if l.Op == "nn.cross_entropy" {
				return l.Pred
			}
		}
		return fabric.NoValue
	}
	return m.prog.Outputs[0].Value
}

// lossTotal is the sum of the losses of an answered batch, from the wires as they
// are: the program's, or where it does not learn those that are given.
func (x *pass) lossTotal(given []fabric.LossTerm) float64 {
	x.loss = 0
	if x.m.prog.Learn == nil {
		for i := range given {
			t := &given[i]
			y := x.logical(t.Pred)
			x.loss += t.Weight * lossValue(t, make([]float32, len(y)), y, x.targets(t), x.batch.Labels, x.batch.N, len(y)/x.batch.N)
		}
		return x.loss
	}
	for i := range x.m.prog.Learn.Losses {
		x.lossOf(&fabric.Instr{Op: fabric.OpLoss, Unit: i})
	}
	return x.loss
}

// Energy is what training has taken so far, J, by the chip's table of costs.
func (m *Machine) Energy() float64 {
	table, err := ledger.Lookup(m.prog.Chip.Costs)
	if err != nil {
		return math.NaN()
	}
	return ledger.Price(m.Memory.Book, &m.prog.Chip, table).Training().Value
}

// Resume makes what is not kept follow the state that a checkpoint brought back.
func (m *Machine) Resume() {
	for i := range m.Memory.Arrays {
		for _, a := range m.cells(i) {
			a.Restored()
		}
	}
	m.retime()
}

// Shelve lets a chip lie without power for a time: its weights leak, and nothing
// rewrites what is left of them when it answers.
func (m *Machine) Shelve(seconds float64) {
	if seconds > 0 {
		m.shelved = true
		m.age(seconds, uint64(m.Memory.Step))
	}
}
