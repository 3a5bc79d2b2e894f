package job_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"acl/fabric/kernel"
	"acl/internal/job"
	"acl/lang/source"
)

const keyed = `acl 1;

use std.nn;
use std.data;
use std.chips;

module M {
  in  x: [1, 8, 8];
  out y: [10];
  unit c = nn.conv(4, kernel = 3x3);
  unit f = nn.dense(40);
  unit g = nn.dense(10);
  route x -> c -> nn.relu() -> nn.maxpool(2x2) -> nn.flatten() -> f -> nn.tanh() -> g -> y;
}

fabric Base : chips.fabric45 { %s }

fabric F : Base { %s }

schedule M on F { %s }

train M on F {
  data:      data.digits(limit = 10);
  loss:      nn.cross_entropy(y, label);
  optimizer: nn.sgd(rate = 0.1);
  batch:     10;
}
`

// trained is everything that a training comes to, as text, and whether its program is
// warned of a setting without effect.
func trained(t *testing.T, base, own, schedule string) (came string, warned bool) {
	t.Helper()
	p := job.Compile(source.NewFile("m.acl", fmt.Sprintf(keyed, base, own, schedule)), nil)
	models, diags := p.Models()
	for _, d := range append(p.Diags, diags...) {
		warned = warned || d.Code == "W0204"
	}
	if p.Diags.HasErrors() || diags.HasErrors() || len(p.Refused(models)) > 0 {
		t.Fatalf("%s %s %s: %v %v %v", base, own, schedule, p.Diags, diags, p.Refused(models))
	}
	pool := kernel.NewPool(1)
	defer pool.Close()
	r, _, err := p.Train(context.Background(), models[0], job.Options{Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(r.Digest, r.Score, r.Clean, r.Bill.Entry, r.Clock, r.Area()), warned
}

// moved is another value for every key of a chip that has one, but for those that
// bound something this small program stays within (tiles.count, bus.count,
// stack.depth, supply.cells), and opamp.offset, which the calibration takes away. The control unit's
// lanes have nothing to do in `update: pulsed`.
var moved = []string{
	"temperature: 350K;", "costs: isaac32;", "die: 3;", "tick: 7ns;",
	"supply.analog: 2V;", "supply.digital: 1V;",
	"rail.swing: -0.6V .. 0.6V;", "rail.input: 0.2V;", "rail.weight: 0.3V;", "rail.bound: 10;",
	"tiles.size: 64x64;", "tiles.spares: 1;", "tiles.readout: pair;", "tiles.wire: 2Ohm;", "bus.lanes: 16;", "bus.time: 20ns;",
	"dcu.clock: 400MHz;", "dcu.lanes: 32;",
	"opamp.gain: 1500;", "opamp.bandwidth: 700MHz;", "opamp.slew: 300V/us;", "opamp.noise: 20nV/rtHz;", "opamp.current: 200uA;",
	"opamp.wake: 30ns;", "opamp.gated: false;",
	"vcr.law: triode;", "vcr.beta: 3uA/V2;", "vcr.threshold: 0.3V;", "vcr.overdrive: 0.6V;",
	"cap.weight: 70fF;", "cap.hold: 70fF;", "cap.leak: 20fA;", "cap.common_mode: on;",
	"cell.step: 0.01;", "cell.asymmetry: 0.1;", "cell.pulse: 70ns;", "cell.pulses: 63;", "cell.management: true;",
	"cell.spread.step: 20%;", "cell.spread.asymmetry: 3%;", "cell.spread.symmetry: 9%;", "cell.spread.bounds: 10%;",
	"cell.spread.leak: 50%;", "cell.spread.cycle: 50%;",
	"mismatch.threshold: 4mV;", "mismatch.beta: 2%;", "mismatch.resistor: 1%;", "comparator.offset: 20mV;", "comparator.energy: 90fJ;",
	"dac.bits: 6;", "dac.energy: 0.4pJ;", "adc.bits: 6;", "adc.energy: 30fJ;", "adc.time: 15ns;", "adc.share: 16;",
	"noise.law: uniform;", "faults.stuck: 5%;", "faults.columns: 3;", "faults.drift: 30%;",
}

// Every key of a chip changes something that is measured, or is warned of, and not
// both, whatever else is off.
func TestChipKeysActOrAreWarnedOf(t *testing.T) {
	if testing.Short() {
		t.Skip("trains some hundred times: not in -short")
	}
	cases := []struct{ base, schedule string }{{"", ""}, {"noise: off;", ""}, {"ideal: true;", ""}, {"", "update: pulsed;"}}
	for _, source := range []string{"read", "mismatch", "quantize", "leak", "cells", "comparator"} {
		cases = append(cases, struct{ base, schedule string }{"noise." + source + ": off;", ""})
	}
	cases = append(cases, struct{ base, schedule string }{"cell.update: exact; tick: 5ns;", ""})
	for _, c := range cases {
		before, _ := trained(t, c.base, "", c.schedule)
		for _, own := range moved {
			key, _, _ := strings.Cut(own, ":")
			if strings.Contains(c.base, key) {
				continue
			}
			after, warned := trained(t, c.base, own, c.schedule)
			if acts := after != before; acts == warned && !(key == "dcu.lanes" && c.schedule != "") {
				t.Errorf("%s on { %s } %s: changes something: %v, warned of: %v", own, c.base, c.schedule, acts, warned)
			}
		}
	}
}
