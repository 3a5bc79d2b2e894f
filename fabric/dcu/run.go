package dcu

import (
	"context"
	"fmt"
	"math"

	"acl/fabric"
	"acl/fabric/ledger"
)

// Step trains on one batch at a learning rate, and returns the mean loss of its
// samples.
func (m *Machine) Step(b *Batch, rate float64) (loss float64, err error) {
	x := m.step(b, rate)
	if err := x.run(); err != nil {
		return 0, err
	}
	return x.stepped(), nil
}

// step is the pass of a training step over a batch.
func (m *Machine) step(b *Batch, rate float64) *pass {
	return &pass{
		m: m, list: m.prog.Train, batch: b, step: uint64(m.Memory.Step), phase: ledger.Forward, rate: rate,
		train: true,
	}
}

// stepped ends a training step whose instructions have all been run: it counts, and
// its time passes. It returns the mean loss of the samples.
func (x *pass) stepped() float64 {
	m := x.m
	m.Memory.Step++
	m.age(m.spend(x), uint64(m.Memory.Step))
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
// sample first+i of the evaluation, whose number keys the draws.
func (m *Machine) answer(b *Batch, e Evaluation, first int) (*pass, error) {
	x := m.answering(b, e, first)
	if err := x.run(); err != nil {
		return nil, err
	}
	x.answered()
	return x, nil
}

// answering is the pass of an evaluation over a batch.
func (m *Machine) answering(b *Batch, e Evaluation, first int) *pass {
	return &pass{
		m: m, list: m.prog.Eval, batch: b, step: evalSteps + uint64(e.Number), first: uint32(first),
		clean: e.Clean, phase: ledger.Evaluate, integers: e.integers,
	}
}

// answered lets the time of a batch that was answered pass.
func (x *pass) answered() {
	seconds := x.m.prog.Timing.Answered(x.batch.N) + x.late
	x.m.Memory.Spans[ledger.Evaluate] += seconds
	x.m.Memory.Clock += seconds
	x.m.meter.idle(ledger.Evaluate, seconds)
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
	score := Score{N: d.Rows(e.Part), Loss: math.NaN(), Top1: math.NaN(), Top5: math.NaN()}
	v := m.classes()
	var top1, top5 int
	var loss float64
	labelled := false
	batches := newAhead(0, (score.N+e.Batch-1)/max(e.Batch, 1), m.elements(e.Batch), func(b *Batch, at int) error {
		return d.Load(b, e.Part, span(at*e.Batch, min((at+1)*e.Batch, score.N)), 0)
	})
	defer batches.stop()
	for at := 0; at < score.N; at += e.Batch {
		if err := ctx.Err(); err != nil {
			return score, fmt.Errorf("dcu: stopped at row %d of %d of an evaluation: %w", at, score.N, err)
		}
		b, err := batches.next()
		if err != nil {
			return score, err
		}
		x, err := m.answer(b, e, at)
		if err != nil {
			return score, err
		}
		loss += x.lossTotal(e.Losses)
		if b.Labels != nil && v != fabric.NoValue {
			labelled = true
			k := m.prog.Values[v].Elements()
			y := x.logical(v)
			one, five := hits(y, b.Labels, b.N, k)
			top1, top5 = top1+one, top5+five
			score.confuse(y, b.Labels, b.N, k)
		}
	}
	if m.prog.Learn != nil || e.Losses != nil {
		score.Loss = loss / float64(score.N)
	}
	if labelled {
		score.Top1, score.Top5 = float64(top1)/float64(score.N), float64(top5)/float64(score.N)
	}
	return score, nil
}

// span is the rows from lo up to hi.
func span(lo, hi int) []int {
	rows := make([]int, hi-lo)
	for i := range rows {
		rows[i] = lo + i
	}
	return rows
}

// confuse counts the answers to a batch.
func (s *Score) confuse(y []float32, labels []int32, n, k int) {
	if s.Confusion == nil {
		s.Confusion = make([][]int, k)
		for i := range s.Confusion {
			s.Confusion[i] = make([]int, k)
		}
	}
	for i := range n {
		best := 0
		for j, v := range y[i*k : (i+1)*k] {
			if v > y[i*k+best] {
				best = j
			}
		}
		s.Confusion[labels[i]][best]++
	}
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

// Shelve lets a chip lie without power for a time: its weights leak.
func (m *Machine) Shelve(seconds float64) {
	if seconds > 0 {
		m.age(seconds, uint64(m.Memory.Step))
	}
}
