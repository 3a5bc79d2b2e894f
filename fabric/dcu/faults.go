package dcu

import (
	"cmp"
	"fmt"
	"slices"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/kernel"
)

// deadColumns draws which columns of the chip are dead (faults.columns), among those
// that weights use: by array and copy, the array itself first.
func deadColumns(p *fabric.Program) [][][]array.Dead {
	out := make([][][]array.Dead, len(p.Arrays))
	type column struct {
		of, copied int
		at         array.Dead
	}
	var all []column
	none := p.Chip.Ideal || p.Chip.Faults.Columns == 0
	for i := range p.Arrays {
		a := &p.Arrays[i]
		if a.Digital != nil {
			continue
		}
		copies := 1
		if a.Protect != nil {
			copies = a.Protect.Copies
		}
		if out[i] = make([][]array.Dead, copies); none {
			continue
		}
		for k := range copies {
			for t, c := range a.Tiles {
				for j := c.Col; j < c.Col+c.Cols; j++ {
					all = append(all, column{i, k, array.Dead{Cut: t, Col: j}})
				}
			}
		}
	}
	if none {
		return out
	}
	rank := make([]float32, len(all))
	kernel.NewKey(uint64(p.Chip.Die), uint32(array.KindFault), kernel.PathHash("columns"), 0, 0).Uniform(rank, 0, 0)
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank[a], rank[b]) })
	for _, i := range order[:min(p.Chip.Faults.Columns, len(order))] {
		c := all[i]
		out[c.of][c.copied] = append(out[c.of][c.copied], c.at)
	}
	return out
}

// failed reports whether a physical module has failed (faults.fail).
func (m *Machine) failed(at int) bool {
	if m.prog.Chip.Ideal {
		return false
	}
	p := &m.prog.Modules[at]
	for _, f := range m.prog.Chip.Faults.Fail {
		if f.Class == p.Class && f.Index == p.Index && m.Memory.Step >= f.Step {
			return true
		}
	}
	return false
}

// working are the modules that a unit may run on and that have not failed.
func (m *Machine) working(u *fabric.Unit) ([]int, error) {
	if len(m.prog.Chip.Faults.Fail) == 0 {
		return u.Place, nil
	}
	place := slices.DeleteFunc(slices.Clone(u.Place), m.failed)
	if len(place) > 0 {
		return place, nil
	}
	p := &m.prog.Modules[u.Place[0]]
	return nil, fmt.Errorf("%s has no module left to run on at step %d: %s[%d] has failed", u.Path, m.Memory.Step, p.Class, p.Index)
}
