package lower

import (
	"slices"

	"acl/fabric"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
)

// Where tiles run out and the schedule has `swap: true`, weights take turns on their tiles.
// Each matrix has a home, to which it always comes back: the network learns around the
// errors of those cells. Homes overlap. They are given in the order in which a training
// step, or an answer, reads the matrices, over and over again: free tiles first, then those
// of the matrix whose next use is the furthest. A matrix whose tiles no other shares stays
// where it is. Before a module reads one that is not there, the control unit loads it, once
// for all samples of the batch, which wait until then; in training, one that has to leave
// is read first. Gradient tiles stay: they gather from one sample to the next.

// usage is the order in which the units of a program read its arrays on tiles.
func usage(f *fabric.Program) []int {
	var forward, back []int
	for i := range f.Units {
		switch u := &f.Units[i]; {
		case !f.Reads(u):
		case u.Role == fabric.Forward:
			forward = append(forward, u.Array)
		case f.Learn != nil:
			back = append(back, u.Array)
		}
	}
	return append(forward, back...)
}

// homes lets weights take turns on a number of tiles, from tile 0 on. No array is larger
// than all of them.
type homes struct {
	f    *fabric.Program
	uses []int
	on   []int // by tile: the array that lies there, -1 for none
}

// takeTurns gives every array on tiles a home among the given number of tiles.
func takeTurns(f *fabric.Program, tiles int) {
	h := &homes{f: f, uses: usage(f), on: make([]int, tiles)}
	for t := range h.on {
		h.on[t] = -1
	}
	settled := make([]bool, len(f.Arrays))
	for at, a := range h.uses {
		if !settled[a] {
			settled[a] = true
			h.settle(at, a)
		}
		for _, c := range f.Arrays[a].Tiles {
			if on := h.on[c.Tile]; on != a {
				h.leave(on)
			}
		}
		for _, c := range f.Arrays[a].Tiles {
			h.on[c.Tile] = a
		}
	}
	h.rest(tiles)
}

// rest moves the gradient tiles behind those of the weights.
func (h *homes) rest(tiles int) {
	for i := range h.f.Arrays {
		for k := range h.f.Arrays[i].Grad {
			h.f.Arrays[i].Grad[k].Tile += tiles - h.f.Tiles
		}
	}
	h.f.Tiles = tiles
}

// settle gives an array its home, when use number at comes.
func (h *homes) settle(at, array int) {
	cuts := h.f.Arrays[array].Tiles
	var free []int
	for {
		free = free[:0]
		for t, a := range h.on {
			if a < 0 {
				free = append(free, t)
			}
		}
		if len(free) >= len(cuts) {
			break
		}
		h.leave(h.furthest(at))
	}
	for i := range cuts {
		cuts[i].Tile = free[i]
	}
}

// leave takes an array off its tiles.
func (h *homes) leave(array int) {
	for t, a := range h.on {
		if a == array {
			h.on[t] = -1
		}
	}
}

// furthest is the array on tiles whose next use after number at is the furthest, of equal
// ones the last.
func (h *homes) furthest(at int) int {
	best, far := -1, -1
	for _, a := range h.on {
		if a < 0 {
			continue
		}
		for k := 1; k <= len(h.uses); k++ {
			if h.uses[(at+k)%len(h.uses)] != a {
				continue
			}
			if k > far || k == far && a > best {
				best, far = a, k
			}
			break
		}
	}
	return best
}

// swaps is the schedule's `swap: true`, nil without.
func (s *State) swaps() *check.Setting {
	if it := s.Schedule.Get("swap"); it != nil && it.Value == sig.Bool(true) {
		return it
	}
	return nil
}

// unswappable is the setting beside which weights cannot take turns on their tiles, and why;
// nil where nothing speaks against it.
func (s *State) unswappable() (*check.Setting, string) {
	f := s.Fab
	guarded := slices.ContainsFunc(f.Arrays, func(a fabric.Array) bool { return a.Protect != nil })
	switch {
	case f.Learn != nil && f.Plan.Update == "pulsed":
		return s.Schedule.Get("update"), "of weights that take pulses in place the control unit has no copy to load them from"
	case f.Learn != nil && f.Plan.Gradient == "dedicated":
		return s.Schedule.Get("gradient"), "a copied array follows tiles that keep their weights"
	case f.Plan.Pipeline > 1:
		return s.Schedule.Get("pipeline"), "each of the samples in flight would need other weights on the same tiles"
	case guarded:
		return s.Schedule.Under("protect")[0], "copies and checksums guard weights that stay where they are"
	case f.Plan.Scan != "":
		return s.Schedule.Get("scan.every"), "a scan compares cells with weights that stay there"
	case f.Plan.Fidelity == "circuit":
		return s.plans().Get("fidelity"), "the circuit level has cells of its own for every weight"
	}
	return nil, ""
}

// crowded is what a program with too few tiles is told: need is what all of its arrays take,
// at once the fewest tiles with which weights could take turns.
func (s *State) crowded(d diag.Diag, need, atOnce int) diag.Diag {
	against, why := s.unswappable()
	have := s.Fab.Chip.Tiles.Count
	switch {
	case against != nil && s.swaps() != nil:
		d = d.WithRelated(spanOr(against.KeySpan, against.Span), "`swap` does not help: %s", why)
	case against == nil && atOnce > have && s.swaps() != nil:
		return d.WithHint("`tiles { count: %d; }` holds all of it, %d its gradient tiles and one matrix at a time", need, atOnce)
	case against == nil && atOnce <= have:
		return d.WithHint("`tiles { count: %d; }` holds its weights and gradient tiles; with `swap: true;` in its schedule "+
			"weights take turns on these %d", need, have)
	}
	return d.WithHint("`tiles { count: %d; }` holds its weights and gradient tiles", need)
}

// turns inserts the loads and stores of weights that take turns into the list of a sample.
type turns struct {
	s     *State
	list  []fabric.Instr
	taken []bool         // by array: it takes turns
	on    map[int]int    // by shared tile: who lies there, -1 for nobody any more
	first []fabric.Instr // loads before the first sample comes
	body  []fabric.Instr
	held  map[fabric.ValueID]bool // that the control unit has taken up
}

// takingTurns writes a list anew with the loads and stores that it needs. In training an
// array is read when it leaves its tiles for the last time in a step.
func (s *State) takingTurns(list []fabric.Instr, train bool) []fabric.Instr {
	taken := s.Fab.TakesTurns()
	if taken == nil {
		return list
	}
	t := &turns{s: s, list: list, taken: taken, on: map[int]int{}, held: map[fabric.ValueID]bool{}}
	for i := range list {
		next := i
		if list[i].Op == fabric.OpConfig {
			next++ // what is loaded is connected then
		}
		if a, ok := t.needs(&list[next]); ok {
			t.load(a, i)
		}
		t.body = append(t.body, list[i])
		if list[i].Op == fabric.OpSync {
			t.clear()
		}
	}
	return append(t.first, lastStores(t.body, train)...)
}

// lastStores leaves of the stores of each array the last, or where nothing is learned none.
func lastStores(list []fabric.Instr, train bool) []fabric.Instr {
	seen := map[int]bool{}
	for i := len(list) - 1; i >= 0; i-- {
		if in := &list[i]; in.Op == fabric.OpStore && in.Every == 0 {
			if seen[in.Array] || !train {
				list = slices.Delete(list, i, i+1)
				continue
			}
			seen[in.Array] = true
		}
	}
	return list
}

// needs is the array that an instruction reads and that is not on its tiles.
func (t *turns) needs(in *fabric.Instr) (int, bool) {
	if in.Op != fabric.OpFire {
		return 0, false
	}
	f := t.s.Fab
	u := &f.Units[in.Unit]
	if !f.Reads(u) || !t.taken[u.Array] {
		return 0, false
	}
	for _, c := range f.Arrays[u.Array].Tiles {
		if on, ok := t.on[c.Tile]; !ok || on != u.Array {
			return u.Array, true
		}
	}
	return 0, false
}

// load brings an array to its tiles before instruction i of the list. Onto tiles that
// nobody has been on it comes before the first sample.
func (t *turns) load(a, i int) {
	fresh := true
	cuts := t.s.Fab.Arrays[a].Tiles
	for _, c := range cuts {
		if on, ok := t.on[c.Tile]; ok {
			fresh = false
			t.leave(on)
		}
	}
	for _, c := range cuts {
		t.on[c.Tile] = a
	}
	in := blank(fabric.OpLoad)
	in.Array = a
	if fresh {
		t.first = append(t.first, in)
		return
	}
	in.Size = t.waiting(i)
	t.body = append(t.body, in)
}

// leave takes an array off its tiles.
func (t *turns) leave(a int) {
	if a < 0 {
		return
	}
	for _, c := range t.s.Fab.Arrays[a].Tiles {
		if t.on[c.Tile] == a {
			t.on[c.Tile] = -1
		}
	}
	in := blank(fabric.OpStore)
	in.Array = a
	t.body = append(t.body, in)
}

// clear takes all arrays off the shared tiles: the next list finds them empty.
func (t *turns) clear() {
	for a := range t.taken {
		for _, c := range t.s.Fab.Arrays[a].Tiles {
			if on, ok := t.on[c.Tile]; ok && on == a && t.taken[a] {
				t.leave(a)
			}
		}
	}
}

// waiting is the number of values of a sample that are on wires before instruction i and
// read after it, and which the control unit has not taken up yet.
func (t *turns) waiting(i int) (n int) {
	f := t.s.Fab
	maker := map[fabric.ValueID]*fabric.Unit{}
	for k := range t.list[:i] {
		if in := &t.list[k]; in.Op == fabric.OpFire {
			maker[f.Units[in.Unit].Out] = &f.Units[in.Unit]
		}
	}
	for k := i; k < len(t.list) && t.list[k].Op != fabric.OpSync; k++ {
		switch in := &t.list[k]; in.Op {
		case fabric.OpFire, fabric.OpGrad:
			for _, v := range f.Units[in.Unit].Args {
				n += t.hold(v, maker)
			}
		case fabric.OpLoss:
			n += t.hold(in.Value, maker) + t.hold(f.Learn.Losses[in.Unit].TargetValue, maker)
		}
	}
	return n
}

// hold lets the control unit take up a value, with a converter behind the module that makes
// it, and returns its elements. Of wires and switches it is what goes in that waits. maker
// has the units that have made values by then.
func (t *turns) hold(v fabric.ValueID, maker map[fabric.ValueID]*fabric.Unit) (n int) {
	u := maker[v]
	if u == nil || t.held[v] {
		return 0
	}
	t.held[v] = true
	if p := t.s.Program.Table.Primitive(u.Op); u.Role != fabric.Input && u.Class == "" && (p == nil || !p.Digital) {
		for _, from := range u.Args {
			n += t.hold(from, maker)
		}
		return n
	}
	u.Convert = u.Convert || u.Class != ""
	return t.s.Fab.Values[v].Elements()
}
