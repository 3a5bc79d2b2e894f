package array

import (
	"math"
	"testing"

	"acl/fabric"
	"acl/fabric/circuit"
)

// warmShare is the gain of a chip at 350 K that was trimmed at 300.15 K: the
// resistors have T^-1.5 of their conductance, 79 %.
var warmShare = math.Pow(350/300.15, -1.5)

// warm is a chip at 350 K with drift on and the given sources besides.
func warm(n fabric.Noise) *fabric.Chip {
	c := quiet()
	c.Temperature = 350
	c.Noise = n
	c.Noise.Drift = on
	return c
}

// gainOf is the ratio of what a read sees to the weights that were written, of one
// column in the middle.
func gainOf(m *Matrix, reverse bool) float64 {
	r := m.Forward(ReadKey{Clean: true}, 1, 1, 0)
	if reverse {
		r = m.Transposed(ReadKey{Clean: true}, 1, 0)
	}
	at := 3*m.array.Cols + m.array.Cols/2
	return float64(r.W[at] / logical(m)[at])
}

func TestTemperatureTakesGainUntilCalibrated(t *testing.T) {
	m := matrix(warm(fabric.Noise{}), dense(60, 40))
	m.Init()
	for _, reverse := range []bool{false, true} {
		near(t, "gain before calibration", gainOf(m, reverse), warmShare, 1e-6)
	}
	m.Calibrate(16, ReadKey{})
	for _, reverse := range []bool{false, true} {
		near(t, "gain after reads without error", gainOf(m, reverse), 1, 1e-6)
	}
}

// A calibration holds at its own temperature alone: what a chip that was
// calibrated warm reads cold is too large.
func TestTemperatureAfterCalibration(t *testing.T) {
	c := warm(fabric.Noise{})
	m := matrix(c, dense(60, 40))
	m.Init()
	m.Calibrate(16, ReadKey{})
	c.Temperature = circuit.Nominal
	m.State() // what is derived from the state is void
	near(t, "gain on the cooled chip", gainOf(m, false), 1/warmShare, 1e-6)
}

func TestTemperatureLevelMultipliesTheExponent(t *testing.T) {
	c := warm(fabric.Noise{})
	c.Noise.Drift = number(2)
	m := matrix(c, dense(60, 40))
	m.Init()
	near(t, "gain", gainOf(m, false), warmShare*warmShare, 1e-6)
}

// The mean over the columns of the known vectors' means is what a calibration has
// to go by: the common gain errs by their sd over the root of the columns.
func TestCalibrationLeavesAResidueOfTheCommonGain(t *testing.T) {
	const cols, reads, dies = 25, 16, 400
	c := warm(fabric.Noise{Read: on, Quantize: on})
	left := make([]float32, 0, dies)
	m := matrix(c, dense(127, cols))
	for seed := range uint64(dies) {
		m.Calibrate(reads, ReadKey{Seed: seed})
		left = append(left, m.Front.Gain[0]-1)
	}
	lsb := LSB(8, MaxBound)
	read := StatsOf(c, 128, MaxBound).Read
	want := math.Sqrt((read*read+lsb*lsb/12)/reads) / math.Sqrt(cols)
	mean, sd := moments(left)
	near(t, "residue of the common gain", sd, want, 4/math.Sqrt(2*dies))
	if math.Abs(mean) > 4*want/math.Sqrt(dies)+want*want {
		t.Errorf("mean residue is %g", mean)
	}
}

// With offsets on the spread of the columns' gains stays, their mean goes to 1.
func TestCalibrationKeepsTheSpreadOfGains(t *testing.T) {
	m := matrix(warm(fabric.Noise{Offset: on, Read: on, Quantize: on}), dense(127, 4000))
	m.Calibrate(16, ReadKey{Seed: 1})
	mean, sd := moments(m.Front.Gain)
	near(t, "mean gain", mean, 1, 4*0.0223/math.Sqrt(4000))
	near(t, "spread of gains", sd, 0.003, 0.06)
}

// Drift has no draws of its own and moves none: at the temperature of the trim
// only the mean of the gains differs, and without it temperature leaves the gain.
func TestDriftMovesNoOtherDraw(t *testing.T) {
	c := bench()
	still := matrix(c, dense(100, 60))
	moved := *c
	moved.Noise.Drift = on
	m := matrix(&moved, dense(100, 60))
	for _, x := range []*Matrix{still, m} {
		x.Init()
	}
	k := ReadKey{Seed: 3, Step: 4}
	same(t, "weights before calibration", m.Forward(k, 1, 1, 8).W, still.Forward(k, 1, 1, 8).W)
	still.Calibrate(16, k)
	m.Calibrate(16, k)
	same(t, "offsets after calibration", m.Front.Offset, still.Front.Offset)
	ratio := m.Front.Gain[0] / still.Front.Gain[0]
	if ratio == 1 {
		t.Error("the common gain has no residue")
	}
	for j := range m.Front.Gain {
		near(t, "gain of a column over its own", float64(m.Front.Gain[j]/still.Front.Gain[j]), float64(ratio), 1e-6)
	}
	hot := *c
	hot.Temperature = 350
	hot.Noise = fabric.Noise{}
	x := matrix(&hot, dense(100, 60))
	x.Init()
	near(t, "gain of a hot chip without drift", gainOf(x, false), 1, 0)
}

// An ideal chip reads exactly at any temperature.
func TestIdealIgnoresTemperature(t *testing.T) {
	c := warm(bench().Noise)
	c.Idealize()
	m := matrix(c, dense(60, 40))
	m.Init()
	m.Calibrate(16, ReadKey{})
	w := logical(m)
	same(t, "weights", m.Forward(ReadKey{}, 1, 1, 8).W, w[:60*40])
}
