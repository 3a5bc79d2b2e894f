package repl

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"acl/fabric/dcu"
	"acl/lang/diag"
)

const xor = `module Xor {
  in x: [2];
  out y: [2];
  unit hidden = nn.dense(4);
  unit answer = nn.dense(2);
  route x -> hidden -> nn.tanh() -> answer -> y;
}`

const bench = `fabric Bench : chips.fabric45 { tiles { count: 8; } }`

const training = `train Xor on Bench {
  data: data.table(input = [[0, 0], [0, 1], [1, 0], [1, 1]], label = [0, 1, 1, 0]);
  loss: nn.cross_entropy(y, label);
  epochs: 2;
}`

// enter takes entries that have no error.
func enter(t *testing.T, s *Session, entries ...string) string {
	t.Helper()
	var out strings.Builder
	for _, e := range entries {
		r, diags := s.Eval(context.Background(), e)
		if diags.HasErrors() {
			t.Fatalf("%s: %v", e, diags)
		}
		out.WriteString(r.Text)
	}
	return out.String()
}

// refused takes an entry that has an error with a code.
func refused(t *testing.T, s *Session, entry string, code diag.Code) diag.Diag {
	t.Helper()
	r, diags := s.Eval(context.Background(), entry)
	for _, d := range diags {
		if d.Code == code {
			return d
		}
	}
	t.Fatalf("%s: want %s, got %q %v", entry, code, r.Text, diags)
	return diag.Diag{}
}

func wants(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is missing in:\n%s", p, text)
		}
	}
}

func TestExpressions(t *testing.T) {
	s := New(Options{})
	wants(t, enter(t, s, "1V + 200mV"), "1.2V")
	wants(t, enter(t, s, "chips.fabric45.rail.swing"), "-800mV .. 800mV")
	enter(t, s, "fabric Cold : chips.fabric45 { temperature: 77K; }")
	wants(t, enter(t, s, "Cold.temperature / 2"), "38.5K")
	d := refused(t, s, "circuit.multipy(x = 0.1V, w = 0.5)", "E0201")
	wants(t, d.Hint, "circuit.multiply")
}

// A declaration replaces one of its name, and what depends on it is checked anew;
// where that fails the old one stays.
func TestRedefine(t *testing.T) {
	s := New(Options{})
	wants(t, enter(t, s, xor, bench, training), "module Xor\n", "fabric Bench\n", "train Xor on Bench\n")
	wants(t, enter(t, s, ":type Xor"), "in  x: [2]", "22 parameters")
	wants(t, enter(t, s, strings.Replace(xor, "dense(4)", "dense(8)", 1)), "in place of")
	wants(t, enter(t, s, "Xor"), "42 parameters")

	refused(t, s, `module Xor { in x: [2]; out z: [2]; unit a = nn.dense(2); route x -> a -> z; }`, "E0201") // the loss names y
	refused(t, s, `fabric Bench : chips.fabric45 { tiles { count: 1; } }`, "E0501")
	refused(t, s, `module Xor { in x: [2]`, "E0104")
	wants(t, enter(t, s, "Xor", "Bench.tiles.count"), "42 parameters", "8")
	refused(t, s, "module A { in x: [1]; out y: [1]; route x -> y; } module A { in x: [1]; out y: [1]; route x -> y; }", "E0202")
}

// Comments of a declaration stay with it, and what is saved is what a file may say.
func TestSaveAndLoad(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "xor.acl")
	s := New(Options{})
	enter(t, s, "/// Xor is a first network.\n"+xor, bench, training, ":save "+path)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wants(t, string(text), "acl 1;\n\nuse std.nn;\nuse std.data;\nuse std.chips;\n", "/// Xor is a first network.\nmodule Xor")
	other := New(Options{})
	wants(t, enter(t, other, ":load "+path), "use std.nn", "module Xor", "train Xor on Bench")
	wants(t, enter(t, other, ":type Xor"), "22 parameters")
	if a, _ := other.text.write(); a != string(text) {
		t.Errorf("loaded and written again:\n%s", a)
	}
	refused(t, other, ":load "+filepath.Join(dir, "none.acl"), "E0206")
	wants(t, enter(t, other, ":type Xor"), "22 parameters")
}

// Files that a program uses are found beside it.
func TestLoadUses(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("parts.acl", "acl 1;\nuse std.nn;\nmodule Pair { in x: [D]; out y: [2]; unit a = nn.dense(2); route x -> a -> y; }\n")
	write("main.acl", "// A program.\nacl 1;\nuse parts;\n\nmodule M { in x: [3]; out y: [2]; unit p = parts.Pair(); route x -> p -> y; }\n")
	s := New(Options{})
	enter(t, s, ":load "+filepath.Join(dir, "main.acl"))
	wants(t, enter(t, s, "M"), "in  x: [3]", "8 parameters")
}

func TestCommands(t *testing.T) {
	s := New(Options{})
	enter(t, s, xor, bench, training)
	for entry, parts := range map[string][]string{
		":help":             {":type NAME", ":quit"},
		":graph":            {"nn.dense(width=4", "nn.tanh"},
		":graph Xor":        {"in x %0 [2]"},
		":lower ir":         {"data_grad"},
		":lower":            {"chip session.Bench", "halt"},
		":lower after:tile": {"arrays", "tile 0"},
		":schedule":         {"a sample takes", "update"},
		":ranges":           {"hidden", "answer", "dB"},
		":noise":            {"mismatch    on", "hidden"},
		":doc nn.relu":      {"nn.relu()"},
		":type 3V":          {"a voltage (V)"},
		":type nn.conv":     {"kernel"},
	} {
		wants(t, enter(t, s, entry), parts...)
	}
	for entry, code := range map[string]diag.Code{
		":hlp": "E0201", ":type": "E0101", ":help me": "E0101", ":graph Nor": "E0201", ":lower after:nothing": "E0201",
		":ledger": "E0615", ":doc nn.rulu": "E0201", ":type nothing": "E0201",
	} {
		refused(t, s, entry, code)
	}
	refused(t, New(Options{}), ":schedule", "E0615")
	if r, _ := s.Eval(context.Background(), ":quit"); !r.Quit {
		t.Error(":quit does not quit")
	}
}

func TestRun(t *testing.T) {
	var talk strings.Builder
	s := New(Options{Out: &talk})
	enter(t, s, xor, bench, training)
	wants(t, enter(t, s, ":run"), "2 epochs, 2 steps", "energy of a training step")
	wants(t, talk.String(), "epoch   1", "epoch   2")
	wants(t, enter(t, s, ":ledger"), "forward", "by unit:")
}

// A step is taken one instruction at a time, and the stack is seen to fill and empty.
func TestStep(t *testing.T) {
	s := New(Options{})
	enter(t, s, xor, bench, training)
	wants(t, enter(t, s, ":stack"), "tanh#1  2 .. 5", "a sample fills 6 capacitors")
	wants(t, enter(t, s, ":step"), "the chip is set up", "step 1, 4 samples, ", "fire      u0 x", "x [2]: 0.707 rms, at most 1, full scale 1")
	wants(t, enter(t, s, ":stack"), "behind instruction 1 of ", "the stack is empty")
	wants(t, enter(t, s, ":step"), "push      %0 x", "2 of 6 capacitors")
	wants(t, enter(t, s, ":stack"), "x      0 .. 1")
	text := enter(t, s, ":step 1000")
	wants(t, text, "step 1 is done: loss 0.", "step 2, 4 samples")
	if strings.Contains(text, "the chip is set up") {
		t.Error("a step begins the training anew")
	}
	wants(t, enter(t, s, ":step Xor"), "the chip is set up", "step 1, 4 samples", "fire      u0 x")
	enter(t, s, strings.Replace(bench, "8", "9", 1))
	wants(t, enter(t, s, ":step"), "the chip is set up")

	for entry, code := range map[string]diag.Code{":step 0": "E0403", ":step 9999999": "E0403", ":step Nor": "E0201", ":stack Nor": "E0201"} {
		refused(t, s, entry, code)
	}
	refused(t, New(Options{}), ":step", "E0615")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if r, diags := s.Eval(ctx, ":step 1000000"); len(diags) > 0 || r.Text != "stopped\n" {
		t.Errorf("what is stopped gives %q %v", r.Text, diags)
	}
}

// What stops a run leaves the session.
func TestRunStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := New(Options{Progress: func(dcu.Progress) { cancel() }})
	enter(t, s, xor, bench, strings.Replace(training, "epochs: 2", "epochs: 1000000", 1))
	r, diags := s.Eval(ctx, ":run")
	if len(diags) > 0 || !strings.HasSuffix(r.Text, "stopped\n") {
		t.Errorf("a run that is stopped gives %q %v", r.Text, diags)
	}
	wants(t, enter(t, s, "1 + 1"), "2")
}

// The session is ready at once: the fastest of a few, since the machine may be busy.
func TestReady(t *testing.T) {
	best := time.Hour
	for range 5 {
		start := time.Now()
		enter(t, New(Options{}), "1 + 1")
		best = min(best, time.Since(start))
	}
	if best > 60*time.Millisecond {
		t.Errorf("ready after %v", best)
	}
}

func TestComplete(t *testing.T) {
	s := New(Options{})
	enter(t, s, xor, bench)
	for _, c := range []struct{ before, line, want string }{
		{"", ":he", "help"},
		{"", ":graph X", "Xor"},
		{"", ":run X", "Xor"},
		{"", ":lower after:ti", "after:tile"},
		{"", ":doc circuit.mult", "circuit.multiply"},
		{"", "circuit.mul", "circuit.multiply"},
		{"", "circuit.multiply(x = 0.1V, fee", "feedback = "},
		{"", "chips.fabric45.rail.sw", "chips.fabric45.rail.swing"},
		{"", "Bench.tiles.co", "Bench.tiles.count"},
		{"", "10kO", "kOhm"},
		{"", "12nV", "nV/rtHz"},
		{"module M { in pixels: [2]; out y: [2];\n", "route pix", "pixels"},
		{"module M {\n", "  unit a = nn.conv(8, ker", "kernel = "},
		{"fabric F : chips.fabric45 {\n", "  opamp { ga", "gain"},
		{"train Xor on Bench {\n", "  opti", "optimizer"},
		{"", "fab", "fabric"},
	} {
		words, length := s.Complete(c.before, c.line)
		if !slices.Contains(words, c.want) || !strings.HasSuffix(c.line, c.want[:length]) {
			t.Errorf("%q completes to %q (%d bytes), want %q", c.before+c.line, words, length, c.want)
		}
	}
	suffixes, n := completer{s}.Do([]rune(":he"), 3)
	if n != 2 || len(suffixes) != 1 || string(suffixes[0]) != "lp" {
		t.Errorf("the editor is given %q, %d", suffixes, n)
	}
}
