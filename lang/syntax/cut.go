package syntax

import (
	"strings"
	"unicode/utf8"
)

// The kinds are tried in their order, and the first that fits wins, not the longest
// (LANGUAGE.md §1). A test holds cut to the regular expressions that say the same.

// cut is the kind and length of the token that a text begins with.
func cut(text string) (Kind, int) {
	switch c := text[0]; {
	case strings.HasPrefix(text, "//"):
		return comment(text)
	case c == '"':
		if n := quoted(text); n > 0 {
			return KindString, n
		}
		return KindInvalid, 1
	case isDigit(c):
		return numeral(text)
	case isLetter(c):
		n := word(text)
		if reserved[text[:n]] {
			return KindKeyword, n
		}
		return KindIdent, n
	case isSpace(c):
		n := 1
		for n < len(text) && isSpace(text[n]) {
			n++
		}
		return KindSpace, n
	}
	if n := operator(text); n > 0 {
		return KindOperator, n
	}
	_, n := utf8.DecodeRuneInString(text)
	return KindInvalid, n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

var reserved = func() map[string]bool {
	m := make(map[string]bool, len(Keywords))
	for _, w := range Keywords {
		m[w] = true
	}
	return m
}()

// comment is the rest of a line.
func comment(text string) (Kind, int) {
	n := strings.IndexByte(text, '\n')
	if n < 0 {
		n = len(text)
	}
	if strings.HasPrefix(text, "///") {
		return KindDoc, n
	}
	return KindComment, n
}

// quoted is the length of the string that a text begins with, 0 where its line ends
// first.
func quoted(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\n':
			return 0
		case '"':
			return i + 1
		case '\\':
			if i++; i < len(text) && text[i] == '\n' {
				return 0
			}
		}
	}
	return 0
}

// digits is the number of digits that a text begins with.
func digits(text string) int {
	n := 0
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}

// word is the length of the name that a text begins with, 0 for none.
func word(text string) int {
	if text == "" || !isLetter(text[0]) {
		return 0
	}
	n := 1
	for n < len(text) && (isLetter(text[n]) || isDigit(text[n])) {
		n++
	}
	return n
}

// numeral is a size, a number or a quantity.
func numeral(text string) (Kind, int) {
	whole := digits(text)
	if rest := text[whole:]; strings.HasPrefix(rest, "x") {
		if m := digits(rest[1:]); m > 0 && word(rest[1+m:]) == 0 {
			return KindSize, whole + 1 + m
		}
	}
	mantissa, kind := whole, KindInt
	if rest := text[whole:]; strings.HasPrefix(rest, ".") {
		if m := digits(rest[1:]); m > 0 {
			mantissa, kind = whole+1+m, KindFloat
		}
	}
	n := mantissa + exponent(text[mantissa:])
	if n > mantissa && word(text[n:]) == 0 {
		return KindExponent, n
	}
	if u := unit(text[n:]); u > 0 {
		return KindQuantity, n + u
	}
	return kind, mantissa
}

// exponent is the length of the exponent that a text begins with, 0 for none.
func exponent(text string) int {
	if text == "" || text[0] != 'e' && text[0] != 'E' {
		return 0
	}
	n := 1
	if n < len(text) && (text[n] == '+' || text[n] == '-') {
		n++
	}
	if m := digits(text[n:]); m > 0 {
		return n + m
	}
	return 0
}

// unit is the length of the unit of measure that a text begins with, 0 for none.
func unit(text string) int {
	if strings.HasPrefix(text, "%") {
		return 1
	}
	n := word(text)
	if n > 0 && strings.HasPrefix(text[n:], "/") {
		if m := word(text[n+1:]); m > 0 {
			return n + 1 + m
		}
	}
	return n
}

// operator is the length of the operator that a text begins with, 0 for none.
func operator(text string) int {
	for _, two := range [...]string{"..", "->", "==", "!=", "<=", ">="} {
		if strings.HasPrefix(text, two) {
			return 2
		}
	}
	if strings.IndexByte("-+*/<>(){}[],;:.=?", text[0]) >= 0 {
		return 1
	}
	return 0
}
