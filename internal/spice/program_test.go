package spice

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"os/exec"
	"strings"
	"testing"

	"acl/internal/job"
	"acl/lang/source"
)

const programHead = `acl 1;
use std.nn; use std.data; use std.chips;
`

// programs are small enough for a netlist; the blocks of the last have more rows
// than its tiles.
var programs = map[string]string{
	"xor": `module M { in x: [2]; out y: [1]; unit h = nn.dense(4); unit o = nn.dense(1); route x -> h -> nn.tanh() -> o -> y; }
train M on chips.fabric45 { data: data.table(input = [[-1, -1], [-1, 1], [1, -1], [1, 1]], target = [[-1], [1], [1], [-1]]);
  loss: nn.mse(y, target); optimizer: nn.sgd(rate = 0.1); batch: 4; epochs: 1; }`,
	"3-2-1": `module M { in x: [3]; out y: [1]; unit h = nn.dense(2); unit o = nn.dense(1); route x -> h -> nn.relu() -> o -> y; }
train M on chips.fabric45 { data: data.table(input = [[0.8, -0.5, 0.4], [-0.6, 0.9, 0.7], [-0.5, -0.5, -0.5]], target = [[0], [0], [0]]);
  loss: nn.mse(y, target); optimizer: nn.sgd(rate = 0.1); batch: 3; epochs: 1; }`,
	"classes": `module M { in x: [4]; out y: [3]; unit h = nn.dense(3); unit k = nn.dense(3); unit s = nn.add(); route x -> h; route x -> k; route (h, k) -> s;
  route s -> nn.softmax() -> y; }
train M on chips.fabric45 { data: data.table(input = [[3, -2, 1, 0.5], [-1, 2, 2, -3]], target = [[0, 0, 1], [1, 0, 0]]);
  loss: nn.mse(y, target); optimizer: nn.sgd(rate = 0.1); batch: 2; epochs: 1; }`,
	"factors on the wires": `module M { in x: [3]; out y: [2]; unit h = nn.dense(3); unit a = nn.add(); unit o = nn.dense(2);
  route x -> h { scale: 2; } -> nn.relu() -> a.a; route x -> a.b { scale: 8; }; route a -> nn.tanh() { scale: 4; } -> o -> y; }
train M on chips.fabric45 { data: data.table(input = [[-1, -0.5, 0.3], [1, 0.2, -0.7], [0.1, 0.2, 0.3]], target = [[-1, 0], [1, 1], [0, 0]]);
  loss: nn.mse(y, target); optimizer: nn.sgd(rate = 0.1); batch: 3; epochs: 1; }`,
	"blocks": `fabric F : chips.fabric45 { tiles { size: 4x4; readout: pair; } vcr { law: triode; } rail { bound: 2.5; } }
module M { in x: [6]; out y: [2]; unit h = nn.dense(2); route x -> h -> y; }
train M on F { data: data.table(input = [[0.3, -0.2, 0.1, 0.5, -0.4, 0.2]], target = [[0, 0]]);
  loss: nn.mse(y, target); optimizer: nn.sgd(rate = 0.1); batch: 1; epochs: 1; }`,
}

// lowGain is the 3-2-1 network on amplifiers that leave their nodes far from 0 V.
func lowGain(gain int, law string) string {
	return fmt.Sprintf("fabric F : chips.fabric45 { opamp { gain: %d; } vcr { law: %s; } }\n", gain, law) +
		strings.ReplaceAll(programs["3-2-1"], "chips.fabric45", "F")
}

// exported is the netlist of a program.
func exported(t *testing.T, text string) (*Netlist, string, error) {
	t.Helper()
	p := job.Compile(source.NewFile("program.acl", programHead+text), nil)
	models, diags := p.Models()
	if diags.HasErrors() {
		t.Fatal(diags.Errors()[0])
	}
	m, b, err := p.Devices(t.Context(), models[0], "", 4, job.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, err := Program(m, b.N)
	if err != nil {
		return nil, "", err
	}
	var out bytes.Buffer
	if _, err := n.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	return n, out.String(), nil
}

// Every value of a small program on its devices is what ngspice finds for the
// netlist: acceptance 2 of physics.md §11 for programs.
func TestProgramsAgainstNgspice(t *testing.T) {
	tool, err := exec.LookPath("ngspice")
	if err != nil {
		t.Skip("ngspice is not on the PATH: programs on devices are not compared with it here")
	}
	all := map[string]string{
		"gain of 150": lowGain(150, "linearized"), "gain of 300": lowGain(300, "linearized"), "gain of 150, triodes": lowGain(150, "triode"),
	}
	maps.Copy(all, programs)
	for name, text := range all {
		t.Run(name, func(t *testing.T) {
			n, cir, err := exported(t, text)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, name, n.Probes(), simulate(t, tool, cir))
			largest := 0.0
			for _, p := range n.Probes() {
				largest = math.Max(largest, math.Abs(p.Value))
			}
			if largest < 0.05 {
				t.Errorf("all values lie within %g V: the case checks nothing", largest)
			}
		})
	}
}

func TestProgramNetlistsAreWhole(t *testing.T) {
	for name, text := range programs {
		n, cir, err := exported(t, text)
		if err != nil {
			t.Fatal(err)
		}
		if len(n.Probes()) == 0 {
			t.Errorf("%s probes nothing", name)
		}
		for _, why := range dangling(cir) {
			t.Errorf("%s: %s", name, why)
		}
	}
}

func TestProgramsRefused(t *testing.T) {
	const digits = `module M { in x: [1, 8, 8]; out y: [10]; unit h = nn.dense(80); unit o = nn.dense(10); route x -> nn.flatten() -> %% -> y; }
train M on chips.fabric45 { data: data.digits(limit = 20); loss: nn.cross_entropy(y, label); optimizer: nn.sgd(rate = 0.1); epochs: 1; }`
	_, _, err := exported(t, strings.Replace(digits, "%%", "h -> o", 1))
	if err == nil || !strings.Contains(err.Error(), "cells: a netlist takes 4000") {
		t.Errorf("6010 cells gave %v", err)
	}
}
