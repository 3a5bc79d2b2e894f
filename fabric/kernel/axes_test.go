package kernel

import (
	"math/rand/v2"
	"testing"
)

func TestLayouts(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 1))
	const n, c, h, w = 3, 19, 33, 37
	x := random(r, n*c*h*w)
	want := make([]float32, len(x))
	for i := range x {
		s, ch, pix := i/(c*h*w), i/(h*w)%c, i%(h*w)
		want[(s*h*w+pix)*c+ch] = x[i]
	}
	for _, p := range pools(t) {
		y, back := make([]float32, len(x)), make([]float32, len(x))
		ToNHWC(p, y, x, n, c, h, w)
		sameBits(t, "ToNHWC", y, want)
		FromNHWC(p, back, y, n, c, h, w)
		sameBits(t, "FromNHWC", back, x)
	}
}

func TestAxes(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 1))
	const n, outer, length, inner, lo, count = 40, 6, 11, 31, 3, 5
	x, part := random(r, n*outer*length*inner), random(r, n*outer*count*inner)
	cut, put := make([]float32, len(part)), append([]float32(nil), x...)
	mean, spread := make([]float64, n*outer*inner), make([]float32, len(x))
	for i, v := range x {
		o, a, in := i/(length*inner), i/inner%length, i%inner
		if a >= lo && a < lo+count {
			k := (o*count+a-lo)*inner + in
			cut[k], put[i] = v, part[k]
		}
		mean[o*inner+in] += float64(v) / length
	}
	for _, p := range pools(t) {
		gotCut, gotPut := make([]float32, len(cut)), append([]float32(nil), x...)
		SliceAxis(p, gotCut, x, n, outer, length, inner, lo, count)
		sameBits(t, "SliceAxis", gotCut, cut)
		PutAxis(p, gotPut, part, n, outer, length, inner, lo, count)
		sameBits(t, "PutAxis", gotPut, put)
		gotMean, gotSpread := make([]float32, len(mean)), make([]float32, len(x))
		MeanAxis(p, gotMean, x, n*outer, length, inner)
		near(t, "MeanAxis", gotMean, mean, 1e-6)
		for i := range spread {
			spread[i] = gotMean[i/(length*inner)*inner+i%inner] / length
		}
		MeanAxisGrad(p, gotSpread, gotMean, n*outer, length, inner)
		sameBits(t, "MeanAxisGrad", gotSpread, spread)
	}
}
