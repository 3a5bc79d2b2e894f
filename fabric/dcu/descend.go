package dcu

import (
	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/kernel"
	"acl/fabric/ledger"
)

// descent is the end of a batch for one array, in one pass over its weights while a
// part of them is in the first cache: the gradient's error, the optimizer, the
// control unit's copy, and the pulses of the change; and the array's rewrite, where
// one is due in the step.
type descent struct {
	m      *Machine
	grad   []float32 // as it was read from the tiles, which it clears
	shadow []float32
	full   float32 // gradient over what was read
	sigma  float32 // of the gradient's error
	key    kernel.Key
	rule   *optimizer
	pull   Pull
	step   int
	own    *array.Change // nil for an array that takes turns
	twins  []*array.Change

	parts func(from, to int) // the method change, bound once
}

// rewritten is a rewrite that was done with an update, ahead of its instruction.
type rewritten struct {
	done   bool
	pulses array.Pulses
}

// descend ends a batch for an array with gradient tiles.
func (x *pass) descend(in *fabric.Instr) {
	m, at := x.m, in.Array
	a, g, d := m.Memory.Arrays[at], m.Memory.Gradients[at], &m.descent
	key := array.ReadKey{Seed: m.env.Seed, Step: x.step}
	// What the batch's samples added has leaked for half its time on average.
	found := g.Read(key, g.Keep(m.prog.Timing.Trained(x.batch.N)/2))
	t, n := &m.Memory.Tiles[at], len(g.Tile())
	d.grad, d.shadow = g.Tile(), m.Memory.Shadow[at]
	d.full = pow2(t.Exp) / float32(x.batch.N)
	d.sigma = m.gradientSigma(found.Squares*float64(d.full)*float64(d.full), n)
	d.key = m.gradientKey(at, 0, x.step)
	if m.prog.Plan.Scaling != "off" {
		t.observe(found.Largest, float64(found.Clipped)/float64(n))
	}
	d.rule, d.pull, d.step = m.Memory.Optimizers[at], x.pull, int(x.step)
	copied := m.prog.Plan.Gradient == "dedicated" // from what the update leaves
	rewrite := !copied && m.Memory.Guards[at] == nil && m.refreshes[at] != nil && m.due(m.refreshes[at], x.step)
	d.own, d.twins = nil, d.twins[:0]
	if !m.turning(at) { // else the next load writes the change
		d.own = a.Changing(key, rewrite)
	}
	guard := m.Memory.Guards[at]
	if guard != nil {
		for _, twin := range guard.Twins {
			d.twins = append(d.twins, twin.Changing(key, false))
		}
		guard.before = append(guard.before[:0], d.shadow...)
	}
	cost := changeCost
	if m.prog.Chip.Noise.Cells.On() || d.sigma > 0 {
		cost += errorCost
	}
	m.pool.RunFor(array.Parts(n), n*cost, d.parts)
	if guard != nil && len(guard.Watches) > 0 {
		kernel.Sub(nil, guard.before, d.shadow, guard.before)
		m.learnSums(in, guard.before, key)
	}
	for _, twin := range d.twins {
		pulses, _ := twin.Done()
		m.meter.pulsesOf(in, ledger.Update, pulses, true)
	}
	var pulses, again array.Pulses
	if d.own != nil {
		pulses, again = d.own.Done()
	}
	m.meter.update(in, m.prog.Learn.Optimizer.Kind == "adam", pulses)
	m.ahead[at] = rewritten{rewrite, again}
	if copied {
		a.Recopy(key)
		m.meter.rewrite(m.meter.line(in), at, ledger.Update)
	}
}

// changeCost is the work of changing a weight in multiply-adds, errorCost that of the
// errors of doing so.
const (
	changeCost = 32
	errorCost  = 512
)

// change changes the weights of parts from..to.
func (d *descent) change(from, to int) {
	var copied [array.PartSize]float32
	var room array.Room
	for p := from; p < to; p++ {
		lo := p * array.PartSize
		hi := min(lo+array.PartSize, len(d.grad))
		g, w := d.grad[lo:hi], d.shadow[lo:hi]
		kernel.Near(g).Scale(d.full)
		if d.sigma > 0 {
			array.AddNoise(g, d.m.prog.Chip.Noise.Law, d.sigma, d.key, lo)
		}
		d.rule.change(g, w, d.pull, d.step, lo)
		for _, twin := range d.twins {
			twin.Part(copied[:copy(copied[:], g)], nil, lo, &room)
		}
		if d.own != nil {
			d.own.Part(g, w, lo, &room)
		}
		clear(g)
	}
}

// refreshesOf are the rewrites of a step, by array; nil for none.
func refreshesOf(p *fabric.Program) []*fabric.Instr {
	out := make([]*fabric.Instr, len(p.Arrays))
	for i := range p.Train {
		if in := &p.Train[i]; in.Op == fabric.OpRefresh {
			out[in.Array] = in
		}
	}
	return out
}
