package circuit

import (
	"math"
	"testing"
)

// The worked values of physics.md §11, at 27 °C.
func TestWorkedValues(t *testing.T) {
	value := must(t)
	plain := VCR{Law: Triode, Beta: 2e-6, Threshold: 0.2}

	sum := value(wide(500, -1e-3).Sum(30e3, []float64{0.1, -0.25, 0.05}, []float64{15e3, 30e3, 60e3}))
	near(t, "P1", sum, 0.0203171, digits)

	slow := OpAmp{Gain: 1000, GBW: 200e6, Slew: 100e6}
	near(t, "P1t τ", slow.Tau(5), 3.9591e-9, 2e-5)
	near(t, "P1t 0.5 V", slow.SettleBits(5, 0.5, 8), 24.815e-9, 3e-5)
	near(t, "P1t 0.2 V", slow.SettleBits(5, 0.2, 8), 24.698e-9, 3e-5)

	amp := OpAmp{Gain: 1000, GBW: 500e6, Noise: 12e-9}
	near(t, "P1n", amp.NoiseRMS(1+166.7e3*64/1e6, 166.7e3, room), 1.8573e-3, 3e-5)

	m := Multiplier{Side: Side{wide(1000, 0), 200e3}, Cell: plain, Mid: 0.7}
	near(t, "P3 exact", value(m.Exact(0.25, -0.22)), -0.0219683, digits)
	near(t, "P3 tensor", value(m.Tensor(0.25, -0.22)), -0.0219736, digits)

	d := Divider{Amp: wide(1000, 0), Cell: VCR{Law: Linearized, Beta: 15e-6, Threshold: 0.2}, Input: 150e3, Floor: 0.1}
	near(t, "P4", value(d.Divide(0.08, 0.55)), -0.101357, digits)

	e := ExponentConverter{Amp: wide(1e4, 0), Junction: Silicon(2e-15), Feedback: 5e3}
	near(t, "P5 at 27 °C", value(e.Convert(0.5, room)), -2.48534e-3, digits)
	near(t, "P5 at 50 °C", value(e.Convert(0.5, 50+ZeroCelsius)), -16.6172e-3, digits)

	pair := BipolarPair{Load: 30e3, Tail: 5e-6, Beta: 200, Skew: 1.03}
	near(t, "P6", value(pair.Output(0.04, room)), 98.1030e-3, digits)

	s := Schmitt{Reference: -0.05, R1: 5e3, R2: 95e3, Saturation: 0.8, Offset: -2e-3}
	upper, lower, err := s.Thresholds()
	near(t, "P7 upper", value(upper, err), -9.5e-3, 1e-12)
	near(t, "P7 lower", lower, -89.5e-3, 1e-12)

	near(t, "P8 kT/C", HoldNoise(20e-15, room), 0.45519e-3, 2e-5)
	near(t, "P8 droop", value(Droop(0.3, 3e-3, 20e-3)), 0.258212, digits)

	r := Rectifier{Amp: wide(1000, 0), Diode: Silicon(1e-15), Input: 40e3, Gain: 2}
	near(t, "P9", value(r.Output(-0.12, room)), 0.237595, digits)

	f := FollowerOr{Saturation: 0.1e-15, Current: 2e-6, Beta: 1e4}
	near(t, "P10", value(f.Output([]float64{0.7, 0.75, 0.72}, room)), 0.146269, digits)

	p, err := Translinear{Beta: 200}.Shares([]float64{0, 0.02, -0.03, 0.05}, room)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0.0957551, 0.207481, 0.0300217, 0.661767} {
		near(t, "P12", p[i], want, digits)
	}

	near(t, "P13", Ladder(128, 128, 1, 2e-6), 0.983712, digits)
}

// The two worked reads of physics.md §11.
func TestWorkedReads(t *testing.T) {
	value := must(t)
	plain := VCR{Law: Triode, Beta: 2e-6, Threshold: 0.2}
	cells := []Cell{{plain, plain}, {plain, plain}, {plain, plain}}
	side := Side{wide(1000, 0), 400e3}
	c := Column{Plus: side, Minus: side, Cells: cells, Mid: 0.7}
	w, x := []float64{0.2, -0.3, 0.1}, []float64{0.1, -0.2, 0.25}
	near(t, "forward", value(c.Exact(w, x)), 0.0838156, digits)
	near(t, "forward, tensor form", value(c.Tensor(w, x)), 0.0838156, digits)

	r := Row{Side: Side{wide(1000, 0), 1e6}, Cells: cells[:2], Mid: 0.7}
	w, delta := []float64{0.15, 0.35}, []float64{0.08, -0.12}
	// The worked value takes the cells' conductance at a node of 0 V; what their
	// curvature adds is within its digits.
	near(t, "transposed", value(r.Exact(w, delta)), 0.101095, 2*digits)
	near(t, "less the dummy row", value(r.Corrected(w, delta)), 0.0597015, digits)
	for i := range r.Cells {
		r.Cells[i].Plus.Law, r.Cells[i].Minus.Law = Linearized, Linearized
	}
	near(t, "transposed, gates that follow", value(r.Exact(w, delta)), 0.0597015, digits)
}

// Acceptance 9 of physics.md §11, and the read-out of a tile of 128 rows.
func TestSettling(t *testing.T) {
	chip := fabric45()
	o := OpAmpOf(chip)
	near(t, "0.1 V", o.SettleBits(2, 0.1, 8), 3.96e-9, 2e-3)
	near(t, "0.7 V", o.SettleBits(2, 0.7, 8), 4.43e-9, 2e-3)
	near(t, "τ of a column", ColumnTau(chip, 128, 20), 6.95e-9, 1e-3)
	near(t, "row", RowSettle(chip, 8), 2.1e-9, 0.03)
	near(t, "column", ColumnSettle(chip, 128, 20, 8), 43.4e-9, 1e-3)
}

// Acceptance 16: the converter alone follows I_S, the ratio only V_T.
func TestTemperature(t *testing.T) {
	value := must(t)
	// The junction's own current: the loop of the amplifier is next to ideal.
	e := ExponentConverter{Amp: wide(1e9, 0), Junction: Silicon(2e-15), Feedback: 1e3}
	const hot = 60 + ZeroCelsius
	rise := value(e.Convert(0.56, hot)) / value(e.Convert(0.56, room))
	near(t, "rise", rise, 11.2, 0.01)
	j := e.Junction
	cool, warm := value(j.Ratio(0.05, 0.01, room)), value(j.Ratio(0.05, 0.01, hot))
	near(t, "ratio", math.Log(warm)/math.Log(cool), room/hot, 1e-12)
	scaled := value(j.Ratio(0.05*hot/room, 0.01*hot/room, hot))
	near(t, "ratio of inputs that follow T", scaled, cool, 1e-12)
}

// Acceptance 6, second half, and the table of physics.md §1.
func TestHold(t *testing.T) {
	value := must(t)
	near(t, "droop", value(Droop(0.4, 20e-3, 50e-3)), 0.2681, 2e-4)
	near(t, "kT/C", HoldSigma(fabric45()), 0.288e-3, 1e-3)
	near(t, "retention", Retention(50e-15, 0.4, 10e-15), 2, 1e-12)
	near(t, "refresh at 8 bits", RefreshInterval(2, 8), 3.9e-3, 5e-3)
	near(t, "acquire", value(Acquire(0.1, 0.5, 1e3, 50e-15, 50e-12)), 0.5-0.4/math.E, 1e-12)
	near(t, "constant leak", value(DroopCurrent(0.4, 1, 10e-15, 50e-15)), 0.2, 1e-12)
}
