package verify

import (
	"strings"
	"testing"
)

// A training that diverges ends with an error that names the step, not with a ledger
// that cannot count.
func TestDivergence(t *testing.T) {
	for name, set := range map[string]string{"numbers beyond all": "noise.read=1e37", "a rate that is too large": "optimizer=nn.sgd(rate = 1e30)"} {
		b := newBench(t, head+digitsModule+quiet("noise.read: 0.1")+trainOn("Bench", "nn.sgd(rate = 0.05)", "steps: 30; test: off;"),
			options{sets: []string{set}}).setup(t)
		if err := b.trainer.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "too large") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
