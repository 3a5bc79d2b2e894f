package dcu

import (
	"fmt"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/ledger"
)

// What the control unit does about alarms that a second read confirmed (physics.md §6.2,
// `protect { repair }`): it goes by what a training step saw of them, at its end.

// check runs a check instruction: a scan, or where it has no period of its own a look
// at what the checksums confirmed in the step.
func (x *pass) check(in *fabric.Instr) error {
	if in.Every > 0 {
		return x.scan(in)
	}
	g := x.m.Memory.Guards[in.Array]
	for k, w := range g.Watches {
		if err := x.respond(in, g, k); err != nil {
			return err
		}
		clear(w.confirmed)
		clear(w.products)
	}
	return nil
}

// respond does what the plan wants with the alarms of a copy of an array.
func (x *pass) respond(in *fabric.Instr, g *guard, k int) error {
	m, w := x.m, g.Watches[k]
	key := array.ReadKey{Seed: m.env.Seed, Step: x.step, Field: respondField}
	want := append([]float32(nil), w.Model...)
	for group, n := range w.confirmed {
		if n == 0 {
			continue
		}
		switch g.of.Repair {
		case "stop":
			s := w.groups[group]
			return fmt.Errorf("the checksum of columns %d to %d of %s is wrong, and was again when they were read once more, "+
				"in %d %s of a step; `protect { repair: stop; }` says to stop", s[0], s[1]-1, m.prog.Arrays[in.Array].Path, n, plural("read", int(n)))
		case "move":
			x.move(in, w.of, want, key)
			x.repairing += m.trim(in, x.step, ledger.Update)
			return nil // all groups are on new tiles
		case "spare":
			if x.replace(in, w, group, want, key) {
				x.repairing += m.trim(in, x.step, ledger.Update)
			}
		}
	}
	return nil
}

// respondField tells these measurements from those of scans.
const respondField = 1 << 5

// replace puts spare columns in the place of the column that the second checksum blames
// for what was confirmed, where a measurement of it finds cells that are wrong, and
// reports whether it did.
func (x *pass) replace(in *fabric.Instr, w *watch, group int, want []float32, key array.ReadKey) bool {
	col := w.blamed(group)
	if col < 0 {
		return false // a checksum is wrong
	}
	if !w.of.CanSpare(col) {
		x.m.Memory.Tallies[in.Array].Unrepaired++
		return false
	}
	held := x.holds(in, w.of, key)
	j, done := w.judge(max(in.Reads, 1)), false
	for t, c := range w.of.Cuts() {
		if col < c.Col || col >= c.Col+c.Cols {
			continue
		}
		wrong := 0
		for i := c.Row; i < c.Row+c.Rows; i++ {
			if j.wrong(want[i*w.cols+col], held[i*w.cols+col]) {
				wrong++
			}
		}
		if wrong > 0 && x.spare(in, w.of, column{t, col, wrong}, want, key) {
			done = true
		}
	}
	return done
}

// watchOf is the watch of a copy of an array, nil without checksums.
func (m *Machine) watchOf(at int, a *array.Matrix) *watch {
	g := m.Memory.Guards[at]
	if g == nil {
		return nil
	}
	for _, w := range g.Watches {
		if w.of == a {
			return w
		}
	}
	return nil
}
