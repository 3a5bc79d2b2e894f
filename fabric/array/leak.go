package array

import (
	"math"

	"acl/fabric"
	"acl/fabric/circuit"
	"acl/fabric/kernel"
)

// leak is how the capacitors of an array lose their charge: with time, each at
// its own rate (physics.md §3.1), or by a share of the weight each step
// (§3.2). A cell has one of the two.
type leak struct {
	tau    float64 // seconds to 1/e; 0: not by time
	steps  float64 // steps to 1/e; 0: not by steps
	rest   float64 // what a capacitor tends to, about the mid-point, if pairs leak apart
	common bool
	// plus and minus are the rates of the capacitors in units of the nominal one;
	// the same slice where a pair leaks alike.
	plus, minus []float32
}

// leastLife is the shortest lifetime of a cell, in nominal ones: it keeps a draw
// far out of the bell a capacitor.
const leastLife = 0.1

// retention is the nominal time constant of a weight capacitor in seconds,
// C V_W/I_leak (physics.md §1). The level noise.leak, a number, multiplies the
// leak.
func retention(chip *fabric.Chip) float64 {
	return chip.Cap.Weight * chip.Rail.Weight / chip.Cap.Leak
}

// newLeak draws the leak of n cells, nil where none leaks. Lifetimes spread by
// cell.spread.leak. Capacitors drain to the substrate, at ground [A].
func newLeak(m *Matrix, n int) *leak {
	c := m.chip
	if !leaks(c) {
		return nil
	}
	rate := m.level.Leak.Number(1)
	l := &leak{common: c.Cap.CommonMode}
	if c.Cap.Leak > 0 {
		l.tau = retention(c) / rate
	} else {
		l.steps = c.Cell.Lifetime / rate
	}
	l.rest = -circuit.GateMiddle(c) / c.Rail.Weight
	l.plus = m.leakRates(0, n)
	l.minus = l.plus
	if l.common {
		l.minus = m.leakRates(1, n)
	}
	return l
}

// leaks reports whether charge goes.
func leaks(chip *fabric.Chip) bool {
	return levels(chip).Leak.Number(1) > 0 && (chip.Cap.Leak > 0 || chip.Cell.Lifetime > 0)
}

// leakRates draws one rate a capacitor, nil where all are alike.
func (m *Matrix) leakRates(field uint32, n int) []float32 {
	spread := m.chip.Cell.Spread.Leak
	if spread == 0 {
		return nil
	}
	out := make([]float32, n)
	m.ofCells(kernel.Key.Normal, out, KindLeak, field, 1, 0)
	for i, z := range out {
		out[i] = float32(1 / math.Max(leastLife, 1+spread*float64(z)))
	}
	return out
}

// Leak lets charge go for the given seconds, and by cell.lifetime once for each
// step done since the last call; step counts the steps done so far. A dedicated
// copy leaks alike. The charge goes when the cells are next looked at: decays of
// one cell multiply, so that their exponents add up until then. It returns the exponent
// of a nominal cell.
func (m *Matrix) Leak(seconds float64, step uint64) float64 {
	done := max(step, m.Aged) - m.Aged
	m.Aged += done
	if done > 0 && m.chip.Faults.Drift != 0 {
		m.version++ // gains age with the steps
	}
	l := m.rates
	if l == nil {
		return 0
	}
	exponent := 0.0
	switch {
	case l.tau > 0:
		exponent = seconds / l.tau
	case l.steps > 1:
		exponent = -float64(done) * math.Log1p(-1/l.steps)
	}
	if exponent > 0 {
		m.Due += exponent
		m.version++
	}
	return exponent
}

// Kept is what a cell keeps of its weight after a decay of a nominal exponent, over the
// lifetimes that cells draw: the mean, and the variance of the share that one capacitor
// keeps.
func (m *Matrix) Kept(exponent float64) (mean, variance float64) {
	if m.rates == nil {
		return 1, 0
	}
	spread := m.chip.Cell.Spread.Leak
	var weight, sum, squares float64
	for z := -farOut; z <= farOut; z += fineDot {
		p := density(z)
		kept := math.Exp(-exponent / math.Max(leastLife, 1+spread*z))
		weight, sum, squares = weight+p, sum+p*kept, squares+p*kept*kept
	}
	mean = sum / weight
	return mean, max(0, squares/weight-mean*mean)
}

// Faded is the variance of a normalised weight of square w2 that leaks with a share kept
// of the given variance: of the charge of both capacitors together, or of each, towards
// where pairs that leak apart tend to.
func (m *Matrix) Faded(w2, kept float64) float64 {
	switch {
	case m.rates == nil:
		return 0
	case m.rates.common:
		return kept * (w2/2 + 2*m.rates.rest*m.rates.rest)
	}
	return kept * w2
}

// leaked makes what has leaked go.
func (m *Matrix) leaked() {
	if m.Due == 0 {
		return
	}
	m.parts(len(m.Plus), func(lo, hi int) { m.drain(m.Due, lo, hi) })
	m.Due = 0
}

// drain lets cells lo..hi, a part, decay by a nominal exponent.
func (m *Matrix) drain(exponent float64, lo, hi int) {
	l := m.rates
	rest := float32(0)
	if l.common {
		rest = float32(l.rest)
	}
	if l.plus != nil && !l.common {
		kernel.DecayPairs(m.Plus[lo:hi], m.Minus[lo:hi], l.plus[lo:hi], float32(exponent), rest)
	} else {
		l.fall(m.Plus[lo:hi], l.plus, exponent, rest, lo)
		l.fall(m.Minus[lo:hi], l.minus, exponent, rest, lo)
	}
	if m.Copied != nil {
		l.fall(m.Copied[lo:hi], l.plus, exponent, 0, lo)
	}
}

// fall lets y, of cells lo.., tend to rest at its rates; nil rates are all 1.
func (l *leak) fall(y, rates []float32, exponent float64, rest float32, lo int) {
	if rates != nil {
		kernel.Decay(y, rates[lo:lo+len(y)], float32(exponent), rest)
		return
	}
	gone := float32(-math.Expm1(-exponent))
	for i, v := range y {
		y[i] -= float32((v - rest) * gone)
	}
}
