package circuit

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// rounding is the tolerance of two ways to the same closed form in float64.
const rounding = 1e-9

func volts(t *rapid.T, name string, span float64) float64 {
	return rapid.Float64Range(-span, span).Draw(t, name)
}

// Four quadrants: an ideal multiplier of plain triodes is R_f β w v, odd in each of
// its inputs, for its square terms cancel.
func TestMultiplierIsBilinear(t *testing.T) {
	for _, law := range []Law{Triode, Linearized, JFET} {
		rapid.Check(t, func(t *rapid.T) {
			m := Multiplier{Side: Side{wide(math.Inf(1), 0), 200e3}, Cell: VCR{Law: law, Beta: 2e-6, Threshold: 0.2}, Mid: 0.7}
			w, v := volts(t, "w", 0.4), volts(t, "v", 0.3)
			got, err := m.Exact(w, v)
			if err != nil {
				t.Fatal(err)
			}
			if want := 200e3 * m.Cell.factor() * w * v; math.Abs(got-want) > rounding {
				t.Fatalf("%s: %g, want %g", law, got, want)
			}
			tensor, err := m.Tensor(w, v)
			if err != nil || math.Abs(got-tensor) > rounding {
				t.Fatalf("%s: exact %g, tensor %g, %v", law, got, tensor, err)
			}
		})
	}
}

// A divider undoes a single-ended multiplier: what a resistor makes of a voltage is
// divided by the same overdrive again.
func TestDividerUndoesMultiplier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		law := rapid.SampledFrom([]Law{Linearized, Triode}).Draw(t, "law")
		cell := VCR{Law: law, Beta: 2e-6, Threshold: 0.2}
		gate, v := rapid.Float64Range(0.6, 1.2).Draw(t, "gate"), volts(t, "v", 0.3)
		amp := wide(math.Inf(1), 0)
		product, err := Multiplier{Side: Side{amp, 300e3}, Cell: cell}.Single(gate, v)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Divider{Amp: amp, Cell: cell, Input: 300e3, Floor: 0.1}.Divide(product, gate)
		if err != nil || math.Abs(got-v) > rounding {
			t.Fatalf("%s: %g V came back as %g V, %v", law, v, got, err)
		}
	})
}

// The junction's loop holds at its solution: Vo satisfies the equation it is from.
func TestConverterBalances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := ExponentConverter{Amp: wide(rapid.Float64Range(100, 1e6).Draw(t, "gain"), 0), Junction: Silicon(2e-15), Feedback: 5e3}
		e.Junction.Series = rapid.Float64Range(0, 100).Draw(t, "series")
		v, kelvin := volts(t, "v", 2), rapid.Float64Range(230, 400).Draw(t, "T")
		i, err := e.Current(v, kelvin)
		if err != nil {
			t.Fatal(err)
		}
		left := v - i*(e.Feedback/e.Amp.Gain+e.Junction.Series)
		back := e.Junction.SaturationAt(kelvin) * math.Expm1(left/ThermalVoltage(kelvin))
		if math.Abs(back-i) > 1e-7*math.Abs(i)+1e-22 {
			t.Fatalf("I = %g A, the junction carries %g A", i, back)
		}
	})
}

// Newton's solution meets the closed form as the loop's resistance goes.
func TestConverterMeetsItsClosedForm(t *testing.T) {
	value := must(t)
	closed := ExponentConverter{Amp: wide(math.Inf(1), 0), Junction: Silicon(2e-15), Feedback: 5e3}
	loop := closed
	loop.Amp.Gain = 1e12
	for _, v := range []float64{-0.3, 0, 0.2, 0.5, 0.7} {
		near(t, "Vo", value(loop.Convert(v, room)), value(closed.Convert(v, room)), 1e-6)
	}
}

// The rectifier's loop holds at its solution, by the form of physics.md §2, and the
// output falls with its input throughout.
func TestRectifier(t *testing.T) {
	value := must(t)
	r := Rectifier{Amp: wide(1000, 0), Diode: Silicon(1e-15), Input: 40e3, Gain: 2}
	for _, v := range []float64{-0.4, -0.1, -1e-3, -1e-6} {
		out := value(r.Output(v, room))
		drop := ThermalVoltage(room) * math.Log1p(out/(r.Gain*r.Input*r.Diode.Saturation))
		near(t, "loop", (-r.Gain*v-3*drop/1000)/(1+3.0/1000), out, 1e-9)
	}
	near(t, "residue", value(r.Output(0.3, room)), 0.6e-3, 0.1)
	near(t, "ideal", value(Rectifier{wide(math.Inf(1), 0), r.Diode, r.Input, r.Gain}.Output(-0.2, room)), 0.4, rounding)
	shifted := r
	shifted.Amp.Offset = 5e-3
	near(t, "offset", value(shifted.Output(-0.115, room)), value(r.Output(-0.12, room))+5e-3, rounding)
}

// The node of n followers is above one alone by at most V_T ln n, which it reaches
// where all inputs are equal: 36 mV for four.
func TestFollowerOrIsALogSumExp(t *testing.T) {
	f := FollowerOr{Saturation: 1e-16, Current: 2e-6, Beta: math.Inf(1)}
	value := must(t)
	alone := value(f.Output([]float64{0.7}, room))
	near(t, "four", value(f.Output([]float64{0.7, 0.7, 0.7, 0.7}, room))-alone, 36e-3, 5e-3)
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOfN(rapid.Float64Range(-1, 1), 1, 8).Draw(t, "v")
		got, err := f.Output(v, room)
		if err != nil {
			t.Fatal(err)
		}
		top, _ := SuperFollowerMax(v, make([]float64, len(v)))
		over := got - (alone - 0.7) - top
		if over < -rounding || over > ThermalVoltage(room)*math.Log(float64(len(v)))+rounding {
			t.Fatalf("%g V above the highest of %d", over, len(v))
		}
	})
	if got := value(SuperFollowerMax([]float64{0.2, 0.21}, []float64{0, 0.02})); got != 0.2 {
		t.Errorf("super followers give %g V, want 0.2 V", got)
	}
}

// Shares sum to α_F, do not see a common shift, and take offsets and mismatch as
// logits.
func TestTranslinearSoftmax(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOfN(rapid.Float64Range(-0.2, 0.2), 1, 8).Draw(t, "v")
		up, same := make([]float64, len(v)), make([]float64, len(v))
		match := make([]float64, len(v))
		for i := range v {
			up[i], same[i], match[i] = v[i]+0.3, 0.3, math.Exp(v[i]/ThermalVoltage(room))
		}
		p, err := Translinear{Beta: 200}.Shares(v, room)
		if err != nil {
			t.Fatal(err)
		}
		shifted, _ := Translinear{Beta: 200}.Shares(up, room)
		offset, _ := Translinear{Beta: 200, Offset: v}.Shares(same, room)
		matched, _ := Translinear{Beta: 200, Match: match}.Shares(same, room)
		sum := 0.0
		for i := range p {
			sum += p[i]
			for _, q := range []float64{shifted[i], offset[i], matched[i]} {
				if math.Abs(q-p[i]) > rounding {
					t.Fatalf("share %d is %g, not %g", i, q, p[i])
				}
			}
		}
		if math.Abs(sum-200.0/201) > rounding {
			t.Fatalf("shares sum to %g", sum)
		}
	})
	near(t, "temperature", must(t)(SoftmaxTemperature(ThermalVoltage(room), room+10)), 1.033, 1e-3)
}

// Ideal parts give the softmax; an offset of 1 mV breaks one of 3 mV full scale,
// and hardly that of a translinear circuit.
func TestExpDivideSoftmax(t *testing.T) {
	ideal := wide(math.Inf(1), 0)
	cell := VCR{Law: Linearized, Beta: 2e-6, Threshold: 0.2}
	e := ExpDivide{
		Exp: ExponentConverter{Amp: ideal, Junction: Silicon(2e-15), Feedback: 1e6}, Sum: ideal, SumGain: 1,
		Divide: Divider{Amp: ideal, Cell: cell, Input: 1e6, Floor: 1e-4},
	}
	v := []float64{0.42, 0.47, 0.44}
	want, err := Translinear{Beta: math.Inf(1)}.Shares(v, room)
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.Shares(v, room)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		near(t, "share", got[i], want[i], 1e-6)
	}
	scale := 3e-3 / (2e-15 * math.Exp(0.47/ThermalVoltage(room)))
	e.Exp.Feedback, e.Offset = scale, []float64{1e-3, 0, 0}
	broken, err := e.Shares(v, room)
	if err != nil {
		t.Fatal(err)
	}
	if !(broken[0] < -0.1) {
		t.Errorf("the first share is %g, want it spoilt by the offset", broken[0])
	}
}

// Charge is shared, not lost; equal capacitors average.
func TestAverage(t *testing.T) {
	value := must(t)
	near(t, "average", value(Average([]float64{0.1, 0.2, 0.6}, []float64{2e-15, 2e-15, 2e-15}, 0)), 0.3, rounding)
	near(t, "with a parasitic", value(Average([]float64{0.1, 0.3}, []float64{1e-15, 3e-15}, 1e-15)), 0.2, rounding)
}

// The three pairs are odd, saturate at R I and, but for strong inversion, are a
// tanh of the slope R I/2nV_T.
func TestPairs(t *testing.T) {
	value := must(t)
	vt := ThermalVoltage(room)
	bipolar := BipolarPair{Load: 1e5, Tail: 2e-6, Beta: math.Inf(1), Skew: 1}
	weak := WeakPair{Load: 1e5, Tail: 2e-6, Slope: 1.18}
	strong := StrongPair{Load: 1e5, Tail: 2e-6, Beta: 200e-6}
	near(t, "bipolar", value(bipolar.Output(2*vt, room)), 0.2*math.Tanh(1), rounding)
	near(t, "weak", value(weak.Output(2*1.18*vt, room)), 0.2*math.Tanh(1), rounding)
	edge := math.Sqrt(2 * 2e-6 / 200e-6)
	near(t, "strong below its edge", value(strong.Output(edge*(1-1e-9))), 0.2, rounding)
	near(t, "strong beyond", value(strong.Output(-3*edge)), -0.2, rounding)
	small := edge / 100
	near(t, "slope of strong", value(strong.Output(small))/small, 1e5*math.Sqrt(200e-6*2e-6), 1e-4)
	if a, b := value(strong.Output(edge/2)), value(strong.Output(-edge/2)); a != -b {
		t.Errorf("strong inversion is not odd: %g and %g", a, b)
	}
	weak.Offset = 1e-3
	near(t, "offset", value(weak.Output(-1e-3, room))+1, 1, rounding)
}

func TestComparator(t *testing.T) {
	c := Comparator{Offset: 1e-3, Hysteresis: 2e-3}
	for _, v := range []struct {
		difference float64
		last, want bool
	}{{-2e-3, false, false}, {-2e-3, true, true}, {0, false, true}, {-4e-3, true, false}} {
		if got := c.Decide(v.difference, 0, v.last); got != v.want {
			t.Errorf("%g V after %t gives %t", v.difference, v.last, got)
		}
	}
	value := must(t)
	near(t, "one sigma", value(WrongDecision(-8e-3, 8e-3)), 0.158655, 1e-5)
	near(t, "a tie", value(WrongDecision(0, 0)), 0.5, 0)
	if p := value(WrongDecision(1e-3, 0)); p != 0 {
		t.Errorf("without noise %g of decisions are wrong", p)
	}
	near(t, "undecided", value(Undecided(3e-10, 1e-10)), math.Exp(-3), rounding)
}
