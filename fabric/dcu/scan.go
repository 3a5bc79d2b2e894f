package dcu

import (
	"cmp"
	"fmt"
	"slices"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/ledger"
)

// Scans look for stuck cells and repair what they find (physics.md §6.3). What is
// found is masked: a stuck cell gets no more pulses, and the control unit's copy
// holds what it does.

// scanThreshold is how many standard deviations a cell is off by when a scan tries
// it, where the array's protection does not say.
const scanThreshold = 4

// firstScan looks for the cells that are stuck when the weights are loaded.
func (m *Machine) firstScan() error {
	x := &pass{m: m, step: setupSteps, phase: ledger.Setup}
	for i := range m.prog.Setup {
		if in := &m.prog.Setup[i]; in.Op == fabric.OpCheck {
			if err := x.scan(in); err != nil {
				return fmt.Errorf("dcu: setup: %w", err)
			}
		}
	}
	m.prepare(x.repairing + x.owed)
	return nil
}

// upkeep is the phase that upkeep is accounted to: setup before the first step.
func (x *pass) upkeep() ledger.Phase {
	if x.phase == ledger.Setup {
		return ledger.Setup
	}
	return ledger.Update
}

// scan searches an array and its copies for stuck cells.
func (x *pass) scan(in *fabric.Instr) error {
	m := x.m
	threshold := float64(scanThreshold)
	if p := m.prog.Arrays[in.Array].Protect; p != nil {
		threshold = p.Threshold
	}
	t := &m.Memory.Tallies[in.Array]
	t.Scans++
	if m.prog.Chip.Ideal {
		return nil // no cell of it is stuck, and none is read
	}
	key := array.ReadKey{Seed: m.env.Seed, Step: x.step}
	x.repairing -= x.known(in, 1) // is in the schedule
	mended := false
	for _, a := range m.matrices(in.Array) {
		found := a.Search(m.Memory.Shadow[in.Array], in.Reads, threshold, key)
		x.measured(in, found.Measured, found.Pulses)
		if len(found.Stuck) == 0 {
			continue
		}
		t.Stuck += int64(len(found.Stuck))
		a.Mask(found.Stuck)
		if err := x.mend(in, a, found.Stuck, key); err != nil {
			return err
		}
		mended = true
	}
	if mended {
		x.repairing += m.trim(in, x.step, x.upkeep())
	}
	return nil
}

// known is the time of a number of measurements of an array by known vectors, s.
func (x *pass) known(in *fabric.Instr, times int) float64 {
	rows, _ := extent(&x.m.prog.Arrays[in.Array])
	return float64(times*max(in.Reads, 1)) * ledger.TimingOf(&x.m.prog.Chip).ReadTile(rows, array.GradientBound)
}

// measured counts known vectors and pulses of a search or a repair, and their time.
func (x *pass) measured(in *fabric.Instr, times int, pulses array.Pulses) {
	m := x.m
	x.repairing += x.known(in, times)
	m.meter.measured(m.meter.spareLine(in), in.Array, times, in.Reads, x.upkeep())
	m.meter.pulsesOf(in, x.upkeep(), pulses, true)
}

// mend does what the plan wants with the stuck cells of one copy of an array. Cells on
// new ground hold what the old ones did, around which the network has learned, and before
// the first step what was loaded.
func (x *pass) mend(in *fabric.Instr, a *array.Matrix, stuck []int32, key array.ReadKey) error {
	m := x.m
	path := m.prog.Arrays[in.Array].Path
	held := x.holds(in, a, key)
	if x.phase == ledger.Setup {
		loaded := slices.Clone(m.Memory.Shadow[in.Array])
		m.admit(in, a, held, stuck)
		held = loaded
	} else {
		m.admit(in, a, held, stuck)
	}
	switch m.prog.Plan.Scan {
	case "stop":
		cols := m.prog.Arrays[in.Array].Cols
		return fmt.Errorf("a scan found %d stuck %s in %s, the first at row %d, column %d, and `scan { repair: stop; }` says to stop",
			len(stuck), plural("cell", len(stuck)), path, int(stuck[0])/cols, int(stuck[0])%cols)
	case "move":
		x.measured(in, 1, array.Pulses{}) // of the tiles that it would go to
		if 2*a.NextFaults() >= len(stuck) {
			m.Memory.Tallies[in.Array].Unrepaired++
			break
		}
		x.move(in, a, held, key)
	case "spare":
		for _, c := range worst(a, stuck, m.prog.Arrays[in.Array].Cols) {
			x.spare(in, a, c, held, key)
		}
	}
	return nil
}

func plural(word string, n int) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// column is one of a tile, with the stuck cells found in it.
type column struct{ cut, col, stuck int }

// worst lists the columns with stuck cells, those with the most first.
func worst(a *array.Matrix, stuck []int32, cols int) []column {
	var list []column
	for _, cell := range stuck {
		cut, col := a.CutOf(int(cell)), int(cell)%cols
		i := slices.IndexFunc(list, func(c column) bool { return c.cut == cut && c.col == col })
		if i < 0 {
			i = len(list)
			list = append(list, column{cut: cut, col: col})
		}
		list[i].stuck++
	}
	slices.SortStableFunc(list, func(a, b column) int {
		return cmp.Or(cmp.Compare(b.stuck, a.stuck), cmp.Compare(a.cut, b.cut), cmp.Compare(a.col, b.col))
	})
	return list
}

// spare puts a spare column in the place of one with faults, where its tile has a
// better one left, and reports whether it did. The array is calibrated anew.
func (x *pass) spare(in *fabric.Instr, a *array.Matrix, c column, held []float32, key array.ReadKey) bool {
	m := x.m
	t := &m.Memory.Tallies[in.Array]
	cells, ok := a.Spare(c.cut, c.col, c.stuck)
	if !ok {
		t.Unrepaired++
		return false
	}
	t.Spared++
	x.restore(in, a, cells, held, key)
	return true
}

// move takes an array to free tiles, where there are enough, and reports whether it
// did.
func (x *pass) move(in *fabric.Instr, a *array.Matrix, held []float32, key array.ReadKey) bool {
	m := x.m
	t := &m.Memory.Tallies[in.Array]
	need := len(m.prog.Arrays[in.Array].Tiles)
	if m.prog.Tiles+m.prog.GradTiles+m.Memory.Worn+need > m.prog.Chip.Tiles.Count {
		t.Unrepaired++
		return false
	}
	m.Memory.Worn += need
	a.Move()
	if w := m.watchOf(in.Array, a); w != nil {
		w.Cells.Move()
	}
	t.Moved++
	cells := make([]int32, len(held))
	for i := range cells {
		cells[i] = int32(i)
	}
	x.restore(in, a, cells, held, key)
	return true
}

// restore gives cells on new ground what those that they replace held, checking what
// it writes, and calibrates the array that they are in: the network goes on as it
// was, with cells that can learn.
func (x *pass) restore(in *fabric.Instr, a *array.Matrix, cells []int32, held []float32, key array.ReadKey) {
	m := x.m
	t := &m.Memory.Tallies[in.Array]
	if w := m.watchOf(in.Array, a); w != nil {
		w.admit(held, cells)
	}
	m.admit(in, a, held, cells)
	reads := m.calibrationReads(in.Array)
	a.Calibrate(reads, key)
	m.meter.calibration(m.meter.spareLine(in), in.Array, reads, x.upkeep())
	if known := m.calibrationAt(in.Array); known != nil {
		x.owed += known.Time
	}
	pulses, times := a.Restore(held, cells, max(in.Reads, 1), uint32(t.Spared+t.Moved)*repairRounds, key)
	x.measured(in, times, pulses)
	if m.prog.Plan.Gradient == "dedicated" && a == m.Memory.Arrays[in.Array] {
		a.Recopy(key)
		m.meter.rewrite(m.meter.spareLine(in), in.Array, x.upkeep())
	}
}

// repairRounds keeps the streams of a step's repairs apart.
const repairRounds = 8

// holds is what the cells of an array hold, as a measurement finds it.
func (x *pass) holds(in *fabric.Instr, a *array.Matrix, key array.ReadKey) []float32 {
	m := x.m
	held := make([]float32, len(m.Memory.Shadow[in.Array]))
	key.Field = holdsField
	a.Measure(held, in.Reads, key)
	x.measured(in, 1, array.Pulses{})
	return held
}

// holdsField tells this measurement from those of a search.
const holdsField = 4

// admit gives the control unit's copy what cells of the array itself hold.
func (m *Machine) admit(in *fabric.Instr, a *array.Matrix, held []float32, cells []int32) {
	if a != m.Memory.Arrays[in.Array] {
		return
	}
	for _, cell := range cells {
		m.Memory.Shadow[in.Array][cell] = held[cell]
	}
}
