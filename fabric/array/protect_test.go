package array

import (
	"math"
	"testing"

	"acl/fabric/kernel"
)

// physics.md §6.1: exact for three, printed for five and seven; even numbers and
// large ones against draws.
func TestVoteVariance(t *testing.T) {
	for n, want := range map[int]float64{1: 1, 2: 0.5, 3: 1 - math.Sqrt(3)/math.Pi} {
		got, err := VoteVariance("median", n)
		if err != nil || math.Abs(got-want) > 1e-9 {
			t.Errorf("median of %d has %.10f of a copy's variance (%v), want %.10f", n, got, err, want)
		}
	}
	for _, n := range []int{4, 5, 6, 7, 12, 63} {
		got, err := VoteVariance("median", n)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "variance of a median, drawn", voteVariance("median", n, 200000), got, 0.015) // drawn to 0.3 %
		if mean, _ := VoteVariance("mean", n); got <= mean {
			t.Errorf("a median of %d is no worse than a mean: %g", n, got)
		}
	}
	if _, err := VoteVariance("median", 0); err == nil {
		t.Error("no copies vote")
	}
}

func TestVoteFailure(t *testing.T) {
	for _, p := range []float64{0, 0.01, 0.3, 1} {
		got, err := VoteFailure(3, p)
		if want := 3*p*p - 2*p*p*p; err != nil || math.Abs(got-want) > 1e-15 {
			t.Errorf("three copies, each wrong with %g: %g (%v), want %g", p, got, err, want)
		}
		if got, _ := VoteFailure(4, p); math.Abs(got-(3*p*p-2*p*p*p)) > 1e-12 {
			t.Errorf("a fourth copy that breaks ties by chance helps: %g", got) // it does not
		}
	}
	if _, err := VoteFailure(3, 1.5); err == nil {
		t.Error("a chance of 1.5")
	}
}

// physics.md §11.10: M = 64, κ = 4: false alarms 6.3e-5 within 30 % in a million
// draws of the columns themselves, an error at the threshold flagged in half within 1 %.
func TestChecksumOfNoisyColumns(t *testing.T) {
	const outputs, kappa, sigma = 64, 4., 0.076
	lsb := 2 * MaxBound / 510.
	s := SyndromeOf(outputs, sigma, lsb, kappa)
	near(t, "threshold", s.Threshold, 3.6, 0.01)
	near(t, "threshold of 8", SyndromeOf(8, sigma, lsb, kappa).Threshold, 1.27, 0.01)
	near(t, "false alarms", s.FalseAlarm, 6.3e-5, 0.01)

	const draws = 1_000_000
	own := math.Sqrt(sigma*sigma + lsb*lsb/12)
	key := kernel.NewKey(3, uint32(KindRead), 1, 0, 0)
	z := make([]float32, outputs+1)
	alarms, found, looked := 0, 0, 0
	for d := range draws {
		key.Normal(z, uint32(d), 0)
		syndrome := -math.Sqrt(outputs) * float64(z[outputs])
		for _, v := range z[:outputs] {
			syndrome += float64(v)
		}
		syndrome *= own
		if math.Abs(syndrome) > s.Threshold {
			alarms++
		}
		if d%8 == 0 {
			looked++
			if math.Abs(syndrome+s.Threshold) > s.Threshold {
				found++
			}
		}
	}
	near(t, "false alarms of a million", float64(alarms)/draws, s.FalseAlarm, 0.3)
	near(t, "errors at the threshold", float64(found)/float64(looked), s.Detects(s.Threshold), 0.01)
	near(t, "said of them", s.Detects(s.Threshold), 0.5, 1e-9)

	at := MostOutputs(5, sigma, kappa)
	near(t, "three sd beyond", SyndromeOf(int(at), sigma, 0, kappa).Detects(5), below(3), 1e-3)
}
