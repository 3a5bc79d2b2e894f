package dcu

import (
	"math"

	"acl/fabric"
)

// Horizon is the length of a run in steps, known before the first one.
type Horizon struct {
	StepsPerEpoch int
	Steps         int
}

// Pull is what an optimizer's courses say of a step: how far the weights go, and the
// share of the step before that stays.
type Pull struct{ Rate, Momentum float64 }

// PullAt returns that of a step, counted from 0.
func PullAt(o *fabric.Optimizer, step int, h Horizon) Pull {
	p := Pull{Rate: CourseAt(&o.Rate, step, h)}
	if o.Kind == "sgd" {
		p.Momentum = CourseAt(&o.Momentum, step, h)
	}
	return p
}

// CourseAt returns the learning rate or the momentum of a step, counted from 0. The
// warm-up of cosine rises linearly from 0; one_cycle goes to its peak and away from it
// along half a cosine each (Smith and Topin 2017; the shares of steps are those of
// PyTorch's OneCycleLR).
func CourseAt(c *fabric.Course, step int, h Horizon) float64 {
	total := max(h.Steps, 1)
	switch c.Kind {
	case "constant":
		return c.Value
	case "steps":
		v := c.Value
		epoch := step / max(h.StepsPerEpoch, 1)
		for _, at := range c.At {
			if epoch >= at {
				v *= c.Factor
			}
		}
		return v
	case "cosine":
		warm := c.Warmup * float64(total)
		if s := float64(step); s < warm {
			return c.Value * (s + 1) / warm
		}
		share := (float64(step) - warm) / math.Max(float64(total)-warm, 1)
		return c.To + (c.Value-c.To)*0.5*(1+math.Cos(math.Pi*share))
	case "one_cycle":
		up := c.Warmup*float64(total) - 1
		if s := float64(step); s <= up && up > 0 {
			return anneal(c.From, c.Value, s/up)
		}
		return anneal(c.Value, c.To, (float64(step)-up)/math.Max(float64(total)-1-up, 1))
	}
	panic("dcu: unknown course " + c.Kind)
}

// anneal goes from a to b along half a cosine as share runs from 0 to 1.
func anneal(a, b, share float64) float64 {
	return b + (a-b)*0.5*(1+math.Cos(math.Pi*math.Min(share, 1)))
}
