package dcu

import (
	"math"

	"acl/fabric"
	"acl/fabric/stack"
)

// Walk is a training step, or the answer to a batch, that is taken one instruction of
// the control unit at a time. Taken to its end it comes to the same bits as a step
// that is taken whole. Until then its machine does nothing else.
type Walk struct {
	x    *pass
	at   int
	loss float64
	// end does what follows the last instruction, and returns the mean loss.
	end func() float64
}

// Walk begins the next step of a training. Between two epochs it evaluates nothing.
func (t *Trainer) Walk() (*Walk, error) {
	m, h := t.Machine, t.horizon()
	if t.Place.Batch >= h.StepsPerEpoch {
		t.Place.nextEpoch()
	}
	t.shuffle(t.Place.Epoch)
	m.epoch = t.Place.Epoch + 1
	var b Batch
	if err := t.load(&b, t.Place.Batch); err != nil {
		return nil, err
	}
	x := m.step(&b, PullAt(&m.prog.Learn.Optimizer, m.Memory.Step, h))
	x.arrange()
	return &Walk{x: x, loss: math.NaN(), end: func() float64 {
		loss := x.stepped()
		t.Place.took(loss, b.N)
		return loss
	}}, nil
}

// Walk begins the answer to a batch, whose first sample has a number in the
// evaluation.
func (m *Machine) Walk(b *Batch, first int) *Walk {
	x := m.answering(b, Evaluation{}, first)
	x.arrange()
	return &Walk{x: x, loss: math.NaN(), end: func() float64 {
		x.answered()
		return math.NaN()
	}}
}

// Next runs the next instruction and returns it; nil where there is none left. After
// an error the walk is over, and the stack is empty.
func (w *Walk) Next() (*fabric.Instr, error) {
	if w.Done() {
		return nil, nil
	}
	if err := w.x.next(w.at); err != nil {
		w.at = len(w.x.list)
		w.x.m.stack.Reset()
		return nil, err
	}
	w.at++
	if w.Done() {
		w.loss = w.end()
	}
	return &w.x.list[w.at-1], nil
}

// Done reports whether all instructions have been run.
func (w *Walk) Done() bool { return w.at == len(w.x.list) }

// At is how many instructions have been run, and Len how many there are.
func (w *Walk) At() int { return w.at }

// Len is the number of instructions.
func (w *Walk) Len() int { return len(w.x.list) }

// Samples is the number of samples in the batch.
func (w *Walk) Samples() int { return w.x.batch.N }

// Loss is the mean loss of the samples, NaN before a step has ended.
func (w *Walk) Loss() float64 { return w.loss }

// Held are the values on the stack of each sample, the first pushed first.
func (w *Walk) Held() []stack.Slot { return w.x.m.stack.Held() }

// Wire is what is on a value's wire: the root of the mean square and the largest
// magnitude over the batch, and the exponent of two of the full scale.
type Wire struct {
	RMS, Largest float64
	Exp          int
}

// Wire looks at the wire of a value that a later instruction reads, or that the last
// one wrote: others have left their place to those.
func (w *Walk) Wire(v fabric.ValueID) Wire {
	t := &w.x.m.wires[v].now
	scale, sum, largest := float64(t.Scale()), 0.0, 0.0
	for _, f := range t.Data {
		sum += float64(f) * float64(f)
		largest = max(largest, math.Abs(float64(f)))
	}
	return Wire{RMS: scale * math.Sqrt(sum/float64(max(len(t.Data), 1))), Largest: scale * largest, Exp: t.Exp}
}
