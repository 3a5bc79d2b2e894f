package lower

import (
	"slices"
	"strings"

	"acl/fabric"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
)

// Settings that do nothing are warned of where that is seen only once the chip is
// known. An experiment may set what they wait for, so that a fabric and a pair that
// have one are left alone.

// idle warns of them.
func (s *State) idle(chip *fabric.Chip) {
	onFabric, onPair := false, false
	for _, e := range s.Program.Experiments {
		if !e.Bad && e.Fabric.Declared() == s.Fabric.Declared() {
			onFabric, onPair = true, onPair || e.Module == s.Module
		}
	}
	if !onFabric {
		s.idleChip(chip)
	}
	if onPair {
		return
	}
	s.idleSchedule(chip)
	if s.Train != nil {
		s.idleTrain()
	}
	if s.Infer != nil {
		s.idleInfer(chip)
	}
}

// learningOnly are the keys of a schedule that take part in training only.
var learningOnly = []string{
	"gradient", "update", "refresh.values", "calibrate.every", "protect.rewrite", "protect.vote_backward",
}

// placing are the keys of a schedule that change cost and noise only, by where and
// how a value waits.
var placing = []string{"place", "choose", "into.via", "into.hold", "refresh", "refresh."}

// idleSchedule warns of settings of the schedule.
func (s *State) idleSchedule(chip *fabric.Chip) {
	if s.Schedule == nil {
		return
	}
	trained := slices.ContainsFunc(s.on(), func(p *check.Plan) bool { return p.Kind == "train" && p.Module == s.Module })
	for _, it := range s.Schedule.Items {
		warn := func(format string, args ...any) { s.Diags.Add(diag.Warnf(codeNoEffect, it.KeySpan, format, args...)) }
		off := it.Value == sig.Value(sig.Word("off"))
		list, _ := it.Value.(sig.List)
		switch opened := it.Value == nil && it.Expr == nil; {
		case fromCommand(it) || opened && it.Subject == nil:
		case it.Path == "reuse" && len(list) < 2:
			warn("one unit takes no turns with another")
		case it.Path == "calibrate" && off:
			warn("a chip is always calibrated once, at the start")
		case !trained && it.Path == "refresh.weights" && it.Value != sig.Value(sig.Word("auto")):
			warn("`refresh.weights` counts steps of a training, and %s on %s is not trained here", s.Module.Name, s.Fabric.Name)
		case !trained && listed(learningOnly, it.Path) && !off:
			warn("`%s` is about training, and %s on %s is not trained here", it.Path, s.Module.Name, s.Fabric.Name)
		case s.idealText() && listed(placing, it.Path):
			warn("`%s` does nothing on the ideal chip %s", it.Path, s.Fabric.Name)
		case strings.HasPrefix(it.Path, "refresh") && off && !(chip.Noise.Leak.On() && leaks(chip)) && !s.overridden():
			warn("nothing leaks on the chip %s", s.Fabric.Name)
		case it.Path == "winograd" && !s.hasTaps():
			warn("`winograd` is about convolutions of 3x3 in steps of one, and %s has none", s.Module.Name)
		}
	}
}

// idealText reports whether the text itself makes the chip ideal.
func (s *State) idealText() bool {
	own, _ := Chip(s.Fabric.Declared())
	return own.Ideal
}

// overridden reports whether a command line has changed the chip.
func (s *State) overridden() bool { return s.Fabric != s.Fabric.Declared() }

// hasTaps reports whether a convolution is one that Winograd's algorithm sums.
func (s *State) hasTaps() bool {
	for i := range s.Graph.Nodes {
		n := &s.Graph.Nodes[i]
		if n.Op != "nn.conv" {
			continue
		}
		three, one := sig.Value(sig.Size{H: 3, W: 3}), sig.Value(sig.Size{H: 1, W: 1})
		if n.Attr("kernel") == three && n.Attr("stride") == one {
			return true
		}
	}
	return false
}

// idleTrain warns of settings of the train block.
func (s *State) idleTrain() {
	set := s.Train.Settings
	if it := set.Get("warmup"); it != nil && it.Value != sig.Value(sig.Int(0)) && !s.asks("stage") {
		s.Diags.Add(diag.Warnf(codeNoEffect, it.KeySpan, "`warmup` names a stage that only a policy asks for"))
	}
	it := set.Get("optimizer")
	if it == nil || set.Get("steps") != nil {
		return
	}
	epochs := whole(set, "epochs", 1)
	rate := s.optimizer(it).Rate
	if rate.Kind == "steps" && !slices.ContainsFunc(rate.At, func(at int) bool { return at < epochs }) {
		s.Diags.Add(diag.Warnf(codeNoEffect, it.Span, "the rate steps at epoch %d at the earliest, and the training has %d, counted from 0",
			slices.Min(rate.At), epochs))
	}
}

// idleInfer warns of settings of the infer block.
func (s *State) idleInfer(chip *fabric.Chip) {
	if s.overridden() {
		return
	}
	set := s.Infer.Settings
	if it := set.Get("after"); it != nil && !isOff(it.Value) && !(chip.Noise.Leak.On() && leaks(chip)) {
		s.Diags.Add(diag.Warnf(codeNoEffect, it.KeySpan, "`after` changes nothing: nothing leaks on the chip %s", s.Fabric.Name))
	}
	if it := set.Get("dies"); it != nil && whole(set, "dies", 1) > 1 && !noisy(chip) && !faulty(chip) {
		s.Diags.Add(diag.Warnf(codeNoEffect, it.KeySpan, "all dies of the chip %s are alike: it has no errors", s.Fabric.Name))
	}
}

func isOff(v sig.Value) bool {
	switch v := v.(type) {
	case sig.Word:
		return v == "off"
	case sig.Int:
		return v == 0
	case sig.Float:
		return v == 0
	case sig.Quantity:
		return number(v) == 0
	}
	return false
}
