package array

import (
	"math"

	"acl/fabric/kernel"
)

// ReadKey keys the draws of a read. Reads of one step see the same weight noise;
// Field tells their amplifier noise apart.
type ReadKey struct {
	Seed, Step uint64
	Field      uint32
	Clean      bool // no temporal noise; errors fixed on the die stay
	Exact      bool // the logical weights themselves: no error, limit or converter
}

// Read is what a kernel computes with: effective weights with the errors of cells
// and columns in them, and the read-out of each block of inputs. W holds until the
// next read of any Matrix with the same Folded, the other slices until the next read
// of this one in that direction.
type Read struct {
	W      []float32 // inputs × Cols, without the bias row
	Bias   []float32 // Cols; nil without a bias or for a transposed read
	Blocks []kernel.Block
	RO     kernel.ReadOut
	Scale  float32 // an output over the normalised sum of w x that gives it

	// Other is the second amplifier of a read-out by pairs, each of which meets its own
	// limit: an output is the sum of both. Nil where one amplifier takes the difference.
	Other *Read
	// Step is that of the converter after the sum of both; their own have none.
	Step float32
}

// Plain reports whether outputs are the bare sums of products.
func (r *Read) Plain() bool {
	o := &r.RO
	return r.Other == nil && o.Offset == nil && o.Sigma == 0 && o.Clip == 0 && o.Step == 0
}

// sight is the normalised weights that the amplifiers see, kept for the reads of
// a step where they hold a draw of weight noise.
type sight struct {
	values []float32
	of     sighting
}

// sighting says what a sight was made for.
type sighting struct {
	version    uint64
	seed, step uint64
	noisy      bool
	exact      bool
}

// Folded is memory for effective weights, which the arrays of a chip use in turn: a
// step reads each of them once in each direction, so that to keep all would be of no
// use. The zero value is ready.
type Folded struct{ first, second sheet }

// Reserve makes room for arrays of up to n cells.
func (f *Folded) Reserve(n int) { f.first.weights = grow(f.first.weights, n) }

// sheet holds the effective weights of one read.
type sheet struct {
	weights []float32
	of      *cached
}

// cached is a Read with what it was made for.
type cached struct {
	Read
	on            *sheet
	of            sighting
	scale, bias   float32
	common        float32   // weight of the inputs that a side of a pair has besides
	factor, shift []float32 // blocks × outputs
}

// Forward reads the array by rows: an output is scale·(Σ w x + bias·b), with w and
// b logical, read out block by block with the errors of a tile (physics.md §4.1)
// and limited to ±Bound, in normalised sums. bits is the resolution of the
// converter after the sum, 0 for none.
func (m *Matrix) Forward(k ReadKey, scale, bias float32, bits int) *Read {
	s, c := &m.Front, &m.forward
	if m.paired() && !k.Exact {
		return m.forwardPair(k, scale, bias, bits)
	}
	m.front(c, k, scale, bias, 0)
	c.Other = nil
	m.readOut(&c.Read, s, k, scale, bits)
	return &c.Read
}

// front folds the weights of forward reads, where they are not folded yet.
func (m *Matrix) front(c *cached, k ReadKey, scale, bias, common float32) {
	if of := m.sightingOf(k); c.on.of != c || c.of != of || c.scale != scale || c.bias != bias || c.common != common {
		c.of, c.scale, c.bias, c.common = of, scale, bias, common
		m.fold(c, &m.Front, &m.seen, false)
	}
}

// Transposed reads the array by columns, W still by rows: an output is scale·Σ_j
// w_ij δ_j for each row but the bias. It has amplifiers of its own, the same draw
// of weight noise, and reads a dedicated copy where the program has one
// (physics.md §4.2).
func (m *Matrix) Transposed(k ReadKey, scale float32, bits int) *Read {
	s, c := &m.Back, &m.reverse
	if of := m.sightingOf(k); c.on.of != c || c.of != of || c.scale != scale {
		c.of, c.scale = of, scale
		from := &m.seen
		if m.copies() {
			from = &m.seenT
		}
		m.fold(c, s, from, true)
	}
	m.readOut(&c.Read, s, k, scale, bits)
	return &c.Read
}

// sightingOf drops from a key what makes no difference to the weights.
func (m *Matrix) sightingOf(k ReadKey) sighting {
	of := sighting{version: m.version, exact: k.Exact}
	if m.level.Weight.Number(0) > 0 && !k.Clean && !k.Exact {
		of.seed, of.step, of.noisy = k.Seed, k.Step, true
	}
	return of
}

// readOut sets how a read's sums are read out. Blocks of tiles of different
// heights differ in noise: each gets the root mean square, so that their sum's is
// right.
func (m *Matrix) readOut(r *Read, s *side, k ReadKey, scale float32, bits int) {
	unit := float32(m.Alpha) * scale
	old := r.RO.Offset
	r.Scale, r.RO = unit, kernel.ReadOut{}
	if k.Exact {
		return
	}
	if s.Offset != nil {
		r.RO.Offset = grow(old, len(s.Offset))
		for i, o := range s.Offset {
			r.RO.Offset[i] = unit * o
		}
	}
	if m.level.Read.On() && !k.Clean {
		r.RO.Sigma = unit * float32(m.readSigma(s))
		r.RO.Key = m.key(KindRead, k.Field, k)
	}
	if m.level.Clip.On() {
		r.RO.Clip = unit * float32(s.Bound)
	}
	if m.level.Quantize.On() {
		r.RO.Step = unit * float32(LSB(bits, s.Bound))
	}
}

// readSigma is the sd of the noise of a block's read, in normalised sums.
func (m *Matrix) readSigma(s *side) float64 {
	var sum float64
	for _, n := range s.summed {
		r := StatsOf(m.chip, n, s.Bound).Read
		sum += r * r
	}
	if s.dummy {
		sum *= 2
	}
	return math.Sqrt(sum / float64(len(s.summed)))
}

func difference(dst, a, b []float32) { kernel.Near(dst).Sub(a, b) }

// add adds k x to dst.
func add(dst, x []float32, k float32) { kernel.Near(dst).AddScaled(x, k) }

func scale(dst []float32, k float32) { kernel.Near(dst).Scale(k) }
