package circuit

import (
	"math"
	"math/rand/v2"
	"testing"

	"acl/fabric"
)

// The table of physics.md §4.1; its figures have two or three digits.
func TestTableOfReads(t *testing.T) {
	chip := fabric45()
	near(t, "R_f", FeedbackResistor(chip, 20), 166.7e3, 3e-4)
	near(t, "G0", Conductance(chip), 1e-6, 1e-12)
	near(t, "NG", NoiseGain(chip, 128, 20), 22.3, 2e-3)
	near(t, "offset", OffsetSigma(chip, 128, 20), 1.58, 3e-3)
	near(t, "mismatch", MismatchSigma(chip), 0.0175, 5e-3)
	near(t, "column", ColumnCommonSigma(chip), 0.0053, 5e-3)
	near(t, "quadratic", QuadraticSigma(chip), 0.004, 0.07)
	near(t, "write", WriteSigma(chip), 0.001, 0.02)
	near(t, "wire", WireDrop(chip, 128), 0.016, 0.02)
	for _, c := range []struct {
		rows        int
		loss, noise float64 // the table gives NG/A0
	}{{32, 0.006, 0.060}, {128, 0.022, 0.076}, {256, 0.044, 0.092}} {
		near(t, "gain", 1/ColumnGain(chip, c.rows, 20)-1, c.loss, 0.06)
		near(t, "noise", ReadNoiseSigma(chip, c.rows, 20), c.noise, 7e-3)
	}
}

// A bound of 0 is the chip's own, else the widest.
func TestBoundDefaults(t *testing.T) {
	chip := fabric45()
	near(t, "widest", FeedbackResistor(chip, 0), FeedbackResistor(chip, WidestBound), 0)
	chip.Rail.Bound = 5
	near(t, "chip's", FeedbackResistor(chip, 0), FeedbackResistor(chip, 5), 0)
}

// Each parameter moves the figures that it is part of.
func TestParametersMoveTheFigures(t *testing.T) {
	figures := map[string]func(c *fabric.Chip) float64{
		"NG":        func(c *fabric.Chip) float64 { return NoiseGain(c, 128, 20) },
		"gain":      func(c *fabric.Chip) float64 { return ColumnGain(c, 128, 20) },
		"settle":    func(c *fabric.Chip) float64 { return ColumnSettle(c, 128, 20, 8) },
		"row":       func(c *fabric.Chip) float64 { return RowSettle(c, 8) },
		"offset":    func(c *fabric.Chip) float64 { return OffsetSigma(c, 128, 20) },
		"noise":     func(c *fabric.Chip) float64 { return ReadNoiseSigma(c, 128, 20) },
		"mismatch":  MismatchSigma,
		"column":    ColumnCommonSigma,
		"quadratic": QuadraticSigma,
		"write":     WriteSigma,
		"hold":      HoldSigma,
		"wire":      func(c *fabric.Chip) float64 { return WireDrop(c, 128) },
	}
	for _, c := range []struct {
		name string
		knob func(c *fabric.Chip) *float64
		up   []string
		down []string
	}{
		{"gain", func(c *fabric.Chip) *float64 { return &c.Opamp.Gain }, []string{"gain", "settle"}, nil},
		{"bandwidth", func(c *fabric.Chip) *float64 { return &c.Opamp.Bandwidth }, []string{"noise"}, []string{"settle", "row"}},
		{"slew", func(c *fabric.Chip) *float64 { return &c.Opamp.Slew }, nil, []string{"row"}},
		{"noise", func(c *fabric.Chip) *float64 { return &c.Opamp.Noise }, []string{"noise"}, nil},
		{"offset", func(c *fabric.Chip) *float64 { return &c.Opamp.Offset }, []string{"offset"}, nil},
		{"weight", func(c *fabric.Chip) *float64 { return &c.Rail.Weight }, []string{"gain"}, []string{"NG", "mismatch", "column", "write"}},
		{"input", func(c *fabric.Chip) *float64 { return &c.Rail.Input }, []string{"quadratic"}, []string{"NG", "offset"}},
		{"overdrive", func(c *fabric.Chip) *float64 { return &c.VCR.Overdrive }, []string{"NG", "column", "mismatch", "wire"}, nil},
		{"threshold", func(c *fabric.Chip) *float64 { return &c.Mismatch.Threshold }, []string{"mismatch"}, nil},
		{"beta", func(c *fabric.Chip) *float64 { return &c.Mismatch.Beta }, []string{"mismatch", "quadratic"}, nil},
		{"resistor", func(c *fabric.Chip) *float64 { return &c.Mismatch.Resistor }, []string{"column"}, nil},
		{"cell", func(c *fabric.Chip) *float64 { return &c.Cap.Weight }, nil, []string{"write"}},
		{"hold", func(c *fabric.Chip) *float64 { return &c.Cap.Hold }, nil, []string{"hold"}},
		{"temperature", func(c *fabric.Chip) *float64 { return &c.Temperature }, []string{"noise", "write", "hold"}, nil},
		{"wire", func(c *fabric.Chip) *float64 { return &c.Tiles.Wire }, []string{"wire"}, nil},
	} {
		before, after := fabric45(), fabric45()
		*c.knob(after) *= 1.1
		for _, f := range c.up {
			if !(figures[f](after) > figures[f](before)) {
				t.Errorf("10 %% more %s did not raise %s", c.name, f)
			}
		}
		for _, f := range c.down {
			if !(figures[f](after) < figures[f](before)) {
				t.Errorf("10 %% more %s did not lower %s", c.name, f)
			}
		}
	}
}

// Acceptance 3: dies of the exact circuit against the statistics that arrays use.
// The column's error without offsets is that of mismatch, of which the residue of
// plain triodes is a part.
func TestDiesFollowTheStatistics(t *testing.T) {
	const rows, dies, fullScale = 128, 600, 20
	for _, c := range []struct{ offset, gain float64 }{{0, 1000}, {2e-3, 1000}, {0, 150}} {
		chip := fabric45()
		chip.VCR.Law, chip.Opamp.Offset, chip.Opamp.Gain = "triode", c.offset, c.gain
		unit := Swing(chip) / fullScale
		rng := rand.New(rand.NewPCG(1, 2))
		w, x := vector(rng, rows), vector(rng, rows)
		var sumX, sumWX, sumX2, sumX4 float64
		volts, drives := make([]float64, rows), make([]float64, rows)
		for i := range w {
			volts[i], drives[i] = w[i]*chip.Rail.Weight, x[i]*chip.Rail.Input
			sumWX += w[i] * x[i]
			sumX2 += x[i] * x[i]
			sumX4 += x[i] * x[i] * x[i] * x[i]
			sumX += x[i]
		}
		var mean, square float64
		for range dies {
			v, err := draw(chip, rng, rows).Exact(volts, drives)
			if err != nil {
				t.Fatal(err)
			}
			v = v/unit - sumWX*ColumnGain(chip, rows, fullScale)
			mean += v / dies
			square += v * v / dies
		}
		cells := math.Sqrt(sumX2*math.Pow(MismatchSigma(chip), 2) + sumX4*math.Pow(QuadraticSigma(chip), 2) +
			math.Pow(sumX*ColumnCommonSigma(chip), 2))
		want := math.Hypot(cells*ColumnGain(chip, rows, fullScale), OffsetSigma(chip, rows, fullScale))
		if math.Abs(mean) > 0.01*fullScale {
			t.Errorf("V_os = %g V, gain %g: mean %.3g of %d", c.offset, c.gain, mean, fullScale)
		}
		near(t, "sd", math.Sqrt(square-mean*mean), want, 0.1)
	}
}

// vector is a list of values of rms 0.3.
func vector(rng *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = max(-1, min(1, 0.3*rng.NormFloat64()))
	}
	return out
}

// draw is a column of a die with mismatch and offsets.
func draw(chip *fabric.Chip, rng *rand.Rand, rows int) Column {
	c := ColumnOf(chip, rows, 20)
	for _, s := range []*Side{&c.Plus, &c.Minus} {
		s.Amp.Low, s.Amp.High = math.Inf(-1), math.Inf(1) // statistics are those before the clip
		s.Amp.Offset = chip.Opamp.Offset * rng.NormFloat64()
		s.Feedback *= 1 + chip.Mismatch.Resistor*rng.NormFloat64()
	}
	for i := range c.Cells {
		for _, r := range []*VCR{&c.Cells[i].Plus, &c.Cells[i].Minus} {
			r.Threshold += chip.Mismatch.Threshold * rng.NormFloat64()
			r.Beta *= 1 + chip.Mismatch.Beta*rng.NormFloat64()
		}
	}
	return c
}
