package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// gflops reports the rate of a benchmark whose turn has n multiply-adds.
func gflops(b *testing.B, n int) {
	b.ReportMetric(2*float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

func BenchmarkMatMul(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, d := range []Dims{{1024, 1, 1024, 1024}, {64, 1, 784, 256}, {64, 1, 64, 10}} {
		x, w, y := random(r, d.N*d.K), random(r, d.K*d.M), make([]float32, d.N*d.M)
		noisy := &ReadOut{Sigma: 0.1, Clip: 1, Step: 0.01}
		for _, c := range []struct {
			name string
			run  func()
		}{
			{"forward", func() { MatMul(nil, y, x, w, nil, d, nil, nil) }},
			{"noisy", func() { MatMul(nil, y, x, w, nil, d, nil, noisy) }},
			{"transposed", func() { MatMulT(nil, x, y, w, d, nil, nil) }},
			{"outer", func() { OuterAdd(nil, w, x, y, nil, d, false) }},
		} {
			b.Run(fmt.Sprintf("%s/%dx%dx%d", c.name, d.N, d.K, d.M), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					c.run()
				}
				gflops(b, d.N*d.K*d.M)
			})
		}
	}
}

func BenchmarkConv(b *testing.B) {
	r := rand.New(rand.NewPCG(2, 1))
	pool := NewPool(0)
	defer pool.Close()
	for _, c := range []Conv{
		{N: 32, H: 8, W: 8, C: 1, KH: 3, KW: 3, SH: 1, SW: 1, PH: 1, PW: 1, M: 16},
		{N: 2, H: 32, W: 32, C: 64, KH: 3, KW: 3, SH: 1, SW: 1, PH: 1, PW: 1, M: 64},
		{N: 4, H: 4, W: 4, C: 512, KH: 3, KW: 3, SH: 1, SW: 1, PH: 1, PW: 1, M: 512},
	} {
		c = sized(c)
		x, w := random(r, c.N*c.H*c.W*c.C), random(r, c.terms()*c.M)
		y := random(r, c.N*c.OH*c.OW*c.M)
		noisy := &ReadOut{Sigma: 0.1, Clip: 1, Step: 0.01}
		for _, k := range []struct {
			name string
			run  func()
		}{
			{"forward", func() { Conv2D(nil, y, x, w, nil, &c, nil, nil) }},
			{"shared", func() { Conv2D(pool, y, x, w, nil, &c, nil, nil) }},
			{"grad", func() { Conv2DGrad(nil, x, y, w, &c, nil, nil) }},
			{"noisygrad", func() { Conv2DGrad(nil, x, y, w, &c, nil, noisy) }},
			{"outer", func() { Conv2DOuterAdd(nil, w, x, y, nil, &c, false) }},
		} {
			b.Run(fmt.Sprintf("%s/%dx%dx%d", k.name, c.M, c.H, c.W), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					k.run()
				}
				gflops(b, c.N*c.OH*c.OW*c.terms()*c.M)
			})
		}
	}
}

func BenchmarkNormal(b *testing.B) {
	dst := make([]float32, 4096)
	k := NewKey(1, 2, 3, 4, 5)
	b.SetBytes(4 * 4096)
	for b.Loop() {
		k.Normal(dst, 0, 0)
	}
}

func BenchmarkUniform(b *testing.B) {
	dst := make([]float32, 4096)
	k := NewKey(1, 2, 3, 4, 5)
	b.SetBytes(4 * 4096)
	for b.Loop() {
		k.Uniform(dst, 0, 0)
	}
}

func BenchmarkPool(b *testing.B) {
	p := NewPool(0)
	defer p.Close()
	f := func(lo, hi int) {}
	for b.Loop() {
		p.Run(2, f)
	}
}

func BenchmarkTanh(b *testing.B) {
	x := random(rand.New(rand.NewPCG(3, 1)), 4096)
	y := make([]float32, len(x))
	b.SetBytes(4 * 4096)
	for b.Loop() {
		Tanh(nil, y, x)
	}
}
