package array

import (
	"math"
	"sync/atomic"

	"acl/fabric/kernel"
)

// Pulses counts what an update did.
type Pulses struct {
	Up, Down int64 // pulses given
	Clipped  int64 // cells that met a bound
}

// Update adds the wanted logical change, Rows×Cols, to the weights. Where cells
// err (noise.cells) it is turned into whole pulses of the nominal step, by
// cell.update: stochastic rounds up with the chance of the remainder, so that the
// mean is right; counted rounds to the nearest; exact gives the change itself.
// Each cell then answers by its own law, and takes up kT/C where it was pulsed.
// With cells that do not err the change is exact, up to the nominal range.
func (m *Matrix) Update(delta []float32, k ReadKey) Pulses {
	return m.change(delta, m.updating(k, updateField))
}

// Rewrite brings the weights back to the control unit's copy of the logical ones,
// Rows×Cols: both capacitors of a pair are recharged about their mid-point, and
// the difference is written as Update writes a change. Alpha stays, and with it
// the range.
func (m *Matrix) Rewrite(w []float32, k ReadKey) Pulses {
	if len(w) != len(m.Plus) {
		panic("array: weights of another size")
	}
	m.scratch = grow(m.scratch, len(w))
	m.parts(len(w), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			now := m.Plus[i] - m.Minus[i]
			m.Plus[i], m.Minus[i] = now/2, -now/2
			if m.Reference != nil {
				now -= m.Reference[i]
			}
			m.scratch[i] = float32(float64(w[i]) - m.Alpha*float64(now))
		}
	})
	return m.change(m.scratch, m.updating(k, rewriteField))
}

func (m *Matrix) change(delta []float32, u *update) Pulses {
	if len(delta) != len(m.Plus) {
		panic("array: change of another size")
	}
	var total Pulses
	m.parts(len(delta), func(lo, hi int) {
		var got Pulses
		if u.pulsed {
			got = u.pulse(delta, lo, hi)
		} else {
			got = u.exact(delta, lo, hi)
		}
		atomic.AddInt64(&total.Up, got.Up)
		atomic.AddInt64(&total.Down, got.Down)
		atomic.AddInt64(&total.Clipped, got.Clipped)
	})
	m.version++
	return total
}

// update is one update of a Matrix under way.
type update struct {
	*Matrix
	pulsed     bool
	stochastic bool
	inverse    float64 // normalised over logical change
	cycle      float64
	rounding   kernel.Key
	spread     kernel.Key
	storage    kernel.Key
}

func (m *Matrix) updating(k ReadKey, field uint32) *update {
	u := &update{
		Matrix: m, inverse: 1 / m.Alpha,
		rounding: m.key(KindRounding, field, k),
		spread:   m.key(KindPulse, field, k),
		storage:  m.key(KindStorage, field, k),
	}
	if m.die != nil {
		u.pulsed = m.chip.Cell.Update != "exact"
		u.stochastic = m.chip.Cell.Update == "stochastic"
		u.cycle = m.chip.Cell.Spread.Cycle * m.die.scale
	}
	return u
}

// set puts a pair at a new weight: the two capacitors move by the same charge in
// opposite directions about their mean.
func (m *Matrix) set(i int, w float32) {
	middle := (m.Plus[i] + m.Minus[i]) / 2
	m.Plus[i], m.Minus[i] = middle+w/2, middle-w/2
}

// exact adds the change itself to cells lo..hi.
func (u *update) exact(delta []float32, lo, hi int) (p Pulses) {
	var kTC [chunk]float32
	if u.write > 0 {
		u.storage.AddNormal(kTC[:hi-lo], u.write, 0, lo)
	}
	for i := lo; i < hi; i++ {
		if delta[i] == 0 {
			continue
		}
		w := u.Plus[i] - u.Minus[i]
		w, hit := u.limit(i, w+float32(float64(delta[i])*u.inverse)+kTC[i-lo])
		if hit {
			p.Clipped++
		}
		u.set(i, w)
	}
	return p
}

// pulse gives cells lo..hi, at most a chunk, their pulses. Draws are made for all
// of them, so that none depends on who is pulsed.
func (u *update) pulse(delta []float32, lo, hi int) (p Pulses) {
	var counts [chunk]int32
	if !u.counts(counts[:hi-lo], delta, lo, &p) {
		return p
	}
	var z, kTC [chunk]float32
	if u.cycle > 0 {
		u.spread.Normal(z[:hi-lo], 0, lo)
	}
	if u.write > 0 {
		u.storage.AddNormal(kTC[:hi-lo], u.write, 0, lo)
	}
	for j, n := range counts[:hi-lo] {
		if n == 0 {
			continue
		}
		i := lo + j
		w, hit := u.die.pulse(i, float64(u.Plus[i]-u.Minus[i]), int(n), u.cycle, float64(z[j]), float64(kTC[j]))
		if hit {
			p.Clipped++
		}
		u.set(i, float32(w))
	}
	return p
}

// counts turns wanted changes into signed numbers of pulses, and reports whether
// there are any.
func (u *update) counts(n []int32, delta []float32, lo int, p *Pulses) bool {
	var chance [chunk]float32
	if u.stochastic {
		u.rounding.Uniform(chance[:len(n)], 0, lo)
	} else {
		for j := range n {
			chance[j] = 0.5
		}
	}
	perStep := u.inverse / u.chip.Cell.Step
	var given, net int64
	for j, d := range delta[lo : lo+len(n)] {
		want := math.Abs(float64(d)) * perStep
		if want > mostPulses {
			want = mostPulses
		}
		k := int32(0)
		if want >= 0 { // a run that diverged has NaN: there is nothing to send
			k = int32(want + float64(chance[j]))
		}
		given += int64(k)
		down := int32(math.Float32bits(d)) >> 31 // -1, else 0: half of the branches would miss
		k = (k ^ down) - down
		net += int64(k)
		n[j] = k
	}
	p.Up += (given + net) / 2
	p.Down += (given - net) / 2
	return given > 0
}

// mostPulses is where a cell has met its bound whatever its draws: the control
// unit sends no more.
const mostPulses = 1e5
