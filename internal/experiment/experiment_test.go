package experiment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"acl/internal/job"
)

// program is an experiment of 2 x 2 cells with two seeds, on a chip with noise.
const program = `acl 1;
use std.nn;
use std.data;
use std.chips;
module Gate {
  in  x: [2];
  out y: [1];
  unit hidden = nn.dense(4);
  unit output = nn.dense(1);
  route x -> hidden -> nn.tanh() -> output -> y;
}
train Gate on chips.fabric45 {
  data: data.table(input = [[0, 0], [0, 1], [1, 0], [1, 1]], target = [[0], [1], [1], [0]]);
  loss: nn.mse(y, target);
  optimizer: nn.sgd(rate = 0.1, momentum = 0.9);
  batch: 4;
  epochs: 60;
  checkpoint { every: 10; }
}
experiment E of Gate on chips.fabric45 {
  vary optimizer.rate: [0.1, 0.001];
  case plain { }
  case quiet { noise: off; }
  seeds: %d;
  baseline: plain;
  report: [loss, energy, latency, reconfigurations];
  prune: %v;
}
`

func opened(t *testing.T, seeds int, prune bool) (*job.Program, *job.Grid) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gate.acl")
	if err := os.WriteFile(path, fmt.Appendf(nil, program, seeds, prune), 0o666); err != nil {
		t.Fatal(err)
	}
	p, err := job.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	models, diags := p.Models()
	diags.Add(p.Refused(models)...)
	if diags.HasErrors() {
		t.Fatal(diags.Errors()[0])
	}
	g, err := p.Grid("E")
	if err != nil {
		t.Fatal(err)
	}
	return p, g
}

func ran(t *testing.T, p *job.Program, g *job.Grid, o Options) *Table {
	t.Helper()
	table, diags, err := Run(context.Background(), p, g, o)
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	return table
}

// figures are all numbers of a table, without the times of the host.
func figures(table *Table) string {
	var b strings.Builder
	for _, o := range table.Trials {
		fmt.Fprintln(&b, o.Trial.Cell.Number, o.Trial.Seed, o.Trial.Die, o.Result["digest"], o.Result["loss"])
	}
	table.Print(&b)
	return b.String()
}

// TestSideBySide runs an experiment with one training at a time and with three: all
// figures are the same, and those that Collect finds in the folder.
func TestSideBySide(t *testing.T) {
	p, g := opened(t, 2, false)
	dir := filepath.Join(t.TempDir(), "one")
	one := ran(t, p, g, Options{Out: dir, Jobs: 1})
	three := ran(t, p, g, Options{Out: filepath.Join(t.TempDir(), "three"), Jobs: 3})
	if d := cmp.Diff(figures(one), figures(three)); d != "" {
		t.Error(d)
	}
	found, err := Collect(dir)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(figures(one), figures(found)); d != "" {
		t.Error(d)
	}
	if len(one.Trials) != 8 || len(one.Rows) != 4 {
		t.Errorf("%d trials in %d rows, want 8 in 4", len(one.Trials), len(one.Rows))
	}
}

// TestInterrupted cuts an experiment off in the middle of its third training, and
// goes on: nothing is trained twice, and all figures are those of a whole run.
func TestInterrupted(t *testing.T) {
	p, g := opened(t, 2, false)
	whole := ran(t, p, g, Options{Out: filepath.Join(t.TempDir(), "whole"), Jobs: 2})
	dir := filepath.Join(t.TempDir(), "cut")
	ctx, cancel := context.WithCancel(context.Background())
	done := 0
	o := Options{Out: dir, Jobs: 1, Done: func(Outcome) { done++ }, Progress: func(at Progress) {
		if at.Done == 2 {
			cancel()
		}
	}}
	if _, _, err := Run(ctx, p, g, o); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want the end of the context", err)
	}
	if done != 2 {
		t.Fatalf("%d trainings were done before the end, want 2", done)
	}
	kept, fresh := 0, 0
	again := ran(t, p, g, Options{Out: dir, Jobs: 2, Done: func(o Outcome) {
		if o.Kept {
			kept++
		} else {
			fresh++
		}
	}})
	if kept != 2 || fresh != 6 {
		t.Errorf("%d trainings were kept and %d run, want 2 and 6", kept, fresh)
	}
	if d := cmp.Diff(figures(whole), figures(again)); d != "" {
		t.Error(d)
	}
}

// TestTable holds a table's statistics against its trials.
func TestTable(t *testing.T) {
	p, g := opened(t, 2, false)
	dir := t.TempDir()
	table := ran(t, p, g, Options{Out: filepath.Join(dir, "e")})
	at := func(cell, seed int) float64 {
		for _, o := range table.Trials {
			if o.Trial.Cell.Number == cell && o.Trial.Seed == seed {
				return o.Value("loss")
			}
		}
		t.Fatalf("no trial of cell %d with seed %d", cell, seed)
		return 0
	}
	const tol = 1e-12                // rounding of four numbers
	s := table.Rows[2].Stats["loss"] // quiet, against plain at the same rate: cell 0
	a, b := at(2, 1), at(2, 2)
	if math.Abs(s.Mean-(a+b)/2) > tol || math.Abs(s.SD-math.Abs(a-b)/math.Sqrt2) > tol {
		t.Errorf("loss %g ± %g of %g and %g", s.Mean, s.SD, a, b)
	}
	if want := (a - at(0, 1) + b - at(0, 2)) / 2; math.Abs(s.Delta-want) > tol || s.N != 2 {
		t.Errorf("difference %g, want %g", s.Delta, want)
	}
	if !math.IsNaN(table.Rows[0].Stats["loss"].Delta) {
		t.Error("the baseline is compared with itself")
	}
	if table.Rows[0].Stats["energy"].Mean <= 0 || table.Rows[0].Stats["latency"].Mean <= 0 || table.Rows[0].Stats["reconfigurations"].Mean <= 0 {
		t.Errorf("a cell without energy, latency or reconfigurations: %v", table.Rows[0].Stats)
	}
	if err := table.Write(filepath.Join(dir, "e")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"trials.csv", "table.csv", "table.json", "loss.svg", "energy.svg"} {
		if text, err := os.ReadFile(filepath.Join(dir, "e", name)); err != nil || len(text) == 0 {
			t.Errorf("%s: %d bytes, %v", name, len(text), err)
		}
	}
	csv, _ := os.ReadFile(filepath.Join(dir, "e", "table.csv"))
	if lines := strings.Split(strings.TrimSpace(string(csv)), "\n"); len(lines) != 5 || !strings.HasPrefix(lines[0], "cell,case,optimizer.rate,planned,done,given_up,loss_mean,loss_sd,loss_delta,loss_delta_sd") {
		t.Errorf("table.csv:\n%s", csv)
	}
}

// TestPrune gives up the cells of a hopeless rate once two seeds are known, and
// says so; a cell that may still win is trained to the end.
func TestPrune(t *testing.T) {
	p, g := opened(t, 6, true)
	dir := filepath.Join(t.TempDir(), "e")
	table := ran(t, p, g, Options{Out: dir, Jobs: 2})
	best := math.Inf(1)
	for _, r := range table.Rows {
		best = math.Min(best, r.Stats["loss"].Mean)
	}
	for _, r := range table.Rows {
		switch {
		case r.Pruned && (r.Done < 2 || r.Done == 6 || r.Stats["loss"].Mean < 1.2*best):
			t.Errorf("cell %d was given up after %d seeds with a loss of %g, the best is %g", r.Cell.Number, r.Done, r.Stats["loss"].Mean, best)
		case !r.Pruned && r.Done != 6:
			t.Errorf("cell %d has %d trials", r.Cell.Number, r.Done)
		}
	}
	if !table.Rows[1].Pruned && !table.Rows[3].Pruned {
		t.Errorf("no cell was given up:\n%s", figures(table))
	}
	found, err := Collect(dir)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(figures(table), figures(found)); d != "" {
		t.Error(d)
	}
}

// TestFoldersAreKept refuses to mix an experiment with anything else.
func TestFoldersAreKept(t *testing.T) {
	p, g := opened(t, 1, false)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine.txt"), []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Run(context.Background(), p, g, Options{Out: dir}); err == nil || !strings.Contains(err.Error(), "nothing is overwritten") {
		t.Errorf("a folder with other files: %v", err)
	}
	dir = filepath.Join(dir, "e")
	ran(t, p, g, Options{Out: dir})
	p2, g2 := opened(t, 2, false)
	if _, _, err := Run(context.Background(), p2, g2, Options{Out: dir}); err == nil || !strings.Contains(err.Error(), "another experiment") {
		t.Errorf("a folder of another program: %v", err)
	}
	if _, err := Collect(t.TempDir()); err == nil {
		t.Error("an empty folder was collected")
	}
	var b bytes.Buffer
	ran(t, p, g, Options{Out: dir, Done: func(o Outcome) { fmt.Fprint(&b, o.Kept, " ") }})
	if b.String() != "true true true true " {
		t.Errorf("a finished experiment was run again: %s", &b)
	}
}
