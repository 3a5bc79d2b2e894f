package dcu

import (
	"fmt"
	"slices"
	"strings"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/device"
	"acl/fabric/kernel"
	"acl/fabric/ledger"
	"acl/fabric/module"
	"acl/fabric/stack"
)

// Config says how a machine is set up.
type Config struct {
	Program *fabric.Program
	Pool    *kernel.Pool
	Seed    uint64 // of the run: keys every draw that is not the die's
	// Discipline of the stack inside a frame. Anything but stack.LIFO gives wrong
	// gradients; a test shows that.
	Discipline stack.Discipline
	// NoDummy leaves out the row that transposed reads of plain triodes subtract, at
	// the circuit level. Gradients are wrong without it; a test shows that.
	NoDummy bool
	// Apart gives every value of a list memory of its own. Results are the same; a test
	// shows that.
	Apart bool
}

// Machine is a chip with a program: cells, ranges, counts and the control unit's
// own memory. It is used by one goroutine.
type Machine struct {
	Memory Memory

	prog    *fabric.Program
	pool    *kernel.Pool
	env     *module.Env
	modules []module.Module // by unit
	wires   []wire          // by value
	stack   *stack.Stack
	meter   meter
	signal  errorSignal
	sums    [][]float32 // by digital array: the batch's gradient so far
	scratch []float32
	values  values
	config  Config
	folded  array.Folded
	epoch   int       // of the training, from 1, as its trainer says
	copied  []float32 // what further read-outs of a module put out
	descent descent
	call    module.Call // the firing under way
	// operandSeen is the census of its operand, where one was asked for.
	operandSeen kernel.Census
	// refreshes are the rewrites of a step, by array, and ahead those that its update
	// has done.
	refreshes []*fabric.Instr
	ahead     []rewritten
	shelved   bool   // it has lain without power
	turns     []bool // by array: it takes turns on its tiles; nil where none does
}

// Memory is all that lasts from one step to the next: what a checkpoint keeps.
type Memory struct {
	Arrays    []*array.Matrix   `state:"array"`    // nil for a digital one
	Gradients []*array.Gradient `state:"gradient"` // nil for a digital one
	Guards    []*guard          `state:"guard"`    // nil for an array without protection
	Tallies   []Tally           `state:"tally"`    // by array
	// Worn are the tiles that arrays have left for others. Rerouted is how often a unit
	// went to another module because its own had failed.
	Worn     int   `state:"worn"`
	Rerouted int64 `state:"rerouted"`
	// Shadow is, by array, the control unit's copy of the logical weights, and a
	// digital array itself.
	Shadow     [][]float32  `state:"shadow"`
	Optimizers []*optimizer `state:"optimizer"`
	// Fast are, by array, the fast ones of two, nil without.
	Fast   []*array.Matrix `state:"fast"`
	Ranges []rangeOf       `state:"range"`      // by value
	Tiles  []rangeOf       `state:"tile_range"` // by array: of its gradient tiles
	Quiet  []int           `state:"quiet"`      // by array: steps far below its bound
	Book   *ledger.Book    `state:"book"`
	Step   int             `state:"step"`
	Clock  float64         `state:"clock"` // seconds of the chip since its setup began
	// Leaked is how long the weights have leaked since the control unit wrote them last,
	// s; in a training without rewrites, in evaluations. Rewrites are those on the way of
	// answers.
	Leaked     float64   `state:"leaked"`
	Rewrites   int       `state:"rewrites"`
	Spans      []float64 `state:"span"` // seconds in each phase
	Clipped    []int64   `state:"clipped"`
	Binding    []int     `state:"binding"` // by unit: the physical module it ran on last, or -1
	Holder     []int     `state:"holder"`  // by physical module: the unit it is connected to, or -1
	Turn       int       `state:"turn"`
	Fired      []int64   `state:"fired"` // by physical module
	Busy       []float64 `state:"busy"`  // by physical module: positions
	Configured int64     `state:"configured"`
	Ruled      []int64   `state:"ruled"` // by rule of a policy: choices that it made
	Bandit     bandit    `state:"bandit"`
	// Devices are the cells and modules of a program at the circuit level; nil at the
	// others, whose weights are in Arrays.
	Devices *device.Machine `state:"device"`
	Aged    int             `state:"aged"` // steps whose decay of Devices is done
}

// accounts is a copy of what answering changes of a memory: counts, the clock and
// who is connected to whom.
func (m *Memory) accounts() Memory {
	kept := *m
	kept.Book = m.Book.Clone()
	kept.Spans, kept.Busy, kept.Tallies = slices.Clone(m.Spans), slices.Clone(m.Busy), slices.Clone(m.Tallies)
	kept.Binding, kept.Holder, kept.Fired = slices.Clone(m.Binding), slices.Clone(m.Holder), slices.Clone(m.Fired)
	kept.Ruled = slices.Clone(m.Ruled)
	return kept
}

// settle puts accounts back. The book stays the one that the meter writes.
func (m *Memory) settle(kept Memory) {
	book := m.Book
	*book = *kept.Book
	*m = kept
	m.Book = book
}

// State lists what a checkpoint keeps.
func (m *Machine) State() []fabric.Field { return fabric.Fields(&m.Memory) }

// wire is what a value's wire carries in the present batch, and what the stack
// last gave back of it.
type wire struct {
	now, back module.Tensor
	scaled    module.Tensor // for readers with a factor on the wire
	number    []float32     // what the control unit reads from it
	seen      kernel.Census // of now
	common    []int         // powers of two at which errors meet, one a sample
}

// New sets a machine up: nothing is written to its cells yet.
func New(c Config) (*Machine, error) {
	p := c.Program
	m := &Machine{
		prog: p, pool: c.Pool, config: c,
		env:   &module.Env{Chip: &p.Chip, Pool: c.Pool, Seed: c.Seed, AbsMax: p.Plan.Scaling == "absmax", Direct: p.Plan.Direct},
		wires: make([]wire, len(p.Values)),
	}
	m.descent.m, m.descent.parts = m, m.descent.change
	m.refreshes, m.ahead, m.turns = refreshesOf(p), make([]rewritten, len(p.Arrays)), p.TakesTurns()
	m.env.Samples = p.Plan.Scaling == "auto" || m.env.AbsMax
	mem := &m.Memory
	mem.Ranges = make([]rangeOf, len(p.Values))
	mem.Tiles = make([]rangeOf, len(p.Arrays))
	mem.Quiet = make([]int, len(p.Arrays))
	mem.Spans = make([]float64, int(ledger.Phases))
	mem.Clipped = make([]int64, len(p.Units))
	mem.Fired = make([]int64, len(p.Modules))
	mem.Busy = make([]float64, len(p.Modules))
	m.epoch, mem.Ruled, mem.Bandit = 1, make([]int64, len(p.Plan.Rules)), newBandit(p)
	mem.Holder = nobody(len(p.Modules))
	mem.Binding = nobody(len(p.Units))
	m.sums = make([][]float32, len(p.Arrays))
	m.folded.Reserve(largestArray(p))
	dead := deadColumns(p)
	for i := range p.Arrays {
		own := array.Config{Chip: &p.Chip, Array: &p.Arrays[i], Seed: c.Seed, Pool: c.Pool, Folded: &m.folded, Shared: m.turning(i)}
		m.addArray(own, dead[i])
	}
	m.stack = stack.New(stack.Config{
		Chip: &p.Chip, Depth: max(p.Frame, 1), Seed: c.Seed, Discipline: c.Discipline, Pool: c.Pool,
	})
	m.meter = newMeter(p)
	mem.Book = m.meter.book
	if p.Plan.Fidelity == "circuit" {
		mem.Devices = device.New(device.Config{Program: p, Seed: c.Seed, NoDummy: c.NoDummy})
	}
	return m, m.build()
}

// addArray makes the next array, on tiles or in the control unit's memory, with
// what learns and protects it. dead are the dead columns of its copies.
func (m *Machine) addArray(c array.Config, dead [][]array.Dead) {
	mem, a, learn := &m.Memory, c.Array, m.prog.Learn
	if len(dead) > 0 {
		c.Dead = dead[0]
	}
	i := len(mem.Arrays)
	var matrix *array.Matrix
	var gradient *array.Gradient
	learned := a.Learned() * a.Cols
	switch {
	case a.Digital != nil:
		m.sums[i] = make([]float32, learned)
	case learn != nil && !m.pulsed():
		matrix, gradient = array.New(c), array.NewGradient(c)
	default:
		matrix = array.New(c)
	}
	mem.Arrays = append(mem.Arrays, matrix)
	mem.Fast = append(mem.Fast, m.newFast(c, i))
	mem.Guards = append(mem.Guards, newGuard(c, matrix, dead, m.calibrationReads(i)))
	mem.Tallies = append(mem.Tallies, Tally{})
	mem.Shadow = append(mem.Shadow, make([]float32, a.Rows*a.Cols))
	if learn != nil {
		mem.Gradients = append(mem.Gradients, gradient)
		mem.Optimizers = append(mem.Optimizers, newOptimizer(&learn.Optimizer, learned))
	}
}

func nobody(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = -1
	}
	return s
}

// build makes the modules, gradient modules after the forward ones they belong
// to.
func (m *Machine) build() error {
	forward := map[string]module.Module{}
	for i := range m.prog.Units {
		u := &m.prog.Units[i]
		mod, err := module.New(m.env, m.prog, u, forward[forwardPath(u.Path)])
		if err != nil {
			return fmt.Errorf("dcu: %s: %w", u.Path, err)
		}
		if u.Role == fabric.Forward {
			forward[u.Path] = mod
		}
		m.modules = append(m.modules, mod)
	}
	return nil
}

// forwardPath is the path of the unit that a gradient unit belongs to.
func forwardPath(path string) string { return strings.TrimRight(path, "'") }

// Program returns the program that the machine runs.
func (m *Machine) Program() *fabric.Program { return m.prog }

// Weights returns the present logical weights of each array, rows by columns, bias
// row last; the rows of a digital array are its vectors, running statistics too.
func (m *Machine) Weights() [][]float32 {
	out := make([][]float32, len(m.Memory.Arrays))
	for i := range out {
		out[i] = m.WeightsOf(i, nil)
	}
	return out
}

// WeightsOf returns those of array i, in dst where it is long enough.
func (m *Machine) WeightsOf(i int, dst []float32) []float32 {
	a, out := m.Memory.Arrays[i], append(dst[:0], m.Memory.Shadow[i]...)
	switch {
	case a == nil || m.turning(i):
	case m.Memory.Devices != nil:
		for j, w := range m.Memory.Devices.Weights(i) {
			out[j] = float32(w)
		}
	default:
		a.Logical(out)
	}
	return out
}

// Setup runs the setup list: start values (weights, or random ones where it is
// nil), the ranges of every tensor by a dry run of a first batch where one is
// given, and calibration by known vectors.
func (m *Machine) Setup(weights [][]float32, first *Batch) error {
	m.memorize(weights)
	for i := range m.prog.Setup {
		in := &m.prog.Setup[i]
		switch in.Op {
		case fabric.OpLoad:
			m.load(in, weights)
		}
		m.meter.instruction(in, ledger.Setup, 1)
	}
	if first != nil {
		if err := m.dryRun(first); err != nil {
			return err
		}
	}
	m.retime()
	m.fillDevices()
	// Offsets are found last: they depend on the ranges that the amplifiers have.
	for i := range m.prog.Setup {
		in := &m.prog.Setup[i]
		switch {
		case in.Op != fabric.OpCalibrate:
		case in.Array >= 0:
			m.calibrate(in, 0)
			m.prepare(m.trim(in, 0, ledger.Setup))
		case m.Memory.Devices != nil:
			m.Memory.Devices.Zero(in.Unit)
		}
		m.prepare(in.Time)
	}
	return m.firstScan()
}

// prepare lets the time of a part of the setup, or of a calibration on the way, pass, s.
func (m *Machine) prepare(seconds float64) {
	m.Memory.Clock += seconds
	m.Memory.Spans[ledger.Setup] += seconds
	m.meter.idle(ledger.Setup, seconds)
}

// trainedTop is the share of full weight that the largest loaded weight gets;
// random starts get half of it, since training makes weights larger (design.md §5).
const trainedTop = 0.7

func (m *Machine) load(in *fabric.Instr, weights [][]float32) {
	a := m.Memory.Arrays[in.Array]
	if a == nil {
		m.start(in.Array, weights)
		return
	}
	m.shiftZero(in)
	if weights != nil {
		for _, a := range m.matrices(in.Array) {
			a.Load(weights[in.Array], trainedTop)
		}
		copy(m.Memory.Shadow[in.Array], weights[in.Array])
		m.holdSums(in.Array)
		return
	}
	for _, a := range m.matrices(in.Array) {
		a.Init()
	}
	a.Logical(m.Memory.Shadow[in.Array])
	m.holdSums(in.Array)
}

// start gives a digital array its values, or the given ones.
func (m *Machine) start(at int, weights [][]float32) {
	shadow := m.Memory.Shadow[at]
	if weights != nil {
		copy(shadow, weights[at])
		return
	}
	a := &m.prog.Arrays[at]
	for r, v := range a.Digital {
		for j := range a.Cols {
			shadow[r*a.Cols+j] = float32(v.Start)
		}
	}
}

// calibrate auto-zeroes an array by known vectors.
func (m *Machine) calibrate(in *fabric.Instr, step uint64) {
	if m.Memory.Devices != nil {
		m.calibrateDevices(in, step)
		return
	}
	for _, a := range m.cells(in.Array) {
		a.Calibrate(in.Reads, array.ReadKey{Seed: m.env.Seed, Step: step})
	}
}
