package evaluate

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"acl/lang/diag"
	"acl/lang/source"
)

// eval computes an expression that has no error.
func eval(t *testing.T, s *Scope, text string) Value {
	t.Helper()
	v, diags := s.Eval(source.NewFile("expression", text))
	if diags.HasErrors() {
		t.Fatalf("%s: %v", text, diags)
	}
	return v
}

// fails computes an expression that has one error.
func fails(t *testing.T, s *Scope, text string) diag.Diag {
	t.Helper()
	v, diags := s.Eval(source.NewFile("expression", text))
	if len(diags) != 1 {
		t.Fatalf("%s = %v, want one error, got %v", text, v, diags)
	}
	return diags[0]
}

func TestArithmetic(t *testing.T) {
	s := New(nil)
	for text, want := range map[string]string{
		"1 + 2 * 3":                   "7",
		"-1 / 2":                      "-1",
		"1.0 / 2":                     "0.5",
		"1V + 200mV":                  "1.2V",
		"10uV / 1ms":                  "10mV/s",
		"1mA * 2kOhm":                 "2V",
		"2V / 1mA":                    "2kOhm",
		"1V / 1V":                     "1",
		"1V > 900mV and not (1 == 2)": "true",
		"[1V, 2V] * 2":                "[2V, 4V]",
		"2 * [1V, 2V] - [1V, 1V]":     "[1V, 3V]",
		"-[1, 2]":                     "[-1, -2]",
		"-0.8V .. 0.8V":               "-800mV .. 800mV",
		"3x3":                         "3x3",
		"50% * 0.4V":                  "200mV",
		"true or 1 / 0 == 1":          "true",
	} {
		if got := Format(eval(t, s, text)); got != want {
			t.Errorf("%s = %s, want %s", text, got, want)
		}
	}
}

func TestReadsOfChips(t *testing.T) {
	s := New(nil)
	for text, want := range map[string]string{
		"chips.fabric45.rail.swing":       "-800mV .. 800mV",
		"chips.fabric45.opamp.noise":      "12nV/rtHz",
		"chips.fabric45.tiles.size":       "128x128",
		"chips.fabric45.noise.read":       "on",
		"chips.ibm_capacitor.noise.read":  "0.1",
		"chips.ibm_capacitor.cap.leak":    "off",
		"chips.fabric45.opamp.gated":      "true",
		"chips.fabric45.modules.conv":     "8",
		"chips.fabric45.vcr.law":          "linearized",
		"chips.fabric45.rail.input * 50%": "150mV",
		"chips.fabric45.rail":             "swing   -800mV .. 800mV\ninput   300mV\nweight  400mV\nbound   auto",
		"chips.ideal.ideal":               "true",
	} {
		if got := Format(eval(t, s, text)); got != want {
			t.Errorf("%s = %s, want %s", text, got, want)
		}
	}
}

// Every form computes its example, and every parameter is documented.
func TestForms(t *testing.T) {
	s := New(nil)
	seen := map[string]bool{}
	for i := range Forms {
		f := &Forms[i]
		if seen[f.Name] || f.Doc == "" || f.Source == "" || f.Result == "" {
			t.Errorf("%s: twice, or without documentation", f.Name)
		}
		seen[f.Name] = true
		if !strings.HasPrefix(f.Example, f.Name+"(") {
			t.Errorf("%s has the example %q", f.Name, f.Example)
			continue
		}
		eval(t, s, f.Example)
		for _, p := range f.Params {
			if p.Doc == "" {
				t.Errorf("%s: %s has no documentation", f.Name, p.Name)
			}
		}
	}
}

// The worked values of the physical model, reached by name.
func TestWorkedValues(t *testing.T) {
	s := New(nil)
	const plain = ", law = triode, swing = -10V .. 10V"
	for _, c := range []struct {
		text string
		want float64
	}{
		{"circuit.sum(v = [0.1V, -0.25V, 0.05V], r = [15kOhm, 30kOhm, 60kOhm], feedback = 30kOhm, gain = 500, offset = -1mV)", 0.0203171},
		{"circuit.tau(noise_gain = 5, bandwidth = 200MHz)", 3.9591e-9},
		{"circuit.settle(noise_gain = 5, bandwidth = 200MHz, slew = 100V/us, step = 0.5V, bits = 8)", 24.815e-9},
		{"circuit.noise(noise_gain = 1 + 166.7kOhm * 64uS, feedback = 166.7kOhm)", 1.8573e-3},
		{"circuit.multiply(x = -0.22V, w = 0.25V, feedback = 200kOhm" + plain + ")", -0.0219683},
		{"circuit.multiply(x = -0.22V, w = 0.25V, feedback = 200kOhm, form = tensor" + plain + ")", -0.0219736},
		{"circuit.divide(x = 0.08V, u = 0.35V, r = 150kOhm, beta = 15uA/V2)", -0.101357},
		{"circuit.exponent(x = 0.5V, r = 5kOhm, saturation = 2e-15 * 1A, gain = 1e4)", -2.48534e-3},
		{"circuit.tanh(x = 40mV, load = 30kOhm, tail = 5uA, beta_f = 200, skew = 1.03)", 98.1030e-3},
		{"circuit.ktc(c = 20fF)", 0.45519e-3},
		{"circuit.hold(v = 0.3V, time = 3ms, tau = 20ms)", 0.258212},
		{"circuit.relu(x = -0.12V, r = 40kOhm, k = 2)", 0.237595},
		{"circuit.max(v = [0.7V, 0.75V, 0.72V], current = 2uA, beta_f = 1e4)", 0.146269},
		{"circuit.ladder(n = 128, k = 128, r = 1Ohm, g = 2uS)", 0.983712},
		{"array.column(x = [0.1V, -0.2V, 0.25V], w = [0.2V, -0.3V, 0.1V], feedback = 400kOhm" + plain + ")", 0.0838156},
		{"array.row(delta = [0.08V, -0.12V], w = [0.15V, 0.35V], feedback = 1MOhm" + plain + ")", 0.101095},
		{"array.row(delta = [0.08V, -0.12V], w = [0.15V, 0.35V], feedback = 1MOhm, dummy = true" + plain + ")", 0.0597015},
		{"cell.symmetry(imbalance = 0.03)", 0.6},
		{"circuit.hold(v = 0.4V, time = 20ms, tau = 50ms)", 0.2681},
		{"ledger.lambda(step = 6.7us, rate = 0.1, tau = 2s)", 3.35e-5},
	} {
		got := eval(t, s, c.text).(Number).Num
		const tol = 5e-5 // the worked values have four digits or more
		if math.Abs(got-c.want) > tol*math.Abs(c.want)*4 {
			t.Errorf("%s = %g, want %g", c.text, got, c.want)
		}
	}
}

// Figures that the text of the physical model derives, within the digits that it gives.
func TestDerivedValues(t *testing.T) {
	s := New(nil)
	for _, c := range []struct {
		text, field string
		want, tol   float64
	}{
		{"circuit.amplifier()", "slew", 400e6, 1e-6},
		{"circuit.amplifier()", "bandwidth", 477e6, 2e-3},
		{"circuit.amplifier()", "noise", 12e-9, 0.02},
		{"circuit.pelgrom(coefficient = 3.5mV * 1um, area = 1.44um2)", "", 2.9e-3, 0.01},
		{"circuit.retention(c = 50fF, swing = 0.4V, leak = 10fA)", "", 2, 1e-9},
		{"circuit.retention(leak = 1pA)", "", 20e-3, 1e-9},
		{"circuit.settling_energy(noise_gain = 1, bits = 0)", "", 0.0636e-12, 1e-3},
		{"circuit.relu_dead_zone()", "", 0.004, 1e-9},
		{"circuit.exponent_range()", "", 5.6, 5e-3},
		{"circuit.softmax_range()", "", 13.8, 2e-3},
		{"circuit.volts_per_nat()", "", 25.86e-3, 3e-4},
		{"circuit.saturation(temperature = 300.15K, saturation = 2fA, xti = 5, gap = 1.2V)", "", 2e-15, 1e-9},
		{"circuit.vcr_current(v = 0.1V, gate = -0.5V, law = jfet, beta = 1mA/1V2, threshold = -2V, lambda = 0.05 / 1V)", "", 1e-3 * 0.1 * (2*1.5 - 0.1) * 1.005, 1e-9},
		{"cell.charge(chips.fabric45)", "volts", 1e-3, 1e-9},
		{"cell.charge(chips.fabric45)", "charge", 50e-18, 1e-9},
		{"cell.charge(chips.fabric45)", "electrons", 312, 1e-3},
		{"cell.charge(chips.fabric45)", "current", 1e-9, 1e-9},
		{"cell.charge(chips.fabric45)", "shot", 0.057, 0.01},
		{"cell.charge(chips.fabric45)", "ktc", 0.2, 0.02},
		{"cell.slope(lambda = 0.14 / 1V, swing = 0.4V)", "", 0.050, 0.01},
		{"cell.slope(lambda = 0.25 / (1V - 0.25 * 0.9V), swing = 0.2V)", "", 0.05, 1e-6},
		{"cell.leak_pair(w = 1, time = 0.1s, tau_plus = 2s, tau_minus = 2s)", "", 0.951229, 1e-6},
		{"cell.symmetry(imbalance = 3%, high = 2, low = -2)", "", 1.2, 1e-9},
		{"cell.symmetry_pairs()", "", 6000, 1e-9},
		{"cell.counted(x = 1, delta = 1, rate = 0.0024)", "pulses", 0, 0},
		{"cell.counted(x = 1, delta = -1, rate = 0.0026)", "change", -0.005, 1e-9},
		{"cell.stochastic(x = 0.6, delta = 0.1, rate = 0.05, w = 0.5)", "mean", 0.003 * 0.975, 1e-9},
		{"cell.stochastic(x = 0.6, delta = -0.1, rate = 0.05, w = 0.5)", "mean", -0.003 * 1.025, 1e-9},
		{"array.copy_angle(sigma = 0.0175, w = 0.3)", "", 0.997, 1e-3},
		{"array.calibrated(chips.fabric45, rows = 128, bound = 20)", "offset", 0.022, 0.01},
		{"array.alpha(largest = 0.7, trained = true)", "", 1, 1e-9},
		{"array.exponent(largest = 1)", "", 0, 0},
		{"array.range(exponent = 2, largest = 3, overflow = 1%)", "exponent", 3, 0},
		{"ledger.always_on(utilization = 1)", "", 378e-15, 0.01},
		{"ledger.always_on(utilization = 0.1)", "", 3144e-15, 0.01},
		{"ledger.always_on(utilization = 0.01)", "", 30800e-15, 0.01},
		{"ledger.break_even(fp16)", "", 17, 0},
		{"ledger.break_even(fp32)", "", 7, 0},
		{"ledger.break_even(int8, reuse = 16)", "", 174, 0},
		{"ledger.calibration(chips.fabric45, reads = 16)", "", 134e-9, 0.01},
		{"ledger.event(dac)", "", 0.291e-12, 1e-9},
		{"ledger.event(opamp_ns, n = 30)", "", 8.6e-12, 0.01},
		{"ledger.event(hold_write) + ledger.event(hold_read)", "", 0.432e-12, 0.01},
		{"ledger.event(wire_mm, n = 0.5)", "", 0.32e-12, 0.02},
		{"ledger.elementwise()", "", 17.3e-12, 0.01},
		{"ledger.area(tiles = 1)", "", 1.37e-6 + 0.0227e-6, 0.01},
		{"ledger.areas(tiles = 1)", "amplifiers", 384 * 500e-12, 1e-9},
		{"ledger.time(pulse_pairs, n = 6000)", "", 1.2e-3, 1e-9},
		{"circuit.refresh(tau = 2s, bits = 8)", "", 3.9e-3, 0.01},
	} {
		v := eval(t, s, c.text)
		if r, ok := v.(Record); ok {
			for _, f := range r {
				if f.Name == c.field {
					v = f.Value
				}
			}
		}
		if got, ok := v.(Number); !ok || math.Abs(got.Num-c.want) > c.tol*math.Abs(c.want) {
			t.Errorf("%s %s = %s, want %g", c.text, c.field, Format(v), c.want)
		}
	}
}

func TestListsAndRecords(t *testing.T) {
	s := New(nil)
	stairs := eval(t, s, "cell.pulses(chips.ibm_capacitor, from = -1, up = 400)").(List)
	if len(stairs) != 400 {
		t.Fatalf("%d pulses, want 400", len(stairs))
	}
	w := -1.0
	for i, e := range stairs {
		w += 0.005 * (1 - 0.05*w)
		if got := e.(Number).Num; math.Abs(got-w) > 1e-12 {
			t.Fatalf("pulse %d: %g, want %g", i, got, w)
		}
	}
	if math.Abs(w-0.9987) > 1e-4 {
		t.Errorf("400 pulses from -1 end at %g, want 0.9987", w)
	}
	train := eval(t, s, "cell.stochastic(x = 0.6, delta = 0.1, rate = 0.05)").(Record)
	if mean, sd := train[0].Value.(Number).Num, train[1].Value.(Number).Num; math.Abs(mean-0.003) > 1e-12 || math.Abs(sd-0.004) > 1.2e-4 {
		t.Errorf("a train changes a weight by %g ± %g, want 0.003 ± 0.004", mean, sd)
	}
	// 0.05 x δ / 0.005 of at most 5 pulses: 5 slots, rows balanced against columns.
	managed := eval(t, s, "cell.stochastic(x = 0.6, delta = 0.1, rate = 0.05, manage = true, x_max = 1, delta_max = 0.45)").(Record)
	chance := []float64{0.003, 0, 0.6 * math.Sqrt(0.9), 0.1 / 0.45 * math.Sqrt(0.9), 5}
	for i, f := range managed {
		if v := f.Value.(Number).Num; i != 1 && math.Abs(v-chance[i]) > 1e-12 {
			t.Errorf("managed: %s = %g, want %g", f.Name, v, chance[i])
		}
	}
	settled := eval(t, s, "cell.alternate(chips.ibm_capacitor, pairs = 20000, imbalance = 3%)").(List)
	if w := settled[len(settled)-1].(Number).Num; math.Abs(w-0.6) > 0.006 {
		t.Errorf("alternating pulses settle at %g, want 0.6", w)
	}
	stats := eval(t, s, "array.stats(chips.fabric45, rows = 128, bound = 20)").(Record)
	want := map[string]float64{"offset": 1.58, "noise": 0.076, "mismatch": 0.0175}
	for _, f := range stats {
		if v, ok := want[f.Name]; ok && math.Abs(f.Value.(Number).Num/v-1) > 0.01 {
			t.Errorf("%s = %g, want %g", f.Name, f.Value.(Number).Num, v)
		}
	}
}

// A line of equal cells solved node by node is the closed form.
func TestLine(t *testing.T) {
	s := New(nil)
	ladder := eval(t, s, "array.ladder(n = 6, r = 1kOhm, g = 20uS)").(List)
	solved := eval(t, s, "array.solve(v = 1V, r = 1kOhm, g = [20uS, 20uS, 20uS, 20uS, 20uS, 20uS])").(List)
	for i := range ladder {
		a, b := ladder[i].(Number).Num, solved[i].(Number).Num
		const tol = 1e-12 // float64 rounding over a few steps
		if math.Abs(a-b) > tol {
			t.Errorf("cell %d: %g in closed form, %g node by node", i+1, a, b)
		}
	}
}

// A tile of given conductances, with wires on both sides: Kirchhoff's law holds, and
// without wires it is the plain product.
func TestTile(t *testing.T) {
	s := New(nil)
	const call = "array.solve(v = [0.3V, 0.1V], g = [[2uS, 1uS], [4uS, 3uS]], r = %s, column = %s)"
	plain := eval(t, s, fmt.Sprintf(call, "0Ohm", "0Ohm")).(Record)
	for j, want := range []float64{1e-6, 0.6e-6} {
		if got := plain[0].Value.(List)[j].(Number).Num; math.Abs(got-want) > 1e-18 {
			t.Errorf("column %d without wires: %g A, want %g", j, got, want)
		}
	}
	wired := eval(t, s, fmt.Sprintf(call, "1kOhm", "500Ohm")).(Record)
	at := func(field, i, j int) float64 { return wired[field].Value.(List)[i].(List)[j].(Number).Num }
	g := [][]float64{{2e-6, 1e-6}, {4e-6, 3e-6}}
	for i, v := range []float64{0.3, 0.1} {
		in, taken := (v-at(1, i, 0))/1e3, 0.0
		for j := range 2 {
			taken += g[i][j] * (at(1, i, j) - at(2, i, j))
		}
		if math.Abs(in-taken) > 1e-15 {
			t.Errorf("row %d: %g A go in, its cells take %g", i, in, taken)
		}
	}
	for j := range 2 {
		if out, got := at(2, 1, j)/500, wired[0].Value.(List)[j].(Number).Num; math.Abs(out-got) > 1e-15 {
			t.Errorf("column %d: %g A through its last segment, %g said", j, out, got)
		}
	}
	managed := eval(t, s, "array.managed(x = [2, 2, 2, 2], w = [0.9, 0.9, 0.9, 0.9], bound = 1)").(Record)
	if reads := managed[1].Value.(Number).Num; reads != 3 {
		t.Errorf("bound management took %g reads, want 3", reads)
	}
}

func TestLedger(t *testing.T) {
	s := New(nil)
	mac := eval(t, s, "ledger.mac(chips.fabric45, rows = 128, cols = 128, bound = 20)").(Number)
	if math.Abs(mac.Num/513e-15-1) > 0.01 || mac.Band == nil || mac.Band.Low >= mac.Num || mac.Band.High <= mac.Num {
		t.Errorf("a multiply-accumulate takes %s, want 513fJ within its band", Format(mac))
	}
	if got := eval(t, s, "ledger.mlp(chips.fabric45, widths = [784, 256, 10])").(Number).Num; math.Abs(got/0.253e-6-1) > 0.02 {
		t.Errorf("784-256-10 takes %g J, want 0.253 uJ", got)
	}
	if got := eval(t, s, "ledger.baseline(fp16, macs = 203264, activations = 266, weights = 203264, batch = 32)").(Number).Num; math.Abs(got/1.36e-6-1) > 0.02 {
		t.Errorf("784-256-10 takes %g J in fp16, want 1.36 uJ", got)
	}
	doubled := eval(t, s, "2 * ledger.mvm(chips.fabric45, rows = 128, cols = 128)").(Number)
	if doubled.Band == nil || math.Abs(doubled.Num/mac.Num-2*128*128) > 1e-6 {
		t.Errorf("twice a read takes %s", Format(doubled))
	}
}

// What an expression has wrong is named, and pointed at.
func TestErrors(t *testing.T) {
	s := New(nil)
	for _, c := range []struct{ text, code, message, hint string }{
		{"1V + 2A", "E0402", "a voltage (V) and a current (A)", ""},
		{"1 / 0", "E0403", "division by zero", ""},
		{"1V < 2", "E0402", "compares", ""},
		{"circuit.multipy(x = 0.1V, w = 0.5)", "E0201", "circuit.multipy", "circuit.multiply"},
		{"multiply(x = 0.1V, w = 0.5)", "E0201", "multiply", "circuit.multiply"},
		{"chips.fabrik45.rail.swing", "E0201", "fabrik45", ""},
		{"chips.fabric45.rail.swng", "E0215", "rail.swng", "rail.swing"},
		{"circuit.multiply(x = 0.1V)", "E0211", "`w` is missing", "w: "},
		{"circuit.multiply(x = 0.1V, w = 0.5, gian = 3)", "E0212", "gian", "gain"},
		{"circuit.multiply(x = 0.1V, w = 0.5, w = 0.5)", "E0213", "twice", ""},
		{"circuit.multiply(x = 0.1V, 0.5)", "E0214", "positional", ""},
		{"circuit.multiply(x = 0.1A, w = 0.5)", "E0402", "`x` is a voltage (V), got a current (A)", ""},
		{"circuit.multiply(x = [1V], w = 0.5)", "E0401", "got a list", ""},
		{"circuit.multiply(x = 0.1V, w = 0.5, law = triod)", "E0216", "triod", "triode"},
		{"circuit.sum(v = [1V], r = [0 * 1Ohm], feedback = 1kOhm)", "E0403", "r[0] = 0Ohm: it has to be positive", ""},
		{"circuit.sum(v = [1V, 2V], r = [1kOhm], feedback = 1kOhm)", "E0403", "2 inputs for 1 resistors", ""},
		{"circuit.noise(noise_gain = 2, feedback = -1kOhm)", "E0403", "feedback = -1kOhm: it cannot be negative", ""},
		{"circuit.ktc(c = -20fF)", "E0403", "c = -20fF", ""},
		{"circuit.ladder(n = 4, k = 5)", "E0403", "k = 5", ""},
		{"array.ladder(n = 1000000000000)", "E0403", "at most 100000 items", "n = 1e+12"},
		{"circuit.softmax_error(p = [0.5, 0.2])", "E0403", "add up to 0.7", "p = [0.5, 0.2]"},
		{"circuit.exponent_range(floor = 1V)", "E0403", "floor = 1", ""},
		{"cell.charged(v = 2V, current = 1nA)", "E0403", "v = 2 V", ""},
		{"cell.pulses(up = 1, low = 0.5)", "E0403", "low = 0.5", ""},
		{"ledger.hold_times(forward = [1us], back = [1us, 2us])", "E0403", "1 times forward and 2 back", "back = [1us, 2us]"},
		{"ledger.always_on(utilization = 2)", "E0403", "utilization = 2", ""},
		{"ledger.event(adcs)", "E0216", "adcs", "`adc`"},
		{"circuit.ktc(c = 1e-300 * 1fF, temperature = 1e300 * 1K)", "E0403", "c = 1e-297aF", ""},
		{"circuit.column_gain(rows = 1.5)", "E0403", "whole number", ""},
		{"cell.pulses(chips.ibm_capacitor, from = 3, up = 2)", "E0403", "from = 3", ""},
		{"cell.tau(chips.ibm_capacitor)", "E0403", "cap.leak is off", ""},
		{"circuit.hold(chips.ibm_capacitor, v = 0.1V, time = 1s)", "E0403", "`tau` has no default on", ""},
		{"nn.relu()", "E0209", "is a unit", ""},
		{"circuit.tau", "E0209", "is a function", "call it"},
		{"circuit.nothing_like_it(1)", "E0201", "unknown name", "acl doc circuit"},
		{"1V .. 0V", "E0404", "from the lesser", ""},
		{"1 and true", "E0401", "takes a condition", ""},
	} {
		d := fails(t, s, c.text)
		if string(d.Code) != c.code || !strings.Contains(d.Message, c.message) || !strings.Contains(d.Hint, c.hint) {
			t.Errorf("%s: %s %s (hint %q), want %s with %q and %q", c.text, d.Code, d.Message, d.Hint, c.code, c.message, c.hint)
		}
		if d.Span.IsZero() {
			t.Errorf("%s: the message has no place", c.text)
		}
	}
}

// JSON gives SI numbers and their unit.
func TestJSON(t *testing.T) {
	s := New(nil)
	for text, want := range map[string][2]any{
		"200mV":                     {0.2, "V"},
		"1 / 2.0":                   {0.5, ""},
		"chips.fabric45.vcr.beta":   {2e-6, "A/V2"},
		"chips.fabric45.noise.read": {"on", ""},
	} {
		got := JSON(eval(t, s, text))
		if got["value"] != want[0] || got["unit"] != want[1] {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
	list := JSON(eval(t, s, "[1V, 2V]"))
	if v := list["value"].([]any); len(v) != 2 || v[1] != 2.0 || list["unit"] != "V" {
		t.Errorf("a list: %v", list)
	}
}

// No text makes the evaluator panic.
func FuzzEval(f *testing.F) {
	for i := range Forms {
		f.Add(Forms[i].Example)
	}
	f.Add("chips.fabric45.rail.swing .. 3")
	f.Add("-[1, 2V] * (3x3 == true)")
	s := New(nil)
	f.Fuzz(func(t *testing.T, text string) {
		v, diags := s.Eval(source.NewFile("expression", text))
		if v == nil && len(diags) == 0 {
			t.Errorf("%q gives neither a value nor a message", text)
		}
		if v != nil {
			Format(v)
			JSON(v)
		}
	})
}

// Every parameter is asked for by its form: none is without effect.
func TestParametersAreRead(t *testing.T) {
	s := New(nil)
	for i := range Forms {
		f := Forms[i]
		read := map[string]bool{}
		run := f.run
		Forms[i].run = func(a *args) (Value, error) { a.read = read; return run(a) }
		eval(t, s, f.Example)
		if f.Name == "circuit.settle" { // bits or error, as they are given
			eval(t, s, "circuit.settle(noise_gain = 2, step = 0.7V, error = 1mV)")
		}
		Forms[i].run = run
		for _, p := range f.Params {
			if p.Kind != OfChip && !read[p.Name] {
				t.Errorf("%s never reads %s", f.Name, p.Name)
			}
		}
	}
}

// Every topic has a page, and every page says something.
func TestPages(t *testing.T) {
	s := New(nil)
	for _, name := range s.Topics() {
		if text, _, ok := s.Page(name); !ok || strings.TrimSpace(text) == "" {
			t.Errorf("%s has no page", name)
		}
	}
	for name, want := range map[string]string{
		"circuit.multiply":    "= opamp.gain (1000)",
		"opamp.noise":         "12nV/rtHz",
		"rail":                "rail.swing",
		"nn.conv":             "kernel",
		"std.nn":              "nn.dense",
		"chips.ibm_capacitor": "CapacitorPreset",
		"resnet.ResNet18":     "module resnet.ResNet18",
		"ledger":              "ledger.mvm",
	} {
		text, _, ok := s.Page(name)
		if !ok || !strings.Contains(text, want) {
			t.Errorf("the page of %s lacks %q:\n%s", name, want, text)
		}
	}
	for name, want := range map[string]string{"nn.cnv": "nn.conv", "multiply": "circuit.multiply", "opamp.nose": "opamp.noise", "zzzzzzz": ""} {
		if _, near, ok := s.Page(name); ok || near != want {
			t.Errorf("%s: near %q, want %q", name, near, want)
		}
	}
	if text, err := Sources("fabric45"); err != nil || !strings.Contains(text, "Murmann") {
		t.Errorf("sources: %v\n%s", err, text)
	}
}
