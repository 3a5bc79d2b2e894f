package dcu

import (
	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/kernel"
	"acl/fabric/ledger"
	"acl/fabric/module"
)

// A guard protects the outputs of an array (physics.md §6): further copies of its
// weights whose outputs are voted on, and checksum columns whose syndrome tells
// that an output is wrong. An array without protection has none, and none of this
// runs for it.
type guard struct {
	Twins   []*array.Matrix `state:"twin"`  // copies besides the array itself
	Watches []*watch        `state:"watch"` // by copy, the array itself first; none without checksums

	of     *fabric.Protection `state:"-"`
	votes  [][]float32        `state:"-"` // outputs of the twins, scratch
	change []float32          `state:"-"` // of a twin, scratch
	before []float32          `state:"-"` // weights before an update, scratch
}

// Tally counts what the protection of an array and the scans of it saw and did.
// What is counted by outputs counts those of training.
type Tally struct {
	Voted      int64 `state:"voted"`      // outputs that copies voted on
	Differed   int64 `state:"differed"`   // of them, where a copy was farther from the vote than noise explains
	Rewrites   int64 `state:"rewrites"`   // of the copies, to the vote
	Checked    int64 `state:"checked"`    // reads of a tile's columns that a checksum was looked at for
	Alarms     int64 `state:"alarms"`     // of them, beyond the threshold and done again
	Confirmed  int64 `state:"confirmed"`  // of these, beyond it once more
	Located    int64 `state:"located"`    // of these, where the second checksum blames a column
	Scans      int64 `state:"scans"`      // searches for stuck cells
	Stuck      int64 `state:"stuck"`      // cells that they found
	Spared     int64 `state:"spared"`     // columns that spare ones replaced
	Moved      int64 `state:"moved"`      // moves to other tiles
	Unrepaired int64 `state:"unrepaired"` // repairs that nothing was left for
}

// Repairs is how often something took the place of what was wrong.
func (t *Tally) Repairs() int64 { return t.Spared + t.Moved }

// Repairs is how often the chip repaired itself: columns and arrays that others
// replaced, and units that left a module that had failed.
func (m *Machine) Repairs() int64 {
	n := m.Memory.Rerouted
	for i := range m.Memory.Tallies {
		n += m.Memory.Tallies[i].Repairs()
	}
	return n
}

// newGuard is the guard of an array, nil where nothing protects it. dead are the dead
// columns of its copies, and known the vectors that calibrate it.
func newGuard(c array.Config, of *array.Matrix, dead [][]array.Dead, known int) *guard {
	p := c.Array.Protect
	if p == nil {
		return nil
	}
	g := &guard{of: p}
	alone := *c.Array
	alone.Copy, alone.Twins = nil, nil // a copy's transposed reads are of its own cells
	for k := 1; k < p.Copies; k++ {
		own := c
		own.Array, own.Twin, own.Dead = &alone, k, dead[k]
		g.Twins = append(g.Twins, array.New(own))
	}
	g.votes = make([][]float32, len(g.Twins))
	if p.Checks > 0 {
		for _, a := range append([]*array.Matrix{of}, g.Twins...) {
			g.Watches = append(g.Watches, newWatch(a, c.Array, known))
		}
	}
	return g
}

// matrices are the cells that hold an array's weights: its own and those of its
// copies, none for a digital one.
func (m *Machine) matrices(at int) []*array.Matrix {
	a := m.Memory.Arrays[at]
	if a == nil {
		return nil
	}
	if g := m.Memory.Guards[at]; g != nil {
		return append([]*array.Matrix{a}, g.Twins...)
	}
	return []*array.Matrix{a}
}

// cells are those matrices and the checksum columns of them.
func (m *Machine) cells(at int) []*array.Matrix {
	all := m.matrices(at)
	if g := m.Memory.Guards[at]; g != nil {
		for _, w := range g.Watches {
			all = append(all, w.Cells)
		}
	}
	return all
}

// guarded fires a unit's module and, where its array is guarded, what guards it.
func (x *pass) guarded(in *fabric.Instr, c *module.Call) (module.Report, error) {
	m, unit := x.m, in.Unit
	report := x.read(in, c)
	u := &m.prog.Units[unit]
	if x.dry || u.Array < 0 || m.Memory.Guards[u.Array] == nil {
		return report, nil
	}
	g := m.Memory.Guards[u.Array]
	checked := len(g.Watches) > 0 && u.Role == fabric.Forward && !m.prog.Chip.Ideal
	if checked {
		x.watch(in, g, 0, c, report.Scale)
	}
	if len(g.Twins) > 0 && (u.Role == fabric.Forward || g.of.Backward) {
		x.vote(in, g, c, &report, checked)
	}
	return report, nil
}

// read runs a unit's module. One with copies of its read-out takes the mean of as many
// reads of the same cells, each with noise of its own.
func (x *pass) read(in *fabric.Instr, c *module.Call) module.Report {
	m := x.m
	report := m.modules[in.Unit].Run(c)
	n := m.copiesAt(in.Unit)
	if n <= 1 || x.dry || c.Matrix == nil || m.prog.Chip.Ideal {
		return report
	}
	again, out := *c, c.Out.Data
	again.Count = false // the mean on the wire is counted
	m.copied = resize(m.copied, len(out))
	for k := 1; k < n; k++ {
		again.Retry, again.Out.Data = c.Retry+copyRetry*uint32(k), m.copied
		report.Clipped += m.modules[in.Unit].Run(&again).Clipped
		kernel.AddScaled(m.pool, out, m.copied, 1)
	}
	kernel.Scale(m.pool, out, 1/float32(n))
	report.Seen = nil // it was of one read
	m.meter.votes(in, x.look(c), n-1, "mean")
	if c.Bits > 0 && m.prog.Chip.Noise.Quantize.On() {
		m.meter.book.Add(m.meter.spareLine(in), x.phase, ledger.ADC, int64(n-1)*int64(len(out)))
	}
	return report
}

// copyRetry keeps the reads of copies apart from those that checksums ask for.
const copyRetry = 16

// copiesAt is the number of read-outs of the module that a unit runs on.
func (m *Machine) copiesAt(unit int) int {
	if at := m.Memory.Binding[unit]; at >= 0 {
		return m.prog.Modules[at].Copies
	}
	return 1
}

// vote reads the copies of an array as well, each with cells and noise of its own,
// and puts the vote on the wire.
func (x *pass) vote(in *fabric.Instr, g *guard, c *module.Call, report *module.Report, checked bool) {
	m := x.m
	u := &m.prog.Units[in.Unit]
	read := *c
	read.Count = false // the vote on the wire is counted
	for k, twin := range g.Twins {
		g.votes[k] = resize(g.votes[k], len(c.Out.Data))
		read.Matrix, read.Out.Data = twin, g.votes[k]
		report.Clipped += x.read(in, &read).Clipped
		if checked {
			x.watch(in, g, k+1, &read, report.Scale)
		}
	}
	sigma := report.Scale * m.Memory.Arrays[u.Array].OutputSigma(u.Role == fabric.DataGrad, c.Bits)
	differed := ballot(m.pool, g.of.Vote, c.Out.Data, g.votes, float32(apart*sigma))
	report.Seen = nil // it was of one copy
	if x.phase != ledger.Evaluate {
		t := &m.Memory.Tallies[u.Array]
		t.Voted += int64(len(c.Out.Data))
		t.Differed += differed
	}
	if !m.prog.Chip.Ideal {
		m.meter.votes(in, x.look(c), len(g.Twins), g.of.Vote)
	}
}

// look is what a firing looks like to the counters.
func (x *pass) look(c *module.Call) event {
	e := event{phase: x.phase, samples: c.N, train: x.train}
	e.look(c.Args[0].Census(x.m.pool), len(c.Args[0].Data))
	return e
}

// follow gives the copies of an array the pulses that it gets.
func (m *Machine) follow(in *fabric.Instr, change []float32, key array.ReadKey) {
	g := m.Memory.Guards[in.Array]
	if g == nil {
		return
	}
	for _, twin := range g.Twins {
		g.change = append(g.change[:0], change...) // an update overwrites its own
		m.meter.pulsesOf(in, ledger.Update, twin.Update(g.change, key), true)
	}
}

// pulseTwins sends the copies the trains that the array got.
func (x *pass) pulseTwins(in *fabric.Instr, g *guard, c module.Call) {
	m := x.m
	for _, twin := range g.Twins {
		c.Cells = twin
		r := m.modules[in.Unit].Run(&c)
		if !m.prog.Chip.Ideal {
			m.meter.trains(in, m.meter.spareLine(in), ledger.Update, r.Trains)
		}
	}
}

// apart is how many standard deviations of one read two copies differ by when they
// no longer say the same.
const apart = 4

// rewriteCopies brings the copies of an array together: the control unit reads
// their cells by known vectors, votes on each weight, and writes the vote to all. It
// returns the time that checksums take beyond the schedule, s.
func (m *Machine) rewriteCopies(in *fabric.Instr, step uint64) (seconds float64) {
	g := m.Memory.Guards[in.Array]
	key := array.ReadKey{Seed: m.env.Seed, Step: step}
	all := m.matrices(in.Array)
	if len(all) == 1 { // checksums alone
		m.Memory.Tallies[in.Array].Rewrites++
		return m.trim(in, step, ledger.Update)
	}
	found := make([][]float32, len(all))
	for k, a := range all {
		found[k] = make([]float32, len(m.Memory.Shadow[in.Array]))
		a.Measure(found[k], in.Reads, key)
	}
	sigma := float32(all[0].MeasureSigma(in.Reads))
	ballot(m.pool, g.of.Vote, found[0], found[1:], apart*sigma)
	if !m.prog.Chip.Ideal {
		m.meter.measured(m.meter.spareLine(in), in.Array, len(all), in.Reads, ledger.Update)
	}
	for k, a := range all {
		m.meter.pulsesOf(in, ledger.Update, a.Rewrite(found[0], key), true)
		if len(g.Watches) > 0 {
			copy(g.Watches[k].Model, found[0])
		}
	}
	m.Memory.Tallies[in.Array].Rewrites++
	return m.trim(in, step, ledger.Update)
}

// age lets the weights of an array and its copies leak for a time of the chip,
// after the given number of steps.
func (g *guard) age(seconds float64, steps uint64) {
	for _, a := range g.Twins {
		a.Leak(seconds, steps)
	}
	for _, w := range g.Watches {
		w.age(seconds, steps)
	}
}

// ballot replaces each output by the vote of all copies, and returns at how many of
// them a copy is farther from the vote than the given distance. Copies that agree
// to the bit leave the output as it is.
func ballot(pool *kernel.Pool, rule string, out []float32, others [][]float32, distance float32) int64 {
	differed := make([]int64, (len(out)+ballotChunk-1)/ballotChunk)
	pool.Run(len(differed), func(from, to int) {
		ballots := make([]float32, 1+len(others))
		for p := from; p < to; p++ {
			for i := p * ballotChunk; i < min((p+1)*ballotChunk, len(out)); i++ {
				ballots[0] = out[i]
				for k, o := range others {
					ballots[k+1] = o[i]
				}
				v := array.Vote(rule, ballots, distance)
				for _, b := range ballots {
					if b-v > distance || v-b > distance {
						differed[p]++
						break
					}
				}
				out[i] = v
			}
		}
	})
	var sum int64
	for _, n := range differed {
		sum += n
	}
	return sum
}

// ballotChunk is the outputs voted on at a time.
const ballotChunk = 1024
