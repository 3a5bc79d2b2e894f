package verify

import (
	"slices"
	"testing"
)

// A momentum may follow a course: one that stays where it is trains as the number
// does, and another does not.
func TestCourseOfMomentum(t *testing.T) {
	train := func(momentum string) []float32 {
		rule := "nn.sgd(rate = 0.05, momentum = " + momentum + ")"
		b := newBench(t, head+digitsModule+trainOn("chips.ideal", rule, "steps: 12; test: off;"), options{}).setup(t).run(t)
		return b.Weights()[0]
	}
	want := train("0.5")
	if !slices.Equal(train("nn.one_cycle(peak = 0.5, from = 0.5, to = 50%)"), want) {
		t.Error("a course that stays at 0.5 trains otherwise than 0.5")
	}
	if slices.Equal(train("nn.one_cycle(peak = 0.5, from = 0.9, to = 0.9)"), want) {
		t.Error("a course from 0.9 to 0.5 trains as 0.5")
	}
}
