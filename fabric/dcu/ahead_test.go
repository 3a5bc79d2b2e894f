package dcu

import (
	"errors"
	"testing"
)

// Batches come in order and whole, loaded ahead or when asked for, and an error
// comes with its batch. A batch in use is not written to.
func TestBatchesAhead(t *testing.T) {
	bad := errors.New("bad row")
	for _, elements := range []int{1, worthAhead} {
		load := func(b *Batch, at int) error {
			b.N = at
			b.Labels = append(b.Labels[:0], int32(at), int32(at))
			if at == 7 {
				return bad
			}
			return nil
		}
		a := newAhead(2, 9, elements, load)
		for at := 2; at < 8; at++ {
			b, err := a.next()
			if b.N != at || b.Labels[0] != int32(at) || b.Labels[1] != int32(at) {
				t.Errorf("batch %d of %d elements holds %+v", at, elements, b)
			}
			if (at == 7) != errors.Is(err, bad) {
				t.Errorf("batch %d of %d elements: %v", at, elements, err)
			}
		}
		a.stop() // batch 8 is never asked for
	}
}
