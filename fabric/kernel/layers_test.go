package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// layer is a convolution of square images, padded to keep their size at stride 1.
type layer struct{ batch, side, in, out, taps, stride int }

// layers are the kinds of convolutions of ResNet-18, at the batch sizes of its programs:
// 32×32 images without an entry that shrinks them, and 256×256 ones.
var layers = []layer{
	{64, 32, 3, 64, 3, 1}, {64, 32, 64, 64, 3, 1}, {64, 32, 64, 128, 3, 2}, {64, 32, 64, 128, 1, 2}, {64, 16, 128, 128, 3, 1},
	{64, 8, 256, 256, 3, 1}, {64, 4, 512, 512, 3, 1},
	{8, 256, 3, 64, 7, 2}, {8, 64, 64, 64, 3, 1}, {8, 32, 128, 128, 3, 1}, {8, 16, 256, 256, 3, 1}, {8, 8, 512, 512, 3, 1},
}

func (l layer) conv() Conv {
	return sized(Conv{
		N: l.batch, H: l.side, W: l.side, C: l.in, M: l.out, KH: l.taps, KW: l.taps, SH: l.stride, SW: l.stride,
		PH: l.taps / 2, PW: l.taps / 2,
	})
}

func (l layer) String() string {
	return fmt.Sprintf("%dx%dx%dx%d-%dk%ds%d", l.batch, l.side, l.side, l.in, l.out, l.taps, l.stride)
}

// BenchmarkLayers times each layer and its gradients, by one worker and by all, with
// Winograd's algorithm where the shape lets it, and without.
func BenchmarkLayers(b *testing.B) {
	pool := NewPool(0)
	defer pool.Close()
	for _, l := range layers {
		c := l.conv()
		for _, fast := range []bool{true, false} {
			c.Winograd = fast
			if j := (product{kind: convolved, conv: c}); fast && !j.squared() {
				continue
			}
			benchLayer(b, l.String(), c, []*Pool{nil, pool})
		}
	}
}

func benchLayer(b *testing.B, name string, c Conv, pools []*Pool) {
	r := rand.New(rand.NewPCG(4, 1))
	x, w, y := random(r, c.N*c.H*c.W*c.C), random(r, c.terms()*c.M), random(r, c.N*c.OH*c.OW*c.M)
	out := make([]float32, max(len(x), len(w), len(y)))
	for _, k := range []struct {
		name string
		run  func(p *Pool)
	}{
		{"forward", func(p *Pool) { Conv2D(p, out[:len(y)], x, w, nil, &c, nil, nil) }},
		{"data", func(p *Pool) { Conv2DGrad(p, out[:len(x)], y, w, &c, nil, nil) }},
		{"weights", func(p *Pool) { Conv2DOuterAdd(p, out[:len(w)], x, y, nil, &c, false) }},
	} {
		for _, p := range pools {
			b.Run(fmt.Sprintf("%s/%s/winograd=%t/workers=%d", name, k.name, c.Winograd, p.Workers()), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					k.run(p)
				}
				gflops(b, c.N*c.OH*c.OW*c.terms()*c.M)
			})
		}
	}
}
