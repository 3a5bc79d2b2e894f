package verify

import (
	"testing"

	"acl/fabric/ledger"
)

// copies is a schedule with copies of every array, rewritten in turn.
const copies = "schedule Digits on Bench { protect { copies: 3; vote: median; rewrite: 3; } protect fc2 { vote: majority; vote_backward: true; } }"

// TestCopiesAreKept: copies change no bit with the number of threads, and are kept
// by a checkpoint.
func TestCopiesAreKept(t *testing.T) {
	threads(t, noisyNet(digitsModule, copies, "steps: 5; test: off;"))
	resume(t, noisyNet(digitsModule, copies, "epochs: 2; test: off;"))
	pulsed := "schedule Digits on Bench { update: pulsed; protect { copies: 2; } }"
	resume(t, head+digitsModule+noisy+pulsed+trainOn("Bench", "nn.sgd(rate = 0.05)", "epochs: 2; test: off;"))
}

// TestCopiesMoveNoDraw: copies that nobody reads, since the median of equal ones is
// any of them, leave the draws of everything else where they were.
func TestCopiesMoveNoDraw(t *testing.T) {
	sets := []string{"noise.cells=off", "noise.mismatch=off", "noise.storage=off", "noise.offset=off", "noise.read=off", "noise.weight=off", "faults.stuck=0%", "noise.leak=off"}
	want := digest(t, noisyNet(digitsModule, "", "steps: 5; test: off;"), options{sets: sets})
	got := digest(t, noisyNet(digitsModule, "schedule Digits on Bench { protect { copies: 3; vote: median; } }", "steps: 5; test: off;"), options{sets: sets})
	if got != want {
		t.Errorf("with copies %s, without %s", got, want)
	}
}

// TestCopiesCost: copies take tiles, energy and time, which stand in the ledger's
// row for redundancy.
func TestCopiesCost(t *testing.T) {
	run := func(schedule string) (*bench, *ledger.Bill) {
		b := newBench(t, noisyNet(digitsModule, schedule, "steps: 3; test: off;"), options{}).setup(t).run(t)
		table, err := ledger.Lookup("fabric45")
		if err != nil {
			t.Fatal(err)
		}
		return b, ledger.Price(b.Memory.Book, &b.Program().Chip, table)
	}
	redundancy := func(b *ledger.Bill) (j float64) {
		for p := range ledger.Phases {
			j += b.Entry[p][ledger.PartRedundancy].Value
		}
		return j
	}
	bare, cheap := run("")
	three, dear := run("schedule Digits on Bench { protect { copies: 3; } }")
	if redundancy(cheap) != 0 {
		t.Errorf("a run without copies spends %g J on redundancy", redundancy(cheap))
	}
	// Two more reads forward, and two more trains of pulses.
	reads := cheap.Entry[ledger.Forward][ledger.PartForward].Value
	if got := redundancy(dear); got < 2*reads || got > 4*reads {
		t.Errorf("two more copies spend %g J, and the array's own reads forward %g J", got, reads)
	}
	if three.Program().Tiles != 3*bare.Program().Tiles || three.Program().GradTiles != bare.Program().GradTiles {
		t.Errorf("three copies take %d tiles, one %d", three.Program().Tiles, bare.Program().Tiles)
	}
	if !(three.Program().Timing.Step > bare.Program().Timing.Step) {
		t.Error("a vote takes no time")
	}
	if g := three.Memory.Guards[0]; g.Tally.Voted == 0 || g.Tally.Differed == 0 {
		t.Errorf("the tally of a noisy chip is %+v", g.Tally)
	}
}
