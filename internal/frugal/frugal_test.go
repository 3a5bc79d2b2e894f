package frugal

import (
	"fmt"
	"testing"
)

// recorder is a test that takes note of being failed.
type recorder struct {
	testing.TB
	failed string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) { r.failed = fmt.Sprintf(format, args...) }

var kept []byte

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		chunks int
		fails  bool
	}{{1, false}, {80, true}} {
		r := &recorder{TB: t}
		Check(r, func() {
			for range c.chunks {
				kept = make([]byte, Limit/64)
			}
		})
		kept = nil
		if (r.failed != "") != c.fails {
			t.Errorf("%d chunks: %q", c.chunks, r.failed)
		}
	}
}
