package job

import (
	"context"
	"fmt"

	"acl/fabric/dcu"
	"acl/fabric/ledger"
)

// Width is what an integer machine of some bits answers with a run's weights.
type Width struct {
	Bits   int
	Score  dcu.Score
	Energy float64 // J an answer, at ledger.DefaultReuse
}

// Widths is a chip beside integer machines of 2 to 8 bits with the same weights.
type Widths struct {
	Chip   Answer
	Energy float64 // J an answer of the chip
	List   []Width
}

// Match is the narrowest integer machine that answers at least as well as the
// chip, by the share of right answers or, without labels, by the loss; nil where
// none does.
func (w *Widths) Match() *Width {
	for i := range w.List {
		a, b := w.List[i].Score, w.Chip.Score
		if a.Top1 >= b.Top1 || a.Top1 != a.Top1 && a.Loss <= b.Loss {
			return &w.List[i]
		}
	}
	return nil
}

// widest is the resolution of the last integer machine that is tried.
const widest = 8

// CompareWidths answers the test part with a finished run's chip as it is, and
// with integer machines that have its weights. The scales of an integer machine
// are found on a batch of the training part.
func CompareWidths(ctx context.Context, dir string, o Options) (*Widths, error) {
	chip, err := Test(ctx, dir, o)
	if err != nil {
		return nil, err
	}
	rec, err := ReadRecord(dir)
	if err != nil {
		return nil, err
	}
	p, m, err := Reopen(dir, rec)
	if err != nil {
		return nil, err
	}
	data, _, diags := p.open(ctx, m, append(o.Data, "."), rec.Seed)
	if diags.HasErrors() {
		return nil, fmt.Errorf("%s: %w", dir, diags[0])
	}
	out := &Widths{Chip: *chip, Energy: chip.Energy / float64(max(chip.Score.N, 1))}
	own := *m.Fabric()
	own.Chip.Idealize()
	weights, work := chip.Machine.Weights(), ledger.WorkOf(&own)
	batch, err := calibrationBatch(data, testBatch(&own))
	if err != nil {
		return nil, err
	}
	for bits := 2; bits <= widest; bits++ {
		machine, err := dcu.New(dcu.Config{Program: &own, Pool: o.Pool, Seed: rec.Seed})
		if err != nil {
			return nil, err
		}
		n, err := machine.NewIntegers(weights, batch, bits)
		if err != nil {
			return nil, err
		}
		score, err := n.Evaluate(ctx, data, dcu.Evaluation{Part: dcu.TestPart, Batch: testBatch(&own), Number: cleanEvaluation})
		if err != nil {
			return nil, err
		}
		out.List = append(out.List, Width{bits, score, ledger.Integer(bits).Answer(work, ledger.DefaultReuse)})
	}
	return out, nil
}

// calibrationBatch is the first rows of the training part.
func calibrationBatch(data *rows, size int) (*dcu.Batch, error) {
	list := make([]int, min(size, data.Rows(dcu.TrainPart)))
	for i := range list {
		list[i] = i
	}
	var b dcu.Batch
	return &b, data.Load(&b, dcu.TrainPart, list, 0)
}
