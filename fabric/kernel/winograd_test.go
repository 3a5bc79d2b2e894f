package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// winogradTol is how far sums by squares may be from direct ones, relative to the
// largest.
const winogradTol = 2e-5

// squaredConvs cover whole squares and cut ones, channels that fill no panel, more than
// one part of the weights, padding of all widths, weights that workers share, and more
// squares than a run has.
var squaredConvs = []Conv{
	{N: 8, H: 8, W: 8, C: 16, KH: 3, KW: 3, SH: 1, SW: 1, PH: 1, PW: 1, M: 32},
	{N: 11, H: 7, W: 5, C: 35, KH: 3, KW: 3, SH: 1, SW: 1, PH: 1, PW: 1, M: 70},
	{N: 5, H: 13, W: 9, C: 18, KH: 3, KW: 3, SH: 1, SW: 1, PH: 0, PW: 2, M: 17},
	{N: 40, H: 4, W: 4, C: 40, KH: 3, KW: 3, SH: 1, SW: 1, PH: 1, PW: 1, M: 33},
	{N: 3, H: 32, W: 17, C: 64, KH: 3, KW: 3, SH: 1, SW: 1, PH: 1, PW: 1, M: 64},
	{N: 9, H: 16, W: 14, C: 96, KH: 3, KW: 3, SH: 1, SW: 1, PH: 1, PW: 1, M: 80},
	{N: 20, H: 16, W: 16, C: 16, KH: 3, KW: 3, SH: 1, SW: 1, PH: 1, PW: 1, M: 16},
}

// twoWays is a convolution summed directly and by squares.
func twoWays(t *testing.T, c Conv) (direct, squared Conv) {
	t.Helper()
	direct = sized(c)
	squared = direct
	squared.Winograd = true
	if j := (product{kind: convolved, conv: squared}); !j.squared() {
		t.Fatalf("%+v is not made by squares", c)
	}
	return direct, squared
}

func TestWinograd(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 1))
	for _, c := range squaredConvs {
		direct, squared := twoWays(t, c)
		x, w, bias := random(r, c.N*c.H*c.W*c.C), random(r, direct.terms()*c.M), random(r, c.M)
		want := make([]float32, c.N*direct.OH*direct.OW*c.M)
		list, cuts := readOuts(r, c.M, direct.terms())
		for q, o := range append(list, nil) {
			var blocks []Block
			if q < len(cuts) && o.noiseAlone() {
				blocks = cuts[q]
			}
			if o != nil && (o.Step > 0 || o.Clip > 0 || blocks == nil && len(cuts[q]) > 1) {
				continue // a step, or a limit, turns a rounding into a difference
			}
			Conv2D(nil, want, x, w, bias, &direct, blocks, o)
			inAllWays(t, want, func(p *Pool, y []float32) { Conv2D(p, y, x, w, bias, &squared, blocks, o) })
		}
	}
}

// inAllWays checks that what run writes is close to want, and the same bits for any set
// of kernels and any number of workers.
func inAllWays(t *testing.T, want []float32, run func(p *Pool, y []float32)) {
	t.Helper()
	var first []float32
	inEachSet(t, func(t *testing.T) {
		for _, p := range pools(t) {
			y := slices.Repeat([]float32{7}, len(want))
			run(p, y)
			near(t, "Winograd", y, wide[float64](want), winogradTol)
			if first == nil {
				first = y
				if slices.Equal(y, want) {
					t.Fatal("every bit is that of the direct sum")
				}
			}
			sameBits(t, "Winograd", y, first)
		}
	})
}

// TestWinogradClips checks the read-out of squares: what is clipped is counted and
// limited, and rounded to steps.
func TestWinogradClips(t *testing.T) {
	r := rand.New(rand.NewPCG(52, 1))
	_, c := twoWays(t, squaredConvs[1])
	x, w := random(r, c.N*c.H*c.W*c.C), random(r, c.terms()*c.M)
	plain := make([]float32, c.N*c.OH*c.OW*c.M)
	Conv2D(nil, plain, x, w, nil, &c, nil, nil)
	want := slices.Clone(plain)
	count := Clip(nil, want, 1.5)
	Quantize(nil, want, 0.25, 0)
	clear(plain)
	if got := Conv2D(nil, plain, x, w, nil, &c, nil, &ReadOut{Clip: 1.5, Step: 0.25}); got != count || count == 0 {
		t.Errorf("%d clipped, want %d", got, count)
	}
	sameBits(t, "read-outs", plain, want)
}

// TestWinogradOnlyWhereLinear checks that blocks with a read-out of their own, other
// strides and other sizes are summed directly.
func TestWinogradOnlyWhereLinear(t *testing.T) {
	r := rand.New(rand.NewPCG(53, 1))
	direct, c := twoWays(t, squaredConvs[0])
	x, w := random(r, c.N*c.H*c.W*c.C), random(r, c.terms()*c.M)
	a, b := make([]float32, c.N*c.OH*c.OW*c.M), make([]float32, c.N*c.OH*c.OW*c.M)
	blocks := []Block{{0, 40}, {40, c.terms()}}
	Conv2D(nil, a, x, w, nil, &direct, blocks, &ReadOut{Clip: 1})
	Conv2D(nil, b, x, w, nil, &c, blocks, &ReadOut{Clip: 1})
	sameBits(t, "blocks that clip", b, a)
	for _, change := range []func(*Conv){
		func(c *Conv) { c.SH = 2 }, func(c *Conv) { c.KW = 1 }, func(c *Conv) { c.C = 8 }, func(c *Conv) { c.N = 1 },
	} {
		other := c
		change(&other)
		other = sized(other)
		if j := (product{kind: convolved, conv: other}); j.squared() {
			t.Errorf("%+v is made by squares", other)
		}
	}
}

func TestWinogradGrad(t *testing.T) {
	r := rand.New(rand.NewPCG(54, 1))
	for _, c := range squaredConvs {
		direct, squared := twoWays(t, c)
		dy, w := random(r, c.N*direct.OH*direct.OW*c.M), random(r, direct.terms()*c.M)
		want := make([]float32, c.N*c.H*c.W*c.C)
		for _, o := range []*ReadOut{nil, {Sigma: 0.3, Key: NewKey(1, 2, 3, 4, 5), First: 7}} {
			blocks := []Block{{0, 7}, {7, c.M}}
			Conv2DGrad(nil, want, dy, w, &direct, blocks, o)
			inAllWays(t, want, func(p *Pool, dx []float32) { Conv2DGrad(p, dx, dy, w, &squared, blocks, o) })
		}
	}
}

func TestWinogradOuterAdd(t *testing.T) {
	r := rand.New(rand.NewPCG(55, 1))
	for i, c := range squaredConvs {
		direct, squared := twoWays(t, c)
		x, dy, scale := random(r, c.N*c.H*c.W*c.C), random(r, c.N*direct.OH*direct.OW*c.M), random(r, c.N)
		scale[0] = 1
		if i == 0 {
			scale = nil
		}
		for _, bias := range []bool{false, true} {
			rows := direct.terms()
			if bias {
				rows++
			}
			start := random(r, rows*c.M)
			want := slices.Clone(start)
			Conv2DOuterAdd(nil, want, x, dy, scale, &direct, bias)
			inAllWays(t, want, func(p *Pool, g []float32) {
				copy(g, start)
				Conv2DOuterAdd(p, g, x, dy, scale, &squared, bias)
			})
		}
	}
}

// TestTransformTwins compares the transforms with their portable twins.
func TestTransformTwins(t *testing.T) {
	inEachSet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(56, 1))
		half := make([]float32, halfRoom)
		for n := 1; n < 40; n++ {
			x := odd(r, planes*n)
			if n%2 == 0 {
				x = random(r, planes*n)
			}
			var from36 [planes]*float32
			pointers(from36[:], x, n)
			from9, from16 := [taps3]*float32(from36[:taps3]), [tilePix]*float32(from36[:tilePix])
			check := func(what string, size int, f, portable func(y []*float32)) {
				t.Helper()
				got, want := make([]float32, size*n+1), make([]float32, size*n+1)
				to, wantTo := make([]*float32, size), make([]*float32, size)
				pointers(to, got, n)
				pointers(wantTo, want, n)
				f(to)
				portable(wantTo)
				equal(t, what, got, want)
			}
			check("tileImage", planes, func(y []*float32) { tileImage((*[planes]*float32)(y), &from36, half, n) },
				func(y []*float32) { tileImagePortable((*[planes]*float32)(y), &from36, n) })
			check("tileOutputs", tilePix, func(y []*float32) { tileOutputs((*[tilePix]*float32)(y), &from36, half, n) },
				func(y []*float32) { tileOutputsPortable((*[tilePix]*float32)(y), &from36, n) })
			check("tileWeights", planes, func(y []*float32) { tileWeights((*[planes]*float32)(y), &from9, half, n) },
				func(y []*float32) { tileWeightsPortable((*[planes]*float32)(y), &from9, n) })
			check("tileErrors", planes, func(y []*float32) { tileErrors((*[planes]*float32)(y), &from16, half, n) },
				func(y []*float32) { tileErrorsPortable((*[planes]*float32)(y), &from16, n) })
			check("tileTaps", taps3, func(y []*float32) { tileTaps((*[taps3]*float32)(y), &from36, half, n) },
				func(y []*float32) { tileTapsPortable((*[taps3]*float32)(y), &from36, n) })
		}
	})
}

// pointers points at rows of n elements.
func pointers(list []*float32, x []float32, n int) {
	for i := range list {
		list[i] = &x[i*n]
	}
}
