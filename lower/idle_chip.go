package lower

import (
	"slices"
	"strings"

	"acl/fabric"
	"acl/fabric/circuit"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
)

// Most figures of a chip are figures of one error source, and move nothing while it
// is off. internal/job has a test that trains with each key moved and asks that what
// changes nothing is listed here.

// waiting is keys of a fabric that act only under a condition. A key that ends in a
// dot is the group.
type waiting struct {
	keys  []string
	works func(*fabric.Chip) bool
	until string // what has to be set for it
}

// pulseSpreads are what makes pulses and cells differ.
var pulseSpreads = []string{
	"cell.asymmetry", "cell.spread.step", "cell.spread.asymmetry", "cell.spread.symmetry", "cell.spread.bounds", "cell.spread.cycle",
}

// chipKeysWaiting is the conditions on a chip that makes errors.
var chipKeysWaiting = []waiting{
	{[]string{"opamp.noise"}, func(c *fabric.Chip) bool { return c.Noise.Read.On() }, "noise.read: on;"},
	{[]string{"mismatch.threshold", "mismatch.beta"}, func(c *fabric.Chip) bool { return c.Noise.Mismatch.On() }, "noise.mismatch: on;"},
	{[]string{"mismatch.resistor"}, func(c *fabric.Chip) bool { return c.Noise.Mismatch.On() || c.Noise.Offset.On() }, "noise.mismatch: on;"},
	{[]string{"dac.bits"}, func(c *fabric.Chip) bool { return c.Noise.Quantize.On() }, "noise.quantize: on;"},
	{[]string{"cap.leak", "cap.common_mode", "cell.lifetime", "cell.spread.leak"}, func(c *fabric.Chip) bool { return c.Noise.Leak.On() }, "noise.leak: on;"},
	{[]string{"cap.common_mode", "cell.spread.leak"}, leaks, "cap.leak: 10fA;"},
	{pulseSpreads, func(c *fabric.Chip) bool { return c.Noise.Cells.On() }, "noise.cells: on;"},
	{append(slices.Clone(pulseSpreads), "noise.cells", "cell.management"), func(c *fabric.Chip) bool { return c.Cell.Update != "exact" }, "cell.update: stochastic;"},
	{[]string{"cell.management"}, func(c *fabric.Chip) bool { return c.Noise.Cells.On() }, "noise.cells: on;"},
	{[]string{"cell.management"}, func(c *fabric.Chip) bool { return c.Cell.Update != "counted" }, "cell.update: stochastic;"},
	{[]string{"comparator.offset"}, func(c *fabric.Chip) bool { return c.Noise.Comparator.On() }, "noise.comparator: on;"},
	{[]string{"tiles.wire"}, func(c *fabric.Chip) bool { return c.Noise.IRDrop.On() }, "noise.ir_drop: on;"},
	{[]string{"noise.law"}, func(c *fabric.Chip) bool { return c.Noise.Weight.On() || c.Noise.Gradient.On() }, "noise.weight: 2%;"},
	{[]string{"temperature", "vcr.law", "tiles.readout"}, noisy, "noise.read: on;"},
	{[]string{"die"}, func(c *fabric.Chip) bool { return noisy(c) || faulty(c) }, "noise.mismatch: on;"},
	{[]string{"vcr.threshold"}, func(c *fabric.Chip) bool { return c.Cap.CommonMode || circuit.CheckSupply(c) != nil }, "cap.common_mode: on;"},
	{[]string{"bus.time", "dcu.clock", "dcu.lanes", "cell.pulse", "adc.time"}, func(c *fabric.Chip) bool { return c.Tick == 0 }, "tick: off;"},
}

// onIdeal are the keys that a chip without errors and without charge takes no notice
// of. Bits, amplifiers and buses still set its times, tiles its area.
var onIdeal = []string{
	"temperature", "die", "supply.", "tiles.readout", "tiles.wire", "opamp.noise", "opamp.offset", "opamp.current", "opamp.gated",
	"vcr.law", "vcr.beta", "vcr.threshold", "cap.", "cell.step", "cell.asymmetry", "cell.management", "cell.update", "cell.spread.",
	"mismatch.", "comparator.", "dac.bits", "dac.energy", "adc.energy", "noise.", "faults.",
}

func leaks(c *fabric.Chip) bool { return c.Cap.Leak > 0 || c.Cell.Lifetime > 0 }

// noisy reports whether any source of the circuits is on.
func noisy(c *fabric.Chip) bool {
	n := &c.Noise
	return slices.ContainsFunc([]fabric.Level{
		n.Read, n.Offset, n.Mismatch, n.Quantize, n.Clip, n.Storage, n.Leak, n.Cells, n.Comparator, n.IRDrop, n.Drift,
	}, fabric.Level.On)
}

func faulty(c *fabric.Chip) bool {
	return c.Faults.Stuck > 0 || c.Faults.Columns > 0 || c.Faults.Drift > 0 || len(c.Faults.Fail) > 0
}

func listed(keys []string, path string) bool {
	return slices.ContainsFunc(keys, func(k string) bool {
		return path == k || strings.HasSuffix(k, ".") && strings.HasPrefix(path, k)
	})
}

// idleChip warns of what the fabric's own block sets to no effect, and of what a
// command line does. What a block has from another fabric, or says again, was meant
// for that one, and what a command line switches off the block may wait for.
func (s *State) idleChip(chip *fabric.Chip) {
	declared := s.Fabric.Declared()
	if declared.Unit != s.Program.Root {
		return
	}
	own, _ := Chip(declared)
	base := defaultChip()
	if declared.Base != nil {
		base, _ = Chip(declared.Base)
	}
	for _, it := range check.Flatten(s.Fabric) {
		on, before := chip, &own
		switch {
		case declared.Decl.Span.Holds(it.KeySpan):
			on, before = &own, &base
		case !fromCommand(it):
			continue
		}
		if it.Value == nil && it.Subject == nil || isOff(it.Value) {
			continue
		}
		// An ideal chip has made its sources what they are whatever was written.
		source := on.Ideal && listed([]string{"noise.", "faults."}, it.Path)
		if _, known := on.Key(it.Path); known && !source && on.Format(it.Path) == before.Format(it.Path) {
			continue
		}
		if why, hint := s.idleKey(on, it.Path); why != "" {
			d := diag.Warnf(codeNoEffect, it.KeySpan, "`%s` does nothing %s", it.Path, why)
			if hint != "" {
				d = d.WithHint("write `%s`, or leave it out", hint)
			}
			s.Diags.Add(d)
		}
	}
}

// idleKey says why a key of a chip has no effect, and what would give it one; why is
// empty where it has.
func (s *State) idleKey(chip *fabric.Chip, path string) (why, hint string) {
	if s.exact(chip) {
		switch {
		case !listed(onIdeal, path):
			return "", ""
		case chip.Ideal:
			return "on the ideal chip " + s.Fabric.Name, ""
		}
		return "where all is computed with `fidelity: ideal`", ""
	}
	for _, w := range chipKeysWaiting {
		if listed(w.keys, path) && !w.works(chip) {
			return "without `" + w.until + "`", w.until
		}
	}
	if path == "cell.management" && !s.pulsed() {
		return "without `update: pulsed` in a schedule", ""
	}
	return "", ""
}

// exact reports whether a chip computes without errors in every block that uses it.
func (s *State) exact(chip *fabric.Chip) bool {
	if chip.Ideal {
		return true
	}
	for _, p := range s.on() {
		it := p.Settings.Get("fidelity")
		if p.Kind != "schedule" && (it == nil || it.Value != sig.Value(sig.Word("ideal")) || fromCommand(it)) {
			return false
		}
	}
	return true
}

// fromCommand reports whether a command line set a key.
func fromCommand(it *check.Setting) bool {
	return it.KeySpan.File != nil && it.KeySpan.File.Name == check.OverrideFile
}

// pulsed reports whether some schedule on the chip learns by pulses.
func (s *State) pulsed() bool {
	return slices.ContainsFunc(s.on(), func(p *check.Plan) bool {
		it := p.Settings.Get("update")
		return it != nil && it.Value == sig.Value(sig.Word("pulsed"))
	})
}

// on are the blocks on the fabric.
func (s *State) on() []*check.Plan {
	var out []*check.Plan
	for _, p := range s.Program.Plans {
		if !p.Bad && p.Fabric.Declared() == s.Fabric.Declared() {
			out = append(out, p)
		}
	}
	return out
}
