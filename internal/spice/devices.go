package spice

import (
	"fmt"
	"math"

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

// The sampling transistor of hold and its clock.
const (
	onResistance = 1e3     // Ohm
	overlap      = 0.1e-15 // F, gate to capacitor
	acquireTime  = 4e-9    // s, as the machine's timing has it
	earlyTime    = 50e-12  // s, where the capacitor is still charging
	waitTime     = 1e-9    // s, from the edge of the clock to the reading of the pedestal
	unleaking    = 2.0     // s, the time constant that stands for a capacitor without a leak
	droopShare   = 0.4     // of a time constant, to the reading of the droop
)

// hold exports P8. The switch is a resistor that is on while the clock is high; its
// overlap capacitance couples the falling clock onto the capacitor.
func hold(chip *fabric.Chip) (*Netlist, error) {
	sw := circuit.Switch{Hold: chip.Cap.Hold, Overlap: overlap, Low: -chip.Supply.Analog / 2, High: chip.Supply.Analog / 2}
	tau := circuit.Retention(chip.Cap.Hold, chip.Rail.Weight, chip.Cap.Leak)
	if math.IsInf(tau, 0) {
		tau = unleaking
	}
	n := &Netlist{Notes: []string{
		fmt.Sprintf("switch of %s Ohm with an overlap of %s F", num(onResistance), num(overlap)),
		fmt.Sprintf("a second capacitor, charged at the start, leaks with a time constant of %s s; the clock rests meanwhile", num(tau)),
	}}
	n.add("Vin in 0 DC %s", num(chip.Rail.Input))
	n.add("Vclk clk 0 PWL(0 %s %s %s %s %s)", num(sw.High), num(acquireTime), num(sw.High), num(acquireTime+1e-13), num(sw.Low))
	// The switch opens at the very start of the clock's edge: all of the swing couples.
	n.add("Ssample in cell clk 0 sampler")
	n.add(".model sampler SW(VT=%s VH=0 RON=%s ROFF=1e18)", num(sw.High-0.01*(sw.High-sw.Low)), num(onResistance))
	n.add("Chold cell 0 %s", num(sw.Hold))
	n.add("Cov clk cell %s", num(overlap))
	n.add("Cstore store 0 %s", num(sw.Hold))
	n.add("Rleak store 0 %s", num(tau/sw.Hold))
	n.add(".ic v(cell)=0 v(store)=%s", num(chip.Rail.Input))
	probes, err := holdProbes(chip, sw, tau)
	if err != nil {
		return nil, err
	}
	step := tau / 5000
	n.Runs = []Run{
		{
			Command: fmt.Sprintf("tran 1p %s 0 1p", num(acquireTime+2*waitTime)),
			Measure: []string{
				fmt.Sprintf("meas tran early find v(cell) at=%s", num(earlyTime)),
				fmt.Sprintf("meas tran acquired find v(cell) at=%s", num(acquireTime-1e-11)),
				fmt.Sprintf("meas tran held find v(cell) at=%s", num(acquireTime+waitTime)),
			},
			Probes: probes[:3],
		},
		{
			Before:  fmt.Sprintf("alter @vclk[pwl] = [ 0 %s %s %s ]", num(sw.Low), num(tau), num(sw.Low)),
			Command: fmt.Sprintf("tran %s %s 0 %s", num(step), num(tau/2), num(step)),
			Measure: []string{fmt.Sprintf("meas tran drooped find v(store) at=%s", num(droopShare*tau))},
			Probes:  probes[3:],
		},
	}
	return n, nil
}

// holdProbes are the values of hold: while it charges, once it has, behind the
// clock's edge, and on the leaking capacitor.
func holdProbes(chip *fabric.Chip, sw circuit.Switch, tau float64) ([]Probe, error) {
	full := chip.Rail.Input
	early, err := circuit.Acquire(0, full, onResistance, sw.Hold+sw.Overlap, earlyTime)
	if err != nil {
		return nil, err
	}
	acquired, err := circuit.Acquire(0, full, onResistance, sw.Hold+sw.Overlap, acquireTime)
	if err != nil {
		return nil, err
	}
	pedestal, err := sw.PedestalFast()
	if err != nil {
		return nil, err
	}
	drooped, err := circuit.Droop(full, droopShare*tau, tau)
	if err != nil {
		return nil, err
	}
	return []Probe{
		volts("early", early, full), volts("acquired", acquired, full),
		volts("held", acquired+pedestal, full), volts("drooped", drooped, full),
	}, nil
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

// The bipolar transistors of tanh and softmax, and the current they share.
const (
	bipolarSaturation = 1e-16 // A
	bipolarGain       = 200.0
	tailCurrent       = 5e-6 // A
)

// tanhPair exports P6 with an area ratio of 1.03 and a load that makes a full
// output of rail.input.
func tanhPair(chip *fabric.Chip) (*Netlist, error) {
	p := circuit.BipolarPair{Load: chip.Rail.Input / tailCurrent, Tail: tailCurrent, Beta: bipolarGain, Skew: 1.03}
	n := &Netlist{Notes: []string{"tail of 5 uA, current gain 200, areas 1.03 to 1; inputs are +- v/2"}}
	n.bipolar("npn", bipolarSaturation, p.Beta)
	n.add("Vcc vcc 0 DC %s", num(chip.Supply.Analog/2))
	n.source("Vp", "p")
	n.source("Vn", "n")
	n.add("R1 vcc c1 %s", num(p.Load))
	n.add("R2 vcc c2 %s", num(p.Load))
	n.add("Q1 c1 p e npn %s", num(p.Skew))
	n.add("Q2 c2 n e npn 1")
	n.add("Itail e 0 DC %s", num(p.Tail))
	n.add("Bout out 0 V = V(c2)-V(c1)")
	for _, v := range []float64{-0.12, -0.03, 0, 0.04, 0.08} {
		out, err := p.Output(v, chip.Temperature)
		if err != nil {
			return nil, err
		}
		n.op(volts("v(out)", out, chip.Rail.Input), Setting{"Vp", v / 2}, Setting{"Vn", -v / 2})
	}
	return n, nil
}

// softmax exports P12: the shares of the tail that four collectors take.
func softmax(chip *fabric.Chip) (*Netlist, error) {
	t := circuit.Translinear{Beta: bipolarGain}
	n := &Netlist{Notes: []string{"tail of 5 uA, current gain 200; p1 .. p4 are shares of the tail, a volt for all of it"}}
	n.bipolar("npn", bipolarSaturation, t.Beta)
	n.add("Vcc vcc 0 DC %s", num(chip.Supply.Analog/2))
	const inputs = 4
	for i := 1; i <= inputs; i++ {
		n.source(fmt.Sprintf("V%d", i), fmt.Sprintf("in%d", i))
		n.add("Vc%d vcc c%d DC 0", i, i)
		n.add("Q%d c%d in%d e npn", i, i, i)
		n.add("Bp%d p%d 0 V = I(Vc%d)/%s", i, i, i, num(tailCurrent))
	}
	n.add("Itail e 0 DC %s", num(tailCurrent))
	for _, v := range [][]float64{{0, 0, 0, 0}, {0, 0.02, -0.03, 0.05}, {0.1, -0.1, 0.09, 0}} {
		shares, err := t.Shares(v, chip.Temperature)
		if err != nil {
			return nil, err
		}
		r := Run{Command: "op"}
		for i, p := range shares {
			r.Set = append(r.Set, Setting{fmt.Sprintf("V%d", i+1), v[i]})
			r.Probes = append(r.Probes, Probe{Print: fmt.Sprintf("v(p%d)", i+1), Value: p, Full: 1})
		}
		n.Runs = append(n.Runs, r)
	}
	return n, nil
}
