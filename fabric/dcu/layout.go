package dcu

import (
	"cmp"
	"math"
	"slices"

	"acl/fabric"
	"acl/fabric/module"
	"acl/fabric/stack"
)

// The values of a batch share one piece of memory, planned from the list of
// instructions before it is run: what no instruction reads any more gives its place
// to what comes later. A value that waits on the stack without an error of its own
// is not copied there, and what a norm keeps for its gradient takes the place of its
// operand, where that is not read again.

// layout is where the values of a list lie. Fields hold indices into stays, -1 for
// values that need no place.
type layout struct {
	stays  []stay
	floats int // of all together, a sample

	now    []int // by value: its wire
	scaled []int // by value: what readers behind a factor see
	slot   []int // by value: its place on the stack
	back   []int // by instruction: what the stack gives back
	record []int // by unit: what a norm keeps
	driven []int // by unit: room for what the rows of tiles are driven by
	second []int // by unit: room for the outputs of second amplifiers
}

// stay is a place and the instructions that need it, the first of which writes it.
type stay struct {
	born, last int
	size, at   int // floats a sample
}

// planner finds the stays of a list.
type planner struct {
	*layout
	p    *fabric.Program
	list []fabric.Instr
	// noisy: a push writes other numbers than are on the wire; leaky: what waits
	// shrinks; queued: the stack gives values back in the wrong order, so that nothing
	// of it can be planned.
	noisy, leaky, queued bool
	apart                bool  // nothing shares a place
	saved                []int // by value: its stay of what was given back last
}

// newLayout plans the values of a list.
func newLayout(p *fabric.Program, list []fabric.Instr, s *stack.Stack, c *Config) *layout {
	l := &planner{
		layout: &layout{}, p: p, list: list, noisy: s.WriteSigma() > 0, leaky: s.Retention() > 0,
		queued: c.Discipline != stack.LIFO, apart: c.Apart,
	}
	l.now, l.scaled, l.slot, l.saved = nobody(len(p.Values)), nobody(len(p.Values)), nobody(len(p.Values)), nobody(len(p.Values))
	l.back, l.record = nobody(len(list)), nobody(len(p.Units))
	l.driven, l.second = nobody(len(p.Units)), nobody(len(p.Units))
	for i := range list {
		l.instruction(i, &list[i])
	}
	l.answers()
	l.records()
	l.layout.place(l.apart)
	return l.layout
}

// add is a new stay for a value from instruction i on.
func (l *planner) add(i int, v fabric.ValueID) int {
	l.stays = append(l.stays, stay{born: i, last: i, size: l.p.Values[v].Elements()})
	return len(l.stays) - 1
}

// use keeps a stay until instruction i.
func (l *planner) use(at, i int) {
	if at >= 0 {
		l.stays[at].last = max(l.stays[at].last, i)
	}
}

func (l *planner) instruction(i int, in *fabric.Instr) {
	switch in.Op {
	case fabric.OpFire, fabric.OpGrad:
		l.fire(i, in.Unit)
	case fabric.OpPush:
		l.use(l.now[in.Value], i)
		switch {
		case l.queued: // the stack keeps it
		case l.noisy || l.apart:
			l.slot[in.Value] = l.add(i, in.Value)
		default:
			l.slot[in.Value] = l.now[in.Value]
		}
	case fabric.OpPop, fabric.OpPeek:
		at := l.slot[in.Value]
		if l.queued || l.apart || l.leaky && in.Op == fabric.OpPeek {
			at = l.add(i, in.Value)
		}
		l.use(l.slot[in.Value], i)
		l.use(at, i)
		l.back[i], l.saved[in.Value] = at, at
	case fabric.OpLoss:
		l.loss(i, in)
	}
}

// fire uses what a unit reads and makes what it writes.
func (l *planner) fire(i, unit int) {
	u := &l.p.Units[unit]
	for k, v := range u.Args {
		l.use(l.now[v], i)
		if u.Role == fabric.Sum || u.Scales != nil && u.Scales[k] != 1 {
			l.scale(i, v)
		}
	}
	for _, v := range u.Saved {
		l.use(l.saved[v], i)
	}
	if u.Out == fabric.NoValue {
		return
	}
	l.now[u.Out] = l.add(i, u.Out)
	if u.Role == fabric.Input {
		l.scale(i, u.Out)
	}
	if u.Array < 0 || l.p.Arrays[u.Array].Digital != nil {
		return
	}
	driven, second := module.Spare(&l.p.Chip, l.p.Plan.Scaling == "absmax")
	if driven {
		l.driven[unit] = l.add(i, u.Args[0])
	}
	if second {
		l.second[unit] = l.add(i, u.Out)
	}
}

// scale makes a place for a value behind a factor.
func (l *planner) scale(i int, v fabric.ValueID) {
	if l.scaled[v] < 0 {
		l.scaled[v] = l.add(i, v)
	}
	l.use(l.scaled[v], i)
}

// loss reads what a loss compares; the last drives the errors of all.
func (l *planner) loss(i int, in *fabric.Instr) {
	t := &l.p.Learn.Losses[in.Unit]
	for _, v := range []fabric.ValueID{t.Pred, t.TargetValue} {
		if v != fabric.NoValue {
			l.use(l.now[v], i)
		}
	}
	if in.Unit < len(l.p.Learn.Losses)-1 {
		return
	}
	for k := range l.p.Learn.Losses {
		t := &l.p.Learn.Losses[k]
		for _, v := range []fabric.ValueID{t.Error, t.TargetError} {
			if v != fabric.NoValue {
				l.now[v] = l.add(i, v)
			}
		}
	}
}

// answers keeps what is looked at after the list: ports, and what losses compare.
func (l *planner) answers() {
	for _, o := range slices.Concat(l.p.Outputs, l.p.Inputs) {
		l.use(l.now[o.Value], len(l.list))
	}
	if l.p.Learn == nil {
		return
	}
	for i := range l.p.Learn.Losses {
		t := &l.p.Learn.Losses[i]
		for _, v := range []fabric.ValueID{t.Pred, t.TargetValue} {
			if v != fabric.NoValue {
				l.use(l.now[v], len(l.list))
			}
		}
	}
}

// records gives norms the places of their operands where nobody else reads them, and
// keeps them until the last gradient of the norm.
func (l *planner) records() {
	of := map[string]int{}
	for i := range l.list {
		in := &l.list[i]
		if in.Op != fabric.OpFire && in.Op != fabric.OpGrad {
			continue
		}
		u := &l.p.Units[in.Unit]
		switch {
		case !module.Keeps(u.Op):
		case u.Role != fabric.Forward:
			l.use(of[forwardPath(u.Path)], i)
		default:
			v := u.Args[0]
			at := l.now[v]
			if l.stays[at].last > i || l.apart {
				at = l.add(i, v)
			}
			l.record[in.Unit], of[u.Path] = at, at
		}
	}
}

// aligned is the floats that stays are multiples of, so that those of any number of
// samples begin with a line of the cache.
const aligned = 16

// place gives each stay the lowest room that is free as long as it is needed, the
// largest first; apart, a room of its own.
func (l *layout) place(apart bool) {
	order := make([]int, len(l.stays))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(l.stays[b].size, l.stays[a].size) })
	var taken []stay // that have their places, the lowest first
	for _, k := range order {
		s := &l.stays[k]
		s.size = (s.size + aligned - 1) / aligned * aligned
		if s.at = 0; apart {
			s.born, s.last = 0, math.MaxInt
		}
		for _, t := range taken {
			if t.born <= s.last && s.born <= t.last && t.at < s.at+s.size {
				s.at = max(s.at, t.at+t.size)
			}
		}
		at, _ := slices.BinarySearchFunc(taken, s.at, func(t stay, at int) int { return cmp.Compare(t.at, at) })
		taken = slices.Insert(taken, at, *s)
		l.floats = max(l.floats, s.at+s.size)
	}
}

// values is the memory that the values of a pass lie in.
type values struct {
	train, eval *layout // nil before the first pass over the list
	*layout             // of the pass under way
	n           int     // its samples
	data        []float32
}

// arrange makes the machine ready for the values of a pass.
func (x *pass) arrange() {
	m := x.m
	v, at := &m.values, &m.values.eval
	if len(x.list) > 0 && m.prog.Learn != nil && &x.list[0] == &m.prog.Train[0] {
		at = &m.values.train
	}
	if *at == nil {
		*at = newLayout(m.prog, x.list, m.stack, &m.config)
	}
	v.layout, v.n = *at, x.batch.N
	// The first room is that of the largest pass of a training.
	n := v.n * v.floats
	if cap(v.data) < n {
		v.data = nil
		v.data = make([]float32, max(n, m.foreseen()))
	}
}

// foreseen is the floats that a training comes to need.
func (m *Machine) foreseen() int {
	if m.prog.Learn == nil {
		return 0
	}
	return trainedValues(m.prog)
}

// room is the first n floats of a stay, nil for none.
func (v *values) room(stay, n int) []float32 {
	if stay < 0 {
		return nil
	}
	return v.data[v.stays[stay].at*v.n:][:n:n]
}
