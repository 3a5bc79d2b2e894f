package array

import (
	"math"
	"strings"
	"testing"
)

// A sum of 7.2 over a bound of 1 takes three halvings beyond the division by the
// largest input: 3.6, 1.8, 0.9 is the first below 1.
func TestManagement(t *testing.T) {
	x, w := []float64{2, 2, 2, 2}, []float64{0.9, 0.9, 0.9, 0.9}
	m, err := Manage(x, w, 1, true, 1000)
	if err != nil || m.Reads != 3 || m.Clipped || math.Abs(m.Sum-7.2) > 1e-12 || m.Factor != 0.125 {
		t.Errorf("%+v, %v: want 7.2 in 3 reads at 1/8", m, err)
	}
	if m, _ := Manage(x, w, 20, true, 1000); m.Reads != 1 || math.Abs(m.Sum-7.2) > 1e-12 {
		t.Errorf("within the bound: %+v", m)
	}
	if m, _ := Manage(x, w, 20, false, 1000); m.Reads != 2 || m.Factor != 0.5 {
		t.Errorf("drivers end at 1: %+v", m)
	}
	if m, _ := Manage(x, w, 1, true, 2); m.Reads != 2 || !m.Clipped || m.Sum != 4 {
		t.Errorf("two reads at most: %+v", m)
	}
	if m, _ := Manage([]float64{0, 0}, []float64{1, 1}, 1, true, 10); m.Reads != 1 || m.Sum != 0 {
		t.Errorf("zeros: %+v", m)
	}
	if _, err := Manage(nil, nil, 1, true, 10); err == nil || !strings.Contains(err.Error(), "0 inputs") {
		t.Errorf("no inputs: %v", err)
	}
}
