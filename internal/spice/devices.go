package spice

import (
	"acl/fabric"
	"acl/fabric/circuit"
)

// schmitt exports P7: a slow triangle at the - input passes both thresholds.
func schmitt(chip *fabric.Chip) (*Netlist, error) {
	s := circuit.Schmitt{Reference: -chip.Rail.Input / 6, R1: 5e3, R2: 95e3, Saturation: circuit.Swing(chip)}
	upper, lower, err := s.Thresholds()
	if err != nil {
		return nil, err
	}
	reach := 2 * (upper - lower)
	n := &Netlist{Notes: []string{
		"5k from the + input to the reference, 95k to the output, which is high or low",
		"the comparator's gain of 1e7 and delay of 1 ns stand for an ideal one",
	}}
	n.add("Vref ref 0 DC %s", num(s.Reference))
	n.add("R1 ref plus %s", num(s.R1))
	n.add("R2 plus out %s", num(s.R2))
	n.add("Vin in 0 PWL(0 %s 1m %s 2m %s)", num(lower-reach), num(upper+reach), num(lower-reach))
	n.add("Bcmp drive 0 V = %s*tanh(1e7*(V(plus)-V(in)))", num(s.Saturation))
	n.add("Rdelay drive outd 1k")
	n.add("Cdelay outd 0 1p")
	n.add("Eout out 0 outd 0 1")
	n.Runs = []Run{{
		Command: "tran 0.2u 2m 0 0.2u",
		Measure: []string{"meas tran upper find v(in) when v(out)=0 fall=1", "meas tran lower find v(in) when v(out)=0 rise=1"},
		Probes:  []Probe{volts("upper", upper, s.Saturation), volts("lower", lower, s.Saturation)},
	}}
	return n, nil
}

// rectifierOf is the rectifier of relu and mlp. Its amplifier reaches a diode
// above the output, so that the clip is the output's.
func rectifierOf(chip *fabric.Chip) circuit.Rectifier {
	return circuit.Rectifier{Amp: circuit.OpAmpOf(chip), Diode: circuit.Silicon(1e-15), Input: 100e3, Gain: 1}
}

// rectify is a rectifier from a node to another.
func (n *Netlist) rectify(name, in, out string, r circuit.Rectifier) {
	n.add("R%sa %s %sn %s", name, in, name, num(r.Input))
	n.add("R%sb %sn %s %s", name, name, out, num(r.Gain*r.Input))
	n.add("D%sf %sn %sa rectifier", name, name, name)
	n.add("D%so %sa %s rectifier", name, name, out)
	n.add("X%s 0 %sn %sa wide", name, name, name)
}

// relu exports P9 on both sides of zero.
func relu(chip *fabric.Chip) (*Netlist, error) {
	r := rectifierOf(chip)
	n := &Netlist{Notes: []string{
		"resistors of 100k, diodes of 1 fA; the output is minus a negative input, and close to zero for a positive one",
		"the amplifier itself has no clip: it works a diode above the output",
	}}
	n.amplifier("wide", unclipped(r.Amp))
	n.junction("rectifier", r.Diode)
	n.source("Vin", "in")
	n.rectify("r", "in", "out", r)
	for _, share := range []float64{-1, -0.4, -0.1, 0.1, 1} {
		v := share * chip.Rail.Input
		out, err := r.Output(v, chip.Temperature)
		if err != nil {
			return nil, err
		}
		n.op(volts("v(out)", out, chip.Rail.Input), Setting{"Vin", v})
	}
	return n, nil
}
