package ledger

import (
	"math"
	"testing"

	"acl/fabric"
)

// fabric45Chip has the defaults of physics.md §1 and §9 that costs and times
// depend on.
func fabric45Chip() *fabric.Chip {
	c := &fabric.Chip{Name: "fabric45", Costs: "fabric45", Temperature: 300.15}
	c.Supply.Cells, c.Supply.Analog, c.Supply.Digital = 2.5, 1.8, 0.9
	c.Rail.Swing, c.Rail.Input, c.Rail.Weight = fabric.Interval{Low: -0.8, High: 0.8}, 0.3, 0.4
	c.Tiles.Count, c.Tiles.Size, c.Tiles.Readout, c.Tiles.Wire = 256, fabric.Size{H: 128, W: 128}, "differential", 1
	c.Bus.Count, c.Bus.Lanes, c.Bus.Time = 4, 128, 10e-9
	c.Stack.Depth = 16000000
	c.DCU.Clock, c.DCU.Lanes = 500e6, 64
	o := &c.Opamp
	o.Gain, o.Bandwidth, o.Slew, o.Noise, o.Offset = 1000, 500e6, 400e6, 12e-9, 2e-3
	o.Current, o.Wake, o.Gated = 160e-6, 20e-9, true
	c.VCR.Law, c.VCR.Beta, c.VCR.Threshold, c.VCR.Overdrive = "linearized", 2e-6, 0.2, 0.5
	c.Cap.Weight, c.Cap.Hold, c.Cap.Leak = 50e-15, 50e-15, 10e-15
	c.Cell.Step, c.Cell.Pulse, c.Cell.Pulses = 0.005, 50e-9, 31
	c.Comparator.Offset, c.Comparator.Energy = 8e-3, 67e-15
	c.DAC.Bits, c.DAC.Energy = 8, 0.291e-12
	c.ADC.Bits, c.ADC.Energy, c.ADC.Time, c.ADC.Share = 8, 25e-15, 10e-9, 8
	c.Noise.Leak, c.Noise.Read = fabric.Level{Mode: fabric.LevelOn}, fabric.Level{Mode: fabric.LevelOn}
	return c
}

// near fails unless got is within a share tol of want.
func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Abs(want)) {
		t.Errorf("%s = %.6g, want %.6g within %g %%", what, got, want, 100*tol)
	}
}
