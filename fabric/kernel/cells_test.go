package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// law is that of the default chip.
func law() CellLaw {
	return CellLaw{
		Step: 0.005, Slope: 0.05, ByStep: 0.1 / 4096, BySymmetry: 0.06 / 4096, BySlope: 0.01 / 4096, ByBounds: 0.07 / 4096,
		LeastBound: 0.1, Window: float32(math.Inf(1)), Cycle: 0.3, Write: 1e-6, Most: 1e5,
	}
}

// cellsOf draws n cells and what a write needs.
func cellsOf(r *rand.Rand, n int) (plus, minus, want, chance, z []float32, draws []int16) {
	draws = make([]int16, (n+CellBlock-1)/CellBlock*CellBlock*CellDraws)
	for i := range draws {
		draws[i] = int16(4096 * r.NormFloat64())
	}
	for range n {
		w, size := float32(2*r.Float64()-1), [...]float64{0, 0.3, 2, 200}[r.IntN(4)]
		plus, minus = append(plus, w/2), append(minus, -w/2)
		want = append(want, float32(size*r.NormFloat64()))
		chance = append(chance, float32(r.IntN(1<<23)*2+1)/(1<<24))
		z = append(z, float32(r.NormFloat64()))
	}
	return plus, minus, want, chance, z, draws
}

func TestPulseTwins(t *testing.T) {
	inEachSet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 1))
		for round := range 200 {
			n := r.IntN(100)
			l := law()
			if round%3 == 0 {
				l.Open = float32(math.Inf(1))
			}
			if round%4 == 0 {
				l.Window = 0.6
			}
			if round%5 == 0 {
				l.Cycle, l.Write = 0, 0
			}
			plus, minus, want, chance, z, draws := cellsOf(r, n)
			if round%7 == 0 {
				copy(want, odd(r, n))
				for i := range minus {
					minus[i] += 0.1
				}
			}
			p, m := append([]float32{}, plus...), append([]float32{}, minus...)
			got := l.Pulse(plus, minus, want, chance, z, draws, round%2 == 0)
			twin := l.pulsePortable(p, m, want, chance, z, draws, round%2 == 0)
			if got != twin {
				t.Fatalf("%d cells: %+v, the portable twin %+v", n, got, twin)
			}
			equal(t, "plus", plus, p)
			equal(t, "minus", minus, m)
		}
	})
}

func TestCellTwins(t *testing.T) {
	inEachSet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(8, 1))
		for range 200 {
			n := r.IntN(70)
			a, b, c, rate := odd(r, n), odd(r, n), odd(r, n), random(r, n)
			clone := func(x []float32) []float32 { return append([]float32{}, x...) }
			p, m, tp, tm := clone(a), clone(b), clone(a), clone(b)
			if got, want := Shift(p, m, c, 0.7, 0.9), shiftPortable(tp, tm, c, 0.7, 0.9); got != want {
				t.Fatalf("shift counts %d, its portable twin %d", got, want)
			}
			equal(t, "shift, plus", p, tp)
			equal(t, "shift, minus", m, tm)
			v, g, w, tv, tg, tw := clone(a), clone(b), clone(c), clone(a), clone(b), clone(c)
			Momentum(v, g, w, 0.9, 1e-2, 0.1)
			momentumPortable(tv, tg, tw, 0.9, 1e-2, 0.1)
			equal(t, "velocity", v, tv)
			equal(t, "change", g, tg)
			equal(t, "weight", w, tw)
			y, ty := clone(a), clone(a)
			Decay(y, rate, 3, -0.2)
			decayPortable(ty, rate, 3, -0.2)
			equal(t, "decay", y, ty)
			z, tz := clone(c), clone(c)
			DecayPairs(y, z, rate, 3, -0.2)
			decayPairsPortable(ty, tz, rate, 3, -0.2)
			equal(t, "decay of one of a pair", y, ty)
			equal(t, "decay of the other", z, tz)
			FoldLanes(y, a, b, c)
			foldLanesPortable(ty, a, b, c)
			equal(t, "foldLanes", y, ty)
			d, e := random(r, n), random(r, n)
			FoldPairLanes(y, a, b, c, d, e)
			foldPairLanesPortable(ty, a, b, c, d, e)
			equal(t, "foldPairLanes", y, ty)
			FoldPairLine(y, a, b, c, 0.3, 1.7)
			foldPairLinePortable(ty, a, b, c, 0.3, 1.7)
			equal(t, "foldPairLine", y, ty)
			FoldLine(y, a, 0.3, 1.7)
			foldLinePortable(ty, a, 0.3, 1.7)
			equal(t, "foldLine", y, ty)
		}
	})
}

// Decay is 1 - e^-x to float32, for exponents of any size.
func TestDecayIsExponential(t *testing.T) {
	for e := 1e-9; e <= 300; e *= 1.07 {
		y, small := []float32{1}, []float32{0}
		Decay(y, []float32{1}, float32(e), 2)
		Decay(small, []float32{float32(e)}, 1, -1)
		gone := -math.Expm1(-float64(float32(e)))
		if math.Abs(float64(y[0])-1-gone) > 1.3e-7 {
			t.Errorf("after %g: %v, want %v", e, y[0], 1+gone)
		}
		if math.Abs(float64(small[0])/gone+1) > 3e-7 {
			t.Errorf("after %g: %v, want %v", e, small[0], -gone)
		}
	}
}

// Pulses one by one, without errors, end where a train at once does.
func TestTrainIsItsPulses(t *testing.T) {
	l := law()
	l.Cycle, l.Write = 0, 0
	draws := make([]int16, CellBlock*CellDraws)
	for _, n := range []int{2, 3, 40, 1000} {
		for _, sign := range []float32{1, -1} {
			at, once := float32(0.1), float32(0.1)
			for range n {
				at, _ = l.train(at, 1, sign < 0, 0, draws)
			}
			once, _ = l.train(once, int32(n), sign < 0, 0, draws)
			if math.Abs(float64(at-once)) > 2e-5 {
				t.Errorf("%d pulses of sign %g: %g, at once %g", n, sign, at, once)
			}
		}
	}
}

func BenchmarkPulse(b *testing.B) {
	r := rand.New(rand.NewPCG(9, 1))
	plus, minus, want, chance, z, draws := cellsOf(r, 1024)
	for i := range want {
		want[i] = float32(r.NormFloat64() * 0.3)
	}
	l := law()
	for b.Loop() {
		l.Pulse(plus, minus, want, chance, z, draws, true)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/cell")
}
