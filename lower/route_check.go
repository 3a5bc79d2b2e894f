package lower

import (
	"container/heap"
	"slices"
	"strings"

	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/source"
	"acl/lang/syntax"
)

// inPlaceNames names the units that are written in a module's routes.
func (e *elaborator) inPlaceNames(m *check.Module) map[*syntax.Ref]string {
	if e.names[m] == nil {
		e.names[m] = syntax.InPlaceNames(m.Decl.Items)
	}
	return e.names[m]
}

// drive puts an arrow on an input of a unit.
func (in *instance) drive(p *part, i int, from origin, head arrow) {
	for len(p.inputs) <= i {
		p.inputs = append(p.inputs, nil)
	}
	a := head
	a.part, a.from = p, from
	if first := p.inputs[i]; first != nil {
		in.twice(first, &a, join(p.name, p.inputName(i)), p)
		return
	}
	p.inputs[i] = &a
	in.arrows = append(in.arrows, &a)
}

func (in *instance) connectOut(t *terminal, from origin, head arrow) {
	a := head
	a.out, a.from = t, from
	if t.arrow != nil {
		in.twice(t.arrow, &a, t.decl.Name.Text, nil)
		return
	}
	t.arrow = &a
	in.arrows = append(in.arrows, &a)
}

// twice reports an input with two drivers, at the later one in the text. The input is
// one of a unit, or for nil an output of the instance.
func (in *instance) twice(first, second *arrow, port string, of *part) {
	if second.span.Compare(first.span) < 0 {
		first, second = second, first
	}
	d := diag.Errorf(codeDrivers, second.span, "the port `%s` has two drivers", port).WithLabel("driven again")
	if first.span != second.span {
		d = d.WithRelated(first.span, "first driven here")
	} else {
		d = d.WithLabel("driven by each turn of the repeat")
	}
	if free := in.freePort(of); free != "" {
		of.slipped = true
		d = d.WithHint("`%s` has no driver yet", free)
		if second.span.Text() == port {
			d = d.WithFix(second.span, free)
		}
	}
	in.e.report(in, d)
}

// freePort is an input of a unit that has no driver once all routes of the text
// are made; it is only a proposal, so that those made so far will do.
func (in *instance) freePort(p *part) string {
	if p == nil {
		return ""
	}
	for i := range p.inputCount() {
		if i >= len(p.inputs) || p.inputs[i] == nil {
			return join(p.name, p.inputName(i))
		}
	}
	return ""
}

// unused reports whether no route and no other unit names a unit. Package check
// warns of it; it makes no node.
func (p *part) unused() bool { return len(p.inputs) == 0 && !p.read }

// checkArrows finds what has no driver and what nobody reads.
func (in *instance) checkArrows() {
	for _, p := range in.order {
		if p.silent {
			continue
		}
		if !p.read && !p.unused() && !in.vague {
			in.e.report(in, diag.Warnf(codeUnread, p.span, "nothing uses the unit `%s`", p.name))
		}
		if p.unused() || in.vague {
			continue
		}
		var open []string
		for i := range p.inputCount() {
			if i >= len(p.inputs) || p.inputs[i] == nil {
				open = append(open, p.inputName(i))
			}
		}
		if len(open) > 0 && !p.slipped {
			in.e.report(in, diag.Errorf(codeUndriven, p.span, "every input of a unit has a driver").
				WithLabel("nothing drives %s.%s", p.name, strings.Join(open, ", "+p.name+".")))
		}
	}
	for _, t := range in.outs {
		if t.arrow == nil && !in.vague {
			in.e.report(in, diag.Errorf(codeUndriven, t.decl.Name.Span, "every output has a driver").
				WithLabel("no route leads to `%s`", t.decl.Name.Text))
		}
	}
}

// dataOrder sorts the units so that each follows what it reads; among those that
// are ready the one that the routes name first comes first. Units in a circle are
// reported and left out, and so is what needs them.
func (in *instance) dataOrder() []*part {
	waits := make([]int, len(in.order))
	readers := make([][]*part, len(in.order))
	for _, a := range in.arrows {
		if a.from.part != nil && a.part != nil {
			waits[a.part.place]++
			readers[a.from.part.place] = append(readers[a.from.part.place], a.part)
		}
	}
	ready := &partHeap{}
	for _, p := range in.order {
		if waits[p.place] == 0 {
			heap.Push(ready, p)
		}
	}
	var list []*part
	for ready.Len() > 0 {
		p := heap.Pop(ready).(*part)
		list = append(list, p)
		for _, r := range readers[p.place] {
			if waits[r.place]--; waits[r.place] == 0 {
				heap.Push(ready, r)
			}
		}
	}
	if len(list) == len(in.order) {
		return list
	}
	in.cycles(readers, waits)
	// What a circle holds up runs all the same, in the order of the text, with
	// nothing known of what the circle puts out.
	var held []*part
	for _, p := range in.order {
		if waits[p.place] > 0 {
			held = append(held, p)
		}
	}
	return append(list, held...)
}

// partHeap holds parts by rank, those without one by their place in the text.
type partHeap []*part

func (h partHeap) Len() int      { return len(h) }
func (h partHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h partHeap) Less(i, j int) bool {
	if h[i].rank != h[j].rank {
		return h[i].rank < h[j].rank
	}
	return h[i].place < h[j].place
}
func (h *partHeap) Push(x any) { *h = append(*h, x.(*part)) }
func (h *partHeap) Pop() any {
	old := *h
	p := old[len(old)-1]
	*h = old[:len(old)-1]
	return p
}

// cycles reports each knot of units that wait for each other: at its last hop in
// the text, with all others.
func (in *instance) cycles(readers [][]*part, waits []int) {
	group := components(in.order, readers)
	hops := map[int][]source.Span{}
	var groups []int
	for _, a := range in.arrows {
		if a.from.part == nil || a.part == nil || waits[a.part.place] == 0 {
			continue
		}
		g := group[a.part.place]
		if group[a.from.part.place] != g {
			continue
		}
		if hops[g] == nil {
			groups = append(groups, g)
		}
		hops[g] = append(hops[g], a.span)
	}
	for _, g := range groups {
		list := hops[g]
		slices.SortFunc(list, source.Span.Compare)
		list = slices.Compact(list)
		last := list[len(list)-1]
		d := diag.Errorf(codeCycle, last, "routes run in a circle").WithLabel("this hop closes it")
		for _, s := range list[:len(list)-1] {
			d = d.WithRelated(s, "part of the circle")
		}
		in.e.report(in, d)
	}
}

// components numbers the strongly connected components of the units: those that
// reach each other have one number. Kosaraju's two walks, without recursion.
func components(order []*part, readers [][]*part) []int {
	sources := make([][]*part, len(order))
	for _, p := range order {
		for _, r := range readers[p.place] {
			sources[r.place] = append(sources[r.place], p)
		}
	}
	seen := make([]bool, len(order))
	var finished []*part
	for _, p := range order {
		finished = append(finished, walk(p, readers, seen)...)
	}
	group := make([]int, len(order))
	clear(seen)
	for i := len(finished) - 1; i >= 0; i-- {
		for _, p := range walk(finished[i], sources, seen) {
			group[p.place] = i
		}
	}
	return group
}

// walk lists what can be reached from a part and has not been seen, in the order
// in which a depth-first search leaves it.
func walk(start *part, next [][]*part, seen []bool) []*part {
	if seen[start.place] {
		return nil
	}
	seen[start.place] = true
	type frame struct {
		part *part
		at   int
	}
	stack := []frame{{part: start}}
	var left []*part
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if top.at == len(next[top.part.place]) {
			left = append(left, top.part)
			stack = stack[:len(stack)-1]
			continue
		}
		p := next[top.part.place][top.at]
		top.at++
		if !seen[p.place] {
			seen[p.place] = true
			stack = append(stack, frame{part: p})
		}
	}
	return left
}
