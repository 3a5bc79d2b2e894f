package fabric

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// Each case breaks one rule of the sample and must give exactly the error named.
func TestVerifyRefuses(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"value out of range", "u2 relu#1 forward nn.relu %2 <- %1 ", "u2 relu#1 forward nn.relu %2 <- %99 ", "it reads %99"},
		{"two producers", "u3 fc2 forward nn.dense(width=[1]) %3", "u3 fc2 forward nn.dense(width=[1]) %2", "u2 makes %2 already"},
		{"no output", "u0 x input input %7", "u0 x input input -", "it writes -"},
		{"output of a gradient", "param_grad nn.dense - <- %6", "param_grad nn.dense %3 <- %6", "a parameter gradient goes onto its tiles"},
		{"array out of range", "array=1 positions=1 class=dense", "array=2 positions=1 class=dense", "there is no array a2"},
		{"scales", "scales=[0.5]", "scales=[0.5, 2]", "2 scales for 1 operands"},
		{"power of two", "scales=[0.5]", "scales=[0.75]", "scale 0.75 is not a power of two"},
		{"negative scale", "scales=[0.5]", "scales=[-1]", "scale -1 is not a power of two"},
		{"wrong class", "class=activation place=[2] @xor", "class=activation place=[3] @xor", "of class activation, but placed on gradient[0]"},
		{"place out of range", "class=activation place=[2] @xor", "class=activation place=[9] @xor", "there is no module m9"},
		{"unknown class", "m2 activation 0", "m2 actuation 0", `there is no class "actuation"`},
		{"module twice", "m4 gradient 1", "m4 gradient 0", "gradient[0] is listed twice"},
		{"modules of the chip", "modules.gradient: count=2", "modules.gradient: count=1", "2 of class gradient, the chip has 1"},
		{"cut outside", "tile 2 rows 0+4", "tile 2 rows 0+5", "holds rows 0+5, columns 0+1 of 4x1"},
		{"cuts overlap", "tile 4 rows 0+3 cols 2+1", "tile 4 rows 0+3 cols 1+1", "its tile cuts do not cover it just once"},
		{"cuts leave a gap", "    copy 6 rows 0+4", "    copy 6 rows 0+3", "its copy cuts do not cover it just once"},
		{"gradients cut otherwise", "    grad 3 rows 0+4 cols 0+1\n", "    grad 3 rows 0+2 cols 0+1\n    grad 7 rows 2+2 cols 0+1\n", "cut otherwise than its weights"},
		{"tile too small", "tiles.size: 4x4", "tiles.size: 3x4", "tile 2 holds 4x1, more than its 3x4"},
		{"tile twice", "tile 2 rows", "tile 0 rows", "tile 0 holds a cut of a0 fc1 already"},
		{"tile beyond", "copy 6 rows", "copy 8 rows", "there is no tile 8"},
		{"too many tiles", "totals tiles=2 grad_tiles=2", "totals tiles=2 grad_tiles=7", "2 tiles of weights and 7 of gradients, the chip has 8"},
		{"frame beyond the stack", "stack.depth: 64", "stack.depth: 5", "a frame of 6 capacitors, the stack has 5"},
		{"no target", " target=target", "", "wants a field or a value as its target"},
		{"no length", "epochs=200 ", "", "want a batch and either epochs or steps"},
		{"patience", "patience=3", "patience=0", "patience from 1"},
		{"momentum of Adam", "optimizer sgd", "optimizer adam", "adam has no momentum"},
		{"unknown course", "momentum one_cycle", "momentum linear", `the momentum has no course named "linear"`},
		{"dimension", "%0 x [2]", "%0 x [0]", "dimension 0"},
		{"port", "  y %3", "  y %30", "there is no value %30"},
		{"bus", "bus=1", "bus=2", "there is no bus[2]"},
		{"bank", "slot=0+6 bank=2 at=75ns", "slot=0+6 bank=5 at=75ns", "there is no module m5"},
		{"time", "at=3.2us @-", "at=-3.2us @-", "want finite times from 0"},
		{"interval", "-800mV .. 800mV", "900mV .. 800mV", "rail.swing"},
		{"unit missing", "  config    u3 fc2 on dense[0] %3 <- %2", "  config   ", "it names no unit"},
		{"loss missing", "  loss      l0 nn.mse", "  loss     ", "it names no loss of the program"},
		{"loss too early", "  fire      u3 fc2 on dense[0] %3 <- %2 repeat=1 at=80ns for=40ns @-\n  loss", "  loss", "nn.mse reads %3 fc2 before it is made"},
		{"array missing", "  load      a1 fc2", "  load     ", "it names no array"},
		{"value missing", "  free      %2 relu#1", "  free     ", "it names no value"},
		{"used before made", "  fire      u2 relu#1 on activation[0] %2 <- %1 bus=1 repeat=1 at=55ns for=20ns @-\n  push", "  push", "is stored before it is made"},
		{"never read", "  free      %2 relu#1 slot=0+6 at=240ns @-\n", "", "%2 relu#1 is still on the stack"},
		{"freed unread", "  peek      %2 relu#1 u4 fc2 slot=0+6 hold=50ns at=130ns @-\n", "", "was never read"},
		{"other slot", "free      %2 relu#1 slot=0+6", "free      %2 relu#1 slot=0+5", "was stored at 0+6, not at 0+5"},
		{"other bank", "hold=50ns", "bank=1 hold=50ns", "was stored in bank 2, not in 1"},
		{"freed twice", "  sync      @-", "  free      %2 relu#1 slot=0+6 bank=2 @-\n  sync      @-", "%2 relu#1 is not on the stack"},
		{"beyond the frame", "frame=6", "frame=5", "slot 0+6 exceeds the frame of 5"},
		{"no capacitors", "slot=0+6 bank=2 at=75ns", "slot=3+0 bank=2 at=75ns", "takes no capacitors"},
		{"after halt", "  halt      @-", "  halt      @-\n  sync      @-", "it is not the last instruction"},
		{"no place", "class=activation place=[2] @-", "class=activation @-", "unit relu#1 has no physical module"},
	} {
		text := strings.Replace(sample(t), c.old, c.new, 1)
		// Instructions repeat what their unit says: give them what it says now.
		p, err := Parse("p", reword(text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		errs := Verify(p)
		if len(errs) == 0 || !strings.Contains(join(errs), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, errs, c.want)
		}
	}
}

// reword removes from instructions what they repeat of their unit and array.
func reword(text string) string {
	head, lists, _ := strings.Cut(text, "\nsetup\n")
	p, err := Parse("p", head)
	if err != nil {
		return text
	}
	lines := strings.Split(lists, "\n")
	for i, line := range lines {
		for u := range p.Units {
			op, rest, ok := strings.Cut(line, " u"+numberText(float64(u))+" ")
			if !ok {
				continue
			}
			end := len(rest)
			for _, next := range []string{" a0", " a1", " slot=", " switches=", " bus=", " repeat=", " at=", " @"} {
				if at := strings.Index(rest, next); at >= 0 {
					end = min(end, at)
				}
			}
			in := Instr{Op: Op(max(slices.Index(opWords[:], strings.Fields(op)[0]), 0)), Unit: u}
			lines[i] = op + " u" + numberText(float64(u)) + p.unitNote(&in) + rest[end:]
		}
	}
	return head + "\nsetup\n" + strings.Join(lines, "\n")
}

func join(errs []error) string {
	var b strings.Builder
	for _, e := range errs {
		b.WriteString(e.Error() + "\n")
	}
	return b.String()
}

// stackProgram has values a and b, which nobody computes, on a frame of 8.
func stackProgram(train ...Instr) *Program {
	for i := range train {
		train[i].Unit, train[i].Array, train[i].Bus, train[i].Bank = -1, -1, -1, -1
	}
	return &Program{Frame: 8, Chip: Chip{Ideal: true}, Train: train,
		Values: []Value{{Name: "a", Shape: []int{4}}, {Name: "b", Shape: []int{4}}}}
}

func TestVerifyStack(t *testing.T) {
	at := func(op Op, v ValueID, offset int) Instr { return Instr{Op: op, Value: v, Offset: offset, Size: 4} }
	good := stackProgram(at(OpPush, 0, 0), at(OpPush, 1, 4), at(OpPeek, 0, 0), at(OpPop, 1, 4), at(OpPush, 1, 4),
		at(OpFree, 0, 0), at(OpPop, 1, 4))
	if errs := Verify(good); errs != nil {
		t.Error(errs)
	}
	for _, c := range []struct {
		want string
		p    *Program
	}{
		{"train[2] pop: %0 a lies below %1 b", stackProgram(at(OpPush, 0, 0), at(OpPush, 1, 4), at(OpPop, 0, 0), at(OpPop, 1, 4))},
		{"train[0] pop: %0 a is not on the stack", stackProgram(at(OpPop, 0, 0))},
		{"train[1] push: slot 2 lies below the end of %0 a", stackProgram(at(OpPush, 0, 0), at(OpPush, 1, 2), at(OpPop, 1, 2), at(OpPop, 0, 0))},
		{"train[1] push: %0 a is on the stack already", stackProgram(at(OpPush, 0, 0), at(OpPush, 0, 4), at(OpPop, 0, 0))},
		{"train: %0 a is never taken from the stack", stackProgram(at(OpPush, 0, 0))},
	} {
		if errs := Verify(c.p); len(errs) != 1 || errs[0].Error() != c.want {
			t.Errorf("got %v, want %q", errs, c.want)
		}
	}
}

func TestVerifySwappedTiles(t *testing.T) {
	shared := strings.Replace(sample(t), "tile 2 rows", "tile 0 rows", 1)
	if got := join(Verify(parse(t, shared))); !strings.Contains(got, "tile 0 holds a cut of a0 fc1 already") {
		t.Error("arrays that share a tile and are never loaded:", got)
	}
	// Each array is loaded before the unit that reads it first.
	text := strings.ReplaceAll(shared, "  fire      u1 ", "  load      a0 fc1 @-\n  fire      u1 ")
	turns := strings.ReplaceAll(text, "  fire      u3 ", "  store     a0 fc1 @-\n  load      a1 fc2 waits=3 @-\n  fire      u3 ")
	p := parse(t, turns)
	if errs := Verify(p); errs != nil {
		t.Error("arrays that are loaded in turn:", errs)
	}
	if got := p.TakesTurns(); !slices.Equal(got, []bool{true, true}) {
		t.Error("arrays that share a tile:", got)
	}
	early := strings.ReplaceAll(shared, "  fire      u0 ", "  load      a0 fc1 @-\n  load      a1 fc2 @-\n  fire      u0 ")
	if got := join(Verify(parse(t, early))); !strings.Contains(got, "train[3] fire: array a0 fc1 is not on tile 0") {
		t.Error("an array whose tile another was loaded into:", got)
	}
}

func TestVerifyIdealHasNoLimits(t *testing.T) {
	p := parse(t, sample(t))
	p.Chip.Tiles.Count, p.Chip.Stack.Depth, p.Chip.Modules, p.Chip.Bus.Count, p.Chip.Tiles.Size = 1, 1, nil, 0, Size{1, 1}
	if Verify(p) == nil {
		t.Fatal("a chip of one cell holds the program")
	}
	p.Chip.Idealize()
	if errs := Verify(p); errs != nil {
		t.Error(errs)
	}
}

func TestVerifyNumbers(t *testing.T) {
	p := parse(t, sample(t))
	p.Timing.Step, p.Chip.Cap.Weight, p.Units[0].Attrs = math.NaN(), math.Inf(1), []Attr{{"k", []float64{math.NaN()}}}
	p.Units[1].Role, p.Train[0].Op = 77, 99
	p.Learn.Losses = nil
	got := join(Verify(p))
	for _, want := range []string{"timing: NaN seconds", "there is no loss", "cap.weight", "k is not finite", "no role 77", "train[0] op99: there is no such instruction"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	Print(p) // of a program that is wrong, for its message
}
