package verify

import (
	"math"
	"testing"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/fabric/ledger"
)

// takes compares sums of times, which are added in different orders.
func takes(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9*math.Abs(want) {
		t.Errorf("%s: %g s, want %g s", what, got, want)
	}
}

// calibrationOf is the setup's calibration of an array, timed for its present range.
func calibrationOf(t *testing.T, m *dcu.Machine, array int) *fabric.Instr {
	t.Helper()
	for i := range m.Program().Setup {
		if in := &m.Program().Setup[i]; in.Op == fabric.OpCalibrate && in.Array == array {
			return in
		}
	}
	t.Fatalf("array %d is not calibrated in the setup", array)
	return nil
}

// TestSwitchedRangesTakeTime: the calibration after a range was switched takes the
// time of its reads in the new range, which counts as setup and in which weights leak.
func TestSwitchedRangesTakeTime(t *testing.T) {
	b := newBench(t, noisyNet(digitsModule, "", "steps: 1; test: off;"), options{}).setup(t)
	m := b.Machine
	takes(t, "the setup", m.Memory.Spans[ledger.Setup], m.Memory.Clock)
	for i, a := range m.Memory.Arrays {
		a.SetBound(20)
		m.Memory.Quiet[i] = 1 << 20 // it has been far below its range for long
	}
	clock, span := m.Memory.Clock, m.Memory.Spans[ledger.Setup]
	if err := b.trainer.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	var owed float64
	for i, a := range m.Memory.Arrays {
		if a.Bound() != 20 {
			owed += calibrationOf(t, m, i).Time
		}
	}
	if owed == 0 {
		t.Fatal("no range was switched")
	}
	p := &m.Program().Timing
	takes(t, "calibrations on the way", m.Memory.Spans[ledger.Setup]-span, owed)
	takes(t, "a step", m.Memory.Clock-clock, p.Step+owed)
}

// TestRepairsTakeTime: when weights are loaded, each column that is put in the place of
// stuck cells is calibrated for as long as its array is.
func TestRepairsTakeTime(t *testing.T) {
	run := func(times int) *bench {
		b := newBench(t, scanned("spare", "steps: 1; test: off;"), options{sets: []string{"rail.bound=20", "noise=off"}}) // no range is switched
		for i := range b.Program().Arrays {
			calibrationOf(t, b.Machine, i).Reads *= times
		}
		return b.setup(t)
	}
	once, twice := run(1), run(2)
	var spared, owed float64
	for i, tally := range once.Memory.Tallies {
		more := calibrationOf(t, twice.Machine, i).Time - calibrationOf(t, once.Machine, i).Time
		spared += float64(tally.Spared)
		owed += more * float64(1+tally.Spared)
	}
	if spared == 0 {
		t.Fatal("no column was replaced")
	}
	takes(t, "calibrations of arrays and spare columns", twice.Memory.Spans[ledger.Setup]-once.Memory.Spans[ledger.Setup], owed)
}

// TestSymmetryPointsTakeTime: measuring symmetry points takes time in the setup, and
// moving fast weights to slow ones takes time in the steps that do.
func TestSymmetryPointsTakeTime(t *testing.T) {
	run := func(calibrate, transfer string) *bench {
		text := head + digitsModule + "fabric Bench : chips.fabric45 {} schedule Digits on Bench { update: pulsed; " + calibrate + " }" +
			trainOn("Bench", "nn.two_array(rate = 0.05, transfer_every = "+transfer+")", "steps: 4; test: off;")
		return newBench(t, text, options{}).setup(t).run(t)
	}
	plain, shifted, often := run("", "4"), run("calibrate { zero_shift: true; }", "4"), run("", "2")
	time := ledger.TimingOf(&plain.Program().Chip)
	var measured, moved float64
	for _, a := range plain.Program().Arrays {
		rows := 0
		for _, c := range a.Tiles {
			rows = max(rows, c.Rows)
		}
		measured += time.Alternate(6000) + 16*time.ReadTile(rows, 2.5) + time.WriteTile(rows) // 3/(2·0.05·0.005) pairs
		moved += time.ReadTile(rows, 2.5) + time.Digital(a.Rows*a.Cols) + time.PulseTile(rows)
	}
	takes(t, "symmetry points", shifted.Memory.Spans[ledger.Setup]-plain.Memory.Spans[ledger.Setup], measured)
	takes(t, "one transfer more", often.Memory.Spans[ledger.Update]-plain.Memory.Spans[ledger.Update], moved)
}

// TestAmplifiersThatAreNeverOff: they take power in the setup, in steps and while
// answering, for as long as the clock says.
func TestAmplifiersThatAreNeverOff(t *testing.T) {
	b := newBench(t, noisyNet(digitsModule, "", "steps: 2; test: off;"), options{sets: []string{"opamp.gated=false"}}).setup(t).run(t)
	b.accuracy(t)
	var amplifiers, count float64
	for _, a := range b.Program().Arrays {
		for _, c := range a.Tiles {
			amplifiers += float64(2*c.Cols + c.Rows)
		}
	}
	for p := range ledger.Phases {
		on := b.Memory.Book.Total(p, ledger.IdleNS)
		if p == ledger.Setup || p == ledger.Evaluate {
			takes(t, "always on", 1e-9*on, amplifiers*b.Memory.Spans[p])
		}
		count += on
	}
	takes(t, "always on in all", 1e-9*count, amplifiers*b.Memory.Clock)
}
