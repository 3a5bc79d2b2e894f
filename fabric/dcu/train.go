package dcu

import (
	"context"
	"fmt"
	"math"
	"time"

	"acl/fabric"
	"acl/fabric/kernel"
)

// Trainer is a training under way: the machine, its data and where it stands.
type Trainer struct {
	Machine *Machine
	Data    Data
	// Progress is called at most ten times a second, and after every epoch; nil for
	// none.
	Progress func(Progress)
	// Evaluated is called after each evaluation; nil for none.
	Evaluated func(Epoch)

	Place Place
	order []int
}

// Place is where a training stands: kept by a checkpoint.
type Place struct {
	Epoch       int     `state:"epoch"`
	Batch       int     `state:"batch"` // of the epoch
	LossSum     float64 `state:"loss_sum"`
	LossCount   int     `state:"loss_count"`
	Held        int     `state:"held"` // evaluations in a row whose stop condition held
	Evaluations int     `state:"evaluations"`
	Done        bool    `state:"done"`
	// Answers are those of the evaluation under way.
	Answers Answers `state:"answers"`
}

// Progress is how far a training is.
type Progress struct {
	Epoch, Epochs int // epochs from 1
	Step, Steps   int
	Loss          float64 // mean of the epoch so far
	SamplesPerSec float64
	Left          time.Duration // at the present rate
}

// Epoch is what an evaluation after an epoch found.
type Epoch struct {
	Epoch     int     // from 1
	TrainLoss float64 // mean over the epoch's samples
	Score     Score   // of the test part
	Seconds   float64 // of the host since the last one
	Training  float64 // of Seconds, those before the evaluation
	Clock     float64 // of the chip so far
	Stopped   bool    // the stop condition has held long enough
}

// horizon is the length of the run.
func (t *Trainer) horizon() Horizon {
	l := t.Machine.prog.Learn
	per := (t.Data.Rows(TrainPart) + l.Batch - 1) / l.Batch
	if l.Steps > 0 {
		return Horizon{StepsPerEpoch: per, Steps: l.Steps}
	}
	return Horizon{StepsPerEpoch: per, Steps: per * l.Epochs}
}

// First loads the first batch of the run, which the machine's ranges are found
// with.
func (t *Trainer) First() (*Batch, error) {
	var b Batch
	t.shuffle(0)
	l := t.Machine.prog.Learn
	return &b, t.Data.Load(&b, TrainPart, t.order[:min(l.Batch, len(t.order))], 0)
}

// shuffle orders an epoch's rows: a function of seed and epoch alone.
func (t *Trainer) shuffle(epoch int) {
	n := t.Data.Rows(TrainPart)
	if len(t.order) != n {
		t.order = make([]int, n)
	}
	for i := range t.order {
		t.order[i] = i
	}
	key := kernel.NewKey(t.Machine.env.Seed, 0, kernel.PathHash("order"), 0, uint64(epoch))
	for i := n - 1; i > 0; i-- {
		j := int(uint64(key.Bits(0, uint32(i))) * uint64(i+1) >> 32)
		t.order[i], t.order[j] = t.order[j], t.order[i]
	}
}

// Run trains until the last step, the stop condition, or the end of ctx, which is
// looked at before every step and every batch of an evaluation. The machine is left
// between two of them, and a later Run goes on with the same bits.
func (t *Trainer) Run(ctx context.Context) error {
	h := t.horizon()
	clock := newPace(t, h)
	for !t.Place.Done && (t.Machine.Memory.Step < h.Steps || t.Place.Batch > 0) {
		if err := t.epoch(ctx, h, clock); err != nil {
			return err
		}
		if err := t.endEpoch(ctx, h, clock); err != nil {
			return err
		}
	}
	t.Place.Done = true
	return nil
}

// epoch runs the steps that are left of the present epoch.
func (t *Trainer) epoch(ctx context.Context, h Horizon, clock *pace) error {
	l := t.Machine.prog.Learn
	t.shuffle(t.Place.Epoch)
	t.Machine.epoch = t.Place.Epoch + 1
	batches := newAhead(t.Place.Batch, h.StepsPerEpoch, t.Machine.elements(l.Batch), t.load)
	defer batches.stop()
	for t.Place.Batch < h.StepsPerEpoch && t.Machine.Memory.Step < h.Steps {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("dcu: stopped at step %d of %d: %w", t.Machine.Memory.Step, h.Steps, err)
		}
		b, err := batches.next()
		if err != nil {
			return err
		}
		loss, err := t.Machine.Step(b, PullAt(&l.Optimizer, t.Machine.Memory.Step, h))
		if err != nil {
			return err
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return fmt.Errorf("dcu: the loss is %g at step %d: the rate may be too large", loss, t.Machine.Memory.Step)
		}
		t.Place.took(loss, b.N)
		clock.tick(b.N)
	}
	return nil
}

// load loads a batch of the epoch, whose rows have been shuffled.
func (t *Trainer) load(b *Batch, at int) error {
	size := t.Machine.prog.Learn.Batch
	lo := at * size
	return t.Data.Load(b, TrainPart, t.order[lo:min(lo+size, len(t.order))], t.Place.Epoch)
}

// endEpoch evaluates where it is time to, and looks at the stop condition. Where an
// evaluation is cut off, a later Run goes on with its next batch.
func (t *Trainer) endEpoch(ctx context.Context, h Horizon, clock *pace) error {
	m, l, p := t.Machine, t.Machine.prog.Learn, &t.Place
	last := m.Memory.Step >= h.Steps
	e := Epoch{Epoch: p.Epoch + 1, TrainLoss: p.LossSum / float64(max(p.LossCount, 1)), Clock: m.Memory.Clock}
	if l.TestEvery == 0 || e.Epoch%l.TestEvery != 0 && !last {
		p.nextEpoch()
		return nil
	}
	e.Training = time.Since(clock.lapped).Seconds()
	test := Evaluation{Part: TestPart, Batch: l.TestBatch, Number: p.Evaluations + 1}
	if err := m.evaluate(ctx, t.Data, test, &p.Answers); err != nil {
		return err
	}
	m.freshenUntilStep()
	e.Score, e.Seconds, e.Clock = m.score(t.Data, test, &p.Answers), clock.lap(), m.Memory.Clock
	p.nextEpoch()
	p.Evaluations++
	p.Answers = Answers{}
	if l.Stop != nil {
		p.Held++
		if !t.holds(l.Stop, &e) {
			p.Held = 0
		}
		e.Stopped = p.Held >= l.Stop.Patience
		p.Done = e.Stopped
	}
	if t.Evaluated != nil {
		t.Evaluated(e)
	}
	return nil
}

// took counts a step over n samples with a mean loss.
func (p *Place) took(loss float64, n int) {
	p.LossSum += loss * float64(n)
	p.LossCount += n
	p.Batch++
}

// nextEpoch begins an epoch.
func (p *Place) nextEpoch() {
	p.Epoch++
	p.Batch, p.LossSum, p.LossCount = 0, 0, 0
}

// holds reports whether a stop condition is true of an evaluation. A metric that
// is not known (NaN) compares false.
func (t *Trainer) holds(s *fabric.Stop, e *Epoch) bool {
	for _, all := range s.AnyOf {
		ok := true
		for _, c := range all {
			ok = ok && compare(t.metric(c.Metric, e), c.Cmp, c.Num) != c.Not
		}
		if ok {
			return true
		}
	}
	return false
}

func (t *Trainer) metric(name string, e *Epoch) float64 {
	switch name {
	case "loss":
		return e.Score.Loss
	case "accuracy", "top1":
		return e.Score.Top1
	case "top5":
		return e.Score.Top5
	case "latency":
		return e.Clock
	case "energy":
		return t.Machine.Energy()
	}
	return math.NaN()
}

func compare(a float64, op string, b float64) bool {
	switch op {
	case "==":
		return a == b
	case "!=":
		return a != b
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	case ">=":
		return a >= b
	}
	return false
}

// pace measures the host's speed for Progress.
type pace struct {
	t              *Trainer
	h              Horizon
	start, shown   time.Time
	lapped         time.Time
	first, samples int
}

func newPace(t *Trainer, h Horizon) *pace {
	now := time.Now()
	return &pace{t: t, h: h, start: now, lapped: now, first: t.Machine.Memory.Step}
}

// shownEvery is the least time between two reports of progress.
const shownEvery = 100 * time.Millisecond

func (p *pace) tick(n int) {
	p.samples += n
	now := time.Now()
	if p.t.Progress == nil || now.Sub(p.shown) < shownEvery {
		return
	}
	p.shown = now
	step := p.t.Machine.Memory.Step
	spent := now.Sub(p.start)
	left := time.Duration(float64(spent) / float64(step-p.first) * float64(p.h.Steps-step))
	p.t.Progress(Progress{
		Epoch: p.t.Place.Epoch + 1, Epochs: (p.h.Steps + p.h.StepsPerEpoch - 1) / p.h.StepsPerEpoch,
		Step: step, Steps: p.h.Steps, Loss: p.t.Place.LossSum / float64(p.t.Place.LossCount),
		SamplesPerSec: float64(p.samples) / spent.Seconds(), Left: left,
	})
}

// lap returns the seconds since the last lap.
func (p *pace) lap() float64 {
	now := time.Now()
	d := now.Sub(p.lapped)
	p.lapped = now
	return d.Seconds()
}
