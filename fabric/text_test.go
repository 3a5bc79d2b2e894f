package fabric

import (
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"acl/internal/frugal"
	"acl/lang/source"
)

// sample is a program with every section and every key of the text form.
func sample(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("testdata/xor.fabric")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func parse(t testing.TB, text string) *Program {
	t.Helper()
	p, err := Parse("p.fabric", text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// samePlaces compares spans by what the text form keeps of them.
var samePlaces = cmp.Options{
	cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b source.Span) bool { return a.Origin() == b.Origin() }),
}

func TestTextIsExact(t *testing.T) {
	text := sample(t)
	p := parse(t, text)
	if diff := cmp.Diff(text, Print(p)); diff != "" {
		t.Error("printed again:\n", diff)
	}
	if errs := Verify(p); errs != nil {
		t.Error(errs)
	}
}

func TestTextKeepsFields(t *testing.T) {
	p := parse(t, sample(t))
	u := &p.Units[1]
	if u.Place[1] != 1 || u.Scales[0] != 0.5 || u.Attr("width")[0] != 3 || u.Attr("kernel") != nil || u.Class != "dense" {
		t.Errorf("unit 1 is %+v", u)
	}
	in := p.Train[6]
	want := Instr{Op: OpPeek, Unit: 4, Array: -1, Value: 2, Bus: -1, Size: 6, Bank: -1, Hold: 50e-9, Start: 130e-9}
	if diff := cmp.Diff(want, in, samePlaces); diff != "" {
		t.Error(diff)
	}
	if p.Chip.Cap.Weight != 50e-15 || p.Chip.Noise.Weight != (Level{LevelNumber, 0.02}) || p.Chip.Rail.Swing != (Interval{-0.8, 0.8}) {
		t.Errorf("chip is %+v", p.Chip)
	}
	if c := p.Learn.Stop.AnyOf[0][1]; c != (Clause{Metric: "accuracy", Cmp: "<", Num: 0.99, Not: true}) {
		t.Errorf("clause is %+v", c)
	}
	if !p.Plan.Direct {
		t.Errorf("plan is %+v", p.Plan)
	}
	if p.Timing.Step != 4.262000000000001e-6 {
		t.Errorf("step takes %g", p.Timing.Step)
	}
}

func TestParseNamesTheLine(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"program xor.Net", "", `p.fabric:3:5: found " Bench", want one line`},
		{"  die: 1\n", "  die: one\n", `die: want a whole number, got "one"`},
		{"  die: 1\n", "  dye: 1\n", "dye: a chip has no such setting"},
		{"900mV", "900mA", "supply.digital: want a number"},
		{"4x4", "4", "tiles.size: want a size"},
		{"epochs=200", "epoch=200", "want another key"},
		{"  %1 fc1 [3]", "  %4 fc1 [3]", "want %1, the next one"},
		{"  load      a0 fc1", "  load      a0 fc2", `want "fc1", as its own line has it`},
		{"peek      %2", "pick      %2", "want an instruction"},
		{"at=130ns @", "at=130 @", "want a number in s"},
		{"@xor.acl:20:3-20:40", "@xor.acl", "is not name:line:column"},
		{"@xor.acl:20:3-20:40", "", `want "@"`},
		{"eval\n", "train\n", "want a section only once"},
		{"loss < 0.001", "loss ~ 0.001", "want a comparison"},
		{"    tile 0 rows", "    tile 0 cows", `want "rows"`},
		{"timing forward=", "timing  forward=1e-7ns backward=", "want a number in s"},
		{`"drive x"`, `"drive x`, "want a quoted text"},
		{"u4 fc2 param_grad", "u4 fc2 param_lost", "want a role"},
		{"loss      l0 nn.mse", "loss      l0 nn.mae", `want "nn.mse", as its own line has it`},
		{"place=[0, 1]", "place=[0 .. 999999999]", "want fewer modules"},
		{"\n  stop", "\n  stop patience=1 when loss < 1\n  stop", "want one stop only"},
	} {
		text := strings.Replace(sample(t), c.old, c.new, 1)
		_, err := Parse("p.fabric", text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: got %v, want %q", c.new, c.old, err, c.want)
		}
	}
	if _, err := Parse("p", "// nothing\n"); err == nil || !strings.Contains(err.Error(), "no line `program NAME`") {
		t.Error("an empty text gives", err)
	}
	text := strings.Replace(sample(t), "  halt      @-", "  halt      halt @-", 1)
	line := 1 + strings.Count(text[:strings.Index(text, "halt @-")], "\n")
	if _, err := Parse("p", text); err == nil || !strings.HasPrefix(err.Error(), "p:"+numberText(float64(line))+":13:") {
		t.Errorf("got %v, want line %d, column 13", err, line)
	}
}

// programs draws programs that are well formed as text but mean nothing.
func programs() *rapid.Generator[*Program] {
	num := rapid.Float64().Filter(func(f float64) bool { return !math.IsInf(f, 0) && !math.IsNaN(f) })
	name := rapid.StringOf(rapid.RuneFrom([]rune("ab1.[]#'- \n\"%@é")))
	id := rapid.Map(rapid.Int32Range(-1, 9), func(n int32) ValueID { return ValueID(n) })
	span := rapid.Custom(func(t *rapid.T) source.Span {
		f := source.NewFile(rapid.StringN(1, 5, -1).Draw(t, "file"), "")
		pos := func(label string) source.Pos {
			return source.Pos{Line: rapid.IntRange(1, 99).Draw(t, label), Column: rapid.IntRange(1, 99).Draw(t, label)}
		}
		return source.Span{File: f, Start: pos("start"), End: pos("end")}
	})
	unit := rapid.Custom(func(t *rapid.T) Unit {
		return Unit{Op: name.Draw(t, "op"), Role: Role(rapid.IntRange(0, int(Input)).Draw(t, "role")), Path: name.Draw(t, "path"),
			Class: name.Draw(t, "class"), Args: rapid.SliceOfN(id, 0, 3).Draw(t, "args"), Saved: rapid.SliceOfN(id, 0, 2).Draw(t, "saved"),
			Out: id.Draw(t, "out"), Operand: rapid.Int().Draw(t, "operand"), Array: rapid.IntRange(-2, 3).Draw(t, "array"),
			Attrs:  []Attr{{name.Draw(t, "attr"), rapid.SliceOfN(num, 0, 2).Draw(t, "num")}},
			Scales: rapid.SliceOfN(num, 0, 2).Draw(t, "scales"), Place: rapid.SliceOfN(rapid.IntRange(-1, 5), 0, 6).Draw(t, "place"),
			Convert: rapid.Bool().Draw(t, "convert"), Barrier: rapid.Bool().Draw(t, "barrier"), Origin: span.Draw(t, "origin")}
	})
	instr := rapid.Custom(func(t *rapid.T) Instr {
		return Instr{Op: Op(rapid.IntRange(0, int(OpHalt)).Draw(t, "op")), Unit: rapid.IntRange(-1, 3).Draw(t, "unit"),
			Array: rapid.IntRange(-1, 2).Draw(t, "array"), Value: id.Draw(t, "value"), Bus: rapid.Int().Draw(t, "bus"),
			Offset: rapid.Int().Draw(t, "offset"), Size: rapid.Int().Draw(t, "size"), Bank: rapid.Int().Draw(t, "bank"),
			Hold: num.Draw(t, "hold"), Repeat: rapid.Int().Draw(t, "repeat"), Start: num.Draw(t, "start"), Time: num.Draw(t, "time"),
			Origin: span.Draw(t, "origin")}
	})
	return rapid.Custom(func(t *rapid.T) *Program {
		p := &Program{Name: name.Draw(t, "name"), Units: rapid.SliceOfN(unit, 0, 3).Draw(t, "units"), Train: rapid.SliceOfN(instr, 0, 4).Draw(t, "train")}
		p.Chip.Costs, p.Chip.Opamp.Slew, p.Chip.Rail.Swing = name.Draw(t, "costs"), num.Draw(t, "slew"), Interval{num.Draw(t, "low"), num.Draw(t, "high")}
		p.Chip.Noise.Read = Level{LevelNumber, num.Draw(t, "read")}
		p.Chip.Modules = []Variant{{Class: name.Draw(t, "class"), Name: name.Draw(t, "variant"), Count: 2, Bits: 3, Copies: 4}}
		p.Chip.Faults.Fail = []Failure{{Class: name.Draw(t, "failing"), Index: rapid.Int().Draw(t, "index"), Step: rapid.Int().Draw(t, "step")}}
		p.Plan.Scan, p.Plan.Weights = name.Draw(t, "scan"), name.Draw(t, "weights")
		p.Values = []Value{{Name: name.Draw(t, "value"), Shape: []int{2, 3}}}
		p.Arrays = []Array{{Path: name.Draw(t, "array"), Rows: 1, Cols: 2,
			Twins: []Cut{{Tile: 3, Rows: 1, Cols: 2}},
			Protect: &Protection{Copies: 2, Vote: name.Draw(t, "vote"), Checks: rapid.IntRange(-1, 3).Draw(t, "checks"), Threshold: num.Draw(t, "threshold"),
				Repair: name.Draw(t, "repair"), Rewrite: rapid.Int().Draw(t, "rewrite"), Backward: rapid.Bool().Draw(t, "backward")},
			Digital: []Vector{{Name: name.Draw(t, "row"), Start: num.Draw(t, "start"), Statistic: rapid.Bool().Draw(t, "statistic")}}}}
		p.Modules = []Module{{Class: name.Draw(t, "class"), Index: 3, Variant: name.Draw(t, "variant")}}
		p.Inputs = []ValuePort{{Name: name.Draw(t, "port"), Value: NoValue, Field: name.Draw(t, "field")}}
		p.Learn = &Learn{Seed: rapid.Uint64().Draw(t, "seed"), Losses: []LossTerm{{Op: "nn.mse", Weight: num.Draw(t, "weight"), Pred: 1, TargetValue: 0, Error: 2}}}
		p.Timing.Step = num.Draw(t, "step")
		return p
	})
}

func TestTextRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := programs().Draw(t, "program")
		text := Print(p)
		q, err := Parse("p", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if diff := cmp.Diff(p, q, samePlaces); diff != "" {
			t.Fatal(diff)
		}
		if again := Print(q); again != text {
			t.Fatal(cmp.Diff(text, again))
		}
		Verify(q)
	})
}

func FuzzProgram(f *testing.F) {
	f.Add(sample(f))
	f.Add("program a\nunits\n u0 a forward b(c=[1]) %0 <- %1 - saved(-) @-\ntrain\n fire u0 a %0 <- %1 - a-1 %3 slot=-1+9 @\"a\\n:1:1-1:1\"\n")
	f.Add("program a\nchip b\n cap.weight: 1e-400F\n modules.\"x\" y: bits=3\n noise.read: -0\n tick: 0.00000000000001as\n")
	f.Add("program a\nlearn batch=1\n momentum steps value=1 at=[2]\n optimizer adam\n")
	f.Add("program a\nlearn batch=1\n momentum \"\" value=1\n optimizer sgd\n")
	f.Fuzz(func(t *testing.T, text string) {
		var p *Program
		var err error
		frugal.Check(t, func() { p, err = Parse("f", text) })
		if err != nil {
			return
		}
		var printed string
		frugal.Check(t, func() {
			Verify(p)
			printed = Print(p)
		})
		q, err := Parse("f", printed)
		if err != nil {
			t.Fatalf("%v\n%s", err, printed)
		}
		if diff := cmp.Diff(p, q, samePlaces); diff != "" {
			t.Fatal(diff)
		}
		if again := Print(q); again != printed {
			t.Fatal(cmp.Diff(printed, again))
		}
	})
}
