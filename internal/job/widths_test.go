package job

import (
	"math"
	"path/filepath"
	"testing"

	"acl/fabric/dcu"
	"acl/fabric/kernel"
	"acl/lang/source"
)

const widthsProgram = `acl 1;
use std.nn; use std.data; use std.chips;
module Digits {
  in  x: [1, 8, 8];
  out y: [10];
  unit f = nn.dense(32);
  unit g = nn.dense(10);
  route x -> nn.flatten() -> f -> nn.relu() -> g -> y;
}
train Digits on chips.ideal {
  data: data.digits(); loss: nn.cross_entropy(y, label);
  optimizer: nn.sgd(rate = 0.1, momentum = 0.9); batch: 32; epochs: 8;
}
`

// Eight bits answer as the ideal chip does, two bits much worse, and the match is
// the narrowest that is as good.
func TestIntegersBesideAnIdealChip(t *testing.T) {
	pool := kernel.NewPool(2)
	defer pool.Close()
	p := Compile(source.NewFile("digits.acl", widthsProgram), nil)
	models, diags := p.Models()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	dir := filepath.Join(t.TempDir(), "run")
	r, diags, err := p.Train(t.Context(), models[0], Options{Out: dir, Pool: pool})
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	w, err := CompareWidths(t.Context(), dir, Options{Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	if w.Chip.Score.Top1 != r.Score.Top1 {
		t.Errorf("the chip answered %.4f, after its training %.4f", w.Chip.Score.Top1, r.Score.Top1)
	}
	two, eight := w.List[0], w.List[len(w.List)-1]
	if two.Bits != 2 || eight.Bits != 8 {
		t.Fatalf("widths %d to %d", two.Bits, eight.Bits)
	}
	if math.Abs(eight.Score.Top1-w.Chip.Score.Top1) > 0.006 || math.Abs(eight.Score.Loss/w.Chip.Score.Loss-1) > 0.05 {
		t.Errorf("8 bits: top-1 %.4f, loss %.4f; exact %.4f, %.4f", eight.Score.Top1, eight.Score.Loss, w.Chip.Score.Top1, w.Chip.Score.Loss)
	}
	if !(two.Score.Loss > 2*eight.Score.Loss && two.Energy < eight.Energy) {
		t.Errorf("2 bits: loss %.4f of %.4f, %g J of %g", two.Score.Loss, eight.Score.Loss, two.Energy, eight.Energy)
	}
	w.Chip.Score = dcu.Score{Top1: w.List[2].Score.Top1}
	if m := w.Match(); m == nil || m.Bits > 4 {
		t.Errorf("the match of a chip as good as 4 bits is %+v", m)
	}
	w.Chip.Score.Top1 = 1.1
	if w.Match() != nil {
		t.Error("something matches what nothing reaches")
	}
}
