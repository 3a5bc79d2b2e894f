package fabric

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Format prints a setting with its unit, in a form that the language and Parse
// read back to the same number: 50fF, -800mV .. 800mV, 128x128, off. It panics if
// there is no such setting.
func (c *Chip) Format(path string) string {
	k, field, err := c.find(path)
	if err != nil {
		panic("fabric: " + err.Error())
	}
	switch f := field.(type) {
	case *float64:
		if *f == 0 && !math.Signbit(*f) && k.Zero != "" {
			return k.Zero
		}
		return quantityText(*f, k.Unit)
	case *int:
		return strconv.Itoa(*f)
	case *bool:
		return strconv.FormatBool(*f)
	case *string:
		return wordText(*f)
	case *Level:
		switch f.Mode {
		case LevelOn:
			return "on"
		case LevelNumber:
			return numberText(f.Value)
		}
		return "off"
	case *Interval:
		return quantityText(f.Low, k.Unit) + " .. " + quantityText(f.High, k.Unit)
	case *Size:
		return fmt.Sprintf("%dx%d", f.H, f.W)
	}
	panic(fmt.Sprintf("fabric: setting %s of type %T has no text", path, field))
}

// prefixes are those of the language, from 1e-18 in steps of 1000.
var prefixes = []string{"a", "f", "p", "n", "u", "m", "", "k", "M", "G", "T"}

const firstPrefix = -18 // exponent of prefixes[0]

// quantityText is a number with a unit and the prefix that leaves one to three
// digits before the point. The digits are those of the shortest decimal, so that
// reading them with the prefix as an exponent gives the same number.
func quantityText(v float64, unit string) string {
	if unit == "" {
		return numberText(v)
	}
	if !finite(v) { // only in a program that Verify refuses
		return numberText(v) + unit
	}
	digits, exp := shortest(v)
	if digits == "0" {
		return sign(v) + "0" + unit
	}
	lead := exp + len(digits) - 1 // exponent of the first digit
	i := min(max((lead-firstPrefix)/3, 0), len(prefixes)-1)
	return sign(v) + point(digits, exp-(firstPrefix+3*i)) + prefixes[i] + unit
}

func sign(v float64) string {
	if math.Signbit(v) {
		return "-"
	}
	return ""
}

// shortest returns the digits of |v|, without trailing zeros, and the exponent of
// the last one.
func shortest(v float64) (digits string, exp int) {
	mantissa, e, _ := strings.Cut(strconv.FormatFloat(math.Abs(v), 'e', -1, 64), "e")
	exp, err := strconv.Atoi(e)
	if err != nil {
		panic(fmt.Sprintf("fabric: %g has no decimal form", v))
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits, exp = whole+fraction, exp-len(fraction)
	for len(digits) > 1 && digits[len(digits)-1] == '0' {
		digits, exp = digits[:len(digits)-1], exp+1
	}
	return digits, exp
}

// point writes digits whose last one counts 10^exp, without an exponent.
func point(digits string, exp int) string {
	switch {
	case exp >= 0:
		return digits + strings.Repeat("0", exp)
	case -exp < len(digits):
		return digits[:len(digits)+exp] + "." + digits[len(digits)+exp:]
	}
	return "0." + strings.Repeat("0", -exp-len(digits)) + digits
}

// numberText is a plain number, with an exponent only where it is far from 1.
func numberText(v float64) string {
	if a := math.Abs(v); a == 0 || a >= 1e-6 && a < 1e15 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// parseQuantity reads what quantityText writes.
func parseQuantity(text, unit string) (float64, error) {
	number, ok := strings.CutSuffix(text, unit)
	if !ok {
		return 0, fmt.Errorf("%q has not the unit %s", text, unit)
	}
	exp := 0
	if unit != "" && number != "" {
		for i, p := range prefixes {
			if p != "" && strings.HasSuffix(number, p) {
				number, exp = strings.TrimSuffix(number, p), firstPrefix+3*i
				break
			}
		}
	}
	return parseFinite(number, exp)
}

// parseFinite reads a decimal number times 10^exp.
func parseFinite(text string, exp int) (float64, error) {
	scaled := text
	if exp != 0 {
		if strings.ContainsAny(text, "eEpP") {
			return 0, fmt.Errorf("%q has an exponent and a prefix", text)
		}
		scaled = text + "e" + strconv.Itoa(exp)
	}
	v, err := strconv.ParseFloat(scaled, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) || strings.ContainsAny(text, "_xXpP") {
		return 0, fmt.Errorf("%q is not a finite number", text)
	}
	return v, nil
}

// wordText is a word as it is, or quoted if it is more than letters, digits and
// underscores.
func wordText(w string) string {
	for i := range len(w) {
		if !isWordByte(w[i]) || i == 0 && w[i] >= '0' && w[i] <= '9' {
			return strconv.Quote(w)
		}
	}
	if w == "" {
		return `""`
	}
	return w
}

func isWordByte(b byte) bool {
	return b|0x20 >= 'a' && b|0x20 <= 'z' || b >= '0' && b <= '9' || b == '_'
}

// sizeText reads 128x128.
func sizeText(text string) (h, w int, ok bool) {
	a, b, ok := strings.Cut(text, "x")
	h, err1 := strconv.Atoi(a)
	w, err2 := strconv.Atoi(b)
	return h, w, ok && err1 == nil && err2 == nil
}

// Scan sets a setting to what Format printed.
func (c *Chip) Scan(path, text string) (err error) {
	k, field, err := c.find(path)
	if err != nil {
		return err
	}
	bad := k.wants(fmt.Sprintf("%q", text))
	switch f := field.(type) {
	case *float64:
		if text == k.Zero && text != "" {
			*f = 0
			return nil
		}
		if *f, err = parseQuantity(text, k.Unit); err != nil {
			return bad
		}
	case *int:
		if *f, err = strconv.Atoi(text); err != nil {
			return bad
		}
	case *bool:
		if text != "true" && text != "false" {
			return bad
		}
		*f = text == "true"
	case *string:
		*f = text
		if strings.HasPrefix(text, `"`) {
			if *f, err = strconv.Unquote(text); err != nil {
				return bad
			}
		}
	case *Level:
		return f.scan(text, bad)
	case *Interval:
		low, high, ok := strings.Cut(text, " .. ")
		var err1, err2 error
		f.Low, err1 = parseQuantity(low, k.Unit)
		f.High, err2 = parseQuantity(high, k.Unit)
		if !ok || err1 != nil || err2 != nil {
			return bad
		}
	case *Size:
		var ok bool
		if f.H, f.W, ok = sizeText(text); !ok {
			return bad
		}
	}
	return nil
}

func (l *Level) scan(text string, bad error) error {
	switch text {
	case "off":
		*l = Level{}
	case "on":
		*l = Level{Mode: LevelOn}
	default:
		v, err := parseFinite(text, 0)
		if err != nil {
			return bad
		}
		*l = Level{LevelNumber, v}
	}
	return nil
}
