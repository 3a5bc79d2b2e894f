package dcu

import "acl/fabric"

// Gradients runs one training step on a batch at a rate of 0, and returns the mean
// loss of its samples and by array the mean gradient as the optimizer gets it: read
// from the gradient tiles, with the chip's errors, without momentum and decay. Rows
// are those that learn. What the step leaves in the machine (running statistics,
// counts, the clock) stays; its optimizers do not take part.
func (m *Machine) Gradients(b *Batch) (loss float64, gradients [][]float32, err error) {
	kept := m.Memory.Optimizers
	// The velocity of sgd after one step from rest is the gradient.
	rule := &fabric.Optimizer{Kind: "sgd"}
	m.Memory.Optimizers = make([]*optimizer, len(kept))
	for i, o := range kept {
		m.Memory.Optimizers[i] = newOptimizer(rule, len(o.First))
	}
	loss, err = m.Step(b, Pull{})
	for _, o := range m.Memory.Optimizers {
		gradients = append(gradients, o.First)
	}
	m.Memory.Optimizers = kept
	return loss, gradients, err
}
