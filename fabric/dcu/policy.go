package dcu

import (
	"acl/fabric"
	"acl/fabric/ledger"
)

// A policy of the program's own chooses by rules: the first one whose condition holds for
// the step, and whose choice has a candidate among the modules that the unit may run on.

// facts are what the conditions of a policy ask about a firing.
type facts struct {
	op, stage               string
	epoch, step             float64
	elements, rows, columns float64
	top, sparsity           float64 // of the operand: largest magnitude over the full input, and share of zeros
}

// factsOf looks at what a unit is about to do.
func (x *pass) factsOf(u *fabric.Unit) facts {
	m := x.m
	f := facts{op: u.Class, stage: x.stage(), step: float64(m.Memory.Step), epoch: float64(x.epoch())}
	if u.Array >= 0 {
		a := &m.prog.Arrays[u.Array]
		f.rows, f.columns = float64(a.Rows), float64(a.Cols)
	}
	if len(u.Args) == 0 {
		return f
	}
	f.elements = float64(m.prog.Values[u.Args[0]].Elements())
	if w := &m.wires[u.Args[0]].now; len(w.Data) > 0 {
		c := w.Census(m.pool)
		f.top, f.sparsity = float64(c.Top), float64(c.Zeros)/float64(len(w.Data))
	}
	return f
}

// stage is the stage of training that a step belongs to.
func (x *pass) stage() string {
	switch {
	case x.phase == ledger.Evaluate || x.m.prog.Learn == nil:
		return "evaluation"
	case x.epoch() <= x.m.prog.Learn.Warmup:
		return "warmup"
	}
	return "training"
}

// epoch is the present epoch of the training, from 1.
func (x *pass) epoch() int { return x.m.epoch }

// holds reports whether a rule's condition holds; without one it always does.
func (f *facts) holds(r *fabric.Rule) bool {
	if r.When == nil {
		return true
	}
	for _, all := range r.When {
		ok := true
		for i := range all {
			ok = ok && f.clause(&all[i])
		}
		if ok {
			return true
		}
	}
	return false
}

func (f *facts) clause(c *fabric.Clause) bool {
	if c.Word != "" {
		is := f.op
		if c.Metric == "stage" {
			is = f.stage
		}
		return (is == c.Word) == (c.Cmp == "==") != c.Not
	}
	value := map[string]float64{
		"epoch": f.epoch, "step": f.step, "elements": f.elements, "rows": f.rows, "columns": f.columns,
		"range": f.top, "sparsity": f.sparsity,
	}[c.Metric]
	return compare(value, c.Cmp, c.Num) != c.Not
}

// ruled chooses by the plan's rules, and returns the module and the number of the rule.
func (x *pass) ruled(unit int, place []int) (at, rule int) {
	m := x.m
	f := x.factsOf(&m.prog.Units[unit])
	for i := range m.prog.Plan.Rules {
		r := &m.prog.Plan.Rules[i]
		if !f.holds(r) {
			continue
		}
		for _, c := range r.Choices {
			if c.Variant == "" {
				return x.heuristic(unit, place, c.Heuristic, c.Explore), i
			}
			if some := m.variant(place, c.Variant); len(some) > 0 {
				return x.heuristic(unit, some, "least_energy", 0), i
			}
		}
	}
	return x.heuristic(unit, place, "least_energy", 0), len(m.prog.Plan.Rules) - 1 // nothing that `otherwise` names is there
}

// variant are the modules of a kind.
func (m *Machine) variant(place []int, name string) []int {
	var out []int
	for _, at := range place {
		if m.prog.Modules[at].Variant == name {
			out = append(out, at)
		}
	}
	return out
}
