package stack

import (
	"errors"
	"math"
	"strings"
	"testing"

	"acl/fabric"
	"acl/fabric/kernel"
)

var on = fabric.Level{Mode: fabric.LevelOn}

// bench is a chip with the hold capacitors of physics.md §1.
func bench() *fabric.Chip {
	c := &fabric.Chip{Temperature: 300.15}
	c.Rail.Input, c.Rail.Weight = 0.3, 0.4
	c.Cap.Hold, c.Cap.Leak = 50e-15, 10e-15
	return c
}

func one(layer string, offset, size int) Slot { return Slot{Layer: layer, Offset: offset, Size: size} }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// physics.md §11.6: the spread of 1e5 pushes at 50 fF is 0.288 mV ± 1 %.
func TestPushesErrByKTC(t *testing.T) {
	c := bench()
	c.Noise.Storage = on
	s := New(Config{Chip: c, Depth: 1000, Seed: 3})
	call := Call{N: 100, Step: 1}
	x := make([]float32, 100*1000)
	must(t, s.Push(one("fc", 0, 1000), x, call))
	must(t, s.Pop(one("fc", 0, 1000), x, 0, call))
	var sum float64
	for _, v := range x {
		volts := float64(v) * c.Rail.Input
		sum += volts * volts
	}
	if sd := math.Sqrt(sum / float64(len(x))); math.Abs(sd-0.288e-3) > 0.01*0.288e-3 {
		t.Errorf("pushes spread by %g V, want 0.288 mV", sd)
	}
}

// physics.md §11.6: 0.4 V after 20 ms at τ = 50 ms is 0.2681 V. Each read has the
// droop of its own hold, and one does not change the next.
func TestDroop(t *testing.T) {
	c := bench()
	c.Noise.Leak = on
	c.Cap.Leak = 0.4e-12 // 50 fF 0.4 V / 0.4 pA = 50 ms
	s := New(Config{Chip: c, Depth: 1})
	if tau := s.Retention(); math.Abs(tau-0.05) > 1e-9 {
		t.Errorf("τ = %g s, want 50 ms", tau)
	}
	slot, call, y := one("fc", 0, 1), Call{N: 1}, make([]float32, 1)
	must(t, s.Push(slot, []float32{0.4}, call))
	for range 3 {
		must(t, s.Peek(slot, y, 0.02, call))
		if math.Abs(float64(y[0])-0.2681) > 5e-5 {
			t.Fatalf("0.4 V after 20 ms is %g, want 0.2681", y[0])
		}
	}
	exact := call
	exact.Exact = true
	must(t, s.Pop(slot, y, 0.02, exact))
	if y[0] != 0.4 {
		t.Errorf("an exact pop gave %g", y[0])
	}
}

func TestQuietChipsGiveBackWhatWasPushed(t *testing.T) {
	ideal := bench()
	ideal.Noise.Storage, ideal.Noise.Leak, ideal.Ideal = on, on, true
	for _, c := range []*fabric.Chip{bench(), ideal} {
		s := New(Config{Chip: c, Depth: 4})
		x, y := []float32{1, 2, 3, 4}, make([]float32, 4)
		must(t, s.Push(one("fc", 0, 2), x, Call{N: 2}))
		must(t, s.Pop(one("fc", 0, 2), y, 1, Call{N: 2}))
		for i := range x {
			if x[i] != y[i] {
				t.Fatalf("element %d came back as %g", i, y[i])
			}
		}
	}
}

// A draw belongs to its layer, step, sample and element, whatever else is pushed
// and however samples are grouped.
func TestNoiseIsKeyed(t *testing.T) {
	c := bench()
	c.Noise.Storage = on
	push := func(p *kernel.Pool, layer string, call Call) []float32 {
		s := New(Config{Chip: c, Depth: 50, Seed: 3, Pool: p})
		x := make([]float32, call.N*50)
		must(t, s.Push(one(layer, 0, 50), x, call))
		must(t, s.Pop(one(layer, 0, 50), x, 0, call))
		return x
	}
	all := push(nil, "fc", Call{N: 8, Step: 2})
	pool := kernel.NewPool(2)
	defer pool.Close()
	for i, v := range push(pool, "fc", Call{N: 8, Step: 2}) {
		if v != all[i] {
			t.Fatal("two workers draw other noise")
		}
	}
	for i, v := range push(nil, "fc", Call{N: 3, Step: 2, First: 5}) {
		if v != all[5*50+i] {
			t.Fatal("samples 5 to 7 alone draw other noise")
		}
	}
	if push(nil, "conv", Call{N: 8, Step: 2})[0] == all[0] || push(nil, "fc", Call{N: 8, Step: 3})[0] == all[0] {
		t.Error("layers or steps share noise")
	}
	if push(nil, "fc", Call{N: 8, Step: 2, Clean: true})[0] != 0 {
		t.Error("a clean push is noisy")
	}
}

func TestTraps(t *testing.T) {
	call, y := Call{N: 2}, make([]float32, 4)
	filled := func() *Stack {
		s := New(Config{Chip: bench(), Depth: 5})
		must(t, s.Push(one("conv", 0, 2), y, call))
		must(t, s.Push(one("fc", 2, 2), y, call))
		return s
	}
	cases := []struct {
		what string
		do   func(s *Stack) error
		want []string
	}{
		{"overflow", func(s *Stack) error { return s.Push(one("relu", 4, 2), y, call) }, []string{"push of relu", "overflow"}},
		{"taken", func(s *Stack) error { return s.Push(one("relu", 3, 2), y, call) }, []string{"push of relu", "in use"}},
		{"short", func(s *Stack) error { return s.Push(one("relu", 4, 1), y, call) }, []string{"push of relu", "4 values"}},
		{"not on top", func(s *Stack) error { return s.Pop(one("conv", 0, 2), y, 0, call) }, []string{"pop of conv", "not on top", "fc"}},
		{"wrong size", func(s *Stack) error { return s.Pop(one("fc", 2, 1), y[:2], 0, call) }, []string{"pop of fc", "of 2 were pushed"}},
		{"wrong batch", func(s *Stack) error { return s.Peek(one("fc", 2, 2), y[:2], 0, Call{N: 1}) }, []string{"peek of fc", "2 of 2"}},
		{"nothing there", func(s *Stack) error { return s.Peek(one("fc", 1, 2), y, 0, call) }, []string{"peek of fc", "underflow"}},
		{"free of nothing", func(s *Stack) error { return s.Free(4, 1) }, []string{"free", "underflow"}},
		{"free of a part", func(s *Stack) error { return s.Free(2, 1) }, []string{"free of fc", "2 were pushed"}},
		{"underflow", func(s *Stack) error { s.Reset(); return s.Pop(one("fc", 2, 2), y, 0, call) }, []string{"pop of fc", "underflow"}},
	}
	for _, c := range cases {
		err := c.do(filled())
		var trap *Trap
		if !errors.As(err, &trap) {
			t.Errorf("%s: got %v, want a trap", c.what, err)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q does not say %q", c.what, err, w)
			}
		}
	}
}

// Slots that are peeked are freed; a frame gives values back in reverse.
func TestFrameDiscipline(t *testing.T) {
	order := func(d Discipline) (a, b float32) {
		s := New(Config{Chip: bench(), Depth: 2, Discipline: d})
		y := make([]float32, 1)
		must(t, s.Push(one("first", 0, 1), []float32{1}, Call{N: 1}))
		must(t, s.Push(one("second", 1, 1), []float32{2}, Call{N: 1}))
		must(t, s.Pop(one("second", 1, 1), y, 0, Call{N: 1}))
		a = y[0]
		must(t, s.Pop(one("first", 0, 1), y, 0, Call{N: 1}))
		return a, y[0]
	}
	if a, b := order(LIFO); a != 2 || b != 1 {
		t.Errorf("last in, first out gave %g, %g", a, b)
	}
	if a, b := order(FIFO); a != 1 || b != 2 {
		t.Errorf("first in, first out gave %g, %g", a, b)
	}
	s := New(Config{Chip: bench(), Depth: 3})
	must(t, s.Push(one("a", 0, 1), []float32{1}, Call{N: 1}))
	must(t, s.Push(one("b", 1, 2), []float32{2, 3}, Call{N: 1}))
	must(t, s.Free(1, 2))
	if s.Used() != 1 {
		t.Errorf("%d capacitors in use, want 1", s.Used())
	}
	must(t, s.Free(0, 1))
	if s.Used() != 0 {
		t.Errorf("%d capacitors in use, want 0", s.Used())
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	c := bench()
	c.Noise.Storage, c.Noise.Leak = on, on
	s := New(Config{Chip: c, Depth: 12, Seed: 3})
	x, y := make([]float32, 4*8), make([]float32, 4*8)
	call := Call{N: 4}
	allocated := testing.AllocsPerRun(20, func() {
		call.Step++
		must(t, s.Push(one("a", 0, 8), x, call))
		must(t, s.Push(one("b", 8, 4), x[:16], call))
		must(t, s.Pop(one("b", 8, 4), y[:16], 1e-3, call))
		must(t, s.Pop(one("a", 0, 8), y, 1e-3, call))
	})
	if allocated > 0 {
		t.Errorf("a batch allocates %g times", allocated)
	}
}
