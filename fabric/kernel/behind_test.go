package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// What stands behind an output does to it what the passes do one after the other, and
// counts the same, whatever the number of workers and wherever parts begin.
func TestBehind(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 1))
	for _, n := range []int{1, 31, 33, 2049, 3 * 4100, 200 * 1000} {
		const lanes, perSample = 7, 100
		a, b := random(r, n), random(r, n)
		offset, limits := random(r, lanes), random(r, lanes)
		key := NewKey(3, 1, 4, 1, 5)
		for name, h := range map[string]Behind{
			"nothing":    {Factor: 1, Gain: 1},
			"amplifier":  {Factor: 0.25, Gain: 0.98, Offset: offset, Count: true, Limit: 0.3},
			"gain":       {Factor: 1, Gain: 0.98, Rail: 0.5, Count: true, Limit: 0.3},
			"noise":      {Factor: 2, Gain: 1, Sigma: 0.1, Key: key, First: 9, PerSample: perSample, Rail: 0.7},
			"everything": {Factor: 2, Gain: 0.9, Offset: offset, Sigma: 0.1, Key: key, PerSample: perSample, Rail: 0.7, Full: 0.6, Step: 0.1, Count: true, Limit: 0.5},
		} {
			for _, c := range []struct {
				made  string
				plain func(y []float32)
				fused func(p *Pool, y []float32) Passed
			}{
				{"pass", func(y []float32) { copy(y, a) }, func(p *Pool, y []float32) Passed { copy(y, a); return h.Pass(p, y) }},
				{"relu", func(y []float32) { ReLU(nil, y, a, 0.1) }, func(p *Pool, y []float32) Passed { return h.ReLU(p, y, a, 0.1) }},
				{"copy", func(y []float32) { Copy(nil, y, a, -2) }, func(p *Pool, y []float32) Passed { return h.Copy(p, y, a, -2) }},
				{"mask", func(y []float32) { MaskGrad(nil, y, a, b, limits, lanes) },
					func(p *Pool, y []float32) Passed { return h.MaskGrad(p, y, a, b, limits, lanes) }},
				{"add", func(y []float32) { copy(y, b); AddScaled(nil, y, a, 3) },
					func(p *Pool, y []float32) Passed { copy(y, b); return h.AddScaled(p, y, a, 3) }},
				{"blend", func(y []float32) { Copy(nil, y, a, 0.5); AddScaled(nil, y, b, 3) },
					func(p *Pool, y []float32) Passed { return h.Blend(p, y, a, b, 0.5, 3) }},
				{"make", func(y []float32) { Mul(nil, y, a, b) }, func(p *Pool, y []float32) Passed {
					return h.Make(p, y, func(lo, hi int) { mul(y[lo:hi], a[lo:hi], b[lo:hi]) })
				}},
			} {
				want, got := make([]float32, n), make([]float32, n)
				c.plain(want)
				clipped := h.passes(want)
				for _, p := range pools(t) {
					seen := c.fused(p, got)
					what := fmt.Sprintf("%s behind %s, %d elements", name, c.made, n)
					sameBits(t, what, got, want)
					if seen.Clipped != clipped {
						t.Errorf("%s: %d clipped, want %d", what, seen.Clipped, clipped)
					}
					if census := Count(nil, want, h.Limit); h.Count && seen.Seen != census {
						t.Errorf("%s: a census of %v, want %v", what, seen.Seen, census)
					}
				}
			}
		}
	}
}

// passes does to a whole output what stands behind it.
func (b *Behind) passes(y []float32) (clipped int64) {
	for i := range y {
		y[i] *= b.Factor
		y[i] = float32(b.Gain * y[i])
		if b.Offset != nil {
			y[i] += b.Offset[i%len(b.Offset)]
		}
	}
	if b.Sigma != 0 {
		for lo := 0; lo < len(y); lo += b.PerSample {
			hi := min(lo+b.PerSample, len(y))
			b.Key.AddNormal(y[lo:hi], b.Sigma, b.First+uint32(lo/b.PerSample), 0)
		}
	}
	if b.Rail > 0 {
		clipped = clipPortable(y, b.Rail)
	}
	if b.Full > 0 {
		clipPortable(y, b.Full)
	}
	if b.Step > 0 {
		convertPortable(y, b.Step)
	}
	return clipped
}
