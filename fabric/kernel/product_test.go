package kernel

import (
	"math/rand/v2"
	"testing"
)

// dims covers less than a tile, several tiles, tails of every loop, and sizes that
// share the work among workers.
var dims = []Dims{
	{1, 1, 1, 1}, {3, 1, 5, 2}, {2, 3, 7, 10}, {5, 1, 64, 64}, {4, 9, 67, 65}, {1, 1, 300, 130}, {35, 2, 130, 70},
}

func TestMatMul(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, d := range dims {
		x, w, bias := random(r, d.N*d.P*d.K), random(r, d.K*d.M), random(r, d.M)
		term := func(row, j int) func(int) (a, b float32) {
			return func(k int) (a, b float32) { return x[row*d.K+k], w[k*d.M+j] }
		}
		checkProduct(t, r, d.N*d.P, d.P, d.M, d.K, bias, term, func(p *Pool, y []float32, blocks []Block, o *ReadOut) int64 {
			return MatMul(p, y, x, w, bias, d, blocks, o)
		})
		y := make([]float32, d.N*d.P*d.M)
		MatMul(nil, y, x, w, nil, d, nil, nil)
		x64, w64, want := wide[float64](x), wide[float64](w), make([]float64, len(y))
		for i := range want {
			want[i] = refSum(0, 0, d.K, func(k int) (a, b float64) { return x64[i/d.M*d.K+k], w64[k*d.M+i%d.M] })
		}
		near(t, "MatMul without bias", y, want, sumTol)
	}
}

func TestMatMulT(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	for _, d := range dims {
		dy, w := random(r, d.N*d.P*d.M), random(r, d.K*d.M)
		term := func(row, i int) func(int) (a, b float32) {
			return func(k int) (a, b float32) { return dy[row*d.M+k], w[i*d.M+k] }
		}
		checkProduct(t, r, d.N*d.P, d.P, d.K, d.M, nil, term, func(p *Pool, dx []float32, blocks []Block, o *ReadOut) int64 {
			return MatMulT(p, dx, dy, w, d, blocks, o)
		})
	}
}

// checkProduct compares a read product with the reference, bit by bit, for all
// read-outs and numbers of workers.
func checkProduct(t *testing.T, r *rand.Rand, rows, perSample, width, n int, bias []float32,
	term func(row, col int) func(int) (a, b float32), run func(*Pool, []float32, []Block, *ReadOut) int64) {
	t.Helper()
	list, cuts := readOuts(r, width, n)
	list, cuts = append(list, nil), append(cuts, []Block{{0, n}})
	all := pools(t)
	got, want := make([]float32, rows*width), make([]float32, rows*width)
	for q, o := range list {
		ref := o
		if o == nil {
			ref = &ReadOut{}
		}
		ref, chain := oneChain(ref, cuts[q])
		var count int64
		for i := range want {
			row, col := i/width, i%width
			want[i] = refOutput(ref, chain, bias, row/perSample, row%perSample, col, width, &count, term(row, col))
		}
		for _, p := range all {
			blocks := cuts[q]
			if len(blocks) == 1 {
				blocks = nil
			}
			clear(got)
			clipped := run(p, got, blocks, o)
			sameBits(t, "product", got, want)
			if clipped != count {
				t.Fatalf("read-out %d: %d clipped, want %d", q, clipped, count)
			}
		}
	}
}

func TestOuterAdd(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for _, d := range dims {
		for _, bias := range []bool{false, true} {
			rows := d.K
			if bias {
				rows++
			}
			x, dy, scale, start := random(r, d.N*d.P*d.K), random(r, d.N*d.P*d.M), random(r, d.N), random(r, rows*d.M)
			want32, want64 := make([]float32, len(start)), make([]float64, len(start))
			refOuter(want32, start, x, dy, scale, d)
			refOuter(want64, start, x, dy, scale, d)
			for _, p := range pools(t) {
				g := append([]float32(nil), start...)
				OuterAdd(p, g, x, dy, scale, d, bias)
				sameBits(t, "OuterAdd", g, want32)
				near(t, "OuterAdd", g, want64, sumTol)
			}
		}
	}
}

func refOuter[T float](g []T, start, x, dy, scale []float32, d Dims) {
	for e := range g {
		i, j := e/d.M, e%d.M
		g[e] = refSum(T(start[e]), 0, d.N*d.P, func(q int) (a, b T) {
			v := T(1)
			if i < d.K {
				v = T(x[q*d.K+i])
			}
			return v, T(T(scale[q/d.P]) * T(dy[q*d.M+j]))
		})
	}
}

func TestOuterAddWithoutScale(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	d := Dims{3, 2, 5, 4}
	x, dy := random(r, 30), random(r, 24)
	a, b := make([]float32, 20), make([]float32, 20)
	OuterAdd(nil, a, x, dy, nil, d, false)
	OuterAdd(nil, b, x, dy, []float32{1, 1, 1}, d, false)
	sameBits(t, "OuterAdd", a, b)
}
