package dcu

import (
	"cmp"
	"math"
	"slices"

	"acl/fabric"
	"acl/fabric/ledger"
)

// Several samples in flight (`pipeline`): a sample begins an interval after the one
// before, and goes its way as if it were alone, with the same hold times, so that results
// are those of one sample at a time. The interval is the shortest, not below a sample's
// time over the number in flight, at which no two samples want the same module, tiles, bus
// or the control unit's arithmetic at once. The frames of the samples retire first in,
// first out.

// use is what an instruction occupies, and when, s from the start of its sample.
type use struct {
	what     resource
	from, to float64
}

// resource is something that serves one sample at a time.
type resource struct {
	kind resourceKind
	at   int
}

type resourceKind uint8

const (
	onModule resourceKind = iota
	onTiles
	onGradient
	onBus
	inControl
)

// interval is the time between two samples of a list that takes total seconds each, as far
// as it goes up to its first sync: 0 where one sample is under way at a time.
func (t *timer) interval(list []fabric.Instr, total float64) float64 {
	flight := t.p.Plan.Pipeline
	if flight <= 1 {
		return 0
	}
	return shortest(t.uses(list, t.modules()), total, flight)
}

// Settle gives each unit of a program with samples in flight one physical module of those
// that may run it: the one that lets samples follow one another soonest. Programs whose
// modules fail keep their choice.
func Settle(p *fabric.Program) {
	if p.Plan.Pipeline <= 1 || len(p.Chip.Faults.Fail) > 0 {
		return
	}
	list := p.Train
	total := p.Timing.Forward + p.Timing.Backward
	if p.Learn == nil {
		list, total = p.Eval, p.Timing.Sample
	}
	t := &timer{p: p, time: ledger.TimingOf(&p.Chip)}
	settled, users := make([]int, len(p.Units)), make([]int, len(p.Modules))
	for i := range settled {
		settled[i] = -1
	}
	for i := range p.Units {
		best, least := -1, math.Inf(1)
		for _, at := range p.Units[i].Place {
			settled[i] = at
			soon := shortest(t.uses(list, settled), total, p.Plan.Pipeline)
			if best < 0 || soon < least*(1-apartBy) || soon <= least && users[at] < users[best] {
				best, least = at, soon
			}
		}
		if settled[i] = best; best >= 0 {
			users[best]++
			p.Units[i].Place = []int{best}
		}
	}
	Retime(p, nil)
}

// uses lists what the sample's instructions occupy, with the physical module of each unit,
// -1 for none.
func (t *timer) uses(list []fabric.Instr, modules []int) []use {
	var out []use
	for i := range list {
		in := &list[i]
		if in.Op == fabric.OpSync {
			break
		}
		if in.Time == 0 {
			continue
		}
		end := in.Start + in.Time
		for _, r := range t.occupied(in, modules) {
			out = append(out, use{r, in.Start, end})
		}
		if in.Op == fabric.OpFire && in.Bus >= 0 { // at the end, for as long as the transfer takes
			move := t.time.Transfer(t.p.Values[in.Value].Elements())
			out = append(out, use{resource{onBus, in.Bus}, end - move, end})
		}
	}
	return out
}

// modules is the physical module of each unit as far as times go: those that may run on
// several are spread over them.
func (t *timer) modules() []int {
	out, turn := make([]int, len(t.p.Units)), map[int]int{}
	for i := range t.p.Units {
		place := t.p.Units[i].Place
		if len(place) == 0 {
			out[i] = -1
			continue
		}
		out[i] = place[turn[place[0]]%len(place)]
		turn[place[0]]++
	}
	return out
}

// occupied is what an instruction needs for itself.
func (t *timer) occupied(in *fabric.Instr, modules []int) []resource {
	if in.Op == fabric.OpLoss {
		return []resource{{inControl, 0}}
	}
	if in.Unit < 0 || in.Op == fabric.OpPush || in.Op == fabric.OpPop || in.Op == fabric.OpPeek {
		return nil // each sample has capacitors of its own
	}
	u := &t.p.Units[in.Unit]
	var out []resource
	switch {
	case modules[in.Unit] >= 0:
		out = append(out, resource{onModule, modules[in.Unit]})
	case isDigital(t.p, u):
		out = append(out, resource{inControl, 0})
	}
	if u.Array >= 0 && !isDigital(t.p, u) {
		kind := onTiles
		if u.Role == fabric.ParamGrad {
			kind = onGradient
		}
		out = append(out, resource{kind, u.Array})
	}
	return out
}

// shortest is the least interval, from total over the samples in flight on, at which no
// use meets one of another sample. A sample k intervals behind another keeps apart from it
// unless k intervals lie between where the two uses begin to meet and where they end to.
func shortest(uses []use, total float64, flight int) float64 {
	type bad struct{ from, to float64 } // of k intervals: what makes two uses meet
	var list []bad
	for i := range uses {
		for j := range uses {
			a, b := &uses[i], &uses[j]
			if a.what == b.what && a.to < b.to+total && b.to > a.from {
				list = append(list, bad{max(0, b.from-a.to), b.to - a.from})
			}
		}
	}
	slices.SortFunc(list, func(a, b bad) int { return cmp.Compare(a.to, b.to) })
	least := total / float64(flight)
	for moved := true; moved && least < total; {
		moved = false
		for _, x := range list {
			for k := 1; k < flight; k++ {
				if at := float64(k) * least; at > x.from*(1+apartBy) && at < x.to*(1-apartBy) {
					least, moved = x.to/float64(k), true
				}
			}
		}
	}
	return min(least, total)
}

// apartBy is the rounding within which two uses that touch do not meet.
const apartBy = 1e-9
