package syntax

import (
	"strings"
	"unicode/utf8"

	"acl/lang/diag"
	"acl/lang/source"
)

// The limits that a file is held to before it is cut into tokens.
const (
	MaxBytes   = 1 << 20
	MaxLine    = 64 << 10
	MaxNesting = 200
)

// scan refuses what no program is, in one pass over the bytes: it guards the
// lexer and the parser, whose work and stack grow with the text. nil means that
// the file may be read.
func scan(f *source.File) diag.List {
	if len(f.Text) > MaxBytes {
		return diag.List{diag.Errorf("E0108", f.Span(0, 0), "the file has %d bytes, and a program has %d at most", len(f.Text), MaxBytes).
			WithHint("split it into files and `use` them")}
	}
	if strings.TrimSpace(f.Text) == "" {
		return diag.List{diag.Errorf("E0103", f.Span(0, 0), "the file is empty, and a program begins with `acl 1;`").
			WithHint("write `acl 1;` and a module")}
	}
	if at := badByte(f.Text); at >= 0 {
		return diag.List{diag.Errorf("E0107", f.Span(at, at+1), "the file is no UTF-8 text").WithHint("save it as UTF-8")}
	}
	if at := longLine(f.Text); at >= 0 {
		return diag.List{diag.Errorf("E0108", f.Span(at, at), "a line has %d bytes at most", MaxLine).WithHint("break the line")}
	}
	if at := deepest(f.Text); at >= 0 {
		return diag.List{diag.Errorf("E0108", f.Span(at, at+1), "brackets nest %d deep at most", MaxNesting).
			WithHint("give inner parts a module or a name of their own")}
	}
	return nil
}

// badByte is the offset of the first byte that is no UTF-8 text, or -1.
func badByte(s string) int {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || r == 0 {
			return i
		}
		i += n
	}
	return -1
}

func longLine(s string) int {
	start := 0
	for i := 0; i <= len(s); i++ {
		if i == len(s) || s[i] == '\n' {
			if i-start > MaxLine {
				return start
			}
			start = i + 1
		}
	}
	return -1
}

// deepest is the offset of the bracket that opens one level too many, or -1.
// Brackets in strings and comments do not count. Nothing else nests: the grammar
// takes one `-` and one `not` before an operand.
func deepest(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(', '[', '{':
			if depth++; depth > MaxNesting {
				return i
			}
		case ')', ']', '}':
			depth = max(depth-1, 0)
		case '"':
			i = stringEnd(s, i)
		case '/':
			if i+1 < len(s) && s[i+1] == '/' {
				for i < len(s) && s[i] != '\n' {
					i++
				}
			}
		}
	}
	return -1
}

// stringEnd is the offset of the quote that closes the one at i, or i itself where
// none does on its line: the lexer goes on behind such a quote, and so do we.
func stringEnd(s string, i int) int {
	for k := i + 1; k < len(s) && s[k] != '\n'; k++ {
		switch {
		case s[k] == '"':
			return k
		case s[k] == '\\' && k+1 < len(s) && s[k+1] != '\n':
			k++
		}
	}
	return i
}
