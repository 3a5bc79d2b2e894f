package job

import "acl/fabric/dcu"

// Compiled is the line of `--json` about a lowered block.
func Compiled(m *Model) map[string]any {
	f := m.Fabric()
	cells := 0
	for i := range f.Arrays {
		if a := &f.Arrays[i]; a.Digital == nil {
			cells += a.Rows * a.Cols
		}
	}
	outputs := map[string][]int{}
	for _, o := range f.Outputs {
		outputs[o.Name] = f.Values[o.Value].Shape
	}
	n := len(f.Train)
	if f.Learn == nil {
		n = len(f.Eval)
	}
	return map[string]any{
		"event": "compiled", "model": f.Name, "fabric": f.Chip.Name, "params": f.Params, "macs": f.MACs,
		"tiles": f.Tiles, "gradient_tiles": f.GradTiles, "cells": cells, "stack_slots": f.Frame,
		"instructions": n, "outputs": outputs,
	}
}

// EpochMap is the line of `--json` about an evaluation.
func EpochMap(e dcu.Epoch) map[string]any {
	return Finite(map[string]any{
		"event": "epoch", "epoch": e.Epoch, "train_loss": e.TrainLoss, "loss": e.Score.Loss, "top1": e.Score.Top1,
		"top5": e.Score.Top5, "seconds": e.Seconds, "train_seconds": e.Training,
	})
}

// Map is the line of `--json` about answers.
func (a *Answer) Map(m *Model) map[string]any {
	return Finite(map[string]any{
		"event": "answer", "model": m.Fabric().Name, "fabric": m.Fabric().Chip.Name, "die": a.Die, "after_s": a.After,
		"loss": a.Score.Loss, "top1": a.Score.Top1, "top5": a.Score.Top5, "energy_j": a.Energy, "latency_s": a.Latency,
		"rows": a.Score.N, "confusion": a.Score.Confusion,
	})
}
