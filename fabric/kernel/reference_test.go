package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// The references are plain loops, once in float32, where a kernel must give the
// same bits, and once in float64, where it must agree within sumTol.
type float interface{ float32 | float64 }

// sumTol is the rounding of a float32 sum of a few hundred terms, relative to the
// sum of the terms' magnitudes.
const sumTol = 2e-5

func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = 2*r.Float32() - 1
	}
	return x
}

func wide[T float](x []float32) []T {
	y := make([]T, len(x))
	for i, v := range x {
		y[i] = T(v)
	}
	return y
}

func sameBits(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("%s: element %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

func near(t *testing.T, what string, got []float32, want []float64, tol float64) {
	t.Helper()
	var scale float64
	for _, v := range want {
		scale = math.Max(scale, math.Abs(v))
	}
	for i := range got {
		if !(math.Abs(float64(got[i])-want[i]) <= tol*math.Max(scale, 1)) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

// pools are nil and of one to three workers; closed when the test ends.
func pools(t *testing.T) []*Pool {
	list := []*Pool{nil}
	for n := 1; n <= 3; n++ {
		p := NewPool(n)
		t.Cleanup(p.Close)
		list = append(list, p)
	}
	return list
}

// refSum is a chain of multiply-adds over terms from start, ascending, each rounded
// once.
func refSum[T float](start T, lo, hi int, term func(int) (a, b T)) T {
	for k := lo; k < hi; k++ {
		a, b := term(k)
		switch s := any(&start).(type) {
		case *float32:
			*s = refFused(float32(a), float32(b), *s)
		case *float64:
			*s = math.FMA(float64(a), float64(b), *s)
		}
	}
	return start
}

// refFused is a·b+c, rounded once: by exact arithmetic where float64 leaves a doubt.
func refFused(a, b, c float32) float32 {
	near := math.FMA(float64(a), float64(b), float64(c))
	low, high := float32(math.Nextafter(near, math.Inf(-1))), float32(math.Nextafter(near, math.Inf(1)))
	if low == high || math.IsInf(near, 0) || near != near {
		return float32(near)
	}
	exact := func(x float32) *big.Float { return new(big.Float).SetPrec(600).SetFloat64(float64(x)) }
	sum := exact(a)
	v, _ := sum.Add(sum.Mul(sum, exact(b)), exact(c)).Float32()
	return v
}

// refRead reads a float32 sum of one block, as ReadOut's comment says.
func refRead(o *ReadOut, v float32, s, pos, col, width, block int, clipped *int64) float32 {
	pick := func(list []float32) float32 {
		if len(list) > width {
			return list[block*width+col]
		}
		return list[col]
	}
	if o.Gain != nil {
		v = float32(pick(o.Gain) * v)
	}
	if o.Offset != nil {
		v += pick(o.Offset)
	}
	sigma := o.Sigma
	if o.SigmaCol != nil {
		sigma = o.SigmaCol[col]
	}
	if sigma != 0 {
		key := o.Key
		if block > 0 {
			key = key.Field(uint32(block))
		}
		var z [1]float32
		key.Normal(z[:], o.First+uint32(s), pos*width+col)
		v += float32(sigma * z[0])
	}
	if o.Clip > 0 && (v > o.Clip || v < -o.Clip) {
		*clipped++
		v = float32(math.Copysign(float64(o.Clip), float64(v)))
	}
	return v
}

// refOutput is one output of a read product of float32 terms.
func refOutput(o *ReadOut, blocks []Block, bias []float32, s, pos, col, width int, clipped *int64, term func(int) (a, b float32)) float32 {
	var total float32
	for b, k := range blocks {
		v := refSum(0, k.Lo, k.Hi, term)
		if b == len(blocks)-1 && bias != nil {
			v += bias[col]
		}
		v = refRead(o, v, s, pos, col, width, b, clipped)
		if b == 0 {
			total = v
		} else {
			total += v
		}
	}
	if o.Step > 0 {
		total = float32(o.Step * float32(math.RoundToEven(float64(total/o.Step))))
	}
	return total
}

// readOuts are read-outs for outputs of the given width, with the blocks that go
// with each, cutting n terms.
func readOuts(r *rand.Rand, width, n int) (list []*ReadOut, cuts [][]Block) {
	key := NewKey(r.Uint64(), 1, PathHash("layer.c1"), 2, 3)
	three := []Block{{0, n / 3}, {n / 3, n - n/4}, {n - n/4, n}}
	whole := []Block{{0, n}}
	gain, offset, sigma := random(r, width), random(r, width), random(r, width)
	for _, o := range []*ReadOut{
		{Step: 0.25},
		{Gain: gain, Offset: offset},
		{Sigma: 0.1, Key: key, First: 5},
		{SigmaCol: sigma, Key: key, Clip: 0.5},
		{Gain: gain, Offset: offset, Sigma: 0.2, Key: key, Clip: 0.4, Step: 0.125},
	} {
		list, cuts = append(list, o, o), append(cuts, whole, three)
	}
	list = append(list, &ReadOut{Gain: random(r, 3*width), Offset: random(r, 3*width)})
	return list, append(cuts, three)
}

// oneChain merges blocks that a read-out cannot tell apart, as MatMul promises, with
// the noise of all.
func oneChain(o *ReadOut, blocks []Block) (*ReadOut, []Block) {
	if o.Gain != nil || o.Offset != nil || o.SigmaCol != nil || o.Clip != 0 {
		return o, blocks
	}
	all := *o
	all.Sigma *= float32(math.Sqrt(float64(len(blocks))))
	return &all, []Block{{0, blocks[len(blocks)-1].Hi}}
}
