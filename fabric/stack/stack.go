package stack

import (
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/kernel"
)

// Discipline is the order in which a frame gives values back.
type Discipline uint8

// The disciplines. Backpropagation visits layers in reverse, so only LIFO gives
// right gradients; FIFO, which the paper's text names, is there to show that.
const (
	LIFO Discipline = iota
	FIFO
)

// Config says what a Stack is made for.
type Config struct {
	Chip *fabric.Chip
	// Depth is the capacitors of one sample's frame.
	Depth      int
	Seed       uint64 // of the run
	Discipline Discipline
	Pool       *kernel.Pool // may be nil
}

// Slot is a place in a sample's frame: Size capacitors from Offset on. Layer is
// the instance path of the value's producer; it keys the noise and names traps.
type Slot struct {
	Layer        string
	Offset, Size int
}

// Call says for which samples an access is. Sample n of the batch is sample
// First+n of the step.
type Call struct {
	N     int
	Step  uint64
	First uint32
	Clean bool // no noise of a write
	Exact bool // neither noise nor droop
	// Room is where a push keeps the value until its last read: the value itself where
	// that stays as it is and no noise is added. Nil for memory of the stack's own.
	Room []float32
}

// Stack is the frames of the samples of a batch. Between batches it is empty, so
// a checkpoint has nothing to keep of it. It is used by one goroutine at a time.
type Stack struct {
	depth      int
	seed       uint64
	discipline Discipline
	pool       *kernel.Pool
	sigma      float32 // of a write, in units of the input rail
	tau        float64 // seconds to 1/e; 0: values do not droop
	frame      []held  // in the order of their pushes
	spare      [][]float32
}

// held is a value on the stack.
type held struct {
	Slot
	n      int
	values []float32 // n×Size
	own    bool      // values are the stack's
}

// New returns an empty stack. Writes err by √(kT/C) over the volts that stand for
// 1, or by the level noise.storage where that is a number; values droop with
// τ = C V_W/I_leak (physics.md §1, §7), a level noise.leak that is a number
// multiplies the leak.
func New(c Config) *Stack {
	s := &Stack{depth: c.Depth, seed: c.Seed, discipline: c.Discipline, pool: c.Pool}
	chip := c.Chip
	if chip.Ideal {
		return s
	}
	if l := chip.Noise.Storage; l.On() {
		s.sigma = float32(l.Number(circuit.HoldNoise(chip.Cap.Hold, chip.Temperature) / chip.Rail.Input))
	}
	if rate := chip.Noise.Leak.Number(1) * chip.Cap.Leak; rate > 0 {
		s.tau = chip.Cap.Hold * chip.Rail.Weight / rate
	}
	return s
}

// Retention is the time constant of a held value in seconds, 0 where it does not
// droop.
func (s *Stack) Retention() float64 { return s.tau }

// WriteSigma is the sd of the noise of one write, in units of the input rail.
func (s *Stack) WriteSigma() float32 { return s.sigma }

// Held are the values of a sample's frame, in the order of their pushes.
func (s *Stack) Held() []Slot {
	out := make([]Slot, len(s.frame))
	for i := range s.frame {
		out[i] = s.frame[i].Slot
	}
	return out
}

// Used is the number of capacitors of a frame that hold values.
func (s *Stack) Used() int {
	n := 0
	for i := range s.frame {
		n += s.frame[i].Size
	}
	return n
}

// Push writes a value of N samples, N×Size, to a slot above all that are in use.
// It is written once: what the write adds stays with it, whatever is read later.
func (s *Stack) Push(at Slot, value []float32, c Call) error {
	if len(value) != c.N*at.Size {
		return trap("push", at.Layer, "%d values for %d samples of %d capacitors", len(value), c.N, at.Size)
	}
	if top := s.top(); at.Offset < top {
		return trap("push", at.Layer, "capacitor %d is in use: the frame is filled up to %d", at.Offset, top)
	}
	if end := at.Offset + at.Size; end > s.depth {
		return trap("push", at.Layer, "overflow: capacitors %d to %d of a frame of %d", at.Offset, end-1, s.depth)
	}
	h := held{Slot: at, n: c.N, values: c.Room}
	if h.own = c.Room == nil; h.own {
		h.values = s.buffer(len(value))
	}
	if !same(h.values, value) {
		kernel.Copy(s.pool, h.values, value, 1)
	}
	if s.sigma > 0 && !c.Clean && !c.Exact {
		s.disturb(&h, c)
	}
	s.frame = append(s.frame, h)
	return nil
}

// disturb adds the noise of a write: keyed by the layer, step, sample and element.
func (s *Stack) disturb(h *held, c Call) {
	key := kernel.NewKey(s.seed, uint32(array.KindStorage), kernel.PathHash(h.Layer), slotField, c.Step)
	kernel.Disturb(s.pool, h.values[:c.N*h.Size], h.Size, s.sigma, key, c.First)
}

// slotField keeps the noise of stored values apart from other writes of a layer.
const slotField = 1 << 16

// top is the first capacitor above all that are in use.
func (s *Stack) top() int {
	end := 0
	for i := range s.frame {
		end = max(end, s.frame[i].Offset+s.frame[i].Size)
	}
	return end
}

// Pop takes the value on top, which must be the slot's, and writes it to dst,
// N×Size, as it is after hold seconds. dst may be the room that the push was given.
func (s *Stack) Pop(at Slot, dst []float32, hold float64, c Call) error {
	i, err := s.next(at)
	if err != nil {
		return err
	}
	if err := s.give("pop", i, at, dst, hold, c); err != nil {
		return err
	}
	s.release(i)
	return nil
}

// next finds the value that a pop takes. First in, first out takes the oldest,
// whatever slot was meant.
func (s *Stack) next(at Slot) (int, error) {
	if len(s.frame) == 0 {
		return 0, trap("pop", at.Layer, "underflow: the frame is empty")
	}
	if s.discipline == FIFO {
		return 0, nil
	}
	i := len(s.frame) - 1
	if top := s.frame[i]; top.Offset != at.Offset {
		return 0, trap("pop", at.Layer, "capacitor %d is not on top: %s lies at %d", at.Offset, top.Layer, top.Offset)
	}
	return i, nil
}

// Peek writes the value of a slot to dst, as it is after hold seconds, and leaves
// it there. Reading does not disturb it: holds are counted from the push, and
// peeks do not add up.
func (s *Stack) Peek(at Slot, dst []float32, hold float64, c Call) error {
	i := s.find(at.Offset)
	if i < 0 {
		return trap("peek", at.Layer, "underflow: capacitor %d holds nothing", at.Offset)
	}
	return s.give("peek", i, at, dst, hold, c)
}

// give writes held value i to dst.
func (s *Stack) give(instr string, i int, at Slot, dst []float32, hold float64, c Call) error {
	h := &s.frame[i]
	if h.Size != at.Size || h.n != c.N || len(dst) != len(h.values) {
		return trap(instr, at.Layer, "%d samples of %d capacitors, but %d of %d were pushed", c.N, at.Size, h.n, h.Size)
	}
	keep := float32(1)
	if s.tau > 0 && hold > 0 && !c.Exact {
		keep = float32(math.Exp(-hold / s.tau))
	}
	if same(dst, h.values) {
		kernel.Scale(s.pool, dst, keep)
	} else {
		kernel.Copy(s.pool, dst, h.values, keep)
	}
	return nil
}

// Free releases the slot that begins at a capacitor and was peeked.
func (s *Stack) Free(offset, size int) error {
	i := s.find(offset)
	if i < 0 {
		return trap("free", "", "underflow: capacitor %d holds nothing", offset)
	}
	if h := s.frame[i]; h.Size != size {
		return trap("free", h.Layer, "%d capacitors, but %d were pushed", size, h.Size)
	}
	s.release(i)
	return nil
}

// find is the index of the value that begins at a capacitor, or -1.
func (s *Stack) find(offset int) int {
	for i := len(s.frame) - 1; i >= 0; i-- {
		if s.frame[i].Offset == offset {
			return i
		}
	}
	return -1
}

// same reports whether two values of one length lie at the same place.
func same(a, b []float32) bool { return len(a) == 0 || &a[0] == &b[0] }

// release takes value i off the frame and keeps the stack's own memory for another.
func (s *Stack) release(i int) {
	if s.frame[i].own {
		s.spare = append(s.spare, s.frame[i].values)
	}
	s.frame = append(s.frame[:i], s.frame[i+1:]...)
}

// Reset drops all values: a step was abandoned.
func (s *Stack) Reset() {
	for len(s.frame) > 0 {
		s.release(len(s.frame) - 1)
	}
}

// buffer returns n floats, the smallest spare ones that are enough.
func (s *Stack) buffer(n int) []float32 {
	best := -1
	for i, b := range s.spare {
		if cap(b) >= n && (best < 0 || cap(b) < cap(s.spare[best])) {
			best = i
		}
	}
	if best < 0 {
		return make([]float32, n)
	}
	b := s.spare[best][:n]
	last := len(s.spare) - 1
	s.spare[best], s.spare = s.spare[last], s.spare[:last]
	return b
}
