package array

import (
	"math"
	"testing"

	"acl/fabric"
	"acl/fabric/kernel"
)

// bench is a chip with the values of physics.md §1 and every source on.
func bench() *fabric.Chip {
	c := &fabric.Chip{Temperature: 300.15, Die: 1}
	c.Supply.Cells, c.Supply.Analog, c.Supply.Digital = 2.5, 1.8, 0.9
	c.Rail.Swing = fabric.Interval{Low: -0.8, High: 0.8}
	c.Rail.Input, c.Rail.Weight = 0.3, 0.4
	c.Tiles.Size, c.Tiles.Wire, c.Tiles.Readout = fabric.Size{H: 128, W: 128}, 1, "differential"
	c.Opamp.Gain, c.Opamp.Bandwidth, c.Opamp.Slew = 1000, 500e6, 400e6
	c.Opamp.Noise, c.Opamp.Offset = 12e-9, 2e-3
	c.VCR.Law, c.VCR.Beta, c.VCR.Threshold, c.VCR.Overdrive = "linearized", 2e-6, 0.2, 0.5
	c.Cap.Weight, c.Cap.Hold, c.Cap.Leak = 50e-15, 50e-15, 10e-15
	c.Cell.Law, c.Cell.Step, c.Cell.Asymmetry, c.Cell.Update = "linear_step", 0.005, 0.05, "stochastic"
	s := &c.Cell.Spread
	s.Step, s.Asymmetry, s.Symmetry, s.Bounds, s.Leak, s.Cycle = 0.1, 0.01, 0.06, 0.07, 0.3, 0.3
	c.Mismatch.Threshold, c.Mismatch.Beta, c.Mismatch.Resistor = 2.9e-3, 0.008, 0.003
	c.DAC.Bits, c.ADC.Bits = 8, 8
	on := fabric.Level{Mode: fabric.LevelOn}
	c.Noise = fabric.Noise{
		Read: on, Offset: on, Mismatch: on, Quantize: on, Clip: on, Storage: on, Leak: on, Cells: on, Law: "gaussian",
	}
	return c
}

// quiet is the bench with every source off.
func quiet() *fabric.Chip {
	c := bench()
	c.Noise = fabric.Noise{}
	return c
}

func number(v float64) fabric.Level { return fabric.Level{Mode: fabric.LevelNumber, Value: v} }

// cut lays an array of rows × cols on tiles of size × size.
func cut(rows, cols, size int) []fabric.Cut {
	var out []fabric.Cut
	for r := 0; r < rows; r += size {
		for c := 0; c < cols; c += size {
			out = append(out, fabric.Cut{
				Tile: len(out), Row: r, Rows: min(size, rows-r), Col: c, Cols: min(size, cols-c),
			})
		}
	}
	return out
}

// dense is the array of a unit with a bias row.
func dense(in, out int) *fabric.Array {
	a := &fabric.Array{Path: "fc", Rows: in + 1, Cols: out, Bias: true, FanIn: in}
	a.Tiles = cut(a.Rows, a.Cols, 128)
	a.Grad = a.Tiles
	return a
}

func matrix(c *fabric.Chip, a *fabric.Array) *Matrix { return New(Config{Chip: c, Array: a, Seed: 7}) }

// moments are the mean and standard deviation of x.
func moments(x []float32) (mean, sd float64) {
	for _, v := range x {
		mean += float64(v)
	}
	mean /= float64(len(x))
	for _, v := range x {
		sd += (float64(v) - mean) * (float64(v) - mean)
	}
	return mean, math.Sqrt(sd / float64(len(x)))
}

// near fails unless got is want within a share tol of it.
func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if math.Abs(got-want) > tol*math.Abs(want) {
		t.Errorf("%s is %.6g, want %.6g within %.2g%%", what, got, want, 100*tol)
	}
}

// same fails unless two lists are equal bit for bit.
func same(t *testing.T, what string, a, b []float32) {
	t.Helper()
	if len(a) != len(b) {
		t.Fatalf("%s: %d and %d values", what, len(a), len(b))
	}
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			t.Fatalf("%s: element %d is %g and %g", what, i, a[i], b[i])
		}
	}
}

func minus(a, b []float32) []float32 {
	out := make([]float32, len(a))
	for i := range a {
		out[i] = a[i] - b[i]
	}
	return out
}

// logical is a matrix's weights.
func logical(m *Matrix) []float32 {
	w := make([]float32, len(m.Plus))
	m.Logical(w)
	return w
}

// products reads n samples of x through a read.
func products(r *Read, x []float32, n, inputs, outputs int) []float32 {
	y := make([]float32, n*outputs)
	kernel.MatMul(nil, y, x, r.W, r.Bias, kernel.Dims{N: n, P: 1, K: inputs, M: outputs}, r.Blocks, &r.RO)
	return y
}
