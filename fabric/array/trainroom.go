package array

import "sync"

// Pulses in place need room for lines that fire, planes and counts, which steps and
// arrays use again, one after the other: none is kept from one use to the next.
var (
	roundRoom   = sync.Pool{New: func() any { return new(round) }}
	painterRoom = sync.Pool{New: func() any { return new(painter) }}
	firingsRoom = sync.Pool{New: func() any { return &firings{pulseGroup: new(pulseGroup)} }}
	beatsRoom   = sync.Pool{New: func() any { return new(sampleRoom) }}
)

// sampleRoom is room for the beats of one sample.
type sampleRoom struct {
	tops           []float32
	across, pixels []uint32
	v              []float32 // what drives the columns; 0 beyond the last
	room           []uint32
}

// sized is a slice of n elements in the place of s, whose values are of no use.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
