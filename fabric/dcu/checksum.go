package dcu

import (
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/kernel"
	"acl/fabric/ledger"
	"acl/fabric/module"
)

// A watch is the checksum columns of one copy of an array (physics.md §6.2): columns of
// their own on its tiles, which learn by the sums of what the others learn. The syndrome
// of each forward read is compared with what noise and the spread of the cells explain;
// a read beyond that is done once more, and what is still beyond is confirmed.
type watch struct {
	Cells *array.Matrix `state:"cells"`
	// Off is how far the cells were from what the checksums hold when the two were last
	// brought together, and Since what was written since then.
	Off   array.Deviation `state:"off"`
	Since written         `state:"since"`
	// Model is what the control unit takes the cells to hold, as logical weights: a
	// nominal cell's, which stops at the end of the range. Full is the share of cells that
	// are there.
	Model []float32 `state:"model"`
	Full  float64   `state:"full"`
	// Leaked is the exponent of what a nominal cell has leaked since then; Square is the
	// mean square of the normalised weights that leaked, those of the checksums too.
	Leaked float64 `state:"leaked"`
	Square float64 `state:"square"`
	// Kept and Varied are the mean of the share that is left, and its variance over
	// lifetimes.
	Kept   float64 `state:"kept"`
	Varied float64 `state:"varied"`

	of     *array.Matrix `state:"-"` // whose columns they are sums of
	checks int           `state:"-"` // columns for each range
	cols   int           `state:"-"` // of the array
	groups [][2]int      `state:"-"`
	limits []float64     `state:"-"` // by sample and group, of the present read
	reads  int           `state:"-"` // of a sample
	known  int           `state:"-"` // known vectors of a calibration

	// What a training step confirmed, until its end: reads by group, and the sums over them
	// of the first syndrome's square and of both syndromes' product.
	confirmed []int64      `state:"-"`
	products  [][2]float64 `state:"-"`

	first, second reading   `state:"-"` // scratch
	change        []float32 `state:"-"`
	followed      []float32 `state:"-"`
}

// written is what the cells of an array were asked to change by.
type written struct {
	Gross   float64 `state:"gross"`   // sum of the changes' root mean squares, normalised
	Pulses  float64 `state:"pulses"`  // mean number of pulses of a cell
	Rounded float64 `state:"rounded"` // variance by rounding to whole pulses, in pulses squared
	Taken   float64 `state:"taken"`   // mean number of changes in which a cell was pulsed
}

// reading is the outputs of an array and of its checksums.
type reading struct{ y, sums []float32 }

// newWatch is the watch of a copy of an array, which a number of known vectors calibrate.
func newWatch(of *array.Matrix, a *fabric.Array, known int) *watch {
	w := &watch{of: of, known: known, Kept: 1, checks: a.Protect.Checks, cols: a.Cols, groups: of.Groups(), Off: of.AsMade()}
	w.Cells, w.Model = of.Checks(w.checks), make([]float32, a.Rows*a.Cols)
	w.confirmed, w.products = make([]int64, len(w.groups)), make([][2]float64, len(w.groups))
	return w
}

// add takes a change of logical weights into account, of cells and of their checksums:
// half of a syndrome's variance comes from each.
func (w *written) add(pool *kernel.Pool, alpha, step float64, changes ...[]float32) {
	var squares, pulses float64
	for _, c := range changes {
		n := float64(len(c) * len(changes))
		squares += kernel.SumSquares(c) / n
		pulses += kernel.Count(pool, c, 0).SumAbs / n / alpha / step
	}
	w.Gross += math.Sqrt(squares) / alpha
	w.Pulses += pulses
	w.Rounded += min(pulses, 0.25)
	w.Taken += min(pulses, 1)
}

// deviation is how far cells are from what the checksums hold by now.
func (w *watch) deviation() array.Deviation {
	d, fixed := w.Off, w.of.AsMade()
	gone := 1 - w.Kept // of the weights, and of nothing that is fixed on the die
	d.Cell = w.astray(w.Square) + w.of.Ends(w.Full) + gone*gone*fixed.Cell
	d.Column += gone * gone * fixed.Column
	return d
}

// astray is the variance of a cell from what was meant, and measured last, where the
// square of its normalised weight was w2 before it leaked and it is not at the end of its range.
func (w *watch) astray(w2 float64) float64 {
	s := &w.Since
	return w.Off.Cell + w.of.Wander(s.Gross, s.Pulses, s.Rounded, s.Taken) + w.of.Faded(w2, w.Varied)
}

// age lets the checksums leak, and the model with them.
func (w *watch) age(seconds float64, steps uint64) {
	more := w.Cells.Leak(seconds, steps)
	if more == 0 {
		return
	}
	mean, _ := w.of.Kept(more)
	kernel.Scale(nil, w.Model, float32(mean))
	w.Leaked += more
	w.Kept, w.Varied = w.of.Kept(w.Leaked)
	w.change = resize(w.change, len(w.Cells.Plus))
	w.of.Sums(w.change, w.Model, w.checks)
	w.Square = (kernel.SumSquares(w.Model)/float64(len(w.Model)) + kernel.SumSquares(w.change)/float64(len(w.change))) / 2
	w.Square /= w.of.Alpha * w.of.Alpha * w.Kept * w.Kept
}

// alarm is a read of a range of columns whose syndrome is beyond its limit.
type alarm struct{ read, group int }

// watch looks at the checksums of what copy k of an array put out, c, and reads again
// where they raise an alarm.
func (x *pass) watch(in *fabric.Instr, g *guard, k int, c *module.Call, scale float64) {
	m, w, at := x.m, g.Watches[k], x.m.prog.Units[in.Unit].Array
	e := x.look(c)
	w.first.y = c.Out.Data
	x.readSums(in, w, c, &w.first)
	w.limit(m, c, scale, g.of.Threshold)
	rail := w.rail(m, scale)
	alarms := w.alarms(m.pool, &w.first, rail)
	m.meter.checked(in, w, e, c.Bits)
	t := &m.Memory.Tallies[at]
	if x.phase == ledger.Evaluate {
		t = &Tally{} // of training only
	}
	t.Checked += int64(len(c.Out.Data) / w.cols * len(w.groups))
	t.Alarms += int64(len(alarms))
	if len(alarms) == 0 {
		return
	}
	x.again(in, w, c, alarms)
	for _, a := range alarms {
		lo, hi := w.groups[a.group][0], w.groups[a.group][1]
		copy(w.first.y[a.read*w.cols+lo:a.read*w.cols+hi], w.second.y[a.read*w.cols+lo:a.read*w.cols+hi])
		if w.beyond(&w.second, a, rail) {
			t.Confirmed++
			t.Located += w.confirm(a)
		}
	}
	x.late += m.meter.again(in, w, e, alarms, c.Bits)
}

// readSums reads the checksum columns that stand beside what a call read.
func (x *pass) readSums(in *fabric.Instr, w *watch, c *module.Call, into *reading) {
	sums := *c
	sums.Matrix, sums.Columns = w.Cells, len(w.groups)*w.checks
	into.sums = resize(into.sums, len(c.Out.Data)/w.cols*sums.Columns)
	sums.Out.Data = into.sums
	x.m.modules[in.Unit].Run(&sums)
}

// again reads an array and its checksums once more, with noise of its own. All of the
// batch is read; what raised no alarm is dropped, and costs nothing.
func (x *pass) again(in *fabric.Instr, w *watch, c *module.Call, alarms []alarm) {
	read := *c
	read.Retry++
	w.second.y = resize(w.second.y, len(c.Out.Data))
	read.Out.Data = w.second.y
	x.m.modules[in.Unit].Run(&read)
	x.readSums(in, w, &read, &w.second)
}

// limit sets the syndromes that raise an alarm, in outputs: threshold standard deviations
// of what noise and the cells' deviation come to, where the rows are driven as they are on
// average over the reads of a sample.
func (w *watch) limit(m *Machine, c *module.Call, scale, threshold float64) {
	x, full := c.Args[0].Data, 1.0
	if top := float64(c.Args[0].Census(m.pool).Top); m.env.AbsMax && top > 0 {
		full = top
	}
	d, lsb := w.deviation(), 0.0
	if m.prog.Chip.Noise.Quantize.On() {
		lsb = array.LSB(c.Bits, w.of.Bound())
	}
	w.limits = w.limits[:0]
	w.reads = len(c.Out.Data) / w.cols / c.N
	for s := range c.N {
		part := x[s*len(x)/c.N : (s+1)*len(x)/c.N]
		n := float64(len(part))
		root, mean := math.Sqrt(kernel.SumSquares(part)/n)/full, kernel.Count(nil, part, 0).SumAbs/n/full
		sigma := w.of.CheckSigma(d, w.of.Driven(root, mean), w.known)
		for _, g := range w.groups {
			w.limits = append(w.limits, scale*array.SyndromeOf(g[1]-g[0], sigma, lsb, threshold).Threshold)
		}
	}
}

// rail is where an output has met its limit: nothing can be said of it.
func (w *watch) rail(m *Machine, scale float64) float32 {
	if !m.prog.Chip.Noise.Clip.On() {
		return float32(math.Inf(1))
	}
	return float32(nearRail * scale * w.of.Bound())
}

// nearRail is the share of the range beyond which an output may have been limited, and
// rounding what sums of float32 may miss.
const (
	nearRail = 0.995
	rounding = 1e-5
)

// alarms lists the reads whose syndrome is beyond its limit, in their order.
func (w *watch) alarms(pool *kernel.Pool, r *reading, rail float32) []alarm {
	reads := len(r.y) / w.cols
	parts := make([][]alarm, (reads+ballotChunk-1)/ballotChunk)
	pool.Run(len(parts), func(from, to int) {
		for p := from; p < to; p++ {
			for i := p * ballotChunk; i < min((p+1)*ballotChunk, reads); i++ {
				for g := range w.groups {
					if a := (alarm{i, g}); w.beyond(r, a, rail) {
						parts[p] = append(parts[p], a)
					}
				}
			}
		}
	})
	var all []alarm
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// of is the outputs of a group's columns and checksums in a read.
func (w *watch) outputs(r *reading, a alarm) (y, sums []float32) {
	at := (a.read*len(w.groups) + a.group) * w.checks
	s := w.groups[a.group]
	return r.y[a.read*w.cols+s[0] : a.read*w.cols+s[1]], r.sums[at : at+w.checks]
}

// beyond reports whether a syndrome is beyond its limit, which one with an output at the
// rail never is.
func (w *watch) beyond(r *reading, a alarm, rail float32) bool {
	y, sums := w.outputs(r, a)
	size := math.Abs(float64(sums[0])) * math.Sqrt(float64(len(y)))
	for _, v := range y {
		if v >= rail || v <= -rail {
			return false
		}
		size += math.Abs(float64(v))
	}
	if sums[0] >= rail || sums[0] <= -rail {
		return false
	}
	s, _ := array.Syndromes(y, sums)
	return math.Abs(s) > w.limits[a.read/w.reads*len(w.groups)+a.group]+rounding*size
}

// confirm counts an alarm that a second read confirmed, and returns 1 where the second
// checksum blames a column.
func (w *watch) confirm(a alarm) int64 {
	w.confirmed[a.group]++
	if w.checks < 2 {
		return 0
	}
	y, sums := w.outputs(&w.second, a)
	first, second := array.Syndromes(y, sums)
	p := &w.products[a.group]
	p[0], p[1] = p[0]+first*first, p[1]+first*second
	if array.Locate(first, second, len(y)) < 0 {
		return 0
	}
	return 1
}

// blamed is the column that a group's confirmed reads lay the error to, taken together by
// least squares: the ratio of one pair of syndromes is as uncertain as its noise. -1: none.
func (w *watch) blamed(group int) int {
	s, p := w.groups[group], w.products[group]
	if col := array.Locate(p[0], p[1], s[1]-s[0]); col >= 0 {
		return s[0] + col
	}
	return -1
}

// follow moves the model by a change, which it leaves as what nominal cells make of it.
func (w *watch) follow(change []float32) {
	top, full := float32(w.of.Reach()), 0
	for i, d := range change {
		v := max(-top, min(top, w.Model[i]+d))
		if v == top || v == -top {
			full++
		}
		change[i], w.Model[i] = v-w.Model[i], v
	}
	w.Full = float64(full) / float64(len(change))
}

// admit gives the model what some cells hold.
func (w *watch) admit(held []float32, cells []int32) {
	for _, i := range cells {
		w.Model[i] = held[i]
	}
}

// holdSums loads the checksums of an array with the sums of the control unit's weights.
func (m *Machine) holdSums(at int) {
	if g := m.Memory.Guards[at]; g != nil {
		for _, w := range g.Watches {
			w.Cells.Hold(w.of, m.Memory.Shadow[at], w.checks)
			copy(w.Model, m.Memory.Shadow[at])
		}
	}
}

// learnSums gives the checksums the sums of a change of the array's logical weights.
func (m *Machine) learnSums(in *fabric.Instr, change []float32, key array.ReadKey) {
	for _, w := range m.Memory.Guards[in.Array].Watches {
		w.followed = append(w.followed[:0], change...)
		w.follow(w.followed)
		w.change = resize(w.change, len(w.Cells.Plus))
		w.of.Sums(w.change, w.followed, w.checks)
		w.Since.add(m.pool, w.of.Alpha, m.prog.Chip.Cell.Step, w.followed, w.change)
		m.meter.pulsesOf(in, ledger.Update, w.Cells.Update(w.change, key), true)
	}
}

// afresh follows an array whose cells got the control unit's weights again.
func (m *Machine) afresh(in *fabric.Instr, step uint64, phase ledger.Phase) (seconds float64) {
	g := m.Memory.Guards[in.Array]
	if g == nil || len(g.Watches) == 0 {
		return 0
	}
	for _, w := range g.Watches {
		copy(w.Model, m.Memory.Shadow[in.Array])
		clear(w.followed)
		w.follow(w.followed)
	}
	known := *in
	known.Reads = m.calibrationReads(in.Array)
	return m.trim(&known, step, phase)
}

// trim brings the checksums of an array together with its cells: these are measured by
// known vectors, and the checksums written to the sums of what they hold and what is
// fixed on the die, and read again. A cell that is farther from what it should hold
// than it can have come by its own law is taken for a fault, which the checksums shall
// not hide, unless a scan has found it and the network learns around it.
// It returns how long that takes, s: copies are measured side by side.
func (m *Machine) trim(in *fabric.Instr, step uint64, phase ledger.Phase) (seconds float64) {
	g := m.Memory.Guards[in.Array]
	if g == nil || m.prog.Chip.Ideal {
		return 0
	}
	reads := max(in.Reads, 1)
	rows, _ := extent(&m.prog.Arrays[in.Array])
	once := float64(reads) * ledger.TimingOf(&m.prog.Chip).ReadTile(rows, array.GradientBound)
	key := array.ReadKey{Seed: m.env.Seed, Step: step, Field: trimField}
	for _, w := range g.Watches {
		found := make([]float32, len(m.Memory.Shadow[in.Array]))
		w.of.Measure(found, reads, key)
		w.trust(found, reads)
		want := make([]float32, len(w.Cells.Plus))
		w.of.Sums(want, found, w.checks)
		all := make([]int32, len(want))
		for i := range all {
			all[i] = int32(i)
		}
		pulses, times := w.Cells.Restore(want, all, reads, 0, key)
		got := make([]float32, len(want))
		last := key
		last.Field += uint32(times)
		w.Cells.Measure(got, reads, last)
		w.Off, w.Since, w.Full, w.Leaked, w.Kept, w.Varied = w.of.AsMeasured(reads), written{}, 0, 0, 1, 0
		copy(w.Model, found)
		kernel.AddScaled(nil, got, want, -1)
		w.Off.Cell += kernel.SumSquares(got) / float64(len(got)) / (w.of.Alpha * w.of.Alpha)
		m.meter.trimmed(in, w, times+1, reads, phase, pulses)
		seconds = float64(times+2) * once
	}
	return seconds
}

// trimField tells these measurements from those of searches and repairs.
const trimField = 1 << 6

// A judge tells cells that are wrong from those that are only measured, written and
// leaked as cells are.
type judge struct {
	w     *watch
	fixed float64 // variance of what is found of a cell of weight 0, in logical weights
	leaks float64 // and what it grows by with the square of what a cell should hold
}

// judge judges by the mean of a number of reads.
func (w *watch) judge(reads int) judge {
	found, square := w.of.MeasureSigma(reads), w.of.Alpha*w.of.Alpha
	rest := w.astray(0)
	return judge{w, found*found + square*rest, (w.astray(1) - rest) / (w.Kept * w.Kept)}
}

// wrong reports whether a cell is farther from the logical weight that it should hold
// than a read of it and its own law explain.
func (j *judge) wrong(model, found float32) bool {
	m, v := float64(model), float64(found)
	limit := scanThreshold * math.Sqrt(j.fixed+m*m*j.leaks)
	return math.Abs(v-m) > limit && !j.w.of.AtEnd(m, v, limit)
}

// trust puts the model in the place of what was found in cells that are wrong.
func (w *watch) trust(found []float32, reads int) {
	next, j := 0, w.judge(reads)
	for i, v := range found {
		for next < len(w.of.Masked) && int(w.of.Masked[next]) < i {
			next++
		}
		if next < len(w.of.Masked) && int(w.of.Masked[next]) == i {
			continue
		}
		if j.wrong(w.Model[i], v) {
			found[i] = w.Model[i]
		}
	}
}
