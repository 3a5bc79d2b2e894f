package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// inEachSet runs f with each set of kernels that this machine has.
func inEachSet(t *testing.T, f func(t *testing.T)) {
	before := SetName()
	defer func() {
		if err := Set(before); err != nil {
			t.Error(err)
		}
	}()
	for _, name := range Sets() {
		if err := Set(name); err != nil {
			t.Fatal(err)
		}
		t.Run(name, f)
	}
}

// TestEverySet runs the tests of everything that has a kernel in assembly with
// every set.
func TestEverySet(t *testing.T) {
	if testing.Short() {
		t.Skip("how work is shared, which the race detector looks at, is the same for all sets: not in -short")
	}
	inEachSet(t, func(t *testing.T) {
		for _, c := range []struct {
			name string
			run  func(*testing.T)
		}{
			{"GoldenBits", TestGoldenBits}, {"MatMul", TestMatMul}, {"MatMulT", TestMatMulT}, {"OuterAdd", TestOuterAdd},
			{"Conv2D", TestConv2D}, {"Conv2DGradExact", TestConv2DGradExact}, {"Conv2DGradRead", TestConv2DGradRead},
			{"Conv2DOuterAdd", TestConv2DOuterAdd}, {"ElementMap", TestElementMap}, {"PartsOfStreams", TestPartsOfStreams},
			{"Elementwise", TestElementwise}, {"Clip", TestClip}, {"MaxPool", TestMaxPool}, {"Layouts", TestLayouts},
			{"NoAllocations", TestNoAllocations}, {"WorkersAgree", TestWorkersAgree},
		} {
			t.Run(c.name, c.run)
		}
	})
}

func TestSet(t *testing.T) {
	before := SetName()
	all := Sets()
	if all[0] != "portable" || !slices.Contains(all, before) {
		t.Errorf("sets are %q, the one in use %q", all, before)
	}
	if err := Set("mmx"); err == nil || !strings.Contains(err.Error(), "avx2") {
		t.Errorf("an unknown set gives %v", err)
	}
	if SetName() != before {
		t.Errorf("an unknown set changed the set to %s", SetName())
	}
	for s, name := range setNames {
		if supported(set(s)) != slices.Contains(all, name) {
			t.Errorf("%s: supported and listed differ", name)
		}
		if err := Set(name); (err == nil) != supported(set(s)) {
			t.Errorf("Set(%s): %v", name, err)
		}
	}
	if err := Set(before); err != nil {
		t.Error(err)
	}
}

func TestSetVariable(t *testing.T) {
	before := SetName()
	all := Sets()
	for _, c := range []struct{ value, want, err string }{
		{"", all[len(all)-1], ""}, {"portable", "portable", ""}, {"sse9", all[len(all)-1], SetVariable + `: unknown kernel set "sse9"`},
	} {
		t.Setenv(SetVariable, c.value)
		err := start()
		if SetName() != c.want || (err == nil) != (c.err == "") || err != nil && !strings.HasPrefix(err.Error(), c.err) {
			t.Errorf("%q: set %s, %v", c.value, SetName(), err)
		}
	}
	if err := Set(before); err != nil {
		t.Error(err)
	}
}

// equal compares bits; all NaN are one.
func equal(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i, v := range got {
		if math.Float32bits(v) != math.Float32bits(want[i]) && (v == v || want[i] == want[i]) {
			t.Fatalf("%s: element %d is %v, its portable twin %v", what, i, v, want[i])
		}
	}
}

// odd is random numbers with all kinds of special ones among them.
func odd(r *rand.Rand, n int) []float32 {
	inf := float32(math.Inf(1))
	special := []float32{0, float32(math.Copysign(0, -1)), inf, -inf, float32(math.NaN()), 1e-42, -3e-45, 3e38, 0.5, -0.5}
	x := random(r, n)
	for i := range x {
		if r.IntN(8) == 0 {
			x[i] = special[r.IntN(len(special))]
		}
	}
	return x
}

// TestPanelTwins compares sums of random shapes. All of y is compared, so that a
// store outside the rows shows.
func TestPanelTwins(t *testing.T) {
	inEachSet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(31, 1))
		for range 400 {
			rows, cols, more := 1+r.IntN(panelRows), 16+16*r.IntN(2), r.IntN(2) == 0
			ldw, ldy := cols+r.IntN(3), cols+r.IntN(5)
			x, y := random(r, 300), random(r, (rows-1)*ldy+cols)
			segs := make([]segment, 1+r.IntN(5))
			for i := range segs {
				s := &segs[i]
				s.n = 1 + r.IntN(80)
				for k := range rows {
					s.x[k] = &x[r.IntN(len(x)-s.n)]
				}
				s.w = &random(r, (s.n-1)*ldw+cols)[0] // ends where the last element does
			}
			want := slices.Clone(y)
			var to, wantTo [panelRows]*float32
			for k := range rows {
				to[k], wantTo[k] = &y[k*ldy], &want[k*ldy]
			}
			panel(&to, segs, rows, cols, ldw, more)
			panelPortable(&wantTo, segs, rows, cols, ldw, more)
			equal(t, "panel", y, want)
		}
	})
}

// TestGridTwins compares sums of random shapes, all of y.
func TestGridTwins(t *testing.T) {
	inEachSet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(32, 1))
		for range 400 {
			rows, cols := gridRows*(1+r.IntN(5)), 16+16*r.IntN(2)
			g := grid{step: r.IntN(40), line: r.IntN(90), ldw: cols + r.IntN(3), under: r.IntN(300), lines: 1 + r.IntN(5), terms: 1 + r.IntN(40)}
			ldy := cols + r.IntN(5)
			g.x = random(r, (rows-1)*g.step+(g.lines-1)*g.line+g.terms) // ends where the last element does
			g.w = random(r, (g.lines-1)*g.under+(g.terms-1)*g.ldw+cols)
			y := random(r, (rows-1)*ldy+cols)
			want := slices.Clone(y)
			gridSum(y, ldy, &g, rows, cols)
			gridPortable(want, ldy, &g, rows, cols)
			equal(t, "grid", y, want)
		}
	})
}

// TestFusedMultiplyAdd compares single terms with exact arithmetic, many of them half
// way between two numbers.
func TestFusedMultiplyAdd(t *testing.T) {
	inEachSet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(43, 1))
		short := func() float32 { // of few bits and any size, many below the normal numbers
			return float32(math.Ldexp(float64(r.IntN(1<<r.IntN(25))-1<<r.IntN(24)), -r.IntN(50)-100*r.IntN(2)))
		}
		for range 20000 {
			a, c := short(), short()
			x, y := make([]float32, panelCols/2), make([]float32, panelCols/2)
			for i := range x {
				x[i], y[i] = short(), c
				if i%2 == 1 { // its last bits beside those of the product
					y[i] = float32(math.Ldexp(float64(a)*float64(x[i]), 20+i))
				}
			}
			got := slices.Clone(y)
			segs := []segment{{w: &x[0], n: 1}}
			segs[0].x[0] = &a
			panel(&[panelRows]*float32{&got[0]}, segs, 1, len(x), len(x), true)
			for i := range y {
				y[i] = refFused(a, x[i], y[i])
			}
			equal(t, "multiply-add", got, y)
		}
	})
}

func TestOuterTwins(t *testing.T) {
	inEachSet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(37, 1))
		for range 400 {
			rows, cols := 1+r.IntN(panelRows), 16+16*r.IntN(2)
			ld, row, col := cols+r.IntN(5), r.IntN(9), r.IntN(40)
			terms := make([]partner, r.IntN(50))
			for i := range terms {
				terms[i] = partner{&random(r, row+rows)[0], &random(r, col+cols)[0]}
			}
			g := random(r, (rows-1)*ld+cols)
			want := slices.Clone(g)
			outerSum(g, ld, terms, rows, cols, row, col)
			outerPortable(want, ld, terms, rows, cols, row, col)
			equal(t, "outer", g, want)
		}
	})
}

// TestLineOuterTwins compares all sums of the columns asked for.
func TestLineOuterTwins(t *testing.T) {
	inEachSet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(38, 1))
		for range 200 {
			l := positions{step: r.IntN(4), n: 1 + r.IntN(9), lines: 1 + r.IntN(4)}
			cols, scale, last := 1+r.IntN(lineCols), r.Float32(), 0
			l.line, l.ld = l.n*l.step+r.IntN(3), cols+r.IntN(5)
			var off [lineRows]int
			for i := range off {
				off[i] = r.IntN(40)
				last = max(last, off[i])
			}
			// They end where the last elements do.
			x, d := random(r, (l.lines-1)*l.line+(l.n-1)*l.step+last+1), random(r, (l.lines*l.n-1)*l.ld+cols)
			var got, want lineTile
			for i := range got {
				copy(got[i][:], random(r, lineCols))
			}
			want = got
			lineOuter(&got, x, d, &off, &l, cols, scale)
			lineOuterPortable(&want, x, d, &off, &l, cols, scale)
			for i := range got {
				equal(t, "outer along lines", got[i][:cols], want[i][:cols])
			}
		}
	})
}

func TestFlipTwins(t *testing.T) {
	inEachSet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(32, 1))
		for range 300 {
			rows, cols := 1+r.IntN(40), 1+r.IntN(40)
			ldy, ldx := rows+r.IntN(4), cols+r.IntN(4)
			x, y := odd(r, (rows-1)*ldx+cols), random(r, (cols-1)*ldy+rows)
			want := slices.Clone(y)
			flip(rows, cols, y, ldy, x, ldx)
			flipPortable(rows, cols, want, ldy, x, ldx)
			equal(t, "flip", y, want)
		}
	})
}

func TestNoiseTwins(t *testing.T) {
	inEachSet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(33, 1))
		for range 200 {
			k, sample, block := Key{r.Uint32(), r.Uint32()}, r.Uint32(), int(r.Uint32()>>4)
			got, want := make([]float32, 32*r.IntN(40)), make([]float32, 32*40)
			normals(got, k, block, sample)
			normalsPortable(want[:len(got)], k, block, sample)
			equal(t, "normals", got, want)
			addNormals(got, 0.3, k, block+7, sample)
			addNormalsPortable(want[:len(got)], 0.3, k, block+7, sample)
			equal(t, "addNormals", got, want)
			offset, limit := [][]float32{nil, odd(r, len(got))}[r.IntN(2)], 0.1+r.Float32()
			copy(got, odd(r, len(got)))
			copy(want, got)
			clipped := sense(got, offset, 0.3, limit, k, block, sample)
			if twin := sensePortable(want[:len(got)], offset, 0.3, limit, k, block, sample); clipped != twin {
				t.Fatalf("sense: %d clipped, the portable twin %d", clipped, twin)
			}
			equal(t, "sense", got, want)
			uniforms(got, k, block, sample)
			uniformsPortable(want[:len(got)], k, block, sample)
			equal(t, "uniforms", got, want)
		}
	})
}

func TestElementTwins(t *testing.T) {
	inEachSet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(34, 1))
		for n := range 70 {
			y, a, b, c := odd(r, n), odd(r, n), odd(r, n), odd(r, n)
			k := 0.1 + r.Float32()
			check := func(what string, f, portable func(y []float32)) {
				t.Helper()
				// The rest of the array shows a store beyond the end.
				got, want := append(slices.Clone(y), 7, 7, 7)[:n], slices.Clone(y)
				f(got)
				portable(want)
				equal(t, what, got[:n+3], append(want, 7, 7, 7))
			}
			check("add", func(y []float32) { add(y, a, b) }, func(y []float32) { addPortable(y, a, b) })
			check("sub", func(y []float32) { sub(y, a, b) }, func(y []float32) { subPortable(y, a, b) })
			check("mul", func(y []float32) { mul(y, y, b) }, func(y []float32) { mulPortable(y, y, b) })
			limits := [2]float32{endless(r.Float32() - 0.3), endless(r.Float32() - 0.3)}
			var clipped [2]int64
			check("rail", func(y []float32) { clipped[0] = rail(y, limits[0], limits[1], k) },
				func(y []float32) { clipped[1] = railPortable(y, limits[0], limits[1], k) })
			if clipped[0] != clipped[1] {
				t.Fatalf("rail: %d clipped, the portable twin %d", clipped[0], clipped[1])
			}
			check("scale", func(y []float32) { scale(y, k) }, func(y []float32) { scalePortable(y, k) })
			check("times", func(y []float32) { times(y, a, k) }, func(y []float32) { timesPortable(y, a, k) })
			check("addScaled", func(y []float32) { addScaled(y, a, k) }, func(y []float32) { addScaledPortable(y, a, k) })
			check("addProduct", func(y []float32) { addProduct(y, a, b) }, func(y []float32) { addProductPortable(y, a, b) })
			check("relu", func(y []float32) { relu(y, a, k) }, func(y []float32) { reluPortable(y, a, k) })
			check("mask", func(y []float32) { mask(y, a, b, k) }, func(y []float32) { maskPortable(y, a, b, k) })
			check("maskOver", func(y []float32) { maskOver(y, a, b, c) }, func(y []float32) { maskOverPortable(y, a, b, c) })
			check("convert", func(y []float32) { convert(y, k) }, func(y []float32) { convertPortable(y, k) })
			for _, rows := range []int{1, 3} {
				b := a[:n/rows]
				check("addRows", func(y []float32) { addRows(y, len(b), b, rows) }, func(y []float32) { addRowsPortable(y, len(b), b, rows) })
			}
			var count, wantCount int64
			check("clip", func(y []float32) { count = clip(y, k) }, func(y []float32) { wantCount = clipPortable(y, k) })
			if count != wantCount {
				t.Fatalf("clip counts %d, its portable twin %d", count, wantCount)
			}
		}
	})
}

func TestReductionTwins(t *testing.T) {
	inEachSet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(36, 1))
		for n := range 300 {
			x := odd(r, n)
			if n%2 == 0 {
				x = random(r, n) // no NaN hides the largest
			}
			for _, limit := range []float32{0, 0.5, float32(math.Inf(1)), float32(math.NaN())} {
				s := [sumLanes]float64(doubles(r, sumLanes)) // sums go on
				twin := s
				top, set, over := census(x, limit, &s)
				if wantTop, wantSet, wantOver := censusPortable(x, limit, &twin); top != wantTop || set != wantSet || over != wantOver || !alike(s, twin) {
					t.Fatalf("census of %d over %v: %#x %d %d %v, its portable twin %#x %d %d %v", n, limit, top, set, over, s, wantTop, wantSet, wantOver, twin)
				}
			}
			s := [sumLanes]float64(doubles(r, sumLanes))
			twin := s
			sumSquares(x, &s)
			if sumSquaresPortable(x, &twin); !alike(s, twin) {
				t.Fatalf("squares of %d are %v, of the portable twin %v", n, s, twin)
			}
			if got, want := topBits(x), topBitsPortable(x); got != want {
				t.Fatalf("topBits of %d is %#x, its portable twin %#x", n, got, want)
			}
		}
	})
}

// TestWindowTwins compares windows of random shapes, all of what is written, and of the image on
// the way back, where they do not overlap.
func TestWindowTwins(t *testing.T) {
	inEachSet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(35, 1))
		for range 300 {
			l := windowLine{channels: 1 + r.IntN(40), windows: 1 + r.IntN(5), rows: 1 + r.IntN(3), cols: 1 + r.IntN(3), at: r.IntN(9)}
			l.step = l.channels * (l.cols + r.IntN(2))
			l.line = l.windows*l.step + r.IntN(3)
			x, jitter := odd(r, l.last()), odd(r, l.last()) // end where the last element does
			n := l.channels * l.windows
			y, wantY, win, wantWin := make([]float32, n), make([]float32, n), make([]int32, n), make([]int32, n)
			for _, jitter := range [][]float32{nil, jitter} {
				largest(y, win, x, jitter, &l)
				largestPortable(wantY, wantWin, x, jitter, &l)
				equal(t, "y", y, wantY)
				if !slices.Equal(win, wantWin) {
					t.Fatalf("winners %v, want %v", win, wantWin)
				}
			}
			dy, want := odd(r, n), slices.Clone(x)
			win[r.IntN(n)] = -1
			winners(x, dy, win, &l)
			winnersPortable(want, dy, win, &l)
			equal(t, "dx", x, want)
		}
	})
}

// alike compares sums; any NaN equals another.
func alike(a, b [sumLanes]float64) bool {
	for i := range a {
		if a[i] != b[i] && (a[i] == a[i] || b[i] == b[i]) {
			return false
		}
	}
	return true
}

// TestWideTwins: kernels in float64 and their portable twins agree to the bit, at
// every number of features and some of rows, and write nothing beyond them.
func TestWideTwins(t *testing.T) {
	inEachSet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(35, 1))
		for n := range 40 {
			all := n * (1 + r.IntN(3))
			y, a, b := random(r, all), random(r, all), random(r, all)
			p, q, u := doubles(r, n), doubles(r, n), doubles(r, n)
			k := r.Float64()
			floats := func(what string, f, portable func(y []float32)) {
				t.Helper()
				got, want := append(slices.Clone(y), 7, 7, 7)[:all], slices.Clone(y)
				f(got)
				portable(want)
				equal(t, what, got[:all+3], append(want, 7, 7, 7))
			}
			sums := func(what string, f, portable func(s, d []float64)) {
				t.Helper()
				got, gotDot := append(slices.Clone(p), 7, 7, 7), append(slices.Clone(q), 7, 7, 7)
				want, wantDot := append(slices.Clone(p), 7, 7, 7), append(slices.Clone(q), 7, 7, 7)
				f(got[:n], gotDot[:n])
				portable(want[:n], wantDot[:n])
				if !slices.Equal(got, want) || !slices.Equal(gotDot, wantDot) {
					t.Fatalf("%s of %d: %v %v, want %v %v", what, n, got, gotDot, want, wantDot)
				}
			}
			floats("affine", func(y []float32) { Affine(y, a, p, q) }, func(y []float32) { affinePortable(y, a, p, q, 0) })
			floats("standard", func(y []float32) { Standard(y, a, k, p, q) }, func(y []float32) { standardPortable(y, a, k, p, q, 0) })
			floats("without", func(y []float32) { Without(y, a, p, q, u) }, func(y []float32) { withoutPortable(y, a, p, q, u, 0) })
			floats("subWide", func(y []float32) { SubWide(y, a, k) }, func(y []float32) { subWidePortable(y, a, k) })
			floats("scaleWide", func(y []float32) { ScaleWide(y, y, k) }, func(y []float32) { scaleWidePortable(y, y, k) })
			sums("addWide", func(s, _ []float64) { AddWide(s, a) }, func(s, _ []float64) { addWidePortable(s, a, 0) })
			sums("addSpread", func(s, _ []float64) { AddSpread(s, a, u) }, func(s, _ []float64) { addSpreadPortable(s, a, u, 0) })
			sums("addDots", func(s, d []float64) { AddDots(s, d, a, b) }, func(s, d []float64) { addDotsPortable(s, d, a, b, 0) })
		}
	})
}

// doubles are n numbers in ±1.
func doubles(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 2*r.Float64() - 1
	}
	return x
}
