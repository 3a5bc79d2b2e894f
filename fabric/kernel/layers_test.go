package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkLayers times the convolutions of ResNet-18 of 3×3 taps and stride 1, summed
// directly and by squares, at the batch sizes of its programs: 32×32 images without
// entry pooling, and 256×256 ones.
func BenchmarkLayers(b *testing.B) {
	r := rand.New(rand.NewPCG(4, 1))
	pool := NewPool(0)
	defer pool.Close()
	for _, l := range []struct{ n, side, c int }{
		{64, 32, 64}, {64, 16, 128}, {64, 8, 256}, {64, 4, 512}, {8, 64, 64}, {8, 32, 128}, {8, 16, 256}, {8, 8, 512},
	} {
		c := sized(Conv{N: l.n, H: l.side, W: l.side, C: l.c, KH: 3, KW: 3, SH: 1, SW: 1, PH: 1, PW: 1, M: l.c})
		x, w, y := random(r, c.N*c.H*c.W*c.C), random(r, c.terms()*c.M), random(r, c.N*c.OH*c.OW*c.M)
		out := make([]float32, max(len(x), len(w)))
		for _, way := range []string{"direct", "winograd"} {
			c.Winograd = way == "winograd"
			for _, k := range []struct {
				name string
				run  func(p *Pool)
			}{
				{"forward", func(p *Pool) { Conv2D(p, out[:len(y)], x, w, nil, &c, nil, nil) }},
				{"data", func(p *Pool) { Conv2DGrad(p, out[:len(x)], y, w, &c, nil, nil) }},
				{"weights", func(p *Pool) { Conv2DOuterAdd(p, out[:len(w)], x, y, nil, &c, false) }},
			} {
				for _, p := range []*Pool{pool, nil} {
					b.Run(fmt.Sprintf("%dx%dx%dx%d/%s/%s/workers=%d", c.N, c.H, c.W, c.C, k.name, way, p.Workers()), func(b *testing.B) {
						for b.Loop() {
							k.run(p)
						}
						gflops(b, c.N*c.OH*c.OW*c.terms()*c.M)
					})
				}
			}
		}
	}
}
