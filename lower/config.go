package lower

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"acl/fabric"
	"acl/fabric/device"
	"acl/fabric/ledger"
	"acl/ir"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/stdlib"
)

// Settings become a chip, a plan and a way to learn. Every value has been typed
// by package check; what is left to refuse here is what the machine has no parts
// for.

// defaultChip is fabric45 as std.chips writes it: what every fabric starts from.
var defaultChip = sync.OnceValue(func() fabric.Chip {
	file, _ := stdlib.File("std.chips")
	p, diags := check.Check(file, stdlib.Table(), check.Options{Library: stdlib.File})
	if diags.HasErrors() {
		panic("lower: std.chips: " + diags[0].Error())
	}
	var chip fabric.Chip
	for _, f := range p.Fabrics {
		if f.Decl.Name.Text == "fabric45" {
			if bad := apply(&chip, f); bad.HasErrors() {
				panic("lower: std.chips: " + bad[0].Error())
			}
		}
	}
	return chip
})

// Chip builds the chip that a fabric describes.
func Chip(f *check.Fabric) (fabric.Chip, diag.List) {
	chip := defaultChip()
	chip.Modules = append([]fabric.Variant(nil), chip.Modules...)
	chip.Name = f.Name
	diags := apply(&chip, f)
	if chip.Ideal {
		chip.Idealize()
	}
	return chip, diags
}

func apply(chip *fabric.Chip, f *check.Fabric) diag.List {
	var diags diag.List
	for _, it := range check.Flatten(f) {
		if err := set(chip, it); err != nil {
			diags.Add(diag.Errorf("E0404", it.Span, "%v", err))
		}
	}
	variants(chip, f, &diags)
	failures(chip, f, &diags)
	if (chip.Cap.Leak > 0) && chip.Cell.Lifetime > 0 {
		at := f.Settings.Get("cell.lifetime")
		if at == nil {
			at = f.Settings.Get("cap.leak")
		}
		if at != nil {
			diags.Add(diag.Errorf("E0405", at.Span, "a cell leaks by the clock or by steps, not by both").
				WithHint("set `cap.leak: off;` or `cell.lifetime: off;`"))
		}
	}
	return diags
}

// set gives one setting to the chip.
func set(chip *fabric.Chip, it *check.Setting) error {
	info, ok := chip.Key(it.Path)
	if !ok {
		if it.Value == sig.Value(sig.Word("off")) {
			return chip.SetText(it.Path, "off") // a group
		}
		return nil // an opened group, or modules, which variants takes
	}
	switch v := it.Value.(type) {
	case sig.Word:
		if info.Kind == fabric.KeyLevel {
			mode := fabric.LevelOff
			if v == "on" {
				mode = fabric.LevelOn
			}
			return chip.SetLevel(it.Path, fabric.Level{Mode: mode})
		}
		if info.Kind == fabric.KeySwitch {
			return chip.SetBool(it.Path, v == "on")
		}
		return chip.SetText(it.Path, string(v))
	case sig.Bool:
		return chip.SetBool(it.Path, bool(v))
	case sig.Size:
		return chip.SetSize(it.Path, fabric.Size{H: v.H, W: v.W})
	case sig.Range:
		return chip.SetInterval(it.Path, number(v.Low), number(v.High))
	case sig.Int, sig.Float, sig.Quantity:
		if info.Kind == fabric.KeyLevel {
			return chip.SetLevel(it.Path, fabric.Level{Mode: fabric.LevelNumber, Value: number(v)})
		}
		return chip.SetNumber(it.Path, number(v))
	}
	return fmt.Errorf("%s takes %s", it.Path, info.Kind)
}

// refuse notes a setting that the machine has no parts for: the program is right
// and lowers, and a run says no.
func (s *State) refuse(it *check.Setting, format string, args ...any) {
	if it != nil {
		s.Refused.Add(unsupported(it, format, args...))
	}
}

func unsupported(it *check.Setting, format string, args ...any) diag.Diag {
	return diag.Errorf("E0590", it.KeySpan, "%s", fmt.Sprintf(format, args...)).
		WithHint("this version of the machine has no parts for it: leave the setting out")
}

// plan reads the schedule block.
func (s *State) plan() fabric.Plan {
	p := fabric.Plan{
		Gradient: "shared", Convert: "ends", Scaling: "auto", Choose: "least_energy", Pipeline: 1, Fidelity: "array",
		Values: "auto",
	}
	word := func(key string, dst *string) {
		if it := s.Schedule.Get(key); it != nil {
			*dst = string(it.Value.(sig.Word))
		}
	}
	word("gradient", &p.Gradient)
	word("convert", &p.Convert)
	word("scaling", &p.Scaling)
	word("refresh.values", &p.Values)
	p.Scan = s.scan()
	p.Pipeline = whole(s.Schedule, "pipeline", 1)
	if it := s.Schedule.Get("refresh"); it != nil && it.Value == sig.Value(sig.Word("off")) {
		p.Values, p.Weights = "off", "off"
	}
	if it := s.Schedule.Get("update"); it != nil && it.Value == sig.Value(sig.Word("pulsed")) {
		p.Update = "pulsed"
	}
	if it := s.Schedule.Get("calibrate.zero_shift"); it != nil {
		p.ZeroShift = it.Value == sig.Value(sig.Bool(true))
	}
	if it := s.Schedule.Get("winograd"); it != nil {
		p.Direct = it.Value == sig.Value(sig.Bool(false))
	}
	s.choose(&p)
	s.refuseUnsupported()
	s.refuseChip()
	if it := s.plans().Get("fidelity"); it != nil {
		p.Fidelity = string(it.Value.(sig.Word))
		if p.Fidelity == "circuit" {
			s.refuseCircuit(it)
		}
	}
	return p
}

// running tells whether batch norms use running statistics in training as well.
func (s *State) running() bool {
	it := s.Schedule.Get("norm")
	if it == nil || it.Value != sig.Word("running") {
		return false
	}
	for i := range s.Graph.Nodes {
		if s.Graph.Nodes[i].Op == opBatchnorm {
			return true
		}
	}
	s.Diags.Add(diag.Warnf(codeNoEffect, it.KeySpan, "`norm` is about batch norms, and %s has none", s.Module.Name))
	return false
}

// plans is the train or infer block's settings.
func (s *State) plans() *check.Settings {
	switch {
	case s.Train != nil:
		return s.Train.Settings
	case s.Infer != nil:
		return s.Infer.Settings
	}
	return nil
}

// refuseUnsupported names the settings of a schedule whose machinery the machine
// lacks.
func (s *State) refuseUnsupported() {
	if s.Schedule == nil {
		return
	}
	for _, it := range s.Schedule.Items {
		count, _ := it.Value.(sig.Int)
		switch {
		case it.Path == "protect.checksum" && it.Value == sig.Value(sig.Bool(true)):
			if up := s.Schedule.Get("update"); up != nil && up.Value == sig.Value(sig.Word("pulsed")) {
				s.refuse(it, "the pulse trains of `update: pulsed` do not reach checksum columns")
			}
		case it.Path == "pipeline" && count > 1:
			if up := s.Schedule.Get("update"); up != nil && up.Value == sig.Value(sig.Word("pulsed")) {
				s.refuse(it, "the pulse trains of `update: pulsed` would change the weights under the samples in flight")
			}
		}
	}
}

// refuseChip names what the chip is set to that the array level has no law for.
func (s *State) refuseChip() {
	for _, it := range check.Flatten(s.Fabric) {
		word, _ := it.Value.(sig.Word)
		switch {
		case it.Path == "costs":
			table, err := ledger.Lookup(string(word))
			if err != nil {
				panic("lower: " + err.Error()) // the language takes the names of tables only
			}
			s.refuseFigures(table)
		case strings.HasSuffix(it.Path, ".copies") && it.Value != sig.Int(1):
			class := strings.Split(it.Path, ".")[1]
			if !slices.Contains([]string{"conv", "dense", "gradient"}, class) {
				s.refuse(it, "copies are of read-outs of tiles, and %s modules have none", class)
			}
		}
	}
}

// refuseCircuit names what the circuit level has no law for: units that it knows no
// circuit of, and settings that it does not read.
func (s *State) refuseCircuit(fidelity *check.Setting) {
	if it := s.Schedule.Get("scaling"); it != nil && it.Value != sig.Word("auto") {
		s.refuse(it, "at the circuit level the scales are those of `scaling: auto`")
	}
	if it := s.Schedule.Get("update"); it != nil && it.Value == sig.Value(sig.Word("pulsed")) {
		s.refuse(it, "the circuit level learns by `update: accumulated`")
	}
	for _, group := range []string{"protect", "scan"} {
		for _, it := range s.Schedule.Under(group) {
			if it.Value != sig.Value(sig.Word("off")) {
				s.refuse(it, "the circuit level has no `%s`", group)
				break
			}
		}
	}
	chip, _ := Chip(s.Fabric)
	for _, it := range check.Flatten(s.Fabric) {
		faulty := strings.HasPrefix(it.Path, "faults.") && chip.Format(it.Path) != "0"
		if _, known := chip.Key(it.Path); known && (faulty || it.Path == "cap.common_mode" && chip.Cap.CommonMode) {
			s.refuse(it, "the circuit level has no `%s`", it.Path)
		}
	}
	seen := map[string]bool{}
	for _, n := range s.Graph.Nodes {
		op := n.Op
		if n.Role == ir.Forward && !device.Supports(&fabric.Unit{Op: op}) && !seen[op] {
			seen[op] = true
			s.Refused.Add(diag.Errorf("E0590", n.Origin, "the circuit level has no circuit for `%s`", op).
				WithRelated(fidelity.Span, "asked for here").WithHint("leave `fidelity` out: the array level has one"))
		}
	}
}

// refuseFigures names figures that a fabric of one's own sets though its table of
// costs has others in their place.
func (s *State) refuseFigures(table *ledger.Table) {
	for f := s.Fabric; f != nil && !f.Unit.Library; f = f.Base {
		if f.Settings == nil {
			continue
		}
		for _, it := range f.Settings.Items {
			if table.Ignores(it.Path) {
				s.Refused.Add(diag.Errorf("E0590", it.KeySpan, "the table of costs %s has a figure of its own for `%s`", table.Name, it.Path).
					WithHint("leave the setting out, or set `costs: fabric45;`"))
			}
		}
	}
}

// calibrateReads is the number of known vectors of a calibration.
func (s *State) calibrateReads() int {
	if it := s.Schedule.Get("calibrate.reads"); it != nil {
		return int(it.Value.(sig.Int))
	}
	return 16
}
