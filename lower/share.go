package lower

import (
	"slices"

	"acl/fabric"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/source"
)

// Models that train side by side on one fabric own their physical modules and buses, so
// that each does what it would do alone in the same places. A schedule's `own` says which
// modules are its model's; of the classes that it names none of, and for all others, what
// nobody claims is divided in the order of the text.

// A Share is what one model has of a fabric that others are on as well.
type Share struct {
	Modules []int  // physical modules, in the chip's order
	Buses   [2]int // first bus and number of buses
}

// claim is a physical module that a schedule names, and where.
type claim struct {
	by *State
	at source.Span
}

// Divide shares a fabric among models that have been lowered up to the pass `place`, each
// as if it were alone. It gives each state its share, or what speaks against it.
func Divide(models []*State) {
	all := models[0].Fab.Modules
	claims := map[int]claim{}
	wrong := false
	for _, s := range models {
		s.claim(claims, byClass(all))
		wrong = wrong || s.Diags.HasErrors()
	}
	if wrong { // what follows from it is not worth saying
		for _, s := range models {
			s.Share = nil
		}
		return
	}
	for _, class := range fabric.Classes {
		divideClass(models, class, all, claims)
	}
	buses := models[0].Fab.Chip.Bus.Count
	each := buses / len(models)
	for i, s := range models {
		slices.Sort(s.Share.Modules)
		s.Share.Buses = [2]int{i * each, each}
	}
}

// claim notes what `own` names.
func (s *State) claim(claims map[int]claim, all map[string][]int) {
	s.Share = &Share{}
	it := s.Schedule.Get("own")
	if it == nil {
		return
	}
	for _, name := range nameList(it.Value) {
		span := spanOr(name.Span, it.Span)
		class, low, high, ok := modulePath(name.Text)
		if !ok || high >= len(all[class]) {
			s.noModule(name, it, all)
			continue
		}
		for _, at := range all[class][low : high+1] {
			if other, taken := claims[at]; taken && other.by != s {
				s.Diags.Add(diag.Errorf("E0511", span, "%s[%d] is %s's own", class, s.Fab.Modules[at].Index, other.by.Module.Decl.Name.Text).
					WithRelated(other.at, "claimed here"))
				break
			}
			claims[at] = claim{s, span}
			s.Share.Modules = append(s.Share.Modules, at)
		}
	}
	slices.Sort(s.Share.Modules)
	s.Share.Modules = slices.Compact(s.Share.Modules)
}

// divideClass divides the modules of a class that nobody claims among the models that
// need some and claim none.
func divideClass(models []*State, class string, all []fabric.Module, claims map[int]claim) {
	var free []int
	for i, m := range all {
		if _, taken := claims[i]; !taken && m.Class == class {
			free = append(free, i)
		}
	}
	var need []*State
	for _, s := range models {
		if s.needs(class) && !s.owns(class, all) {
			need = append(need, s)
		}
	}
	for i, s := range need {
		n := (len(free) + len(need) - i - 1) / (len(need) - i) // the first get the rest
		if len(need)-i > len(free) {
			s.Diags.Add(diag.Errorf("E0502", s.head(), "%s needs a %s module, and other models on %s have all that it has",
				s.Module.Decl.Name.Text, class, s.Fab.Chip.Name).WithHint("give the fabric more under `modules`, or claim fewer under `own`"))
			continue
		}
		s.Share.Modules = append(s.Share.Modules, free[:n]...)
		free = free[n:]
	}
}

// needs reports whether a unit of the model runs on modules of a class.
func (s *State) needs(class string) bool {
	return slices.ContainsFunc(s.Fab.Units, func(u fabric.Unit) bool { return u.Class == class })
}

// owns reports whether the model claims modules of a class.
func (s *State) owns(class string, all []fabric.Module) bool {
	return slices.ContainsFunc(s.Share.Modules, func(i int) bool { return all[i].Class == class })
}

// head is where the block that is lowered begins.
func (s *State) head() source.Span {
	for _, p := range []*check.Plan{s.Train, s.Infer} {
		if p != nil {
			return p.Decl.Kind.Span
		}
	}
	return source.Span{}
}

// byClass numbers the physical modules of each class.
func byClass(list []fabric.Module) map[string][]int {
	out := map[string][]int{}
	for i, m := range list {
		out[m.Class] = append(out[m.Class], i)
	}
	return out
}

// Together refuses models that fit the fabric each by itself, and not side by side: by
// their tiles, the frames of their samples, and buses. Weights that take turns fill all tiles.
func Together(models []*State) {
	tiles, frames := 0, 0
	for i, s := range models {
		f := s.Fab
		tiles += f.Tiles + f.GradTiles
		frames += f.Frame * max(f.Plan.Pipeline, 1)
		switch {
		case f.Chip.Ideal:
		case len(models) > 1 && f.TakesTurns() != nil:
			d := diag.Errorf("E0501", s.head(), "the weights of %s take turns on all tiles of %s, and other models are on it as well",
				f.Name, f.Chip.Name)
			s.Diags.Add(d.WithRelated(s.swaps().KeySpan, "by this").WithHint("give the fabric tiles for all of them, or train one at a time"))
			return
		case tiles > f.Chip.Tiles.Count:
			d := diag.Errorf("E0501", s.head(), "%s and the models beside it need %d tiles, and the chip %s has %d",
				f.Name, tiles, f.Chip.Name, f.Chip.Tiles.Count)
			s.Diags.Add(d.WithHint("`tiles { count: %d; }` has room for them", tiles))
			return
		case frames > f.Chip.Stack.Depth:
			d := diag.Errorf("E0506", s.head(), "%s and the models beside it need %d stack capacitors, and the chip %s has %d",
				f.Name, frames, f.Chip.Name, f.Chip.Stack.Depth)
			s.Diags.Add(d.WithHint("`stack { depth: %d; }` holds them", frames))
			return
		case i >= f.Chip.Bus.Count:
			s.Diags.Add(diag.Errorf("E0502", s.head(), "%s needs a bus of its own, and the chip %s has %d for %d models",
				f.Name, f.Chip.Name, f.Chip.Bus.Count, len(models)).WithHint("`bus { count: %d; }` has one for each", len(models)))
			return
		}
	}
}
