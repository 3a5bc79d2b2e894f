package fabric

import "slices"

// operand says which index an instruction must have.
type operand uint8

const (
	needsNothing operand = iota
	needsUnit
	needsArray
	needsEither // a unit or an array
	needsValue
	needsLoss // the index of a loss
)

var needs = [...]operand{
	OpConfig: needsUnit, OpLoad: needsArray, OpFire: needsUnit,
	OpPush: needsValue, OpPop: needsValue, OpPeek: needsValue, OpFree: needsValue,
	OpLoss: needsLoss, OpGrad: needsUnit,
	OpUpdate: needsEither, OpStore: needsEither, OpRefresh: needsEither, OpCalibrate: needsEither, OpCheck: needsEither,
	OpSync: needsNothing, OpHalt: needsNothing,
}

// slot is a part of the frame that holds a value.
type slot struct {
	value              ValueID
	offset, size, bank int
	peeked             bool
}

// walk follows one list of instructions: which values were made, which are read
// back from the stack, and what the frame holds, in the order of its pushes.
type walk struct {
	*verifier
	name   string
	at     int
	in     *Instr
	made   map[ValueID]bool
	read   map[ValueID]bool
	source map[ValueID]bool // a unit, a port or a loss makes it
	frame  []slot
	turns  []bool      // by array: it shares its tiles
	lies   map[int]int // by shared tile: the array that is on it
}

// list checks the instructions of one list. The stack's rules: a slot is pushed
// above all that are live, and only after its value was made (what no unit makes
// is a unit's own record, such as the winners of a max pool); a pop takes the
// topmost live slot; a peek reads any live slot; a free releases, once, a slot that
// was peeked; what is read names the value, place and size that were pushed, and
// no other bank, if it names one; and at a sync and at the end nothing is live. Of the
// arrays that share tiles, only one that was loaded since the others is read.
func (v *verifier) list(name string, list []Instr) {
	w := walk{verifier: v, name: name, made: map[ValueID]bool{}, read: map[ValueID]bool{}, source: map[ValueID]bool{},
		turns: v.p.TakesTurns(), lies: map[int]int{}}
	w.begin()
	for i := range list {
		w.at, w.in = i, &list[i]
		if int(w.in.Op) >= len(needs) {
			w.wrong("there is no such instruction")
			continue
		}
		if w.numbers() && w.operands() {
			w.step()
		}
		if w.in.Op == OpHalt && i != len(list)-1 {
			w.wrong("it is not the last instruction")
		}
	}
	if len(w.frame) > 0 {
		v.fault("%s: %s is never taken from the stack", name, w.label(w.frame[len(w.frame)-1].value))
	}
}

// begin notes who makes each value. Ports that no unit drives are there from the
// start.
func (w *walk) begin() {
	for i := range w.p.Units {
		w.source[w.p.Units[i].Out] = true
	}
	for _, port := range w.p.Inputs {
		if !w.source[port.Value] {
			w.source[port.Value], w.made[port.Value] = true, true
		}
	}
	if w.p.Learn != nil {
		for _, t := range w.p.Learn.Losses {
			w.source[t.Error], w.source[t.TargetError] = true, true
		}
	}
}

func (w *walk) wrong(format string, args ...any) {
	w.fault("%s[%d] %s: "+format, append([]any{w.name, w.at, w.in.Op}, args...)...)
}

// label names a value for a message.
func (w *walk) label(id ValueID) string { return valueText(id) + w.p.valueNote(id) }

// numbers checks what does not depend on the instruction.
func (w *walk) numbers() bool {
	in, c := w.in, &w.p.Chip
	before := len(w.errs)
	if !finite(in.Start, in.Time, in.Hold) || in.Start < 0 || in.Time < 0 || in.Hold < 0 {
		w.wrong("at %g s, for %g s, hold %g s: want finite times from 0", in.Start, in.Time, in.Hold)
	}
	if in.Repeat < 0 || in.Every < 0 || in.Reads < 0 || in.Offset < 0 || in.Size < 0 {
		w.wrong("a count is negative")
	}
	if in.Bus < -1 || !c.Ideal && in.Bus >= c.Bus.Count {
		w.wrong("there is no bus[%d]", in.Bus)
	}
	if in.Bank < -1 || in.Bank >= len(w.p.Modules) {
		w.wrong("there is no module m%d for a bank", in.Bank)
	}
	if in.Op != OpLoss && (in.Unit < -1 || in.Unit >= len(w.p.Units)) {
		w.wrong("there is no unit u%d", in.Unit)
	}
	if in.Array < -1 || in.Array >= len(w.p.Arrays) {
		w.wrong("there is no array a%d", in.Array)
	}
	if in.Value != NoValue && !w.hasValue(in.Value) {
		w.wrong("there is no value %s", valueText(in.Value))
	}
	return len(w.errs) == before
}

func (w *walk) operands() bool {
	in := w.in
	missing := ""
	switch needs[in.Op] {
	case needsUnit:
		missing = mark("unit", in.Unit < 0)
	case needsArray:
		missing = mark("array", in.Array < 0)
	case needsEither:
		missing = mark("array or unit", in.Array < 0 && in.Unit < 0)
	case needsValue:
		missing = mark("value", in.Value < 0)
	case needsLoss:
		missing = mark("loss of the program", w.p.Learn == nil || in.Unit < 0 || in.Unit >= len(w.p.Learn.Losses))
	}
	if missing != "" {
		w.wrong("it names no %s", missing)
	}
	return missing == ""
}

func (w *walk) step() {
	switch w.in.Op {
	case OpFire, OpGrad:
		w.run(&w.p.Units[w.in.Unit])
	case OpLoss:
		w.loss(&w.p.Learn.Losses[w.in.Unit])
	case OpLoad:
		a := &w.p.Arrays[w.in.Array]
		if len(a.Tiles) == 0 && a.Digital == nil {
			w.wrong("array a%d has no tiles", w.in.Array)
		}
		for _, c := range a.Tiles {
			w.lies[c.Tile] = w.in.Array
		}
	case OpStore:
		if w.in.Every == 0 && w.in.Array >= 0 {
			w.present(w.in.Array)
		}
	case OpPush:
		w.push()
	case OpPop:
		w.pop()
	case OpPeek:
		w.peek()
	case OpFree:
		w.free()
	case OpSync:
		if len(w.frame) > 0 {
			w.wrong("%s is still on the stack", w.label(w.frame[len(w.frame)-1].value))
		}
	}
}

// present checks that an array which shares tiles is on them.
func (w *walk) present(at int) {
	if w.turns == nil || !w.turns[at] {
		return
	}
	for _, c := range w.p.Arrays[at].Tiles {
		if on, ok := w.lies[c.Tile]; !ok || on != at {
			w.wrong("array a%d %s is not on tile %d", at, w.p.Arrays[at].Path, c.Tile)
			return
		}
	}
}

// run checks a unit's operands, place and tiles, and notes what it makes.
func (w *walk) run(u *Unit) {
	if u.Array < len(w.p.Arrays) && w.p.Reads(u) {
		w.present(u.Array)
	}
	if u.Class != "" && len(u.Place) == 0 {
		w.wrong("unit %s has no physical module", u.Path)
	}
	for _, id := range u.Args {
		if w.hasValue(id) && !w.made[id] {
			w.wrong("unit %s reads %s before it is made", u.Path, w.label(id))
		}
	}
	for _, id := range u.Saved {
		if w.hasValue(id) && !w.read[id] && !w.p.Values[id].Digital {
			w.wrong("unit %s needs %s, which was not read from the stack", u.Path, w.label(id))
		}
	}
	w.made[u.Out] = true
}

// loss checks what a loss compares, and notes the error signal that it starts.
func (w *walk) loss(t *LossTerm) {
	for _, id := range []ValueID{t.Pred, t.TargetValue} {
		if w.hasValue(id) && !w.made[id] {
			w.wrong("%s reads %s before it is made", t.Op, w.label(id))
		}
	}
	w.made[t.Error], w.made[t.TargetError] = true, true
}

func (w *walk) push() {
	in := w.in
	switch {
	case in.Size < 1:
		w.wrong("%s takes no capacitors", w.label(in.Value))
		return
	case w.source[in.Value] && !w.made[in.Value]:
		w.wrong("%s is stored before it is made", w.label(in.Value))
	case w.live(in.Value) >= 0:
		w.wrong("%s is on the stack already", w.label(in.Value))
		return
	}
	if n := len(w.frame); n > 0 && in.Offset < w.frame[n-1].offset+w.frame[n-1].size {
		w.wrong("slot %d lies below the end of %s", in.Offset, w.label(w.frame[n-1].value))
	}
	if in.Offset > w.p.Frame-in.Size {
		w.wrong("slot %d+%d exceeds the frame of %d", in.Offset, in.Size, w.p.Frame)
	}
	w.frame = append(w.frame, slot{value: in.Value, offset: in.Offset, size: in.Size, bank: in.Bank})
}

// live returns the index of a value's slot, or -1.
func (w *walk) live(id ValueID) int {
	return slices.IndexFunc(w.frame, func(s slot) bool { return s.value == id })
}

// find returns the slot that the instruction names, or -1 after an error.
func (w *walk) find() int {
	in := w.in
	i := w.live(in.Value)
	if i < 0 {
		w.wrong("%s is not on the stack", w.label(in.Value))
		return -1
	}
	if s := &w.frame[i]; s.offset != in.Offset || s.size != in.Size {
		w.wrong("%s was stored at %d+%d, not at %d+%d", w.label(in.Value), s.offset, s.size, in.Offset, in.Size)
	} else if in.Bank >= 0 && s.bank != in.Bank {
		w.wrong("%s was stored in bank %d, not in %d", w.label(in.Value), s.bank, in.Bank)
	}
	return i
}

func (w *walk) pop() {
	i := w.find()
	if i < 0 {
		return
	}
	if i != len(w.frame)-1 {
		w.wrong("%s lies below %s", w.label(w.in.Value), w.label(w.frame[len(w.frame)-1].value))
	}
	w.read[w.in.Value], w.made[w.in.Value] = true, true
	w.frame = slices.Delete(w.frame, i, i+1)
}

func (w *walk) peek() {
	if i := w.find(); i >= 0 {
		w.frame[i].peeked = true
		w.read[w.in.Value], w.made[w.in.Value] = true, true
	}
}

func (w *walk) free() {
	i := w.find()
	if i < 0 {
		return
	}
	if !w.frame[i].peeked {
		w.wrong("%s was never read", w.label(w.in.Value))
	}
	w.frame = slices.Delete(w.frame, i, i+1)
}
