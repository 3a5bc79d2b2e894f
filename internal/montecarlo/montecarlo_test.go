package montecarlo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"math"
	"slices"
	"strings"
	"testing"

	"acl/fabric"
	"acl/fabric/circuit"
	"acl/internal/evaluate"
	"acl/lang/source"
)

func chipOf(t *testing.T, set func(*fabric.Chip)) *fabric.Chip {
	t.Helper()
	v, diags := evaluate.New(nil).Eval(source.NewFile("chip", "chips.fabric45"))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	chip := *v.(evaluate.Chip).Chip
	if set != nil {
		set(&chip)
	}
	return &chip
}

func measure(t *testing.T, unit string, chip *fabric.Chip, o Options) *Result {
	t.Helper()
	r, err := Measure(t.Context(), unit, chip, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Acceptance 3 of physics.md §11: 600 dies of a column, device by device, against
// array.StatsOf: mean within 1 % of full scale, sd within 10 %. The sd of 600 draws
// has a standard error of 2.9 %.
func TestColumnsAgreeWithTheStatistics(t *testing.T) {
	// An offset next to nothing keeps the loop's gain in the statistics.
	aligned := func(c *fabric.Chip) { c.Noise.Offset = fabric.Level{Mode: fabric.LevelNumber, Value: 1e-9} }
	number := func(c *fabric.Chip) {
		aligned(c)
		c.Noise.Mismatch = fabric.Level{Mode: fabric.LevelNumber, Value: 0.05}
	}
	for _, v := range []struct {
		name string
		set  func(*fabric.Chip)
		rows int
	}{
		{"128 rows", nil, 128},
		{"128 rows without offsets", aligned, 128},
		{"16 rows without offsets", aligned, 16},
		{"triodes without offsets", func(c *fabric.Chip) { aligned(c); c.VCR.Law = "triode" }, 64},
		{"a mismatch of 5%", number, 64},
	} {
		chip := chipOf(t, v.set)
		r := measure(t, "column", chip, Options{Dies: 600, Rows: v.rows})
		if off := math.Abs(r.Mean - r.Expected.Mean); off > 0.01*boundOf(chip) {
			t.Errorf("%s: mean %.4g, statistics %.4g", v.name, r.Mean, r.Expected.Mean)
		}
		if ratio := r.SD / r.Expected.SD; math.Abs(ratio-1) > 0.1 {
			t.Errorf("%s: sd %.4g, statistics %.4g", v.name, r.SD, r.Expected.SD)
		}
	}
}

// Where the form is simple the spread is known. Tolerance: four standard errors of
// the sd of 4000 draws.
func TestSpreadsOfSimpleUnits(t *testing.T) {
	chip := chipOf(t, nil)
	on := fabric.Level{Mode: fabric.LevelOn}
	chip.Noise.Comparator, chip.Noise.Leak = on, fabric.Level{}
	for unit, want := range map[string]float64{
		"comparator": chip.Comparator.Offset,
		"softmax":    0.25 * 2e-3 / 0.025865 * math.Sqrt(0.5625+3./16),
		"hold":       0.288e-3,
		// relu: √(2σ_R²/4 + (2 V_os/V_X)²), the noise gain 2 for the offset.
		"relu": math.Hypot(0.5*math.Sqrt2*0.003, 2*2e-3/0.3),
		// tanh: (1-0.25) V_os/(2nV_T) and the load.
		"tanh": math.Hypot(0.75*2e-3/(2*1.18*0.025865), 0.5*0.003),
	} {
		r := measure(t, unit, chip, Options{Dies: 4000})
		if math.Abs(r.SD/want-1) > 4/math.Sqrt(2*4000) {
			t.Errorf("%s: sd %.4g, want %.4g", unit, r.SD, want)
		}
	}
}

// A die is its number: it is the same in another measurement, and another one is
// another die. A source that is off leaves the draws of the rest.
func TestDiesAreTheirNumbers(t *testing.T) {
	chip := chipOf(t, nil)
	a := measure(t, "multiplier", chip, Options{Dies: 40})
	b := measure(t, "multiplier", chip, Options{Dies: 40})
	later := *chip
	later.Die += 10
	c := measure(t, "multiplier", &later, Options{Dies: 30})
	if !slices.Equal(a.Errors, b.Errors) || !slices.Equal(a.Errors[10:], c.Errors) {
		t.Error("the same dies gave other errors")
	}
	if a.Errors[0] == a.Errors[1] {
		t.Errorf("two dies are alike: %g", a.Errors[0])
	}
	quiet := measure(t, "multiplier", chipOf(t, func(c *fabric.Chip) { c.Noise.Offset = fabric.Level{} }), Options{Dies: 40})
	if quiet.SD >= a.SD || quiet.SD == 0 {
		t.Errorf("without offsets the sd is %g, with them %g", quiet.SD, a.SD)
	}
	still := spreadsOf(chip)
	still.offset = 0
	with, without := newDie(spreadsOf(chip), 3, "x"), newDie(still, 3, "x")
	with.amp(circuit.OpAmpOf(chip)) // takes an offset, and nothing of the resistors' stream
	if nominal := circuit.VCROf(chip); with.vcr(nominal) != without.vcr(nominal) {
		t.Error("an offset moved the draw of a resistor")
	}
	ideal := measure(t, "multiplier", chipOf(t, func(c *fabric.Chip) { c.Ideal = true }), Options{Dies: 5})
	if ideal.SD != 0 {
		t.Errorf("an ideal chip has an sd of %g", ideal.SD)
	}
}

func TestYieldAndPercentiles(t *testing.T) {
	chip := chipOf(t, func(c *fabric.Chip) { c.Noise.Comparator = fabric.Level{Mode: fabric.LevelNumber, Value: 1e-3} })
	r := measure(t, "comparator", chip, Options{Dies: 5000, Limit: &Limit{-1e-3, 1e-3}})
	if math.Abs(r.Yield.Share-0.6827) > 0.03 { // four standard errors
		t.Errorf("yield within one sigma is %g", r.Yield.Share)
	}
	for i, want := range []float64{-2.326e-3, -1.645e-3, -0.674e-3, 0, 0.674e-3, 1.645e-3, 2.326e-3} {
		if math.Abs(r.Percentiles[i]-want) > 0.15e-3 {
			t.Errorf("%g%%: %g, want %g", Levels[i], r.Percentiles[i], want)
		}
	}
	var text bytes.Buffer
	if err := r.Text(&text); err != nil {
		t.Fatal(err)
	}
	_, _, counts, beyond := r.histogram(textBins)
	total, out := 0, 0
	for i, n := range counts {
		total, out = total+n, out+beyond[i]
	}
	if out != r.Yield.Below+r.Yield.Above {
		t.Errorf("%d dies are drawn beyond the limit, %d are", out, r.Yield.Below+r.Yield.Above)
	}
	if total != 5000 || strings.Count(text.String(), "\n") != 16+textBins {
		t.Errorf("%d dies in the histogram:\n%s", total, &text)
	}
}

// A limit is a quantity of the measured dimension or a range of them; whatever else is
// typed is refused in its own words.
func TestLimits(t *testing.T) {
	for _, v := range []struct{ unit, text, want string }{
		{"comparator", "1mV", "-0.001 0.001"},
		{"tanh", "2%", "-0.02 0.02"},
		{"column", "1.0/4", "-0.25 0.25"},
		{"hold", "-1mV .. 3mV", "-0.001 0.003"},
		{"relu", "0 .. 2%", "0 0.02"},
		{"comparator", "2%", "the limit is a plain number, and what is measured, the input at which a comparator changes its decision, is a voltage (V)"},
		{"tanh", "5mV", "the limit is a voltage (V), and what is measured, the error of tanh, of a full output, is a plain number"},
		{"hold", "1mV .. 2ns", "a voltage (V) and a time (s)"},
		{"hold", "-1mV", "a limit of -1mV leaves no room"},
		{"hold", "0V", "a limit of 0V leaves no room"},
		{"hold", "2mV .. 2mV", "a limit of 2mV .. 2mV leaves no room"},
		{"hold", "3mV .. 2mV", "from the lesser to the greater"},
		{"hold", "[1mV]", "got a list"},
		{"hold", "1mW", "is a voltage (V)"},
		{"hold", "much", "unknown name"},
		{"hold", "", "there is nothing where an expression is expected"},
	} {
		l, diags := LimitOf(v.unit, source.NewFile("--limit", v.text))
		got := ""
		if l != nil {
			got = fmt.Sprint(l.Low, l.High)
		}
		for _, d := range diags {
			got += d.Message
		}
		if !strings.Contains(got, v.want) {
			t.Errorf("--limit %q of %s: %q, want %q", v.text, v.unit, got, v.want)
		}
	}
}

// Dies on either side of a range are counted, ends are within, and the confidence is
// Wilson's.
func TestYieldOfARange(t *testing.T) {
	y := yieldOf([]float64{-3, -1, 0, 1, 2, 2.5, 3, 9}, &Limit{-1, 2.5})
	if y.Within != 5 || y.Below != 1 || y.Above != 2 || y.Share != 0.625 {
		t.Errorf("%+v", y)
	}
	// 5 of 8: ((k + z²/2) ± z √(k(n-k)/n + z²/4)) / (n + z²).
	if math.Abs(y.Low-0.3057) > 5e-4 || math.Abs(y.High-0.8632) > 5e-4 {
		t.Errorf("5 of 8 are %g .. %g", y.Low, y.High)
	}
	if all := yieldOf([]float64{0, 0}, &Limit{-1, 1}); all.High != 1 || !(all.Low > 0.3 && all.Low < 0.4) {
		t.Errorf("2 of 2 are %g .. %g", all.Low, all.High)
	}
}

func TestRefusals(t *testing.T) {
	chip := chipOf(t, nil)
	for _, v := range []struct {
		unit string
		o    Options
		want string
	}{
		{"colum", Options{Dies: 10}, `did you mean "column"?`},
		{"flux", Options{Dies: 10}, "there are column, multiplier, comparator, tanh, relu, softmax, hold"},
		{"relu", Options{Dies: 1}, "1 dies"},
		{"relu", Options{Dies: 10, Rows: 3}, "a relu has none"},
		{"column", Options{Dies: 10, Rows: 129}, "rows 129"},
	} {
		if _, err := Measure(t.Context(), v.unit, chip, v.o); err == nil || !strings.Contains(err.Error(), v.want) {
			t.Errorf("%s %+v gave %v, want %q", v.unit, v.o, err, v.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Measure(ctx, "relu", chip, Options{Dies: 10}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled measurement gave %v", err)
	}
	broken := chipOf(t, func(c *fabric.Chip) { c.VCR.Overdrive = 0.05 })
	if _, err := Measure(t.Context(), "column", broken, Options{Dies: 10}); err == nil || !strings.Contains(err.Error(), "gate") {
		t.Errorf("a chip without channels gave %v", err)
	}
}

// Every unit draws a picture, also one without any spread.
func TestPictures(t *testing.T) {
	for _, chip := range []*fabric.Chip{chipOf(t, nil), chipOf(t, func(c *fabric.Chip) { c.Ideal = true })} {
		for _, u := range Units {
			o := Options{Dies: 50, Limit: &Limit{-0.01, 0.03}}
			var b bytes.Buffer
			if err := measure(t, u.Name, chip, o).PNG(&b); err != nil {
				t.Fatalf("%s: %v", u.Name, err)
			}
			if _, err := png.Decode(&b); err != nil {
				t.Errorf("%s: %v", u.Name, err)
			}
		}
	}
}

// Without offsets amplifiers have no loop gain to lose either, as the statistics of
// an array have it.
func TestIdealColumn(t *testing.T) {
	r := measure(t, "column", chipOf(t, func(c *fabric.Chip) { c.Ideal = true }), Options{Dies: 2})
	const tol = 1e-12 // float64 rounding over 128 rows
	if math.Abs(r.Mean-r.Expected.Mean) > tol || r.SD > tol {
		t.Errorf("an ideal column errs by %g ± %g, want %g", r.Mean, r.SD, r.Expected.Mean)
	}
}
