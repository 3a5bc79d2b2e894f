package array

import (
	"math"
	"testing"

	"acl/fabric/circuit"
	"acl/fabric/kernel"
)

// pairProducts is a read of one sample by both amplifiers.
func pairProducts(r *Read, x []float32, outputs int) []float32 {
	y := products(r, x, 1, len(x), outputs)
	kernel.AddInto(nil, y, products(r.Other, x, 1, len(x), outputs))
	return y
}

// A column of two amplifiers, device by device, against the array's read of the same
// weights: with inputs of one sign its halves clip, with inputs of both they do not.
func TestPairClipsAsItsAmplifiersDo(t *testing.T) {
	chip := quiet()
	chip.Tiles.Readout = "pair"
	chip.Opamp.Gain = 1e12
	chip.Noise.Clip = on
	chip.Rail.Bound = 20
	const rows, cols = 100, 9
	a := dense(rows, cols)
	a.Rows, a.Bias = rows, false
	a.Tiles = cut(rows, cols, 128)
	m := matrix(chip, a)
	m.Init()
	w := logical(m)
	column := circuit.ColumnOf(chip, rows, chip.Rail.Bound)
	unit := float64(chip.Rail.Swing.High) / chip.Rail.Bound // volts for a sum of 1
	clipped := 0
	for step, reach := range [][2]float64{{-0.1, 0.1}, {0, 1}, {-1, 0.2}, {0.3, 0.5}} {
		x := make([]float32, rows)
		kernel.NewKey(5, 99, 0, 0, uint64(step)).Uniform(x, 0, 0)
		volts := make([]float64, rows)
		for i, u := range x {
			x[i] = float32(reach[0] + (reach[1]-reach[0])*float64(u))
			volts[i] = float64(x[i]) * chip.Rail.Input
		}
		got := pairProducts(m.Forward(ReadKey{}, float32(1/m.Alpha), 1, 0), x, cols)
		for j := range cols {
			weights, sum := make([]float64, rows), 0.0
			for i := range rows {
				normal := float64(w[i*cols+j]) / m.Alpha
				weights[i] = normal * chip.Rail.Weight
				sum += normal * float64(x[i])
			}
			v, err := column.Exact(weights, volts)
			if err != nil {
				t.Fatal(err)
			}
			want := v / unit
			if math.Abs(float64(got[j])-want) > 1e-3 {
				t.Errorf("inputs %v, column %d reads %g, its devices say %g", reach, j, got[j], want)
			}
			if math.Abs(want-sum) > 1e-3 {
				clipped++
			}
		}
	}
	if clipped < cols || clipped > 3*cols {
		t.Errorf("%d of %d reads clip", clipped, 4*cols)
	}
}

// Two amplifiers have together the noise and the offset of one that takes the
// difference, and draws of their own.
func TestPairErrsAsOneAmplifier(t *testing.T) {
	const inputs, outputs = 40, 4000
	read := func(readout string) (sd, offset float64) {
		c := quiet()
		c.Tiles.Readout = readout
		c.Noise.Read, c.Noise.Offset, c.Noise.Clip = on, on, on
		c.Rail.Bound = 20
		a := dense(inputs, outputs)
		m := matrix(c, a)
		m.Load(make([]float32, len(m.Plus)), TopRandom)
		x := make([]float32, inputs)
		at := func(k ReadKey) []float32 {
			r := m.Forward(k, 1, 0, 0)
			if readout == "pair" {
				return pairProducts(r, x, outputs)
			}
			return products(r, x, 1, inputs, outputs)
		}
		clean := at(ReadKey{Clean: true})
		_, offset = moments(clean)
		_, sd = moments(minus(at(ReadKey{Seed: 1}), clean))
		return sd, offset
	}
	one, fixed := read("differential")
	two, halves := read("pair")
	near(t, "noise of a pair", two, one, 0.05)
	near(t, "offset of a pair", halves, fixed, 1e-3)
}
