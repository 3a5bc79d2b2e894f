package array

import (
	"fmt"
	"math"
)

// Protection in closed form (physics.md §6): what a vote of copies leaves of their
// noise, and what a checksum column finds.

// VoteVariance is the variance of the mean or the median of n copies whose errors
// are independent and normal, of one copy's. A median of an even number is the mean
// of the middle two.
func VoteVariance(rule string, n int) (float64, error) {
	switch {
	case n < 1 || n > mostVoters:
		return 0, fmt.Errorf("copies = %d: a vote takes 1 to %d", n, mostVoters)
	case rule == "mean" || n <= 2:
		return 1 / float64(n), nil
	case n%2 == 1:
		return oddMedian(n), nil
	}
	return evenMedian(n), nil
}

// mostVoters bounds the factorials of order statistics.
const mostVoters = 63

// The order statistics are integrated by the trapezoid rule, which is exact to
// rounding for what falls off like a normal density at both ends.
const (
	farOut  = 9.0
	fineDot = 1.0 / 32
)

func density(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }
func below(x float64) float64   { return math.Erfc(-x/math.Sqrt2) / 2 }

// factorials is ln(n!/(m!)²).
func factorials(n, m int) float64 {
	all, _ := math.Lgamma(float64(n + 1))
	half, _ := math.Lgamma(float64(m + 1))
	return all - 2*half
}

// oddMedian integrates x² n!/(m!)² (F(1-F))^m φ, m = (n-1)/2.
func oddMedian(n int) float64 {
	m := (n - 1) / 2
	k, sum := factorials(n, m), 0.0
	for x := -farOut; x <= farOut; x += fineDot {
		if f := below(x) * below(-x); f > 0 {
			sum += x * x * density(x) * math.Exp(k+float64(m)*math.Log(f))
		}
	}
	return sum * fineDot
}

// evenMedian integrates ((a+b)/2)² over the joint density of the middle two, a < b:
// n!/((m-1)!)² (F(a)(1-F(b)))^(m-1) φ(a) φ(b), m = n/2. It is symmetric in a and b
// once written for either order, so it takes half of the whole plane.
func evenMedian(n int) float64 {
	m := n / 2
	k, sum := factorials(n, m-1), 0.0
	for x := -farOut; x <= farOut; x += fineDot { // the mean of the two
		for t := 0.0; t <= farOut; t += fineDot { // half of their distance
			f := below(x-t) * below(-x-t)
			if f <= 0 {
				continue
			}
			g := density(x-t) * density(x+t) * math.Exp(k+float64(m-1)*math.Log(f))
			if t == 0 {
				g /= 2
			}
			sum += x * x * g
		}
	}
	return 2 * sum * fineDot * fineDot
}

// VoteFailure is the chance that more than half of n copies are wrong where each is
// with chance p; of three it is 3p² - 2p³. With an even number a tie counts as half.
func VoteFailure(n int, p float64) (float64, error) {
	if n < 1 || n > mostVoters {
		return 0, fmt.Errorf("copies = %d: a vote takes 1 to %d", n, mostVoters)
	}
	if p < 0 || p > 1 {
		return 0, fmt.Errorf("wrong = %g: a chance lies in 0 .. 1", p)
	}
	sum, ways := 0.0, 1.0
	for k := 0; k <= n; k++ {
		share := 1.0
		switch {
		case 2*k < n:
			share = 0
		case 2*k == n:
			share = 0.5
		}
		sum += share * ways * math.Pow(p, float64(k)) * math.Pow(1-p, float64(n-k))
		ways *= float64(n-k) / float64(k+1)
	}
	return sum, nil
}

// Syndrome is what a checksum column of Σ w/√M tells of M outputs, each read with
// noise and a converter's step: s = Σ y - √M y_c.
type Syndrome struct {
	Sigma      float64 // of s where nothing is wrong: √(2M(σ² + LSB²/12))
	Threshold  float64 // κ Sigma, beyond which it is flagged
	FalseAlarm float64 // chance of a flag where nothing is wrong: erfc(κ/√2)
}

// SyndromeOf is the syndrome of a number of outputs, whose reads have noise of sd
// sigma and steps lsb, flagged beyond kappa standard deviations.
func SyndromeOf(outputs int, sigma, lsb, kappa float64) Syndrome {
	s := math.Sqrt(2 * float64(outputs) * (sigma*sigma + lsb*lsb/12))
	return Syndrome{Sigma: s, Threshold: kappa * s, FalseAlarm: math.Erfc(kappa / math.Sqrt2)}
}

// Detects is the chance that an error of a sum of outputs is flagged, Φ(|e|/σ_s - κ);
// an error without noise is flagged beyond the threshold, which then is 0.
func (s Syndrome) Detects(e float64) float64 {
	e = math.Abs(e)
	if s.Sigma == 0 {
		if e > 0 {
			return 1
		}
		return 0
	}
	return below((e - s.Threshold) / s.Sigma)
}

// MostOutputs is the most outputs that a checksum column can guard and still find
// an error e in all but 1 of 740 cases (κ + 3 sd): (e/((κ+3)√2σ))².
func MostOutputs(e, sigma, kappa float64) float64 {
	m := e / ((kappa + 3) * math.Sqrt2 * sigma)
	return m * m
}
