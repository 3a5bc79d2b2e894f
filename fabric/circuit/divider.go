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

// Divide returns the output in volts for an input and a gate voltage, by the law of
// its resistor: -v/(R β u)/(1+NG/A0) with a gate that follows, and
// (u-√(u²+2v/Rβ))/(1+NG/A0) with a plain one, NG = 1+1/(R β u). An overdrive u
// below the floor is taken as the floor.
func (d Divider) Divide(v, gate float64) (float64, error) {
	err := first(d.Amp.Check(), d.Cell.Check(), positive("input", d.Input, "Ohm"), positive("floor", d.Floor, "V"),
		finite("v", "V", v), finite("gate", "V", gate))
	if err != nil {
		return 0, err
	}
	u := max(gate-d.Cell.Threshold, d.Floor)
	rb := d.Input * d.Cell.factor()
	ng := 1 + 1/(rb*u)
	if d.Cell.Law == Linearized {
		return d.Amp.out(-v/(rb*u), ng), nil
	}
	if d.Cell.Lambda != 0 {
		return 0, fmt.Errorf("lambda = %g 1/V: a divider has a closed form for 0 only", d.Cell.Lambda)
	}
	root := u*u + 2*v/rb
	if root < 0 {
		return 0, fmt.Errorf("v = %g V: a resistor of overdrive %g V saturates below %g V", v, u, -u*u*rb/2)
	}
	// u-√(u²+q) as -q/(u+√(u²+q)), which keeps the digits of a small v.
	return d.Amp.out(-2*v/rb/(u+math.Sqrt(root)), ng), nil
}
