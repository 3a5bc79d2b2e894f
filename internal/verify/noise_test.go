package verify

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"acl/fabric/dcu"
)

// Each source of error alone, on the whole path, against the formula of physics.md
// that predicts its size. The network is one layer of 256 outputs on the digits: its
// errors are known in closed form, and there are enough of them for a sharp
// statistic. Every seed is fixed, so that no test is a matter of luck.

const linear = `
module Digits {
  in  x: [64];
  out y: [256];
  unit f = nn.dense(256);
  route x -> f -> y;
}
`

// quiet is a chip with every source off and then the given settings.
func quiet(settings ...string) string {
	text := "\nfabric Bench : chips.fabric45 {\n  noise: off;\n"
	if !strings.Contains(strings.Join(settings, " "), "rail.bound") {
		text += "  rail.bound: 20;\n"
	}
	for _, s := range settings {
		text += "  " + s + ";\n"
	}
	return text + "}\n"
}

// probe is a layer on a chip with its answers to a batch.
type probe struct {
	*bench
	batch *dcu.Batch
	y     []float64
}

const samples = 64

// ask sets up a module on a chip and answers the first digits.
func ask(t *testing.T, module, chip string) *probe {
	t.Helper()
	b := newBench(t, head+module+chip+trainOn("Bench", "nn.sgd(rate = 0.05)", "steps: 4;"), options{}).setup(t)
	p := &probe{bench: b, batch: b.batch(t, 0, samples)}
	p.answer(t)
	return p
}

func (p *probe) answer(t *testing.T) {
	t.Helper()
	out, err := p.Answer(p.batch, false)
	if err != nil {
		t.Fatal(err)
	}
	p.y = wide(out[0])
}

// unit is the output that a normalised sum of 1 stands for: weights start with
// their largest at 0.35 of full weight (physics.md §8), inputs are in 0..1.
func (p *probe) unit() float64 {
	top := 0.0
	for _, v := range p.Weights()[0] {
		top = math.Max(top, math.Abs(float64(v)))
	}
	return top / 0.35
}

// inputs are a sample's, with the 1 that drives the bias.
func (p *probe) inputs(s int) []float64 {
	n := len(p.batch.Inputs[0]) / samples
	return append(wide(p.batch.Inputs[0][s*n:(s+1)*n]), 1)
}

// squares is Σx² of a sample, and sum Σx.
func (p *probe) squares(s int) (squares, sum float64) {
	for _, x := range p.inputs(s) {
		squares += x * x
		sum += x
	}
	return squares, sum
}

const outputsOf = 256

// TestReadingErrors compares the mean square error of the layer's outputs with the
// predicted variance. The ratio is 1 with a standard error of √(2/n) for n
// independent draws; 4 of them are allowed. That the source moves the result at all
// follows: the error of none is 0, more than 10 standard errors away.
func TestReadingErrors(t *testing.T) {
	exact := ask(t, linear, quiet())
	cases := []struct {
		name     string
		settings string
		draws    float64 // independent ones
		variance func(p *probe, s int) float64
	}{
		{"weight 20 %", "noise.weight: 20%", outputsOf, func(p *probe, s int) float64 {
			q, _ := p.squares(s)
			return math.Pow(0.2*0.35, 2) * q
		}},
		{"read 2.0", "noise.read: 2.0", samples * outputsOf, func(*probe, int) float64 { return 4 }},
		{"read of the circuit", "noise.read: on", samples * outputsOf, func(*probe, int) float64 {
			return math.Pow(circuitNoise(65, 20), 2)
		}},
		{"read over five tiles", "noise.read: on;\n  tiles.size: 16x128", samples * outputsOf, func(*probe, int) float64 {
			// Partial sums add up, and the powers of their noise.
			return 4*math.Pow(circuitNoise(16, 20), 2) + math.Pow(circuitNoise(1, 20), 2)
		}},
		{"mismatch", "noise.mismatch: on", outputsOf, func(p *probe, s int) float64 {
			// physics.md §4.1: √(2σ_VT²+2V_ov²σ_β²)/V_W a cell, V_ov √2 σ_R/V_W a column.
			q, sum := p.squares(s)
			cell := (2*2.9e-3*2.9e-3 + 2*0.25*0.008*0.008) / (0.4 * 0.4)
			column := 2 * math.Pow(0.5*0.003/0.4, 2)
			return cell*q + column*sum*sum
		}},
		{"storage", "noise.storage: on", outputsOf, func(p *probe, s int) float64 {
			// kT/C of the two capacitors of a weight: √2·0.288 mV/0.4 V.
			q, _ := p.squares(s)
			return 2 * boltzmann * 300.15 / 50e-15 / (0.4 * 0.4) * q
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := ask(t, linear, quiet(c.settings))
			var got, want float64
			for s := range samples {
				for j := range outputsOf {
					e := p.y[s*outputsOf+j] - exact.y[s*outputsOf+j]
					got += e * e
				}
				want += outputsOf * c.variance(p, s) * exact.unit() * exact.unit()
			}
			allowed := 4 * math.Sqrt(2/c.draws)
			if ratio := got / want; math.Abs(ratio-1) > allowed {
				t.Errorf("the errors' variance is %.4g times the predicted, want 1 within %.2g", ratio, allowed)
			}
		})
	}
}

const boltzmann = 1.380649e-23

// circuitNoise is the read noise of a column that sums n inputs with range b,
// √2·P1n·B/V_clip of physics.md §2 and §4.1 at fabric45's values.
func circuitNoise(n, b float64) float64 {
	const beta, vw, vx, clip, vov, a0, gbw, en, kelvin = 2e-6, 0.4, 0.3, 0.8, 0.5, 1000, 500e6, 12e-9, 300.15
	rf := clip / (beta * vw * vx * b)
	ng := 1 + rf*beta*vov*n
	band := math.Pi / 2 * gbw * (1/ng + 1.0/a0)
	v := (4*boltzmann*kelvin*rf*ng + ng*ng*en*en) * band / math.Pow(1+ng/a0, 2)
	return math.Sqrt(2*v) * b / clip
}

// TestExactErrors are sources whose effect on each output is known, not only its
// size.
func TestExactErrors(t *testing.T) {
	exact := ask(t, linear, quiet("rail.bound: 2.5"))
	u, weights := exact.unit(), wide(exact.Weights()[0])
	cases := []struct {
		name, settings string
		want           func(s, j int) float64
		off            float64 // share of outputs that may fall on the other side of a step
	}{
		{"clip", "noise.clip: on;\n  rail.bound: 0.2", func(s, j int) float64 {
			return math.Max(-0.2*u, math.Min(0.2*u, exact.y[s*outputsOf+j]))
		}, 0},
		{"quantize, 3 bits", "noise.quantize: on;\n  rail.bound: 2.5;\n  dac.bits: 3;\n  adc.bits: 3", func(s, j int) float64 {
			sum := 0.0
			for i, x := range exact.inputs(s) {
				if i < 64 { // the bias is switched, not converted
					x = math.RoundToEven(x*3) / 3
				}
				sum += x * weights[i*outputsOf+j]
			}
			step := 5.0 / 6 * u
			return step * math.RoundToEven(sum/step)
		}, 2e-3},
		{"ir_drop", "noise.ir_drop: on;\n  tiles.wire: 20Ohm", func(s, j int) float64 {
			return ladder(128, j%128+1, 20, 2e-6) * exact.y[s*outputsOf+j]
		}, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := ask(t, linear, quiet(c.settings))
			wrong, moved := 0, 0
			for s := range samples {
				for j := range outputsOf {
					want := c.want(s, j)
					if math.Abs(p.y[s*outputsOf+j]-want) > 1e-5*u {
						wrong++
					}
					if math.Abs(p.y[s*outputsOf+j]-exact.y[s*outputsOf+j]) > 1e-3*u {
						moved++
					}
				}
			}
			if share := float64(wrong) / (samples * outputsOf); share > c.off {
				t.Errorf("%.3g of the outputs are not the predicted ones, want %g at most", share, c.off)
			}
			if moved == 0 {
				t.Error("the source moves no output")
			}
		})
	}
}

// ladder is P13 of physics.md §2.
func ladder(n, k int, r, g float64) float64 {
	a := math.Acosh(1 + r*g/2)
	return math.Cosh((float64(n-k)+0.5)*a) / math.Cosh((float64(n)+0.5)*a)
}

// TestLeak: cells that leak alike lose e^(-t/τ), τ = C V_W/I, of all they hold.
func TestLeak(t *testing.T) {
	p := ask(t, linear, quiet("noise.leak: on", "cap.leak: 1pA", "cell.spread.leak: 0%"))
	before := p.y
	const seconds = 5e-3
	p.Shelve(seconds)
	p.answer(t)
	// The first answers took their time as well.
	keep := math.Exp(-(seconds + p.Program().Timing.Answered(samples)) / (50e-15 * 0.4 / 1e-12))
	for i := range before {
		before[i] *= keep
	}
	if e := relative(p.y, before); e > 1e-5 {
		t.Errorf("after %g s the outputs are %.3g away from e^(-t/τ) = %.4g of what they were", seconds, e, keep)
	}
}

// TestRectifierOffset: finite gain leaves a precision rectifier a dead zone of
// (1+k)V_D/(A0 V_X) = 0.004, by which its outputs are too small (physics.md §4.3).
func TestRectifierOffset(t *testing.T) {
	const module = `
module Digits {
  in  x: [64];
  out y: [256];
  unit f = nn.dense(256);
  route x -> f -> nn.relu() -> y;
}
`
	exact, p := ask(t, module, quiet()), ask(t, module, quiet("noise.offset: on"))
	dead := 2 * 0.6 / (1000 * 0.3) * p.rail(t)
	positive := 0
	for i, v := range exact.y {
		if v < 2*dead {
			continue
		}
		positive++
		if d := v - p.y[i]; math.Abs(d-dead) > 1e-5 {
			t.Fatalf("an output is %g too small, want %g", d, dead)
		}
	}
	if positive < 100 {
		t.Fatalf("%d outputs are positive", positive)
	}
}

// changes returns the weights' change in one step of a chip, and the exact one.
func changes(t *testing.T, chip string, rate float64) (got, want []float64) {
	t.Helper()
	step := func(chip string) []float64 {
		p := ask(t, linear, chip)
		before := wide(p.Weights()[0])
		if _, err := p.Step(p.batch, dcu.Pull{Rate: rate}); err != nil {
			t.Fatal(err)
		}
		after := wide(p.Weights()[0])
		for i := range after {
			after[i] -= before[i]
		}
		return after
	}
	return step(chip), step(quiet())
}

// TestGradientNoise: the error of a batch gradient is the given share of its root
// mean square.
func TestGradientNoise(t *testing.T) {
	got, want := changes(t, quiet("noise.gradient: 50%"), 0.5)
	var errors, square float64
	for i := range want {
		errors += (got[i] - want[i]) * (got[i] - want[i])
		square += want[i] * want[i]
	}
	allowed := 4 * math.Sqrt(2/float64(len(want)))
	if ratio := errors / (0.25 * square); math.Abs(ratio-1) > allowed {
		t.Errorf("the noise's variance is %.4g times the predicted, want 1 within %.2g", ratio, allowed)
	}
}

// TestCells: a wanted change p of a pulse, p < 1, is one pulse with probability p,
// each of (1 + 0.1ξ ± 0.06ξ + 0.3ξ) steps (physics.md §3.2): mean p steps, variance
// p(1+0.1²+0.06²+0.3²) - p². The asymmetry of 5 % at weights of 0.2 moves a step by 1 %.
func TestCells(t *testing.T) {
	p := ask(t, linear, quiet())
	step := 0.005 * p.unit()
	got, want := changes(t, quiet("noise.cells: on"), 0.5)
	var errors, variance, along, square float64
	n := 0
	for i, w := range want {
		q := math.Abs(w) / step
		if q == 0 || q >= 1 {
			continue
		}
		n++
		errors += math.Pow((got[i]-w)/step, 2)
		variance += q*(1+0.1*0.1+0.06*0.06+0.3*0.3) - q*q
		along += got[i] * w / (step * step)
		square += q * q
	}
	if n < 5000 {
		t.Fatalf("%d changes are below a pulse", n)
	}
	// The fourth moment of rare pulses is large: 15 % is 4 standard errors.
	if ratio := errors / variance; math.Abs(ratio-1) > 0.15 {
		t.Errorf("the variance of %d changes is %.4g times the predicted", n, ratio)
	}
	if ratio := along / square; math.Abs(ratio-1) > 4*math.Sqrt(variance/float64(n)*square)/square+0.02 {
		t.Errorf("the mean change is %.4g of the wanted one", ratio)
	}
}

// TestComparator: a window of two takes the smaller one where the difference of two
// offsets exceeds the gap g, with probability Φ(-g V_X/√2σ): its output is too small
// by g in so many cases, never too large.
func TestComparator(t *testing.T) {
	const module = `
module Digits {
  in  x: [1, 8, 8];
  out y: [512];
  unit c = nn.conv(16, kernel = 3, pad = 1);
  route x -> c -> nn.maxpool(1x2) -> nn.flatten() -> y;
}
`
	const inner = `
module Digits {
  in  x: [1, 8, 8];
  out y: [1024];
  unit c = nn.conv(16, kernel = 3, pad = 1);
  route x -> c -> nn.flatten() -> y;
}
`
	const offset = 30e-3
	set := fmt.Sprintf("comparator.offset: %gV", offset)
	whole, exact, p := ask(t, inner, quiet()), ask(t, module, quiet()), ask(t, module, quiet("noise.comparator: on", set))
	const windows = 512
	var drops, predicted, square float64
	for w := range windows {
		var d, e float64
		for s := range samples {
			drop := exact.y[s*windows+w] - p.y[s*windows+w]
			if drop < -1e-6 {
				t.Fatalf("an output is %g above the largest of its window", -drop)
			}
			gap := math.Abs(whole.y[s*2*windows+2*w] - whole.y[s*2*windows+2*w+1])
			d += drop
			e += gap * 0.5 * math.Erfc(gap/p.rail(t)*0.3/(math.Sqrt2*offset)/math.Sqrt2)
		}
		drops, predicted, square = drops+d, predicted+e, square+(d-e)*(d-e)
	}
	sd := math.Sqrt(square)
	if math.Abs(drops-predicted) > 4*sd || predicted < 3*sd {
		t.Errorf("outputs are %.4g too small in all, predicted %.4g ± %.2g", drops, predicted, sd)
	}
}

// rail is the value that full scale stands for on the wire behind the first layer.
func (p *probe) rail(t *testing.T) float64 {
	t.Helper()
	for i := range p.Program().Units {
		if u := &p.Program().Units[i]; u.Array >= 0 && u.Role == 0 {
			return math.Ldexp(1, p.Memory.Ranges[u.Out].Exp)
		}
	}
	t.Fatal("there is no layer")
	return 0
}

// TestStreamsAreApart: turning a source off moves no draw of another. Errors of this
// layer add up, so that all sources without one differ from all by that one's own
// error, but for products of two errors: storage moves the largest weight, which
// weight noise is a share of. Another draw would be off by √2.
func TestStreamsAreApart(t *testing.T) {
	sources := []string{"noise.weight: 2%", "noise.read: on", "noise.mismatch: on", "noise.storage: on"}
	none, all := ask(t, linear, quiet()), ask(t, linear, quiet(sources...))
	for i, name := range sources {
		others := append(append([]string(nil), sources[:i]...), sources[i+1:]...)
		alone, without := ask(t, linear, quiet(name)), ask(t, linear, quiet(others...))
		var own, differs []float64
		for k := range all.y {
			own = append(own, alone.y[k]-none.y[k])
			differs = append(differs, all.y[k]-without.y[k])
		}
		if e := relative(differs, own); e > 0.1 {
			t.Errorf("%s: with the others its error is another one, off by %.3g", name, e)
		}
	}
}

// TestErrorScales: one scale a sample for the error signal keeps small errors above
// the noise of the way back, which one scale for the whole batch does not: late in
// training it makes more mistakes, in the mean over some seeds: single ones differ by
// a factor of three.
func TestErrorScales(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for many epochs: not in -short")
	}
	const seeds = 8
	mistakes := func(scaling string) float64 {
		sum := 0.0
		for seed := range seeds {
			text := head + digitsModule + "fabric Bench : chips.fabric45 { noise { weight: 2%; gradient: 5%; } }\n" +
				"schedule Digits on Bench { scaling: " + scaling + "; }\n" + trainOn("Bench", "nn.sgd(rate = 0.05, momentum = 0.9)", "epochs: 12; test: off;")
			b := newBench(t, text, options{sets: []string{fmt.Sprintf("seed=%d", seed+1)}, workers: 2}).setup(t).run(t)
			sum += 1 - b.accuracy(t).Top1
		}
		return sum / seeds
	}
	auto, tensor := mistakes("auto"), mistakes("tensor")
	t.Logf("mistakes: auto %.3g, tensor %.3g", auto, tensor)
	if auto > 0.05 || tensor <= auto {
		t.Errorf("scaling `auto` makes %.3g mistakes, `tensor` %.3g: want less than 0.05, and more", auto, tensor)
	}
}
