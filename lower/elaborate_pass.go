package lower

// elaborate makes the graph, with the schedule's word on single arrows.
func elaborate(s *State) {
	g, diags := Elaborate(s.Program, s.Module, s.Options)
	s.Diags.Add(diags...)
	if g == nil {
		return
	}
	s.Diags.Add(ApplyInto(g, s.Program.Table, s.Schedule)...)
	s.Graph = g
}

func fold(s *State) { s.Graph = Fold(s.Graph) }

// differentiate adds the gradient nodes where the program learns.
func differentiate(s *State) {
	if s.Train == nil {
		return
	}
	losses, diags := s.Program.Losses(s.Train)
	s.Diags.Add(diags...)
	if diags.HasErrors() {
		return
	}
	g, diags := Differentiate(s.Graph, s.Program.Table, losses)
	s.Diags.Add(diags...)
	if g != nil {
		s.Graph = g
	}
}
