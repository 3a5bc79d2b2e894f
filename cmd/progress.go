package cmd

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"acl/fabric/dcu"
	"acl/internal/experiment"
)

// progress draws how far a training is: one line that is redrawn on a terminal,
// plain lines now and then elsewhere.
type progress struct {
	s     *streams
	drawn bool
	last  time.Time
	// waited: a line about what takes time has been written.
	waited bool
}

// newProgress draws its first line at once: a run shows within a second that it goes.
func newProgress(s *streams) *progress { return &progress{s: s} }

// plainEvery is the time between two lines where nothing can be redrawn.
const plainEvery = 10 * time.Second

// step draws a state.
func (p *progress) step(at dcu.Progress) {
	p.draw(float64(at.Step)/float64(at.Steps), fmt.Sprintf("epoch %d/%d  step %d/%d  loss %.4f  %.0f samples/s  %s left",
		at.Epoch, at.Epochs, at.Step, at.Steps, at.Loss, at.SamplesPerSec, at.Left.Round(time.Second)))
}

// trial draws how far an experiment is; what is left is judged by the trainings
// that this run has done.
func (p *progress) trial(at experiment.Progress) {
	t := at.Training
	share := (float64(at.Done) + float64(t.Step)/float64(t.Steps)) / float64(at.Total)
	p.draw(share, fmt.Sprintf("%d of %d trainings  cell %d seed %d die %d: epoch %d/%d  loss %.4f",
		at.Done, at.Total, at.Trial.Cell.Number, at.Trial.Seed, at.Trial.Die, t.Epoch, t.Epochs, t.Loss))
}

// waiting says at once, and then every second, that something takes time, until the
// returned function is called; that may be called again.
func (p *progress) waiting(what string) (done func()) {
	start, stop := time.Now(), make(chan struct{})
	var once sync.Once
	var wg sync.WaitGroup
	wg.Go(func() {
		const firstAfter = time.Second / 2 // what is quicker needs no word
		tick := time.NewTimer(firstAfter)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				p.wait(what, time.Since(start))
				tick.Reset(time.Second)
			}
		}
	})
	return func() {
		once.Do(func() {
			close(stop)
			wg.Wait()
			p.clear()
		})
	}
}

// wait draws how long something has taken; off a terminal, the first time and then
// now and then.
func (p *progress) wait(what string, since time.Duration) {
	if p.s.terminal {
		fmt.Fprintf(p.s.err, "\r\x1b[K%s  %s", what, since.Round(time.Second))
		p.drawn = true
		return
	}
	if now := time.Now(); !p.waited || now.Sub(p.last) >= plainEvery {
		p.waited, p.last = true, now
		fmt.Fprintln(p.s.err, what)
	}
}

func (p *progress) draw(share float64, text string) {
	if p.s.terminal {
		const width = 20
		done := int(share * width)
		bar := strings.Repeat("#", done) + strings.Repeat("-", width-done)
		fmt.Fprintf(p.s.err, "\r\x1b[K[%s] %s", bar, text)
		p.drawn = true
		return
	}
	if now := time.Now(); now.Sub(p.last) >= plainEvery {
		p.last = now
		fmt.Fprintln(p.s.err, text)
	}
}

// clear takes the drawn line away.
func (p *progress) clear() {
	if p.drawn {
		fmt.Fprint(p.s.err, "\r\x1b[K")
		p.drawn = false
	}
}
