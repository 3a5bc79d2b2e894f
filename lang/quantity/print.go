package quantity

import (
	"math"
	"strconv"
	"strings"
)

// shown are the units in which a dimension is printed. step is the power of ten
// between two prefixes; 0 where none may stand before the unit. A prefix before a square
// is squared with it.
var shown = []struct {
	unit string
	dim  Dim
	step int
}{
	{"V", Voltage, 3}, {"A", Current, 3}, {"Ohm", Resistance, 3}, {"F", Capacitance, 3}, {"S", Conductance, 3},
	{"s", Time, 3}, {"Hz", Frequency, 3}, {"J", Energy, 3}, {"W", Power, 3}, {"K", Temperature, 0},
	{"m", Length, 3}, {"bit", Bits, 0},
	{"V/s", SlewRate, 3}, {"V/rtHz", VoltageNoise, 3}, {"A/V2", Transistor, 3},
	{"A/V", Current.Over(Voltage), 3}, {"A/rtHz", Current.Over(Dim{S: -1}), 3}, {"V/K", Voltage.Over(Temperature), 3},
	{"J/bit", Energy.Over(Bits), 3}, {"J/s", Power, 3}, {"F/m", Capacitance.Over(Length), 3}, {"m2", Length.Times(Length), 6},
	{"F/m2", Capacitance.Over(Length.Times(Length)), 3}, {"bit/s", Bits.Over(Time), 0}, {"Ohm/m", Resistance.Over(Length), 3},
	{"V2", Voltage.Times(Voltage), 0}, {"K/s", Temperature.Over(Time), 0},
}

var prefixAt = map[int]string{-18: "a", -15: "f", -12: "p", -9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}

// UnitName is the unit in which a dimension is printed, without a prefix; empty
// for a plain number.
func (d Dim) UnitName() string {
	if d == None {
		return ""
	}
	for _, s := range shown {
		if s.dim == d {
			return s.unit
		}
	}
	return d.base()
}

// base spells a dimension that has no unit of its own in base units.
func (d Dim) base() string {
	var parts []string
	for _, b := range []struct {
		unit string
		half int8
	}{{"m", d.M}, {"kg", d.Kg}, {"s", d.S}, {"A", d.A}, {"K", d.K}, {"bit", d.Bit}} {
		if b.half != 0 {
			parts = append(parts, b.unit+"^"+strconv.FormatFloat(float64(b.half)/2, 'g', -1, 64))
		}
	}
	return strings.Join(parts, " ")
}

// String is the value with a prefix that keeps its digits short: 1.2pF. It parses
// back to the same value where the dimension has a unit and the value is not
// negative; others are only for reading.
func (v Value) String() string {
	if v.Dim == None {
		return strconv.FormatFloat(v.Num, 'g', -1, 64)
	}
	for _, s := range shown {
		if s.dim == v.Dim {
			return withPrefix(v.Num, s.unit, s.step)
		}
	}
	return strconv.FormatFloat(v.Num, 'g', -1, 64) + " " + v.Dim.base()
}

// Digits is String with at most n significant digits.
func (v Value) Digits(n int) string {
	if v.Num != 0 && !math.IsInf(v.Num, 0) && !math.IsNaN(v.Num) {
		v.Num, _ = strconv.ParseFloat(strconv.FormatFloat(v.Num, 'e', n-1, 64), 64)
	}
	return v.String()
}

// withPrefix moves the decimal point of the shortest digits of v, which is exact.
func withPrefix(v float64, unit string, step int) string {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return strconv.FormatFloat(v, 'g', -1, 64) + unit
	}
	sign := ""
	if v < 0 {
		sign, v = "-", -v
	}
	mantissa, e, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
	exp, _ := strconv.Atoi(e)
	at := 0
	if step > 0 {
		at = min(max(int(math.Floor(float64(exp)/float64(step)))*step, -18), 12)
	}
	digits := strings.Replace(mantissa, ".", "", 1)
	return sign + point(digits, exp-at) + prefixAt[at*3/max(step, 3)] + unit
}

// point writes d.ddd × 10^exp without an exponent where that is short.
func point(digits string, exp int) string {
	switch {
	case exp > 20 || exp < -8:
		text := digits[:1]
		if len(digits) > 1 {
			text += "." + digits[1:]
		}
		return text + "e" + strconv.Itoa(exp)
	case exp < 0:
		return "0." + strings.Repeat("0", -exp-1) + digits
	case exp+1 >= len(digits):
		return digits + strings.Repeat("0", exp+1-len(digits))
	}
	return digits[:exp+1] + "." + digits[exp+1:]
}
