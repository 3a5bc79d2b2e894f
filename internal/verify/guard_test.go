package verify

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"acl/fabric/dcu"
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

// checksums is a schedule with checksums of every array, one of which votes as well.
func checksums(more string) string {
	return "schedule Digits on Bench { protect { checksum: true; " + more + " } protect fc2 { copies: 2; rewrite: 3; } calibrate.every: 4; }"
}

// TestChecksumsAreKept: checksums, and what is done about their alarms, change no bit
// with the number of threads, and are kept by a checkpoint.
func TestChecksumsAreKept(t *testing.T) {
	for _, more := range []string{"threshold: 1;", "threshold: 1; repair: spare;", "threshold: 1; repair: move;"} {
		threads(t, noisyNet(digitsModule, checksums(more), "steps: 5; test: off;"))
		resume(t, noisyNet(digitsModule, checksums(more), "epochs: 2; test: off;"))
	}
}

// TestChecksumsMoveNoDraw: checksums that raise no alarm leave everything else as it is.
func TestChecksumsMoveNoDraw(t *testing.T) {
	sets := []string{"tiles.size=256x256", "noise.leak=off"} // cuts are the same, times are not
	want := digest(t, noisyNet(digitsModule, "", "steps: 5; test: off;"), options{sets: sets})
	got := digest(t, noisyNet(digitsModule, "schedule Digits on Bench { protect { checksum: true; threshold: 1e6; } }", "steps: 5; test: off;"), options{sets: sets})
	if got != want {
		t.Errorf("with checksums %s, without %s", got, want)
	}
}

// checked trains the digits on a chip with everything that errs, and sums the tallies.
func checked(t *testing.T, fabric, protect string, steps int, sets ...string) (*bench, dcu.Tally) {
	t.Helper()
	text := head + digitsModule + "fabric Bench : chips.fabric45 { tiles.spares: 4; " + fabric + " } schedule Digits on Bench { protect { checksum: true; " + protect + " } }" +
		trainOn("Bench", "nn.sgd(rate = 0.05, momentum = 0.9)", fmt.Sprintf("steps: %d; test: off;", steps))
	b := newBench(t, text, options{sets: sets}).setup(t).run(t)
	var all dcu.Tally
	for _, one := range b.Memory.Tallies {
		all.Checked, all.Alarms, all.Confirmed, all.Located = all.Checked+one.Checked, all.Alarms+one.Alarms, all.Confirmed+one.Confirmed, all.Located+one.Located
		all.Spared, all.Moved = all.Spared+one.Spared, all.Moved+one.Moved
	}
	return b, all
}

// TestChecksumsAlarm: while nothing is wrong, cells spread, leak and meet their bounds
// and the weights are learned, alarms are no more than erfc(κ/√2) says, and a second read
// settles all but its share of them. A dead column is found, and named; a threshold lets
// it pass or calls noise a fault.
func TestChecksumsAlarm(t *testing.T) {
	_, healthy := checked(t, "", "", 100)
	if rate := float64(healthy.Alarms) / float64(healthy.Checked); healthy.Checked == 0 || rate > 6.3e-5 || healthy.Confirmed > 0 {
		t.Errorf("a healthy chip: %+v", healthy)
	}
	_, keen := checked(t, "", "threshold: 1.5;", 20)
	if rate := float64(keen.Alarms) / float64(keen.Checked); rate < 0.01 || rate > 0.134 { // erfc(1.5/√2)
		t.Errorf("at 1.5 standard deviations alarms are %g of the reads", rate)
	}
	_, dead := checked(t, "die: 5; faults.columns: 1;", "", 100)
	if dead.Alarms < 10*max(healthy.Alarms, 1) || dead.Confirmed == 0 || dead.Located > 0 {
		t.Errorf("a dead column: %+v", dead)
	}
	_, spared := checked(t, "die: 5; faults.columns: 1;", "repair: spare;", 100)
	if spared.Spared == 0 || spared.Confirmed >= dead.Confirmed || spared.Located < spared.Confirmed*9/10 {
		t.Errorf("a dead column with spares: %+v, without %+v", spared, dead)
	}
	_, moved := checked(t, "die: 5; faults.columns: 1;", "repair: move;", 100)
	if moved.Moved == 0 || moved.Confirmed >= dead.Confirmed {
		t.Errorf("a dead column with free tiles: %+v", moved)
	}
}

// TestChecksumsStop: a run ends at an alarm that a second read confirms.
func TestChecksumsStop(t *testing.T) {
	text := head + digitsModule + "fabric Bench : chips.fabric45 { die: 5; faults.columns: 1; } schedule Digits on Bench { protect { checksum: true; repair: stop; } }" +
		trainOn("Bench", "nn.sgd(rate = 0.05, momentum = 0.9)", "steps: 100; test: off;")
	b := newBench(t, text, options{}).setup(t)
	err := b.trainer.Run(context.Background())
	if err == nil || !strings.Contains(err.Error(), "`protect { repair: stop; }` says to stop") {
		t.Errorf("a run with a dead column ended with %v", err)
	}
}

// TestChecksumsCost: columns that are read along, and reads that are done again, take
// energy and time.
func TestChecksumsCost(t *testing.T) {
	price := func(b *bench) (redundancy, clock float64) {
		table, err := ledger.Lookup("fabric45")
		if err != nil {
			t.Fatal(err)
		}
		bill := ledger.Price(b.Memory.Book, &b.Program().Chip, table)
		return bill.Entry[ledger.Forward][ledger.PartRedundancy].Value, b.Memory.Spans[ledger.Forward]
	}
	calm, none := checked(t, "", "threshold: 1e6;", 5)
	keen, many := checked(t, "", "threshold: 0.5;", 5)
	if none.Alarms > 0 || many.Alarms == 0 {
		t.Fatalf("alarms %d and %d", none.Alarms, many.Alarms)
	}
	cheap, soon := price(calm)
	dear, late := price(keen)
	p := calm.Program()
	samples := 5 * float64(p.Learn.Batch)
	if want := samples * p.Timing.Forward; cheap <= 0 || math.Abs(soon-want) > 1e-9*want {
		t.Errorf("checksums without alarms take %g J and %g s forward, want %g s", cheap, soon, want)
	}
	// A read done again is of a whole tile, and takes at least its settling.
	if more := late - soon; dear < 2*cheap || more < float64(many.Alarms)*10e-9 || more > float64(many.Alarms)*1e-6 {
		t.Errorf("%d alarms take %g J beside %g, and %g s", many.Alarms, dear, cheap, more)
	}
}

// broken is a fabric with faults and spare columns to repair them with; other tiles are
// better only in that they have no dead columns.
const broken = "fabric Worn : Bench { tiles.spares: 2; faults { stuck: %s; columns: 8; fail dense[1] { step: 3; } } }"

// scanned is a training on it with scans.
func scanned(repair, train string) string {
	stuck := "5%"
	if repair == "move" {
		stuck = "0.1%"
	}
	return head + digitsModule + noisy + fmt.Sprintf(broken, stuck) + "schedule Digits on Worn { scan { every: 4; repair: " + repair + "; } protect fc2 { copies: 2; } }" +
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

// TestNoMoveForTheWorse: an array stays where it is when other tiles have as many stuck
// cells.
func TestNoMoveForTheWorse(t *testing.T) {
	text := strings.NewReplacer("0.1%", "5%", "columns: 8", "columns: 0").Replace(scanned("move", "steps: 8; test: off;"))
	b := newBench(t, text, options{}).setup(t).run(t)
	for i, tally := range b.Memory.Tallies {
		if tally.Moved > 0 || tally.Unrepaired == 0 {
			t.Errorf("array %d: %+v", i, tally)
		}
	}
}

// TestFirstScan: what is stuck when weights are loaded is replaced before the first step,
// by cells that hold what was loaded.
func TestFirstScan(t *testing.T) {
	text := func(schedule, dead string) string {
		return head + digitsModule + "fabric Worn : chips.fabric45 { tiles.spares: 8; faults.columns: " + dead + "; } schedule Digits on Worn { " + schedule + " }" +
			trainOn("Worn", "nn.sgd(rate = 0.05)", "steps: 1; test: off;")
	}
	learned := newBench(t, noisyNet(digitsModule, "", "epochs: 2; test: off;"), options{}).setup(t).run(t).Weights()
	answer := func(schedule, dead string) float64 {
		b := newBench(t, text(schedule, dead), options{})
		first, err := b.trainer.First()
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Setup(learned, first); err != nil {
			t.Fatal(err)
		}
		if spans := b.Memory.Spans; (schedule != "") != (spans[ledger.Setup] > 1e-3) {
			t.Errorf("%q: the setup takes %g s", schedule, spans[ledger.Setup])
		}
		return b.accuracy(t).Top1
	}
	whole, bare, scanned := answer("", "0"), answer("", "24"), answer("scan { every: 100; repair: spare; }", "24")
	if bare > whole-0.1 || scanned < whole-0.02 {
		t.Errorf("a whole chip answers %.3f right, one with dead columns %.3f, and %.3f with spare ones in their place", whole, bare, scanned)
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
