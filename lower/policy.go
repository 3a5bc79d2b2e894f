package lower

import (
	"slices"

	"acl/fabric"
	"acl/lang/check"
	"acl/lang/sig"
)

// choose reads how the control unit chooses a physical module: by a heuristic, or by a
// policy of the program.
func (s *State) choose(p *fabric.Plan) {
	it := s.Schedule.Get("choose")
	if it == nil {
		return
	}
	switch v := it.Value.(type) {
	case sig.Call:
		p.Choose, p.Explore = heuristic(v)
	case sig.Name:
		p.Choose = "policy"
		for _, r := range s.Program.Rules(s.policy(v.Text)) {
			p.Rules = append(p.Rules, rule(&r))
		}
	}
}

// policy is the declared policy of a name, which package check has found.
func (s *State) policy(name string) *check.Policy {
	i := slices.IndexFunc(s.Program.Policies, func(p *check.Policy) bool { return p.Name == name })
	if i < 0 {
		panic("lower: no policy " + name)
	}
	return s.Program.Policies[i]
}

// heuristic is a call of std.control, and how often it explores.
func heuristic(call sig.Call) (name string, explore float64) {
	name = call.Func.Name[len("control."):]
	for i, p := range call.Func.Params {
		if p.Name == "explore" && call.Args[i] != nil {
			explore = number(call.Args[i])
		}
	}
	return name, explore
}

// rule is a rule as the control unit has it.
func rule(r *check.Rule) fabric.Rule {
	var out fabric.Rule
	for _, all := range r.When {
		var list []fabric.Clause
		for _, c := range all {
			list = append(list, fabric.Clause{Metric: c.Metric, Cmp: c.Cmp, Num: c.Num, Word: c.Word, Not: c.Not})
		}
		out.When = append(out.When, list)
	}
	for _, v := range r.Choices {
		switch v := v.(type) {
		case sig.Name:
			out.Choices = append(out.Choices, fabric.Choice{Variant: v.Text})
		case sig.Call:
			name, explore := heuristic(v)
			out.Choices = append(out.Choices, fabric.Choice{Heuristic: name, Explore: explore})
		}
	}
	return out
}

// asks reports whether the schedule's policy asks for a fact.
func (s *State) asks(fact string) bool {
	it := s.Schedule.Get("choose")
	if it == nil {
		return false
	}
	name, ok := it.Value.(sig.Name)
	if !ok {
		return false
	}
	for _, r := range s.Program.Rules(s.policy(name.Text)) {
		for _, all := range r.When {
			if slices.ContainsFunc(all, func(c check.Clause) bool { return c.Metric == fact }) {
				return true
			}
		}
	}
	return false
}
