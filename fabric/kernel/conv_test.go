package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

var convs = []Conv{
	{N: 2, H: 8, W: 8, C: 1, KH: 3, KW: 3, SH: 1, SW: 1, PH: 1, PW: 1, M: 16},
	{N: 3, H: 9, W: 7, C: 3, KH: 5, KW: 3, SH: 2, SW: 3, PH: 2, PW: 1, M: 5},
	{N: 2, H: 6, W: 40, C: 17, KH: 3, KW: 3, SH: 1, SW: 1, PH: 1, PW: 1, M: 66},
	{N: 5, H: 4, W: 4, C: 70, KH: 3, KW: 3, SH: 2, SW: 2, PH: 1, PW: 1, M: 33},
	{N: 7, H: 1, W: 1, C: 40, KH: 3, KW: 3, SH: 1, SW: 1, PH: 1, PW: 1, M: 20},
	{N: 2, H: 5, W: 6, C: 20, KH: 1, KW: 1, SH: 2, SW: 2, M: 9},
	{N: 1, H: 2, W: 2, C: 2, KH: 7, KW: 7, SH: 2, SW: 2, PH: 3, PW: 3, M: 3},
	{N: 9, H: 4, W: 4, C: 18, KH: 3, KW: 3, SH: 1, SW: 1, PH: 1, PW: 1, M: 40},
	{N: 11, H: 2, W: 3, C: 20, KH: 5, KW: 3, SH: 2, SW: 2, PH: 2, PW: 1, M: 16},
	{N: 2, H: 3, W: 19, C: 16, KH: 2, KW: 3, SH: 1, SW: 3, PH: 0, PW: 2, M: 17},
	{N: 2, H: 4, W: 5, C: 2, KH: 2, KW: 3, SH: 3, SW: 2, PH: 1, PW: 2, M: 4},
	{N: 19, H: 6, W: 7, C: 5, KH: 3, KW: 4, SH: 1, SW: 1, M: 18},
	{N: 2, H: 30, W: 28, C: 1, KH: 5, KW: 5, SH: 1, SW: 1, M: 40},
	{N: 13, H: 3, W: 3, C: 36, KH: 3, KW: 3, SH: 1, SW: 1, PH: 1, PW: 1, M: 12},
}

// sized fills in the size of the output.
func sized(c Conv) Conv {
	c.OH, c.OW = (c.H+2*c.PH-c.KH)/c.SH+1, (c.W+2*c.PW-c.KW)/c.SW+1
	return c
}

// input is the element under a tap at an output position, 0 in the padding.
func input[T float](c *Conv, x []T, row, k int) T {
	s, oy, ox := row/c.OW/c.OH, row/c.OW%c.OH, row%c.OW
	iy, ix := oy*c.SH-c.PH+k/c.C/c.KW, ox*c.SW-c.PW+k/c.C%c.KW
	if iy < 0 || iy >= c.H || ix < 0 || ix >= c.W {
		return 0
	}
	return x[((s*c.H+iy)*c.W+ix)*c.C+k%c.C]
}

func TestConv2D(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	for _, c := range convs {
		c = sized(c)
		x, w, bias := random(r, c.N*c.H*c.W*c.C), random(r, c.terms()*c.M), random(r, c.M)
		term := func(row, j int) func(int) (a, b float32) {
			return func(k int) (a, b float32) { return input(&c, x, row, k), w[k*c.M+j] }
		}
		checkProduct(t, r, c.N*c.OH*c.OW, c.OH*c.OW, c.M, c.terms(), bias, term, func(p *Pool, y []float32, blocks []Block, o *ReadOut) int64 {
			return Conv2D(p, y, x, w, bias, &c, blocks, o)
		})
	}
}

// scatterReads adds what reads says of each position and row to an image.
func scatterReads[T float](c *Conv, dx []T, read func(row, k int) T) {
	for row := range c.N * c.OH * c.OW {
		for k := range c.terms() {
			s, oy, ox := row/c.OW/c.OH, row/c.OW%c.OH, row%c.OW
			iy, ix := oy*c.SH-c.PH+k/c.C/c.KW, ox*c.SW-c.PW+k/c.C%c.KW
			if iy >= 0 && iy < c.H && ix >= 0 && ix < c.W {
				dx[((s*c.H+iy)*c.W+ix)*c.C+k%c.C] += read(row, k)
			}
		}
	}
}

func TestConv2DGradExact(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	for _, c := range convs {
		c = sized(c)
		dy, w := random(r, c.N*c.OH*c.OW*c.M), random(r, c.terms()*c.M)
		want := make([]float64, c.N*c.H*c.W*c.C)
		dy64, w64 := wide[float64](dy), wide[float64](w)
		scatterReads(&c, want, func(row, k int) float64 {
			return refSum(0, 0, c.M, func(j int) (a, b float64) { return dy64[row*c.M+j], w64[k*c.M+j] })
		})
		var first []float32
		for _, p := range pools(t) {
			dx := random(r, len(want)) // what stood there is overwritten
			Conv2DGrad(p, dx, dy, w, &c, nil, nil)
			near(t, "Conv2DGrad", dx, want, sumTol)
			if first == nil {
				first = dx
			}
			sameBits(t, "Conv2DGrad", dx, first)
			Conv2DGrad(p, dx, dy, w, &c, []Block{{0, 1}, {1, c.M}}, &ReadOut{})
			sameBits(t, "Conv2DGrad with a read-out that changes nothing", dx, first)
		}
	}
}

// disturbImage adds, to each element, noise of the variance of all reads that lead
// there.
func disturbImage(c *Conv, dx []float64, o *ReadOut) {
	reads := make([]float64, len(dx))
	scatterReads(c, reads, func(int, int) float64 { return 1 })
	size := c.H * c.W * c.C
	for i, n := range reads {
		var z [1]float32
		o.Key.Normal(z[:], o.First+uint32(i/size), i%size)
		dx[i] += float64(o.Sigma) * math.Sqrt(n) * float64(z[0])
	}
}

func TestConv2DGradRead(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	for _, c := range convs {
		c = sized(c)
		dy, w := random(r, c.N*c.OH*c.OW*c.M), random(r, c.terms()*c.M)
		list, cuts := readOuts(r, c.terms(), c.M)
		for q, o := range list {
			var count int64
			want := make([]float64, c.N*c.H*c.W*c.C)
			ref, chain := oneChain(o, cuts[q])
			if ref.noiseAlone() && ref.Step == 0 {
				disturbImage(&c, want, ref)
				ref = &ReadOut{}
			}
			scatterReads(&c, want, func(row, k int) float64 {
				return float64(refOutput(ref, chain, nil, row/(c.OH*c.OW), row%(c.OH*c.OW), k, c.terms(), &count,
					func(j int) (a, b float32) { return dy[row*c.M+j], w[k*c.M+j] }))
			})
			var first []float32
			for _, p := range pools(t) {
				dx := random(r, len(want))
				clipped := Conv2DGrad(p, dx, dy, w, &c, cuts[q], o)
				near(t, "Conv2DGrad", dx, want, sumTol)
				if clipped != count {
					t.Fatalf("%+v: %d clipped, want %d", c, clipped, count)
				}
				if first == nil {
					first = dx
				}
				sameBits(t, "Conv2DGrad", dx, first)
			}
		}
	}
}

func TestConv2DOuterAdd(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	for _, c := range convs {
		c = sized(c)
		x, dy, scale := random(r, c.N*c.H*c.W*c.C), random(r, c.N*c.OH*c.OW*c.M), random(r, c.N)
		for _, bias := range []bool{false, true} {
			rows := c.terms()
			if bias {
				rows++
			}
			start := random(r, rows*c.M)
			want32, want64 := make([]float32, rows*c.M), make([]float64, rows*c.M)
			refConvOuter(want32, &c, start, x, dy, scale)
			refConvOuter(want64, &c, start, x, dy, scale)
			for _, p := range pools(t) {
				g := append([]float32(nil), start...)
				Conv2DOuterAdd(p, g, x, dy, scale, &c, bias)
				sameBits(t, "Conv2DOuterAdd", g, want32)
				near(t, "Conv2DOuterAdd", g, want64, sumTol)
			}
		}
	}
}

func refConvOuter[T float](g []T, c *Conv, start, x, dy, scale []float32) {
	xt := wide[T](x)
	for e := range g {
		i, j := e/c.M, e%c.M
		g[e] = refSum(T(start[e]), 0, c.N*c.OH*c.OW, func(q int) (a, b T) {
			v := T(1)
			if i < c.terms() {
				v = input(c, xt, q, i)
			}
			return v, T(T(scale[q/(c.OH*c.OW)]) * T(dy[q*c.M+j]))
		})
	}
}
