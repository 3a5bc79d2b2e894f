package verify

import (
	"math"
	"testing"

	"acl/fabric"
	"acl/fabric/dcu"
)

// TestLaws: errors of every law have the size that the setting gives, and differ in
// their fourth moment: 3 of a gaussian, 9/5 of a uniform law, 1 of two levels. The
// lognormal's third is its own: with a spread of 1/2, (e^(1/4)+2)√(e^(1/4)-1).
func TestLaws(t *testing.T) {
	skew := (math.Exp(0.25) + 2) * math.Sqrt(math.Expm1(0.25))
	cases := []struct {
		law            string
		moment, within float64
		power          float64
	}{
		{"gaussian", 3, 0.4, 4},
		{"uniform", 1.8, 0.1, 4},
		{"telegraph", 1, 0.01, 4},
		{"lognormal", skew, 0.3, 3},
	}
	for _, c := range cases {
		t.Run(c.law, func(t *testing.T) {
			got, want := changes(t, quiet("noise.gradient: 50%", "noise.law: "+c.law), 0.5)
			var square, size float64
			for i := range want {
				size += want[i] * want[i]
				square += (got[i] - want[i]) * (got[i] - want[i])
			}
			n := float64(len(want))
			if ratio := square / (0.25 * size); math.Abs(ratio-1) > 0.1 {
				t.Errorf("the variance is %.4g times the predicted", ratio)
			}
			found := 0.0
			for i := range want {
				found += math.Pow((want[i]-got[i])/math.Sqrt(square/n), c.power) / n
			}
			if math.Abs(found-c.moment) > c.within {
				t.Errorf("moment %g is %.4g, want %.4g within %g", c.power, found, c.moment, c.within)
			}
		})
	}
}

// TestTimeIsReal: the input of a layer waits on the stack for as long as the
// schedule says, and droops by e^(-t/τ) meanwhile, τ = C V_W/I. The gradient of the
// weights is too small by that; the bias row's input is a constant and is not. On a
// chip with slower buses it waits longer, and droops more.
func TestTimeIsReal(t *testing.T) {
	const leak, full = 200e-12, 0.4
	held := 0.0
	for _, transfer := range []string{"10ns", "200ns"} {
		p := ask(t, linear, quiet("noise.leak: on", "cap.leak: 200pA", "cell.spread.leak: 0%", "bus.time: "+transfer)+
			"schedule Digits on Bench { refresh { values: off; } }\n")
		b := p.bench.batch(t, 3, 1)
		// The step rewrites the weights, which have leaked since ask's answers.
		before, clock := wide(p.Memory.Shadow[0]), p.Memory.Clock
		if _, err := p.Step(b, dcu.Pull{Rate: 100}); err != nil {
			t.Fatal(err)
		}
		after := wide(p.Weights()[0])
		keep := math.Exp(-(p.Memory.Clock - clock) / (50e-15 * full / leak))
		hold := holdOf(t, p.Program())
		want := math.Exp(-hold / (50e-15 * full / leak))
		if hold <= held || want > 0.999 {
			t.Fatalf("with transfers of %s a value waits %g s and keeps %g", transfer, hold, want)
		}
		held = hold
		change := func(i, j int) float64 { return after[i*outputsOf+j]/keep - before[i*outputsOf+j] }
		for i, x := range b.Inputs[0] {
			if x < 0.5 {
				continue
			}
			for j := range 10 {
				got := change(i, j) / change(64, j) / float64(x)
				if math.Abs(got-want) > 0.02*(1-want) {
					t.Fatalf("transfers of %s: input %d kept %.6f until its gradient, want %.6f", transfer, i, got, want)
				}
			}
		}
	}
}

// holdOf is the time that the program's one stored value waits.
func holdOf(t *testing.T, f *fabric.Program) float64 {
	t.Helper()
	for i := range f.Train {
		if op := f.Train[i].Op; op == fabric.OpPop || op == fabric.OpPeek {
			return f.Train[i].Hold
		}
	}
	t.Fatal("nothing is read back from the stack")
	return 0
}
