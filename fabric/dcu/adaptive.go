package dcu

import (
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/kernel"
	"acl/fabric/ledger"
)

// The adaptive heuristic learns which candidate gives the best decrease of loss per joule:
// a bandit a unit, whose arms are its modules. In a training step it explores with the
// given chance, and else takes the arm with the best mean so far; arms that were never
// tried come first. The reward of a step goes to all that were chosen in it. Evaluations
// take the best, and teach nothing.

// bandit is what the adaptive heuristic has learned.
type bandit struct {
	Mean   []float64 `state:"mean"`  // by unit and module: decrease of loss per joule
	Tried  []int64   `state:"tried"` // steps in which the arm was taken
	Loss   float64   `state:"loss"`  // of the last step, 0 before the first
	Energy float64   `state:"energy"`

	arms []int `state:"-"` // taken in the present step
}

// newBandit has arms where a plan asks for them.
func newBandit(p *fabric.Program) bandit {
	asked := p.Plan.Choose == "adaptive"
	for i := range p.Plan.Rules {
		for _, c := range p.Plan.Rules[i].Choices {
			asked = asked || c.Heuristic == "adaptive"
		}
	}
	if !asked {
		return bandit{}
	}
	n := len(p.Units) * len(p.Modules)
	return bandit{Mean: make([]float64, n), Tried: make([]int64, n)}
}

// adaptive picks an arm of a unit.
func (x *pass) adaptive(unit int, place []int, explore float64) int {
	m := x.m
	b, n := &m.Memory.Bandit, len(m.prog.Modules)
	best, most := place[0], math.Inf(-1)
	for _, at := range place {
		mean := b.Mean[unit*n+at]
		if b.Tried[unit*n+at] == 0 {
			mean = math.Inf(1)
		}
		if mean > most {
			best, most = at, mean
		}
	}
	if !x.train || x.phase == ledger.Evaluate {
		return best
	}
	var u [2]float32
	kernel.NewKey(m.env.Seed, uint32(array.KindChoice), kernel.PathHash(m.prog.Units[unit].Path), 0, x.step).Uniform(u[:], 0, 0)
	if float64(u[0]) < explore {
		best = place[min(int(u[1]*float32(len(place))), len(place)-1)]
	}
	b.arms = append(b.arms, unit*n+best)
	return best
}

// reward teaches the bandits what a step with a mean loss came to.
func (m *Machine) reward(loss float64) {
	b := &m.Memory.Bandit
	if len(b.arms) == 0 {
		return
	}
	energy := m.Energy()
	if spent := energy - b.Energy; b.Energy > 0 && spent > 0 {
		gain := (b.Loss - loss) / spent
		for _, arm := range b.arms {
			b.Tried[arm]++
			b.Mean[arm] += (gain - b.Mean[arm]) / float64(b.Tried[arm])
		}
	}
	b.Loss, b.Energy, b.arms = loss, energy, b.arms[:0]
}
