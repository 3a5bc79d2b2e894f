package dcu

import (
	"math"

	"acl/fabric"
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

// change writes to delta the wanted change of each logical weight, given its
// gradient and value, at a rate, in the given step counted from 0. delta may be
// grad. The rules are those of torch.optim.SGD (momentum without dampening,
// decay added to the gradient) and torch.optim.Adam (Kingma and Ba 2015).
func (o *optimizer) change(delta, grad, weight []float32, rate float64, step int) {
	decay := float32(o.Rule.Decay)
	if o.Rule.Kind == "adam" {
		o.adam(delta, grad, weight, rate, step)
		return
	}
	m, lr := float32(o.Rule.Momentum), float32(rate)
	for i, g := range grad {
		v := float32(m*o.First[i]) + g + float32(decay*weight[i])
		o.First[i] = v
		delta[i] = -float32(lr * v)
	}
}

func (o *optimizer) adam(delta, grad, weight []float32, rate float64, step int) {
	b1, b2 := o.Rule.Beta1, o.Rule.Beta2
	c1 := 1 - math.Pow(b1, float64(step+1))
	c2 := 1 - math.Pow(b2, float64(step+1))
	f1, f2, decay := float32(b1), float32(b2), float32(o.Rule.Decay)
	for i, g := range grad {
		g += float32(decay * weight[i])
		m := float32(f1*o.First[i]) + float32((1-f1)*g)
		v := float32(f2*o.Next[i]) + float32((1-f2)*float32(g*g))
		o.First[i], o.Next[i] = m, v
		delta[i] = float32(-rate * (float64(m) / c1) / (math.Sqrt(float64(v)/c2) + 1e-8))
	}
}
