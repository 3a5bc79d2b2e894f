package lower

import (
	"fmt"
	"slices"
	"strings"

	"acl/fabric"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
)

// The place pass gives every virtual module the physical modules that may run it.
// A setting `place` or `reuse` ties it to one or to a range; where nothing is said
// the control unit chooses among all of its class at run time.

// physical lists the chip's modules in the order of its text.
func physical(chip *fabric.Chip) []fabric.Module {
	var out []fabric.Module
	for _, class := range fabric.Classes {
		at := 0
		for _, v := range chip.Modules {
			if v.Class != class {
				continue
			}
			for range v.Count {
				out = append(out, fabric.Module{Class: class, Index: at, Variant: v.Name, Bits: v.Bits, Copies: v.Copies})
				at++
			}
		}
	}
	return out
}

// unlimited adds to an ideal chip as many modules of each class as the program
// has units, so that nothing ever waits for another.
func unlimited(f *fabric.Program) {
	need := map[string]int{}
	for i := range f.Units {
		need[f.Units[i].Class]++
	}
	f.Modules = nil
	for _, class := range fabric.Classes {
		for i := range need[class] {
			f.Modules = append(f.Modules, fabric.Module{Class: class, Index: i})
		}
	}
}

func place(s *State) {
	f := s.Fab
	f.Modules = physical(&f.Chip)
	if f.Chip.Ideal {
		unlimited(f)
	}
	byClass, shared := byClass(f.Modules), s.shared()
	missing := map[string]bool{}
	for i := range f.Units {
		u := &f.Units[i]
		if u.Class == "" {
			continue
		}
		u.Place = shared[u.Class]
		if len(u.Place) == 0 && !missing[u.Class] {
			missing[u.Class] = true
			d := diag.Errorf("E0502", u.Origin, "%s needs a %s module, and the chip %s has none",
				u.Path, u.Class, f.Chip.Name).WithHint("`modules { %s: 1; }` gives it one", u.Class)
			s.Diags.Add(s.chipFix(d, "modules."+u.Class, "1"))
		}
	}
	for _, it := range s.Schedule.All("place") {
		s.placed(it, byClass)
	}
	for _, it := range s.Schedule.All("reuse") {
		s.reused(it)
	}
}

// placed applies `place UNIT: conv[0];`. An ideal chip has as many modules as are
// asked for, and which of them it is changes nothing.
func (s *State) placed(it *check.Setting, byClass map[string][]int) {
	units := s.unitsAt(it.Subject.Text, it.Subject.Span)
	if units == nil {
		return
	}
	for _, name := range nameList(it.Value) {
		class, low, high, ok := modulePath(name.Text)
		if ok && s.Fab.Chip.Ideal && len(byClass[class]) > 0 {
			low, high = min(low, len(byClass[class])-1), min(high, len(byClass[class])-1)
		}
		if !ok || len(byClass[class]) == 0 || high >= len(byClass[class]) {
			s.noModule(name, it, byClass)
			return
		}
		any := false
		for _, u := range units {
			if s.Fab.Units[u].Class == class {
				s.Fab.Units[u].Place = s.within(byClass[class][low:high+1], class, it)
				any = true
			}
		}
		if !any {
			s.Diags.Add(diag.Errorf("E0504", spanOr(name.Span, it.Span), "%s runs on %s modules, not on %s",
				it.Subject.Text, s.Fab.Units[units[0]].Class, name.Text))
		}
	}
}

// noModule refuses a module that the chip does not have.
func (s *State) noModule(name sig.Name, it *check.Setting, byClass map[string][]int) {
	class, _, _, _ := modulePath(name.Text)
	s.Diags.Add(diag.Errorf("E0503", spanOr(name.Span, it.Span), "the chip %s has no module %s", s.Fab.Chip.Name, name.Text).
		WithHint("%s", s.have(class, byClass)))
}

// shared numbers the physical modules of each class that are the model's.
func (s *State) shared() map[string][]int {
	if s.Share == nil || s.Fab.Chip.Ideal {
		return byClass(s.Fab.Modules)
	}
	out := map[string][]int{}
	for _, i := range s.Share.Modules {
		out[s.Fab.Modules[i].Class] = append(out[s.Fab.Modules[i].Class], i)
	}
	return out
}

// within takes from the modules of a `place` those that are not the model's, and refuses
// it where none is left.
func (s *State) within(list []int, class string, it *check.Setting) []int {
	if s.Share == nil || s.Fab.Chip.Ideal {
		return list
	}
	var mine []int
	for _, i := range list {
		if slices.Contains(s.Share.Modules, i) {
			mine = append(mine, i)
		}
	}
	if len(mine) == 0 {
		s.Diags.Add(diag.Errorf("E0504", it.Span, "these %s modules are those of other models on %s", class, s.Fab.Chip.Name).
			WithHint("name them under `own`, too"))
		return list
	}
	return mine
}

// reused ties the units of `reuse: [a, b];` to one physical module: the first one
// that all of them may use.
func (s *State) reused(it *check.Setting) {
	var all []int
	class := ""
	for _, name := range nameList(it.Value) {
		span := spanOr(name.Span, it.Span)
		units := s.unitsAt(name.Text, span)
		for _, u := range units {
			c := s.Fab.Units[u].Class
			if class == "" {
				class = c
			}
			if c != class {
				s.Diags.Add(diag.Errorf("E0504", span, "%s runs on %s modules, and %s cannot share one with it",
					name.Text, c, s.Fab.Units[all[0]].Path))
				return
			}
		}
		all = append(all, units...)
	}
	if len(all) == 0 {
		return
	}
	shared := common(s.Fab.Units, all)
	if len(shared) == 0 {
		s.Diags.Add(diag.Errorf("E0504", it.Span, "no physical module may run all units of this list").
			WithHint("their `place` settings name different modules"))
		return
	}
	for _, u := range all {
		s.Fab.Units[u].Place = shared[:1]
	}
}

func common(units []fabric.Unit, of []int) []int {
	count := map[int]int{}
	for _, u := range of {
		for _, m := range units[u].Place {
			count[m]++
		}
	}
	var out []int
	for _, m := range units[of[0]].Place {
		if count[m] == len(of) {
			out = append(out, m)
		}
	}
	return out
}

// unitsAt finds the forward units at an instance path, or in the instance there.
func (s *State) unitsAt(path string, span source.Span) []int {
	var out []int
	for i := range s.Fab.Units {
		u := &s.Fab.Units[i]
		if u.Role == fabric.Forward && (u.Path == path || strings.HasPrefix(u.Path, path+".")) && u.Class != "" {
			out = append(out, i)
		}
	}
	if out == nil {
		s.Diags.Add(diag.Errorf("E0505", span, "%s has no unit %s that a physical module runs", s.Module.Name, path))
	}
	return out
}

func (s *State) have(class string, byClass map[string][]int) string {
	if n := len(byClass[class]); n > 0 {
		return fmt.Sprintf("it has %s[0] .. %s[%d]", class, class, n-1)
	}
	var parts []string
	for _, c := range fabric.Classes {
		if n := len(byClass[c]); n > 0 {
			parts = append(parts, fmt.Sprintf("%s: %d", c, n))
		}
	}
	return "it has " + strings.Join(parts, ", ")
}

// nameList is the names of a setting that takes one or a list.
func nameList(v sig.Value) []sig.Name {
	switch v := v.(type) {
	case sig.Name:
		return []sig.Name{v}
	case sig.List:
		var out []sig.Name
		for _, e := range v {
			out = append(out, nameList(e)...)
		}
		return out
	}
	return nil
}

// modulePath reads conv[0] and conv[0 .. 3].
func modulePath(text string) (class string, low, high int, ok bool) {
	open := strings.IndexByte(text, '[')
	if open < 0 || !strings.HasSuffix(text, "]") {
		return text, 0, 0, false
	}
	class, inner := text[:open], text[open+1:len(text)-1]
	lo, hi, ranged := strings.Cut(inner, "..")
	if !ranged {
		hi = lo
	}
	n1, err1 := fmt.Sscanf(strings.TrimSpace(lo), "%d", &low)
	n2, err2 := fmt.Sscanf(strings.TrimSpace(hi), "%d", &high)
	ok = n1 == 1 && n2 == 1 && err1 == nil && err2 == nil && low >= 0 && low <= high
	return class, low, high, ok
}

func spanOr(a, b source.Span) source.Span {
	if a.IsZero() {
		return b
	}
	return a
}
