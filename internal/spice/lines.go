package spice

import (
	"fmt"

	"acl/fabric"
	"acl/fabric/circuit"
)

// wire joins two nodes by a segment; one without resistance is a source of 0 V.
func (n *Netlist) wire(name, from, to string, ohm float64) {
	if ohm == 0 {
		n.add("V%s %s %s DC 0", name, from, to)
		return
	}
	n.add("R%s %s %s %s", name, from, to, num(ohm))
}

// ladder exports P13: a row of the chip's tiles, its wire and the resistors of its
// cells, each a pair at a weight of zero.
func ladder(chip *fabric.Chip) (*Netlist, error) {
	cells, g := chip.Tiles.Size.W, 2*circuit.Conductance(chip)
	shares, err := circuit.LadderShares(cells, chip.Tiles.Wire, g)
	if err != nil {
		return nil, err
	}
	n := &Netlist{Notes: []string{
		fmt.Sprintf("%d cells of %s S to 0 V behind %s Ohm each, driven with rail.input", cells, num(g), num(chip.Tiles.Wire)),
	}}
	n.add("Vin n0 0 DC %s", num(chip.Rail.Input))
	for k := 1; k <= cells; k++ {
		n.wire(fmt.Sprintf("w%d", k), fmt.Sprintf("n%d", k-1), fmt.Sprintf("n%d", k), chip.Tiles.Wire)
		n.add("Rg%d n%d 0 %s", k, k, num(1/g))
	}
	r := Run{Command: "op"}
	for _, k := range []int{1, (cells + 1) / 2, cells} {
		// A short line has fewer places than three.
		if at := fmt.Sprintf("v(n%d)", k); len(r.Probes) == 0 || r.Probes[len(r.Probes)-1].Print != at {
			r.Probes = append(r.Probes, volts(at, shares[k-1]*chip.Rail.Input, chip.Rail.Input))
		}
	}
	n.Runs = []Run{r}
	return n, nil
}

// The cells of crossbar, rows by columns, in mean conductances, and the resistances
// of its segments in mean resistances: enough to show in a small tile.
var crossbarCells = [][]float64{{1.4, 0.6, 1}, {0.2, 1.8, 0.9}, {1.1, 0.4, 1.6}, {0.7, 1.3, 0.3}}

const (
	crossbarRowWire = 0.01
	crossbarColWire = 0.02
)

// crossbar exports a 4x3 tile with the wires of its rows and columns, to be solved as
// a whole.
func crossbar(chip *fabric.Chip) (*Netlist, error) {
	g0 := circuit.Conductance(chip)
	x := circuit.Crossbar{RowWire: crossbarRowWire / g0, ColWire: crossbarColWire / g0}
	n := &Netlist{Notes: []string{
		fmt.Sprintf("segments of %s Ohm in rows and %s Ohm in columns; columns end at 0 V, where Vo1 .. take their currents", num(x.RowWire), num(x.ColWire)),
	}}
	for i, row := range crossbarCells {
		x.V = append(x.V, []float64{1, -0.5, 0.75, 0.25}[i]*chip.Rail.Input)
		x.G = append(x.G, nil)
		n.add("Vr%d r%d_0 0 DC %s", i+1, i+1, num(x.V[i]))
		for j, g := range row {
			x.G[i] = append(x.G[i], g*g0)
			at := fmt.Sprintf("%d_%d", i+1, j+1)
			n.wire("r"+at, fmt.Sprintf("r%d_%d", i+1, j), "r"+at, x.RowWire)
			n.add("Rg%s r%s c%s %s", at, at, at, num(1/x.G[i][j]))
			n.wire("c"+at, "c"+at, fmt.Sprintf("c%d_%d", i+2, j+1), x.ColWire)
		}
	}
	s, err := x.Solve()
	if err != nil {
		return nil, err
	}
	rows, cols := len(x.G), len(x.G[0])
	r := Run{Command: "op", Probes: []Probe{
		volts(fmt.Sprintf("v(r1_%d)", cols), s.Row[0][cols-1], chip.Rail.Input),
		volts(fmt.Sprintf("v(c1_%d)", cols), s.Col[0][cols-1], chip.Rail.Input),
	}}
	for j, amperes := range s.Current {
		n.add("Vo%d c%d_%d 0 DC 0", j+1, rows+1, j+1)
		r.Probes = append(r.Probes, Probe{Print: fmt.Sprintf("i(vo%d)", j+1), Value: amperes, Unit: "A", Full: g0 * chip.Rail.Input})
	}
	n.Runs = []Run{r}
	return n, nil
}
