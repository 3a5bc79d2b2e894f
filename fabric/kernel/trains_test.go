package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestFireTwins(t *testing.T) {
	inEachSet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(9, 1))
		for round := range 100 {
			blocks := r.IntN(20)
			v := make([]float32, blocks*32)
			for i := range v {
				if r.IntN(64) > 0 && i/32%3 > 0 {
					v[i] = float32(r.NormFloat64())
				}
			}
			if round%7 == 0 {
				copy(v, odd(r, len(v)))
			}
			k := NewKey(uint64(round), 1, 2, 3, 4)
			gain := []float32{0.2, -3, 0, 1}[round%4]
			plus, minus, p, m := make([]uint32, blocks), make([]uint32, blocks), make([]uint32, blocks), make([]uint32, blocks)
			k.Fire(plus, minus, v, gain, 7, 3)
			firesPortable(p, m, v, gain, k, 3, 7)
			for b := range p {
				if plus[b] != p[b] || minus[b] != m[b] {
					t.Fatalf("gain %g, block %d: %08x %08x, the portable twin has %08x %08x", gain, b, plus[b], minus[b], p[b], m[b])
				}
			}
		}
	})
}

// Lines fire with the chance that drives them, with the sign of the drive.
func TestLinesFireByChance(t *testing.T) {
	const lines, slots = 64, 20000
	v := make([]float32, lines)
	var up, down [lines]int
	for i := range v {
		v[i] = float32(i-32) / 30 // the first and last above 1
	}
	plus, minus := make([]uint32, 2), make([]uint32, 2)
	for s := range slots {
		NewKey(1, 2, 3, 4, 5).Fire(plus, minus, v, 1, uint32(s), 0)
		for i := range v {
			up[i] += int(plus[i/32] >> (i % 32) & 1)
			down[i] += int(minus[i/32] >> (i % 32) & 1)
		}
	}
	for i, x := range v {
		want := math.Min(1, math.Abs(float64(x)))
		fired, other := up[i], down[i]
		if x < 0 {
			fired, other = other, fired
		}
		if share := float64(fired) / slots; math.Abs(share-want) > 4*math.Sqrt(want*(1-want)/slots) || other != 0 {
			t.Errorf("a line driven by %g fires in %g of the slots, and %d times with the other sign", x, share, other)
		}
	}
}

func TestTurnBits(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 1))
	var x, turned [32]uint32
	for i := range x {
		x[i] = r.Uint32()
	}
	turned = x
	TurnBits(&turned)
	for i := range x {
		for j := range x {
			if x[i]>>j&1 != turned[j]>>i&1 {
				t.Fatalf("bit %d of word %d is not bit %d of word %d", j, i, i, j)
			}
		}
	}
}

func TestCoincideTwins(t *testing.T) {
	inEachSet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(11, 1))
		for _, n := range []int{0, 1, 5, 30, 31, 32, 62, 63, 500, 2000} {
			const m, words = 48, 70
			planes := make([]uint32, 2*words*m)
			for i := range planes {
				planes[i] = r.Uint32() | r.Uint32()
			}
			line := make([]Firing, n)
			for i := range line {
				same, other := int32(r.IntN(words)*m), int32((words+r.IntN(words))*m)
				line[i] = Firing{r.Uint32() | r.Uint32(), same, other}
				if n <= 2 {
					line[i].Bits = math.MaxUint32
				}
			}
			got, want := make([]uint32, m), make([]uint32, m)
			got[3] = 9 // overwritten
			Coincide(got, line, planes)
			coincidePortable(want, line, planes)
			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("%d firings, line %d: %08x, the portable twin %08x", n, i, got[i], want[i])
				}
			}
		}
	})
}

// countsOf are pulses of both signs for n cells.
func countsOf(r *rand.Rand, n int) []uint32 {
	counts := make([]uint32, n)
	for i := range counts {
		most := [...]int{1, 1, 2, 5, 60000}[r.IntN(5)]
		counts[i] = uint32(r.IntN(most))<<16 | uint32(r.IntN(most))
		if r.IntN(3) == 0 {
			counts[i] = 1 << (16 * r.IntN(2))
		}
	}
	return counts
}

func TestTogetherTwins(t *testing.T) {
	inEachSet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(12, 1))
		left := int64(0)
		for round := range 200 {
			n := r.IntN(100)
			l := law()
			if round%3 == 0 {
				l.Open = float32(math.Inf(1))
			}
			if round%4 == 1 {
				l.Window = 0.6
			}
			if round%5 == 0 {
				l.Cycle, l.Write = 0, 0
			}
			plus, minus, _, _, z, draws := cellsOf(r, n)
			counts := countsOf(r, n)
			if round%4 == 0 {
				clear(counts[n/2:])
			}
			p, m, c := append([]float32{}, plus...), append([]float32{}, minus...), append([]uint32{}, counts...)
			got := l.Together(plus, minus, counts, z, draws, 1.9)
			twin := l.togetherPortable(p, m, c, z, draws, 1.9)
			if got != twin {
				t.Fatalf("%d cells: %+v, the portable twin %+v", n, got, twin)
			}
			equal(t, "plus", plus, p)
			equal(t, "minus", minus, m)
			for i := range c {
				if c[i] != counts[i] {
					t.Fatalf("cell %d is left %08x, the portable twin %08x", i, counts[i], c[i])
				}
			}
			left += got.Left
		}
		if left == 0 {
			t.Error("no cell was left: nothing was shown there")
		}
	})
}

// Of one sign, pulses together are those of Pulse.
func TestTogetherOfOneSignIsPulse(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 1))
	l := law()
	l.Write = 0 // there one a train
	plus, minus, want, chance, z, draws := cellsOf(r, 400)
	counts := make([]uint32, len(plus))
	for i := range counts {
		n := r.IntN(40) - 20
		want[i], chance[i] = float32(n), 0.5
		if counts[i] = uint32(n) << 16; n < 0 {
			counts[i] = uint32(-n)
		}
	}
	p, m, turned := append([]float32{}, plus...), append([]float32{}, minus...), append([]float32{}, z...)
	for i := range turned {
		if want[i] < 0 {
			turned[i] = -z[i] // down is up of the negative there
		}
	}
	l.Together(plus, minus, counts, z, draws, 1.9)
	l.Pulse(p, m, want, chance, turned, draws, false)
	for i := range p {
		if d := math.Abs(float64(plus[i] - minus[i] - (p[i] - m[i]))); d > 2e-6 {
			t.Fatalf("cell %d, %g pulses: %g together, %g by Pulse", i, want[i], plus[i]-minus[i], p[i]-m[i])
		}
	}
}
