package dcu

import (
	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/stack"
)

// Footprint is the memory in bytes that a machine takes for its weights, with what
// learns them, and for the values of n samples that are answered at a time; of a
// program that learns, for those of its batches.
func Footprint(p *fabric.Program, n int) (cells, values int) {
	for i := range p.Arrays {
		cells += arrayBytes(p, i)
	}
	cells += largestArray(p) * sheetBytes(p)
	values = n * newLayout(p, p.Eval, frames(p), &Config{}).floats
	if p.Learn != nil {
		values = trainedValues(p)
	}
	return cells, 4 * values
}

// largestArray is the cells of the largest array on tiles.
func largestArray(p *fabric.Program) int {
	n := 0
	for i := range p.Arrays {
		if a := &p.Arrays[i]; a.Digital == nil {
			n = max(n, a.Rows*a.Cols)
		}
	}
	return n
}

// arrayBytes is what an array takes, with its copies.
func arrayBytes(p *fabric.Program, i int) int {
	a := &p.Arrays[i]
	n := a.Rows * a.Cols
	bytes, learned := 4*n, a.Learned()*a.Cols // the control unit's copy
	if a.Digital == nil {
		copies := 1
		if a.Protect != nil {
			copies = max(a.Protect.Copies, 1)
		}
		bytes += copies * array.Bytes(&p.Chip, a)
	}
	if p.Learn == nil {
		return bytes
	}
	bytes += 8 * learned // gradient, or changes of pulses in place, and first moment
	switch p.Learn.Optimizer.Kind {
	case "adam":
		bytes += 4 * learned
	case "two_array":
		bytes += array.Bytes(&p.Chip, a)
	}
	return bytes
}

// sheetBytes is what a weight of the largest array takes besides: effective weights of
// a read, and packed ones, of which Winograd's transform has 36 for 9, beside those of
// a run of squares. The rooms of kernels grow to that in steps, so that half as much
// again is taken.
func sheetBytes(p *fabric.Program) int {
	bytes := 4 + 6
	for i := range p.Units {
		if u := &p.Units[i]; u.Op == "nn.conv" && !p.Plan.Direct {
			bytes = 4 + 40
		}
	}
	if p.Chip.Tiles.Readout == "pair" {
		bytes += 4
	}
	return bytes
}

// trainedValues is the floats of the values of the batches of a training.
func trainedValues(p *fabric.Program) int {
	s, l := frames(p), p.Learn
	train, answer := newLayout(p, p.Train, s, &Config{}), newLayout(p, p.Eval, s, &Config{})
	return max(train.floats*l.Batch, answer.floats*l.TestBatch)
}

// frames is the stack that values wait on.
func frames(p *fabric.Program) *stack.Stack { return stack.New(stack.Config{Chip: &p.Chip}) }
