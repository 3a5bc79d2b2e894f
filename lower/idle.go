package lower

import (
	"strings"

	"acl/fabric"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
)

// Settings of the program's own that do nothing are warned of where that is seen only
// once the chip is known. An experiment may set what they wait for, so that a pair
// that has one is left alone.

// idle warns of them.
func (s *State) idle(chip *fabric.Chip) {
	for _, e := range s.Program.Experiments {
		if e.Module == s.Module && e.Fabric.Declared() == s.Fabric.Declared() {
			return
		}
	}
	if chip.Ideal {
		s.idleErrors()
	}
	for _, it := range s.Schedule.All("reuse") {
		if list, ok := it.Value.(sig.List); ok && len(list) < 2 {
			s.Diags.Add(diag.Warnf(codeNoEffect, it.KeySpan, "one unit takes no turns with another"))
		}
	}
	if it := s.plans().Get("warmup"); it != nil && it.Value != sig.Value(sig.Int(0)) && s.Train != nil {
		s.Diags.Add(diag.Warnf(codeNoEffect, it.KeySpan, "`warmup` names a stage that only a policy asks for"))
	}
}

// idleErrors warns of the errors that the block of an ideal fabric itself asks for.
// What it has from another fabric was meant for that one.
// A chip that is made ideal from outside of the text is none that the text speaks of.
func (s *State) idleErrors() {
	text := s.Fabric.Declared().Decl.Span
	if it := s.Fabric.Settings.Get("ideal"); it != nil && !text.Holds(it.KeySpan) {
		return
	}
	for _, it := range check.Flatten(s.Fabric) {
		group, _, _ := strings.Cut(it.Path, ".")
		if group != "noise" && group != "faults" || !text.Holds(it.KeySpan) {
			continue
		}
		if it.Value == nil && it.Subject == nil || isOff(it.Value) {
			continue
		}
		s.Diags.Add(diag.Warnf(codeNoEffect, it.KeySpan, "`%s` does nothing on the ideal chip %s", it.Path, s.Fabric.Name))
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
	}
	return false
}
