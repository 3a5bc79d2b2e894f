package kernel

import (
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"
)

func TestPoolCoversOnce(t *testing.T) {
	for _, p := range append(pools(t), NewPool(2*runtime.GOMAXPROCS(0)+1)) {
		for _, n := range []int{0, 1, 2, 3, 7, 1000} {
			seen := make([]atomic.Int32, n)
			var parts atomic.Int32
			for range 50 {
				p.Run(n, func(lo, hi int) {
					parts.Add(1)
					for i := lo; i < hi; i++ {
						seen[i].Add(1)
					}
				})
			}
			for i := range seen {
				if seen[i].Load() != 50 {
					t.Fatalf("%d workers, n = %d: item %d ran %d times of 50", p.Workers(), n, i, seen[i].Load())
				}
			}
			if want := min(p.Workers(), n); n == 1000 && int(parts.Load()) != 50*want {
				t.Errorf("%d workers: %d parts in 50 jobs, want %d each", p.Workers(), parts.Load(), want)
			}
		}
		p.Close()
	}
}

func TestPoolClosed(t *testing.T) {
	p := NewPool(3)
	if p.Workers() != 3 {
		t.Fatalf("Workers = %d, want 3", p.Workers())
	}
	p.Close()
	p.Close()
	var sum int
	p.Run(10, func(lo, hi int) { sum += hi - lo })
	if p.Workers() != 1 || sum != 10 {
		t.Errorf("after Close: %d workers, %d items done", p.Workers(), sum)
	}
}

func TestPoolRefusesNesting(t *testing.T) {
	p := NewPool(2)
	defer p.Close()
	var caught atomic.Int32
	p.Run(2, func(lo, hi int) {
		defer func() {
			if recover() != nil {
				caught.Add(1)
			}
		}()
		p.Run(4, func(lo, hi int) {})
	})
	if caught.Load() != 2 {
		t.Errorf("%d of 2 nested jobs were refused", caught.Load())
	}
}

// step runs every kernel once on work large enough to be shared.
type step struct {
	x, y, w, bias, g, gain []float32
	images, errors, back   []float32
	maps, dmaps            []float32
	win                    []int32
	d                      Dims
	c                      Conv
	pool                   Window
	ro                     ReadOut
	blocks                 []Block
}

func newStep() *step {
	r := rand.New(rand.NewPCG(18, 1))
	s := &step{d: Dims{64, 1, 100, 70}, c: sized(Conv{N: 4, H: 16, W: 16, C: 16, KH: 3, KW: 3, SH: 1, SW: 1, PH: 1, PW: 1, M: 32})}
	s.x, s.y, s.w = random(r, 6400), random(r, 8192), random(r, 7000)
	s.bias, s.g, s.gain = random(r, 200), random(r, 20000), random(r, 288)
	s.images, s.errors, s.back = random(r, 4*256*16), random(r, 4*256*32), random(r, 4*256*16)
	s.maps, s.dmaps = random(r, 4*256*32), random(r, 4*256*32)
	s.win = make([]int32, 4*256*32)
	s.pool = Window{N: 4, H: 16, W: 16, C: 32, KH: 2, KW: 2, SH: 2, SW: 2}.sized()
	s.ro = ReadOut{Gain: s.gain, Offset: s.gain, Sigma: 0.1, Clip: 2, Step: 0.01, Key: NewKey(1, 2, 3, 4, 5)}
	s.blocks = []Block{{0, 16}, {16, 32}}
	return s
}

func (s *step) run(p *Pool) {
	MatMul(p, s.y, s.x, s.w, s.bias, s.d, nil, &s.ro)
	MatMulT(p, s.x, s.y, s.w, s.d, s.blocks, &s.ro)
	OuterAdd(p, s.g, s.x, s.y, s.bias, s.d, true)
	Conv2D(p, s.maps, s.images, s.w, s.bias, &s.c, nil, &s.ro)
	MaxPool(p, s.y, s.win, s.maps, &s.pool, nil)
	MaxPoolGrad(p, s.errors, s.y, s.win, &s.pool)
	AvgPool(p, s.y, s.maps, &s.pool)
	AvgPoolGrad(p, s.dmaps, s.y, &s.pool)
	Conv2DOuterAdd(p, s.g, s.images, s.errors, nil, &s.c, true)
	Conv2DGrad(p, s.back, s.errors, s.w, &s.c, nil, nil)
	Conv2DGrad(p, s.back, s.errors, s.w, &s.c, s.blocks, &s.ro)
	Softmax(p, s.maps, s.maps, 1024, 32)
	Tanh(p, s.maps, s.maps)
	Add(p, s.maps, s.maps, s.dmaps)
	MeanAxis(p, s.y, s.maps, 4, 256, 32)
	ToNHWC(p, s.dmaps, s.maps, 4, 32, 16, 16)
	s.y[0] = MaxAbs(p, s.maps) + float32(Count(p, s.maps, 0.1).SumAbs) + float32(Clip(p, s.maps, 0.2))
}

func TestNoAllocations(t *testing.T) {
	for _, p := range pools(t) {
		for _, squares := range []bool{false, true} {
			s := newStep()
			s.c.Winograd = squares
			if n := testing.AllocsPerRun(5, func() { s.run(p) }); n != 0 {
				t.Errorf("%d workers, by squares %t: %v allocations a step", p.Workers(), squares, n)
			}
		}
	}
}

// TestWorkersAgree runs many steps on what the steps before left: any difference
// between numbers of workers would grow.
func TestWorkersAgree(t *testing.T) {
	var first []float32
	for _, p := range pools(t) {
		s := newStep()
		for range 5 {
			s.run(p)
		}
		all := append(append(append([]float32(nil), s.g...), s.back...), s.maps...)
		if first == nil {
			first = all
		}
		sameBits(t, "steps", all, first)
	}
}

// Many short jobs, with the caller and the workers parking and waking in every
// order: each job is whole when Run returns.
func TestPoolIsWholeWhenRunReturns(t *testing.T) {
	n := runtime.GOMAXPROCS(0) + 1 // more than there are processors: all park at once
	p := NewPool(n)
	defer p.Close()
	sum := make([]int64, n*aloneWork)
	for round := int64(1); round <= 3000; round++ {
		p.begin()
		p.share(funcJob(func(lo, hi int) {
			for i := lo; i < hi; i += aloneWork / 4 {
				sum[i] = round
			}
		}), len(sum))
		p.end()
		for part := range n {
			if at := len(sum) * part / n; sum[at] != round {
				t.Fatalf("round %d: part %d stands at %d", round, part, sum[at])
			}
		}
	}
}
