package spice

import (
	"fmt"
	"math"

	"acl/fabric/circuit"
)

// clampStiffness is how much more strongly an amplifier's inner node is held at the
// clip than its pole pulls: there is no wind-up, and the outer clip is exact.
const clampStiffness = 1e4

// amplifier is a subcircuit with the given name of an amplifier without slew limit:
// A0/(1+sA0/2πGBW), an offset at the + input, a clip.
func (n *Netlist) amplifier(name string, a circuit.OpAmp) {
	a.Slew = math.Inf(1)
	n.slewing(name, a)
}

// slewing is an amplifier with its slew limit: what charges the pole is bounded.
func (n *Netlist) slewing(name string, a circuit.OpAmp) {
	free, reach := math.IsInf(a.Low, 0) && math.IsInf(a.High, 0), "without clip"
	if !free {
		reach = fmt.Sprintf("%s V .. %s V", num(a.Low), num(a.High))
	}
	n.add("* op-amp: gain %s, gain-bandwidth %s Hz, output %s", num(a.Gain), num(a.GBW), reach)
	n.add(".subckt %s p n o", name)
	pole := a.Gain / (2 * math.Pi * a.GBW) // F, against 1 Ohm
	inner := fmt.Sprintf("%s*(V(p)-V(n)+%s)-V(s)", num(a.Gain), num(a.Offset))
	if limit := a.Slew * pole; !math.IsInf(limit, 0) {
		inner = fmt.Sprintf("max(%s,min(%s,%s))", num(-limit), num(limit), inner)
	}
	if free {
		n.add("Bpole 0 s I = %s", inner)
		n.add("Bout o 0 V = V(s)")
	} else {
		clip := fmt.Sprintf("max(%s,min(%s,V(s)))", num(a.Low), num(a.High))
		n.add("Bpole 0 s I = %s-%s*(V(s)-%s)", inner, num(clampStiffness), clip)
		n.add("Bout o 0 V = %s", clip)
	}
	n.add("Cpole s 0 %s", num(pole))
	n.add(".ends")
}

// unclipped is an amplifier whose output has no limit, where a clip belongs to what
// follows it.
func unclipped(a circuit.OpAmp) circuit.OpAmp {
	a.Low, a.High = math.Inf(-1), math.Inf(1)
	return a
}

// resistor is the subcircuit vcr, with drain d, control c and source s: the square
// law of P2 at both ends, β/2 (u²-(u-v)²), with its saturation. A linearised one
// has its gate at the control plus half of what its ends sum to.
func (n *Netlist) resistor(r circuit.VCR) {
	n.add("* voltage-controlled resistor: law %s, beta %s A/V2, threshold %s V", r.Law, num(r.Beta), num(r.Threshold))
	n.add(".subckt vcr d c s")
	gate, factor, swing := "V(c)", r.Beta/2, ""
	switch r.Law {
	case circuit.Linearized:
		n.add("Egate g 0 vol = 'V(c)+0.5*(V(d)+V(s))'")
		gate = "V(g)"
	case circuit.JFET:
		factor = r.Beta
		swing = fmt.Sprintf("*(1+%s*abs(V(d,s)))", num(r.Lambda))
	}
	end := func(at string) string { return fmt.Sprintf("max(%s-V(%s)-%s,0)**2", gate, at, num(r.Threshold)) }
	n.add("Bch d s I = %s*(%s-%s)%s", num(factor), end("s"), end("d"), swing)
	n.add(".ends")
}

// junction is a diode model.
func (n *Netlist) junction(name string, j circuit.Junction) {
	n.add(".model %s D(IS=%s N=%s EG=%s XTI=%s RS=%s)", name, num(j.Saturation), num(j.Ideality), num(j.Gap), num(j.Exponent), num(j.Series))
}

// bipolar is an NPN model without Early effect.
func (n *Netlist) bipolar(name string, saturation, beta float64) {
	n.add(".model %s NPN(IS=%s BF=%s BR=1)", name, num(saturation), num(beta))
}

// source is a voltage source that runs set.
func (n *Netlist) source(name, node string) { n.add("%s %s 0 DC 0", name, node) }
