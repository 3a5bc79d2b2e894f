package array

import (
	"math"
	"testing"

	"acl/fabric/kernel"
)

// Sums of weights give syndromes of nothing, and an error of one column is located.
func TestChecksumLocates(t *testing.T) {
	m := matrix(quiet(), dense(99, 200)) // two tiles of columns
	w := make([]float32, 100*200)
	kernel.NewKey(1, uint32(KindInit), 2, 0, 0).Normal(w, 0, 0)
	groups := m.Groups()
	sums := make([]float32, 100*len(groups)*2)
	m.Sums(sums, w, 2)
	for g, at := range groups {
		row := append([]float32(nil), w[at[0]:at[1]]...)
		first, second := Syndromes(row, sums[g*2:g*2+2])
		if math.Abs(first) > 1e-4 || math.Abs(second) > 1e-4 {
			t.Errorf("syndromes of whole columns %g %g", first, second)
		}
		for _, bad := range []int{0, 17, len(row) - 1} {
			row[bad] += 0.7
			if first, second = Syndromes(row, sums[g*2:g*2+2]); Locate(first, second, len(row)) != bad {
				t.Errorf("column %d of %d is located at %d", bad, len(row), Locate(first, second, len(row)))
			}
			row[bad] -= 0.7
		}
	}
	if Locate(1, 2, 64) != -1 {
		t.Error("a ratio that no column has was located")
	}
}
