package quantity

// nouns are the dimensions that have a name of their own, as they stand in a
// message.
var nouns = []struct {
	dim  Dim
	noun string
}{
	{None, "a plain number"}, {Voltage, "a voltage"}, {Current, "a current"}, {Resistance, "a resistance"},
	{Capacitance, "a capacitance"}, {Conductance, "a conductance"}, {Time, "a time"}, {Frequency, "a frequency"},
	{Energy, "an energy"}, {Power, "a power"}, {Temperature, "a temperature"}, {Length, "a length"},
	{Bits, "a number of bits"}, {SlewRate, "a slew rate"}, {VoltageNoise, "a noise density"},
	{Transistor, "a transistor's beta"},
}

// Describe names a dimension for a message, with its unit: a voltage (V).
func (d Dim) Describe() string {
	if d == None {
		return nouns[0].noun
	}
	for _, n := range nouns {
		if n.dim == d {
			return n.noun + " (" + d.UnitName() + ")"
		}
	}
	return "a quantity in " + d.UnitName()
}

// String is the unit of a dimension, 1 for a plain number.
func (d Dim) String() string {
	if d == None {
		return "1"
	}
	return d.UnitName()
}
