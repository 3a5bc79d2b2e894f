package spice

import (
	"fmt"

	"acl/fabric"
	"acl/fabric/circuit"
)

// columns adds an array: rows are the nodes that drive it, weights (a row of cells
// each, in full weights) sit as sources on the gates, column j reads out at node
// <name><j+1>.
func (n *Netlist) columns(name string, rows []string, weights [][]float64, c circuit.Column, chip *fabric.Chip) {
	for j := range weights[0] {
		out := fmt.Sprintf("%s%d", name, j+1)
		for i, row := range rows {
			w := weights[i][j] * chip.Rail.Weight
			cell := fmt.Sprintf("%sr%d", out, i+1)
			n.add("V%su %su 0 DC %s", cell, cell, num(c.Mid+w/2))
			n.add("V%sd %sd 0 DC %s", cell, cell, num(c.Mid-w/2))
			n.add("X%sp %s %su %sp vcr", cell, row, cell, out)
			n.add("X%sm %s %sd %sm vcr", cell, row, cell, out)
		}
		n.readout(out, out+"p", out+"m", c.Plus.Feedback, chip)
	}
}

// read computes the outputs of the columns for inputs in volts.
func read(weights [][]float64, x []float64, c circuit.Column, chip *fabric.Chip) ([]float64, error) {
	out := make([]float64, len(weights[0]))
	for j := range out {
		w := make([]float64, len(x))
		for i := range x {
			w[i] = weights[i][j] * chip.Rail.Weight
		}
		var err error
		if out[j], err = c.Exact(w, x); err != nil {
			return nil, fmt.Errorf("column %d: %w", j+1, err)
		}
	}
	return out, nil
}

// inputs adds the sources of the rows and returns their nodes.
func (n *Netlist) inputs(count int) []string {
	var rows []string
	for i := 1; i <= count; i++ {
		rows = append(rows, fmt.Sprintf("x%d", i))
		n.source(fmt.Sprintf("Vx%d", i), rows[i-1])
	}
	return rows
}

// drive is the settings and volts of inputs in full inputs.
func drive(x []float64, chip *fabric.Chip) ([]Setting, []float64) {
	var set []Setting
	volts := make([]float64, len(x))
	for i, v := range x {
		volts[i] = v * chip.Rail.Input
		set = append(set, Setting{fmt.Sprintf("Vx%d", i+1), volts[i]})
	}
	return set, volts
}

// The weights of array, rows by columns, in full weights.
var arrayWeights = [][]float64{{0.5, -0.25}, {-0.75, 0.6}, {0.2, 0.9}, {-0.1, -0.8}}

// array exports a 4x2 array.
func array(chip *fabric.Chip) (*Netlist, error) {
	c := circuit.ColumnOf(chip, len(arrayWeights), boundOf(chip))
	n := &Netlist{Notes: []string{fmt.Sprintf("read-out range %s, feedback %s Ohm, read-out %q", num(boundOf(chip)), num(c.Plus.Feedback), chip.Tiles.Readout)}}
	n.resistor(c.Cells[0].Plus)
	n.readouts(chip)
	n.columns("y", n.inputs(len(arrayWeights)), arrayWeights, c, chip)
	for _, x := range [][]float64{{0.3, -0.6, 0.8, 0.1}, {-1, 0.5, 0.25, -0.5}, {0.1, 0.1, -0.1, 0.9}} {
		set, volt := drive(x, chip)
		y, err := read(arrayWeights, volt, c, chip)
		if err != nil {
			return nil, err
		}
		r := Run{Set: set, Command: "op"}
		for j, v := range y {
			r.Probes = append(r.Probes, volts(fmt.Sprintf("v(y%d)", j+1), v, circuit.Swing(chip)))
		}
		n.Runs = append(n.Runs, r)
	}
	return n, nil
}

// The weights of the network, inputs by outputs, in full weights.
var (
	hiddenWeights = [][]float64{{0.8, -0.5}, {-0.3, 0.9}, {0.6, 0.4}}
	outputWeights = [][]float64{{0.7}, {-0.9}}
)

// network exports a 3-2-1 network. A rectifier inverts, so that a subtraction with
// its inputs swapped stands before it; a follower drives the next array.
func network(chip *fabric.Chip) (*Netlist, error) {
	amp, bound := circuit.OpAmpOf(chip), boundOf(chip)
	first := circuit.ColumnOf(chip, len(hiddenWeights), bound)
	last := circuit.ColumnOf(chip, len(outputWeights), bound)
	n := &Netlist{Notes: []string{
		"x -> array -> z -> subtraction -> rectifier -> follower h -> array -> y1",
		"resistors of 100k, diodes of 1 fA",
	}}
	n.amplifier("opamp", amp)
	n.amplifier("wide", unclipped(amp))
	n.junction("rectifier", rectifierOf(chip).Diode)
	n.resistor(first.Cells[0].Plus)
	n.readouts(chip)
	n.columns("z", n.inputs(len(hiddenWeights)), hiddenWeights, first, chip)
	var rows []string
	for j := range hiddenWeights[0] {
		rows = append(rows, n.hidden(j+1, rectifierOf(chip)))
	}
	n.columns("y", rows, outputWeights, last, chip)
	for _, x := range [][]float64{{0.8, -0.5, 0.4}, {-0.6, 0.9, 0.7}, {-0.5, -0.5, -0.5}, {0.9, 0.9, 0.2}} {
		r, err := forward(x, first, last, chip)
		if err != nil {
			return nil, err
		}
		n.Runs = append(n.Runs, r)
	}
	return n, nil
}

// hidden is the path of hidden value j from its read-out to the next row's node.
func (n *Netlist) hidden(j int, r circuit.Rectifier) string {
	n.add("Rs%da z%d s%dn 100k", j, j, j)
	n.add("Rs%db s%dn s%d 100k", j, j, j)
	n.add("Rs%dc 0 s%dp 100k", j, j)
	n.add("Rs%dd s%dp 0 100k", j, j)
	n.add("Xs%d s%dp s%dn s%d opamp", j, j, j, j)
	n.rectify(fmt.Sprintf("r%d", j), fmt.Sprintf("s%d", j), fmt.Sprintf("r%d", j), r)
	row := fmt.Sprintf("h%d", j)
	n.add("X%s r%d %s %s opamp", row, j, row, row)
	return row
}

// forward composes the closed forms of the network for one input.
func forward(x []float64, first, last circuit.Column, chip *fabric.Chip) (Run, error) {
	amp, full := circuit.OpAmpOf(chip), circuit.Swing(chip)
	set, volt := drive(x, chip)
	r := Run{Set: set, Command: "op"}
	h, err := read(hiddenWeights, volt, first, chip)
	if err != nil {
		return r, err
	}
	for j, z := range h {
		s, err := amp.Difference(z, 0)
		if err != nil {
			return r, err
		}
		v, err := rectifierOf(chip).Output(s, chip.Temperature)
		if err != nil {
			return r, err
		}
		h[j] = amp.Clip(v / amp.Loop(1)) // the follower
		r.Probes = append(r.Probes, volts(fmt.Sprintf("v(h%d)", j+1), h[j], full))
	}
	y, err := read(outputWeights, h, last, chip)
	if err != nil {
		return r, err
	}
	r.Probes = append(r.Probes, volts("v(y1)", y[0], full))
	return r, nil
}
