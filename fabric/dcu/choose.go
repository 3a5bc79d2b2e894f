package dcu

import (
	"math"

	"acl/fabric"
	"acl/fabric/ledger"
)

// choose binds a unit to a physical module for its next firing. A module that
// last served another unit is connected anew, at a charged cost; a binding that
// stays is free.
func (x *pass) choose(in *fabric.Instr, phase ledger.Phase, samples int) error {
	m := x.m
	u := &m.prog.Units[in.Unit]
	mem := &m.Memory
	place, err := m.working(u)
	if err != nil {
		return err
	}
	at := place[0]
	if len(place) > 1 {
		at = x.pick(in.Unit, place)
	}
	if was := mem.Binding[in.Unit]; was >= 0 && m.failed(was) {
		mem.Rerouted++
	}
	if mem.Holder[at] != in.Unit {
		mem.Configured++
		m.meter.configure(in, phase, samples)
		mem.Holder[at] = in.Unit
	}
	mem.Binding[in.Unit] = at
	mem.Fired[at]++
	mem.Busy[at] += float64(max(u.Positions, 1))
	return nil
}

// pick takes one of several candidates by the plan's policy or heuristic, and notes why.
func (x *pass) pick(unit int, place []int) int {
	p := &x.m.prog.Plan
	if p.Choose != "policy" {
		return x.heuristic(unit, place, p.Choose, p.Explore)
	}
	at, rule := x.ruled(unit, place)
	x.m.Memory.Ruled[rule]++
	return at
}

// heuristic picks one of several candidates. Ties go to the first in the chip's order.
func (x *pass) heuristic(unit int, place []int, rule string, explore float64) int {
	m := x.m
	mem := &m.Memory
	var cost func(at int) float64
	switch rule {
	case "adaptive":
		return x.adaptive(unit, place, explore)
	case "round_robin":
		mem.Turn++
		return place[mem.Turn%len(place)]
	case "least_loaded":
		cost = func(at int) float64 { return mem.Busy[at] }
	case "least_worn":
		cost = func(at int) float64 { return float64(mem.Fired[at]) }
	case "nearest":
		cost = func(at int) float64 { return m.distance(unit, at) }
	default: // least_energy
		cost = func(at int) float64 { return m.reading(at) + m.connection(unit, at) }
	}
	best, least := place[0], math.Inf(1)
	for _, at := range place {
		if c := cost(at); c < least {
			best, least = at, c
		}
	}
	return best
}

// reading ranks candidates by the energy of their reads: by copies, then by the bits of
// their converters, each of which outweighs what a connection takes.
func (m *Machine) reading(at int) float64 {
	bits := m.prog.Modules[at].Bits
	if bits == 0 {
		bits = m.prog.Chip.ADC.Bits
	}
	return 1e4*float64(m.prog.Modules[at].Copies) + 10*float64(bits)
}

// connection ranks candidates by the energy of connecting them: none for the
// module that the unit has, then one that serves nobody, then one whose unit will
// have to be connected again.
func (m *Machine) connection(unit, at int) float64 {
	switch m.Memory.Holder[at] {
	case unit:
		return 0
	case -1:
		return 1
	}
	return 2
}

// distance is the way from a module to the first tile of a unit's array, both on
// square grids in the order of their numbers over the same floor, in shares of
// its side; 0 for units without an array.
func (m *Machine) distance(unit, at int) float64 {
	u := &m.prog.Units[unit]
	if u.Array < 0 {
		return 0
	}
	x, y := gridPlace(at, len(m.prog.Modules))
	tx, ty := gridPlace(m.prog.Arrays[u.Array].Tiles[0].Tile, m.prog.Tiles+m.prog.GradTiles)
	return math.Abs(x-tx) + math.Abs(y-ty)
}

func gridPlace(i, n int) (x, y float64) {
	side := math.Ceil(math.Sqrt(float64(max(n, 1))))
	return (math.Mod(float64(i), side) + 0.5) / side, (math.Floor(float64(i)/side) + 0.5) / side
}
