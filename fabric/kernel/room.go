package kernel

import "sync"

// rooms are buffers that no kernel uses now: packed weights and the like. They
// outlive the kernels, so that a step in the steady state allocates nothing.
var rooms struct {
	sync.Mutex
	free []*room
}

// room is such a buffer.
type room struct{ data []float32 }

// borrow returns the smallest buffer of at least n floats, not cleared, made where
// none is free; the largest grows then, so that there are no more buffers than were in
// use at once.
func borrow(n int) *room {
	rooms.Lock()
	defer rooms.Unlock()
	best, largest := -1, -1
	for i, r := range rooms.free {
		if len(r.data) >= n && (best < 0 || len(r.data) < len(rooms.free[best].data)) {
			best = i
		}
		if largest < 0 || len(r.data) > len(rooms.free[largest].data) {
			largest = i
		}
	}
	if best < 0 {
		best = largest
	}
	if best < 0 {
		return &room{make([]float32, n)}
	}
	r := rooms.free[best]
	last := len(rooms.free) - 1
	rooms.free[best] = rooms.free[last]
	rooms.free = rooms.free[:last]
	if len(r.data) < n {
		r.data = make([]float32, n)
	}
	return r
}

// giveBack ends a loan.
func (r *room) giveBack() {
	rooms.Lock()
	defer rooms.Unlock()
	rooms.free = append(rooms.free, r)
}
