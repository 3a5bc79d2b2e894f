package fitting

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"acl/fabric/array"
	"acl/lang/check"
	"acl/lang/source"
	"acl/stdlib"
)

// law is the cell that the tests measure.
var law = array.Cell{Up: 0.0052, SlopeUp: 0.05 * 0.0052 / 0.9, Down: 0.0048, SlopeDown: 0.07 * 0.0048 / 0.95, Min: -0.95, Max: 0.9}

// curve measures a cell from w on: each entry is a number of pulses, a row each.
func curve(c array.Cell, w, cycle float64, runs ...int) string {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	fmt.Fprintf(&b, "pulse,direction,weight\n0,up,%.17g\n", w)
	n := 0
	for _, run := range runs {
		sign, word := 1, "up"
		if run < 0 {
			sign, word = -1, "down"
		}
		for range run * sign {
			w, _ = c.Pulse(w, sign, cycle, r.NormFloat64())
			n++
			fmt.Fprintf(&b, "%d,%s,%.17g\n", n, word, w)
		}
	}
	return b.String()
}

func fit(t *testing.T, text string) *Fit {
	t.Helper()
	f := source.NewFile("curve.csv", text)
	c, diags := ReadCurve(f)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	out, diags := Of(c, f)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return out
}

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Abs(want)) {
		t.Errorf("%s is %.6g, want %.6g within %.2g%%", what, got, want, 100*tol)
	}
}

// Without noise the law comes back, its bounds too.
func TestExactCurve(t *testing.T) {
	f := fit(t, curve(law, -0.2, 0, 500, -600, 100))
	const tol = 1e-4 // where the simplex stops
	near(t, "up step", f.Up.Step, law.Up, tol)
	near(t, "down step", f.Down.Step, law.Down, tol)
	near(t, "up asymmetry", f.Up.Asymmetry(), 0.05, 1e-2)
	near(t, "down asymmetry", f.Down.Asymmetry(), 0.07, 1e-2)
	near(t, "symmetry", f.Symmetry(), 0.04, 1e-2)
	if !f.Up.Reached || !f.Down.Reached || f.Up.Pulses != 600 || f.Down.Pulses != 600 {
		t.Errorf("up %+v, down %+v", f.Up, f.Down)
	}
	near(t, "upper bound", f.Up.Bound, 0.9, tol)
	near(t, "lower bound", f.Down.Bound, 0.95, tol)
	if f.RMS > 1e-6 {
		t.Errorf("residual %g", f.RMS)
	}
}

// With noise from pulse to pulse the law comes back within its errors: of 2400
// steps of 30 % noise the mean is known to 0.6 %, and the slope, over weights with
// an rms of 0.5, to 0.012 of a step.
func TestNoisyCurve(t *testing.T) {
	var runs []int
	for range 6 {
		runs = append(runs, 400, -400)
	}
	f := fit(t, curve(law, -0.8, 0.3, runs...))
	near(t, "up step", f.Up.Step, law.Up, 0.03)
	near(t, "down step", f.Down.Step, law.Down, 0.03)
	near(t, "up cycle", f.Up.Cycle, 0.3, 0.06)
	near(t, "down cycle", f.Down.Cycle, 0.3, 0.06)
	for side, want := range map[*Side]float64{f.Up: 0.05, f.Down: 0.07} {
		if math.Abs(side.Asymmetry()-want) > 0.04 {
			t.Errorf("asymmetry %.3g, want %.3g", side.Asymmetry(), want)
		}
	}
	if f.Worst < f.RMS || f.WorstAt < 1 || f.WorstAt > 4800 {
		t.Errorf("residual %g, at worst %g behind pulse %d", f.RMS, f.Worst, f.WorstAt)
	}
}

// A row for every fifth pulse tells the same, cycle noise too: of 480 trains a sign
// its sd is known to 3 %.
func TestNoisyTrains(t *testing.T) {
	var runs []int
	for range 6 {
		runs = append(runs, 400, -400)
	}
	lines := strings.SplitAfter(curve(law, -0.8, 0.3, runs...), "\n")
	text := lines[0] + lines[1]
	for i := 6; i < len(lines); i += 5 {
		text += lines[i]
	}
	f := fit(t, text)
	near(t, "up step", f.Up.Step, law.Up, 0.03)
	near(t, "up cycle", f.Up.Cycle, 0.3, 0.12)
	near(t, "down cycle", f.Down.Cycle, 0.3, 0.12)
	if f.Up.Pulses != 2400 || f.Down.Pulses != 2400 {
		t.Errorf("%d up and %d down pulses", f.Up.Pulses, f.Down.Pulses)
	}
}

// Trains of several pulses a row, one sign only, and a bound that is not reached.
func TestShortCurve(t *testing.T) {
	c := array.Cell{Up: 0.01, SlopeUp: 0.001, Min: -1, Max: 1}
	w := -0.3
	text := "# sweep\n0, , -0.3\n\n"
	for i := 1; i <= 5; i++ {
		w, _ = c.Pulse(w, 4, 0, 0)
		text += fmt.Sprintf("%d, +, %.17g\r\n", 4*i, w)
	}
	f := fit(t, "\ufeff"+text)
	near(t, "step", f.Up.Step, 0.01, 1e-4)
	near(t, "asymmetry", f.Up.Asymmetry(), 0.1, 1e-2)
	if f.Down != nil || f.Up.Reached || f.Up.Bound != 1 || f.Up.Pulses != 20 {
		t.Errorf("up %+v, down %+v", f.Up, f.Down)
	}
	var b bytes.Buffer
	if err := f.Text(&b); err != nil || !strings.Contains(b.String(), "// down: too few pulses for a law\n") {
		t.Errorf("%v:\n%s", err, &b)
	}
}

// Conductances are scaled to their range before.
func TestConductances(t *testing.T) {
	text := "pulse,sign,conductance\n"
	w := -1.0
	c := array.Cell{Up: 0.05, SlopeUp: 0.02, Min: -1, Max: 1}
	for i := range 101 {
		text += fmt.Sprintf("%d,1,%.17g\n", i, 1e-6*(2+w))
		w, _ = c.Pulse(w, 1, 0, 0)
	}
	f := fit(t, text)
	near(t, "step", f.Up.Step, 0.05, 1e-3)
	near(t, "bound", f.Up.Bound, 1, 1e-3)
	near(t, "low", f.Curve.Low, 1e-6, 1e-9)
	near(t, "high", f.Curve.High, 3e-6, 1e-9)
}

// The printed block, comments and all, is one that a fabric takes, also where the
// measured slope is one that it has no key for.
func TestBlocksAreOfTheLanguage(t *testing.T) {
	grows := array.Cell{Up: 0.01, SlopeUp: -0.002, Min: -1, Max: 1}
	for _, text := range []string{curve(law, 0, 0.3, 200, -200), curve(grows, 0, 0, 30)} {
		var b bytes.Buffer
		if err := fit(t, text).Text(&b); err != nil {
			t.Fatal(err)
		}
		program := "acl 1;\nuse std.chips;\nfabric Mine : chips.fabric45 {\n" + b.String() + "}\n"
		_, diags := check.Check(source.NewFile("mine.acl", program), stdlib.Table(), check.Options{Library: stdlib.File})
		if diags.HasErrors() {
			t.Errorf("%v\n%s", diags, program)
		}
	}
}

// What cannot be used is named, with its line.
func TestBadCurves(t *testing.T) {
	for _, v := range []struct {
		text, want string
		line       int
	}{
		{"pulse,direction,weight\n0,up,0.1\n", "this file has 1", 1},
		{"", "this file has 0", 1},
		{"0,up,0.1\n1,up,NaN\n", `not "NaN"`, 2},
		{"0,up,0.1\n1,up,1e999\n", `not "1e999"`, 2},
		{"0,up,0.1\n\n1,sideways,0.2\n", `"sideways" is no direction`, 3},
		{"0,up,0.1\n1,up\n", "this one has 2", 2},
		{"0,up,0.1\n2,up,0.2\n2,up,0.3\n", "pulse 2 cannot follow pulse 2", 3},
		{"0,up,0.1\nx,up,0.3\n", `not "x"`, 2},
		{"pulse,direction,charge\n0,up,0.1\n1,up,0.3\n", `not "charge"`, 1},
		{"pulse,direction,g\n0,up,1e-6\n1,up,-2e-6\n2,up,3e-6\n", "conductance of -2e-6", 3},
		{"0,up,0.1\n1,up,0.1\n2,up,0.1\n3,up,0.1\n", "no pulse did anything", 1},
		{"0,up,0.1\n1,up,0.11\n2,down,0.1\n", "this file has 1 and 1", 1},
		{"0,up,0.5\n1,up,0.4\n2,up,0.3\n3,up,0.2\n4,up,0.1\n", "the wrong way", 1},
	} {
		f := source.NewFile("curve.csv", v.text)
		c, diags := ReadCurve(f)
		if !diags.HasErrors() {
			_, diags = Of(c, f)
		}
		if len(diags) != 1 || !strings.Contains(diags[0].Message, v.want) || diags[0].Span.Start.Line != v.line {
			t.Errorf("%q gave %v, want %q on line %d", v.text, diags, v.want, v.line)
		}
	}
}

// Fuzzed files give a fit or a message.
func FuzzCurve(f *testing.F) {
	f.Add("pulse,direction,weight\n0,up,0.1\n1,up,0.2\n2,up,0.28\n3,up,0.33\n4,down,0.2\n")
	f.Add("0,up,1e308\n1,up,-1e308\n2,up,1e308\n3,up,2\n")
	f.Fuzz(func(t *testing.T, text string) {
		file := source.NewFile("curve.csv", text)
		c, diags := ReadCurve(file)
		if diags.HasErrors() {
			return
		}
		if out, diags := Of(c, file); (out == nil) != diags.HasErrors() {
			t.Errorf("%v with %v", out, diags)
		}
	})
}
