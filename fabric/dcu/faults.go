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
// that weights use: by array and copy, the array itself first. One on a tile that arrays
// take turns on is dead for all of them.
func deadColumns(p *fabric.Program) [][][]array.Dead {
	out := make([][][]array.Dead, len(p.Arrays))
	none := p.Chip.Ideal || p.Chip.Faults.Columns == 0
	for i := range p.Arrays {
		a := &p.Arrays[i]
		if a.Digital != nil {
			continue
		}
		out[i] = make([][]array.Dead, 1+twinsOf(a))
	}
	if none {
		return out
	}
	all := weightColumns(p)
	rank := make([]float32, len(all))
	kernel.NewKey(uint64(p.Chip.Die), uint32(array.KindFault), kernel.PathHash("columns"), 0, 0).Uniform(rank, 0, 0)
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank[a], rank[b]) })
	for _, i := range order[:min(p.Chip.Faults.Columns, len(order))] {
		for _, c := range all[i] {
			out[c.of][c.copied] = append(out[c.of][c.copied], c.at)
		}
	}
	return out
}

// lane is a column of a tile as an array, or a copy of it, sees it.
type lane struct {
	of, copied int
	at         array.Dead
}

// weightColumns are the columns of tiles that weights use, each with the arrays that do.
func weightColumns(p *fabric.Program) [][]lane {
	type place struct{ tile, col int }
	shared := p.TakesTurns()
	seen := map[place]int{}
	var all [][]lane
	for i := range p.Arrays {
		a := &p.Arrays[i]
		if a.Digital != nil {
			continue
		}
		for k := range 1 + twinsOf(a) {
			for t, c := range a.Tiles {
				for j := range c.Cols {
					one := lane{i, k, array.Dead{Cut: t, Col: c.Col + j}}
					if at, ok := seen[place{c.Tile, j}]; ok && shared != nil && shared[i] {
						all[at] = append(all[at], one)
						continue
					}
					seen[place{c.Tile, j}] = len(all)
					all = append(all, []lane{one})
				}
			}
		}
	}
	return all
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
