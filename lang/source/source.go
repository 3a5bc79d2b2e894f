package source

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// File is a named text. It does not change once made.
type File struct {
	Name string
	Text string

	once  sync.Once
	lines []int // byte offset of each line's first byte
}

// NewFile returns a file of the given name, as it is to be printed, and text.
func NewFile(name, text string) *File { return &File{Name: name, Text: text} }

// Pos is a place in a file: a byte offset from 0, a line from 1, and a column
// from 1 counted in characters.
type Pos struct{ Offset, Line, Column int }

// Span is a piece of a file, from Start up to, not including, End. The zero Span
// is no place at all.
type Span struct {
	File       *File
	Start, End Pos
}

func (f *File) index() {
	f.once.Do(func() {
		f.lines = []int{0}
		for i := 0; i < len(f.Text); i++ {
			if f.Text[i] == '\n' {
				f.lines = append(f.lines, i+1)
			}
		}
	})
}

// Lines is the number of lines; a text that ends in a line feed has an empty
// last one.
func (f *File) Lines() int {
	f.index()
	return len(f.lines)
}

// Line returns line n, from 1, without its line end; empty beyond the last.
func (f *File) Line(n int) string {
	f.index()
	if n < 1 || n > len(f.lines) {
		return ""
	}
	end := len(f.Text)
	if n < len(f.lines) {
		end = f.lines[n] - 1
	}
	return strings.TrimSuffix(f.Text[f.lines[n-1]:end], "\r")
}

// Pos returns the place of a byte offset; offsets outside the text are clamped.
func (f *File) Pos(offset int) Pos {
	f.index()
	offset = min(max(offset, 0), len(f.Text))
	line := sort.SearchInts(f.lines, offset+1)
	start := f.lines[line-1]
	return Pos{Offset: offset, Line: line, Column: utf8.RuneCountInString(f.Text[start:offset]) + 1}
}

// Span returns the piece of the file between two byte offsets.
func (f *File) Span(start, end int) Span {
	return Span{File: f, Start: f.Pos(start), End: f.Pos(max(start, end))}
}

// IsZero reports whether s is no place at all.
func (s Span) IsZero() bool { return s.File == nil }

// String is name:line:column of the first character, or "-" for no place.
func (s Span) String() string {
	if s.IsZero() {
		return "-"
	}
	return fmt.Sprintf("%s:%d:%d", s.File.Name, s.Start.Line, s.Start.Column)
}

// Text is the text that the span covers.
func (s Span) Text() string {
	if s.IsZero() {
		return ""
	}
	return s.File.Text[s.Start.Offset:min(s.End.Offset, len(s.File.Text))]
}

// To returns the span from the start of s to the end of t, which follows s in
// the same file. A zero span yields the other one.
func (s Span) To(t Span) Span {
	if s.IsZero() {
		return t
	}
	if t.IsZero() {
		return s
	}
	return Span{File: s.File, Start: s.Start, End: t.End}
}

// After returns the empty span just behind s.
func (s Span) After() Span { return Span{File: s.File, Start: s.End, End: s.End} }

// Holds reports whether t lies inside of s.
func (s Span) Holds(t Span) bool {
	return s.File != nil && s.File == t.File && s.Start.Offset <= t.Start.Offset && t.End.Offset <= s.End.Offset
}

// Compare orders spans by file name, then by place; no place comes first.
func (s Span) Compare(t Span) int {
	switch {
	case s.File == nil || t.File == nil:
		return btoi(s.File != nil) - btoi(t.File != nil)
	case s.File != t.File && s.File.Name != t.File.Name:
		return strings.Compare(s.File.Name, t.File.Name)
	case s.Start.Offset != t.Start.Offset:
		return s.Start.Offset - t.Start.Offset
	}
	return s.End.Offset - t.End.Offset
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Origin is the form of a span in the text of a graph or a fabric program:
// name:line:column-line:column, or "-".
func (s Span) Origin() string {
	if s.IsZero() {
		return "-"
	}
	return fmt.Sprintf("%s:%d:%d-%d:%d", s.File.Name, s.Start.Line, s.Start.Column, s.End.Line, s.End.Column)
}

// ParseOrigin reads what Origin wrote. The span's file has that name and no
// text; spans of one name share the file that files remembers.
func ParseOrigin(text string, files map[string]*File) (Span, error) {
	if text == "-" {
		return Span{}, nil
	}
	bad := fmt.Errorf("origin %q is not name:line:column-line:column", text)
	dash := strings.LastIndexByte(text, '-')
	if dash < 0 {
		return Span{}, bad
	}
	head, end, ok := cutPos(text[:dash])
	if !ok || head == "" {
		return Span{}, bad
	}
	line, col, found := strings.Cut(text[dash+1:], ":")
	l, err1 := strconv.Atoi(line)
	c, err2 := strconv.Atoi(col)
	if !found || err1 != nil || err2 != nil || l < 1 || c < 1 {
		return Span{}, bad
	}
	f := files[head]
	if f == nil {
		f = NewFile(head, "")
		files[head] = f
	}
	return Span{File: f, Start: end, End: Pos{Line: l, Column: c}}, nil
}

// cutPos splits name:line:column.
func cutPos(text string) (name string, p Pos, ok bool) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		return "", Pos{}, false
	}
	j := strings.LastIndexByte(text[:i], ':')
	if j < 0 {
		return "", Pos{}, false
	}
	l, err1 := strconv.Atoi(text[j+1 : i])
	c, err2 := strconv.Atoi(text[i+1:])
	return text[:j], Pos{Line: l, Column: c}, err1 == nil && err2 == nil && l > 0 && c > 0
}
