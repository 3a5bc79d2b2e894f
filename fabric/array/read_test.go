package array

import (
	"math"
	"testing"

	"acl/fabric"
	"acl/fabric/kernel"
)

var on = fabric.Level{Mode: fabric.LevelOn}

// errorsOf loads known weights on a chip and returns what a read sees beyond them,
// in normalised weights, rows without the bias by columns.
func errorsOf(m *Matrix, transposed bool) []float32 {
	m.Init()
	k := ReadKey{Seed: 1}
	unit := float32(1 / m.Alpha)
	r := m.Forward(k, unit, 1, 8)
	if transposed {
		r = m.Transposed(k, unit, 8)
	}
	w := logical(m)[:len(r.W)]
	for i := range w {
		w[i] *= unit
	}
	return minus(r.W, w)
}

func TestMismatchOfCells(t *testing.T) {
	c := quiet()
	c.Noise.Mismatch = on
	c.Mismatch.Resistor = 0
	m := matrix(c, dense(500, 200))
	e := errorsOf(m, false)
	_, sd := moments(e)
	near(t, "mismatch", sd, 0.0175, 0.02)
	back := errorsOf(m, true)
	for i := range e {
		if math.Abs(float64(e[i]-back[i])) > 1e-6 {
			t.Fatalf("the same cell errs by %g and %g", e[i], back[i])
		}
	}
	a := dense(500, 200)
	a.Copy = a.Tiles
	m = matrix(c, a)
	e, back = errorsOf(m, false), errorsOf(m, true)
	_, sd = moments(minus(e, back))
	near(t, "mismatch of a copy to its original", sd, math.Sqrt2*0.0175, 0.02)
}

func TestColumnsErrTogether(t *testing.T) {
	c := quiet()
	c.Noise.Mismatch = on
	c.Mismatch.Threshold, c.Mismatch.Beta = 0, 0
	const rows, cols = 256, 3000
	a := dense(rows-1, cols)
	e := errorsOf(matrix(c, a), false)
	first := e[:cols]
	_, sd := moments(first)
	near(t, "column error", sd, 0.0053, 0.06) // 1/√6000, four times
	for j := range cols {
		if d := e[100*cols+j] - e[j]; math.Abs(float64(d)) > 1e-6 {
			t.Fatalf("cells of one tile column err apart by %g", d)
		}
	}
	_, sd = moments(minus(e[200*cols:201*cols], first))
	near(t, "columns of two tiles", sd, math.Sqrt2*0.0053, 0.06)
}

func TestGainsAndOffsetsBeforeAndAfterCalibration(t *testing.T) {
	c := quiet()
	c.Noise.Offset = on
	const rows, cols = 127, 4000
	m := matrix(c, dense(rows, cols))
	mean, sd := moments(m.Front.Offset)
	if math.Abs(mean) > 4*sd/math.Sqrt(cols) {
		t.Errorf("mean offset is %g", mean)
	}
	near(t, "raw offset", sd, 1.58, 0.05)
	mean, sd = moments(m.Front.Gain)
	near(t, "raw gain", mean, 1-0.0218, 1e-3)
	near(t, "spread of gains", sd, 0.003*mean, 0.05)
	c.Noise.Read, c.Noise.Quantize = on, on
	m.level = levels(c)
	m.Calibrate(16, ReadKey{Seed: 1})
	want := math.Sqrt((0.0764*0.0764 + 0.1575*0.1575/12) / 16)
	_, sd = moments(m.Front.Offset)
	near(t, "offset after 16 reads", sd, want, 0.05)
	mean, sd = moments(m.Front.Gain)
	near(t, "gain after calibration", mean, 1, 3e-4)
	near(t, "spread of gains after calibration", sd, 0.003, 0.05) // means are worse than the spread
	m.Calibrate(16000, ReadKey{Seed: 1})
	_, sd = moments(m.Front.Gain)
	near(t, "spread of gains after many reads", sd, want/math.Sqrt(1000), 0.05)
	x := make([]float32, rows)
	r := m.Forward(ReadKey{Clean: true}, 3, 0, 0)
	for j, y := range products(r, x, 1, rows, cols) {
		if want := 3 * float32(m.Alpha) * m.Front.Offset[j]; math.Abs(float64(y-want)) > 1e-6 {
			t.Fatalf("output %d of no input is %g, want its offset %g", j, y, want)
		}
	}
}

// A calibration holds when the range is switched; without one the raw offsets of
// the new range show.
func TestCalibrationHoldsWhenTheRangeIsSwitched(t *testing.T) {
	c := quiet()
	c.Noise.Offset, c.Noise.Read = on, on
	m := matrix(c, dense(127, 2000))
	m.SetBound(5)
	_, raw := moments(m.Front.Offset)
	near(t, "raw offset at 5", raw, StatsOf(c, 128, 5).Offset, 0.06)
	m.Calibrate(16, ReadKey{Seed: 1})
	_, fine := moments(m.Front.Offset)
	m.SetBound(20)
	_, sd := moments(m.Front.Offset)
	near(t, "switched offset", sd, fine*StatsOf(c, 128, 20).Offset/StatsOf(c, 128, 5).Offset, 1e-4)
	if m.Bound() != 20 || m.ReverseBound() != MaxBound {
		t.Errorf("ranges are %g and %g", m.Bound(), m.ReverseBound())
	}
}

// The noise of a read over two tiles adds in power, at the scale of the output;
// clean reads have none.
func TestReadNoise(t *testing.T) {
	c := quiet()
	c.Noise.Read = on
	const rows, cols, n = 199, 100, 400
	m := matrix(c, dense(rows, cols))
	m.Init()
	x := make([]float32, n*rows)
	k := ReadKey{Seed: 1, Step: 2}
	y := products(m.Forward(k, 4, 0, 0), x, n, rows, cols)
	_, sd := moments(y)
	one, two := StatsOf(c, 128, 20).Read, StatsOf(c, 72, 20).Read
	near(t, "read noise", sd, 4*m.Alpha*math.Hypot(one, two), 0.015)
	k.Clean = true
	for _, v := range products(m.Forward(k, 4, 0, 0), x, n, rows, cols) {
		if v != 0 {
			t.Fatal("a clean read of nothing is noisy")
		}
	}
	k.Clean = false
	c.VCR.Law = "triode" // a dummy row is read along
	m = matrix(c, dense(rows, cols))
	r := m.Transposed(k, 1, 0)
	near(t, "transposed read noise of triodes", float64(r.RO.Sigma), m.Alpha*math.Sqrt2*StatsOf(c, cols, 20).Read, 1e-5)
	first := r.RO.Key
	k.Field = 1
	if m.Transposed(k, 1, 0).RO.Key == first {
		t.Error("two fields share their noise")
	}
}

func TestLimitAndConverterScaleWithTheOutput(t *testing.T) {
	c := quiet()
	c.Noise.Clip, c.Noise.Quantize = on, on
	m := matrix(c, dense(30, 20))
	m.Init()
	m.SetBound(2.5)
	r := m.Forward(ReadKey{}, 8, 1, 8)
	near(t, "limit", float64(r.RO.Clip), 2.5*8*m.Alpha, 1e-6)
	near(t, "step", float64(r.RO.Step), 5.0/254*8*m.Alpha, 1e-6)
	near(t, "scale", float64(r.Scale), 8*m.Alpha, 1e-6)
	if r = m.Forward(ReadKey{}, 8, 1, 0); r.RO.Step != 0 {
		t.Error("a converter rounds where none stands")
	}
}

func TestIRDropFollowsTheLadder(t *testing.T) {
	c := quiet()
	c.Noise.IRDrop = on
	m := matrix(c, dense(127, 256))
	w := make([]float32, len(m.Plus))
	for i := range w {
		w[i] = 0.7
	}
	m.Load(w, TopTrained)
	r := m.Forward(ReadKey{}, 1, 1, 0)
	// physics.md §11, P13: the far end of 128 cells at 2 µS and 1 Ω gets 0.983712.
	near(t, "far end of the first tile", float64(r.W[127]/0.7), 0.983712, 1e-4)
	near(t, "near end of the second", float64(r.W[128]/r.W[0]), 1, 1e-6)
	if r.W[0] <= r.W[64] || r.W[64] <= r.W[127] {
		t.Error("the drive does not fall along the line")
	}
}

// Turning a source off moves no draw of another: what a chip with all sources
// sees is the sum of what each alone adds.
func TestSourcesAreIndependent(t *testing.T) {
	w := func(set func(*fabric.Noise)) []float32 {
		c := quiet()
		set(&c.Noise)
		m := matrix(c, dense(100, 60))
		m.Init()
		r := m.Forward(ReadKey{Seed: 5, Step: 6}, 1, 1, 0)
		return append(append([]float32(nil), r.W...), r.Bias...)
	}
	none := w(func(*fabric.Noise) {})
	sources := []func(*fabric.Noise){
		func(n *fabric.Noise) { n.Mismatch = on },
		func(n *fabric.Noise) { n.Weight = number(0.03) },
		func(n *fabric.Noise) { n.Storage = on },
	}
	all := append([]float32(nil), none...)
	for _, s := range sources {
		for i, v := range w(s) {
			all[i] += v - none[i]
		}
	}
	got := w(func(n *fabric.Noise) {
		for _, s := range sources {
			s(n)
		}
		n.Read, n.Leak, n.Comparator = on, on, on
	})
	for i := range got { // weight noise follows the largest weight, which the writes move a little
		if d := math.Abs(float64(got[i] - all[i])); d > 1e-4 {
			t.Fatalf("weight %d: together %g, one by one %g", i, got[i], all[i])
		}
	}
}

// Pulses of an update do not depend on whether other sources are on.
func TestPulsesAreIndependentOfOtherSources(t *testing.T) {
	run := func(storage fabric.Level) Pulses {
		c := plain()
		c.Noise = fabric.Noise{Cells: on, Storage: storage}
		m := matrix(c, dense(100, 60))
		d := make([]float32, len(m.Plus))
		for i := range d {
			d[i] = float32(i%11-5) * 1e-3
		}
		return m.Update(d, ReadKey{Seed: 1, Step: 1})
	}
	if a, b := run(fabric.Level{}), run(on); a != b || a.Up == 0 {
		t.Errorf("pulses %+v without and %+v with kT/C", a, b)
	}
}

func TestCopyIsStaleUntilRecopied(t *testing.T) {
	c := quiet()
	c.Noise.Storage, c.Noise.Quantize = on, on
	a := dense(300, 100)
	a.Copy = a.Tiles
	m := matrix(c, a)
	m.Init()
	k := ReadKey{Seed: 1, Step: 1}
	inner := len(m.Plus) - a.Cols
	offBy := func() float64 {
		r := m.Transposed(k, float32(1/m.Alpha), 0)
		w := make([]float32, inner)
		difference(w, m.Plus[:inner], m.Minus[:inner])
		_, sd := moments(minus(r.W, w))
		return sd
	}
	want := math.Hypot(2.0/254/math.Sqrt(12), StatsOf(c, 1, 20).Write)
	near(t, "error of a copy", offBy(), want, 0.02)
	d := make([]float32, len(m.Plus))
	for i := range d {
		d[i] = float32(0.1*m.Alpha) * float32(i%2)
	}
	m.Update(d, k)
	if sd := offBy(); sd < 0.04 {
		t.Errorf("a stale copy is off by %g, want the change", sd)
	}
	m.Recopy(k)
	near(t, "error of a fresh copy", offBy(), want, 0.02)
}

func TestFaults(t *testing.T) {
	c := quiet()
	c.Faults.Stuck = 0.1
	const rows, cols = 128, 256
	a := dense(rows-1, cols)
	m := New(Config{Chip: c, Array: a, Seed: 7, Dead: []Dead{{0, 3}, {0, 100}, {1, 130}, {1, 255}}})
	w := make([]float32, rows*cols)
	for i := range w {
		w[i] = 0.5
	}
	m.Load(w, 0.5)
	stuck, dead := 0, 0
	r := m.Forward(ReadKey{}, 1, 1, 0)
	for j := range cols {
		zero := 0
		for i := range rows - 1 {
			switch r.W[i*cols+j] {
			case 0.5:
			case 0:
				zero++
			default:
				stuck++
			}
		}
		if zero == rows-1 {
			dead++
		}
	}
	if dead != 4 {
		t.Errorf("%d dead columns, want 4", dead)
	}
	near(t, "share of stuck cells", float64(stuck)/float64((rows-1)*(cols-4)), 0.1, 0.08)
	same(t, "what was written", logical(m), w)
}

func TestGainDrifts(t *testing.T) {
	c := quiet()
	c.Faults.Drift = -0.1
	m := matrix(c, dense(20, 10))
	m.Init()
	w := float64(m.Forward(ReadKey{}, 1, 1, 0).W[5])
	m.Leak(1, 500)
	near(t, "weight after 500 steps", float64(m.Forward(ReadKey{}, 1, 1, 0).W[5]), 0.95*w, 1e-5)
	m.Calibrate(16, ReadKey{})
	near(t, "weight after calibration", float64(m.Forward(ReadKey{}, 1, 1, 0).W[5]), w, 1e-5)
}

func TestGradientTiles(t *testing.T) {
	a := dense(299, 100)
	read := func(c *fabric.Chip, v float32, k ReadKey) (mean, sd float64, clipped int64, g *Gradient) {
		g = NewGradient(Config{Chip: c, Array: a, Seed: 7})
		for i := range g.Tile() {
			g.Tile()[i] = v
		}
		found := g.Read(k, 1)
		mean, sd = moments(g.Tile())
		near(t, "sum of squares", found.Squares, (mean*mean+sd*sd)*float64(len(g.Tile())), 1e-6)
		near(t, "largest", found.Largest, float64(largestOf(g.Tile())), 1e-12)
		return mean, sd, found.Clipped, g
	}
	c := quiet()
	if mean, sd, clipped, g := read(c, 1.5, ReadKey{}); mean != 1.5 || sd != 0 || clipped != 0 || largestOf(g.Tile()) != 1.5 {
		t.Errorf("an exact read-out of 1.5 gave %g ± %g, %d clipped", mean, sd, clipped)
	}
	c.Noise.Read = on
	mean, sd, _, _ := read(c, 0.25, ReadKey{Seed: 1})
	near(t, "mean", mean, 0.25, 0.02)
	var power float64
	for _, n := range []int{128, 128, 44} {
		s := StatsOf(c, n, GradientBound).Read
		power += s * s * float64(n) / 300
	}
	near(t, "noise of a read-out", sd, math.Sqrt(power), 0.02)
	if _, sd, _, _ = read(c, 0.25, ReadKey{Seed: 1, Clean: true}); sd != 0 {
		t.Errorf("a clean read-out spreads by %g", sd)
	}
	c = quiet()
	c.Noise.Storage = on
	_, sd, _, _ = read(c, 0, ReadKey{Seed: 1})
	near(t, "kT/C of a clearing", sd, StatsOf(c, 1, 20).Write, 0.02)
	c = quiet()
	c.Noise.Clip, c.Noise.Quantize = on, on
	if mean, _, clipped, _ := read(c, -1.2, ReadKey{}); mean != -1 || clipped != int64(a.Rows*a.Cols) {
		t.Errorf("-1.2 was read as %g with %d clipped", mean, clipped)
	}
	step := 2.0 / 254
	mean, _, _, _ = read(c, float32(10.4*step), ReadKey{})
	near(t, "converted", mean, 10*step, 1e-5)
	c.Noise.Leak = on
	g := NewGradient(Config{Chip: c, Array: a})
	g.Tile()[0] = 1
	g.Read(ReadKey{Exact: true}, g.Keep(1))
	near(t, "after 1 s", float64(g.Tile()[0]), math.Exp(-0.5), 1e-6)
}

func TestAddNoise(t *testing.T) {
	x := make([]float32, 50000)
	for i := range x {
		x[i] = 3
	}
	AddNoise(x, "uniform", 0.2, kernel.NewKey(1, uint32(KindGradient), 1, 0, 0), 0)
	mean, sd := moments(x)
	near(t, "mean", mean, 3, 2e-3)
	near(t, "spread", sd, 0.2, 0.02)
}
