package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"acl/lang/check"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/stdlib"
)

const gridProgram = `acl 1;
use std.nn;
use std.data;
use std.chips;
module M {
  param hidden: int = 8;
  in  x: [64];
  out y: [10];
  unit a = nn.dense(hidden);
  unit b = nn.dense(10);
  route x -> a -> nn.relu() -> b -> y;
}
fabric F : chips.fabric45 { noise.read: 0.1; die: 4; }
schedule M on F { gradient: dedicated; calibrate { reads: 4; } }
train M on F { data: data.digits(); loss: nn.cross_entropy(y, label); epochs: 7; optimizer: nn.sgd(rate = 0.05, momentum = 0.9); }
experiment E of M on F {
  noise: off;
  batch: 16;
  convert: hop;
  vary noise.weight:   [0%, 2%];
  vary M.hidden:       [8, 16];
  vary optimizer.rate: [0.05, 0.1];
  case plain  { }
  case slowly { noise.gradient: 5%; noise.weight: 9%; epochs: 2; convert: ends; gradient: shared; }
}
`

// TestCellsLayer reads what the blocks of an experiment's cells come to: the
// experiment over the blocks, what varies over that, the case over all.
func TestCellsLayer(t *testing.T) {
	file := source.NewFile("grid.acl", gridProgram)
	p, diags := check.Check(file, stdlib.Table(), check.Options{Library: stdlib.File, Libraries: stdlib.Libraries()})
	if diags.HasErrors() {
		t.Fatal(diags.Errors()[0])
	}
	cells := p.Cells(p.Experiments[0])
	if len(cells) != 16 {
		t.Fatalf("%d cells, want 2 x 2 x 2 values times 2 cases", len(cells))
	}
	if train := p.Plan("train", p.Experiments[0].Module, p.Experiments[0].Fabric); !p.Experimented(train) {
		t.Error("a train block that an experiment is of runs in the experiment only")
	}
	got := map[int]string{}
	for _, n := range []int{0, 7, 15} {
		got[n] = told(p.At(cells[n], 3, 5))
	}
	want := map[int]string{
		0:  "plain hidden=8 rate=0.05 momentum=0.9 batch=16 epochs=7 seed=3 die=5 read=- weight=0 gradient=- convert=hop gradient:dedicated reads=4",
		7:  "plain hidden=16 rate=0.1 momentum=0.9 batch=16 epochs=7 seed=3 die=5 read=- weight=0.02 gradient=- convert=hop gradient:dedicated reads=4",
		15: "slowly hidden=16 rate=0.1 momentum=0.9 batch=16 epochs=2 seed=3 die=5 read=- weight=0.09 gradient=0.05 convert=ends gradient:shared reads=4",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if told(cells[0]) == got[0] {
		t.Error("a trial's seed and die went into its cell")
	}
}

// told is what a cell's blocks say, with a dash for what they do not.
func told(c *check.Cell) string {
	chip := map[string]string{"noise.read": "-", "noise.weight": "-", "noise.gradient": "-"}
	for _, it := range check.Flatten(c.Train.Fabric) {
		chip[it.Path] = fmt.Sprint(it.Value)
	}
	plan := func(s *check.Settings, path string) any {
		if it := s.Get(path); it != nil {
			return it.Value
		}
		return "-"
	}
	call := plan(c.Train.Settings, "optimizer").(sig.Call)
	return fmt.Sprintf("%s hidden=%v rate=%v momentum=%v batch=%v epochs=%v seed=%v die=%v read=%v weight=%v gradient=%v convert=%v gradient:%v reads=%v",
		c.Case, c.Args["hidden"], call.Args[0], call.Args[1], plan(c.Train.Settings, "batch"), plan(c.Train.Settings, "epochs"),
		plan(c.Train.Settings, "seed"), chip["die"], chip["noise.read"], chip["noise.weight"], chip["noise.gradient"],
		plan(c.Schedule, "convert"), plan(c.Schedule, "gradient"), plan(c.Schedule, "calibrate.reads"))
}

// TestOverridesOfExperiments puts a command line over what holds for all cells,
// under what varies and under the cases.
func TestOverridesOfExperiments(t *testing.T) {
	file := source.NewFile("grid.acl", gridProgram)
	p, _ := check.Check(file, stdlib.Table(), check.Options{Library: stdlib.File, Libraries: stdlib.Libraries()})
	for _, s := range []string{"noise.read=0.2", "noise.weight=1%", "batch=8", "epochs=9", "convert=ends", "die=2", "seeds=4"} {
		if diags := p.Override(s); diags.HasErrors() {
			t.Fatal(s, diags)
		}
	}
	cells := p.Cells(p.Experiments[0])
	for n, want := range map[int][]string{
		0:  {"batch=8", "epochs=9", "read=0.2", "weight=0 ", "convert=ends", "die=2", "gradient:dedicated"},
		15: {"batch=8", "epochs=2", "read=0.2", "weight=0.09", "die=2"},
	} {
		for _, w := range want {
			if got := told(cells[n]); !strings.Contains(got+" ", w) {
				t.Errorf("cell %d: %s, want %s", n, got, w)
			}
		}
	}
	if it := p.Experiments[0].Settings.Get("seeds"); it == nil || it.Value != sig.Value(sig.Int(4)) {
		t.Errorf("seeds are %v, want 4", it)
	}
}
