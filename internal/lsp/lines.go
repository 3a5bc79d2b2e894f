package lsp

import (
	"sort"
	"unicode/utf8"

	"acl/lang/source"
)

// lines knows where the lines of a text begin. Lines end in LF, CR LF or CR, as
// the protocol has it.
type lines struct {
	text   string
	starts []int
}

func newLines(text string) *lines {
	l := &lines{text: text, starts: []int{0}}
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' || text[i] == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// position is the place of a byte offset; offsets outside the text are clamped.
func (l *lines) position(offset int) position {
	offset = min(max(offset, 0), len(l.text))
	line := sort.SearchInts(l.starts, offset+1) - 1
	units := 0
	for i := l.starts[line]; i < offset; {
		r, n := utf8.DecodeRuneInString(l.text[i:])
		units += codeUnits(r)
		i += n
	}
	return position{line, units}
}

// offset is the byte offset of a place. A place behind the end of its line is its
// end, one behind the text the text's end, one inside of a pair of surrogates the
// character's start.
func (l *lines) offset(p position) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= len(l.starts) {
		return len(l.text)
	}
	i := l.starts[p.Line]
	for units := 0; i < len(l.text) && l.text[i] != '\n' && l.text[i] != '\r'; {
		r, n := utf8.DecodeRuneInString(l.text[i:])
		if units += codeUnits(r); units > p.Character {
			break
		}
		i += n
	}
	return i
}

// codeUnits is the number of UTF-16 code units of a character.
func codeUnits(r rune) int {
	if r >= 0x10000 {
		return 2
	}
	return 1
}

func (l *lines) between(start, end int) textRange {
	return textRange{l.position(start), l.position(end)}
}

func (l *lines) span(s source.Span) textRange { return l.between(s.Start.Offset, s.End.Offset) }
