package quantity

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"acl/lang/spell"
)

// UnitError is a unit of measure that the language does not have.
type UnitError struct {
	Text string // the whole literal
	Unit string
	Near string // what was probably meant, or empty
}

func (e *UnitError) Error() string {
	return fmt.Sprintf("`%s` is no unit of measure", e.Unit)
}

// units are the names that may follow a prefix.
var units = []struct {
	name string
	dim  Dim
}{
	{"Ohm", Resistance}, {"Hz", Frequency}, {"bit", Bits}, {"V", Voltage}, {"A", Current}, {"F", Capacitance},
	{"S", Conductance}, {"s", Time}, {"J", Energy}, {"W", Power}, {"K", Temperature}, {"m", Length},
}

var prefixes = map[byte]int{'a': -18, 'f': -15, 'p': -12, 'n': -9, 'u': -6, 'm': -3, 'k': 3, 'M': 6, 'G': 9, 'T': 12}

var literal = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(.*)$`)

// Parse reads a literal of the language: 10kOhm, 12nV/rtHz, 5%, 6dB, 0.5. A
// percentage and a dB are plain numbers: 5% is 0.05 and 6dB a ratio, 10^(6/20). A
// literal has no sign. The error is a *UnitError, or says that the number is out of
// range.
func Parse(text string) (Value, error) {
	m := literal.FindStringSubmatch(text)
	if m == nil {
		return Value{}, fmt.Errorf("`%s` is no quantity", text)
	}
	switch m[2] {
	case "":
		return scaled(m[1], 0, None)
	case "%":
		return scaled(m[1], -2, None)
	case "dB":
		v, err := scaled(m[1], 0, None)
		v.Num = math.Pow(10, v.Num/20)
		return v, err
	}
	dim, exp, err := unitOf(text, m[2])
	if err != nil {
		return Value{}, err
	}
	return scaled(m[1], exp, dim)
}

// scaled is number × 10^exp, rounded once.
func scaled(number string, exp int, dim Dim) (Value, error) {
	mantissa, e, found := strings.Cut(strings.ToLower(number), "e")
	if found {
		own, err := strconv.Atoi(e)
		if err != nil {
			return Value{}, fmt.Errorf("%s is out of range", number)
		}
		exp += own
	}
	v, err := strconv.ParseFloat(mantissa+"e"+strconv.Itoa(exp), 64)
	if err != nil {
		return Value{}, fmt.Errorf("%s is out of range", number)
	}
	return Value{v, dim}, nil
}

// unitOf reads one unit, or unit/unit.
func unitOf(text, unit string) (Dim, int, error) {
	top, bottom, over := strings.Cut(unit, "/")
	dim, exp, ok := term(top)
	if ok && over {
		d, e, fine := term(bottom)
		dim, exp, ok = dim.Over(d), exp-e, fine
	}
	if !ok {
		return Dim{}, 0, &UnitError{Text: text, Unit: unit, Near: nearest(unit)}
	}
	return dim, exp, nil
}

// nearest is the unit that was probably meant, or empty. Of those that differ in
// capitals alone it is the one with the fewest of them changed: mv is mV, not MV.
func nearest(unit string) string {
	best, least := "", len(unit)+1
	for _, name := range unitNames {
		if !strings.EqualFold(name, unit) {
			continue
		}
		changed := 0
		for i := range len(name) {
			if name[i] != unit[i] {
				changed++
			}
		}
		if changed < least {
			best, least = name, changed
		}
	}
	if best == "" {
		best, _ = spell.Nearest(unit, unitNames)
	}
	return best
}

// term reads [rt] [prefix] unit [2].
func term(s string) (dim Dim, exp int, ok bool) {
	s, root := strings.CutPrefix(s, "rt")
	s, square := strings.CutSuffix(s, "2")
	dim, exp, ok = named(s)
	if !ok || root && square {
		return Dim{}, 0, false
	}
	if square {
		dim, exp = dim.Times(dim), 2*exp
	}
	if root {
		if exp%2 != 0 {
			return Dim{}, 0, false
		}
		dim, ok = dim.root()
		exp /= 2
	}
	return dim, exp, ok
}

// named reads [prefix] unit. A name without prefix comes first: m is a metre.
func named(s string) (Dim, int, bool) {
	for _, u := range units {
		if s == u.name {
			return u.dim, 0, true
		}
	}
	for _, u := range units {
		if len(s) == len(u.name)+1 && s[1:] == u.name {
			if exp, ok := prefixes[s[0]]; ok {
				return u.dim, exp, true
			}
		}
	}
	return Dim{}, 0, false
}

var unitNames = func() []string {
	out := []string{"%", "dB", "V/us", "nV/rtHz", "uA/V2", "mV/s"}
	for _, u := range units {
		out = append(out, u.name)
		for _, p := range "afpnumkMGT" {
			out = append(out, string(p)+u.name)
		}
	}
	return out
}()
