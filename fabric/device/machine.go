package device

import (
	"fmt"
	"math"
	"strings"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/kernel"
)

// Config says how a machine is set up.
type Config struct {
	Program *fabric.Program
	Seed    uint64 // of the run: keys the draws of events
	// NoDummy leaves out the row of zero weights that transposed reads of plain
	// triodes subtract. Gradients are wrong without it; a test shows that.
	NoDummy bool
}

// Machine is a program's cells and modules at the circuit level. It is used by one
// goroutine.
type Machine struct {
	Tiles []*Tile `state:"tile"` // by array; nil for one that the control unit holds

	prog  *fabric.Program   `state:"-"`
	chip  *fabric.Chip      `state:"-"`
	level fabric.Noise      `state:"-"`
	seed  uint64            `state:"-"`
	units []unit            `state:"-"`
	now   [][]float64       `state:"-"` // by value: what its wire carries, logical, all samples
	back  [][]float64       `state:"-"` // by value: what the stack gave back of it
	wins  map[string][]int  `state:"-"` // by unit: the winners of a pool
	start map[int][]float64 `state:"-"` // by loss: gradient towards the prediction
}

// unit is what is fixed on the die at a unit's modules: draws of unit variance, a
// lane each.
type unit struct {
	offset, gate []float64
	zeroed       bool
}

// New sets a machine up, all weights 0.
func New(c Config) *Machine {
	p := c.Program
	m := &Machine{
		prog: p, chip: &p.Chip, level: p.Chip.Noise, seed: c.Seed, units: make([]unit, len(p.Units)),
		now: make([][]float64, len(p.Values)), back: make([][]float64, len(p.Values)), wins: map[string][]int{}, start: map[int][]float64{},
	}
	if p.Chip.Ideal {
		m.level = fabric.Noise{}
	}
	for i := range p.Arrays {
		var t *Tile
		if p.Arrays[i].Digital == nil {
			t = newTile(m, &p.Arrays[i], !c.NoDummy)
		}
		m.Tiles = append(m.Tiles, t)
	}
	for i := range p.Units {
		if u := &p.Units[i]; u.Out != fabric.NoValue {
			n := lanes(p.Values[u.Out].Shape)
			path := kernel.PathHash(u.Path)
			m.units[i] = unit{offset: m.die(array.KindOffset, path, 0, n), gate: m.die(array.KindComparator, path, 0, n)}
		}
	}
	return m
}

// die are n draws of unit variance that are fixed on the die.
func (m *Machine) die(kind array.Kind, path uint64, field uint32, n int) []float64 {
	return normal(kernel.NewKey(uint64(m.chip.Die), uint32(kind), path, deviceField+field, 0), 0, n)
}

// deviceField tells the draws of this level from those of others.
const deviceField = 0x4000

func normal(key kernel.Key, sample uint32, n int) []float64 {
	z := make([]float32, n)
	key.Normal(z, sample, 0)
	out := make([]float64, n)
	for i, v := range z {
		out[i] = float64(v)
	}
	return out
}

// State lists what a checkpoint keeps.
func (m *Machine) State() []fabric.Field { return fabric.Fields(m) }

// Supports reports whether this level has circuits for a unit.
func Supports(u *fabric.Unit) bool {
	if u.Role == fabric.Input || u.Role == fabric.Sum || u.Role == fabric.ParamGrad {
		return true
	}
	switch u.Op {
	case "input", "nn.dense", "nn.conv", "nn.relu", "nn.tanh", "nn.softmax", "nn.maxpool", "nn.avgpool", "nn.add", "nn.sub", "nn.flatten":
		return true
	}
	return false
}

// Call is one firing for a batch.
type Call struct {
	Unit  int
	N     int
	Step  uint64
	First uint32 // number of the batch's first sample in the step
	Clean bool   // without temporal noise
	Bits  int    // of the converter at the output, 0 for none
	Data  []float32
	// Exp is the full scale of a value as a power of two, Bound and Back are the read-
	// out ranges of the unit's array.
	Exp         func(fabric.ValueID) int
	Bound, Back float64
}

// Report is what a firing saw.
type Report struct {
	Clipped int64   // values that met a limit
	Largest float64 // greatest magnitude of a normalised sum of w x
}

// Value is what a wire carries: the logical numbers of all samples, images pixel by
// pixel. The caller must not change them.
func (m *Machine) Value(v fabric.ValueID) []float64 { return m.now[v] }

// Fire runs a unit on every sample of a batch.
func (m *Machine) Fire(c *Call) Report {
	u := &m.prog.Units[c.Unit]
	if u.Role == fabric.ParamGrad {
		return Report{Clipped: m.outer(c, u)}
	}
	f := &firing{m: m, c: c, u: u, own: &m.units[c.Unit]}
	per := m.prog.Values[u.Out].Elements()
	out := make([]float64, 0, c.N*per)
	for s := range c.N {
		f.sample = c.First + uint32(s)
		f.s = s
		y := f.compute()
		if len(y) != per {
			panic(fmt.Sprintf("device: %s gave %d elements for %d", u.Path, len(y), per))
		}
		out = append(out, f.finish(y)...)
	}
	m.now[u.Out] = out
	return f.report
}

// firing is a unit at work on a sample.
type firing struct {
	m      *Machine
	c      *Call
	u      *fabric.Unit
	own    *unit
	s      int
	sample uint32
	report Report
}

// arg is an operand of the sample, logical. An arrow with a factor carries k times
// the value within the rail, and its reader undoes k: what is beyond a k-th of the
// rail is lost.
func (f *firing) arg(i int) []float64 {
	v := f.u.Args[i]
	x := f.part(f.m.now[v], v)
	if f.u.Scales == nil || f.u.Scales[i] == 1 || !f.m.level.Clip.On() {
		return x
	}
	limit := circuit.Swing(f.m.chip) / f.m.chip.Rail.Input * f.full(v, x) / f.u.Scales[i]
	out := make([]float64, len(x))
	for j := range x {
		out[j] = max(-limit, min(limit, x[j]))
	}
	return out
}

// saved is a value of the sample that the stack gave back.
func (f *firing) saved(i int) []float64 {
	v := f.u.Saved[i]
	return f.part(f.m.back[v], v)
}

func (f *firing) part(all []float64, v fabric.ValueID) []float64 {
	k := f.m.prog.Values[v].Elements()
	return all[f.s*k : (f.s+1)*k]
}

// full is the number that a full input of a value stands for. Error signals are
// driven at the least power of two that holds the sample's.
func (f *firing) full(v fabric.ValueID, x []float64) float64 {
	if !f.m.prog.Values[v].Error {
		return math.Ldexp(1, f.c.Exp(v))
	}
	top := largest(x)
	if top == 0 {
		return 1
	}
	return math.Ldexp(1, int(math.Ceil(math.Log2(top))))
}

// sign is the polarity that the sample's errors are driven with: every other one is
// inverted, so that offsets on the way back cancel over a batch.
func (f *firing) sign() float64 {
	if f.u.Role == fabric.DataGrad && f.sample%2 == 1 {
		return -1
	}
	return 1
}

func largest(x []float64) float64 {
	top := 0.0
	for _, v := range x {
		top = max(top, math.Abs(v))
	}
	return top
}

// finish ends a value at the rail and passes it through a converter where one
// stands.
func (f *firing) finish(y []float64) []float64 {
	if f.u.Role == fabric.Input || f.u.Class == "" {
		return y
	}
	out := append([]float64(nil), y...)
	limit := circuit.Swing(f.m.chip) / f.m.chip.Rail.Input * f.full(f.u.Out, y)
	for i, v := range out {
		if f.m.level.Clip.On() && math.Abs(v) > limit {
			out[i] = math.Copysign(limit, v)
			f.report.Clipped++
		}
		if f.c.Bits > 0 && f.m.level.Quantize.On() {
			out[i] = array.Converted(out[i], f.c.Bits, limit)
		}
	}
	return out
}

// key is the stream of a kind of event at the unit in this step.
func (f *firing) key(kind array.Kind, field uint32) kernel.Key {
	return kernel.NewKey(f.m.seed, uint32(kind), kernel.PathHash(f.u.Path), deviceField+field, f.c.Step)
}

// compute is the unit's circuit for the sample.
func (f *firing) compute() []float64 {
	switch f.u.Role {
	case fabric.Input:
		return f.input()
	case fabric.Sum:
		return f.sum()
	case fabric.DataGrad:
		return f.gradient()
	}
	switch f.u.Op {
	case "nn.dense", "nn.conv":
		return f.read()
	case "nn.relu":
		return f.relu()
	case "nn.tanh":
		return f.tanh()
	case "nn.softmax":
		return f.softmax()
	case "nn.maxpool":
		return f.maxpool()
	case "nn.avgpool":
		return f.avgpool()
	case "nn.add", "nn.sub":
		return f.sum()
	case "nn.flatten":
		return byRow(f.arg(0), f.m.prog.Values[f.u.Args[0]].Shape)
	}
	panic("device: no circuit for " + f.u.Op)
}

// gradient is the gradient of the unit's operand.
func (f *firing) gradient() []float64 {
	switch f.u.Op {
	case "nn.dense", "nn.conv":
		return f.readBack()
	case "nn.relu":
		return f.reluBack()
	case "nn.tanh":
		return f.tanhBack()
	case "nn.softmax":
		return f.softmaxBack()
	case "nn.maxpool":
		return f.maxpoolBack()
	case "nn.avgpool":
		return f.avgpoolBack()
	case "nn.add":
		return f.arg(0)
	case "nn.sub":
		return f.signed()
	case "nn.flatten":
		return byPixel(f.arg(0), f.m.prog.Values[f.u.Out].Shape)
	}
	panic("device: no gradient circuit for " + f.u.Op)
}

// forwardPath is the path of the unit that a gradient unit belongs to.
func forwardPath(path string) string { return strings.TrimRight(path, "'") }

// lanes is the number of physical circuits of a module with that output: a channel
// or a feature each.
func lanes(shape []int) int {
	switch len(shape) {
	case 0:
		return 1
	case 3:
		return shape[0]
	}
	return shape[len(shape)-1]
}
