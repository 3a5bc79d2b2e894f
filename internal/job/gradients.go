package job

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"acl/fabric/dcu"
	"acl/internal/safetensors"
	"acl/lang/diag"
)

// Gradients is a training step that was only computed: what a peer needs to
// compute it again, and what it came to.
type Gradients struct {
	Model *Model
	Rows  int
	Loss  float64           // mean a row
	File  *safetensors.File // weights.*, gradients.*, batch.*
}

// Gradients runs the first step of a train block and keeps what it computed with:
// the start weights (`weights.`), the batch as the network got it (`batch.PORT`,
// `batch.label`, `batch.target`), and the mean gradients as the optimizer gets them
// (`gradients.`), in the names and layouts of PyTorch (see tensors). Nothing is
// learned and no record is kept.
func (p *Program) Gradients(ctx context.Context, m *Model, o Options) (*Gradients, diag.List, error) {
	f := m.Fabric()
	data, _, diags := p.open(ctx, m, o.Data, f.Learn.Seed)
	if diags.HasErrors() {
		return nil, diags, ctx.Err()
	}
	weights, diags := p.weights(m, f)
	if diags.HasErrors() {
		return nil, diags, nil
	}
	machine, err := dcu.New(dcu.Config{Program: f, Pool: o.Pool, Seed: f.Learn.Seed})
	if err != nil {
		return nil, nil, err
	}
	batch, err := (&dcu.Trainer{Machine: machine, Data: data}).First()
	if err != nil {
		return nil, diag.List{dataDiag(m.Plan.Settings.Get("data"), err)}, nil
	}
	if err := machine.Setup(weights, batch); err != nil {
		return nil, nil, err
	}
	start := machine.Weights()
	loss, gradients, err := machine.Gradients(batch)
	if err != nil {
		return nil, nil, err
	}
	file := &safetensors.File{Meta: map[string]string{
		"model": f.Name, "fabric": f.Chip.Name, "seed": fmt.Sprint(f.Learn.Seed), "program_sha256": p.Hash(),
		"loss": strconv.FormatFloat(loss, 'g', -1, 64),
	}}
	file.Tensors = slices.Concat(tensorsOf(f, "weights.", start, true), tensorsOf(f, "gradients.", gradients, false),
		batchTensors(data, batch))
	return &Gradients{Model: m, Rows: batch.N, Loss: loss, File: file}, nil, nil
}

// batchTensors are the fields of a batch, row-major as the language has them.
func batchTensors(data *rows, b *dcu.Batch) []safetensors.Tensor {
	var list []safetensors.Tensor
	for i, in := range data.prog.Inputs {
		shape := append([]int{b.N}, data.prog.Values[in.Value].Shape...)
		list = append(list, safetensors.Tensor{Name: "batch." + in.Name, Shape: shape, Data: b.Inputs[i]})
	}
	if b.Labels != nil {
		labels := make([]float32, b.N)
		for i, l := range b.Labels {
			labels[i] = float32(l)
		}
		list = append(list, safetensors.Tensor{Name: "batch.label", Shape: []int{b.N}, Data: labels})
	}
	if b.Targets != nil {
		list = append(list, safetensors.Tensor{Name: "batch.target", Shape: []int{b.N, len(b.Targets) / b.N}, Data: b.Targets})
	}
	return list
}
