package circuit

import (
	"math"
	"testing"
)

// Figures that physics.md derives in its text.
func TestDerivedFigures(t *testing.T) {
	s := Size(20e-6, 50e-15, 15, room)
	near(t, "slew", s.Slew, 400e6, 1e-12)
	near(t, "transconductance", s.Transconductance, 150e-6, 1e-12)
	near(t, "gain-bandwidth", s.Bandwidth, 477e6, 1e-3)
	near(t, "noise", s.Noise, 12.1e-9, 5e-3)
	near(t, "Pelgrom", Pelgrom(3.5e-3*1e-6, 1.44e-12), 2.9e-3, 0.01)
	near(t, "slope of a single capacitor", ChannelSlope(0.14, 0.9, 0.4), 0.050, 0.01)
	near(t, "of a pair at 0.25/V", 0.25*0.2, 0.05, 1e-12)
	near(t, "dead zone", DeadZone(fabric45(), 1, 0.6), 0.004, 1e-9)
	near(t, "settling", SettlingEnergy(1.8, 160e-6, 500e6, 1, 0), 0.0636e-12, 1e-3)
}

// A step of a source without modulation is linear, one with it tends to its limit, and
// discharging mirrors charging.
func TestCharged(t *testing.T) {
	near(t, "constant current", Charged(0.9, 1.8, 1e-9, 0, 50e-15, 50e-9), 0.9+1e-3, 1e-12)
	slow, fast := Charged(0.9, 1.8, 1e-9, 1e-9, 50e-15, 50e-9), Charged(0.9, 1.8, 1e-9, 0.14, 50e-15, 50e-9)
	near(t, "next to none", slow, 0.901, 1e-9)
	near(t, "with modulation", (fast-0.9)/1e-3, 1+0.14*0.9, 1e-3)
	if end := Charged(0.9, 1.8, 1e-9, 0.14, 50e-15, 1); math.Abs(end-(1.8+1/0.14)) > 1e-9 {
		t.Errorf("tends to %g V", end)
	}
}

// Alike capacitors lose weight alone; others drift by what they have in common.
func TestPairLeak(t *testing.T) {
	near(t, "alike", PairLeak(0.5, 0.4, 1.6, 0, 2, 2, 0.1), 0.5*math.Exp(-0.05), 1e-12)
	// dw/dt = -w/τ - ((V_mid-V_leak)/V_W)(1/τ₊-1/τ₋) at w = 0.
	drift := PairLeak(0, 0.4, 1.6, 0, 2, 2.6, 1e-6) / 1e-6
	near(t, "drift of the common mode", drift, -(1.6/0.4)*(1/2.-1/2.6), 1e-6)
}

// The error of a share is the translinear softmax's with drivers that err.
func TestSoftmaxError(t *testing.T) {
	p := []float64{0.25, 0.25, 0.25, 0.25}
	near(t, "four equal", SoftmaxError(p, 0.1)[2], 0.1*0.25*math.Sqrt(0.5625+3./16), 1e-12)
	if SoftmaxError([]float64{1}, 0.1)[0] != 0 {
		t.Error("the only share errs")
	}
	// (2 β V/V_W)… of plain triodes: the sd of QuadraticSigma is the residue's at x = 1.
	near(t, "residue", math.Abs(PairResidue(fabric45(), 1, 0.008, 0))*math.Sqrt2, QuadraticSigma(fabric45()), 1e-9)
}
