package stdlib

import (
	"acl/lang/quantity"
	"acl/lang/sig"
)

// fabricKeys have no defaults here: a fabric without a base gets those of
// fabric45, which chips.acl states.
func fabricKeys() []*sig.Key {
	b := &block{name: "fabric"}
	b.key("temperature", positive(quantity.Temperature), nil, "of the chip, K")
	b.key("costs", oneOf("fabric45", "isaac32", "timely65", "hcdc"), nil, "the table of energy, time and area")
	b.key("die", intFrom(0), nil, "which die: seeds everything drawn once per chip")
	b.key("ideal", boolType, nil, "true: no error of any kind and no limit")
	b.key("tick", positive(quantity.Time, "off"), nil, "time of every stage, the loss and an update, s; off: as the circuit needs")
	plan(b)
	circuits(b)
	devices(b)
	noise(b)
	faults(b)
	return b.keys
}

// plan is what the chip has of each part.
func plan(b *block) {
	b.group("supply", "voltages")
	b.key("supply.cells", positive(quantity.Voltage), nil, "charges the weight capacitors, V")
	b.key("supply.analog", positive(quantity.Voltage), nil, "of the amplifiers, V")
	b.key("supply.digital", positive(quantity.Voltage), nil, "of the control unit, V")
	b.group("rail", "what voltages stand for")
	b.key("rail.swing", sig.Type{Kind: sig.KindInterval, Dim: quantity.Voltage}, nil, "outputs clip here, about the common mode, V")
	b.key("rail.input", positive(quantity.Voltage), nil, "stands for x = 1, V")
	b.key("rail.weight", positive(quantity.Voltage), nil, "differential, stands for w = 1, V")
	b.key("rail.bound", numberAbove(0, "auto"), nil, "sum of w x that reaches the swing; auto: 20, 10, 5 or 2.5 a unit")
	b.group("tiles", "cross-point tiles of weights and gradients")
	b.key("tiles.count", intFrom(1), nil, "tiles on the chip")
	b.key("tiles.size", sizeFrom(1), nil, "rows x columns")
	b.key("tiles.spares", intFrom(0), nil, "spare columns of each tile")
	b.key("tiles.readout", oneOf("differential", "pair"), nil, "one amplifier a column, or two and a difference")
	b.key("tiles.wire", notNegative(quantity.Resistance), nil, "resistance of a segment, Ohm")
	b.group("modules", "physical modules of each class")
	for _, class := range words("conv dense pool activation attention gradient") {
		on(b.key("modules."+class, intFrom(0), nil, "a count, or variants"), sig.VariantSubject)
		b.under("modules."+class, variantKeys())
	}
	b.group("bus", "the interconnect")
	b.key("bus.count", intFrom(1), nil, "buses")
	b.key("bus.lanes", intFrom(1), nil, "values side by side on a bus")
	b.key("bus.time", positive(quantity.Time), nil, "of a transfer, s")
	b.group("stack", "storage of intermediate values")
	b.key("stack.depth", intFrom(1), nil, "capacitors, in equal banks, one a module")
	b.group("dcu", "the digital control unit")
	b.key("dcu.clock", positive(quantity.Frequency), nil, "Hz")
	b.key("dcu.lanes", intFrom(1), nil, "numbers that it works on at once")
}

func circuits(b *block) {
	b.group("opamp", "amplifiers")
	b.key("opamp.gain", numberAbove(0), nil, "open loop, V/V")
	b.key("opamp.bandwidth", positive(quantity.Frequency), nil, "gain-bandwidth product, Hz")
	b.key("opamp.slew", positive(quantity.SlewRate), nil, "V/s")
	b.key("opamp.noise", notNegative(quantity.VoltageNoise), nil, "at the input, V/rtHz")
	b.key("opamp.offset", notNegative(quantity.Voltage), nil, "standard deviation before auto-zero, V")
	b.key("opamp.current", positive(quantity.Current), nil, "of an amplifier at work, A")
	b.key("opamp.wake", notNegative(quantity.Time), nil, "until a gated amplifier works, s")
	b.key("opamp.gated", boolType, nil, "off between uses")
	b.group("vcr", "voltage-controlled resistors")
	b.key("vcr.law", oneOf("linearized", "triode", "jfet"), nil, "of the transistor pair")
	b.key("vcr.beta", positive(quantity.Transistor), nil, "A/V2")
	b.key("vcr.threshold", positive(quantity.Voltage), nil, "V")
	b.key("vcr.overdrive", positive(quantity.Voltage), nil, "V")
	b.group("comparator", "comparators")
	b.key("comparator.offset", notNegative(quantity.Voltage), nil, "standard deviation, V")
	b.key("comparator.energy", notNegative(quantity.Energy), nil, "of a decision, J")
	b.group("dac", "digital to analog converters")
	b.key("dac.bits", bits(), nil, "resolution")
	b.key("dac.energy", notNegative(quantity.Energy), nil, "of a conversion, J")
	b.group("adc", "analog to digital converters")
	b.key("adc.bits", bits(), nil, "resolution")
	b.key("adc.energy", notNegative(quantity.Energy), nil, "of a conversion step, J")
	b.key("adc.time", positive(quantity.Time), nil, "of a conversion, s")
	b.key("adc.share", intFrom(1), nil, "columns a converter")
}

// bits is a resolution that float32 can hold: 8 or 8bit.
func bits() sig.Type {
	t := intFrom(1)
	t.Dim = quantity.Bits
	t.Max, t.Bounded.Max = 24, true
	return t
}

func devices(b *block) {
	b.group("cap", "capacitors")
	b.key("cap.weight", positive(quantity.Capacitance), nil, "of a weight, F")
	b.key("cap.hold", positive(quantity.Capacitance), nil, "of an intermediate value, F")
	b.key("cap.leak", positive(quantity.Current, "off"), nil, "leak of a capacitor, A; off with cell.lifetime")
	b.key("cap.common_mode", oneOf("on", "off"), nil, "on: the two capacitors of a pair leak unequally")
	b.group("cell", "how a weight is written")
	b.key("cell.law", oneOf("linear_step"), nil, "step against weight")
	b.key("cell.step", numberAbove(0), nil, "share of full weight, one pulse")
	b.key("cell.asymmetry", numberFrom(0), nil, "slope of the step over the range")
	b.key("cell.pulse", positive(quantity.Time), nil, "width of a pulse, s")
	b.key("cell.pulses", intFrom(1), nil, "in a stochastic train")
	b.key("cell.management", boolType, nil, "trains shortened and balanced to the data")
	b.key("cell.lifetime", numberAbove(0, "off"), nil, "steps to 1/e; off with cap.leak")
	b.key("cell.update", oneOf("stochastic", "counted", "exact"), nil, "how a change becomes pulses")
	b.group("cell.spread", "standard deviations between cells")
	for _, k := range [][2]string{
		{"step", "of the step"}, {"asymmetry", "of the slope"}, {"symmetry", "of up against down"},
		{"bounds", "of the largest weight"}, {"leak", "of the leak"}, {"cycle", "from pulse to pulse"},
	} {
		b.key("cell.spread."+k[0], numberFrom(0), nil, k[1]+", a share")
	}
	b.group("mismatch", "fixed differences between devices")
	b.key("mismatch.threshold", notNegative(quantity.Voltage), nil, "standard deviation, V")
	b.key("mismatch.beta", numberFrom(0), nil, "a share")
	b.key("mismatch.resistor", numberFrom(0), nil, "a share")
}

func noise(b *block) {
	b.offGroup("noise", "error sources: on (as the circuit's own parameters give), off, or a number")
	b.key("noise.weight", numberFrom(0, "off"), nil, "share of a tensor's largest |w|, one draw a step")
	b.key("noise.gradient", numberFrom(0, "off"), nil, "share of the rms of the batch gradient")
	b.key("noise.law", oneOf("gaussian", "uniform", "lognormal", "telegraph"), nil, "of weight and gradient errors")
	for _, k := range [][2]string{
		{"read", "amplifier noise, each read; a number: of a unit output"},
		{"offset", "amplifier offset, gain and their calibration residue"},
		{"mismatch", "fixed differences between devices"},
		{"quantize", "converters"},
		{"clip", "the rail, and the bounds of the cells"},
		{"storage", "kT/C and injection, each write"},
		{"leak", "by hold time"},
		{"cells", "pulse to pulse, cell to cell"},
		{"comparator", "comparator offset"},
		{"ir_drop", "resistance of the lines"},
		{"drift", "temperature"},
	} {
		b.key("noise."+k[0], level(), nil, k[1])
	}
}

func faults(b *block) {
	b.offGroup("faults", "broken parts")
	b.key("faults.stuck", share(), nil, "share of the cells, at a random value")
	b.key("faults.columns", intFrom(0), nil, "dead columns of the chip, among those in use")
	b.key("faults.drift", numberFrom(0), nil, "of gain, each 1,000 steps, a share")
	on(b.group("faults.fail", "a physical module that fails"), sig.ModuleSubject)
	b.key("faults.fail.step", intFrom(0), nil, "the step at which it fails")
}

// variantKeys describe a kind of physical modules of one class.
func variantKeys() []*sig.Key {
	b := &block{name: "variant"}
	b.key("count", intFrom(0), sig.Int(1), "modules of the kind")
	b.key("bits", bits(), nil, "of its converters; else the chip's own")
	b.key("copies", intFrom(1), sig.Int(1), "parallel copies, averaged")
	return b.keys
}
