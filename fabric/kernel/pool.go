package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Pool is a set of persistent workers among which a kernel divides its work. A
// kernel runs on a Pool from one goroutine at a time, and a job must not use the
// Pool that runs it. A nil *Pool runs everything in the calling goroutine.
type Pool struct {
	workers []*worker // the caller is one more
	turns   int       // of spinning before a worker parks
	busy    atomic.Bool
	done    chan struct{} // wakes a caller that parked
	parked  atomic.Bool   // the caller has parked
	left    atomic.Int32  // workers still at the job
	round   atomic.Uint32 // counts jobs; a change starts one
	job     job           // nil: the workers end
	n       int
	ended   sync.WaitGroup
	slots   slots
}

// job is work over [0,n) that may be cut anywhere.
type job interface {
	part(lo, hi int)
}

// slots keeps the arguments of the kernel that runs, so that handing them to the
// workers allocates nothing.
type slots struct {
	product  product
	packing  packing
	widening widening
	winograd winograd
	squares  squaresGrad
	reads    backReads
	noise    backNoise
	outer    outer
	lines    lineOuters
	pooling  pooling
	lanes    lanes
	rows     rowwise
	axes     axes
	reduce   reduction
	passing  passing
}

type worker struct {
	parked atomic.Bool
	wake   chan struct{}
}

type funcJob func(lo, hi int)

func (f funcJob) part(lo, hi int) { f(lo, hi) }

const (
	// spinTurns times spinLooks looks at a counter take some 20 us: longer than
	// the gaps between the kernels of one step.
	spinTurns = 128
	spinLooks = 64
	// aloneWork is the number of multiply-adds below which waking a worker costs
	// more than it brings.
	aloneWork = 1 << 19
)

// NewPool returns a pool of n workers, the caller of Run counted; n <= 0 stands
// for GOMAXPROCS. Close ends them.
func NewPool(n int) *Pool {
	procs := runtime.GOMAXPROCS(0)
	if n <= 0 {
		n = procs
	}
	p := &Pool{done: make(chan struct{}, 1)}
	if n <= procs {
		p.turns = spinTurns
	}
	for i := 1; i < n; i++ {
		w := &worker{wake: make(chan struct{}, 1)}
		p.workers = append(p.workers, w)
		p.ended.Add(1)
		go p.serve(w, i)
	}
	return p
}

// Workers is the number of goroutines that share a job; 1 for a nil Pool.
func (p *Pool) Workers() int {
	if p == nil {
		return 1
	}
	return len(p.workers) + 1
}

// Close ends the workers and waits for them. The pool then runs inline.
func (p *Pool) Close() {
	if p == nil || len(p.workers) == 0 {
		return
	}
	p.begin()
	p.start(nil, 0)
	p.ended.Wait()
	p.workers = nil
	p.busy.Store(false)
}

// Run calls f on contiguous parts that together are [0,n), one a worker, cut by
// n and the number of workers alone. It returns when all are done. It panics if f,
// or another goroutine, uses the pool at the same time.
func (p *Pool) Run(n int, f func(lo, hi int)) { p.RunFor(n, aloneWork, f) }

// RunFor is Run for work multiply-adds in all: little of it is done by the caller
// alone.
func (p *Pool) RunFor(n, work int, f func(lo, hi int)) {
	if p.alone(n, work) {
		if n > 0 {
			f(0, n)
		}
		return
	}
	p.begin()
	p.share(funcJob(f), n)
	p.end()
}

// alone reports whether a job of n items and work multiply-adds should run in the
// caller.
func (p *Pool) alone(n, work int) bool {
	return p == nil || len(p.workers) == 0 || n < 2 || work < aloneWork
}

// begin takes the pool and its slots.
func (p *Pool) begin() {
	if !p.busy.CompareAndSwap(false, true) {
		panic("kernel: a Pool was used by two jobs at once")
	}
}

func (p *Pool) end() {
	p.job = nil
	p.busy.Store(false)
}

// share runs j on all workers, the caller as the first, and waits.
func (p *Pool) share(j job, n int) {
	p.left.Store(int32(len(p.workers)))
	p.start(j, n)
	lo, hi := p.bounds(0)
	j.part(lo, hi)
	for {
		if p.spun() {
			return
		}
		p.parked.Store(true)
		if p.left.Load() == 0 && p.parked.CompareAndSwap(true, false) {
			return
		}
		// A worker that was the last of the job before may look at parked only now,
		// and wake this one too early: what counts is left.
		<-p.done
		if p.left.Load() == 0 {
			return
		}
	}
}

// launch hands a job to the workers from its slot, and returns it as they left it.
func launch[J any, P interface {
	*J
	job
}](p *Pool, slot *J, j J, n int) J {
	p.begin()
	*slot = j
	p.share(P(slot), n)
	var none J
	j, *slot = *slot, none
	p.end()
	return j
}

// spun waits a while for the workers and reports whether they are done.
func (p *Pool) spun() bool {
	for range p.turns {
		for range spinLooks {
			if p.left.Load() == 0 {
				return true
			}
		}
		runtime.Gosched()
	}
	return false
}

// start publishes a job and wakes who sleeps.
func (p *Pool) start(j job, n int) {
	p.job, p.n = j, n
	p.round.Add(1)
	for _, w := range p.workers {
		if w.parked.CompareAndSwap(true, false) {
			w.wake <- struct{}{}
		}
	}
}

// bounds is the part of worker i.
func (p *Pool) bounds(i int) (lo, hi int) {
	w := len(p.workers) + 1
	return p.n * i / w, p.n * (i + 1) / w
}

// crew is a job's items and the workers that share them.
type crew struct{ items, workers int }

// crew is the crew of a job of n items.
func (p *Pool) crew(n int) crew { return crew{n, p.Workers()} }

// member is the number of the worker whose part starts at item lo: which of the
// places set aside for workers is its own.
func (c crew) member(lo int) int {
	if lo == 0 {
		return 0
	}
	return (lo*c.workers + c.items - 1) / c.items
}

// serve is the life of worker i.
func (p *Pool) serve(w *worker, i int) {
	defer p.ended.Done()
	for seen := uint32(0); ; {
		seen = p.next(w, seen)
		if p.job == nil {
			return
		}
		if lo, hi := p.bounds(i); lo < hi {
			p.job.part(lo, hi)
		}
		if p.left.Add(-1) == 0 && p.parked.CompareAndSwap(true, false) {
			p.done <- struct{}{}
		}
	}
}

// next waits for a round after the one seen: spinning first, then parked.
func (p *Pool) next(w *worker, seen uint32) uint32 {
	for {
		if r, ok := p.began(seen); ok {
			return r
		}
		w.parked.Store(true)
		if r := p.round.Load(); r != seen && w.parked.CompareAndSwap(true, false) {
			return r
		}
		// A caller may look at parked only after its job is done, and wake this one for
		// a round that it has seen: what counts is the round.
		<-w.wake
		if r := p.round.Load(); r != seen {
			return r
		}
	}
}

// began waits a while for a round after the one seen.
func (p *Pool) began(seen uint32) (round uint32, ok bool) {
	for range p.turns {
		for range spinLooks {
			if r := p.round.Load(); r != seen {
				return r, true
			}
		}
		runtime.Gosched()
	}
	return seen, false
}
