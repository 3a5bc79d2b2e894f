package array

import (
	"math"
	"testing"

	"acl/fabric"
	"acl/fabric/kernel"
)

// pulsing is the bench's cell without spread and without errors of writing.
func pulsing() *fabric.Chip {
	c := plain()
	c.Cell.Pulses, c.Noise.Storage = 31, fabric.Level{}
	return c
}

// pulseByPulse is the reference of Pulse: the same trains, slot after slot and
// coincidence after coincidence, each with a draw of its own and the bounds met
// each time.
func (m *Matrix) pulseByPulse(d *Drive, k ReadKey) {
	p := m.pulsing(d, k)
	for s := range d.Dims.N {
		p.prepare(s)
	}
	r := p.newRound(k)
	r.ticks = r.all
	r.draw()
	rows, cols := wide(m.array.Rows), wide(d.Dims.M)
	fired := func(plane []uint32, at, width, line int) int { return int(plane[at/32*width+line] >> (at % 32) & 1) }
	var z [1]float32
	for at := range r.ticks {
		for row := range m.array.Rows {
			x := fired(r.plus, at, rows, row) - fired(r.minus, at, rows, row)
			for column := range d.Dims.M {
				n := x * (fired(r.crossed, at, cols, column) - fired(r.crossed[r.blocks*cols:], at, cols, column))
				if n == 0 {
					continue
				}
				i := row*d.Dims.M + column
				p.errors.Field(uint32(i)).Normal(z[:], d.First, at)
				cell := m.die.cell(i)
				weight, _ := cell.Pulse(float64(m.Plus[i]-m.Minus[i]), n, p.cycle, float64(z[0]))
				m.set(i, float32(weight))
			}
		}
	}
}

// drive is one sample and position with the same x on all rows and the same delta
// on all columns.
func drive(rows, cols int, x, delta, rate float32) *Drive {
	d := &Drive{X: make([]float32, rows), D: make([]float32, cols), Rate: []float32{rate}, Dims: kernel.Dims{N: 1, P: 1, K: rows, M: cols}}
	for i := range d.X {
		d.X[i] = x
	}
	for j := range d.D {
		d.D[j] = delta
	}
	return d
}

// single is cells that share no line: a 1×1 array pulsed for many steps gives
// independent draws.
func single(c *fabric.Chip, d *Drive, runs int, w float32, pulse func(m *Matrix, d *Drive, k ReadKey)) []float32 {
	m := matrix(c, &fabric.Array{Path: "u", Rows: 1, Cols: 1, FanIn: 1})
	out := make([]float32, runs)
	for r := range out {
		m.set(0, w)
		pulse(m, d, ReadKey{Seed: 3, Step: uint64(r)})
		out[r] = m.Plus[0] - m.Minus[0] - w
	}
	return out
}

func fast(m *Matrix, d *Drive, k ReadKey) { m.Pulse(d, k) }
func slow(m *Matrix, d *Drive, k ReadKey) { m.pulseByPulse(d, k) }

// physics.md §11.8: x = 0.6, δ = 0.1, η = 0.05 give a mean of 0.0030 ± 2 % and a
// standard deviation of 0.0040 ± 3 %, and so do the closed forms of §3.2.
func TestStochasticPulsesHaveTheirMoments(t *testing.T) {
	c := pulsing()
	c.Cell.Spread.Cycle = 0.3
	for _, v := range []struct{ x, delta, rate, mean, sd float32 }{{0.6, 0.1, 0.05, 0.0030, 0.0040}} {
		got := single(c, drive(1, 1, v.x, v.delta, v.rate), 60000, 0, fast)
		mean, sd := moments(got)
		near(t, "mean", mean, float64(v.mean), 0.02)
		near(t, "sd", sd, float64(v.sd), 0.03)
	}
	for _, manage := range []bool{false, true} {
		c.Cell.Management = manage
		x, delta, eta := 0.5, -0.4, 0.29
		row, col, slots := ManageTrains(c.Cell.Pulses, manage, eta/c.Cell.Step, x, -delta)
		p, bl := row*x*col*-delta, float64(slots)
		got := single(c, drive(1, 1, float32(x), float32(delta), float32(eta)), 40000, 0, fast)
		mean, sd := moments(got)
		near(t, "mean", mean, -bl*p*c.Cell.Step, 0.01)
		near(t, "sd", sd, c.Cell.Step*math.Sqrt(bl*(p*(1-p)+p*0.09)), 0.02)
	}
}

// The wanted change saturates where both lines fire in every slot.
func TestStochasticPulsesSaturate(t *testing.T) {
	got := single(pulsing(), drive(1, 1, 1, 1, 1), 3, 0, fast)
	for _, w := range got { // 31 steps, each a little shorter than the one before
		near(t, "saturated change", float64(w), 31*0.005, 0.01)
	}
}

// Taking the coincidences of a batch at once agrees with pulse by pulse in mean,
// standard deviation and at the bounds to 1 % of what moves.
func TestCoincidencesAtOnceAreLikePulseByPulse(t *testing.T) {
	const runs = 10000
	c := pulsing()
	c.Cell.Spread.Cycle = 0.3
	many := drive(1, 1, 0.7, 0.6, 0.2)
	both := &Drive{ // four positions of either sign
		X: []float32{1, 0.8, 0.6, 0.9}, D: []float32{0.9, -0.7, 0.8, -1}, Rate: []float32{0.1}, Dims: kernel.Dims{N: 1, P: 4, K: 1, M: 1},
	}
	batch := &Drive{Dims: kernel.Dims{N: 32, P: 2, K: 1, M: 1}} // of either sign, with most ups early
	for i := range 64 {
		batch.X = append(batch.X, 0.2+0.1*float32(i%9))
		batch.D = append(batch.D, float32(math.Cos(float64(i)/12))+0.3)
	}
	for range 32 {
		batch.Rate = append(batch.Rate, 0.02)
	}
	for _, v := range []struct {
		name string
		d    *Drive
		w    float32
	}{{"one sign", many, 0}, {"at the bound", many, 0.97}, {"both signs", both, 0.2}, {"both signs at the bound", both, 0.99},
		{"a batch", batch, -0.3}, {"a batch near the bound", batch, 0.9}, {"a batch at the bound", batch, 1}} {
		mean, sd := moments(single(c, v.d, runs, v.w, fast))
		want, spread := moments(single(c, v.d, runs, v.w, slow))
		if d := math.Abs(mean - want); d > 0.01*math.Abs(want)+3*sd/math.Sqrt(runs) {
			t.Errorf("%s: mean %g, pulse by pulse %g", v.name, mean, want)
		}
		if d := math.Abs(sd - spread); d > 0.02*spread+0.01*c.Cell.Step { // 1 % and the error of the estimates
			t.Errorf("%s: sd %g, pulse by pulse %g", v.name, sd, spread)
		}
	}
}

// Without cycle noise both paths make the same pulses of the same trains, images
// and biases included, whatever the number of workers.
func TestPulsesOfAConvolution(t *testing.T) {
	c := pulsing()
	c.Cell.Spread.Step, c.Cell.Spread.Symmetry, c.Cell.Spread.Bounds = 0.1, 0.06, 0.07
	geo := &kernel.Conv{N: 3, H: 6, W: 5, C: 4, KH: 3, KW: 3, SH: 2, SW: 1, PH: 1, PW: 1, OH: 3, OW: 5, M: 37}
	a := &fabric.Array{Path: "c", Rows: 37, Cols: 37, Bias: true, FanIn: 36}
	d := &Drive{
		X: make([]float32, 3*6*5*4), D: make([]float32, 3*15*37), Rate: []float32{0.02, -0.01, 0.03}, Bias: 0.5,
		Conv: geo, Dims: kernel.Dims{N: 3, P: 15, K: 36, M: 37},
	}
	key := kernel.NewKey(5, 1, 2, 3, 4)
	key.Uniform(d.X, 0, 0)
	key.AddNormal(d.D, 0.3, 1, 0)
	for i := range d.D {
		if i%3 == 0 {
			d.D[i] = 0
		}
	}
	for _, manage := range []bool{false, true} {
		c.Cell.Management = manage
		one, two, ref := matrix(c, a), matrix(c, a), matrix(c, a)
		pool := kernel.NewPool(3)
		two.pool = pool
		for step := range uint64(3) {
			k := ReadKey{Seed: 1, Step: step, Field: 9}
			one.Pulse(d, k)
			two.Pulse(d, k)
			ref.pulseByPulse(d, k)
		}
		pool.Close()
		same(t, "weights by number of workers", one.Plus, two.Plus)
		var off, moved float64 // sums of squares
		for i := range one.Plus {
			w := float64(ref.Plus[i] - ref.Minus[i])
			off += math.Pow(float64(one.Plus[i]-one.Minus[i])-w, 2)
			moved += w * w
		}
		// Ups and downs are not in their order, and steps depend on the weight.
		if share := math.Sqrt(off / moved); share > 0.01 {
			t.Errorf("managed %v: weights that moved by %g are %.2g of it from pulse by pulse", manage, math.Sqrt(moved/float64(len(one.Plus))), share)
		}
	}
}

// Counted pulses are the nearest whole number, with a dead zone; cells that do not
// err take the sum of the products, and so does `exact`.
func TestCountedAndExactPulses(t *testing.T) {
	c := pulsing()
	c.Cell.Update = "counted"
	step := float32(c.Cell.Step)
	for _, v := range []struct{ product, want float64 }{{0.49, 0}, {0.51, 1}, {-2.4, -2}, {7.6, 8}} {
		got := single(c, drive(1, 1, 1, float32(v.product), step), 1, 0, fast)
		near(t, "steps", float64(got[0])/c.Cell.Step, v.want, 0.01)
	}
	c.Cell.Update = "exact"
	d := &Drive{X: []float32{0.5, 1, -1, 0.25}, D: []float32{1, -1}, Rate: []float32{0.1, 0.3}, Bias: 0.5, Dims: kernel.Dims{N: 2, P: 1, K: 2, M: 1}}
	m := matrix(c, &fabric.Array{Path: "u", Rows: 3, Cols: 1, Bias: true, FanIn: 1})
	m.Pulse(d, ReadKey{})
	for i, want := range []float64{0.1*0.5 + 0.3, 0.1 - 0.3*0.25, 0.5 * (0.1 - 0.3)} {
		near(t, "exact change", float64(m.Plus[i]-m.Minus[i]), want, 1e-6)
	}
}

// Reads see pulses from the end of the batch on.
func TestPulsesShowAfterTheBatch(t *testing.T) {
	c := pulsing()
	m := matrix(c, dense(4, 3))
	m.Init()
	k := ReadKey{Seed: 1, Clean: true}
	before := append([]float32(nil), m.Forward(k, 1, 1, 0).W...)
	m.Pulse(drive(5, 3, 1, 1, 0.1), ReadKey{Seed: 1})
	same(t, "a read within the batch", m.Forward(k, 1, 1, 0).W, before)
	m.Settle()
	if after := m.Forward(k, 1, 1, 0).W; after[0] == before[0] {
		t.Error("the next batch does not see the pulses")
	}
}

// Pulses use the room of the step before: what they allocate does not grow with samples,
// positions and lines.
func TestPulsesUseTheirRoomAgain(t *testing.T) {
	if racing {
		t.Skip("the race detector drops room at random")
	}
	c := pulsing()
	m := matrix(c, dense(200, 100))
	d := drive(200, 100, 0.3, 0.2, 0.05)
	const samples, most = 64, 64 // some for each use of the pool, none a sample
	for range samples - 1 {
		d.X, d.D, d.Rate = append(d.X, d.X[:200]...), append(d.D, d.D[:100]...), append(d.Rate, 0.05)
	}
	d.Dims.N = samples
	step := uint64(0)
	got := testing.AllocsPerRun(10, func() { step++; m.Pulse(d, ReadKey{Seed: 3, Step: step}) })
	if got > most {
		t.Errorf("a step of pulses allocates %g times, want %d at most", got, most)
	}
}
