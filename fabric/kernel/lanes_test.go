package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// lanesLen is enough for every kernel to share its work among workers.
const lanesLen = aloneWork/laneCost + 77

func TestElementwise(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 1))
	a, b, limits, scales := random(r, lanesLen), random(r, lanesLen), random(r, 7), random(r, lanesLen/100+1)
	key := NewKey(11, 0, PathHash("x"), 0, 1)
	for _, c := range []struct {
		name string
		run  func(p *Pool, y []float32)
		want func(i int) float32
	}{
		{"Add", func(p *Pool, y []float32) { Add(p, y, a, b) }, func(i int) float32 { return a[i] + b[i] }},
		{"Sub", func(p *Pool, y []float32) { Sub(p, y, a, b) }, func(i int) float32 { return a[i] - b[i] }},
		{"Mul", func(p *Pool, y []float32) { Mul(p, y, a, b) }, func(i int) float32 { return a[i] * b[i] }},
		{"AddInto", func(p *Pool, y []float32) { copy(y, b); AddInto(p, y, a) }, func(i int) float32 { return b[i] + a[i] }},
		{"Scale", func(p *Pool, y []float32) { copy(y, a); Scale(p, y, 0.3) }, func(i int) float32 { return a[i] * 0.3 }},
		{"Copy", func(p *Pool, y []float32) { Copy(p, y, a, 1) }, func(i int) float32 { return a[i] }},
		{"Copy with a factor", func(p *Pool, y []float32) { Copy(p, y, a, 0.3) }, func(i int) float32 { return a[i] * 0.3 }},
		{"ScaleSamples", func(p *Pool, y []float32) { copy(y, a); ScaleSamples(p, y, scales, 100) }, func(i int) float32 { return a[i] * scales[i/100] }},
		{"Disturb", func(p *Pool, y []float32) { copy(y, a); Disturb(p, y, 100, 0.3, key, 5) }, func(i int) float32 {
			var z [1]float32
			key.Normal(z[:], 5+uint32(i/100), i%100)
			return a[i] + float32(0.3*z[0])
		}},
		{"ReLU", func(p *Pool, y []float32) { ReLU(p, y, a, 0.2) }, func(i int) float32 { return max(a[i]-0.2, 0) }},
		{"Exp", func(p *Pool, y []float32) { Exp(p, y, a) }, func(i int) float32 { return exp(a[i]) }},
		{"Tanh", func(p *Pool, y []float32) { Tanh(p, y, a) }, func(i int) float32 { return tanh(a[i]) }},
		{"Quantize", func(p *Pool, y []float32) { copy(y, a); Quantize(p, y, 0.125, 0.5) },
			func(i int) float32 { return 0.125 * float32(math.RoundToEven(8*float64(min(max(a[i], -0.5), 0.5)))) }},
		{"MaskGrad", func(p *Pool, y []float32) { MaskGrad(p, y, a, b, nil, 7) }, func(i int) float32 { return pass(a[i], b[i], 0) }},
		{"MaskGrad with thresholds", func(p *Pool, y []float32) { MaskGrad(p, y, a, b, limits, 7) }, func(i int) float32 { return pass(a[i], b[i], limits[i%7]) }},
	} {
		want := make([]float32, lanesLen)
		for i := range want {
			want[i] = c.want(i)
		}
		for _, p := range pools(t) {
			y := make([]float32, lanesLen)
			c.run(p, y)
			sameBits(t, c.name, y, want)
		}
	}
}

func pass(d, y, limit float32) float32 {
	if y > limit {
		return d
	}
	return 0
}

func TestClip(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 1))
	x := random(r, lanesLen)
	x[3], x[4] = 0.5, -0.5 // at the limit: not clipped
	var want int64
	for _, v := range x {
		if math.Abs(float64(v)) > 0.5 {
			want++
		}
	}
	for _, p := range pools(t) {
		y := append([]float32(nil), x...)
		if got := Count(p, y, 0.5).Over; got != want {
			t.Errorf("%d are over 0.5, want %d", got, want)
		}
		if got := Clip(p, y, 0); got != 0 {
			t.Errorf("Clip without a limit changed %d", got)
		}
		if got := Clip(p, y, 0.5); got != want {
			t.Errorf("Clip = %d, want %d", got, want)
		}
		if got := MaxAbs(p, y); got != 0.5 {
			t.Errorf("MaxAbs after Clip = %v", got)
		}
	}
}

func TestReductions(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 1))
	for _, n := range []int{0, 1, 63, 1000, lanesLen} {
		x := random(r, n)
		var top float32
		var sum float64
		var zeros int64
		for i := range x {
			if i%5 == 2 {
				x[i] = 0
				zeros++
			}
			top = max(top, float32(math.Abs(float64(x[i]))))
			sum += math.Abs(float64(x[i]))
		}
		first := math.NaN()
		for _, p := range pools(t) {
			if got := MaxAbs(p, x); got != top {
				t.Errorf("MaxAbs of %d = %v, want %v", n, got, top)
			}
			got := Count(p, x, float32(math.Inf(1)))
			if math.Abs(got.SumAbs-sum) > 1e-12*sum || got.Top != top || got.Zeros != zeros || got.Over != 0 {
				t.Errorf("census of %d: %+v, want %v %v %d 0", n, got, top, sum, zeros)
			}
			if first == first && got.SumAbs != first {
				t.Errorf("the sum of %d depends on the workers", n)
			}
			first = got.SumAbs
		}
		var squares float64
		for _, v := range x {
			squares += float64(v) * float64(v)
		}
		if got := SumSquares(x); math.Abs(got-squares) > 1e-12*squares {
			t.Errorf("SumSquares of %d = %v, want %v", n, got, squares)
		}
	}
	if got := MaxAbs(nil, []float32{1, float32(math.NaN()), 2}); got == got {
		t.Errorf("MaxAbs hides a NaN behind %v", got)
	}
}

func TestSoftmax(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 1))
	const rows, cols = 500, 11
	x := random(r, rows*cols)
	Scale(nil, x, 20)
	want := make([]float64, len(x))
	for i := 0; i < len(x); i += cols {
		var sum float64
		for j := i; j < i+cols; j++ {
			want[j] = math.Exp(float64(x[j]))
			sum += want[j]
		}
		for j := i; j < i+cols; j++ {
			want[j] /= sum
		}
	}
	var first []float32
	for _, p := range pools(t) {
		y := make([]float32, len(x))
		Softmax(p, y, x, rows, cols)
		near(t, "Softmax", y, want, 1e-6)
		if first == nil {
			first = y
		}
		sameBits(t, "Softmax", y, first)
	}
	huge := []float32{1e30, -1e30}
	Softmax(nil, huge, huge, 1, 2)
	sameBits(t, "Softmax of huge logits", huge, []float32{1, 0})
}
