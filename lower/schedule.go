package lower

import (
	"fmt"
	"slices"
	"strconv"

	"acl/fabric"
	"acl/fabric/dcu"
	"acl/lang/diag"
)

// The schedule pass writes the control unit's instructions. One sample runs
// through the network and back before the next begins. Values that a gradient
// module needs are pushed onto the sample's frame as soon as they are there and
// read back in reverse; the last read of the top pops it, any other is a peek,
// and a slot below the top is freed after its last read. At the end of a list
// nothing is left on the stack.

// scheduler holds a frame's pointer while the lists are written.
type scheduler struct {
	f    *fabric.Program
	list []fabric.Instr
	// uses counts the reads of a value that are still to come.
	uses  []int
	slots []slot // of the frame, bottom first
	top   int
}

type slot struct {
	value        fabric.ValueID
	offset, size int
	freed        bool
}

// blank is an instruction with every index absent.
func blank(op fabric.Op) fabric.Instr {
	return fabric.Instr{Op: op, Unit: -1, Array: -1, Value: fabric.NoValue, Bus: -1, Bank: -1}
}

func schedule(s *State) {
	f := s.Fab
	f.Setup = setup(f, s)
	f.Eval = evalList(f, s)
	if f.Learn != nil {
		f.Train = trainList(f, s)
	}
	dcu.Retime(f, nil)
	dcu.Settle(f)
	s.retention()
	s.droop()
	s.capacity()
	s.barriers()
}

// barriers refuses samples in flight where each has to wait for all of its batch.
func (s *State) barriers() {
	it := s.Schedule.Get("pipeline")
	if s.Fab.Plan.Pipeline <= 1 || it == nil {
		return
	}
	for i := range s.Fab.Units {
		if u := &s.Fab.Units[i]; u.Barrier {
			s.refuse(it, "%s waits for all samples of a batch, so that none can overtake it; `norm: running` has no such barrier", u.Path)
			return
		}
	}
}

// setup writes start values and finds offsets and ranges before the first step.
func setup(f *fabric.Program, s *State) []fabric.Instr {
	var list []fabric.Instr
	taken := f.TakesTurns()
	for i := range f.Arrays {
		if taken != nil && taken[i] {
			continue // the control unit has its start values
		}
		in := blank(fabric.OpLoad)
		in.Array = i
		list = append(list, in)
	}
	for i := range f.Arrays {
		if f.Arrays[i].Digital != nil {
			continue
		}
		in := blank(fabric.OpCalibrate)
		in.Array, in.Reads = i, s.calibrateReads()
		list = append(list, in)
	}
	for i := range f.Units {
		if u := &f.Units[i]; u.Class != "" && u.Array < 0 {
			in := blank(fabric.OpCalibrate)
			in.Unit, in.Reads = i, s.calibrateReads()
			list = append(list, in)
		}
	}
	for _, in := range s.scans(f) {
		in.Every = 1
		list = append(list, in)
	}
	return append(list, blank(fabric.OpSync), blank(fabric.OpHalt))
}

func evalList(f *fabric.Program, s *State) []fabric.Instr {
	c := &scheduler{f: f, uses: make([]int, len(f.Values))}
	c.forward(s)
	return s.takingTurns(append(c.list, blank(fabric.OpSync), blank(fabric.OpHalt)), false)
}

func trainList(f *fabric.Program, s *State) []fabric.Instr {
	c := &scheduler{f: f, uses: make([]int, len(f.Values))}
	for i := range f.Units {
		for _, v := range f.Units[i].Saved {
			c.uses[v]++
		}
	}
	c.forward(s)
	for i := range f.Learn.Losses {
		in := blank(fabric.OpLoss)
		in.Unit, in.Value = i, f.Learn.Losses[i].Pred
		c.list = append(c.list, in)
	}
	for i := range f.Units {
		if r := f.Units[i].Role; r == fabric.DataGrad || r == fabric.ParamGrad || r == fabric.Sum {
			c.backward(s, i)
		}
	}
	c.list = append(c.list, blank(fabric.OpSync))
	for i := range f.Arrays {
		in := blank(fabric.OpUpdate)
		in.Array = i
		c.list = append(c.list, in)
	}
	c.list = append(c.list, s.upkeep(f)...)
	return s.takingTurns(append(c.list, blank(fabric.OpSync), blank(fabric.OpHalt)), true)
}

// forward fires the units that compute the network.
func (c *scheduler) forward(s *State) {
	for i := range c.f.Units {
		u := &c.f.Units[i]
		if u.Role != fabric.Forward && u.Role != fabric.Input {
			continue
		}
		c.fire(s, i, fabric.OpFire)
		if c.uses[u.Out] > 0 {
			c.push(u)
		}
	}
}

// fire connects and runs a unit.
func (c *scheduler) fire(s *State, i int, op fabric.Op) {
	u := &c.f.Units[i]
	if u.Class != "" {
		in := blank(fabric.OpConfig)
		in.Unit, in.Size, in.Origin = i, switches(c.f, u), u.Origin
		c.list = append(c.list, in)
	}
	in := blank(op)
	in.Unit, in.Array, in.Value, in.Origin = i, u.Array, u.Out, u.Origin
	in.Repeat, in.Bus = max(u.Positions, 1), s.buses[i]
	c.list = append(c.list, in)
}

// switches is the number of configuration bits that connect a module: the lanes of
// its operands and its output on a bus, and the rows and columns of its tiles.
func switches(f *fabric.Program, u *fabric.Unit) int {
	n := 0
	for _, a := range u.Args {
		n += min(f.Values[a].Elements(), f.Chip.Bus.Lanes)
	}
	if u.Out != fabric.NoValue {
		n += min(f.Values[u.Out].Elements(), f.Chip.Bus.Lanes)
	}
	if u.Array >= 0 {
		for _, t := range f.Arrays[u.Array].Tiles {
			n += t.Rows + t.Cols
		}
	}
	return n
}

// push stores a value on top of the frame.
func (c *scheduler) push(u *fabric.Unit) {
	size := c.f.Values[u.Out].Elements()
	in := blank(fabric.OpPush)
	in.Value, in.Offset, in.Size, in.Bank, in.Origin = u.Out, c.top, size, bank(u), u.Origin
	c.list = append(c.list, in)
	c.slots = append(c.slots, slot{u.Out, c.top, size, false})
	c.top += size
	c.f.Frame = max(c.f.Frame, c.top)
}

// bank is the module whose bank holds a unit's output where that is settled.
func bank(u *fabric.Unit) int {
	if len(u.Place) == 1 {
		return u.Place[0]
	}
	return -1
}

// backward reads what a gradient unit needs, fires it and frees what nobody reads
// again.
func (c *scheduler) backward(s *State, i int) {
	u := &c.f.Units[i]
	var free []int
	for _, v := range u.Saved {
		at := c.find(v)
		c.uses[v]--
		in := blank(fabric.OpPeek)
		if c.uses[v] == 0 {
			if at == len(c.slots)-1 {
				in.Op = fabric.OpPop
			} else {
				free = append(free, at)
			}
		}
		in.Unit, in.Value, in.Offset, in.Size, in.Origin = i, v, c.slots[at].offset, c.slots[at].size, u.Origin
		c.list = append(c.list, in)
		if in.Op == fabric.OpPop {
			c.slots[at].freed = true
			c.shrink()
		}
	}
	op := fabric.OpFire
	if u.Role == fabric.ParamGrad {
		op = fabric.OpGrad
	}
	c.fire(s, i, op)
	for _, at := range free {
		in := blank(fabric.OpFree)
		in.Value, in.Offset, in.Size, in.Origin = c.slots[at].value, c.slots[at].offset, c.slots[at].size, u.Origin
		c.list = append(c.list, in)
		c.slots[at].freed = true
	}
	c.shrink()
}

// find is the live slot of a value.
func (c *scheduler) find(v fabric.ValueID) int {
	for i := len(c.slots) - 1; i >= 0; i-- {
		if c.slots[i].value == v && !c.slots[i].freed {
			return i
		}
	}
	panic("lower: value " + c.f.Values[v].Name + " is read before it is pushed")
}

// shrink lowers the pointer past freed slots.
func (c *scheduler) shrink() {
	for n := len(c.slots); n > 0 && c.slots[n-1].freed; n-- {
		c.top = c.slots[n-1].offset
		c.slots = c.slots[:n-1]
	}
}

// capacity refuses frames that the stack cannot hold and names the layer that
// finds no room. At a barrier the frames of all samples of a batch
// wait.
func (s *State) capacity() {
	f := s.Fab
	others, waiting := 0, waitingFrame(f)
	switch {
	case waiting > 0:
		others = f.Learn.Batch - 1
	case f.Plan.Pipeline > 1:
		others, waiting = f.Plan.Pipeline-1, f.Frame
	}
	need := func(end int) int { return others*min(end, waiting) + end }
	if f.Chip.Ideal || need(f.Frame) <= f.Chip.Stack.Depth {
		return
	}
	for i := range f.Train {
		in := &f.Train[i]
		if in.Op != fabric.OpPush || need(in.Offset+in.Size) <= f.Chip.Stack.Depth {
			continue
		}
		what := "one sample of " + f.Name + " needs"
		switch {
		case f.Plan.Pipeline > 1:
			what = fmt.Sprintf("%d samples of %s in flight need", others+1, f.Name)
		case others > 0:
			what = fmt.Sprintf("%d samples of %s that wait for a batch norm need", f.Learn.Batch, f.Name)
			if f.TakesTurns() != nil {
				what = fmt.Sprintf("%d samples of %s that wait while weights are loaded need", f.Learn.Batch, f.Name)
			}
		}
		d := diag.Errorf("E0506", in.Origin, "%s %d stack capacitors, and the chip %s has %d",
			what, need(f.Frame), f.Chip.Name, f.Chip.Stack.Depth).
			WithLabel("%s is the first that finds no room", f.Values[in.Value].Name).
			WithHint("`stack { depth: %d; }` holds them", need(f.Frame))
		s.Diags.Add(s.chipFix(d, "stack.depth", strconv.Itoa(need(f.Frame))))
		return
	}
}

// waitingFrame is the capacitors of a sample's frame at its deepest barrier, 0
// without one: where a batch norm waits for all samples, on the way forward, and where all
// samples wait for weights.
func waitingFrame(f *fabric.Program) int {
	var live []fabric.Instr // pushes whose values are on the stack
	top := func() (end int) {
		for i := range live {
			end = max(end, live[i].Offset+live[i].Size)
		}
		return end
	}
	waiting, back := 0, false
	for i := range f.Train {
		in := &f.Train[i]
		switch in.Op {
		case fabric.OpSync:
			return waiting
		case fabric.OpPush:
			live = append(live, *in)
		case fabric.OpPop, fabric.OpFree:
			live = slices.DeleteFunc(live, func(p fabric.Instr) bool { return p.Value == in.Value })
		case fabric.OpLoss:
			back = true
		case fabric.OpFire:
			if f.Units[in.Unit].Barrier && !back {
				waiting = max(waiting, top())
			}
		case fabric.OpLoad, fabric.OpStore:
			waiting = max(waiting, top())
		}
	}
	return waiting
}
