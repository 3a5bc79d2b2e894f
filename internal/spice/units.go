package spice

import (
	"fmt"
	"math"
	"strings"

	"acl/fabric"
	"acl/fabric/circuit"
	"acl/lang/spell"
)

// A Unit is a circuit that can be exported.
type Unit struct {
	Name string
	Doc  string
	make func(*fabric.Chip) (*Netlist, error)
}

// Units are the circuits that can be exported, in the order of physics.md §2.
var Units = []Unit{
	{"sum", "summing amplifier of three inputs (P1)", summing},
	{"difference", "difference amplifier (P1)", difference},
	{"settle", "step of an inverting amplifier, with and without slewing (P1t)", settling},
	{"noise", "output noise of an inverting amplifier (P1n)", noise},
	{"vcr", "current of a voltage-controlled resistor (P2)", conductor},
	{"multiplier", "product of an input and a weight by two voltage-controlled resistors (P3)", multiplier},
	{"divider", "voltage-controlled resistor in the feedback of an amplifier (P4)", divider},
	{"exp", "junction into an inverting amplifier (P5)", exponent},
	{"ratio", "currents of two matched junctions, one over the other (P5T)", ratio},
	{"tanh", "differential pair of bipolar transistors (P6)", tanhPair},
	{"tanh_weak", "differential pair of MOS transistors in weak inversion (P6)", tanhWeak},
	{"tanh_strong", "differential pair of MOS transistors in strong inversion, which is no tanh (P6)", tanhStrong},
	{"schmitt", "comparator with positive feedback (P7)", schmitt},
	{"hold", "sample and hold: acquisition, pedestal of a fast clock, droop of two kinds (P8)", hold},
	{"hold_slow", "sample and hold: pedestal of a slow clock (P8)", slow},
	{"relu", "inverting precision rectifier (P9)", relu},
	{"max", "emitter followers that drive one node: the highest input, softly (P10)", maximum},
	{"max_super", "followers in the loops of amplifiers: the highest input less its offset (P10)", maximumSuper},
	{"average", "capacitors that share their charge (P11)", average},
	{"softmax", "translinear circuit of four transistors with one tail (P12)", softmax},
	{"softmax_divide", "exponentials, their sum and a division by it (P12d)", softmaxDivide},
	{"ladder", "row of a tile with its wire and cells (P13)", ladder},
	{"crossbar", "4x3 tile with the wires of rows and columns (P13)", crossbar},
	{"array", "4x2 array of weight pairs with its read-out (physics.md §4.1)", array},
	{"mlp", "3-2-1 network: array, subtraction, rectifiers, array", network},
}

// options are the simulator's: the currents of cells and hold capacitors are far
// below its own thresholds of convergence, charge and leakage.
var options = []string{"reltol=1e-6", "abstol=1e-16", "vntol=1e-9", "chgtol=1e-22", "gmin=1e-16"}

// Export makes the netlist of the unit of that name on a chip. An unknown name is
// an error that lists the names; so is a chip whose settings the closed forms
// refuse.
func Export(unit string, chip *fabric.Chip) (*Netlist, error) {
	names := make([]string, len(Units))
	for i, u := range Units {
		names[i] = u.Name
		if u.Name != unit {
			continue
		}
		if err := circuit.OpAmpOf(chip).CheckDynamics(); err != nil || math.IsInf(chip.Opamp.Gain, 0) {
			return nil, fmt.Errorf("export of %s: a macro takes an amplifier of finite gain and bandwidth: gain = %g, bandwidth = %g Hz",
				unit, chip.Opamp.Gain, chip.Opamp.Bandwidth)
		}
		n, err := u.make(chip)
		if err != nil {
			return nil, fmt.Errorf("export of %s: %w", unit, err)
		}
		n.Title = fmt.Sprintf("%s: %s, chip %s", u.Name, u.Doc, chip.Name)
		n.Kelvin = chip.Temperature
		n.Options = options
		return n, nil
	}
	if near, ok := spell.Nearest(unit, names); ok {
		return nil, fmt.Errorf("no circuit %q to export; did you mean %q?", unit, near)
	}
	return nil, fmt.Errorf("no circuit %q to export; there are %s", unit, strings.Join(names, ", "))
}

// volts is a probe of a voltage that is judged by a full scale.
func volts(print string, value, full float64) Probe {
	return Probe{Print: print, Value: value, Unit: "V", Full: full}
}
