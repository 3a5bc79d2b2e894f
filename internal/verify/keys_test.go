package verify

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"acl/fabric/dcu"
	"acl/fabric/ledger"
	"acl/internal/job"
	"acl/lang/source"
	"acl/stdlib"
)

// outcome is what a program came to: every figure of a run that a setting may
// move, as text.
type outcome map[string]string

// keyProgram learns the first digits for a few steps; schedule, train and fabric
// settings are put in.
func keyProgram(c *keyCase, value string) string {
	in := map[string]string{}
	for _, s := range []string{c.with, value} {
		for _, part := range strings.Split(s, "|") {
			block, text, ok := strings.Cut(strings.TrimSpace(part), "> ")
			if ok {
				in[block] += "  " + text + "\n"
			}
		}
	}
	module := digitsModule
	if in["module"] != "" {
		module = in["module"]
	}
	if !strings.Contains(in["train"], "data:") {
		in["train"] += "  data: data.digits(limit = 96);\n"
	}
	if !strings.Contains(in["train"], "loss:") {
		in["train"] += "  loss: nn.cross_entropy(y, label);\n"
	}
	if !strings.Contains(in["train"], "steps:") && !strings.Contains(in["train"], "epochs:") {
		in["train"] += "  steps: 4;\n"
	}
	schedule := ""
	if in["schedule"] != "" {
		schedule = "schedule Digits on Bench {\n" + in["schedule"] + "}\n"
	}
	return head + module + "\nfabric Bench : chips.fabric45 {\n" + in["fabric"] + "}\n" + schedule +
		"train Digits on Bench {\n" + in["train"] + "}\n"
}

// observe runs a program and gathers what it came to. One that is refused has
// its codes as the only outcome.
func observe(t *testing.T, text string) outcome {
	t.Helper()
	p := job.Compile(source.NewFile("verify.acl", text), nil)
	models, diags := p.Models()
	diags.Add(p.Refused(models)...)
	codes := ""
	for _, d := range diags {
		codes += " " + string(d.Code)
	}
	if diags.HasErrors() || len(models) == 0 {
		return outcome{"refused": codes}
	}
	var epochs []string
	o := job.Options{Evaluated: func(_ *job.Model, e dcu.Epoch) { epochs = append(epochs, fmt.Sprint(e.Epoch, e.Score.Loss)) }}
	r, diags, err := p.Train(context.Background(), models[0], o)
	if err != nil || diags.HasErrors() {
		t.Fatalf("%v %v\n%s", err, diags, text)
	}
	m := r.Machine
	mem := &m.Memory
	return outcome{
		"refused": codes, "weights": r.Digest, "loss": fmt.Sprint(r.Score.Loss), "epochs": strings.Join(epochs, " "),
		"energy": fmt.Sprint(r.Bill.Training().Value, r.Bill.Phase(ledger.Setup).Value, r.Bill.Phase(ledger.Evaluate).Value),
		"clock":  fmt.Sprint(r.Clock, m.Program().Timing), "area": fmt.Sprint(r.Area().Total()),
		"tiles": fmt.Sprint(m.Program().Tiles, m.Program().GradTiles), "steps": fmt.Sprint(r.Steps, r.Epochs, r.Stopped),
		"modules": fmt.Sprint(mem.Fired, mem.Configured), "clipped": fmt.Sprint(r.Clipped()),
		"tally": fmt.Sprint(mem.Tallies, mem.Rerouted),
	}
}

// keyCase sets a key to two values, and names what must differ between the runs.
// Settings are "BLOCK> text;", several parted by bars.
type keyCase struct {
	key  string
	a, b string
	with string // more settings in both
	sees string
}

func fab(key, a, b, sees string, with ...string) keyCase {
	c := keyCase{key: "fabric " + key, b: "fabric> " + key + ": " + b + ";", sees: sees, with: strings.Join(with, " | ")}
	if a != "" {
		c.a = "fabric> " + key + ": " + a + ";"
	}
	return c
}

func sched(key, b, sees string, with ...string) keyCase {
	return keyCase{key: "schedule " + key, b: "schedule> " + b, sees: sees, with: strings.Join(with, " | ")}
}

func learn(key, a, b, sees string, with ...string) keyCase {
	c := keyCase{key: "train " + key, b: "train> " + b, sees: sees, with: strings.Join(with, " | ")}
	if a != "" {
		c.a = "train> " + a
	}
	return c
}

// TestKeys: every setting that the machine reads moves something of a run.
func TestKeys(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a training for every setting: not in -short")
	}
	known := map[string]outcome{}
	seen := func(c *keyCase, value string) outcome {
		text := keyProgram(c, value)
		if known[text] == nil {
			known[text] = observe(t, text)
		}
		return known[text]
	}
	for _, c := range keyCases() {
		t.Run(c.key, func(t *testing.T) {
			a, b := seen(&c, c.a), seen(&c, c.b)
			if a["weights"] == "" {
				t.Fatalf("the first program is refused:%s\n%s", a["refused"], keyProgram(&c, c.a))
			}
			if a[c.sees] == b[c.sees] {
				var moved []string
				for _, k := range slices.Sorted(maps.Keys(a)) {
					if a[k] != b[k] {
						moved = append(moved, k)
					}
				}
				t.Errorf("%q does not move the %s; it moves %v%s", c.b, c.sees, moved, b["refused"])
			}
		})
	}
}

// TestKeysAreAllSeen: a setting of the language is in the table above, or is
// refused by name.
func TestKeysAreAllSeen(t *testing.T) {
	have := map[string]bool{}
	for _, c := range keyCases() {
		have[c.key] = true
	}
	for key := range elsewhere {
		have[key] = true
	}
	for _, k := range stdlib.Table().Keys {
		name := k.Block + " " + k.Path
		if k.Group || have[name] || !slices.Contains([]string{"fabric", "schedule", "train"}, k.Block) {
			continue
		}
		t.Errorf("%s: no test shows what it does", name)
	}
}
