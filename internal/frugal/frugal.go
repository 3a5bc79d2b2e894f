package frugal

import (
	"runtime/metrics"
	"testing"
)

// Limit is what one text may allocate in all, in bytes. What is in use at any time
// is less.
const Limit = 1 << 30

// Check runs f and fails where it allocated more than Limit. Other goroutines should
// be idle: what they allocate counts as well.
func Check(t testing.TB, f func()) {
	t.Helper()
	before := allocated()
	f()
	if spent := allocated() - before; spent > Limit {
		t.Errorf("allocated %d bytes, more than %d", spent, Limit)
	}
}

// allocated is the number of bytes that were ever allocated.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
