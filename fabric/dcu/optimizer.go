package dcu

import (
	"math"

	"acl/fabric"
	"acl/fabric/kernel"
)

// optimizer applies a rule to one array's gradient, in float32 state that the
// control unit keeps in its SRAM: row-major like the array, bias row last.
type optimizer struct {
	Rule  *fabric.Optimizer `state:"-"`
	First []float32         `state:"first"` // velocity of sgd, first moment of adam
	Next  []float32         `state:"next"`  // second moment of adam
}

func newOptimizer(rule *fabric.Optimizer, n int) *optimizer {
	o := &optimizer{Rule: rule, First: make([]float32, n)}
	if rule.Kind == "adam" {
		o.Next = make([]float32, n)
	}
	return o
}

// change turns the gradient of weights lo.. into their wanted changes in the given
// step, counted from 0, and adds those to the logical weights. The rules
// are those of torch.optim.SGD (momentum without dampening, decay added to the
// gradient) and torch.optim.Adam (Kingma and Ba 2015).
func (o *optimizer) change(grad, weight []float32, pull Pull, step, lo int) {
	decay := float32(o.Rule.Decay)
	if o.Rule.Kind == "adam" {
		o.adam(grad, weight, pull.Rate, step, lo)
		return
	}
	kernel.Momentum(o.First[lo:lo+len(grad)], grad, weight, float32(pull.Momentum), decay, float32(pull.Rate))
}

func (o *optimizer) adam(grad, weight []float32, rate float64, step, lo int) {
	b1, b2 := o.Rule.Beta1, o.Rule.Beta2
	c1 := 1 - math.Pow(b1, float64(step+1))
	c2 := 1 - math.Pow(b2, float64(step+1))
	f1, f2, decay := float32(b1), float32(b2), float32(o.Rule.Decay)
	first, next := o.First[lo:lo+len(grad)], o.Next[lo:lo+len(grad)]
	for i, g := range grad {
		g += float32(decay * weight[i])
		m := float32(f1*first[i]) + float32((1-f1)*g)
		v := float32(f2*next[i]) + float32((1-f2)*float32(g*g))
		first[i], next[i] = m, v
		grad[i] = float32(-rate * (float64(m) / c1) / (math.Sqrt(float64(v)/c2) + 1e-8))
		weight[i] += grad[i]
	}
}
