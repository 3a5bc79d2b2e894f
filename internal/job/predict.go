package job

import (
	"context"
	"fmt"
	"math"
	"slices"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/internal/dataset"
)

// Prediction is what a network says of one row.
type Prediction struct {
	Row     dataset.Row
	Classes []string  // names, nil without
	Shares  []float64 // probability of each class; nil: the network names no class
	Outputs map[string][]float32
}

// Best are the n likeliest classes, the likeliest first.
func (p *Prediction) Best(n int) []int {
	order := make([]int, len(p.Shares))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p.Shares[a] > p.Shares[b]:
			return -1
		case p.Shares[a] < p.Shares[b]:
			return 1
		}
		return 0
	})
	return order[:min(n, len(order))]
}

// predictBatch is how many rows are answered at once.
const predictBatch = 64

// Predict answers rows of files with a finished run's machine as its last
// checkpoint left it. The files are resized and normalised as the run's data were.
func Predict(ctx context.Context, dir string, files []string, o Options) ([]Prediction, error) {
	rec, err := ReadRecord(dir)
	if err != nil {
		return nil, err
	}
	if rec.Input == nil {
		return nil, fmt.Errorf("%s does not say how its data were brought to the network: it is from an older version", dir)
	}
	machine, err := restored(dir, rec, o.Pool)
	if err != nil {
		return nil, err
	}
	f := machine.Program()
	for _, in := range f.Inputs {
		if in.Field != "input" {
			return nil, fmt.Errorf("the port %s takes `%s`: only networks that are fed with `input` can be asked", in.Name, in.Field)
		}
	}
	var rows []dataset.Row
	for _, file := range files {
		list, err := rec.Input.Read(file)
		if err != nil {
			return nil, err
		}
		rows = append(rows, list...)
	}
	var out []Prediction
	for part := range slices.Chunk(rows, predictBatch) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		list, err := predict(machine, part, rec.Classes)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// predict answers one batch.
func predict(m *dcu.Machine, rows []dataset.Row, classes []string) ([]Prediction, error) {
	f := m.Program()
	b := dcu.Batch{N: len(rows), Inputs: make([][]float32, len(f.Inputs))}
	for i := range b.Inputs {
		for _, r := range rows {
			b.Inputs[i] = append(b.Inputs[i], r.Data...)
		}
	}
	answers, err := m.Answer(&b, false)
	if err != nil {
		return nil, err
	}
	named := classOutput(f)
	out := make([]Prediction, len(rows))
	for r := range out {
		out[r] = Prediction{Row: rows[r], Outputs: map[string][]float32{}}
		for i, port := range f.Outputs {
			n := len(answers[i]) / len(rows)
			y := answers[i][r*n : (r+1)*n]
			out[r].Outputs[port.Name] = y
			if port.Value == named {
				out[r].Shares, out[r].Classes = softmax(y), classes
			}
		}
	}
	return out, nil
}

// classOutput is the value that a cross-entropy compares with labels; NoValue
// without one.
func classOutput(f *fabric.Program) fabric.ValueID {
	for _, l := range f.Learn.Losses {
		if l.Op == "nn.cross_entropy" {
			return l.Pred
		}
	}
	return fabric.NoValue
}

func softmax(y []float32) []float64 {
	top := float64(slices.Max(y))
	out := make([]float64, len(y))
	sum := 0.0
	for i, v := range y {
		out[i] = math.Exp(float64(v) - top)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

// Map is the prediction as a JSON line.
func (p *Prediction) Map() map[string]any {
	out := map[string]any{"event": "prediction", "file": p.Row.File, "row": p.Row.Number}
	if p.Shares == nil {
		out["outputs"] = p.Outputs
		return out
	}
	best := p.Best(1)[0]
	out["class"], out["probabilities"] = best, p.Shares
	if p.Classes != nil {
		out["name"] = p.Classes[best]
	}
	return out
}
