package spice

import (
	"fmt"
	"math"

	"acl/fabric"
	"acl/fabric/circuit"
)

// summing exports P1 with weights 2, 1 and 1/2; the last run clips.
func summing(chip *fabric.Chip) (*Netlist, error) {
	const feedback = 30e3
	amp, r := circuit.OpAmpOf(chip), []float64{15e3, 30e3, 60e3}
	n := &Netlist{Notes: []string{"input resistors 15k, 30k and 60k into a feedback of 30k"}}
	n.amplifier("opamp", amp)
	for i, ohm := range r {
		n.source(fmt.Sprintf("V%d", i+1), fmt.Sprintf("in%d", i+1))
		n.add("R%d in%d node %s", i+1, i+1, num(ohm))
	}
	n.add("Rf node out %s", num(feedback))
	n.add("Xamp 0 node out opamp")
	x := chip.Rail.Input
	for _, v := range [][]float64{{x / 3, -5 * x / 6, x / 6}, {-x / 2, 0, x}, {x, x, x}} {
		out, err := amp.Sum(feedback, v, r)
		if err != nil {
			return nil, err
		}
		n.op(volts("v(out)", out, circuit.Swing(chip)), Setting{"V1", v[0]}, Setting{"V2", v[1]}, Setting{"V3", v[2]})
	}
	return n, nil
}

// op appends a run that finds the operating point.
func (n *Netlist) op(p Probe, set ...Setting) {
	n.Runs = append(n.Runs, Run{Set: set, Command: "op", Probes: []Probe{p}})
}

// narrow is the narrowest read-out range of a chip that may choose: few cells come
// nowhere near a wider one.
const narrow = 2.5

func boundOf(chip *fabric.Chip) float64 {
	if chip.Rail.Bound > 0 {
		return chip.Rail.Bound
	}
	return narrow
}

// multiplier exports P3 in all four quadrants.
func multiplier(chip *fabric.Chip) (*Netlist, error) {
	m := circuit.MultiplierOf(chip, boundOf(chip))
	n := &Netlist{Notes: []string{"the gates sit at Vmid +- w/2; the product is the minus side less the plus side"}}
	n.resistor(m.Cell)
	n.readouts(chip)
	n.source("Vin", "in")
	n.source("Vup", "up")
	n.source("Vdown", "down")
	n.add("Xp in up plus vcr")
	n.add("Xm in down minus vcr")
	n.readout("out", "plus", "minus", m.Feedback, chip)
	for _, at := range [][2]float64{{0.5, 0.5}, {-0.75, 0.5}, {1, -1}, {-0.6, -0.25}} {
		v, w := at[0]*chip.Rail.Input, at[1]*chip.Rail.Weight
		out, err := m.Exact(w, v)
		if err != nil {
			return nil, err
		}
		n.op(volts("v(out)", out, circuit.Swing(chip)/boundOf(chip)),
			Setting{"Vin", v}, Setting{"Vup", m.Mid + w/2}, Setting{"Vdown", m.Mid - w/2})
	}
	return n, nil
}

// readouts are the subcircuits of readout. Where the two sides are one fully
// differential amplifier, only their difference clips.
func (n *Netlist) readouts(chip *fabric.Chip) {
	amp := circuit.OpAmpOf(chip)
	if chip.Tiles.Readout != "pair" {
		amp = unclipped(amp)
	}
	n.amplifier("side", amp)
}

// readout is a column's: two transimpedance amplifiers at the nodes plus and minus,
// and the difference of their outputs.
func (n *Netlist) readout(out, plus, minus string, feedback float64, chip *fabric.Chip) {
	for _, node := range []string{plus, minus} {
		n.add("R%s %s %so %s", node, node, node, num(feedback))
		n.add("Xa%s 0 %s %so side", node, node, node)
	}
	difference := fmt.Sprintf("V(%so)-V(%so)", minus, plus)
	if chip.Tiles.Readout != "pair" {
		swing := circuit.OpAmpOf(chip)
		difference = fmt.Sprintf("max(%s,min(%s,%s))", num(swing.Low), num(swing.High), difference)
	}
	n.add("B%s %s 0 V = %s", out, out, difference)
}

// divider exports P4. Of a plain triode the feedback saturates at large quotients,
// which the inputs stay clear of.
func divider(chip *fabric.Chip) (*Netlist, error) {
	d := circuit.DividerOf(chip)
	n := &Netlist{Notes: []string{"the quotient is that of the input and the overdrive of the gate, with a minus"}}
	n.amplifier("opamp", d.Amp)
	n.resistor(d.Cell)
	n.source("Vin", "in")
	n.source("Vgate", "gate")
	n.add("Rin in node %s", num(d.Input))
	n.add("Xcell out gate node vcr")
	n.add("Xamp 0 node out opamp")
	for _, at := range [][2]float64{{0.25, 1}, {0.5, 1.4}, {-0.25, 0.8}, {1. / 3, 0.6}} {
		v, gate := at[0]*chip.Rail.Input, d.Cell.Threshold+at[1]*chip.VCR.Overdrive
		out, err := d.Exact(v, gate)
		if err != nil {
			return nil, err
		}
		n.op(volts("v(out)", out, circuit.Swing(chip)), Setting{"Vin", v}, Setting{"Vgate", gate})
	}
	return n, nil
}

// exponent exports P5 over four decades of current, which the swing ends.
func exponent(chip *fabric.Chip) (*Netlist, error) {
	e := circuit.ExponentConverter{Amp: circuit.OpAmpOf(chip), Junction: circuit.Silicon(2e-15), Feedback: 5e3}
	n := &Netlist{Notes: []string{"silicon junction of 2 fA at 27 C into a feedback of 5k"}}
	n.amplifier("opamp", e.Amp)
	n.junction("junction", e.Junction)
	n.source("Vin", "in")
	n.add("D1 in node junction")
	n.add("Rf node out %s", num(e.Feedback))
	n.add("Xamp 0 node out opamp")
	// Inputs that give these outputs at the chip's temperature.
	scale := circuit.ThermalVoltage(chip.Temperature)
	for _, want := range []float64{30e-6, 300e-6, 3e-3, 30e-3} {
		v := math.Round(1e3*scale*math.Log(want/e.Feedback/e.Junction.SaturationAt(chip.Temperature))) / 1e3
		out, err := e.Convert(v, chip.Temperature)
		if err != nil {
			return nil, err
		}
		p := volts("v(out)", out, circuit.Swing(chip))
		p.Log = true
		n.op(p, Setting{"Vin", v})
	}
	return n, nil
}
