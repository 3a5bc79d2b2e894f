package array

import (
	"math"
	"slices"
	"testing"

	"acl/fabric"
	"acl/fabric/kernel"
)

// variance of a vote over draws of copies of variance 1.
func voteVariance(rule string, copies, draws int) float64 {
	z := make([]float32, copies)
	var sum float64
	key := kernel.NewKey(1, uint32(KindRead), 1, 0, 0)
	for d := range draws {
		key.Normal(z, uint32(d), 0)
		v := float64(Vote(rule, z, 0))
		sum += v * v
	}
	return sum / float64(draws)
}

// physics.md §11.11: a median of three has a variance of 1 - √3/π = 0.449 of one
// copy's, within 1 %; §6.1: of five 0.287, of seven 0.21, and a mean of n 1/n.
func TestVariancesOfVotes(t *testing.T) {
	const draws = 400000 // a variance is known to 0.25 %
	near(t, "median of 3", voteVariance("median", 3, draws), 1-math.Sqrt(3)/math.Pi, 0.01)
	near(t, "median of 5", voteVariance("median", 5, draws), 0.287, 0.01)
	near(t, "median of 7", voteVariance("median", 7, draws), 0.21, 0.01)
	near(t, "mean of 3", voteVariance("mean", 3, draws), 1./3, 0.01)
}

// physics.md §11.11: with one of three copies stuck, the median stays within one
// standard deviation of the truth, wherever it is stuck; a mean does not.
func TestMedianSurvivesAStuckCopy(t *testing.T) {
	const draws = 100000
	key := kernel.NewKey(2, uint32(KindRead), 1, 0, 0)
	for _, stuck := range []float32{-50, -1, 0.3, 2, 50} {
		var median, mean float64
		z := make([]float32, 2)
		for d := range draws {
			key.Normal(z, uint32(d), 0)
			median += float64(Vote("median", []float32{z[0], stuck, z[1]}, 0)) / draws
			mean += float64(Vote("mean", []float32{z[0], stuck, z[1]}, 0)) / draws
		}
		if math.Abs(median) >= 1 {
			t.Errorf("one copy stuck at %g: the median is off by %.3f sd", stuck, median)
		}
		near(t, "a mean with a stuck copy", mean, float64(stuck)/3, 0.05)
	}
}

func TestVotes(t *testing.T) {
	for _, c := range []struct {
		rule     string
		outputs  []float32
		distance float32
		want     float32
	}{
		{"mean", []float32{0.1, 0.1, 0.1}, 0, 0.1}, // to the bit
		{"mean", []float32{1, 2, 6}, 0, 3},
		{"median", []float32{6, 1, 2}, 0, 2},
		{"median", []float32{6, 1, 2, 3}, 0, 2.5},
		{"majority", []float32{1, 9, 1.5}, 1, 1.25},
		{"majority", []float32{1, 9, 5}, 1, 5},               // none agree: the median
		{"majority", []float32{1, 1.5, 9, 9.2, 9.4}, 1, 9.2}, // three of five
		{"majority", []float32{1, 1.5, 9, 9.2}, 1, 5.25},     // a tie: the median
	} {
		if got := Vote(c.rule, append([]float32(nil), c.outputs...), c.distance); math.Abs(float64(got-c.want)) > 1e-6 {
			t.Errorf("%s of %v within %g is %g, want %g", c.rule, c.outputs, c.distance, got, c.want)
		}
	}
	if got := Vote("mean", []float32{0.1, 0.1, 0.1}, 0); got != 0.1 {
		t.Errorf("the mean of equal outputs is %v", got)
	}
}

// Copies begin with the same weights and get the same pulses; their cells, and
// their reads, are their own.
func TestTwins(t *testing.T) {
	build := func(c *fabric.Chip, twin int) *Matrix {
		m := New(Config{Chip: c, Array: dense(100, 60), Seed: 7, Twin: twin})
		m.Init()
		return m
	}
	d := make([]float32, 101*60)
	for i := range d {
		d[i] = float32(i%11-5) * 1e-3
	}
	k := ReadKey{Seed: 1, Step: 1}
	for _, c := range []*fabric.Chip{quiet(), bench()} {
		a, b := build(c, 0), build(c, 1)
		pa, pb := a.Update(slices.Clone(d), k), b.Update(slices.Clone(d), k)
		if pa.Up != pb.Up || pa.Down != pb.Down {
			t.Errorf("one copy got %+v, the other %+v", pa, pb)
		}
		off := false
		wa, wb := logical(a), logical(b)
		for i := range wa {
			off = off || wa[i] != wb[i]
		}
		if noisy := c.Noise.Cells.On(); off != noisy {
			t.Errorf("with noise %v the copies differ: %v", noisy, off)
		}
		ra, rb := a.Forward(k, 1, 1, 0), b.Forward(k, 1, 1, 0)
		if c.Noise.Read.On() && ra.RO.Key == rb.RO.Key {
			t.Error("two copies read with the same noise")
		}
	}
}

// What is measured of a cell errs as MeasureSigma says.
func TestMeasure(t *testing.T) {
	c := bench()
	c.Noise.Leak, c.Noise.Offset, c.Noise.Storage = fabric.Level{}, fabric.Level{}, fabric.Level{}
	m := matrix(c, dense(127, 128))
	m.Init()
	for _, reads := range []int{1, 16} {
		found := make([]float32, 128*128)
		m.Measure(found, reads, ReadKey{Seed: 3})
		_, sd := moments(minus(found, logical(m)))
		near(t, "sd of a measured cell", sd, m.MeasureSigma(reads), 0.05)
	}
}
