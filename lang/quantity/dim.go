package quantity

// Dim is a dimension: the exponents of metre, kilogram, second, ampere and
// kelvin, and of the bit, each in halves, so that V/rtHz has one.
type Dim struct{ M, Kg, S, A, K, Bit int8 }

// The dimensions of the language's units. V A Ohm F S s Hz J W K m bit; a plain
// number, a percentage and a dB have none.
var (
	None        = Dim{}
	Voltage     = Dim{M: 4, Kg: 2, S: -6, A: -2}
	Current     = Dim{A: 2}
	Resistance  = Dim{M: 4, Kg: 2, S: -6, A: -4}
	Capacitance = Dim{M: -4, Kg: -2, S: 8, A: 4}
	Conductance = Dim{M: -4, Kg: -2, S: 6, A: 4}
	Time        = Dim{S: 2}
	Frequency   = Dim{S: -2}
	Energy      = Dim{M: 4, Kg: 2, S: -4}
	Power       = Dim{M: 4, Kg: 2, S: -6}
	Temperature = Dim{K: 2}
	Length      = Dim{M: 2}
	Bits        = Dim{Bit: 2}

	SlewRate     = Voltage.Over(Time)
	VoltageNoise = Voltage.Over(Dim{S: -1}) // V/rtHz
	Transistor   = Current.Over(Voltage.Times(Voltage))
)

// Times is the dimension of a product.
func (d Dim) Times(e Dim) Dim {
	return Dim{d.M + e.M, d.Kg + e.Kg, d.S + e.S, d.A + e.A, d.K + e.K, d.Bit + e.Bit}
}

// Over is the dimension of a quotient.
func (d Dim) Over(e Dim) Dim {
	return Dim{d.M - e.M, d.Kg - e.Kg, d.S - e.S, d.A - e.A, d.K - e.K, d.Bit - e.Bit}
}

// Value is a number in SI units with its dimension.
type Value struct {
	Num float64
	Dim Dim
}

// root is the dimension of a square root; ok is false where it has a quarter.
func (d Dim) root() (Dim, bool) {
	for _, v := range d.halves() {
		if v%2 != 0 {
			return Dim{}, false
		}
	}
	return Dim{d.M / 2, d.Kg / 2, d.S / 2, d.A / 2, d.K / 2, d.Bit / 2}, true
}
