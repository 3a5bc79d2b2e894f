package lower_test

import (
	"math"
	"os"
	"testing"

	"acl/fabric/dcu"
	"acl/lower"
)

// TestGatedSoftmax: on an ideal chip the softmax of programs/gated.acl, made of
// analog units, is that of std.nn.
func TestGatedSoftmax(t *testing.T) {
	text, err := os.ReadFile("../programs/gated.acl")
	if err != nil {
		t.Fatal(err)
	}
	p, diags := program(t, "gated.acl", string(text)+`
module Both {
  in  x: [10];
  out y: [10];
  out z: [10];
  unit pick = Pick();
  route x -> pick -> y;
  route x -> nn.softmax() -> z;
}
`, "")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	s := &lower.State{Program: p, Module: moduleOf(p, "Both"), Fabric: p.Fabrics[len(p.Fabrics)-1]}
	if lower.Run(s, ""); s.Diags.HasErrors() {
		t.Fatal(s.Diags)
	}
	s.Fab.Chip.Idealize()
	m, err := dcu.New(dcu.Config{Program: s.Fab, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	const n = 4
	x := make([]float32, n*10)
	for i := range x {
		x[i] = float32(3 * math.Sin(float64(i)))
	}
	b := dcu.Batch{N: n, Inputs: [][]float32{x}}
	if err := m.Setup(nil, &b); err != nil {
		t.Fatal(err)
	}
	out, err := m.Answer(&b, true)
	if err != nil {
		t.Fatal(err)
	}
	const tol = 1e-5 // float32 sums of ten
	for i, v := range out[0] {
		if math.Abs(float64(v-out[1][i])) > tol {
			t.Errorf("element %d: %g, and nn.softmax gives %g", i, v, out[1][i])
		}
	}
}
