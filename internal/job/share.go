package job

import (
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lower"
)

// shared is how the train blocks on one fabric divide it.
type shared struct {
	plans  []*check.Plan
	states []*lower.State
}

// company are the train blocks that run side by side with one, itself among them, in the
// order of the text. Blocks that an experiment is of run in the experiment only, alone;
// so do infer blocks.
func (p *Program) company(plan *check.Plan) []*check.Plan {
	if plan.Kind != "train" || p.Experimented(plan) {
		return []*check.Plan{plan}
	}
	var out []*check.Plan
	for _, other := range p.Plans {
		if other.Kind == "train" && !other.Bad && !p.Experimented(other) && other.Fabric.Declared() == plan.Fabric.Declared() {
			out = append(out, other)
		}
	}
	return out
}

// share is what a block has of its fabric: nil, all of it, where it is alone and claims
// nothing.
func (p *Program) share(plan *check.Plan) (*lower.Share, diag.List) {
	plans := p.company(plan)
	if len(plans) == 1 && p.state(plan).Schedule.Get("own") == nil {
		return nil, nil
	}
	if p.shares == nil {
		p.shares = map[*check.Plan]*shared{}
	}
	if p.shares[plan] == nil {
		p.divide(plans)
	}
	of := p.shares[plan]
	for i, other := range of.plans {
		if other == plan {
			return of.states[i].Share, of.states[i].Diags.Errors()
		}
	}
	panic("job: a block is not in its own company")
}

// divide divides a fabric among blocks, each of which is lowered as if it were alone so
// far as to know what it needs. One that is wrong by itself has no part in it.
func (p *Program) divide(plans []*check.Plan) {
	of := &shared{plans: plans}
	var sound []*lower.State
	for _, plan := range plans {
		s := p.state(plan)
		lower.Run(s, "place")
		of.states = append(of.states, s)
		p.shares[plan] = of
		if s.Diags.HasErrors() {
			s.Diags = nil // it will be said of the block itself
			continue
		}
		s.Diags = nil
		sound = append(sound, s)
	}
	if len(sound) == 0 {
		return
	}
	lower.Divide(sound)
	if len(sound) > 1 {
		lower.Together(sound)
	}
}
