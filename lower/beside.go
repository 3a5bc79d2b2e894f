package lower

import (
	"slices"
	"strconv"

	"acl/fabric"
	"acl/ir"
	"acl/lang/diag"
	"acl/lang/source"
)

// Beside reports what of a block does not fit its chip whatever becomes of the faults
// that its module has: weights of units that no fault touches and that are too many by
// themselves, and modules that the schedule places units on and the chip has not.
// A unit from which a fault follows may be what is wrong, so that its size says
// nothing: the ones that stand in a message, and the last with weights before a hop
// that has none behind it.
func Beside(s *State, faults diag.List) diag.List {
	chip, diags := Chip(s.Fabric)
	if diags.HasErrors() || chip.Ideal {
		return nil
	}
	f := &fabric.Program{Name: s.Module.Name, Chip: chip, Modules: physical(&chip)}
	s.Fab = f
	byClass := byClass(f.Modules)
	for _, it := range s.Schedule.All("place") {
		for _, name := range nameList(it.Value) {
			if class, _, high, ok := modulePath(name.Text); ok && high >= len(byClass[class]) {
				s.noModule(name, it, byClass)
			}
		}
	}
	e := newElaborator(s.Program, false)
	e.root(s.Module, s.Options)
	var spans []source.Span
	f.Arrays, _, spans = arrays(e.graph)
	suspect := suspects(e.graph, faults)
	need, most := 0, 0
	for i := range f.Arrays {
		if a := &f.Arrays[i]; a.Digital == nil && !suspect[spans[i]] {
			cuts, all := cut(a, chip.Tiles.Size, need)
			if need = all; s.swaps() != nil { // weights take turns
				need = max(most, len(cuts))
			}
			most = max(most, len(cuts))
		}
	}
	if need > chip.Tiles.Count {
		at := s.keySpan("tiles.count")
		if at.IsZero() {
			at = s.Module.Decl.Name.Span
		}
		d := diag.Errorf("E0501", at, "%s needs %d tiles of %dx%d or more, and the chip %s has %d",
			f.Name, need, chip.Tiles.Size.H, chip.Tiles.Size.W, chip.Name, chip.Tiles.Count).
			WithLabel("too few tiles").WithHint("`tiles { count: %d; }` holds the weights of the units that are right", need)
		s.Diags.Add(s.chipFix(d, "tiles.count", strconv.Itoa(need)))
	}
	return s.Diags
}

// suspects are the places of units from which a fault may follow.
func suspects(g *ir.Graph, faults diag.List) map[source.Span]bool {
	out := map[source.Span]bool{}
	named := func(at source.Span) bool {
		return slices.ContainsFunc(faults, func(d diag.Diag) bool {
			return at.Holds(d.Span) || d.Span.Holds(at) ||
				slices.ContainsFunc(d.Related, func(l diag.Label) bool { return at.Holds(l.Span) || l.Span.Holds(at) })
		})
	}
	read := make([]bool, len(g.Nodes))
	for i := range g.Nodes {
		for _, a := range g.Nodes[i].Args {
			read[a] = true
		}
		if named(g.Nodes[i].Origin) {
			out[g.Nodes[i].Origin] = true
		}
	}
	for _, o := range g.Outputs {
		if o.Node != ir.None {
			read[o.Node] = true
		}
	}
	var back func(ir.NodeID)
	back = func(id ir.NodeID) {
		n := g.Node(id)
		if len(n.Params) > 0 {
			out[n.Origin] = true
			return
		}
		for _, a := range n.Args {
			back(a)
		}
	}
	for i := range g.Nodes {
		if !read[i] {
			back(ir.NodeID(i))
		}
	}
	return out
}
