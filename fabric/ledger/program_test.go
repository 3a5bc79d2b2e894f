package ledger

import (
	"math"
	"testing"

	"acl/fabric"
	"acl/fabric/circuit"
)

// Acceptance test 13: the three examples of physics.md §3.3, refresh off.
func TestLambdaEq(t *testing.T) {
	chip := fabric45Chip()
	tau := Tau(chip)
	near(t, "tau", tau, 2, 1e-9)
	r := RecipeOf(chip, fabric45)
	sample := r.Sample(mlp).Time()
	for _, c := range []struct {
		name   string
		step   float64
		want   float64
		silent bool
		fails  bool
	}{
		{"batch 1", sample, 3.3e-5, true, false},
		{"batch 32", 32 * sample, 1.1e-3, false, false},
		{"ResNet-18", 32 * r.Sample(resnet18()).Time(), 21, false, true},
	} {
		got := LambdaEq(c.step, 0, 0.1, tau)
		near(t, c.name, got, c.want, 0.035)
		if got <= LambdaSilent != c.silent || got > LambdaWarn != c.fails {
			t.Errorf("%s: %g is judged wrongly", c.name, got)
		}
	}
	near(t, "momentum", LambdaEq(1, 0.9, 0.1, 2), 0.5, 1e-12)
	for what, off := range map[string]func(c *fabric.Chip){
		"ideal": func(c *fabric.Chip) { c.Ideal = true }, "noise off": func(c *fabric.Chip) { c.Noise.Leak = fabric.Level{} },
		"no current": func(c *fabric.Chip) { c.Cap.Leak = 0 },
	} {
		still := fabric45Chip()
		off(still)
		if !math.IsInf(Tau(still), 1) {
			t.Errorf("%s: tau = %g", what, Tau(still))
		}
	}
	chip.Noise.Leak = fabric.Level{Mode: fabric.LevelNumber, Value: 4}
	near(t, "four times the leak", Tau(chip), 0.5, 1e-9)
}

func TestTick(t *testing.T) {
	chip := fabric45Chip()
	chip.Tick = 10e-9
	time := TimingOf(chip)
	for what, got := range map[string]float64{
		"mvm": time.MVM(128, 20, true), "elementwise": time.Elementwise(1000, true), "compare": time.Compare(1000, 9),
		"transfer": time.Transfer(1000), "hold": time.Hold(1000), "config": time.Config(1000), "digital": time.Digital(1000),
		"train": time.Accumulate(), "read": time.ReadTile(128, circuit.WidestBound), "pulses": time.PulseTile(128), "write": time.WriteTile(128),
		"microword": time.Microword(), "alternate": time.Alternate(1000),
	} {
		if got != chip.Tick {
			t.Errorf("%s takes %g s, want a tick", what, got)
		}
	}
}

func TestTimes(t *testing.T) {
	time := TimingOf(fabric45Chip())
	for what, c := range map[string][2]float64{
		"a transfer":         {time.Transfer(128), 10e-9},
		"a transfer too big": {time.Transfer(129), 20e-9},
		"switches":           {time.Config(65), 4e-9},
		"a microword":        {time.Microword(), 2e-9},
		"lanes":              {time.Digital(64), 2e-9},
		"more lanes":         {time.Digital(65), 4e-9},
		"a hold":             {time.Hold(128), 4e-9},
		"an adder to 2^-9":   {time.Elementwise(1, false), 4.595e-9}, // 0.7 V takes 4.43 ns; 0.1 V more of slewing
		"and its conversion": {time.Elementwise(1, true) - time.Elementwise(1, false), 80e-9},
		"a window of four":   {time.Compare(1, 4) - time.Elementwise(1, false), 2e-9},
		"rows of pulses":     {time.PulseTile(10), 31e-6},
		"pairs of pulses":    {time.Alternate(6000), 1.2e-3},
	} {
		near(t, what, c[0], c[1], 0.02)
	}
}

func TestArea(t *testing.T) {
	chip := fabric45Chip()
	tile := AreaOf(chip, fabric45, 1, 0)
	periphery := tile.Total() - tile.Control.Value
	near(t, "a tile", periphery, 1.37e-6, 5e-3)
	trench := periphery - tile.Cells.Value + tile.Cells.Low
	near(t, "with trench capacitors", trench, 0.69e-6, 0.012)
	near(t, "cells of the ResNet-18", AreaOf(chip, fabric45, 713, 0).Cells.Value, 584e-6, 3e-3)
	near(t, "a value on the stack", AreaOf(chip, fabric45, 0, 1).Stack.Value, 50e-12, 1e-9)
	sum := Amount{}
	for _, p := range tile.Parts() {
		sum = sum.Plus(p.Area)
	}
	near(t, "parts", sum.Value, tile.Total(), 1e-12)
	chip.Tiles.Spares = 2
	if AreaOf(chip, fabric45, 1, 0).Cells.Value <= tile.Cells.Value {
		t.Error("spare columns take no area")
	}
}

// program is a dense layer of 200 inputs and 10 outputs with its relu, that learns.
func program() *fabric.Program {
	p := &fabric.Program{Chip: *fabric45Chip(), MACs: 2000, Params: 2000, Tiles: 2, GradTiles: 2, Frame: 1600}
	p.Values = []fabric.Value{{Shape: []int{200}}, {Shape: []int{10}}, {Shape: []int{10}}}
	cuts := []fabric.Cut{{Rows: 128, Cols: 10}, {Tile: 1, Row: 128, Rows: 72, Cols: 10}}
	p.Arrays = []fabric.Array{{Path: "fc", Rows: 200, Cols: 10, Tiles: cuts, Grad: cuts}}
	p.Units = []fabric.Unit{
		{Role: fabric.Input, Out: 0, Array: -1},
		{Op: "nn.dense", Class: "dense", Out: 1, Array: 0, Positions: 1},
		{Op: "nn.relu", Class: "activation", Out: 2, Array: -1},
		{Op: "nn.dense", Role: fabric.DataGrad, Class: "gradient", Out: 0, Array: 0},
	}
	p.Learn = &fabric.Learn{Batch: 16}
	return p
}

func TestProgramsAreRead(t *testing.T) {
	p := program()
	if got, want := WorkOf(p), (Work{MACs: 2000, Activations: 20, Weights: 2000, Batch: 16, Dense: 2000}); got != want {
		t.Errorf("work %+v, want %+v", got, want)
	}
	if got := RecipeOf(&p.Chip, fabric45).Tiles(Net{Layers: []Layer{{200, 10, 1}}}); got != 2 {
		t.Errorf("%d tiles, want 2", got)
	}
	u := UtilizationOf(p)
	near(t, "tiles", u.Tiles, 4.0/256, 1e-12)
	near(t, "cells", u.Cells, 4000.0/(4*128*128), 1e-12)
	near(t, "stack", u.Stack, 1e-4, 1e-12)
	p.Learn = nil
	if got := WorkOf(p).Batch; got != 1 {
		t.Errorf("without learning, a batch of %d", got)
	}
}

// Answers cost a third of the products of a training step, and no update.
func TestAnswers(t *testing.T) {
	w := Work{MACs: 1000, Activations: 10, Weights: 1000, Batch: 1}
	for _, p := range Precisions {
		train, answer := p.TrainStep(w, 64), p.Answer(w, 64)
		update := 1000 * (8*sramByte + macFP32)
		near(t, p.Name, train-update-2*10*p.Bytes*sramByte-2*1000*p.product(64), answer, 1e-12)
		if p.Answer(w, 1) <= answer {
			t.Errorf("%s: reuse is free", p.Name)
		}
	}
}
