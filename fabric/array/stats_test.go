package array

import (
	"math"
	"testing"

	"acl/fabric"
)

// The table of physics.md §4.1 for a tile of 128 rows and B = 20; its figures have
// two or three digits.
func TestStatsAreThoseOfTheTable(t *testing.T) {
	s := StatsOf(bench(), 128, 20)
	near(t, "gain", s.Gain, 1-0.022, 1e-3)
	near(t, "gain spread", s.GainSigma, 0.003, 1e-9)
	near(t, "offset", s.Offset, 1.58, 0.01)
	near(t, "read noise", s.Read, 0.076, 0.01)
	near(t, "mismatch", s.Mismatch, 0.0175, 0.01)
	near(t, "column", s.Column, 0.0053, 0.01)
	near(t, "write", s.Write, 0.0010, 0.03)
	near(t, "LSB", LSB(8, 20), 0.157, 0.01)
	for _, c := range []struct {
		rows        int
		gain, noise float64
	}{{32, 0.994, 0.060}, {256, 0.956, 0.092}} {
		s := StatsOf(bench(), c.rows, 20)
		near(t, "gain", s.Gain, c.gain, 3e-3) // the table gives NG/A0
		near(t, "read noise", s.Read, c.noise, 0.01)
	}
}

func TestStatsFollowTheLevels(t *testing.T) {
	c := bench()
	c.Noise.Read, c.Noise.Storage, c.Noise.Mismatch = number(0.1), number(0.02), number(0.035)
	c.Noise.Offset = number(1e-3)
	s, own := StatsOf(c, 128, 20), StatsOf(bench(), 128, 20)
	near(t, "read", s.Read, 0.1, 1e-9)
	near(t, "write", s.Write, 0.02, 1e-9)
	near(t, "mismatch", s.Mismatch, 0.035, 1e-9)
	near(t, "column", s.Column/own.Column, s.Mismatch/own.Mismatch, 1e-9)
	near(t, "offset", s.Offset, own.Offset/2, 1e-9)
	if got, want := StatsOf(quiet(), 128, 20), (Stats{Gain: 1}); got != want {
		t.Errorf("with every source off: %+v, want %+v", got, want)
	}
	ideal := bench()
	ideal.Ideal = true
	if got, want := StatsOf(ideal, 128, 20), (Stats{Gain: 1}); got != want {
		t.Errorf("of an ideal chip: %+v, want %+v", got, want)
	}
	triode := bench()
	triode.VCR.Law = "triode"
	near(t, "mismatch of plain triodes", StatsOf(triode, 1, 20).Mismatch, math.Hypot(own.Mismatch, 0.0042), 0.01)
}

func TestChooseBound(t *testing.T) {
	c := &fabric.Chip{}
	for _, v := range []struct{ largest, want float64 }{{0, 2.5}, {2.5, 2.5}, {2.6, 5}, {9, 10}, {12, 20}, {90, 20}} {
		if got := ChooseBound(c, v.largest); got != v.want {
			t.Errorf("ChooseBound(%g) = %g, want %g", v.largest, got, v.want)
		}
	}
	c.Rail.Bound = 7
	if got := ChooseBound(c, 1); got != 7 {
		t.Errorf("a fixed bound gave %g, want 7", got)
	}
}
