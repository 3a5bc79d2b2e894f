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

// difference exports the difference amplifier of P1; the last run clips.
func difference(chip *fabric.Chip) (*Netlist, error) {
	amp := circuit.OpAmpOf(chip)
	n := &Netlist{Notes: []string{"four resistors of 100k; the output is the second input less the first"}}
	n.amplifier("opamp", amp)
	n.source("V1", "in1")
	n.source("V2", "in2")
	n.add("R1 in1 minus 100k")
	n.add("R2 minus out 100k")
	n.add("R3 in2 plus 100k")
	n.add("R4 plus 0 100k")
	n.add("Xamp plus minus out opamp")
	swing := circuit.Swing(chip)
	for _, at := range [][2]float64{{0.3, -0.2}, {-0.5, 0.25}, {0.4, 0.4}, {-0.8, 0.8}} {
		v1, v2 := at[0]*swing, at[1]*swing
		out, err := amp.Difference(v1, v2)
		if err != nil {
			return nil, err
		}
		n.op(volts("v(out)", out, swing), Setting{"V1", v1}, Setting{"V2", v2})
	}
	return n, nil
}

// settling exports P1t: a step of an inverting amplifier that its pole alone governs
// and one that slews first, to half a step of the chip's converters.
func settling(chip *fabric.Chip) (*Netlist, error) {
	const noiseGain = 2.0
	amp := circuit.OpAmpOf(chip)
	n := &Netlist{Notes: []string{
		fmt.Sprintf("resistors of 100k; settled is the time to half a step of %d bits; slew %s V/s", chip.ADC.Bits, num(amp.Slew)),
	}}
	n.slewing("slewing", amp)
	n.add("Vin in 0 PWL(0 0 1f 0)")
	n.add("Rin in node 100k")
	n.add("Rf node out 100k")
	n.add("Xamp 0 node out slewing")
	linear, reach := amp.Slew*amp.Tau(noiseGain), 0.9*circuit.Swing(chip)
	for _, step := range []float64{min(0.4*linear, reach), min(3*linear, reach)} {
		at := amp.SettleBits(noiseGain, step, chip.ADC.Bits)
		near := step * (1 - math.Ldexp(1, -chip.ADC.Bits-1))
		n.Runs = append(n.Runs, Run{
			Before:  fmt.Sprintf("alter @vin[pwl] = [ 0 0 1f %s ]", num(-step*amp.Loop(noiseGain))),
			Command: fmt.Sprintf("tran %s %s 0 %s", num(at/2000), num(1.5*at), num(at/2000)),
			Measure: []string{fmt.Sprintf("meas tran settled when v(out)=%s", num(near))},
			Probes:  []Probe{{Print: "settled", Value: at, Unit: "s", Full: at}},
		})
	}
	return n, nil
}

// noise exports P1n: the output noise of one side of an inverting amplifier.
func noise(chip *fabric.Chip) (*Netlist, error) {
	const input, feedback = 20e3, 100e3
	amp := circuit.OpAmpOf(chip)
	n := &Netlist{Notes: []string{
		"20k into a feedback of 100k; a resistor at the + input has the amplifier's noise",
		"onoise_total is in volts, from 1 Hz to 1e5 gain-bandwidths",
	}}
	n.amplifier("opamp", amp)
	n.add("Vin in 0 DC 0 AC 1")
	n.add("Rin in node %s", num(input))
	n.add("Rf node out %s", num(feedback))
	plus := "0"
	if amp.Noise > 0 {
		plus = "plus"
		n.add("Rnoise plus 0 %s", num(amp.Noise*amp.Noise/(4*circuit.Boltzmann*chip.Temperature)))
	}
	n.add("Xamp %s node out opamp", plus)
	rms := amp.NoiseRMS(1+feedback/input, feedback, chip.Temperature)
	n.Runs = []Run{{
		Command: fmt.Sprintf("noise v(out) Vin dec 400 1 %s", num(1e5*amp.GBW)),
		Measure: []string{"setplot noise2"},
		Probes:  []Probe{{Print: "onoise_total", Value: rms, Unit: "V", Full: rms}},
	}}
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

// conductor exports P2: the current of a voltage-controlled resistor into 0 V.
func conductor(chip *fabric.Chip) (*Netlist, error) {
	r := circuit.VCROf(chip)
	n := &Netlist{Notes: []string{"the current is that of Vsense, into 0 V; the last run leaves the triode range of a plain transistor"}}
	n.resistor(r)
	n.source("Vin", "in")
	n.source("Vgate", "gate")
	n.add("Xcell in gate node vcr")
	n.add("Vsense node 0 DC 0")
	full := r.Conductance(r.Threshold+chip.VCR.Overdrive) * chip.Rail.Input
	for _, at := range [][2]float64{{1, 1}, {-1, 1}, {0.5, 1.4}, {-0.25, 0.6}, {1, 0.4}} {
		v, gate := at[0]*chip.Rail.Input, r.Threshold+at[1]*chip.VCR.Overdrive
		n.op(Probe{Print: "i(vsense)", Value: r.Current(gate, v), Unit: "A", Full: full}, Setting{"Vin", v}, Setting{"Vgate", gate})
	}
	return n, nil
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
	for _, want := range []float64{30e-6, 300e-6, 3e-3, 30e-3} {
		v := inputFor(e, want, chip)
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

// ratio exports P5T: what two matched junctions carry, one over the other.
func ratio(chip *fabric.Chip) (*Netlist, error) {
	j := circuit.Silicon(2e-15)
	n := &Netlist{Notes: []string{"two silicon junctions of 2 fA; the ratio of their currents, a volt for 1"}}
	n.junction("junction", j)
	for i := 1; i <= 2; i++ {
		n.source(fmt.Sprintf("V%d", i), fmt.Sprintf("in%d", i))
		n.add("D%d in%d node%d junction", i, i, i)
		n.add("Vsense%d node%d 0 DC 0", i, i)
	}
	n.add("Bratio ratio 0 V = I(Vsense1)/I(Vsense2)")
	for _, at := range [][2]float64{{0.55, 0.5}, {0.48, 0.54}, {0.6, 0.6}} {
		out, err := j.Ratio(at[0], at[1], chip.Temperature)
		if err != nil {
			return nil, err
		}
		n.op(Probe{Print: "v(ratio)", Value: out, Full: 1, Log: true}, Setting{"V1", at[0]}, Setting{"V2", at[1]})
	}
	return n, nil
}

// inputFor is the input in whole millivolts that gives about an output of want volts
// at the chip's temperature.
func inputFor(e circuit.ExponentConverter, want float64, chip *fabric.Chip) float64 {
	scale := circuit.ThermalVoltage(chip.Temperature)
	return math.Round(1e3*scale*math.Log(want/e.Feedback/e.Junction.SaturationAt(chip.Temperature))) / 1e3
}

// softmaxDivide exports P12d: exponentials, their sum, which moves the gates of
// dividers, and the quotients, a volt for a share of 1.
func softmaxDivide(chip *fabric.Chip) (*Netlist, error) {
	amp := circuit.OpAmpOf(chip)
	e := circuit.ExpDivide{
		Exp: circuit.ExponentConverter{Amp: amp, Junction: circuit.Silicon(2e-15), Feedback: 50e3},
		Sum: amp, SumGain: 1, Divide: circuit.DividerOf(chip),
	}
	n := &Netlist{Notes: []string{
		"silicon junctions of 2 fA into 50k, their sum by resistors of 100k is the overdrive of the dividers' gates",
		"p1 .. p4 are the quotients, scaled so that they sum to 1 with gates that follow and ideal amplifiers",
	}}
	n.amplifier("opamp", amp)
	n.junction("junction", e.Exp.Junction)
	n.resistor(e.Divide.Cell)
	const inputs = 4
	for i := 1; i <= inputs; i++ {
		n.source(fmt.Sprintf("V%d", i), fmt.Sprintf("in%d", i))
		n.add("D%d in%d e%dn junction", i, i, i)
		n.add("Re%d e%dn e%d %s", i, i, i, num(e.Exp.Feedback))
		n.add("Xe%d 0 e%dn e%d opamp", i, i, i)
		n.add("Rs%d e%d sn 100k", i, i)
		n.add("Rd%d e%d d%dn %s", i, i, i, num(e.Divide.Input))
		n.add("Xcell%d d%d gate d%dn vcr", i, i, i)
		n.add("Xd%d 0 d%dn d%d opamp", i, i, i)
		n.add("Ep%d p%d 0 d%d 0 %s", i, i, i, num(e.Unit()))
	}
	n.add("Rs sn sum 100k")
	n.add("Xs 0 sn sum opamp")
	n.add("Vshift gate sum DC %s", num(e.Divide.Cell.Threshold))
	// The sum is wanted at an overdrive whose plain transistors do not saturate.
	total := min(1.1*chip.VCR.Overdrive, 0.9*circuit.Swing(chip))
	for _, want := range [][inputs]float64{{0.25, 0.25, 0.25, 0.25}, {0.17, 0.3, 0.25, 0.28}, {0.25, 0.1, 0.25, 0.4}} {
		var v []float64
		for _, p := range want {
			v = append(v, inputFor(e.Exp, p*total, chip))
		}
		shares, err := e.Shares(v, chip.Temperature)
		if err != nil {
			return nil, err
		}
		n.share(v, shares)
	}
	return n, nil
}

// share adds a run with the sources V1 .. at v, which probes the shares p1 .. of a softmax.
func (n *Netlist) share(v, shares []float64) {
	r := Run{Command: "op"}
	for i, p := range shares {
		r.Set = append(r.Set, Setting{fmt.Sprintf("V%d", i+1), v[i]})
		r.Probes = append(r.Probes, Probe{Print: fmt.Sprintf("v(p%d)", i+1), Value: p, Full: 1})
	}
	n.Runs = append(n.Runs, r)
}
