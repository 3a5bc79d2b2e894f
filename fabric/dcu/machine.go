package dcu

import (
	"fmt"
	"strings"

	"acl/fabric"
	"acl/fabric/array"
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
	scratch []float32
}

// Memory is all that lasts from one step to the next: what a checkpoint keeps.
type Memory struct {
	Arrays     []*array.Matrix   `state:"array"`
	Gradients  []*array.Gradient `state:"gradient"`
	Shadow     [][]float32       `state:"shadow"` // by array: the control unit's copy, logical
	Optimizers []*optimizer      `state:"optimizer"`
	Ranges     []rangeOf         `state:"range"`      // by value
	Tiles      []rangeOf         `state:"tile_range"` // by array: of its gradient tiles
	Quiet      []int             `state:"quiet"`      // by array: steps far below its bound
	Book       *ledger.Book      `state:"book"`
	Step       int               `state:"step"`
	Clock      float64           `state:"clock"` // seconds of the chip since its setup began
	Spans      []float64         `state:"span"`  // seconds in each phase
	Clipped    []int64           `state:"clipped"`
	Binding    []int             `state:"binding"` // by unit: the physical module it ran on last, or -1
	Holder     []int             `state:"holder"`  // by physical module: the unit it is connected to, or -1
	Turn       int               `state:"turn"`
	Fired      []int64           `state:"fired"` // by physical module
	Busy       []float64         `state:"busy"`  // by physical module: positions
	Configured int64             `state:"configured"`
}

// State lists what a checkpoint keeps.
func (m *Machine) State() []fabric.Field { return fabric.Fields(&m.Memory) }

// wire is what a value's wire carries in the present batch, and what the stack
// last gave back of it.
type wire struct {
	now, back module.Tensor
	scaled    module.Tensor // for readers with a factor on the wire
}

// New sets a machine up: nothing is written to its cells yet.
func New(c Config) (*Machine, error) {
	p := c.Program
	m := &Machine{
		prog: p, pool: c.Pool,
		env:   &module.Env{Chip: &p.Chip, Pool: c.Pool, Seed: c.Seed, AbsMax: p.Plan.Scaling == "absmax"},
		wires: make([]wire, len(p.Values)),
	}
	mem := &m.Memory
	mem.Ranges = make([]rangeOf, len(p.Values))
	mem.Tiles = make([]rangeOf, len(p.Arrays))
	mem.Quiet = make([]int, len(p.Arrays))
	mem.Spans = make([]float64, int(ledger.Phases))
	mem.Clipped = make([]int64, len(p.Units))
	mem.Fired = make([]int64, len(p.Modules))
	mem.Busy = make([]float64, len(p.Modules))
	mem.Holder = nobody(len(p.Modules))
	mem.Binding = nobody(len(p.Units))
	for i := range p.Arrays {
		a := array.Config{Chip: &p.Chip, Array: &p.Arrays[i], Seed: c.Seed, Pool: c.Pool}
		mem.Arrays = append(mem.Arrays, array.New(a))
		mem.Shadow = append(mem.Shadow, make([]float32, p.Arrays[i].Rows*p.Arrays[i].Cols))
		if p.Learn != nil {
			mem.Gradients = append(mem.Gradients, array.NewGradient(a))
			mem.Optimizers = append(mem.Optimizers, newOptimizer(&p.Learn.Optimizer, p.Arrays[i].Rows*p.Arrays[i].Cols))
		}
	}
	m.stack = stack.New(stack.Config{
		Chip: &p.Chip, Depth: max(p.Frame, 1), Seed: c.Seed, Discipline: c.Discipline, Pool: c.Pool,
	})
	m.meter = newMeter(p)
	mem.Book = m.meter.book
	return m, m.build()
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
// row last.
func (m *Machine) Weights() [][]float32 {
	out := make([][]float32, len(m.Memory.Arrays))
	for i, a := range m.Memory.Arrays {
		out[i] = make([]float32, len(m.Memory.Shadow[i]))
		a.Logical(out[i])
	}
	return out
}

// Setup runs the setup list: start values (weights, or random ones where it is
// nil), the ranges of every tensor by a dry run of a first batch where one is
// given, and calibration by known vectors.
func (m *Machine) Setup(weights [][]float32, first *Batch) error {
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
	// Offsets are found last: they depend on the ranges that the amplifiers have.
	for i := range m.prog.Setup {
		if in := &m.prog.Setup[i]; in.Op == fabric.OpCalibrate {
			m.calibrate(in, 0)
		}
		m.Memory.Clock += m.prog.Setup[i].Time
	}
	return nil
}

// trainedTop is the share of full weight that the largest loaded weight gets;
// random starts get half of it, since training makes weights larger (design.md §5).
const trainedTop = 0.7

func (m *Machine) load(in *fabric.Instr, weights [][]float32) {
	a := m.Memory.Arrays[in.Array]
	if weights != nil {
		a.Load(weights[in.Array], trainedTop)
		copy(m.Memory.Shadow[in.Array], weights[in.Array])
		return
	}
	a.Init()
	a.Logical(m.Memory.Shadow[in.Array])
}

// calibrate auto-zeroes an array by known vectors.
func (m *Machine) calibrate(in *fabric.Instr, step uint64) {
	m.Memory.Arrays[in.Array].Calibrate(in.Reads, array.ReadKey{Seed: m.env.Seed, Step: step})
}
