package array

import (
	"sync/atomic"

	"acl/fabric/kernel"
)

// Pulses counts what an update did.
type Pulses struct {
	Up, Down int64 // pulses given
	Clipped  int64 // cells that met a bound
}

func (p *Pulses) add(q Pulses) {
	atomic.AddInt64(&p.Up, q.Up)
	atomic.AddInt64(&p.Down, q.Down)
	atomic.AddInt64(&p.Clipped, q.Clipped)
}

// Update adds the wanted logical change, Rows×Cols, to the weights. Where cells
// err (noise.cells) it is turned into whole pulses of the nominal step, by
// cell.update: stochastic rounds up with the chance of the remainder, so that the
// mean is right; counted rounds to the nearest; exact gives the change itself.
// Each cell then answers by its own law, and takes up kT/C where it was pulsed.
// With cells that do not err the change is exact, up to the nominal range. delta is
// left with other numbers.
func (m *Matrix) Update(delta []float32, k ReadKey) Pulses {
	if len(delta) != len(m.Plus) {
		panic("array: change of another size")
	}
	c := m.Changing(k, false)
	m.change(c, delta, nil)
	p, _ := c.Done()
	return p
}

// Rewrite brings the weights back to the control unit's copy of the logical ones,
// Rows×Cols: both capacitors of a pair are recharged about their mid-point, and
// the difference is written as Update writes a change. Alpha stays, and with it
// the range.
func (m *Matrix) Rewrite(w []float32, k ReadKey) Pulses {
	if len(w) != len(m.Plus) {
		panic("array: weights of another size")
	}
	c := m.Changing(k, true)
	m.change(c, nil, w)
	_, p := c.Done()
	return p
}

// change makes a change of all cells.
func (m *Matrix) change(c *Change, delta, w []float32) {
	n := len(m.Plus)
	m.pool.Run(Parts(n), func(from, to int) {
		var r Room
		for p := from; p < to; p++ {
			lo, hi := partAt(p, n)
			if delta != nil {
				c.Part(delta[lo:hi], nil, lo, &r)
			} else {
				c.Part(nil, w[lo:hi], lo, &r)
			}
		}
	})
}

// Room is what a worker needs to change parts of an array.
type Room struct{ chance, z, now, want [chunk]float32 }

// Change is an update of an array's cells, or a rewrite, or one after the other,
// part by part: the order of the parts, and who does them, makes no difference.
type Change struct {
	update, rewrite writing
	rewrites        bool
}

// Changing begins a change in a step. An array has one at a time.
func (m *Matrix) Changing(k ReadKey, rewrite bool) *Change {
	c := &m.changing
	c.update, c.rewrites = m.writing(k, updateField), rewrite
	if rewrite {
		c.rewrite = m.writing(k, rewriteField)
		c.rewrite.balance = true
	}
	return c
}

// Part updates cells lo.. by the logical changes delta, which it overwrites, where
// there are any, and then rewrites them from the control unit's copy w where the
// change rewrites. A part is at most PartSize cells from a multiple of it on.
func (c *Change) Part(delta, w []float32, lo int, r *Room) {
	if hi := lo + max(len(delta), len(w)); c.update.Due > 0 {
		c.update.drain(c.update.Due, lo, hi)
	}
	if delta != nil {
		c.update.total.add(c.update.move(delta, lo, r))
	}
	if c.rewrites {
		c.rewrite.total.add(c.rewrite.restore(w, lo, r))
	}
}

// Done ends a change whose parts were all the cells.
func (c *Change) Done() (update, rewrite Pulses) {
	m := c.update.Matrix
	m.Due = 0
	m.version++
	return c.update.total, c.rewrite.total
}

// PartSize is the number of cells that a change is made in at a time.
const PartSize = chunk

// writing is one write of a Matrix under way.
type writing struct {
	*Matrix
	pulsed     bool
	stochastic bool
	balance    bool    // the pairs about their mid-point
	clean      bool    // nothing that differs from write to write
	sample     uint32  // the first of those that the weights are written for
	inverse    float64 // normalised over logical change
	perStep    float32 // pulses for a logical change of 1
	law        kernel.CellLaw
	rounding   kernel.Key
	errors     kernel.Key // of pulses and what they add: independent, and so one draw
	storage    kernel.Key
	total      Pulses
}

func (m *Matrix) writing(k ReadKey, field uint32) writing {
	u := writing{
		Matrix: m, inverse: 1 / m.Alpha,
		rounding: kernel.NewKey(k.Seed, uint32(KindRounding), m.unit, field, k.Step), // of all copies alike
		errors:   m.key(KindPulse, field, k),
		storage:  m.key(KindStorage, field, k),
	}
	if m.die != nil {
		u.pulsed = m.chip.Cell.Update != "exact"
		u.stochastic = m.chip.Cell.Update == "stochastic"
		u.law = m.die.law(m.chip.Cell.Spread.Cycle*m.die.scale, m.write)
		u.perStep = float32(u.inverse / m.chip.Cell.Step)
	}
	return u
}

// move adds the logical changes delta to cells lo...
func (u *writing) move(delta []float32, lo int, r *Room) Pulses {
	u.mask(delta, lo)
	if !u.pulsed {
		return u.exact(delta, lo)
	}
	scale(delta, u.perStep)
	return u.give(delta, lo, r)
}

// restore brings cells lo.. to the logical weights w.
func (u *writing) restore(w []float32, lo int, r *Room) Pulses {
	now, want := r.now[:len(w)], r.want[:len(w)]
	u.cells(now, lo)
	copy(want, w)
	kernel.SubWide(want, now, u.Alpha)
	if u.pulsed {
		return u.move(want, lo, r)
	}
	for i := lo; i < lo+len(w); i++ {
		half := (u.Plus[i] - u.Minus[i]) / 2
		u.Plus[i], u.Minus[i] = half, -half
	}
	u.mask(want, lo)
	return u.exact(want, lo)
}

// set puts a pair at a new weight: the two capacitors move by the same charge in
// opposite directions about their mean.
func (m *Matrix) set(i int, w float32) {
	middle := (m.Plus[i] + m.Minus[i]) / 2
	m.Plus[i], m.Minus[i] = middle+w/2, middle-w/2
}

// exact adds the change itself to cells lo...
func (u *writing) exact(delta []float32, lo int) (p Pulses) {
	if u.die == nil && (u.write == 0 || u.clean) {
		hi := lo + len(delta)
		p.Clipped = kernel.Shift(u.Plus[lo:hi], u.Minus[lo:hi], delta, float32(u.inverse), u.end())
		return p
	}
	var kTC [chunk]float32
	if u.write > 0 && !u.clean {
		u.storage.AddNormal(kTC[:len(delta)], u.write, u.sample, lo)
	}
	for j, d := range delta {
		if d == 0 {
			continue
		}
		i := lo + j
		w := u.Plus[i] - u.Minus[i]
		w, hit := u.limit(i, w+float32(float64(d)*u.inverse)+kTC[j])
		if hit {
			p.Clipped++
		}
		u.set(i, w)
	}
	return p
}

// give sends cells lo.. the wanted numbers of pulses. Draws are keyed by the cell,
// so that none depends on who is pulsed.
func (u *writing) give(want []float32, lo int, r *Room) Pulses {
	n := len(want)
	chance, z := r.chance[:n], r.z[:n]
	if u.stochastic && !u.clean {
		u.rounding.Uniform(chance, u.sample, lo)
	} else {
		for j := range chance {
			chance[j] = 0.5
		}
	}
	if (u.law.Cycle > 0 || u.law.Write > 0) && !u.clean {
		u.errors.Normal(z, u.sample, lo)
	} else {
		clear(z)
	}
	hi := lo + n
	got := u.law.Pulse(u.Plus[lo:hi], u.Minus[lo:hi], want, chance, z, u.die.draws[lo*cellDraws:], u.balance)
	return Pulses{Up: (got.Given + got.Net) / 2, Down: (got.Given - got.Net) / 2, Clipped: got.Clipped}
}

// mostPulses is where a cell has met its bound whatever its draws: the control
// unit sends no more.
const mostPulses = 1e5
