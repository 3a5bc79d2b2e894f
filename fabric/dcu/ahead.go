package dcu

import "sync"

// ahead gives batches in order, each loaded while the one before is in use, on a
// worker of its own. What a batch holds does not depend on when it is loaded.
type ahead struct {
	load    func(b *Batch, at int) error
	at, end int
	batches [2]Batch
	used    *Batch // what next returned last

	full chan loaded // nil: loaded when asked for
	free chan *Batch
	quit chan struct{}
	work sync.WaitGroup
}

type loaded struct {
	batch *Batch
	err   error
}

// worthAhead is the number of elements of a batch from which loading takes longer
// than handing it over, tens of microseconds, and is done ahead.
const worthAhead = 1 << 16

// newAhead gives the batches from at up to end, of about so many elements each.
// Until stop, load is called by nobody else.
func newAhead(at, end, elements int, load func(b *Batch, at int) error) *ahead {
	a := &ahead{load: load, at: at, end: end}
	if elements < worthAhead {
		return a
	}
	a.full, a.free, a.quit = make(chan loaded), make(chan *Batch, len(a.batches)), make(chan struct{})
	for i := range a.batches {
		a.free <- &a.batches[i]
	}
	a.work.Go(a.run)
	return a
}

// run loads batch after batch into what is free.
func (a *ahead) run() {
	for at := a.at; at < a.end; at++ {
		var b *Batch
		select {
		case b = <-a.free:
		case <-a.quit:
			return
		}
		err := a.load(b, at)
		select {
		case a.full <- loaded{b, err}:
		case <-a.quit:
			return
		}
	}
}

// next returns the next batch, good until the next call. It is not called more often
// than there are batches.
func (a *ahead) next() (*Batch, error) {
	if a.full == nil {
		b := &a.batches[0]
		err := a.load(b, a.at)
		a.at++
		return b, err
	}
	if a.used != nil {
		a.free <- a.used
	}
	l := <-a.full
	a.used = l.batch
	return l.batch, l.err
}

// stop ends the worker and waits for it.
func (a *ahead) stop() {
	if a.full != nil {
		close(a.quit)
		a.work.Wait()
	}
}

// elements is the number of input elements of n samples.
func (m *Machine) elements(n int) int {
	total := 0
	for _, in := range m.prog.Inputs {
		total += n * m.prog.Values[in.Value].Elements()
	}
	return total
}
