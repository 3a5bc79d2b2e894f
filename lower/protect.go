package lower

import (
	"cmp"
	"slices"
	"strings"

	"acl/fabric"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
)

// Protections guard arrays, not units: units that share parameters share their
// copies and checksums. What a schedule says of all units holds for every array on
// tiles; what it says of one unit, or of the instance around it, comes on top, the
// nearest last.

// protections gives each array what guards it.
func (s *State) protections() {
	f := s.Fab
	list := s.Schedule.Under("protect")
	slices.SortStableFunc(list, func(a, b *check.Setting) int { return cmp.Compare(reach(a), reach(b)) })
	for _, it := range list {
		for i := range f.Arrays {
			if a := &f.Arrays[i]; a.Digital == nil && s.concerns(it, i) {
				protect(a, it)
			}
		}
	}
	for i := range f.Arrays {
		f.Arrays[i].Protect = settled(f.Arrays[i].Protect)
	}
	s.unguarded()
	s.spareless()
	s.narrow()
}

// narrow refuses checksums on tiles that they would fill.
func (s *State) narrow() {
	size := s.Fab.Chip.Tiles.Size
	for i := range s.Fab.Arrays {
		a := &s.Fab.Arrays[i]
		if a.Protect == nil || a.Protect.Checks < size.W {
			continue
		}
		for _, it := range s.Schedule.All("protect.checksum") {
			if s.concerns(it, i) {
				s.Diags.Add(diag.Errorf("E0501", it.KeySpan, "%s has %d checksum columns on tiles of %dx%d, which leaves no room for weights",
					a.Path, a.Protect.Checks, size.H, size.W).WithHint("`tiles { size: 128x128; }` has room for both"))
				return
			}
		}
	}
}

// reach orders settings by how near to a unit their subject is, and of those for the
// same one a group's being off before what is set in it.
func reach(it *check.Setting) int {
	r := 0
	if it.Subject != nil {
		r = 2 + 2*strings.Count(it.Subject.Text, ".")
	}
	if it.Value != sig.Value(sig.Word("off")) {
		r++
	}
	return r
}

// concerns reports whether a setting is about an array: about all, or about a unit
// that uses it.
func (s *State) concerns(it *check.Setting, array int) bool {
	if it.Subject == nil {
		return true
	}
	for i := range s.Fab.Units {
		u := &s.Fab.Units[i]
		if u.Array == array && u.Role == fabric.Forward && inside(u.Path, it.Subject.Text) {
			return true
		}
	}
	return false
}

// inside reports whether a path is a unit's or lies in an instance.
func inside(path, at string) bool { return path == at || strings.HasPrefix(path, at+".") }

// protect lets one setting act on an array.
func protect(a *fabric.Array, it *check.Setting) {
	if it.Path == "protect" && it.Value == sig.Value(sig.Word("off")) {
		a.Protect = nil
		return
	}
	if a.Protect == nil {
		a.Protect = &fabric.Protection{Copies: 1, Vote: "mean", Threshold: 4, Repair: "retry"}
	}
	g := a.Protect
	switch v := it.Value.(type) {
	case sig.Word:
		switch it.Path {
		case "protect.vote":
			g.Vote = string(v)
		case "protect.repair":
			g.Repair = string(v)
		}
	case sig.Bool:
		switch it.Path {
		case "protect.checksum":
			g.Checks = 0
			if v {
				g.Checks = 1
			}
		case "protect.vote_backward":
			g.Backward = bool(v)
		}
	case sig.Int, sig.Float:
		n := number(v)
		switch it.Path {
		case "protect.copies":
			g.Copies = int(n)
		case "protect.rewrite":
			g.Rewrite = int(n)
		case "protect.threshold":
			g.Threshold = n
		}
	}
}

// settled is a protection once all its settings are known: nil where it guards
// nothing. A repair by spare columns has to know which column is bad, and takes a
// second checksum.
func settled(g *fabric.Protection) *fabric.Protection {
	if g == nil || g.Copies == 1 && g.Checks == 0 {
		return nil
	}
	if g.Checks > 0 && g.Repair == "spare" {
		g.Checks = 2
	}
	return g
}

// unguarded warns of a protection of units that have no weights on tiles.
func (s *State) unguarded() {
	for _, it := range s.Schedule.All("protect") {
		if it.Subject == nil {
			continue
		}
		any := false
		for i := range s.Fab.Arrays {
			any = any || s.Fab.Arrays[i].Digital == nil && s.concerns(it, i)
		}
		if !any {
			s.Diags.Add(diag.Warnf(codeNoEffect, it.KeySpan, "`protect` guards weights on tiles, and %s has none", it.Subject.Text))
		}
	}
}

// spareless warns of repairs by spare columns on a chip without any.
func (s *State) spareless() {
	if s.Fab.Chip.Tiles.Spares > 0 || s.Fab.Chip.Ideal {
		return
	}
	for _, key := range []string{"protect.repair", "scan.repair"} {
		for _, it := range s.Schedule.All(key) {
			if it.Value == sig.Value(sig.Word("spare")) {
				s.Diags.Add(diag.Warnf(codeNoEffect, it.KeySpan, "the chip %s has no spare columns to repair with", s.Fab.Chip.Name).
					WithHint("`tiles { spares: 4; }` gives each tile some"))
			}
		}
	}
}

// scan reads what scans do: empty without them. A scan that does not say how it
// repairs takes spare columns, or on a chip without any only reads again.
func (s *State) scan() string {
	every := whole(s.Schedule, "scan.every", 0)
	if it := s.Schedule.Get("scan"); it != nil && every == 0 && it.Value == nil {
		s.Diags.Add(diag.Warnf(codeNoEffect, it.KeySpan, "`scan` does nothing without `scan.every`").
			WithHint("write `scan { every: 100; }`"))
	}
	if every == 0 {
		return ""
	}
	if it := s.Schedule.Get("update"); it != nil && it.Value == sig.Value(sig.Word("pulsed")) {
		s.refuse(s.Schedule.Get("scan.every"), "a scan compares cells with the control unit's copy, which `update: pulsed` does not keep")
	}
	if it := s.Schedule.Get("scan.repair"); it != nil {
		return string(it.Value.(sig.Word))
	}
	if chip, _ := Chip(s.Fabric); chip.Tiles.Spares == 0 {
		return "retry"
	}
	return "spare"
}

// failures reads the physical modules that a fabric lets fail.
func failures(chip *fabric.Chip, f *check.Fabric, diags *diag.List) {
	for _, it := range check.Flatten(f) {
		if strings.HasPrefix(it.Path, "faults.fail") && it.Subject != nil && !has(chip, it.Subject.Text) {
			diags.Add(diag.Errorf(codeNoModule, it.Subject.Span, "the chip %s has no module %s that could fail", chip.Name, it.Subject.Text))
		}
		switch {
		case it.Path == "faults" && it.Value == sig.Value(sig.Word("off")):
			chip.Faults.Fail = nil
		case it.Path == "faults.fail" && it.Subject != nil && it.Value == nil:
			addFailures(chip, it.Subject.Text, 0)
		case it.Path == "faults.fail.step" && it.Subject != nil:
			addFailures(chip, it.Subject.Text, int(number(it.Value)))
		}
	}
}

// has reports whether a chip has the modules of a path.
func has(chip *fabric.Chip, path string) bool {
	class, _, high, ok := modulePath(path)
	count := 0
	for _, v := range chip.Modules {
		if v.Class == class {
			count += v.Count
		}
	}
	return ok && high < count
}

// addFailures lets the modules of a path such as conv[0] or conv[0 .. 1] fail.
func addFailures(chip *fabric.Chip, path string, step int) {
	class, low, high, ok := modulePath(path)
	if !ok {
		return
	}
	for at := low; at <= high; at++ {
		next := fabric.Failure{Class: class, Index: at, Step: step}
		same := func(f fabric.Failure) bool { return f.Class == class && f.Index == at }
		if i := slices.IndexFunc(chip.Faults.Fail, same); i >= 0 {
			chip.Faults.Fail[i] = next
			continue
		}
		chip.Faults.Fail = append(chip.Faults.Fail, next)
	}
}
