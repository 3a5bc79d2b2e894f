package lower

import (
	"acl/fabric"
	"acl/ir"
	"acl/lang/diag"
	"acl/lang/source"
)

// The route pass gives every value that leaves a module a bus, and puts
// converters where the schedule wants them. One sample is under way at a time and
// its modules fire one after the other, so that a bus carries one value at a time
// and there is no conflict to resolve; `via` ties an arrow to a bus.
func route(s *State) {
	f := s.Fab
	s.buses = make([]int, len(f.Units))
	for i := range f.Units {
		s.buses[i] = -1
		if f.Chip.Bus.Count > 0 && f.Units[i].Out != fabric.NoValue {
			s.buses[i] = s.bus(i)
		}
	}
	producer := make([]int, len(f.Values))
	for i := range f.Units {
		if out := f.Units[i].Out; out != fabric.NoValue {
			producer[out] = i
		}
	}
	s.directives(producer)
	for i := range f.Units {
		if f.Plan.Convert == "hop" && f.Units[i].Class != "" && f.Units[i].Out != fabric.NoValue {
			f.Units[i].Convert = true
		}
	}
	// What the control unit computes with is converted; an input is a number
	// already.
	digital := func(v fabric.ValueID) {
		if v != fabric.NoValue && f.Units[producer[v]].Role != fabric.Input {
			f.Units[producer[v]].Convert = true
		}
	}
	if f.Learn != nil {
		for _, l := range f.Learn.Losses {
			digital(l.Pred)
			digital(l.TargetValue)
		}
	}
	for _, o := range f.Outputs {
		digital(o.Value)
	}
}

// bus is the one that a unit's output goes over where nothing is said.
func (s *State) bus(unit int) int {
	if s.Share == nil || s.Share.Buses[1] == 0 {
		return unit % s.Fab.Chip.Bus.Count
	}
	return s.Share.Buses[0] + unit%s.Share.Buses[1]
}

// directives follows what the arrows of the graph say of themselves: the bus that
// carries a value, and how it is held. producer is the unit of each value.
func (s *State) directives(producer []int) {
	f := s.Fab
	refused := map[source.Span]bool{} // a place in a repeat is met with each turn
	for i := range s.Graph.Nodes {
		n := s.Graph.Node(ir.NodeID(i))
		for k, w := range n.Wires {
			from := s.value[n.Args[k]]
			if from == fabric.NoValue {
				continue
			}
			u := producer[from]
			if at := spanOr(w.At, n.Origin); w.Via >= f.Chip.Bus.Count && !f.Chip.Ideal {
				if !refused[at] {
					s.noBus(w.Via, at)
				}
				refused[at] = true
				continue
			}
			if w.Via >= 0 {
				s.buses[u] = w.Via
			}
			if w.Hold == ir.HoldDigital {
				f.Units[u].Convert = true
			}
		}
	}
}

// noBus refuses an arrow over a bus that the chip does not have.
func (s *State) noBus(bus int, at source.Span) {
	d := diag.Errorf("E0503", at, "the chip %s has no bus[%d]", s.Fab.Chip.Name, bus)
	if n := s.Fab.Chip.Bus.Count; n > 0 {
		d = d.WithHint("it has bus[0] .. bus[%d]", n-1)
	}
	s.Diags.Add(d)
}
