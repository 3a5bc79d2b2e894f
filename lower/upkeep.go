package lower

import (
	"math"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/fabric/ledger"
	"acl/lang/diag"
	"acl/lang/sig"
)

// Upkeep is what the schedule adds against time: rewriting weights that leak, and
// calibrating again. The leak of the weights over one step equals a weight decay
// λ_eq (physics.md §3.3); above a limit the control unit rewrites the weights from
// its own copy, often enough that they lose less than half a pulse in between.

// upkeep lists the instructions after the updates of a step. It runs before the
// times are known, so that refresh instructions get their period later.
func (s *State) upkeep(f *fabric.Program) []fabric.Instr {
	list := responses(f, s.calibrateReads())
	every := whole(s.Schedule, "calibrate.every", 0)
	if every > 0 {
		for i := range f.Arrays {
			if f.Arrays[i].Digital != nil {
				continue
			}
			in := blank(fabric.OpCalibrate)
			in.Array, in.Reads, in.Every = i, s.calibrateReads(), every
			list = append(list, in)
		}
	}
	if n := whole(s.Schedule, "refresh.weights", 0); n > 0 {
		list = append(list, refreshes(f, n)...)
	}
	list = append(list, s.rewrites(f)...)
	return append(list, s.scans(f)...)
}

// responses look, at the end of a step, at what checksums confirmed in it.
func responses(f *fabric.Program, reads int) []fabric.Instr {
	var list []fabric.Instr
	for i := range f.Arrays {
		if g := f.Arrays[i].Protect; g != nil && g.Checks > 0 && g.Repair != "retry" {
			in := blank(fabric.OpCheck)
			in.Array, in.Reads = i, reads
			list = append(list, in)
		}
	}
	return list
}

// scans look for stuck cells.
func (s *State) scans(f *fabric.Program) []fabric.Instr {
	every := whole(s.Schedule, "scan.every", 0)
	if every == 0 {
		return nil
	}
	var list []fabric.Instr
	for i := range f.Arrays {
		if f.Arrays[i].Digital == nil {
			in := blank(fabric.OpCheck)
			in.Array, in.Every, in.Reads = i, every, s.calibrateReads()
			list = append(list, in)
		}
	}
	return list
}

// rewrites bring copies together.
func (s *State) rewrites(f *fabric.Program) []fabric.Instr {
	var list []fabric.Instr
	for i := range f.Arrays {
		if g := f.Arrays[i].Protect; g != nil && g.Rewrite > 0 {
			in := blank(fabric.OpStore)
			in.Array, in.Every, in.Reads = i, g.Rewrite, s.calibrateReads()
			list = append(list, in)
		}
	}
	return list
}

func refreshes(f *fabric.Program, every int) []fabric.Instr {
	var list []fabric.Instr
	taken := f.TakesTurns()
	for i := range f.Arrays {
		if f.Arrays[i].Digital != nil || taken != nil && taken[i] { // a load is one
			continue
		}
		in := blank(fabric.OpRefresh)
		in.Array, in.Every = i, every
		list = append(list, in)
	}
	return list
}

// retention is the leak lint: silent, a warning or an error, or as many refreshes
// as keep it silent where the schedule leaves that to the control unit.
func (s *State) retention() {
	f := s.Fab
	tau := ledger.Tau(&f.Chip)
	if f.Learn == nil || math.IsInf(tau, 1) || whole(s.Schedule, "refresh.weights", 0) > 0 || len(refreshes(f, 1)) == 0 {
		return
	}
	_, rate := f.Learn.Optimizer.Rate.Span()
	momentum := 0.0
	if f.Learn.Optimizer.Kind == "sgd" {
		momentum, _ = f.Learn.Optimizer.Momentum.Span()
	}
	step := f.Timing.Step
	lambda := ledger.LambdaEq(step, momentum, rate, tau)
	if lambda <= ledger.LambdaSilent {
		return
	}
	off := s.Schedule.Get("refresh")
	if off == nil || off.Value != sig.Word("off") {
		s.insert(refreshes(f, ledger.RefreshSteps(f.Chip.Cell.Step, step, tau)))
		return
	}
	span := off.KeySpan
	d := diag.Warnf("W0302", span, "weights leak as much as a decay of %.2g: they halve within %.3g s, and a step takes %.3g s",
		lambda, tau*math.Ln2, step)
	if lambda > ledger.LambdaWarn {
		d = diag.Errorf("E0508", span, "weights leak as much as a decay of %.2g: a step takes %.3g s, and they halve within %.3g s",
			lambda, step, tau*math.Ln2)
	}
	s.Diags.Add(d.WithHint("`refresh { weights: auto; }` rewrites them in time, or `cap { leak: off; }`"))
}

// droop is the lint of values that wait too long where nothing rewrites them.
func (s *State) droop() {
	f := s.Fab
	chip := &f.Chip
	if f.Plan.Values != "off" || chip.Ideal || !chip.Noise.Leak.On() || chip.Cap.Leak <= 0 {
		return
	}
	tau := chip.Cap.Hold * chip.Rail.Weight / (chip.Cap.Leak * chip.Noise.Leak.Number(1))
	limit := dcu.HoldLimit(tau, chip.ADC.Bits)
	longest := -1
	for i := range f.Train {
		if f.Train[i].Hold > limit && (longest < 0 || f.Train[i].Hold > f.Train[longest].Hold) {
			longest = i
		}
	}
	if longest < 0 {
		return
	}
	in := &f.Train[longest]
	span := in.Origin
	if it := s.Schedule.Get("refresh.values"); it != nil {
		span = it.KeySpan
	} else if it := s.Schedule.Get("refresh"); it != nil {
		span = it.KeySpan
	}
	s.Diags.Add(diag.Warnf("W0303", span, "%s waits %.3g s on the stack and droops by more than half a step of the converters after %.3g s",
		f.Values[in.Value].Name, in.Hold, limit).WithHint("`refresh { values: auto; }` rewrites it in time"))
}

// insert puts instructions before the last sync of the step.
func (s *State) insert(list []fabric.Instr) {
	f := s.Fab
	at := len(f.Train) - 2
	f.Train = append(f.Train[:at:at], append(list, f.Train[at:]...)...)
	dcu.Retime(f, nil)
}
