package module

import (
	"math"
	"testing"

	"acl/fabric"
)

// oneUnit runs a unit without parameters on four lanes of one sample.
func oneUnit(t *testing.T, op string, chip *fabric.Chip, x []float32) []float32 {
	t.Helper()
	p := &fabric.Program{Chip: *chip, Values: []fabric.Value{{Name: "x", Shape: []int{4}}, {Name: "y", Shape: []int{4}}}}
	u := &fabric.Unit{Path: "u", Op: op, Role: fabric.Forward, Args: []fabric.ValueID{0}, Out: 1, Array: -1}
	m, err := New(&Env{Chip: &p.Chip}, p, u, nil)
	if err != nil {
		t.Fatal(err)
	}
	y := make([]float32, 4)
	m.Run(&Call{N: 1, Args: []Tensor{{Data: x}}, Out: Tensor{Data: y}})
	return y
}

// hot is a chip at 350 K without errors, but for drift where it is asked for.
func hot(drift fabric.Level) *fabric.Chip {
	c := &fabric.Chip{Temperature: 350}
	c.Opamp.Gain = 1000
	c.Rail.Input, c.Rail.Swing = 0.3, fabric.Interval{Low: -0.8, High: 0.8}
	c.Noise.Drift = drift
	return c
}

// With drift the volts for a nat stay those of 300.15 K, and a softmax at 350 K
// has the temperature 350/300.15; without, they follow and it has 1.
func TestSoftmaxTemperatureFollowsTheChip(t *testing.T) {
	x := []float32{0, 0.4, -0.3, 0.9}
	ratio := func(drift fabric.Level) float64 {
		y := oneUnit(t, "nn.softmax", hot(drift), x)
		return math.Log(float64(y[3]/y[0])) / 0.9
	}
	for _, c := range []struct {
		level fabric.Level
		want  float64
	}{
		{fabric.Level{}, 1},
		{fabric.Level{Mode: fabric.LevelOn}, 300.15 / 350},
		{fabric.Level{Mode: fabric.LevelNumber, Value: 2}, math.Pow(300.15/350, 2)},
	} {
		if got := ratio(c.level); math.Abs(got-c.want) > 1e-5 {
			t.Errorf("at level %v logits count %g times, want %g", c.level, got, c.want)
		}
	}
}

func TestTanhFollowsTheChip(t *testing.T) {
	x := []float32{0, 0.4, -0.3, 0.9}
	y := oneUnit(t, "nn.tanh", hot(fabric.Level{Mode: fabric.LevelOn}), x)
	for i, v := range x {
		if want := math.Tanh(float64(v) * 300.15 / 350); math.Abs(float64(y[i])-want) > 1e-5 {
			t.Errorf("tanh(%g) on a hot chip is %g, want %g", v, y[i], want)
		}
	}
}
