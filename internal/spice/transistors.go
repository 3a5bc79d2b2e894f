package spice

import (
	"fmt"
	"math"

	"acl/fabric"
	"acl/fabric/circuit"
)

// The transistors of pairs, followers and softmax, and the current they share.
const (
	bipolarSaturation = 1e-16 // A
	bipolarGain       = 200.0
	tailCurrent       = 5e-6   // A
	strongBeta        = 200e-6 // A/V², of the MOS pair
)

// pair is the frame of a differential pair of P6: loads, tail, and the difference of
// the loads' volts at node out. A device has its collector, its base and the common
// emitter, or what they are of a MOS transistor.
func (n *Netlist) pair(chip *fabric.Chip, load, tail float64, device1, device2 string) {
	n.add("Vcc vcc 0 DC %s", num(chip.Supply.Analog/2))
	n.source("Vp", "p")
	n.source("Vn", "n")
	n.add("R1 vcc c1 %s", num(load))
	n.add("R2 vcc c2 %s", num(load))
	n.add("%s", device1)
	n.add("%s", device2)
	n.add("Itail e 0 DC %s", num(tail))
	n.add("Bout out 0 V = V(c2)-V(c1)")
}

// steer probes a pair at differences of its inputs.
func (n *Netlist) steer(chip *fabric.Chip, at []float64, output func(v float64) (float64, error)) (*Netlist, error) {
	for _, v := range at {
		out, err := output(v)
		if err != nil {
			return nil, err
		}
		n.op(volts("v(out)", out, chip.Rail.Input), Setting{"Vp", v / 2}, Setting{"Vn", -v / 2})
	}
	return n, nil
}

// tanhPair exports P6 with an area ratio of 1.03 and a load that makes a full
// output of rail.input.
func tanhPair(chip *fabric.Chip) (*Netlist, error) {
	p := circuit.BipolarPair{Load: chip.Rail.Input / tailCurrent, Tail: tailCurrent, Beta: bipolarGain, Skew: 1.03}
	n := &Netlist{Notes: []string{"tail of 5 uA, current gain 200, areas 1.03 to 1; inputs are +- v/2"}}
	n.bipolar("npn", bipolarSaturation, p.Beta)
	n.pair(chip, p.Load, p.Tail, fmt.Sprintf("Q1 c1 p e npn %s", num(p.Skew)), "Q2 c2 n e npn 1")
	return n.steer(chip, []float64{-0.12, -0.03, 0, 0.04, 0.08}, func(v float64) (float64, error) { return p.Output(v, chip.Temperature) })
}

// The weak inversion of tanh_weak: the slope as extracted for the node (physics.md
// §2, P6), and a tail that leaves transistors there.
const (
	weakSlope  = 1.18
	weakTail   = 10e-9 // A
	weakOffset = 2e-3  // V
)

// tanhWeak exports P6 of MOS transistors in weak inversion. Their law is that of a
// bipolar transistor of ideality n without base current, which they are: the slope of
// the simulator's MOS models follows from tens of parameters and from the drain.
func tanhWeak(chip *fabric.Chip) (*Netlist, error) {
	p := circuit.WeakPair{Load: chip.Rail.Input / weakTail, Tail: weakTail, Slope: weakSlope, Offset: weakOffset}
	n := &Netlist{Notes: []string{
		"tail of 10 nA, slope 1.18, an offset of 2 mV; inputs are +- v/2",
		"bipolar transistors of ideality 1.18 without base current stand for MOS ones in weak inversion",
	}}
	n.add(".model weak NPN(IS=%s BF=1e9 BR=1 NF=%s)", num(bipolarSaturation), num(p.Slope))
	n.add("Voffset g1 p DC %s", num(p.Offset))
	n.pair(chip, p.Load, p.Tail, "Q1 c1 g1 e weak", "Q2 c2 n e weak")
	return n.steer(chip, []float64{-0.12, -0.03, 0, 0.04, 0.08}, func(v float64) (float64, error) { return p.Output(v, chip.Temperature) })
}

// tanhStrong exports P6 in strong inversion, which is flat beyond where the tail is
// all on one side. Its transistors are given at the chip's temperature.
func tanhStrong(chip *fabric.Chip) (*Netlist, error) {
	p := circuit.StrongPair{Load: chip.Rail.Input / tailCurrent, Tail: tailCurrent, Beta: strongBeta}
	n := &Netlist{Notes: []string{"level 1 transistors of 200 uA/V2, tail of 5 uA; inputs are +- v/2"}}
	n.add(".model strong NMOS(LEVEL=1 KP=%s VTO=%s GAMMA=0 LAMBDA=0 TNOM=%s)", num(p.Beta), num(chip.VCR.Threshold), num(chip.Temperature-circuit.ZeroCelsius))
	n.pair(chip, p.Load, p.Tail, "M1 c1 p e e strong W=1u L=1u", "M2 c2 n e e strong W=1u L=1u")
	edge := math.Sqrt(2 * p.Tail / p.Beta)
	return n.steer(chip, []float64{-1.5 * edge, -0.7 * edge, 0, 0.2 * edge, 0.95 * edge, 1.2 * edge}, p.Output)
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
		n.share(v, shares)
	}
	return n, nil
}

// maximum exports P10: four emitter followers drive one node.
func maximum(chip *fabric.Chip) (*Netlist, error) {
	f := circuit.FollowerOr{
		Saturation: circuit.Silicon(bipolarSaturation).SaturationAt(chip.Temperature), Current: tailCurrent, Beta: bipolarGain,
	}
	n := &Netlist{Notes: []string{"5 uA drawn from the node, current gain 200; the node is a junction below the inputs"}}
	n.bipolar("npn", bipolarSaturation, f.Beta)
	n.add("Vcc vcc 0 DC %s", num(chip.Supply.Analog/2))
	for i := range maxInputs {
		n.source(fmt.Sprintf("V%d", i+1), fmt.Sprintf("in%d", i+1))
		n.add("Q%d vcc in%d out npn", i+1, i+1)
	}
	n.add("Itail out 0 DC %s", num(f.Current))
	return n.largest(chip, func(v []float64) (float64, error) { return f.Output(v, chip.Temperature) })
}

// idealGain stands for an amplifier whose gain a closed form takes as unbounded.
const idealGain = 1e6

// maximumSuper exports P10 with each follower in the loop of an amplifier, which takes
// its junction away and puts its offset in.
func maximumSuper(chip *fabric.Chip) (*Netlist, error) {
	n := &Netlist{Notes: []string{
		"offsets of 1, -1, 0.5 and 0 of opamp.offset are subtracted from the inputs; 5 uA drawn from the node",
		"amplifiers of gain 1e6 that reach supply.analog stand for ideal ones",
	}}
	n.bipolar("npn", bipolarSaturation, bipolarGain)
	n.add("Vcc vcc 0 DC %s", num(chip.Supply.Analog/2))
	var offset []float64
	for i, share := range []float64{1, -1, 0.5, 0} {
		amp := circuit.OpAmpOf(chip)
		amp.Gain, amp.Low, amp.High = idealGain, -chip.Supply.Analog, chip.Supply.Analog
		amp.Offset = -share * chip.Opamp.Offset
		offset = append(offset, -amp.Offset)
		n.amplifier(fmt.Sprintf("loop%d", i+1), amp)
		n.source(fmt.Sprintf("V%d", i+1), fmt.Sprintf("in%d", i+1))
		n.add("X%d in%d out base%d loop%d", i+1, i+1, i+1, i+1)
		n.add("Q%d vcc base%d out npn", i+1, i+1)
	}
	n.add("Itail out 0 DC %s", num(tailCurrent))
	return n.largest(chip, func(v []float64) (float64, error) { return circuit.SuperFollowerMax(v, offset) })
}

const maxInputs = 4

// largest probes a circuit of four inputs whose node follows the highest.
func (n *Netlist) largest(chip *fabric.Chip, output func(v []float64) (float64, error)) (*Netlist, error) {
	for _, shares := range [][maxInputs]float64{{-0.5, 0.3, 0.1, 0.25}, {0.2, 0.2, -0.1, 0.15}, {-1, -0.4, -0.6, -0.5}} {
		v := make([]float64, maxInputs)
		var set []Setting
		for i, share := range shares {
			v[i] = share * chip.Rail.Input
			set = append(set, Setting{fmt.Sprintf("V%d", i+1), v[i]})
		}
		out, err := output(v)
		if err != nil {
			return nil, err
		}
		n.op(volts("v(out)", out, chip.Rail.Input), set...)
	}
	return n, nil
}
