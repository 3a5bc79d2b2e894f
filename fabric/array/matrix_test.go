package array

import (
	"math"
	"testing"

	"acl/fabric"
	"acl/fabric/kernel"
)

func TestInitIsUniformAndTakesAShareOfFullWeight(t *testing.T) {
	m := matrix(quiet(), dense(400, 100))
	m.Init()
	w := logical(m)
	mean, sd := moments(w)
	reach := 1 / math.Sqrt(400)
	if math.Abs(mean) > 4*sd/math.Sqrt(float64(len(w))) {
		t.Errorf("mean start weight is %g", mean)
	}
	near(t, "spread of start weights", sd, reach/math.Sqrt(3), 0.02)
	top := float64(largestOf(w))
	if top > reach || top < 0.999*reach {
		t.Errorf("largest start weight is %g, want just under %g", top, reach)
	}
	near(t, "share of full weight", top/m.Alpha, TopRandom, 1e-6)
	other := dense(400, 100)
	other.Path = "fc2"
	m2 := matrix(quiet(), other)
	m2.Init()
	if logical(m2)[0] == w[0] {
		t.Error("two arrays start with the same weights")
	}
}

// With every source off a read is the logical weights times the scale, to the bit,
// forward, transposed and through a dedicated copy.
func TestIdealReadsAreExact(t *testing.T) {
	ideal := bench()
	ideal.Idealize()
	for _, c := range []*fabric.Chip{quiet(), ideal} {
		for _, copied := range []bool{false, true} {
			a := dense(200, 150)
			if copied {
				a.Copy = a.Tiles
			}
			m := matrix(c, a)
			m.Init()
			m.Calibrate(16, ReadKey{})
			w := logical(m)
			for i := range w {
				w[i] *= 0.25
			}
			f := m.Forward(ReadKey{Step: 3}, 0.25, 0.5, 8)
			same(t, "forward", f.W, w[:200*150])
			for j, b := range f.Bias {
				if b != 0.5*w[200*150+j] {
					t.Fatalf("bias %d is %g, want %g", j, b, 0.5*w[200*150+j])
				}
			}
			r := m.Transposed(ReadKey{Step: 3}, 0.25, 8)
			same(t, "transposed", r.W, w[:200*150])
			if !f.Plain() || !r.Plain() {
				t.Error("a read-out of an ideal chip is not plain")
			}
		}
	}
}

// A noisy chip read exactly, for a dry run, gives the logical weights too.
func TestExactReadIgnoresErrors(t *testing.T) {
	a := dense(200, 150)
	a.Copy = a.Tiles
	m := matrix(bench(), a)
	m.Init()
	w := logical(m)
	noisy := append([]float32(nil), m.Forward(ReadKey{}, 1, 1, 8).W...)
	k := ReadKey{Exact: true}
	same(t, "forward", m.Forward(k, 1, 1, 8).W, w[:200*150])
	same(t, "transposed", m.Transposed(k, 1, 8).W, w[:200*150])
	if !m.Forward(k, 1, 1, 8).Plain() {
		t.Error("an exact read-out is not plain")
	}
	same(t, "noisy again", m.Forward(ReadKey{}, 1, 1, 8).W, noisy)
}

func TestLoadErrsByOneWrite(t *testing.T) {
	c := quiet()
	c.Noise.Storage = fabric.Level{Mode: fabric.LevelOn}
	m := matrix(c, dense(300, 200))
	w := make([]float32, len(m.Plus))
	w[0] = 0.7
	m.Load(w, TopTrained)
	_, sd := moments(minus(logical(m), w))
	near(t, "error of a write", sd, math.Sqrt2*0.28786e-3/0.4, 0.02)
}

func TestExactUpdates(t *testing.T) {
	c := quiet()
	m := matrix(c, dense(20, 10))
	m.Init()
	w := logical(m)
	d := make([]float32, len(w))
	for i := range d {
		d[i] = float32(i%7-3) * 0.01
	}
	if p := m.Update(d, ReadKey{}); p != (Pulses{}) {
		t.Errorf("an exact update counted %+v", p)
	}
	for i, v := range logical(m) {
		if want := w[i] + d[i]; math.Abs(float64(v-want)) > 1e-7 {
			t.Fatalf("weight %d is %g, want %g", i, v, want)
		}
	}
	c.Noise.Clip = fabric.Level{Mode: fabric.LevelOn}
	m = matrix(c, dense(20, 10))
	m.Init()
	for i := range d {
		d[i] = 100
	}
	p := m.Update(d, ReadKey{})
	if p.Clipped != int64(len(d)) || m.Plus[0]-m.Minus[0] != 1 {
		t.Errorf("a huge change left %g and clipped %d cells, want 1 and %d", m.Plus[0]-m.Minus[0], p.Clipped, len(d))
	}
}

// Pulses are a whole number; with stochastic rounding their mean is the change
// wanted, counted ones have a dead zone.
func TestUpdatesInPulses(t *testing.T) {
	c := plain()
	c.Noise = fabric.Noise{Cells: fabric.Level{Mode: fabric.LevelOn}}
	c.Cell.Asymmetry = 0
	n := 0
	change := func(update string, wanted float64) (mean, sd float64, p Pulses) {
		c.Cell.Update = update
		m := matrix(c, dense(300, 100))
		m.Alpha = 2
		n = len(m.Plus)
		d := make([]float32, n)
		for i := range d {
			d[i] = float32(2 * wanted * c.Cell.Step)
		}
		p = m.Update(d, ReadKey{Step: 1})
		got := logical(m)
		for i := range got {
			got[i] /= float32(2 * c.Cell.Step)
		}
		mean, sd = moments(got)
		return mean, sd, p
	}
	mean, sd, p := change("stochastic", -0.3)
	near(t, "mean of stochastic pulses", mean, -0.3, 0.03) // 4 √(0.21/30100)/0.3
	near(t, "spread of stochastic pulses", sd, math.Sqrt(0.3*0.7), 0.02)
	near(t, "pulses down", float64(p.Down), 0.3*float64(n), 0.03)
	if p.Up != 0 {
		t.Errorf("%d pulses up for a change down", p.Up)
	}
	if mean, sd, _ = change("counted", 0.49); mean != 0 || sd != 0 {
		t.Errorf("a change in the dead zone moved cells by %g", mean)
	}
	mean, _, p = change("counted", 2.6)
	near(t, "counted pulses", mean, 3, 1e-5)
	if p.Up != int64(3*n) {
		t.Errorf("%d pulses up, want %d", p.Up, 3*n)
	}
	mean, sd, p = change("exact", 0.3)
	near(t, "exact change", mean, 0.3, 1e-5)
	if sd > 1e-6 || p != (Pulses{}) {
		t.Errorf("an exact change spreads by %g with %+v", sd, p)
	}
}

func TestCycleNoiseAndWritesSpreadPulses(t *testing.T) {
	c := plain()
	c.Cell.Asymmetry, c.Cell.Update = 0, "counted"
	c.Cell.Spread.Cycle = 0.3
	c.Noise = fabric.Noise{Cells: fabric.Level{Mode: fabric.LevelOn}}
	spread := func() float64 {
		m := matrix(c, dense(300, 100))
		d := make([]float32, len(m.Plus))
		for i := range d {
			d[i] = float32(4 * c.Cell.Step)
		}
		m.Update(d, ReadKey{})
		_, sd := moments(logical(m))
		return sd
	}
	near(t, "spread of four pulses", spread(), 0.3*2*c.Cell.Step, 0.02)
	c.Noise.Storage = number(0.004)
	near(t, "with kT/C", spread(), math.Hypot(0.3*2*c.Cell.Step, 0.004), 0.02)
}

func TestRewriteBringsWeightsBack(t *testing.T) {
	c := bench()
	c.Cap.CommonMode = true
	m := matrix(c, dense(60, 40))
	m.Init()
	want := logical(m)
	m.Leak(0.05, 1)
	_, lost := moments(minus(logical(m), want))
	p := m.Rewrite(want, ReadKey{Step: 1})
	if p.Up+p.Down == 0 {
		t.Error("a rewrite gave no pulses")
	}
	_, sd := moments(minus(logical(m), want))
	if sd > 0.3*lost { // gains of 10 %, cycles of 30 % and a pulse's rounding stay
		t.Errorf("weights off by %g are off by %g when rewritten", lost, sd)
	}
	for i := range m.Plus {
		if m.Plus[i] != -m.Minus[i] {
			t.Fatalf("pair %d is not balanced: %g and %g", i, m.Plus[i], m.Minus[i])
		}
	}
}

func TestLeak(t *testing.T) {
	c := quiet()
	c.Noise.Leak = fabric.Level{Mode: fabric.LevelOn}
	c.Cell.Spread.Leak = 0
	m := matrix(c, dense(60, 40))
	m.Init()
	before := logical(m)
	m.Leak(0.5, 1)
	m.Leak(0.5, 2)
	for i, v := range logical(m) { // τ = 50 fF 0.4 V / 10 fA = 2 s
		if want := float64(before[i]) * math.Exp(-0.5); math.Abs(float64(v)-want) > 1e-6*math.Abs(want) {
			t.Fatalf("after 1 s weight %d is %g, want %g", i, v, want)
		}
	}
	c.Cap.Leak, c.Cell.Lifetime = 0, 100
	m = matrix(c, dense(60, 40))
	m.Init()
	m.Leak(1, 1)
	m.Leak(1, 2)
	m.Leak(1, 2) // no further step: nothing more goes
	near(t, "weight after two steps", float64(logical(m)[3]), float64(before[3])*0.99*0.99, 1e-6)

	c.Cap.Leak, c.Cell.Lifetime, c.Cell.Spread.Leak = 10e-15, 0, 0.3
	c.Cap.CommonMode = true
	m = matrix(c, dense(300, 100))
	m.Leak(0.02, 1) // from weight 0, what is left is the difference of the pairs
	_, sd := moments(logical(m))
	rates := make([]float32, 0, 2*len(m.Plus))
	rates = append(append(rates, m.rates.plus...), m.rates.minus...)
	_, spread := moments(rates)
	near(t, "drift of pairs that leak apart", sd, 1.6/0.4*0.01*math.Sqrt2*spread, 0.05)
}

// Weight noise is a share of the largest weight, the same for the reads of a step
// in both directions, and absent from a clean read.
func TestWeightNoise(t *testing.T) {
	c := quiet()
	c.Noise.Weight, c.Noise.Law = number(0.05), "gaussian"
	m := matrix(c, dense(300, 100))
	m.Init()
	w := logical(m)[:300*100]
	k := ReadKey{Seed: 1, Step: 4}
	seen := append([]float32(nil), m.Forward(k, 1, 1, 0).W...)
	same(t, "transposed", m.Transposed(k, 1, 0).W, seen)
	_, sd := moments(minus(seen, w))
	near(t, "weight noise", sd, 0.05*float64(largestOf(logical(m))), 0.02)
	same(t, "same step, another field", m.Forward(ReadKey{Seed: 1, Step: 4, Field: 9}, 1, 1, 0).W, seen)
	if m.Forward(ReadKey{Seed: 1, Step: 5}, 1, 1, 0).W[0] == seen[0] {
		t.Error("another step has the same weight noise")
	}
	clean := k
	clean.Clean = true
	same(t, "clean", m.Forward(clean, 1, 1, 0).W, w)
	same(t, "the first step again", m.Forward(k, 1, 1, 0).W, seen)
}

// Two dies or fields differ, pools do not: the same seed gives the same bits.
func TestSameSeedSameBits(t *testing.T) {
	pool := kernel.NewPool(2)
	defer pool.Close()
	run := func(p *kernel.Pool, die int) []float32 {
		c := bench()
		c.Noise.Weight, c.Die = number(0.05), die
		m := New(Config{Chip: c, Array: dense(200, 140), Seed: 7, Pool: p})
		m.Init()
		m.Calibrate(16, ReadKey{Seed: 7})
		d := make([]float32, len(m.Plus))
		for step := range uint64(3) {
			for i := range d {
				d[i] = float32((i*7+int(step))%13-6) * 1e-4
			}
			m.Update(d, ReadKey{Seed: 7, Step: step})
			m.Leak(1e-3, step+1)
		}
		r := m.Forward(ReadKey{Seed: 7, Step: 3}, 0.5, 1, 8)
		return append(append(append([]float32(nil), r.W...), r.Bias...), r.RO.Offset...)
	}
	one := run(nil, 1)
	same(t, "two workers", run(pool, 1), one)
	if other := run(nil, 2); other[0] == one[0] {
		t.Error("another die gives the same weight")
	}
}

func TestStateRoundTrip(t *testing.T) {
	c := bench()
	c.Cap.CommonMode, c.Faults.Drift = true, 0.01
	a := dense(40, 30)
	a.Copy = a.Tiles
	x := make([]float32, 40)
	x[3] = 1
	look := func(m *Matrix) []float32 {
		k := ReadKey{Seed: 7, Step: 9}
		y := products(m.Forward(k, 1, 1, 8), x, 1, 40, 30)
		return append(y, m.Transposed(k, 1, 8).W...)
	}
	m := matrix(c, a)
	m.Init()
	m.SetBound(5)
	m.SetReverseBound(2.5)
	m.Leak(1e-3, 5)
	m.Calibrate(16, ReadKey{Seed: 7, Step: 2})
	m.Leak(1e-3, 9)
	want := append([]float32(nil), look(m)...)
	again := matrix(c, a)
	look(again)
	restore(t, again.State(), m.State())
	same(t, "a restored array", look(again), want)
	g, g2 := NewGradient(Config{Chip: c, Array: a}), NewGradient(Config{Chip: c, Array: a})
	g.Tile()[5] = 0.5
	restore(t, g2.State(), g.State())
	same(t, "restored gradient tiles", g2.Tile(), g.Tile())
}

// restore copies kept values as a checkpoint does.
func restore(t *testing.T, to, from []fabric.Field) {
	t.Helper()
	if len(to) != len(from) {
		t.Fatalf("%d and %d kept fields", len(to), len(from))
	}
	for i := range from {
		if to[i].Name != from[i].Name {
			t.Fatalf("field %s against %s", to[i].Name, from[i].Name)
		}
		switch p := from[i].Ptr.(type) {
		case *[]float32:
			*to[i].Ptr.(*[]float32) = append([]float32(nil), *p...)
		case *[]int32:
			*to[i].Ptr.(*[]int32) = append([]int32(nil), *p...)
		case *int:
			*to[i].Ptr.(*int) = *p
		case *float64:
			*to[i].Ptr.(*float64) = *p
		case *uint64:
			*to[i].Ptr.(*uint64) = *p
		case *bool:
			*to[i].Ptr.(*bool) = *p
		default:
			t.Fatalf("field %s has type %T", from[i].Name, p)
		}
	}
}
