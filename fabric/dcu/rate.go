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

// RateAt returns the learning rate of a step, counted from 0. A share of warm-up
// steps rises linearly: from 0 for cosine, from peak/25 for one_cycle, whose fall
// is a cosine to peak/250000 (Smith and Topin 2017, with the constants that
// PyTorch's OneCycleLR uses).
func RateAt(r *fabric.Rate, step int, h Horizon) float64 {
	total := max(h.Steps, 1)
	switch r.Kind {
	case "constant":
		return r.Value
	case "steps":
		v := r.Value
		epoch := step / max(h.StepsPerEpoch, 1)
		for _, at := range r.At {
			if epoch >= at {
				v *= r.Factor
			}
		}
		return v
	case "cosine":
		warm := r.Warmup * float64(total)
		if s := float64(step); s < warm {
			return r.Value * (s + 1) / warm
		}
		share := (float64(step) - warm) / math.Max(float64(total)-warm, 1)
		return r.To + (r.Value-r.To)*0.5*(1+math.Cos(math.Pi*share))
	case "one_cycle":
		up := r.Warmup*float64(total) - 1
		start, end := r.Value/25, r.Value/25e4
		if s := float64(step); s <= up && up > 0 {
			return anneal(start, r.Value, s/up)
		}
		return anneal(r.Value, end, (float64(step)-up)/math.Max(float64(total)-1-up, 1))
	}
	panic("dcu: unknown rate " + r.Kind)
}

// anneal goes from a to b along half a cosine as share runs from 0 to 1.
func anneal(a, b, share float64) float64 {
	return b + (a-b)*0.5*(1+math.Cos(math.Pi*math.Min(share, 1)))
}

// PeakRate is the largest rate of a run: the one that the leak lint uses.
func PeakRate(r *fabric.Rate, h Horizon) float64 {
	peak := 0.0
	for s := 0; s < max(h.Steps, 1); s++ {
		peak = math.Max(peak, RateAt(r, s, h))
	}
	return peak
}
