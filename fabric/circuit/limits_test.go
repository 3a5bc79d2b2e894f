package circuit

import (
	"math"
	"testing"
)

// A step that slews meets one that does not where they change over, and longer
// steps, more bits and higher noise gains take longer.
func TestSettlingIsContinuousAndRises(t *testing.T) {
	o := OpAmp{Gain: 1000, GBW: 500e6, Slew: 400e6}
	edge := o.Slew * o.Tau(4)
	near(t, "at the edge of slewing", o.Settle(4, edge*(1+1e-12), 1e-4), o.Settle(4, edge, 1e-4), 1e-9)
	last := 0.0
	for _, step := range []float64{1e-4, 1e-3, 0.01, 0.1, 0.5, 1} {
		s := o.Settle(4, step, 1e-4)
		if s < last || o.Settle(4, -step, 1e-4) != s {
			t.Errorf("a step of %g V takes %g s, a shorter one %g s, its opposite %g s", step, s, last, o.Settle(4, -step, 1e-4))
		}
		last = s
	}
	if last = o.SettleBits(4, 0.1, 8); !(o.SettleBits(4, 0.1, 9) > last && o.SettleBits(5, 0.1, 8) > last) {
		t.Error("another bit or a higher noise gain took no longer")
	}
	coarse := OpAmp{Gain: 1000, GBW: 500e6, Slew: 1e6}
	near(t, "an error above what slewing leaves", coarse.Settle(2, 1, 0.5), 0.5e-6, rounding)
	if s := o.Settle(2, 0.1, 0.2); s != 0 {
		t.Errorf("a step below the error takes %g s", s)
	}
}

func TestAmplifierLimits(t *testing.T) {
	value := must(t)
	o := wide(1000, 0)
	near(t, "difference", value(o.Difference(0.1, 0.3)), 0.2/1.002, rounding)
	near(t, "inverter", value(wide(math.Inf(1), 0).Sum(1e3, []float64{0.3}, []float64{1e3})), -0.3, rounding)
	o.Low, o.High = -0.8, 0.8
	near(t, "clip", value(o.Difference(-1, 1)), 0.8, 0)
	noisy := OpAmp{Gain: 1000, GBW: 500e6, Noise: 12e-9}
	if !(noisy.NoiseRMS(2, 1e5, room) > noisy.NoiseRMS(2, 0, room)) {
		t.Error("a feedback resistor adds no noise")
	}
	near(t, "noise of the amplifier alone", noisy.NoiseRMS(1, 0, room), 12e-9*math.Sqrt(math.Pi/2*noisy.Bandwidth(1))/1.001, rounding)
	near(t, "power", OpAmpOf(fabric45()).Power(1.8), 288e-6, rounding)
}

// Resistors: β u at no drive, the triode law's -V/2u beside it, exactly linear with
// a gate that follows, saturated and off at their ends.
func TestResistorLaws(t *testing.T) {
	value := must(t)
	plain, linear := VCR{Law: Triode, Beta: 2e-6, Threshold: 0.2}, VCR{Law: Linearized, Beta: 2e-6, Threshold: 0.2}
	jfet := VCR{Law: JFET, Beta: 2e-6, Threshold: -1, Lambda: 0.02}
	near(t, "plain", value(plain.Resistance(0.7, 0.1)), 1/(2e-6*0.45), rounding)
	near(t, "plain without drive", value(plain.Resistance(0.7, 0)), 1e6, rounding)
	near(t, "linearized", value(linear.Resistance(0.7, -0.3)), 1e6, rounding)
	near(t, "JFET without drive", value(jfet.Resistance(-0.5, 0)), 1/(2*2e-6*0.5), rounding)
	near(t, "JFET", jfet.Current(-0.5, 0.2), 2e-6*0.2*(1-0.2)*1.004, rounding)
	near(t, "JFET reversed", jfet.Current(-0.5, -0.2), -2e-6*0.2*(1+0.2)*1.004, rounding)
	near(t, "JFET saturated", jfet.Current(-0.5, 0.8), 2e-6*0.25*1.016, rounding)
	near(t, "plain saturated", plain.Current(0.7, 0.9), 2e-6/2*0.25, rounding)
	near(t, "continuous", plain.Current(0.7, 0.5-1e-12), plain.Current(0.7, 0.5+1e-12), rounding)
	if i := plain.Current(0.1, 0.3); i != 0 {
		t.Errorf("a channel that is off carries %g A", i)
	}
	hot := plain.At(310.15)
	near(t, "β at +10 K", hot.Beta, 2e-6*math.Pow(310.15/300.15, -1.5), rounding)
	near(t, "V_TH at +10 K", hot.Threshold, 0.19, rounding)
}

// Acceptance 15 and what a column's sides share.
func TestRangeChecks(t *testing.T) {
	chip := fabric45()
	if err := CheckTriode(chip); err != nil {
		t.Error(err)
	}
	chip.VCR.Overdrive = 0.4
	refused(t, "triode", CheckTriode(chip), "rail.input", "0.3 V", "0.4 V")
	chip = fabric45()
	if err := CheckSupply(chip); err != nil {
		t.Error(err)
	}
	near(t, "window of 2.5 V", WeightWindow(chip), 4.5, 1e-12) // gates at 1.6 V, 0.2 V for a full weight
	for volts, want := range map[float64]float64{1.8: 1, 1.7: 0.5, 1.6: 0, 1.5: 0} {
		chip.Supply.Cells = volts
		if got := WeightWindow(chip); math.Abs(got-want) > 1e-12 {
			t.Errorf("a supply of %g V leaves a window of %g, want %g", volts, got, want)
		}
		refused(t, "supply", CheckSupply(chip), "supply.cells", "1.6 V", "0.2 V")
	}
	chip.VCR.Law = "jfet"
	if err := CheckSupply(chip); err != nil {
		t.Errorf("gates of a jfet: %v", err)
	}
	chip = fabric45()
	if err := CheckCommonMode(chip, 64, 20); err != nil {
		t.Errorf("a differential read-out: %v", err)
	}
	chip.Tiles.Readout = "pair"
	refused(t, "common mode", CheckCommonMode(chip, 64, 20), "64", "0.8 V")
	if err := CheckCommonMode(chip, 8, 20); err != nil {
		t.Error(err)
	}
	// Inputs of one sign and no weight: a pair of amplifiers clips, one does not.
	c := ColumnOf(chip, 4, 2.5)
	w, x := []float64{0.1, 0.1, 0.1, 0.1}, []float64{0.3, 0.3, 0.3, 0.3}
	value := must(t)
	if common := value(c.CommonMode(x)); !(common < -0.8) {
		t.Fatalf("the common mode is %g V", common)
	}
	pair := value(c.Exact(w, x))
	c.Pair = false
	if one := value(c.Exact(w, x)); pair != 0 || !(one > 0.1) {
		t.Errorf("a pair gives %g V, a differential amplifier %g V", pair, one)
	}
}

// A row of gates that follow needs no dummy; one of plain triodes at δ = w is wrong
// by all of itself (physics.md §4.2).
func TestTransposedReads(t *testing.T) {
	value := must(t)
	chip := fabric45()
	chip.Opamp.Gain = math.Inf(1)
	w := []float64{0.1, -0.2}
	linear := rowOf(chip, 2, 20)
	chip.VCR.Law = "triode"
	plain := rowOf(chip, 2, 20)
	delta := []float64{0.2, 0.1}
	near(t, "corrected", value(plain.Corrected(w, delta))+1, 1, rounding) // Σ w δ = 0
	near(t, "linear", value(linear.Exact(w, delta))+1, 1, rounding)
	gain := plain.Feedback * chip.VCR.Beta
	near(t, "square terms", value(plain.Exact(w, delta)), gain*0.05, rounding)
	if v := value(plain.Exact(w, w)); math.Abs(v) > rounding {
		t.Errorf("at δ = w a plain row gives %g V, want 0", v)
	}
}

func TestSwitchAndLadderLimits(t *testing.T) {
	value := must(t)
	s := Switch{Hold: 50e-15, Overlap: 0.1e-15, Channel: 0.5e-15, Threshold: 0.4, Low: -0.9, High: 0.9}
	near(t, "fast", value(s.PedestalFast()), -1.8*0.1/50.1, rounding)
	near(t, "slow", value(s.PedestalSlow(0.1)), -1.4*0.1/50.1, rounding)
	near(t, "channel", value(s.ChannelCharge(0.1)), -0.5*0.4/2/50, rounding)
	if v := value(s.ChannelCharge(0.6)); v != 0 {
		t.Errorf("a switch without a channel leaves %g V", v)
	}
	if !math.IsInf(Retention(50e-15, 0.4, 0), 1) {
		t.Error("without a leak the charge does not stay")
	}
	near(t, "no wire resistance", Ladder(128, 128, 0, 2e-6), 1, 0)
	near(t, "small drop", 1-Ladder(10, 10, 1e-3, 2e-6), 1e-3*2e-6*100/2, 0.11)
	last := 1.0
	for k := 1; k <= 128; k++ {
		v := Ladder(128, k, 1, 2e-6)
		if !(v < last) {
			t.Fatalf("cell %d gets %g, the one before %g", k, v, last)
		}
		last = v
	}
	// Each node balances: what comes through one segment goes on or into the cell.
	const r, g = 50, 1e-3
	shares, err := LadderShares(6, r, g)
	if err != nil {
		t.Fatal(err)
	}
	at := append([]float64{1}, shares...)
	for k := 1; k < 6; k++ {
		near(t, "node", at[k-1]-at[k]-(at[k]-at[k+1]), r*g*at[k], 1e-9)
	}
	near(t, "last node", at[5]-at[6], r*g*at[6], 1e-9)
	if v := Ladder(100000, 50000, 100, 1e-3); math.IsNaN(v) || v > 1e-300 {
		t.Errorf("half-way along an endless line %g arrives", v)
	}
}

// Impossible inputs are refused by name and value.
func TestImpossibleInputs(t *testing.T) {
	good := wide(1000, 0)
	cell := VCR{Law: Triode, Beta: 2e-6, Threshold: 0.2}
	multiplier := Multiplier{Side: Side{good, 2e5}, Cell: cell, Mid: 0.7}
	divider := Divider{Amp: good, Cell: cell, Input: 150e3, Floor: 0.1}
	converter := ExponentConverter{Amp: good, Junction: Silicon(2e-15), Feedback: 5e3}
	nan := math.NaN()
	for _, c := range []struct {
		what  string
		err   func() error
		words []string
	}{
		{"resistor", func() error { _, err := good.Sum(1e3, []float64{1, 2}, []float64{1e3, -5}); return err }, []string{"r[1]", "-5 Ohm"}},
		{"bandwidth", OpAmp{Gain: 1, Low: -1, High: 1, GBW: -5}.CheckDynamics, []string{"bandwidth = -5 Hz"}},
		{"slew", OpAmp{Gain: 1, Low: -1, High: 1, GBW: 5}.CheckDynamics, []string{"slew = 0 V/s"}},
		{"wire", func() error { _, err := LadderShares(3, -1, 1); return err }, []string{"r = -1 Ohm"}},
		{"line", func() error { _, err := LadderShares(0, 1, 1); return err }, []string{"n = 0"}},
		{"lists", func() error { _, err := good.Sum(1e3, []float64{1}, nil); return err }, []string{"1 inputs", "0 resistors"}},
		{"NaN", func() error { _, err := good.Sum(1e3, []float64{1, nan}, []float64{1, 1}); return err }, []string{"v[1]", "NaN"}},
		{"gain", func() error { _, err := wide(0, 0).Difference(0, 1); return err }, []string{"gain = 0"}},
		{"range", func() error { _, err := OpAmp{Gain: 1, Low: 1, High: -1}.Difference(0, 1); return err }, []string{"1 V .. -1 V"}},
		{"weight", func() error { _, err := multiplier.Exact(1.2, 0.1); return err }, []string{"w[0] = 1.2 V", "threshold"}},
		{"gate", func() error { _, err := multiplier.Single(0.1, 0.1); return err }, []string{"gate = 0.1 V", "threshold = 0.2 V"}},
		{"weight NaN", func() error { _, err := multiplier.Exact(nan, 0.1); return err }, []string{"w[0] = NaN"}},
		{"law", func() error { _, err := VCR{Law: "quartic"}.Resistance(1, 1); return err }, []string{"quartic", "triode"}},
		{"saturation", func() error { _, err := divider.Divide(-2, 0.7); return err }, []string{"v = -2 V", "saturates"}},
		{"junction", func() error { _, err := converter.Convert(0.5, -4); return err }, []string{"temperature = -4 K"}},
		{"overflow", func() error {
			_, err := ExponentConverter{Amp: wide(math.Inf(1), 0), Junction: Silicon(1e-15), Feedback: 1}.Convert(50, room)
			return err
		}, []string{"v = 50 V"}},
		{"tail", func() error { _, err := StrongPair{Load: 1, Tail: -1, Beta: 1}.Output(0); return err }, []string{"tail = -1 A"}},
		{"schmitt", func() error { _, _, err := Schmitt{R1: -3, R2: 1, Saturation: 1}.Thresholds(); return err }, []string{"R1 = -3 Ohm"}},
		{"sigma", func() error { _, err := WrongDecision(0.1, -1); return err }, []string{"sigma = -1 V"}},
		{"hold", func() error { _, err := Acquire(0, 1, 1e3, 0, 1); return err }, []string{"c = 0 F"}},
		{"past", func() error { _, err := Droop(1, -2, 1); return err }, []string{"time = -2 s"}},
		{"clock", func() error { _, err := Switch{Hold: 1e-15, Low: 1, High: 0}.PedestalFast(); return err }, []string{"clock 1 V .. 0 V"}},
		{"rectifier", func() error { _, err := Rectifier{good, Silicon(1e-15), 4e4, -2}.Output(0, room); return err }, []string{"gain = -2"}},
		{"followers", func() error { _, err := FollowerOr{1e-16, 1e-6, 100}.Output(nil, room); return err }, []string{"no inputs"}},
		{"match", func() error {
			_, err := Translinear{Beta: 1, Match: []float64{1, -1}}.Shares([]float64{0, 0}, room)
			return err
		}, []string{"match[1] = -1"}},
		{"average", func() error { _, err := Average([]float64{1}, []float64{-1e-15}, 0); return err }, []string{"c[0] = -1e-15 F"}},
		{"row", func() error { _, err := rowOf(fabric45(), 2, 20).Exact([]float64{0, 0}, []float64{nan, 0}); return err }, []string{"delta[0] = NaN"}},
	} {
		refused(t, c.what, c.err(), c.words...)
	}
}
