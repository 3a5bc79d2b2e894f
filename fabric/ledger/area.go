package ledger

import "acl/fabric"

// Area is the silicon that parts of a chip take, m² at 45 nm (physics.md §9). The
// control unit's vector lanes are not in it: no figure for them is sourced.
type Area struct{ Cells, Amplifiers, Converters, Stack, Control Amount }

// Total is the sum of the parts in m².
func (a Area) Total() float64 { return a.Band().Value }

// Band is the sum of the parts with its band.
func (a Area) Band() Amount {
	return sum([]Amount{a.Cells, a.Amplifiers, a.Converters, a.Stack, a.Control})
}

// AreaPart is one part of an area.
type AreaPart struct {
	Name string
	Area Amount
}

// Parts lists the parts by name, in a fixed order.
func (a Area) Parts() []AreaPart {
	return []AreaPart{
		{"cells", a.Cells}, {"amplifiers", a.Amplifiers}, {"converters", a.Converters}, {"stack", a.Stack}, {"control", a.Control},
	}
}

// microcode is the memory of the control unit, bits: 8 KB.
const microcode = 8 * 1024 * 8

// AreaOf is the area of a number of whole tiles, each with its own drivers,
// read-outs and converters since the tiles of a layer work at the same time, of as
// many values on the stack, and of the control unit's memory.
// The figures are those of a table of costs.
func AreaOf(chip *fabric.Chip, t *Table, tiles, held int) Area {
	fig := func(name string) Amount {
		f, ok := t.Figure(name, chip)
		if !ok {
			panic("ledger: table " + t.Name + " has no figure " + name)
		}
		return Amount{f.Value, f.Low, f.High}
	}
	k, n, m := float64(tiles), float64(chip.Tiles.Size.H), float64(chip.Tiles.Size.W+chip.Tiles.Spares)
	adcs := groups(int(m), chip.ADC.Share)
	return Area{
		Cells:      fig(areaPair).Times(k * n * m),
		Amplifiers: fig(areaOpAmp).Times(k * (n + 2*m)),
		Converters: fig(areaADC).Times(k * adcs).Plus(fig(areaDAC).Times(k * n)),
		Stack:      fig(areaHold).Times(2 * float64(held)),
		Control:    fig(areaBit).Times(microcode),
	}
}

// Utilization is how much of a chip a program uses, as shares.
type Utilization struct {
	Tiles float64 // of the chip's tiles
	Cells float64 // of the cells of the tiles in use
	Stack float64 // of the stack's capacitors
}

// UtilizationOf is the use that a program makes of its chip. A chip without tiles
// or stack counts as unused.
func UtilizationOf(p *fabric.Program) Utilization {
	var cells int64
	held := map[int]int64{} // by tile: cells of the largest of those that take turns on it
	for i := range p.Arrays {
		a := &p.Arrays[i]
		copies := len(a.Grad) + len(a.Copy) + len(a.Twins)
		if len(a.Tiles) > 0 {
			cells += int64(a.Rows) * int64(a.Cols) * int64(copies/len(a.Tiles))
		}
		for _, c := range a.Tiles {
			held[c.Tile] = max(held[c.Tile], int64(c.Rows)*int64(c.Cols))
		}
	}
	for _, n := range held {
		cells += n
	}
	size := p.Chip.Tiles.Size
	used := p.Tiles + p.GradTiles
	return Utilization{
		Tiles: share(float64(used), float64(p.Chip.Tiles.Count)),
		Cells: share(float64(cells), float64(used)*float64(size.H)*float64(size.W)),
		Stack: share(float64(p.Frame), float64(p.Chip.Stack.Depth)),
	}
}

func share(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}
