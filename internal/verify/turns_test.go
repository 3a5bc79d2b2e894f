package verify

import (
	"math"
	"strings"
	"testing"

	"acl/fabric"
	"acl/fabric/ledger"
	"acl/internal/job"
	"acl/lang/diag"
	"acl/lang/source"
)

// two has two matrices of one tile each.
const two = `
module Digits {
  in  x: [64];
  out y: [10];
  unit hidden = nn.dense(64);
  unit output = nn.dense(10);
  route x -> hidden -> nn.relu() -> output -> y;
}
`

const swaps = "schedule Digits on Bench { swap: true; }"

// swapped is a program on the noisy chip, with so many tiles.
func swapped(module, tiles, more string) string {
	chip := strings.Replace(noisy, "{", "{\n  tiles { count: "+tiles+"; }", 1)
	return head + module + chip + swaps + trainOn("Bench", "nn.sgd(rate = 0.05, momentum = 0.9)", more)
}

// events sums a kind of event over the lines of an instruction.
func events(b *bench, op fabric.Op, k ledger.Kind) (n float64) {
	for line, l := range b.Memory.Book.Lines() {
		if l.Op != op {
			continue
		}
		for p := range ledger.Phases {
			n += b.Memory.Book.Get(line, p, k)
		}
	}
	return n
}

// TestSwapLearns: with tiles for one of its two matrices a network learns as well as with
// tiles for both, and pays for it in energy, time and pulses. Three seeds of 359 answers
// each differ by 1 % (one sd of the mean) where nothing else does.
func TestSwapLearns(t *testing.T) {
	const spread = 0.03 // three standard deviations
	program := func(tiles, schedule string) string {
		return head + two + "\nfabric Bench : chips.fabric45 { tiles { count: " + tiles + "; } }\n" + schedule +
			trainOn("Bench", "nn.sgd(rate = 0.1, momentum = 0.9)", "epochs: 8; test: off;")
	}
	var few, enough float64
	for _, seed := range []string{"seed=1", "seed=2", "seed=3"} {
		o := options{sets: []string{seed}}
		a := newBench(t, program("3", swaps), o).setup(t).run(t)
		b := newBench(t, program("4", ""), o).setup(t).run(t)
		if x, y := a.Energy(), b.Energy(); x <= y {
			t.Errorf("%s: %g J with swaps, %g J without", seed, x, y)
		}
		if x, y := a.Memory.Clock, b.Memory.Clock; x <= y {
			t.Errorf("%s: %g s with swaps, %g s without", seed, x, y)
		}
		pulses := func(b *bench) float64 {
			return events(b, fabric.OpLoad, ledger.Pulse) + events(b, fabric.OpUpdate, ledger.Pulse)
		}
		if x, y := pulses(a), pulses(b); x <= 2*y {
			t.Errorf("%s: %g pulses with swaps, %g without", seed, x, y)
		}
		if events(a, fabric.OpLoad, ledger.Pulse) == 0 || events(a, fabric.OpStore, ledger.ADC) == 0 {
			t.Error("the ledger has no loads and stores")
		}
		if n := events(a, fabric.OpUpdate, ledger.Pulse); n != 0 {
			t.Errorf("updates of weights that lie nowhere sent %g pulses", n)
		}
		few, enough = few+a.accuracy(t).Top1/3, enough+b.accuracy(t).Top1/3
	}
	t.Logf("top-1 %.4f with swaps, %.4f without", few, enough)
	if math.Abs(few-enough) > spread || few < 0.9 {
		t.Errorf("top-1 %.4f with swaps, %.4f without", few, enough)
	}
}

// TestSwapListing: which matrix lies where when, in the order of a step: the convolution
// and the last layer share a tile, the layer between them keeps its own.
func TestSwapListing(t *testing.T) {
	_, model := lowered(t, swapped(digitsModule, "9", "steps: 1;"))
	f := model.Fabric()
	var got []string
	for _, list := range [][]fabric.Instr{f.Train, f.Eval} {
		for i := range list {
			switch in := &list[i]; {
			case in.Op == fabric.OpLoad || in.Op == fabric.OpStore || in.Op == fabric.OpSync:
				got = append(got, strings.Join(strings.Fields(f.ActText(in)), " "))
			case in.Op == fabric.OpFire && f.Reads(&f.Units[in.Unit]):
				got = append(got, f.Units[in.Unit].Path)
			}
		}
	}
	want := "load a0 c1, c1, fc1, store a0 c1, load a2 fc2 waits=64, fc2, fc2', fc1', sync, store a2 fc2, sync, " +
		"load a0 c1, c1, fc1, load a2 fc2 waits=64, fc2, sync"
	if text := strings.Join(got, ", "); text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if f.Tiles != 4 || f.GradTiles != 5 {
		t.Errorf("%d tiles of weights and %d of gradients, want 4 and 5", f.Tiles, f.GradTiles)
	}
	if text := fabric.Print(f); !strings.Contains(text, "turns=") {
		t.Error("the text has no time of loads for a batch of answers")
	}
}

// TestSwapUnneeded: where no tile runs out, and on an ideal chip, `swap: true` changes
// nothing.
func TestSwapUnneeded(t *testing.T) {
	with := swapped(digitsModule, "10", "steps: 4; test: off;")
	without := strings.Replace(with, swaps, "", 1)
	if a, b := digest(t, with, options{}), digest(t, without, options{}); a != b {
		t.Errorf("with room for all: %s and %s", a, b)
	}
	ideal := options{sets: []string{"ideal=true"}}
	with = strings.Replace(with, "count: 10", "count: 6", 1)
	if a, b := digest(t, with, ideal), digest(t, without, ideal); a != b {
		t.Errorf("on an ideal chip: %s and %s", a, b)
	}
}

// TestSwapIsExact: where nothing errs, weights that take turns come to what they come to on
// tiles of their own, but for rounding. A hidden layer takes three tiles, and with room for
// three all layers take turns; with room for four it stays.
func TestSwapIsExact(t *testing.T) {
	const tol = 1e-5 // float32: the sums of 8 steps are rounded elsewhere
	exact := options{sets: []string{"noise=off", "faults=off", "cap.common_mode=off"}}
	run := func(tiles string) *bench {
		return newBench(t, swapped(digitsModule, tiles, "steps: 8; test: off;"), exact).setup(t).run(t)
	}
	want := run("10")
	for _, tiles := range []string{"8", "9"} {
		got := run(tiles)
		for i, w := range got.Weights() {
			if e := relative(wide(w), wide(want.Weights()[i])); e > tol {
				t.Errorf("%s tiles, array %d: weights differ by %g", tiles, i, e)
			}
		}
		if a, b := got.accuracy(t), want.accuracy(t); math.Abs(a.Loss-b.Loss) > tol*b.Loss {
			t.Errorf("%s tiles: loss %g, want %g", tiles, a.Loss, b.Loss)
		}
	}
}

// TestSwapIsKept: threads, values that share memory, and a checkpoint change no bit.
func TestSwapIsKept(t *testing.T) {
	threads(t, swapped(digitsModule, "8", "steps: 4; test: off;"))
	resume(t, swapped(digitsModule, "9", "epochs: 2;"))
	text := swapped(residual, "9", "steps: 4; test.batch: 50;")
	if a, b := digest(t, text, options{}), digest(t, text, options{apart: true}); a != b {
		t.Errorf("values with memory of their own: %s, else %s", b, a)
	}
}

// TestSwapTakesTime: a step has its loads and stores once, whatever its batch, and so has a
// batch that is answered.
func TestSwapTakesTime(t *testing.T) {
	still := options{sets: []string{"rail.bound=20", "noise.leak=off", "cap.common_mode=off"}} // nothing is rewritten
	b := newBench(t, swapped(digitsModule, "9", "steps: 1; test: off;"), still).setup(t)
	f := b.Program()
	var turns float64
	for i := range f.Train {
		if in := &f.Train[i]; in.Op == fabric.OpLoad || in.Op == fabric.OpStore {
			turns += in.Time
		}
	}
	time := ledger.TimingOf(&f.Chip)
	takes(t, "two loads and two stores", turns, time.ProgramTile(10)+time.ReadTile(10, 2.5)+time.ProgramTile(65)+time.ReadTile(65, 2.5))
	clock := b.Memory.Clock
	b.run(t)
	takes(t, "a step", b.Memory.Clock-clock, 32*(f.Timing.Forward+f.Timing.Backward)+f.Timing.Update)
	enough := newBench(t, swapped(digitsModule, "10", "steps: 1; test: off;"), still).Program()
	pulsed := 2 * time.PulseTile(65) // what updates of the arrays that take turns leave to loads, at most
	if more := f.Timing.Step - enough.Timing.Step; more > turns+32*time.MVM(128, 20, true) || more < turns-pulsed {
		t.Errorf("a step is longer by %g s, loads and stores take %g s", more, turns)
	}
	clock = b.Memory.Clock
	if _, err := b.Answer(b.batch(t, 0, 5), false); err != nil {
		t.Fatal(err)
	}
	takes(t, "five answers", b.Memory.Clock-clock, 5*f.Timing.Sample+time.ProgramTile(10)+time.ProgramTile(65))
}

// TestSwapHolds: what is pushed before a load waits for it, and for the other samples.
func TestSwapHolds(t *testing.T) {
	hold := func(tiles string) float64 {
		_, model := lowered(t, swapped(two, tiles, "steps: 1;"))
		f := model.Fabric()
		longest := 0.0
		for i := range f.Train {
			longest = max(longest, f.Train[i].Hold)
		}
		return longest
	}
	short, long := hold("4"), hold("3")
	if load := 65 * 200 * 2 * 50e-9; long < short+load || long > short+2*load {
		t.Errorf("a value waits %g s where its weights lie, %g s where a load of %g s comes between", short, long, load)
	}
}

// TestSwapLeaks: weights leak while they lie on their tiles, for all samples of a batch by as
// much as in the middle of it.
func TestSwapLeaks(t *testing.T) {
	const n = 40
	leaky := options{sets: []string{"noise=off", "faults=off", "noise.leak=on", "cap.common_mode=off", "cell.spread.leak=0"}}
	b := newBench(t, swapped(two, "3", "steps: 1; test: off;"), leaky).setup(t)
	if _, err := b.Answer(b.batch(t, 0, n), false); err != nil {
		t.Fatal(err)
	}
	f := b.Program()
	stay, last := 0.0, -1
	for i := range f.Eval {
		switch in := &f.Eval[i]; in.Op {
		case fabric.OpLoad:
			stay, last = 0, in.Array
		default:
			stay += n * in.Time
		}
	}
	got := make([]float32, len(b.Memory.Shadow[last]))
	b.Memory.Arrays[last].Logical(got)
	kept := math.Exp(-(stay/2 + f.Timing.Answered(n)) / ledger.Tau(&f.Chip)) // and as others in the time of all answers
	if stay/ledger.Tau(&f.Chip) < 1e-4 {
		t.Fatalf("weights lie there for %g s, which tells nothing", stay)
	}
	for i, w := range b.Memory.Shadow[last] {
		if e := math.Abs(float64(got[i])/float64(w) - kept); e > 1e-6 {
			t.Fatalf("weight %d keeps %g, want %g", i, got[i]/w, kept)
		}
	}
}

// TestSwapInfers: a chip with too few tiles answers with the weights of a training on a
// larger one, as well as that, at a cost.
func TestSwapInfers(t *testing.T) {
	program := head + two + `
fabric Bench : chips.fabric45 { tiles { count: 4; } }
fabric Few   : chips.fabric45 { tiles { count: 1; } }
` + trainOn("Bench", "nn.sgd(rate = 0.1, momentum = 0.9)", "epochs: 4; test: off;") + `
schedule Digits on Few { swap: true; }
infer Digits on Few { weights: "run"; data: data.digits(); }
infer Digits on Bench { weights: "run"; data: data.digits(); }
`
	p, _ := opened(t, program)
	models, diags := p.Models()
	if diags.HasErrors() {
		t.Fatal(diags.Errors()[0])
	}
	t.Chdir(t.TempDir())
	if _, _, err := p.Train(t.Context(), models[0], job.Options{Out: "run"}); err != nil {
		t.Fatal(err)
	}
	var got []*job.Answer
	for _, m := range models[1:] {
		a, diags, err := p.Infer(t.Context(), m, job.Options{})
		if err != nil || diags.HasErrors() {
			t.Fatal(err, diags)
		}
		got = append(got, &a[0])
	}
	few, enough := got[0], got[1]
	t.Logf("top-1 %.4f with one tile, %.4f with two", few.Score.Top1, enough.Score.Top1)
	if few.Score.Top1 < enough.Score.Top1-0.04 {
		t.Errorf("top-1 %.4f with one tile, %.4f with two", few.Score.Top1, enough.Score.Top1)
	}
	if few.Latency <= enough.Latency || few.Energy <= enough.Energy {
		t.Errorf("%g s and %g J with one tile, %g s and %g J with two", few.Latency, few.Energy, enough.Latency, enough.Energy)
	}
}

// TestSwapRefused: what no turns can serve is a capacity error that says why.
func TestSwapRefused(t *testing.T) {
	for _, c := range []struct{ name, tiles, schedule, sets, want string }{
		{"no swap", "3", "", "", "with `swap: true;` in its schedule weights take turns on these 3"},
		{"a matrix too large", "7", "swap: true;", "", "`tiles { count: 10; }` holds all of it, 8 its gradient tiles and one matrix at a time"},
		{"too few for either", "7", "", "", "`tiles { count: 10; }` holds its weights and gradient tiles"},
		{"pulses", "1", "swap: true; update: pulsed;", "", "the control unit has no copy"},
		{"a copied array", "9", "swap: true; gradient: dedicated;", "", "a copied array follows tiles"},
		{"in flight", "9", "swap: true; pipeline: 2;", "", "each of the samples in flight"},
		{"copies", "9", "swap: true; protect { copies: 3; }", "", "copies and checksums guard weights that stay"},
		{"scans", "9", "swap: true; scan { every: 5; }", "", "a scan compares cells"},
		{"circuit", "9", "swap: true;", "fidelity=circuit", "the circuit level has cells of its own"},
	} {
		module := digitsModule
		if c.tiles <= "3" {
			module = two
		}
		text := strings.Replace(swapped(module, c.tiles, "steps: 1;"), swaps, "schedule Digits on Bench { "+c.schedule+" }", 1)
		text = strings.Replace(text, ", momentum = 0.9", "", 1) // which pulses in place do not have
		var sets []string
		if c.sets != "" {
			sets = append(sets, c.sets)
		}
		_, diags := job.Compile(source.NewFile("verify.acl", text), sets).Models()
		if errs := diags.Errors(); len(errs) != 1 || errs[0].Code != "E0501" || !strings.Contains(whole(errs[0]), c.want) {
			t.Errorf("%s: %v, want one E0501 with %q", c.name, errs, c.want)
		}
	}
}

// whole is all that a diagnostic says.
func whole(d diag.Diag) string {
	text := d.Message + " " + d.Hint
	for _, r := range d.Related {
		text += " " + r.Text
	}
	return text
}
