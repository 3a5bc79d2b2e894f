package circuit

import (
	"fmt"
	"math"

	"acl/fabric"
)

// SmallestOverdrive is the default floor of a divider's overdrive in volts: the
// relative error of a quotient is that of the overdrive.
const SmallestOverdrive = 0.1

// Divider is an inverting amplifier with a voltage-controlled resistor as its
// feedback (P4): it divides an input by the overdrive of a gate.
type Divider struct {
	Amp   OpAmp
	Cell  VCR
	Input float64 // Ohm, from the input to the node
	Floor float64 // V, the smallest overdrive u_min
}

// DividerOf is a divider of the chip whose input resistor is the resistance of a
// weight of zero.
func DividerOf(chip *fabric.Chip) Divider {
	cell := VCROf(chip)
	return Divider{
		Amp: OpAmpOf(chip), Cell: cell, Floor: SmallestOverdrive, Input: 1 / cell.Conductance(cell.Threshold+chip.VCR.Overdrive),
	}
}

// Divide returns the output in volts for an input and a gate voltage, by the closed
// form of its resistor's law: -v/(R β u)/(1+NG/A0) with a gate that follows, and
// (u-√(u²+2v/Rβ))/(1+NG/A0) with a plain one, NG = 1+1/(R β u). An overdrive u
// below the floor is taken as the floor. The plain form takes the node's share of
// the output for a small one: Exact does not.
func (d Divider) Divide(v, gate float64) (float64, error) {
	if err := d.check(v, gate); err != nil {
		return 0, err
	}
	u := max(gate-d.Cell.Threshold, d.Floor)
	rb := d.Input * d.Cell.factor()
	ng := 1 + 1/(rb*u)
	if d.Cell.Law == Linearized {
		return d.Amp.out(-v/(rb*u), ng), nil
	}
	out, ok := quotient(1, 2*u, 2*v/rb)
	if !ok {
		return 0, fmt.Errorf("v = %g V: a resistor of overdrive %g V saturates below %g V", v, u, -u*u*rb/2)
	}
	return d.Amp.out(out, ng), nil
}

// Exact returns the output with the node of the amplifier at V_os-Vo/A0, where the
// currents of the input and of the resistor balance: what Divide returns for a gate
// that follows, and for a plain one the root of β/2((u-node)²-(u-Vo)²) = (node-v)/R.
func (d Divider) Exact(v, gate float64) (float64, error) {
	if err := d.check(v, gate); err != nil {
		return 0, err
	}
	if d.Cell.Law == Linearized {
		return d.Divide(v, gate)
	}
	u := max(gate-d.Cell.Threshold, d.Floor)
	k, q := 1/d.Amp.Gain, 2/(d.Input*d.Cell.factor())
	near := u - d.Amp.Offset // overdrive at the node, without its share of the output
	out, ok := quotient(1-k*k, 2*(u+k*near)+q*k, near*near-u*u+q*(v-d.Amp.Offset))
	if !ok {
		return 0, fmt.Errorf("v = %g V: a resistor of overdrive %g V saturates there", v, u)
	}
	return d.Amp.Clip(out), nil
}

// quotient is the root of a x² - b x - c nearest to 0, for b > 0, if there is one.
func quotient(a, b, c float64) (root float64, ok bool) {
	square := b*b + 4*a*c
	// The form without a difference keeps the digits of a small c.
	return -2 * c / (b + math.Sqrt(square)), square >= 0
}

// check names what no divider has a form for.
func (d Divider) check(v, gate float64) error {
	err := first(d.Amp.Check(), d.Cell.Check(), positive("input", d.Input, "Ohm"), positive("floor", d.Floor, "V"),
		finite("v", "V", v), finite("gate", "V", gate))
	if err == nil && d.Cell.Law == JFET && d.Cell.Lambda != 0 {
		return fmt.Errorf("lambda = %g 1/V: a divider has a closed form for 0 only", d.Cell.Lambda)
	}
	return err
}
