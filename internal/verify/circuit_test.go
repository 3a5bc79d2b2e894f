package verify

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/mat"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/fabric/device"
)

// The circuit level, device by device in float64 (physics.md §11.4 and 11.5).

// exactly are settings that leave fabric45 without noise, converters and clips, its
// amplifiers without bound.
var exactly = []string{"noise=off", "fidelity=circuit"}

// TestCircuitIsExact trains on the devices of fabric45 with every source off, and
// beside it the float64 reference: losses and weights agree to 1e-9 after 5 steps.
func TestCircuitIsExact(t *testing.T) {
	const tolerance, steps, size = 1e-9, 5, 16
	for _, c := range []struct {
		name, module, rule string
		net                network
		optimizer          optimizer
		sets               []string
	}{
		{"digits", digitsModule, "nn.sgd(rate = 0.05, momentum = 0.9)", digitsNet{}, momentum(0.05, 0.9), nil},
		{"tanh", tanhModule, "nn.adam(rate = 0.01)", tanhNet{}, adam(0.01, 0.9, 0.999), nil},
		{"tanh, plain triodes", tanhModule, "nn.sgd(rate = 0.1, momentum = 0.8)", tanhNet{}, momentum(0.1, 0.8), []string{"vcr.law=triode"}},
		{"tanh, small tiles, pairs", tanhModule, "nn.sgd(rate = 0.1)", tanhNet{}, momentum(0.1, 0), []string{"tiles.size=16x16", "tiles.readout=pair"}},
		{"tanh, a copy for the way back", tanhModule, "nn.sgd(rate = 0.1)", tanhNet{}, momentum(0.1, 0), []string{"gradient=dedicated"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, circuitProgram(c.module, c.rule, c.sets), options{sets: fabricSets(c.sets)}).setup(t)
			var w []*mat.Dense
			for i := range b.Program().Arrays {
				a := &b.Program().Arrays[i]
				w = append(w, mat.NewDense(a.Rows, a.Cols, b.Memory.Devices.Weights(i)))
			}
			var losses, want []float64
			for step := range steps {
				batch := b.batch(t, size*step, size)
				loss, err := b.Step(batch, dcu.PullAt(&b.Program().Learn.Optimizer, step, dcu.Horizon{}))
				if err != nil {
					t.Fatal(err)
				}
				ref, grads := c.net.pass(w, inputsOf(batch), batch.Labels)
				for i := range w {
					c.optimizer(i, w[i], grads[i], step+1)
				}
				losses, want = append(losses, loss), append(want, ref)
			}
			if e := relative(losses, want); !(e <= tolerance) {
				t.Errorf("losses are %.3g away from the reference, want %g at most", e, tolerance)
			}
			for i := range w {
				if e := relative(b.Memory.Devices.Weights(i), w[i].RawMatrix().Data); !(e <= tolerance) {
					t.Errorf("%s: weights are %.3g away from the reference, want %g at most", b.Program().Arrays[i].Path, e, tolerance)
				}
			}
		})
	}
}

// A factor on a wire changes no number where nothing is lost: the circuit level
// trains as without it.
func TestCircuitFactorsOnWires(t *testing.T) {
	factor := strings.Replace(tanhModule, "nn.tanh()", "nn.tanh() { scale: 4; }", 1)
	if factor == tanhModule {
		t.Fatal("the module has no tanh to scale")
	}
	var losses [2]float64
	for i, module := range []string{tanhModule, factor} {
		b := newBench(t, circuitProgram(module, "nn.sgd(rate = 0.1)", nil), options{sets: fabricSets(nil)}).setup(t)
		for step := range 2 {
			loss, err := b.Step(b.batch(t, 8*step, 8), dcu.Pull{Rate: 0.1})
			if err != nil {
				t.Fatal(err)
			}
			losses[i] = loss
		}
	}
	if losses[0] != losses[1] {
		t.Errorf("a loss of %.17g with a factor, %.17g without", losses[1], losses[0])
	}
}

// circuitProgram is a training on fabric45's devices; sets of a schedule are put in.
func circuitProgram(module, rule string, sets []string) string {
	schedule := ""
	for _, s := range sets {
		if k, v, _ := strings.Cut(s, "="); k == "gradient" {
			schedule = "schedule Digits on chips.fabric45 { " + k + ": " + v + "; }\n"
		}
	}
	return head + module + schedule + trainOn("chips.fabric45", rule, "")
}

// fabricSets are the sets of a chip among them, with what makes it exact.
func fabricSets(sets []string) []string {
	out := append([]string(nil), exactly...)
	for _, s := range sets {
		if !strings.HasPrefix(s, "gradient=") {
			out = append(out, s)
		}
	}
	return out
}

// circuitGradient runs one step of a case at the circuit level, and returns by array
// the gradient that it went down and the one that finite differences of the twin
// give, both in float64.
func circuitGradient(t *testing.T, c *gradientCase, o options) (machine, reference [][]float64) {
	t.Helper()
	o.sets = append([]string{"fidelity=circuit"}, o.sets...)
	_, model := lowered(t, c.program(), o.sets...)
	m := newMachine(t, model.Fabric(), o)
	rows := c.samples()
	b := batchOf(rows)
	for i := range rows { // inputs and targets as the machine gets them
		rows[i].x.v, rows[i].target.v = wide(narrow(rows[i].x.v)), wide(narrow(rows[i].target.v))
	}
	if err := m.Setup(nil, b); err != nil {
		t.Fatal(err)
	}
	w := weights{}
	for i, a := range m.Program().Arrays {
		w[a.Path] = matrix{a.Rows, a.Cols, m.Memory.Devices.Weights(i)}
	}
	if _, err := m.Step(b, dcu.Pull{Rate: 1}); err != nil {
		t.Fatal(err)
	}
	for i, a := range m.Program().Arrays {
		v := w[a.Path].v
		at := append([]float64(nil), v...)
		f := func(x []float64) float64 {
			copy(v, x)
			return c.mean(w, rows)
		}
		reference = append(reference, fd.Gradient(nil, f, at, &fd.Settings{Formula: fd.Central, Step: 1e-5}))
		copy(v, at)
		after, g := m.Memory.Devices.Weights(i), make([]float64, len(at))
		for j := range g {
			g[j] = at[j] - after[j]
		}
		machine = append(machine, g)
	}
	return machine, reference
}

// circuitTolerance bounds the relative error of a gradient at the circuit level
// against finite differences, which are good to about 1e-9.
const circuitTolerance = 1e-5

func TestCircuitGradients(t *testing.T) {
	checked := 0
	for _, c := range gradientCases() {
		if !atCircuitLevel(t, &c) {
			continue
		}
		checked++
		t.Run(c.name, func(t *testing.T) {
			machine, reference := circuitGradient(t, &c, options{})
			for i := range machine {
				if e := relative(machine[i], reference[i]); !(e <= circuitTolerance) {
					t.Errorf("array %d: the gradient is %.3g away from finite differences, want %g at most", i, e, circuitTolerance)
				}
			}
		})
	}
	if checked < 15 {
		t.Errorf("%d cases only are within the circuit level", checked)
	}
}

func atCircuitLevel(t *testing.T, c *gradientCase) bool {
	t.Helper()
	_, model := lowered(t, c.program())
	f := model.Fabric()
	for i := range f.Units {
		if u := &f.Units[i]; u.Role == fabric.Forward && !device.Supports(u) {
			return false
		}
	}
	return c.batch == nil
}

// TestDummyRow: with plain triodes the square terms of a shared transposed read add
// up, so that gradients are wrong; a dummy row, linearised gates or a read of a copy
// as a forward array put them right (physics.md §4.2).
func TestDummyRow(t *testing.T) {
	c := gradientCase{
		name: "two layers", in: "[5]", out: "[3]", shape: []int{5}, targets: 3,
		body: "  unit a = nn.dense(6);\n  unit b = nn.dense(3);\n  route x -> a -> nn.tanh() -> b -> y;",
		twin: one(func(w weights, x tensor) tensor { return dense(tanh(dense(x, w["a"])), w["b"]) }),
	}
	for _, k := range []struct {
		name    string
		o       options
		correct bool
	}{
		{"triode, dummy row", options{sets: []string{"vcr.law=triode"}}, true},
		{"triode, no dummy row", options{sets: []string{"vcr.law=triode"}, noDummy: true}, false},
		{"jfet, dummy row", options{sets: []string{"vcr.law=jfet"}}, true},
		{"jfet, no dummy row", options{sets: []string{"vcr.law=jfet"}, noDummy: true}, false},
		{"linearised gates, no dummy row", options{noDummy: true}, true},
	} {
		t.Run(k.name, func(t *testing.T) {
			e := worst(circuitGradient(t, &c, k.o))
			if k.correct && !(e <= circuitTolerance) {
				t.Errorf("the gradient is off by %.3g", e)
			}
			if !k.correct && e < 0.05 {
				t.Errorf("the gradient check passes: off by %.3g only", e)
			}
		})
	}
}

// TestSupplyEndsWeightsOfDevices: at the circuit level, too, no gate rises above the
// supply of the cells, when weights are loaded and when they learn.
func TestSupplyEndsWeightsOfDevices(t *testing.T) {
	const window = 0.5 // 2 (1.7 V - 1.6 V) / 0.4 V
	for _, cells := range []string{"on", "off"} {
		b := newBench(t, circuitProgram(tanhModule, "nn.sgd(rate = 1.0)", nil), options{sets: []string{"fidelity=circuit", "supply.cells=1.7V", "noise.storage=off", "noise.leak=off", "noise.cells=" + cells}})
		random := newBench(t, circuitProgram(tanhModule, "nn.sgd(rate = 1.0)", nil), options{}).setup(t).Weights()
		first, err := b.trainer.First()
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Setup(random, first); err != nil {
			t.Fatal(err)
		}
		largest := func() (v float64) {
			for i, a := range b.Memory.Arrays {
				for _, w := range b.Memory.Devices.Weights(i) {
					v = max(v, math.Abs(w)/a.Alpha)
				}
			}
			return v
		}
		if got := largest(); math.Abs(got-window) > 1e-6 {
			t.Errorf("cells %s: the largest weight is loaded as %g of full weight, want %g", cells, got, window)
		}
		for step := range 3 {
			if _, err := b.Step(b.batch(t, 16*step, 16), dcu.Pull{Rate: 1}); err != nil {
				t.Fatal(err)
			}
		}
		if got := largest(); math.Abs(got-window) > 1e-6 {
			t.Errorf("cells %s: the largest weight is %g of full weight after steps, want %g", cells, got, window)
		}
	}
}
