package verify

import (
	"fmt"
	"math"
	"testing"

	"acl/fabric/array"
	"acl/fabric/dcu"
)

// TestFalseAlarms: cells that are trained, leak, are rewritten, replaced and brought
// together raise no more alarms than the threshold says, erfc(κ/√2), and not so few that
// it says nothing. What is fixed by a die and by a seed shifts all syndromes of a run, so
// that the rate is one over dies and seeds.
func TestFalseAlarms(t *testing.T) {
	const kappa, dies = 2, 8
	for _, c := range []struct{ fabric, protect string }{
		{"", ""},
		{"cap.leak: 1pA;", ""}, // half of a weight goes in a step
		{"cap.leak: 100fA;", "repair: spare;"},
		{"noise.leak: off;", ""}, // nothing is rewritten
		{"noise.leak: off;", "copies: 3; vote: median; rewrite: 4;"},
		{"rail.bound: 20;", ""},
		{"cap.common_mode: on;", ""},
		{"noise { read: off; quantize: off; }", ""}, // cells alone
	} {
		var alarms, reads int64
		protect := fmt.Sprintf("threshold: %d; %s", kappa, c.protect)
		for die := range dies {
			_, tally := checked(t, c.fabric+fmt.Sprintf("die: %d;", die+1), protect, 12, fmt.Sprintf("seed=%d", die+1))
			alarms, reads = alarms+tally.Alarms, reads+tally.Checked
		}
		rate := float64(alarms) / float64(reads)
		t.Logf("%q %q: %.4f of %d reads", c.fabric, c.protect, rate, reads)
		if most := math.Erfc(kappa / math.Sqrt2); rate > most || rate < most/20 {
			t.Errorf("%q %q: alarms are %.4f of the reads, the threshold says %.4f", c.fabric, c.protect, rate, most)
		}
	}
}

// TestDetection: the error of one cell is flagged with the chance of Φ(e/σ - κ), and
// confirmed by as many of the second reads, where reads alone err: known vectors that
// are read often say nearly all of the cells.
func TestDetection(t *testing.T) {
	for _, share := range []float64{0, 0.5, 0.75, 1, 1.25, 1.5, 2} {
		tally, s, e := hurt(t, "", share, 40)
		want := s.Detects(e)
		flagged := float64(tally.Alarms) / float64(tally.Checked)
		confirmed := float64(tally.Confirmed) / math.Max(float64(tally.Alarms), 1)
		if math.Abs(flagged-want) > 0.05 {
			t.Errorf("an error of %.2f thresholds is flagged in %.3f of the reads, want %.3f", share, flagged, want)
		}
		if want > 0.1 && math.Abs(confirmed-want) > 0.08 {
			t.Errorf("an error of %.2f thresholds is confirmed in %.3f of the alarms, want %.3f", share, confirmed, want)
		}
	}
}

// TestErrorsAreLocated: the column of such a cell is named, and a spare one takes its
// place, after which all is well.
func TestErrorsAreLocated(t *testing.T) {
	tally, _, _ := hurt(t, "repair: spare;", 2, 10)
	if tally.Spared != 1 || tally.Located < 25 || tally.Confirmed > 32 {
		t.Errorf("ten steps with a wrong cell: %+v", tally)
	}
}

// hurt moves one weight of a healthy chip whose reads alone err, one that is always fully
// driven, so that the sum of the outputs errs by a share of the threshold, and returns
// what a number of steps then saw; s is the syndrome, and e the error.
func hurt(t *testing.T, protect string, share float64, steps int) (saw dcu.Tally, s array.Syndrome, e float64) {
	const kappa, at, column, batch = 4, 2, 3, 32
	quiet := "noise { cells: off; mismatch: off; offset: off; storage: off; quantize: off; leak: off; }"
	b, _ := checked(t, quiet, protect+"} calibrate { reads: 10000;", 1)
	a := b.Memory.Arrays[at]
	cols := b.Program().Arrays[at].Cols
	s = array.SyndromeOf(cols, a.OutputSigma(false, 0), 0, kappa)
	e = share * s.Threshold
	a.Plus[len(a.Plus)-cols+column] += float32(e) // of the bias row
	b.Memory.Tallies[at] = dcu.Tally{}
	for i := range steps {
		if _, err := b.Step(b.batch(t, i*batch, batch), dcu.Pull{}); err != nil {
			t.Fatal(err)
		}
	}
	return b.Memory.Tallies[at], s, e
}
