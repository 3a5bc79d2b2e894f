package circuit

import (
	"errors"
	"fmt"
	"math"

	"acl/fabric"
)

// Law is how a voltage-controlled resistor follows its drive.
type Law string

// The laws of P2.
const (
	Triode     Law = "triode"     // a plain MOS transistor
	Linearized Law = "linearized" // the gate follows half of what its two ends sum to
	JFET       Law = "jfet"
)

// VCR is a transistor that stands for a resistor, from a drive to a node.
type VCR struct {
	Law       Law
	Beta      float64 // A/V²
	Threshold float64 // V; of a JFET the pinch-off
	Lambda    float64 // 1/V, of a JFET
}

// VCROf is the chip's voltage-controlled resistor.
func VCROf(chip *fabric.Chip) VCR {
	return VCR{Law: Law(chip.VCR.Law), Beta: chip.VCR.Beta, Threshold: chip.VCR.Threshold}
}

// Current returns the amperes that drive v pushes into a node at 0 V at a gate
// voltage (P2, P2l, P2j). Outside the triode range the MOS laws saturate or cut off.
func (r VCR) Current(gate, v float64) float64 {
	i, _ := r.Into(gate, v, 0)
	return i
}

// Into returns the amperes that drive v pushes into a node of any voltage, and the
// siemens by which they fall as the node rises. A gate that follows both ends sees
// the voltage between them alone: β(V_C-V_TH) whatever the node does, as the rule of
// finite gain has it (physics.md §2). Following the drive alone it would leave
// β(V_C-V_TH+v/2).
func (r VCR) Into(gate, v, node float64) (amperes, siemens float64) {
	u := gate - r.Threshold
	if r.Law == Linearized {
		u = gate + (v+node)/2 - r.Threshold
	}
	i, near, far := r.channel(u, v, node)
	switch r.Law {
	case JFET:
		// Drain and source change places where v is below the node, and λ acts on its size.
		wide := 1 + r.Lambda*math.Abs(v-node)
		return 2 * i * wide, 2*near*wide + 2*r.Lambda*i*sign(v-node)
	case Linearized:
		return i, (near + far) / 2
	}
	return i, near
}

// channel is the square law of β at overdrive u, from the drive to the node: triode,
// saturated on the side that is pinched off, or off. near and far are the siemens of
// its end at the node and at the drive.
func (r VCR) channel(u, v, node float64) (amperes, near, far float64) {
	on, off := u-node, u-v
	near, far = r.Beta*max(on, 0), r.Beta*max(off, 0)
	if on > 0 && off > 0 {
		return r.Beta * (v - node) * (u - (v+node)/2), near, far // keeps the digits of a small v
	}
	return r.Beta / 2 * (end(on) - end(off)), near, far
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// end is x² of a channel end that conducts. I = β/2 (u²-(u-v)²) is the triode
// law; an end without overdrive leaves the other alone, which is saturation.
func end(x float64) float64 {
	x = max(x, 0)
	return x * x
}

// Resistance returns v/I in ohms at a drive, and at v = 0 its limit. It is an
// error where the channel is off.
func (r VCR) Resistance(gate, v float64) (float64, error) {
	if err := first(r.Check(), r.checkGate(gate), finite("drive", "V", v)); err != nil {
		return 0, err
	}
	if v != 0 {
		return v / r.Current(gate, v), nil
	}
	return 1 / r.Conductance(gate), nil
}

// Conductance returns the siemens of a channel without drive: β(V_C-V_TH), twice
// that of a JFET, and 0 where the channel is off.
func (r VCR) Conductance(gate float64) float64 { return r.factor() * max(gate-r.Threshold, 0) }

// factor is that of u v in the square law.
func (r VCR) factor() float64 {
	if r.Law == JFET {
		return 2 * r.Beta
	}
	return r.Beta
}

// At returns the device at a temperature, given at 300.15 K: β goes with T^-1.5,
// the threshold by -1 mV/K [A] (physics.md §2).
func (r VCR) At(kelvin float64) VCR {
	r.Beta *= math.Pow(kelvin/Nominal, -1.5)
	r.Threshold -= 1e-3 * (kelvin - Nominal)
	return r
}

// Check names a parameter that no resistor can have.
func (r VCR) Check() error {
	switch r.Law {
	case Triode, Linearized, JFET:
	default:
		return fmt.Errorf("law %q: it is %s, %s or %s", r.Law, Triode, Linearized, JFET)
	}
	return first(positive("beta", r.Beta, "A/V2"), finite("threshold", "V", r.Threshold), notNegative("lambda", r.Lambda, "1/V"))
}

// checkGate refuses a gate at or below the threshold.
func (r VCR) checkGate(gate float64) error {
	if !(gate > r.Threshold) || math.IsInf(gate, 0) {
		return fmt.Errorf("gate = %g V, threshold = %g V: %w", gate, r.Threshold, errNoGate)
	}
	return nil
}

// errNoGate is returned where a gate leaves a transistor without a channel.
var errNoGate = errors.New("the gate is not above the threshold")

// TriodeRoom is the largest input of a chip whose cells stay in the triode range, V:
// V_ov - V_W/2 (physics.md §1).
func TriodeRoom(chip *fabric.Chip) float64 { return chip.VCR.Overdrive - chip.Rail.Weight/2 }

// CheckTriode refuses a chip whose cells leave the triode range: V_X above
// V_ov - V_W/2 (physics.md §1).
func CheckTriode(chip *fabric.Chip) error {
	room := TriodeRoom(chip)
	// Volts from a text are decimal: a rounding of the difference is no fault.
	if chip.Rail.Input <= room+1e-12 {
		return nil
	}
	return fmt.Errorf("rail.input = %g V leaves the triode range: vcr.overdrive %g V - rail.weight %g V / 2 = %g V",
		chip.Rail.Input, chip.VCR.Overdrive, chip.Rail.Weight, math.Round(room*1e9)/1e9)
}

// WeightWindow is the largest weight, full weight being 1, whose gates the supply of
// the cells reaches, of either sign since one gate of a pair rises as the other falls:
// 2(VDDW - V_CM - V_TH - V_ov)/V_W, with the common mode at half of VDDA (physics.md
// §1, row VDDW); 0 where a weight of 0 is out of reach. JFETs have no such gates.
func WeightWindow(chip *fabric.Chip) float64 {
	if chip.VCR.Law == "jfet" {
		return math.Inf(1)
	}
	return max(0, 2*(chip.Supply.Cells-GateMiddle(chip))/chip.Rail.Weight)
}

// GateMiddle is how far above ground the gates of a weight of 0 are, V.
func GateMiddle(chip *fabric.Chip) float64 {
	return chip.Supply.Analog/2 + chip.VCR.Threshold + chip.VCR.Overdrive
}

// CheckSupply refuses a chip whose supply of the cells does not stand above the gate of
// a full weight: nothing is left for what charges it there.
func CheckSupply(chip *fabric.Chip) error {
	window := WeightWindow(chip)
	if window > 1+1e-12 { // of decimal volts
		return nil
	}
	return fmt.Errorf("supply.cells = %g V ends weights at %.3g of full weight: their gates are at %g V and move by %g V for a full weight",
		chip.Supply.Cells, window, math.Round(GateMiddle(chip)*1e9)/1e9, chip.Rail.Weight/2)
}

// CommonModeOf is what a sum of inputs, in full ones, brings each amplifier of a read-out
// by pairs to, V: R_f β V_ov V_X Σ|x| (physics.md §4.1).
func CommonModeOf(chip *fabric.Chip, sum, bound float64) float64 {
	return FeedbackResistor(chip, bound) * Conductance(chip) * chip.Rail.Input * sum
}

// CheckCommonMode refuses a read-out by two amplifiers and a difference whose
// common mode would clip: R_f β V_ov V_X Σ|x| above the swing (physics.md §4.1).
// sum is the largest Σ|x| of a tile in units of a full input.
func CheckCommonMode(chip *fabric.Chip, sum, bound float64) error {
	if chip.Tiles.Readout != "pair" {
		return nil
	}
	v := CommonModeOf(chip, sum, bound)
	if swing := Swing(chip); v > swing {
		return fmt.Errorf("a sum of inputs of %g brings the common mode of a read-out by pairs to %.3g V, and the swing is %g V",
			sum, v, swing)
	}
	return nil
}
