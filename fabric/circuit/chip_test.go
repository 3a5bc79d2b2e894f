package circuit

import (
	"math"
	"strings"
	"testing"

	"acl/fabric"
)

// room is the temperature of the worked values, 27 °C.
const room = 300.15

// digits is the relative tolerance of a worked value of physics.md §11 that has
// six digits: half a unit of the last of 1.00000.
const digits = 5e-6

// fabric45 is a chip with the values of physics.md §1.
func fabric45() *fabric.Chip {
	c := &fabric.Chip{Temperature: room}
	c.Supply.Cells, c.Supply.Analog = 2.5, 1.8
	c.Rail.Swing = fabric.Interval{Low: -0.8, High: 0.8}
	c.Rail.Input, c.Rail.Weight = 0.3, 0.4
	c.Tiles.Wire, c.Tiles.Readout = 1, "differential"
	c.Opamp.Gain, c.Opamp.Bandwidth, c.Opamp.Slew = 1000, 500e6, 400e6
	c.Opamp.Noise, c.Opamp.Offset, c.Opamp.Current = 12e-9, 2e-3, 160e-6
	c.VCR.Law, c.VCR.Beta, c.VCR.Threshold, c.VCR.Overdrive = "linearized", 2e-6, 0.2, 0.5
	c.Cap.Weight, c.Cap.Hold = 50e-15, 50e-15
	c.Mismatch.Threshold, c.Mismatch.Beta, c.Mismatch.Resistor = 2.9e-3, 0.008, 0.003
	return c
}

// wide is an amplifier of that gain whose output does not clip.
func wide(gain, offset float64) OpAmp {
	return OpAmp{Gain: gain, Offset: offset, Low: math.Inf(-1), High: math.Inf(1)}
}

// near fails unless got is want within a share tol of it.
func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Abs(want)) {
		t.Errorf("%s is %.7g, want %.7g within %.2g", what, got, want, tol)
	}
}

// refused fails unless err names all of the given words.
func refused(t *testing.T, what string, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", what)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: %q does not name %q", what, err, w)
		}
	}
}

// must fails the test on an error.
func must(t *testing.T) func(float64, error) float64 {
	return func(v float64, err error) float64 {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
		return v
	}
}
