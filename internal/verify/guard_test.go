package verify

import (
	"context"
	"strings"
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
	if tally := three.Memory.Tallies[0]; tally.Voted == 0 || tally.Differed == 0 {
		t.Errorf("the tally of a noisy chip is %+v", tally)
	}
}

// broken is a fabric with faults and spare columns to repair them with.
const broken = "fabric Worn : Bench { tiles.spares: 2; faults { stuck: 5%; fail dense[1] { step: 3; } } }"

// scanned is a training on it with scans.
func scanned(repair, train string) string {
	return head + digitsModule + noisy + broken + "schedule Digits on Worn { scan { every: 4; repair: " + repair + "; } protect fc2 { copies: 2; } }" +
		trainOn("Worn", "nn.sgd(rate = 0.05)", train)
}

// TestScansAreKept: repairs change no bit with the number of threads, and are kept by
// a checkpoint.
func TestScansAreKept(t *testing.T) {
	for _, repair := range []string{"spare", "move"} {
		threads(t, scanned(repair, "steps: 6; test: off;"))
		resume(t, scanned(repair, "epochs: 2; test: off;"))
	}
}

// TestScansRepair: a scan finds stuck cells and does what the schedule says.
func TestScansRepair(t *testing.T) {
	for _, repair := range []string{"retry", "spare", "move"} {
		b := newBench(t, scanned(repair, "steps: 8; test: off;"), options{}).setup(t).run(t)
		var stuck, spared, moved int64
		for _, tally := range b.Memory.Tallies {
			stuck, spared, moved = stuck+tally.Stuck, spared+tally.Spared, moved+tally.Moved
		}
		if stuck == 0 || (spared > 0) != (repair == "spare") || (moved > 0) != (repair == "move") {
			t.Errorf("%s: %d cells found, %d columns spared, %d moves", repair, stuck, spared, moved)
		}
	}
}

// TestFailedModules: a unit leaves a module that fails, and a run ends where it has no
// other.
func TestFailedModules(t *testing.T) {
	text := func(more string) string {
		return head + digitsModule + "fabric Worn : chips.fabric45 { " + more + " faults { fail dense[1] { step: 3; } fail dense[0] { step: 3; } } }" +
			trainOn("Worn", "nn.sgd(rate = 0.05)", "steps: 6; test: off;")
	}
	b := newBench(t, text("modules { dense: 4; }"), options{}).setup(t).run(t)
	if b.Memory.Rerouted != 2 || b.Repairs() != 2 {
		t.Errorf("%d units left the two modules that failed, %d repairs", b.Memory.Rerouted, b.Repairs())
	}
	for i, n := range b.Memory.Fired {
		if m := b.Program().Modules[i]; m.Class == "dense" && n != 3 {
			t.Errorf("dense[%d] fired %d times", m.Index, n)
		}
	}
	b = newBench(t, text("modules { dense: 2; }"), options{}).setup(t)
	err := b.trainer.Run(context.Background())
	if err == nil || !strings.Contains(err.Error(), "no module left to run on at step 3") {
		t.Errorf("a run without dense modules ended with %v", err)
	}
}
