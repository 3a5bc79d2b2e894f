package array

import (
	"math"
	"sync/atomic"

	"acl/fabric/kernel"
)

// folding is one pass over the cells of an array that makes the effective weights
// of a read: what has leaked goes, the difference of each pair gets the errors that
// are fixed on the die and the noise of the step, and the factors of the amplifiers
// are multiplied in, all while a part of the cells is in the first cache.
type folding struct {
	m       *Matrix
	into    *cached
	side    *side
	kept    *sight
	fresh   bool // kept holds the weights already
	copied  bool
	reverse bool
	noise   float32 // sd of the weight noise
	key     kernel.Key
	top     atomic.Uint32 // bits of the largest weight

	// The methods of the same names, bound once: a step allocates nothing.
	part, measure func(lo, hi int)
}

func (f *folding) bind() { f.part, f.measure = f.parts, f.largest }

// fold fills in the effective weights of reads of one side.
func (m *Matrix) fold(c *cached, s *side, kept *sight, reverse bool) {
	f, of := &m.folding, c.of
	f.m, f.into, f.side, f.kept, f.reverse = m, c, s, kept, reverse
	f.copied = reverse && m.copies() && !of.exact
	f.fresh = of.noisy && kept.values != nil && kept.of == of
	if of.noisy && !f.fresh {
		f.prepareNoise(of)
	}
	cols, rows := m.array.Cols, m.inputRows()
	c.on.weights, c.on.of = grow(c.on.weights, rows*cols), c
	c.W = c.on.weights
	c.Blocks = s.blocks
	if m.array.Bias && !reverse {
		c.Bias = grow(c.Bias, cols)
	}
	c.factor, c.shift = grow(c.factor, s.lanes()), grow(c.shift, s.lanes())
	for b := range s.blocks {
		at, end := b*s.outputs, (b+1)*s.outputs
		m.lines(s, b, of.exact, c.scale, c.factor[at:end], c.shift[at:end])
		if c.common != 0 {
			halve(c.factor[at:end], c.shift[at:end], c.common)
		}
	}
	m.pool.RunFor(Parts(len(m.Plus)), len(m.Plus)*foldCost, f.part)
	m.Due = 0
}

// prepareNoise finds the sd of the weight noise of a step, in normalised weights: a
// share of the largest weight of the tensor.
func (f *folding) prepareNoise(of sighting) {
	m := f.m
	f.top.Store(0)
	m.pool.RunFor(Parts(len(m.Plus)), len(m.Plus)*foldCost, f.measure)
	m.Due = 0
	f.noise = float32(m.level.Weight.Number(0)) * math.Float32frombits(f.top.Load())
	f.key = kernel.NewKey(of.seed, uint32(KindWeight), m.path, 0, of.step)
	f.kept.values, f.kept.of = grow(f.kept.values, len(m.Plus)), of
}

// foldCost is the work of folding a cell in multiply-adds.
const foldCost = 32

// largest lets charge go and looks for the largest weight in parts from..to.
func (f *folding) largest(from, to int) {
	var buf [chunk]float32
	for c := from; c < to; c++ {
		lo, hi := partAt(c, len(f.m.Plus))
		if f.m.Due > 0 {
			f.m.drain(f.m.Due, lo, hi)
		}
		f.m.cells(buf[:hi-lo], lo)
		raise(&f.top, math.Float32bits(kernel.TopAbs(buf[:hi-lo])))
	}
}

// raise brings top to bits where they are more; bits of magnitudes order as numbers
// do.
func raise(top *atomic.Uint32, bits uint32) {
	for {
		now := top.Load()
		if bits <= now || top.CompareAndSwap(now, bits) {
			return
		}
	}
}

// parts folds parts from..to of the cells.
func (f *folding) parts(from, to int) {
	var buf [chunk]float32
	for c := from; c < to; c++ {
		lo, hi := partAt(c, len(f.m.Plus))
		if f.m.Due > 0 {
			f.m.drain(f.m.Due, lo, hi)
		}
		v := buf[:hi-lo]
		switch {
		case f.into.of.noisy:
			v = f.kept.values[lo:hi]
			if !f.fresh {
				f.look(v, lo)
			}
		case f.bare():
			v = nil
		default:
			f.look(v, lo)
		}
		if f.reverse {
			f.across(v, lo, hi)
		} else {
			f.along(v, lo, hi)
		}
	}
}

// bare reports whether amplifiers see the differences of pairs with their fixed errors and
// nothing else, so that cells are folded as they are.
func (f *folding) bare() bool {
	m := f.m
	return m.own != nil && m.Reference == nil && !f.copied && !f.into.of.exact && len(m.faults) == 0
}

// look writes cells lo.., of the original or the copy, as amplifiers see them.
func (f *folding) look(v []float32, lo int) {
	m, hi := f.m, lo+len(v)
	fixed := m.own
	if f.copied {
		copy(v, m.Copied[lo:hi])
		fixed = m.other
	} else {
		m.cells(v, lo)
	}
	if f.into.of.exact {
		return
	}
	if fixed != nil {
		add(v, fixed[lo:hi], 1)
	}
	if f.into.of.noisy {
		var z [chunk]float32
		Draw(z[:len(v)], m.level.Law, f.key, lo)
		add(v, z[:len(v)], f.noise)
	}
	if !f.copied {
		m.faulty(v, lo)
	}
}

// along folds cells [lo,hi), which amplifiers see as v, nil for bare ones, for forward
// reads: factors belong to a column within a block of rows. The bias row, which is last,
// belongs to the last block.
func (f *folding) along(v []float32, lo, hi int) {
	m, c := f.m, f.into
	cols, rows := m.array.Cols, m.inputRows()
	blocks := f.side.blocks
	for at := lo; at < hi; {
		row, col := at/cols, at%cols
		end := min(at-col+cols, hi)
		b := len(blocks) - 1
		to := c.Bias
		if row < rows {
			b, to = blockOf(blocks, row), c.W[row*cols:(row+1)*cols]
		}
		if to != nil {
			y, lane := to[col:col+end-at], b*cols+col
			if v == nil {
				kernel.FoldPairLanes(y, m.Plus[at:], m.Minus[at:], m.own[at:], c.shift[lane:], c.factor[lane:])
			} else {
				kernel.FoldLanes(y, v[at-lo:end-lo], c.shift[lane:], c.factor[lane:])
			}
			if row == rows {
				scale(y, c.bias)
			}
		}
		at = end
	}
}

// across folds cells [lo,hi), which amplifiers see as v, nil for bare ones, for transposed
// reads: factors belong to a row within a block of columns. Nobody reads the bias row.
func (f *folding) across(v []float32, lo, hi int) {
	m, c := f.m, f.into
	cols, rows := m.array.Cols, m.inputRows()
	hi = min(hi, rows*cols)
	for at := lo; at < hi; {
		row, col := at/cols, at%cols
		b := blockOf(f.side.blocks, col)
		end := min(at-col+f.side.blocks[b].Hi, hi)
		line := b*rows + row
		if v == nil {
			kernel.FoldPairLine(c.W[at:end], m.Plus[at:], m.Minus[at:], m.own[at:], c.shift[line], c.factor[line])
		} else {
			kernel.FoldLine(c.W[at:end], v[at-lo:end-lo], c.shift[line], c.factor[line])
		}
		at = end
	}
}

// blockOf is the block that an input is in.
func blockOf(blocks []kernel.Block, at int) int {
	lo, hi := 0, len(blocks)-1
	for lo < hi {
		if b := (lo + hi) / 2; blocks[b].Hi <= at {
			lo = b + 1
		} else {
			hi = b
		}
	}
	return lo
}

// lines computes, for each output of a block, the factor on its weights and the
// error common to them.
func (m *Matrix) lines(s *side, b int, exact bool, scale float32, factor, shift []float32) {
	unit := float32(m.Alpha) * scale
	drift := float32(1)
	if !exact {
		drift = m.drift(s)
	}
	at := b * s.outputs
	for j := range factor {
		factor[j], shift[j] = unit, 0
		if exact {
			continue
		}
		if s.Gain != nil {
			factor[j] *= s.Gain[at+j]
		}
		if s.drop != nil {
			factor[j] *= s.drop[j]
		}
		if drift != 1 {
			factor[j] *= drift
		}
		if s.column != nil {
			shift[j] = s.column[at+j]
		}
	}
}

// Parts is the number of parts of PartSize that n cells have.
func Parts(n int) int { return (n + chunk - 1) / chunk }

// partAt is part c of n cells.
func partAt(c, n int) (lo, hi int) { return c * chunk, min((c+1)*chunk, n) }
