package verify

import (
	"fmt"
	"testing"

	"acl/fabric"
	"acl/fabric/ledger"
)

// twoKinds is a chip with two kinds of dense modules, and a policy that chooses among them.
const twoKinds = `
fabric Mixed : chips.fabric45 {
  modules { dense fast { count: 2; bits: 6; } dense precise { count: 1; bits: 10; copies: 3; } gradient: 3; }
}
policy Careful {
  when stage == warmup: fast;
  when op == dense and rows > 100 and epoch == 2: precise;
  when stage == evaluation: [slow, precise];
  when op == gradient and sparsity > 95%: control.round_robin();
  when op == conv: precise;
  otherwise: control.least_energy();
}
fabric Other : chips.fabric45 { modules { dense slow { count: 1; } } }
`

func choosing(choose, train string) string {
	return head + digitsModule + twoKinds + "schedule Digits on Mixed { choose: " + choose + "; }" +
		trainOn("Mixed", "nn.sgd(rate = 0.05)", train)
}

// TestPolicy: rules are tried from the top, by the stage, the epoch, the operation and
// the data of each step; one whose choice no module is of is passed over.
func TestPolicy(t *testing.T) {
	b := newBench(t, choosing("Careful", "epochs: 3; warmup: 1; test: off;"), options{}).setup(t).run(t)
	f, fired := b.Program(), b.Memory.Fired
	perEpoch := int64(b.Memory.Step / 3)
	for i, m := range f.Modules {
		if m.Class != "dense" {
			continue
		}
		// fc1 and fc2 forward: in the second epoch fc1 is on the precise one.
		if want := map[int]int64{0: 2 * perEpoch, 1: 3 * perEpoch, 2: perEpoch}[m.Index]; fired[i] != want {
			t.Errorf("%s[%d] was fired in %d steps, want %d", m.Variant, m.Index, fired[i], want)
		}
	}
	ruled := b.Memory.Ruled
	if ruled[0] != 2*perEpoch || ruled[1] != perEpoch || ruled[2] != 0 || ruled[4] != 0 || ruled[5] == 0 {
		t.Errorf("choices by rule: %v", ruled)
	}
	b.accuracy(t)
	if b.Memory.Ruled[2] == 0 {
		t.Error("an evaluation is no stage")
	}
	text := fabric.Print(f)
	p, err := fabric.Parse("program", text)
	if err != nil || fabric.Print(p) != text {
		t.Errorf("rules do not come back from their text: %v", err)
	}
}

// TestAdaptiveLearns: the adaptive heuristic tries every candidate, and then keeps to those
// whose steps lowered the loss at the least energy; its choices are those of its seed.
func TestAdaptiveLearns(t *testing.T) {
	text := choosing("control.adaptive(explore = 10%)", "epochs: 4; test: off;")
	b := newBench(t, text, options{}).setup(t).run(t)
	tried := map[string]int64{}
	n := len(b.Program().Modules)
	for arm, k := range b.Memory.Bandit.Tried {
		if m := b.Program().Modules[arm%n]; m.Class == "dense" {
			tried[m.Variant] += k
		}
	}
	if tried["fast"] == 0 || tried["precise"] == 0 {
		t.Errorf("candidates were tried %v times", tried)
	}
	threads(t, choosing("control.adaptive(explore = 10%)", "steps: 12; test: off;"))
	resume(t, choosing("control.adaptive(explore = 10%)", "epochs: 2; test: off;"))
	resume(t, choosing("Careful", "epochs: 2; warmup: 1; test: off;"))
}

// TestModuleCopies: the mean of n read-outs has 1/n of the variance of their noise, and
// takes n times the energy of a read.
func TestModuleCopies(t *testing.T) {
	outputs := func(copies int) (variance, energy float64) {
		text := head + digitsModule + fmt.Sprintf("fabric F : chips.fabric45 { modules { conv a { copies: %d; } dense b { count: 2; copies: %d; } } noise { offset: off; quantize: off; } }", copies, copies) +
			trainOn("F", "nn.sgd(rate = 0.05)", "steps: 1; test: off;")
		b := newBench(t, text, options{}).setup(t)
		batch := b.batch(t, 0, 64)
		var answers [2][][]float32
		for i, clean := range []bool{true, false} {
			var err error
			if answers[i], err = b.Answer(batch, clean); err != nil {
				t.Fatal(err)
			}
		}
		for i, v := range answers[1][0] {
			d := float64(v - answers[0][0][i])
			variance += d * d
		}
		table, err := ledger.Lookup("fabric45")
		if err != nil {
			t.Fatal(err)
		}
		return variance, ledger.Price(b.Memory.Book, &b.Program().Chip, table).Phase(ledger.Evaluate).Value
	}
	one, cheap := outputs(1)
	four, dear := outputs(4)
	if ratio := four / one; ratio < 0.15 || ratio > 0.4 { // relu and max pass more or less of it
		t.Errorf("four copies leave %.3f of the variance of one", ratio)
	}
	if ratio := dear / cheap; ratio < 2.5 || ratio > 4.5 {
		t.Errorf("four copies take %.2f times the energy of one", ratio)
	}
}
