package job

import (
	"context"
	"fmt"

	"acl/fabric"
	"acl/fabric/dcu"
)

// Nominal makes a chip one of nominal devices: no mismatch, offset, noise, leak or
// converter. Loop gains and clips stay as they are.
func Nominal(chip *fabric.Chip) {
	level := fabric.Level{Mode: fabric.LevelOff}
	n := &chip.Noise
	for _, l := range []*fabric.Level{&n.Weight, &n.Gradient, &n.Read, &n.Mismatch, &n.Quantize, &n.Storage, &n.Leak, &n.Cells, &n.Comparator, &n.IRDrop, &n.Drift} {
		*l = level
	}
	n.Offset, n.Clip = fabric.Level{Mode: fabric.LevelOn}, fabric.Level{Mode: fabric.LevelOn}
	chip.Opamp.Offset = 0
	chip.Faults = fabric.Chip{}.Faults
}

// Devices is a block's network on nominal devices of its chip: a machine at the
// circuit level that has answered the first rows of the test part, with the weights
// of a run's folder, or start weights for an empty name.
func (p *Program) Devices(ctx context.Context, m *Model, run string, count int, o Options) (*dcu.Machine, *dcu.Batch, error) {
	own := *m.Fabric()
	own.Plan.Fidelity = "circuit"
	Nominal(&own.Chip)
	own.Chip.Ideal = false
	seed := uint64(1)
	if own.Learn != nil {
		seed = own.Learn.Seed
	}
	data, _, diags := p.open(ctx, m, o.Data, seed)
	if diags.HasErrors() {
		return nil, nil, fmt.Errorf("%s: %w", p.Path, diags[0])
	}
	weights, diags := p.weights(m, &own)
	if diags.HasErrors() {
		return nil, nil, fmt.Errorf("%s: %w", p.Path, diags[0])
	}
	if run != "" {
		w, err := loadWeights(run, &own)
		if err != nil {
			return nil, nil, err
		}
		weights = w
	}
	machine, err := dcu.New(dcu.Config{Program: &own, Pool: o.Pool, Seed: seed})
	if err != nil {
		return nil, nil, err
	}
	var b dcu.Batch
	list := make([]int, min(count, data.Rows(dcu.TestPart)))
	for i := range list {
		list[i] = i
	}
	if err := data.Load(&b, dcu.TestPart, list, 0); err != nil {
		return nil, nil, err
	}
	if err := machine.Setup(weights, &b); err != nil {
		return nil, nil, err
	}
	_, err = machine.Answer(&b, true)
	return machine, &b, err
}
