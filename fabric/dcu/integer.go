package dcu

import (
	"context"
	"math"

	"acl/fabric"
	"acl/fabric/ledger"
)

// Integers is a digital machine of a few bits that answers with the same network:
// each weight is rounded in steps of its column's own scale, each value that a
// module puts out in steps of its tensor's, found on a batch; sums are exact, as
// in an accumulator of 32 bits. What the loss or the class is taken from stays in
// the accumulator, norms and the softmax are computed as they are. It is what a
// chip is compared with at equal accuracy.
type Integers struct {
	Bits int

	m     *Machine
	full  []float32 // by value: what the largest code stands for; 0: not rounded
	least []float32 // by value: the smallest code
	watch bool      // values are being measured
}

// NewIntegers turns a machine into an integer one of that many bits, 2 at least.
// The machine's chip has to be ideal; weights are rounded, then the batch is
// answered to find the scales of values.
func (m *Machine) NewIntegers(weights [][]float32, b *Batch, bits int) (*Integers, error) {
	if !m.prog.Chip.Ideal || bits < 2 {
		panic("dcu: integers of 2 bits at least, on an ideal chip")
	}
	n := &Integers{Bits: bits, m: m, full: make([]float32, len(m.prog.Values)), least: make([]float32, len(m.prog.Values)), watch: true}
	rounded := make([][]float32, len(weights))
	for i, w := range weights {
		rounded[i] = append([]float32(nil), w...)
		if a := &m.prog.Arrays[i]; a.Digital == nil {
			for j := range a.Cols {
				roundColumn(rounded[i][j:], a.Cols, bits)
			}
		}
	}
	if err := m.Setup(rounded, b); err != nil {
		return nil, err
	}
	x := &pass{m: m, list: m.prog.Eval, batch: b, step: evalSteps, clean: true, phase: ledger.Evaluate, integers: n}
	err := x.run()
	n.watch = false
	return n, err
}

// Evaluate answers a part of the data.
func (n *Integers) Evaluate(ctx context.Context, d Data, e Evaluation) (Score, error) {
	e.integers, e.Clean = n, true
	return n.m.Evaluate(ctx, d, e)
}

// take rounds what a unit has put out, or measures it.
func (n *Integers) take(u *fabric.Unit) {
	v := u.Out
	if u.Class == "" && u.Role != fabric.Input || n.kept(v) {
		return
	}
	data := n.m.wires[v].now.Data
	if n.watch {
		n.least[v] = -1
		if lowest(data) >= 0 {
			n.least[v] = 0
		}
		n.full[v] = bestScale(data, 1, n.levels(v), n.least[v])
	}
	if n.full[v] > 0 {
		roundTo(data, 1, n.full[v], n.levels(v), n.least[v])
	}
}

// levels is the largest code: values of one sign need no bit for it.
func (n *Integers) levels(v fabric.ValueID) float32 {
	if n.least[v] == 0 {
		return float32(math.Ldexp(1, n.Bits) - 1)
	}
	return float32(math.Ldexp(1, n.Bits-1) - 1)
}

// kept tells the values that are read from the accumulator.
func (n *Integers) kept(v fabric.ValueID) bool {
	for _, o := range n.m.prog.Outputs {
		if o.Value == v {
			return true
		}
	}
	if n.m.prog.Learn != nil {
		for _, l := range n.m.prog.Learn.Losses {
			if l.Pred == v {
				return true
			}
		}
	}
	return false
}

func lowest(x []float32) float32 {
	low := float32(0)
	for _, v := range x {
		low = min(low, v)
	}
	return low
}

// roundColumn rounds every stride-th weight.
func roundColumn(w []float32, stride, bits int) {
	levels := float32(math.Ldexp(1, bits-1) - 1)
	if full := bestScale(w, stride, levels, -1); full > 0 {
		roundTo(w, stride, full, levels, -1)
	}
}

// roundTo rounds to steps of full/levels between least·full and full.
func roundTo(x []float32, stride int, full, levels, least float32) {
	for i := 0; i < len(x); i += stride {
		x[i] = rounded(x[i], full, levels, least)
	}
}

func rounded(x, full, levels, least float32) float32 {
	code := math.RoundToEven(float64(min(max(x/full, least), 1) * levels))
	return float32(code) * full / levels
}

// scales are the shares of the largest magnitude that are tried as full scale:
// with few bits it pays to clip the few largest values.
const scales = 16

// bestScale is the full scale with the least squared error, 0 for zeros alone.
func bestScale(x []float32, stride int, levels, least float32) float32 {
	top := float32(0)
	for i := 0; i < len(x); i += stride {
		top = max(top, float32(math.Abs(float64(x[i]))))
	}
	best, at := math.Inf(1), float32(0)
	for k := scales; k > 0 && top > 0; k-- {
		full, sum := top*float32(k)/scales, 0.0
		for i := 0; i < len(x); i += stride {
			d := float64(rounded(x[i], full, levels, least) - x[i])
			sum += d * d
		}
		if sum < best {
			best, at = sum, full
		}
	}
	return at
}
