package array

import "math"

// Search is what a search for stuck cells found and did.
type Search struct {
	Stuck    []int32 // cells, in order
	Measured int     // how often all cells were read
	Pulses   Pulses
}

// Search looks for cells that do not follow (physics.md §6.3). Cells are read by
// known vectors, a number of times each, and compared with the logical weights that
// the control unit has sent them, Rows×Cols, within their range. One that is off by
// more than threshold standard deviations may be stuck, or only answer its pulses
// otherwise than the nominal cell: it is pulsed towards that weight, by as little as
// the reads can tell, and read again. One that did not move is at its bound or stuck,
// and is pulsed the other way; what has not moved then is stuck. All others go back to
// where they were, since training has made the best of that. Cells known to be stuck
// are left out.
func (m *Matrix) Search(want []float32, reads int, threshold float64, k ReadKey) Search {
	s := search{Matrix: m, key: k, reads: reads}
	s.still = float32(threshold * math.Sqrt2 * m.Alpha * m.measureNoise(m.narrow(), reads))
	before, after := make([]float32, len(want)), make([]float32, len(want))
	s.measure(before)
	ask := s.suspects(want, before, float32(threshold*m.MeasureSigma(reads)))
	if ask == nil {
		return s.Search
	}
	s.try(ask)
	s.measure(after)
	still := s.unmoved(ask, before, after)
	if still == nil {
		s.back(ask, nil)
		return s.Search
	}
	s.back(ask, still)
	scale(still, -1)
	s.try(still)
	s.measure(before)
	stuck := s.unmoved(still, after, before)
	s.back(still, stuck)
	for i, d := range stuck {
		if d != 0 {
			s.Stuck = append(s.Stuck, int32(i))
		}
	}
	return s.Search
}

// suspects asks cells that are off by more than a distance for a small step to what
// they should hold: nil where none is.
func (s *search) suspects(want, found []float32, off float32) []float32 {
	reach, any := float32(s.Alpha), false
	ask := make([]float32, len(want))
	step := trial * s.still
	for i, w := range want {
		switch d := max(-reach, min(reach, w)) - found[i]; {
		case d > off:
			ask[i], any = max(step, 2*float32(s.chip.Cell.Step)*reach), true
		case d < -off:
			ask[i], any = -max(step, 2*float32(s.chip.Cell.Step)*reach), true
		}
	}
	for _, at := range s.Masked {
		ask[at] = 0
	}
	if !any {
		return nil
	}
	return ask
}

// trial is how many times the least movement that can be told a cell is asked for:
// steps of cells spread.
const trial = 4

// back undoes what was asked of cells, but of those that are still where they were.
func (s *search) back(ask, still []float32) {
	undo := make([]float32, len(ask))
	for i, d := range ask {
		if still == nil || still[i] == 0 {
			undo[i] = -d
		}
	}
	s.try(undo)
}

// search is a Search under way.
type search struct {
	*Matrix
	Search
	key   ReadKey
	reads int
	still float32 // what a cell that does not move seems to move by, at most
	round uint32  // writes so far
}

func (s *search) measure(dst []float32) {
	k := s.key
	k.Field += uint32(s.Measured)
	s.Measure(dst, s.reads, k)
	s.Measured++
}

// try writes a logical change.
func (s *search) try(change []float32) {
	s.Pulses.add(s.Adjust(append([]float32(nil), change...), s.round, s.key))
	s.round++
}

// unmoved is what was asked of the cells that did not move between two measurements:
// nil where all did.
func (s *search) unmoved(ask, before, after []float32) []float32 {
	out, any := make([]float32, len(ask)), false
	for i, d := range ask {
		if moved := after[i] - before[i]; d != 0 && moved <= s.still && moved >= -s.still {
			out[i], any = d, true
		}
	}
	if !any {
		return nil
	}
	return out
}

// Adjust adds a logical change to the weights as Update does, in a round of its own
// of a scan or a repair. change is left with other numbers.
func (m *Matrix) Adjust(change []float32, round uint32, k ReadKey) Pulses {
	c := &m.changing
	c.update, c.rewrites = m.writing(k, trialField+round), false
	m.change(c, change, nil)
	p, _ := c.Done()
	return p
}

// Restore brings some cells to the logical weights that they should hold by writing and
// reading in turn: each round corrects what the last one missed.
func (m *Matrix) Restore(want []float32, cells []int32, reads int, round uint32, k ReadKey) (Pulses, int) {
	var total Pulses
	found, change := make([]float32, len(want)), make([]float32, len(want))
	for r := range uint32(restoreRounds) {
		key := k
		key.Field += round + r
		m.Measure(found, reads, key)
		clear(change)
		for _, i := range cells {
			change[i] = want[i] - found[i]
		}
		total.add(m.Adjust(change, round+r, k))
	}
	return total, restoreRounds
}

// restoreRounds is how often a repair writes: cells miss by a third of what is asked
// for (cell.spread.step), and so by a few hundredths after three rounds.
const restoreRounds = 3
