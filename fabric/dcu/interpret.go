package dcu

import (
	"fmt"
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/kernel"
	"acl/fabric/ledger"
	"acl/fabric/module"
	"acl/fabric/stack"
)

// The interpreter runs each instruction of a list on the whole batch as one
// tensor. The hardware takes the samples one after the other; weights are constant
// within a batch, so the result is the same.

// Steps of evaluation, of dry runs and of the setup have numbers of their own, so that they
// share no draw with training.
const (
	evalSteps  = 1 << 40
	drySteps   = 1 << 41
	setupSteps = 1 << 42
)

// pass is one run of a list over a batch.
type pass struct {
	m     *Machine
	list  []fabric.Instr
	at    int // the instruction under way
	batch *Batch
	step  uint64
	first uint32 // number of the batch's first sample in the step
	clean bool
	dry   bool
	train bool // of a training step, or of a dry run for one
	phase ledger.Phase
	pull  Pull
	loss  float64      // sum over samples
	seen  [][2]float64 // by array: largest sums of a dry run, forward and transposed
	// spared is the time that pulse trains shorter than the schedule's left over, s.
	spared float64
	// late is the time of reads that were done again, and repairing that of measurements
	// which the schedule does not have, s.
	late, repairing float64
	// owed is the time of calibrations which the schedule does not have, s. They are made
	// when the step's samples are through, with the stack empty.
	owed float64
	// counted is how many rewrites of a waiting value the ledger has.
	counted map[fabric.ValueID]int
	// integers rounds what units put out; nil: nobody does.
	integers *Integers
}

// run interprets the list. A trap names the instruction and its layer.
func (x *pass) run() error {
	x.arrange()
	for i := range x.list {
		if err := x.next(i); err != nil {
			return err
		}
	}
	return nil
}

// next interprets and accounts for instruction i, which follows the one before.
func (x *pass) next(i int) error {
	m, in := x.m, &x.list[i]
	x.at = i
	if err := x.do(in); err != nil {
		return fmt.Errorf("dcu: instruction %d at %s: %w", i, in.Origin, err)
	}
	if x.dry {
		return nil
	}
	if m.due(in, x.step) && in.Op != fabric.OpConfig {
		m.meter.instruction(in, x.phaseOf(in), x.batch.N)
	}
	if in.Op == fabric.OpLoss {
		x.phase = ledger.Backward
	}
	return nil
}

// phaseOf is the phase that an instruction is accounted to.
func (x *pass) phaseOf(in *fabric.Instr) ledger.Phase {
	switch in.Op {
	case fabric.OpLoad:
		if x.phase != ledger.Evaluate {
			return ledger.Update
		}
	case fabric.OpUpdate, fabric.OpRefresh, fabric.OpStore, fabric.OpCheck:
		return ledger.Update
	case fabric.OpCalibrate:
		return ledger.Setup
	case fabric.OpLoss:
		return ledger.Forward
	}
	return x.phase
}

// due reports whether an instruction acts in a step: upkeep waits for its turn.
func (m *Machine) due(in *fabric.Instr, step uint64) bool {
	return in.Every == 0 || (step+1)%uint64(in.Every) == 0
}

func (x *pass) do(in *fabric.Instr) error {
	m := x.m
	switch in.Op {
	case fabric.OpConfig:
		if !x.dry {
			return x.choose(in, x.phase, x.batch.N)
		}
	case fabric.OpFire, fabric.OpGrad:
		return x.fire(in)
	case fabric.OpPush:
		return x.push(in)
	case fabric.OpPop, fabric.OpPeek:
		return x.recall(in)
	case fabric.OpFree:
		if err := m.stack.Free(in.Offset, in.Size); err != nil {
			return err
		}
	case fabric.OpLoss:
		x.lossOf(in)
	case fabric.OpUpdate:
		if !x.dry {
			x.update(in)
		}
	case fabric.OpRefresh:
		if !x.dry && m.due(in, x.step) {
			x.repairing += m.refresh(in, x.step, ledger.Update)
		}
	case fabric.OpCalibrate:
		if !x.dry && m.due(in, x.step) && in.Array >= 0 {
			m.calibrate(in, x.step+1)
			x.repairing += m.trim(in, x.step+1, ledger.Update)
		}
	case fabric.OpLoad:
		if !x.dry {
			x.place(in)
		}
	case fabric.OpStore:
		switch {
		case x.dry:
		case in.Every == 0:
			x.leave(in)
		case m.due(in, x.step):
			x.repairing += m.rewriteCopies(in, x.step)
		}
	case fabric.OpCheck:
		if !x.dry && m.due(in, x.step) {
			return x.check(in)
		}
	case fabric.OpSync:
		if n := m.stack.Used(); n != 0 {
			return fmt.Errorf("sync with %d capacitors still on the stack", n)
		}
	case fabric.OpHalt:
	default:
		panic(fmt.Sprintf("dcu: operation %d in a step", in.Op))
	}
	return nil
}

// fire runs a unit.
func (x *pass) fire(in *fabric.Instr) error {
	m := x.m
	if m.Memory.Devices != nil && !x.dry {
		return x.fireDevices(in)
	}
	u := &m.prog.Units[in.Unit]
	c := x.call(in, u)
	if err := x.priced(u, &c.Args[0]); err != nil {
		return err
	}
	if u.Role == fabric.ParamGrad {
		x.gradient(in, u, c)
		return nil
	}
	c.Out = m.output(u.Out, x.batch.N)
	if x.dry {
		c.Out.Exp = 0
	}
	v := &m.values
	c.Record = v.room(v.record[in.Unit], len(c.Args[0].Data))
	c.Driven = v.room(v.driven[in.Unit], len(c.Args[0].Data))
	c.Second = v.room(v.second[in.Unit], len(c.Out.Data))
	if u.Role == fabric.DataGrad || u.Role == fabric.Sum {
		c.Out.Sample = c.Args[0].Sample
	}
	report, err := x.guarded(in, c)
	if err != nil {
		return err
	}
	m.wires[u.Out].now = c.Out
	x.count(in, &c.Args[0], nil)
	m.observe(x, in.Unit, c, report)
	if x.integers != nil {
		x.integers.take(u)
	}
	return nil
}

// call is the firing of a unit, but for its output, until the next one.
func (x *pass) call(in *fabric.Instr, u *fabric.Unit) *module.Call {
	m, c := x.m, &x.m.call
	*c = module.Call{
		N: x.batch.N, Step: x.step, First: x.first, Clean: x.clean, Dry: x.dry, Bits: m.converter(in.Unit),
		Train: x.train, Count: x.looks(), Signal: m.signal.scale, Args: c.Args[:0], Saved: c.Saved[:0],
	}
	if u.Role == fabric.Input {
		c.Args = append(c.Args, m.data(u, x.batch))
	} else {
		for i, v := range u.Args {
			c.Args = append(c.Args, m.operand(u, i, v, x.batch.N))
		}
	}
	for _, v := range u.Saved {
		c.Saved = append(c.Saved, m.wires[v].back)
	}
	if u.Role == fabric.Sum {
		m.align(u, c)
	}
	if u.Array >= 0 {
		c.Matrix, c.Params, c.Sums = m.Memory.Arrays[u.Array], m.Memory.Shadow[u.Array], m.sums[u.Array]
	}
	return c
}

// gradient runs a unit that adds to the gradient of an array.
func (x *pass) gradient(in *fabric.Instr, u *fabric.Unit, c *module.Call) {
	m := x.m
	switch {
	case c.Matrix == nil:
		m.modules[in.Unit].Run(c)
		x.count(in, nil, nil)
	case m.pulsed():
		x.pulse(in, u, c)
	default:
		c.Grad = m.Memory.Gradients[u.Array]
		c.Samples = m.signal.factors(x, u, c)
		m.modules[in.Unit].Run(c)
		x.count(in, &c.Saved[0], &c.Args[0])
	}
}

// priced takes a census of an operand by which the ledger prices a firing of the unit, if
// none was taken, and refuses numbers that have no price.
func (x *pass) priced(u *fabric.Unit, operand *module.Tensor) error {
	if x.dry || !x.m.byOperand(u) {
		return nil
	}
	x.m.operandSeen = operand.Census(x.m.pool)
	operand.Seen = &x.m.operandSeen
	if mean := operand.Seen.SumAbs / float64(len(operand.Data)); !(mean <= mostRails) {
		return fmt.Errorf("the operand of %s is %.3g rails on average in step %d: the training diverges, its rate or noise may be too large",
			u.Path, mean, x.step+1)
	}
	return nil
}

// mostRails is the mean magnitude of an operand, in rails, beyond which a training has
// diverged and the ledger's counts would overflow.
const mostRails = 1e9

// byOperand reports whether the ledger prices a firing of the unit by its operand.
func (m *Machine) byOperand(u *fabric.Unit) bool {
	return !m.prog.Chip.Ideal && (m.tiled(u) || len(u.Attr("by")) > 0)
}

// count enters a firing in the ledger.
func (x *pass) count(in *fabric.Instr, a, b *module.Tensor) {
	if x.dry || x.m.prog.Chip.Ideal {
		return
	}
	u := &x.m.prog.Units[in.Unit]
	e := event{phase: x.phase, samples: x.batch.N, train: x.train}
	if x.m.byOperand(u) {
		e.look(a.Census(x.m.pool), len(a.Data))
		if b != nil {
			e.second = b.Census(x.m.pool).SumAbs / float64(len(b.Data))
		}
	}
	x.m.meter.fire(in, e)
}

// output is the buffer of a value's wire, at the full scale that its range
// controller chose.
func (m *Machine) output(v fabric.ValueID, n int) module.Tensor {
	t := m.wires[v].now
	t.Data = m.values.room(m.values.now[v], n*m.prog.Values[v].Elements())
	t.Exp, t.Sample, t.Seen = m.Memory.Ranges[v].Exp, nil, nil
	return t
}

// tiled reports whether a unit reads or learns an array on tiles.
func (m *Machine) tiled(u *fabric.Unit) bool {
	return u.Array >= 0 && m.Memory.Arrays[u.Array] != nil
}

func resize(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}

// operand is what a unit reads from a wire: the value, or k times the value
// within the rail where the arrow has a factor.
func (m *Machine) operand(u *fabric.Unit, i int, v fabric.ValueID, n int) module.Tensor {
	w := &m.wires[v]
	if u.Scales == nil || u.Scales[i] == 1 {
		return w.now
	}
	k := u.Scales[i]
	w.scaled.Data = m.values.room(m.values.scaled[v], len(w.now.Data))
	kernel.Copy(m.pool, w.scaled.Data, w.now.Data, float32(k))
	if m.prog.Chip.Noise.Clip.On() {
		kernel.Clip(m.pool, w.scaled.Data, float32(module.RailLimit(&m.prog.Chip)))
	}
	w.scaled.Exp = w.now.Exp - exponent(k)
	return w.scaled
}

// converter is the resolution of the converter at a unit's output, 0 for none.
func (m *Machine) converter(unit int) int {
	u := &m.prog.Units[unit]
	if !u.Convert {
		return 0
	}
	if at := m.Memory.Binding[unit]; at >= 0 && m.prog.Modules[at].Bits > 0 {
		return m.prog.Modules[at].Bits
	}
	return m.prog.Chip.ADC.Bits
}

// data is an input port's rows of the batch, as the wires are ordered.
func (m *Machine) data(u *fabric.Unit, b *Batch) module.Tensor {
	var rows []float32
	for i := range m.prog.Inputs {
		if m.prog.Inputs[i].Value == u.Out {
			rows = b.Inputs[i]
		}
	}
	t := m.wires[u.Out].scaled
	t.Data = m.values.room(m.values.scaled[u.Out], len(rows))
	if s := m.prog.Values[u.Out].Shape; len(s) == 3 {
		kernel.ToNHWC(m.pool, t.Data, rows, b.N, s[0], s[1], s[2])
	} else {
		copy(t.Data, rows)
	}
	t.Exp = m.Memory.Ranges[u.Out].Exp
	kernel.Scale(m.pool, t.Data, pow2(-t.Exp))
	m.wires[u.Out].scaled = t
	return t
}

// push stores a value in the samples' frames.
func (x *pass) push(in *fabric.Instr) error {
	m := x.m
	c, value := x.stackCall(), m.wires[in.Value].now.Data
	c.Room = m.values.room(m.values.slot[in.Value], len(value))
	return m.stack.Push(m.slot(in), value, c)
}

// recall reads a value back from the frames.
func (x *pass) recall(in *fabric.Instr) error {
	m := x.m
	w := &m.wires[in.Value]
	w.back = module.Tensor{Data: m.values.room(m.values.back[x.at], x.batch.N*in.Size), Exp: w.now.Exp}
	hold, rewrites := m.kept(in.Hold)
	read := m.stack.Peek
	if in.Op == fabric.OpPop {
		read = m.stack.Pop
	}
	if err := read(m.slot(in), w.back.Data, hold, x.stackCall()); err != nil {
		return err
	}
	if m.Memory.Devices != nil && !x.dry {
		m.Memory.Devices.Recall(in.Value, x.batch.N, hold, rewrites, x.step, x.first, x.clean)
	}
	if rewrites > 0 && !x.dry {
		x.rewritten(in, w.back.Data, rewrites)
	}
	if m.stack.Retention() == 0 && m.values.back[x.at] == m.values.now[in.Value] {
		w.back.Seen = w.now.Seen // it has waited where it was, and is what it was
	}
	return nil
}

// kept splits a hold time by the rewrites that keep a value within half a step of
// a converter (physics.md §7): what is left since the last one, and their number.
func (m *Machine) kept(hold float64) (rest float64, rewrites int) {
	tau := m.stack.Retention()
	if tau == 0 || m.prog.Plan.Values == "off" {
		return hold, 0
	}
	limit := HoldLimit(tau, m.prog.Chip.ADC.Bits)
	rewrites = int(hold / limit)
	return hold - float64(rewrites)*limit, rewrites
}

// HoldLimit is how long a value may wait until it has drooped by half a step of a
// converter, s: -τ ln(1 - 2^-(bits+1)) (physics.md §7).
func HoldLimit(tau float64, bits int) float64 {
	return -tau * math.Log1p(-math.Ldexp(1, -bits-1))
}

// rewritten adds the noise of a number of writes to a value that was kept, and
// counts those since its last read.
func (x *pass) rewritten(in *fabric.Instr, data []float32, rewrites int) {
	m := x.m
	if sigma := m.stack.WriteSigma(); sigma > 0 && !x.clean {
		path := kernel.PathHash(m.prog.Values[in.Value].Name)
		key := kernel.NewKey(m.env.Seed, uint32(array.KindStorage), path, rewriteField, x.step)
		sigma *= float32(math.Sqrt(float64(rewrites)))
		kernel.Disturb(m.pool, data[:x.batch.N*in.Size], in.Size, sigma, key, x.first)
	}
	if x.counted == nil {
		x.counted = map[fabric.ValueID]int{}
	}
	m.meter.held(in, x.phase, x.batch.N*(rewrites-x.counted[in.Value]))
	x.counted[in.Value] = rewrites
}

// rewriteField tells the writes that keep a value from its first one.
const rewriteField = 0x300

// slot is the place that an instruction names in a sample's frame.
func (m *Machine) slot(in *fabric.Instr) stack.Slot {
	return stack.Slot{Layer: m.prog.Values[in.Value].Name, Offset: in.Offset, Size: in.Size}
}

func (x *pass) stackCall() stack.Call {
	return stack.Call{N: x.batch.N, Step: x.step, First: x.first, Clean: x.clean, Exact: x.dry}
}
