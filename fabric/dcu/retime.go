package dcu

import (
	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/ledger"
	"acl/fabric/module"
)

// Retime fills in when each instruction of a program starts, how long it takes
// and how long a value has been held when it is read. Modules run one after the other, and
// so do samples but for what `pipeline` says; the tiles of a layer run side by side, its
// positions in turn.
// bounds are the read-out ranges of the arrays, which the settling of their
// amplifiers depends on; nil takes the chip's, or the narrowest, which is the
// slowest.
func Retime(p *fabric.Program, bounds []float64) {
	if bounds == nil {
		bounds = make([]float64, len(p.Arrays))
		for i := range bounds {
			bounds[i] = array.ChooseBound(&p.Chip, 0)
		}
	}
	t := &timer{p: p, time: ledger.TimingOf(&p.Chip), bounds: bounds, shared: sharedModules(p), turns: p.TakesTurns()}
	t.list(p.Setup)
	p.Timing.Sample = t.list(p.Eval)
	p.Timing.Turns = turnsTime(p.Eval)
	p.Timing.Sample -= p.Timing.Turns
	p.Timing.Answers = t.interval(p.Eval, p.Timing.Sample)
	if p.Learn == nil {
		return
	}
	t.train = true
	t.list(p.Train)
	t.batchHolds(p.Train)
	t.split()
}

// timer walks a list.
type timer struct {
	p      *fabric.Program
	time   ledger.Timing
	bounds []float64
	shared []bool // by physical module: several units may use it
	train  bool   // the list is of a training step
	turns  []bool // by array: it takes turns on its tiles; nil where none does
}

func (t *timer) turning(at int) bool { return t.turns != nil && t.turns[at] }

// once reports whether an instruction before the first sync is done once for all samples
// of a batch: the samples wait for it.
func once(in *fabric.Instr) bool {
	return in.Op == fabric.OpLoad || in.Op == fabric.OpStore
}

// sharedModules tells which physical modules serve more than one unit, so that
// each firing must connect them anew.
func sharedModules(p *fabric.Program) []bool {
	users := make([]int, len(p.Modules))
	for i := range p.Units {
		if place := p.Units[i].Place; len(place) == 1 {
			users[place[0]]++
		}
	}
	shared := make([]bool, len(p.Modules))
	for i, n := range users {
		shared[i] = n > 1
	}
	return shared
}

// list times a list from 0 and returns its length in seconds.
func (t *timer) list(list []fabric.Instr) float64 {
	now := 0.0
	pushed := map[fabric.ValueID]float64{}
	for i := range list {
		in := &list[i]
		in.Start, in.Time = now, t.of(in)
		switch in.Op {
		case fabric.OpPush:
			pushed[in.Value] = now + in.Time
		case fabric.OpPop, fabric.OpPeek:
			in.Hold = now - pushed[in.Value]
		}
		now += in.Time
	}
	return now
}

// of is how long one instruction takes.
func (t *timer) of(in *fabric.Instr) float64 {
	p := t.p
	switch in.Op {
	case fabric.OpConfig:
		if place := p.Units[in.Unit].Place; len(place) == 1 && t.shared[place[0]] {
			return t.time.Config(in.Size)
		}
	case fabric.OpFire:
		return t.fire(&p.Units[in.Unit], in)
	case fabric.OpGrad:
		if u := &p.Units[in.Unit]; isDigital(p, u) {
			return t.compute(u)
		}
		return float64(in.Repeat) * t.time.Accumulate()
	case fabric.OpPush, fabric.OpPop, fabric.OpPeek:
		return t.time.Hold(in.Size)
	case fabric.OpLoss:
		return t.time.Digital(lossOps * p.Values[in.Value].Elements())
	case fabric.OpUpdate:
		if a := &p.Arrays[in.Array]; a.Digital != nil {
			return t.time.Digital(updateOps * a.Learned() * a.Cols)
		}
		if p.Plan.Update == "pulsed" {
			return 0 // the cells have changed already
		}
		rows, _ := extent(&p.Arrays[in.Array])
		weights := p.Arrays[in.Array].Rows * p.Arrays[in.Array].Cols
		if t.turning(in.Array) {
			return t.time.ReadTile(rows, array.GradientBound) + t.time.Digital(updateOps*weights)
		}
		return changeTime(t.time, rows, updateOps*weights)
	}
	return t.upkeep(in)
}

// upkeep is how long an instruction takes that measures, writes or calibrates what holds
// the weights; 0 for any other.
func (t *timer) upkeep(in *fabric.Instr) float64 {
	p := t.p
	switch in.Op {
	case fabric.OpCheck:
		if in.Every == 0 {
			return 0 // a look at what checksums confirmed
		}
		rows, _ := extent(&p.Arrays[in.Array])
		return float64(max(in.Reads, 1)) * t.time.ReadTile(rows, array.GradientBound) / float64(max(in.Every, 1))
	case fabric.OpStore:
		rows, _ := extent(&p.Arrays[in.Array])
		if in.Every == 0 {
			return t.time.ReadTile(rows, array.GradientBound)
		}
		read := float64(max(in.Reads, 1)) * t.time.ReadTile(rows, array.GradientBound)
		return (read + t.time.WriteTile(rows)) / float64(max(in.Every, 1))
	case fabric.OpLoad, fabric.OpRefresh:
		if a := &p.Arrays[in.Array]; a.Digital != nil {
			return t.time.Digital(a.Rows * a.Cols)
		}
		rows, _ := extent(&p.Arrays[in.Array])
		if t.turning(in.Array) {
			return t.time.ProgramTile(rows)
		}
		write := t.time.WriteTile(rows)
		if in.Op == fabric.OpRefresh && p.Plan.Update == "pulsed" {
			write += t.time.ReadTile(rows, array.GradientBound)
		}
		return write / float64(max(in.Every, 1))
	case fabric.OpCalibrate:
		if in.Array < 0 {
			u := &p.Units[in.Unit]
			work, ok := module.ProductOf(p, u)
			if !ok {
				return float64(in.Reads) * t.time.Elementwise(p.Values[u.Out].Elements(), true)
			}
			work.Rows = 1
			return float64(in.Reads) * t.attend(u, &work)
		}
		rows, _ := extent(&p.Arrays[in.Array])
		return float64(in.Reads) * t.time.MVM(rows, t.bounds[in.Array], true) / float64(max(in.Every, 1))
	}
	return 0
}

// Operations of the control unit's vector unit: for each output of a loss, and
// for each weight of an update.
const (
	lossOps   = 6
	updateOps = 5
)

// changeTime is how long a tile of gradients, or of fast weights, is read, a number of
// operations computed of it, and their result sent to a tile of weights as pulses, s.
func changeTime(t ledger.Timing, rows, ops int) float64 {
	return t.ReadTile(rows, array.GradientBound) + t.Digital(ops) + t.PulseTile(rows)
}

// extent is the size of an array's largest tile.
func extent(a *fabric.Array) (rows, cols int) {
	for _, c := range a.Tiles {
		rows, cols = max(rows, c.Rows), max(cols, c.Cols)
	}
	return rows, cols
}

// fire is one firing of a unit for one sample, and the transfer of its output.
func (t *timer) fire(u *fabric.Unit, in *fabric.Instr) float64 {
	n := t.p.Values[u.Out].Elements()
	move := t.time.Transfer(n)
	switch {
	case isDigital(t.p, u) && u.Class == "":
		return t.compute(u) + move
	case u.Array >= 0 && !isDigital(t.p, u):
		rows, cols := extent(&t.p.Arrays[u.Array])
		if u.Role == fabric.DataGrad {
			rows = cols
		}
		once := t.time.MVM(rows, t.bounds[u.Array], u.Convert)
		if g := t.p.Arrays[u.Array].Protect; g != nil {
			if g.Copies > 1 && (u.Role == fabric.Forward || g.Backward) {
				once += t.time.Vote()
			}
			if g.Checks > 0 && u.Role == fabric.Forward {
				once += t.time.Check()
			}
		}
		return float64(in.Repeat)*once + move
	case u.Role == fabric.Input:
		return move
	case u.Class == "":
		return 0
	case u.Op == "nn.similarity", u.Op == "nn.aggregate":
		work, _ := module.ProductOf(t.p, u)
		return t.attend(u, &work) + move
	case u.Op == "nn.maxpool" && u.Role == fabric.Forward:
		k := u.Attr("kernel")
		return t.time.Compare(n, int(k[0]*k[len(k)-1])) + move
	}
	return t.time.Elementwise(n, u.Convert) + move
}

// turnsTime is how long the loads and stores of a list take up to its first sync, s.
func turnsTime(list []fabric.Instr) (seconds float64) {
	for i := range list {
		if list[i].Op == fabric.OpSync {
			break
		}
		if once(&list[i]) {
			seconds += list[i].Time
		}
	}
	return seconds
}

// split reads the phases of a training step off its list: a sample's way forward
// ends with the loss, its way back with the first sync, the step with the last
// instruction. What is done once for all samples on the way is time of the update.
func (t *timer) split() {
	list := t.p.Train
	var forward, back, total, turns float64
	synced := false
	for i := range list {
		if !synced && once(&list[i]) {
			turns += list[i].Time
		}
		end := list[i].Start + list[i].Time - turns
		if list[i].Op == fabric.OpLoss {
			forward = end
		}
		if list[i].Op == fabric.OpSync && !synced {
			back, synced = end, true
		}
		total = end
	}
	timing := &t.p.Timing
	timing.Forward, timing.Backward, timing.Update = forward, back-forward, total-back+turns
	timing.Interval = t.interval(list, back)
	timing.Step = timing.Times(t.p.Learn.Batch)*back + timing.Update
}

// retime follows the ranges that the machine has now.
func (m *Machine) retime() {
	bounds := make([]float64, len(m.Memory.Arrays))
	for i, a := range m.Memory.Arrays {
		if a != nil {
			bounds[i] = a.Bound()
		}
	}
	Retime(m.prog, bounds)
	m.meter.bounds = bounds
	for i, a := range m.Memory.Arrays {
		if a != nil {
			m.meter.back[i] = a.ReverseBound()
		}
	}
}
