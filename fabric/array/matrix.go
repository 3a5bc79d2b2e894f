package array

import (
	"math"

	"acl/fabric"
	"acl/fabric/circuit"
	"acl/fabric/kernel"
)

// Tops are the shares of full weight that the largest weight of a tensor takes
// when it is loaded: little at a random start, since trained weights outgrow it
// (physics.md §8).
const (
	TopRandom  = 0.35
	TopTrained = 0.7
)

// Config says what a Matrix or Gradient is made for. Pool may be nil.
type Config struct {
	Chip  *fabric.Chip
	Array *fabric.Array
	Seed  uint64 // of the run
	Pool  *kernel.Pool
	// Twin numbers the copies of an array from 1: each has cells, errors and reads of
	// its own, and the start values and pulses of the array itself, number 0.
	Twin int
	// Dead are the columns that read 0.
	Dead []Dead
	// Folded is what arrays share; nil for one of the array's own.
	Folded *Folded
	// Shared: the array takes turns with others on its tiles.
	Shared bool
}

// Matrix is a parameter array on its tiles. A normalised weight is the difference
// of the voltages of two capacitors about their mid-point, in units of the full
// differential voltage; a logical weight is Alpha times that. It is used by one
// goroutine at a time.
type Matrix struct {
	chip  *fabric.Chip  `state:"-"`
	array *fabric.Array `state:"-"`
	seed  uint64        `state:"-"`
	path  uint64        `state:"-"`
	unit  uint64        `state:"-"` // what copies have in common: path of number 0
	pool  *kernel.Pool  `state:"-"`
	level fabric.Noise  `state:"-"`
	write float32       `state:"-"` // sd of a weight's error by one write
	// shared: the tiles are others' as well.
	shared bool `state:"-"`

	Plus  []float32 `state:"plus"`  // Rows×Cols
	Minus []float32 `state:"minus"` // Rows×Cols
	// Copied are the normalised weights of a dedicated transposed copy, nil
	// without one.
	Copied []float32 `state:"copied"`
	Alpha  float64   `state:"alpha"`
	// Reference is what is subtracted from each cell: its symmetry point, where that
	// was measured; nil for none.
	Reference []float32 `state:"reference"`
	// Aged is the number of steps done, whose decay by cell.lifetime is done too.
	Aged uint64 `state:"aged"`

	Front side `state:"front"` // periphery of forward reads
	Back  side `state:"back"`  // and of transposed ones

	die    *die      `state:"-"` // nil: weights change exactly
	own    []float32 `state:"-"` // fixed errors of the cells, nil: none
	other  []float32 `state:"-"` // and of the copy's
	rates  *leak     `state:"-"` // nil: nothing leaks
	faults []fault   `state:"-"`
	dead   []Dead    `state:"-"`
	name   string    `state:"-"` // of the draws of its first place
	spares *Matrix   `state:"-"` // the spare columns of its tiles, made when asked for

	// Moves is how often the array went to other tiles.
	Moves int `state:"moves"`
	// Spared are the spare columns that took the place of others, in order: cut,
	// column and spare of each. Tried are, by cut, the spare columns used up.
	Spared []int32 `state:"spared"`
	Tried  []int32 `state:"tried"`
	// Masked are the cells known to be stuck, which get no pulses.
	Masked []int32 `state:"masked"`
	// Due is the exponent of a leak that the cells have yet to show.
	Due float64 `state:"due"`

	version  uint64    `state:"-"` // counts changes of what a read sees
	seen     sight     `state:"-"`
	seenT    sight     `state:"-"`
	forward  cached    `state:"-"`
	second   cached    `state:"-"` // the second amplifier of a pair
	reverse  cached    `state:"-"`
	folding  folding   `state:"-"`
	changing Change    `state:"-"`
	scratch  []float32 `state:"-"` // changes of pulses in place
}

// New returns the array on a chip's tiles, all weights 0, with the die's draws
// made and nothing calibrated.
func New(c Config) *Matrix {
	return newMatrix(c, twinName(c.Array.Path, c.Twin))
}

// Bytes is the memory of an array on a chip's tiles: its cells, what the die has drawn
// for each of them, and the noisy weights that the reads of a step see.
func Bytes(chip *fabric.Chip, a *fabric.Array) int {
	level, sets := levels(chip), 1
	if len(a.Copy) > 0 {
		sets = 2
	}
	cell := 4 * (1 + sets) // two capacitors, and a copied weight
	if level.Cells.On() {
		cell += 2 * cellDraws
	}
	if StatsOf(chip, 1, MaxBound).Mismatch > 0 {
		cell += 4 * sets
	}
	if level.Weight.Number(0) > 0 {
		cell += 4 * sets
	}
	if leaks(chip) && chip.Cell.Spread.Leak > 0 {
		cell += 4
		if chip.Cap.CommonMode {
			cell += 4
		}
	}
	return cell * a.Rows * a.Cols
}

func newMatrix(c Config, name string) *Matrix {
	n := c.Array.Rows * c.Array.Cols
	m := &Matrix{
		chip: c.Chip, array: c.Array, seed: c.Seed, name: name, pool: c.Pool,
		unit: kernel.PathHash(c.Array.Path), level: levels(c.Chip), Alpha: 1, dead: c.Dead,
		Plus: make([]float32, n), Minus: make([]float32, n), shared: c.Shared,
	}
	m.write = float32(StatsOf(c.Chip, 1, MaxBound).Write)
	if m.copies() {
		m.Copied = make([]float32, n)
	}
	folded := c.Folded
	if folded == nil {
		folded = new(Folded)
	}
	m.forward.on, m.reverse.on, m.second.on = &folded.first, &folded.first, &folded.second
	m.draw()
	m.folding.bind()
	return m
}

// draw makes the draws of the die for the tiles that the array is on.
func (m *Matrix) draw() {
	n := len(m.Plus)
	m.path = kernel.PathHash(placeName(m.name, m.Moves))
	if m.level.Cells.On() {
		m.die = newDie(m.chip, n, m.level.Cells.Number(1), func(dst []float32, lo int) {
			m.ofCells(kernel.Key.Normal, dst, KindCells, 0, cellDraws, lo)
		})
		m.die.open = !m.level.Clip.On()
	}
	m.own = m.mismatch(originalField)
	if m.copies() {
		m.other = m.mismatch(copyField)
	}
	m.rates = newLeak(m, n)
	m.faults = m.faultsAt(m.Moves)
	m.Front = m.newFront()
	m.Back = m.newBack()
}

// Fields that tell apart the streams of one kind within an array.
const (
	originalField = iota // the weights' own cells, forward reads
	reverseField         // transposed reads of them
	copyField            // a dedicated copy and its reads
	loadField
	rewriteField
	updateField
	recopyField
	readBackField = 1 << 7
	symmetryField = 1<<7 + 1
	clearField    = 1 << 8 // of gradient tiles, as is the next
	gradientField = 1 << 9
	placeField    = 1 << 11 // of loads in turn, by their number in a step
)

// copies reports whether transposed reads go to a copied array.
func (m *Matrix) copies() bool { return len(m.array.Copy) > 0 }

// dieKey is a stream that is fixed for a die.
func (m *Matrix) dieKey(kind Kind, field uint32) kernel.Key {
	return kernel.NewKey(uint64(m.chip.Die), uint32(kind), m.path, field, 0)
}

// key is a stream of one event.
func (m *Matrix) key(kind Kind, field uint32, k ReadKey) kernel.Key {
	return kernel.NewKey(k.Seed, uint32(kind), m.path, field, k.Step)
}

// mismatch draws the fixed weight errors of one set of cells, nil where there
// are none.
func (m *Matrix) mismatch(field uint32) []float32 {
	sigma := StatsOf(m.chip, 1, MaxBound).Mismatch
	if sigma == 0 {
		return nil
	}
	out := make([]float32, len(m.Plus))
	m.ofCells(scaled(sigma), out, KindMismatch, field, 1, 0)
	return out
}

// Init loads weights, the bias row's too, drawn uniformly from ±1/√fan-in. They
// depend on the seed and the array's path alone.
func (m *Matrix) Init() {
	on := m.forward.on
	on.weights, on.of = grow(on.weights, len(m.Plus)), nil
	m.start(on.weights)
	m.Load(on.weights, TopRandom)
}

// Start returns the weights that Init loads: those of all copies alike.
func (m *Matrix) Start() []float32 {
	w := make([]float32, len(m.Plus))
	m.start(w)
	return w
}

func (m *Matrix) start(w []float32) {
	kernel.NewKey(m.seed, uint32(KindInit), m.unit, 0, 0).Uniform(w, 0, 0)
	reach := 1 / math.Sqrt(float64(max(m.array.FanIn, 1)))
	for i, u := range w {
		w[i] = float32(reach * (2*float64(u) - 1))
	}
}

// Load writes logical weights, Rows×Cols row-major, and fixes Alpha so that the
// largest magnitude takes the share top of full weight. Storage noise makes its
// error. A dedicated copy is written too.
func (m *Matrix) Load(w []float32, top float32) {
	m.Alpha = 1
	if largest := largestOf(w); largest > 0 {
		m.Alpha = float64(largest) / float64(top)
	}
	k := ReadKey{Seed: m.seed}
	m.store(w, m.key(KindStorage, loadField, k))
	m.Recopy(k)
}

// store writes logical weights onto the capacitors, which it leaves balanced
// about their mid-point.
func (m *Matrix) store(w []float32, key kernel.Key) {
	if len(w) != len(m.Plus) {
		panic("array: weights of another size")
	}
	m.leaked()
	inverse := 1 / m.Alpha
	m.parts(len(w), func(lo, hi int) {
		var buf [chunk]float32
		part := buf[:hi-lo]
		for i, v := range w[lo:hi] {
			part[i] = float32(float64(v) * inverse)
		}
		if m.write > 0 {
			key.AddNormal(part, m.write, 0, lo)
		}
		if m.Reference != nil {
			add(part, m.Reference[lo:hi], 1)
		}
		for i, v := range part {
			v, _ = m.limit(lo+i, v)
			m.Plus[lo+i], m.Minus[lo+i] = v/2, -v/2
		}
	})
	m.version++
}

// limit clips a normalised weight, where clipping is on, to the range of its cell:
// the cell's own where cells differ, else ±1.
func (m *Matrix) limit(i int, w float32) (float32, bool) {
	if m.die != nil {
		v, hit := m.die.clip(i, float64(w))
		return float32(v), hit
	}
	if end := m.end(); w > end || w < -end {
		return float32(math.Copysign(float64(end), float64(w))), true
	}
	return w, false
}

// end is where the weight of a cell without a law of its own ends.
func (m *Matrix) end() float32 {
	if !m.level.Clip.On() {
		return float32(math.Inf(1))
	}
	return float32(min(1, circuit.WeightWindow(m.chip)))
}

// Recopy writes a dedicated transposed copy from what a read-out of the original
// finds: rounded to the drivers' converters, with the error of a write (physics.md
// §4.2). Without a copy it does nothing.
func (m *Matrix) Recopy(k ReadKey) {
	if m.Copied == nil {
		return
	}
	var step float32
	if m.level.Quantize.On() {
		step = float32(LSB(m.chip.DAC.Bits, 1))
	}
	m.leaked()
	key := m.key(KindStorage, recopyField, k)
	m.parts(len(m.Copied), func(lo, hi int) {
		part := m.Copied[lo:hi]
		m.cells(part, lo)
		if step > 0 {
			for i, v := range part {
				part[i] = step * float32(math.RoundToEven(float64(v/step)))
			}
		}
		if m.write > 0 {
			key.AddNormal(part, m.write, 0, lo)
		}
	})
	m.version++
}

// Logical writes the weights that the capacitors stand for, Rows×Cols, to dst,
// without the fixed errors of the cells.
func (m *Matrix) Logical(dst []float32) {
	m.leaked()
	m.cells(dst, 0)
	scale(dst, float32(m.Alpha))
}

// cells writes the normalised weights of cells lo.. to dst.
func (m *Matrix) cells(dst []float32, lo int) {
	hi := lo + len(dst)
	difference(dst, m.Plus[lo:hi], m.Minus[lo:hi])
	if m.Reference != nil {
		add(dst, m.Reference[lo:hi], -1)
	}
}

// Bound is the range B of forward reads: the magnitude of a normalised sum of w x
// that reaches the rail.
func (m *Matrix) Bound() float64 { return m.Front.Bound }

// ReverseBound is the range of transposed reads.
func (m *Matrix) ReverseBound() float64 { return m.Back.Bound }

// SetBound switches forward reads to another range. A calibration holds: the
// control unit knows the noise gain of each range, so it scales its corrections,
// and what they missed scales along. A new one in the new range does better.
func (m *Matrix) SetBound(b float64) { m.rebound(&m.Front, b) }

// SetReverseBound does the same for transposed reads.
func (m *Matrix) SetReverseBound(b float64) { m.rebound(&m.Back, b) }

func (m *Matrix) rebound(s *side, b float64) {
	if b == s.Bound {
		return
	}
	before := m.stats(s)
	s.Bound = b
	m.version++
	if !s.Zeroed {
		m.reset(s)
		return
	}
	for i, st := range m.stats(s) {
		if s.Offset != nil && before[i].Offset > 0 {
			scale(s.Offset[i*s.outputs:(i+1)*s.outputs], float32(st.Offset/before[i].Offset))
		}
	}
}

// State lists what a checkpoint keeps. Fields may be written through it, so it
// voids what is derived from them.
func (m *Matrix) State() []fabric.Field {
	m.version++
	return fabric.Fields(m)
}

// parts runs f over pieces of [0,n) whose ends are multiples of chunk, on the
// pool.
func (m *Matrix) parts(n int, f func(lo, hi int)) { parts(m.pool, n, f) }

func parts(p *kernel.Pool, n int, f func(lo, hi int)) {
	p.Run((n+chunk-1)/chunk, func(lo, hi int) {
		for c := lo; c < hi; c++ {
			f(c*chunk, min((c+1)*chunk, n))
		}
	})
}

// grow returns a slice of n elements, s itself where it is long enough.
func grow(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}

// largestOf is the largest magnitude of w.
func largestOf(w []float32) float32 {
	var top float32
	for _, v := range w {
		top = max(top, v, -v)
	}
	return top
}
