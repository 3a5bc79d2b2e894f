package diag

import (
	"fmt"
	"sort"
	"strings"
	"unicode"

	"acl/lang/source"
)

// mark is a place under which something is drawn: carets for the message's own
// place, dashes for the others.
type mark struct {
	Label
	own bool
}

// distant is the number of lines between two marked ones from which on the
// excerpt says that it left some out.
const distant = 5

// excerpts writes the lines that the message is about: those of its own file
// first, then of the other files that took part.
func (p page) excerpts(d Diag, gutter int) {
	byFile := map[string][]mark{}
	own := d.Span.File.Name
	order := []string{own}
	add := func(m mark) {
		name := m.Span.File.Name
		if name != own && len(byFile[name]) == 0 {
			order = append(order, name)
		}
		byFile[name] = append(byFile[name], m)
	}
	add(mark{Label{d.Span, d.Label}, true})
	for _, r := range d.Related {
		if !r.Span.IsZero() {
			add(mark{r, false})
		}
	}
	for i, name := range order {
		marks := byFile[name]
		arrow := "-->"
		if i > 0 {
			arrow = ":::"
		}
		fmt.Fprintf(p.out, "%*s%s %s\n", gutter, "", p.tint(blue, arrow), marks[0].Span)
		sort.SliceStable(marks, func(a, b int) bool { return marks[a].Span.Start.Offset < marks[b].Span.Start.Offset })
		p.lines(marks, gutter)
	}
}

// lines writes the marked lines of one file. A file that is known by name only
// has none.
func (p page) lines(marks []mark, gutter int) {
	if marks[0].Span.File.Text == "" {
		for _, m := range marks {
			if m.Text != "" {
				fmt.Fprintf(p.out, "%*s %s %s: %s\n", gutter, "", p.tint(blue, "="), m.Span, visible(m.Text))
			}
		}
		return
	}
	bar := fmt.Sprintf("%*s %s", gutter, "", p.tint(blue, "|"))
	p.out.WriteString(bar + "\n")
	last := 0
	for len(marks) > 0 {
		line, n := marks[0].Span.Start.Line, 1
		for n < len(marks) && marks[n].Span.Start.Line == line {
			n++
		}
		if last > 0 && line-last-1 >= distant {
			p.out.WriteString(p.tint(blue, "...") + "\n")
		}
		p.line(line, marks[:n], bar, gutter)
		last, marks = line, marks[n:]
	}
}

// line writes one line of the file and a row for each mark on it.
func (p page) line(number int, marks []mark, bar string, gutter int) {
	lead := marks[0]
	for _, m := range marks {
		if m.own {
			lead = m
		}
	}
	text := []rune(expanded(lead.Span.File.Line(number)))
	from, to := p.window(len(text), lead.Span, gutter)
	shown := strings.TrimRight(string(text[from:to]), " ")
	p.out.WriteString(strings.TrimRight(p.tint(blue, fmt.Sprintf("%*d |", gutter, number))+" "+shown, " ") + "\n")
	for _, m := range marks {
		sign, color := "-", blue
		if m.own {
			sign, color = "^", p.loud()
		}
		start, end := columns(m.Span)
		start, end = min(max(start-from, 0), to-from), min(end, to)-from
		row := strings.Repeat(sign, max(end-start, 1))
		if m.Text != "" {
			row += " " + visible(m.Text)
		}
		p.out.WriteString(bar + " " + strings.Repeat(" ", start) + p.tint(color, row) + "\n")
	}
}

// window is the part of a line of n columns that fits the terminal and shows a
// span, with a fifth of the room before it.
func (p page) window(n int, s source.Span, gutter int) (from, to int) {
	room := p.o.Width - gutter - 3
	if p.o.Width == 0 || n <= room {
		return 0, n
	}
	room = max(room, 20)
	start, end := columns(s)
	if end > room {
		from = min(max(start-room/5, 0), max(n-room, 0))
	}
	return from, min(from+room, n)
}

const tabWidth = 4

// expanded is a line as it is shown: tabs as spaces, what a terminal would obey
// as a replacement character.
func expanded(line string) string {
	return visible(strings.ReplaceAll(line, "\t", strings.Repeat(" ", tabWidth)))
}

// visible replaces control characters, so that a program's text cannot steer the
// terminal.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// columns are the places in the expanded line where a span starts and ends,
// counted from 0. A span of several lines ends with its first one.
func columns(s source.Span) (start, end int) {
	line := []rune(s.File.Line(s.Start.Line))
	first := min(s.Start.Column-1, len(line))
	last := len([]rune(strings.TrimRight(string(line), " \t")))
	if s.End.Line == s.Start.Line {
		last = s.End.Column - 1
	}
	last = min(max(last, first), len(line))
	start = len([]rune(expanded(string(line[:first]))))
	return start, start + len([]rune(expanded(string(line[first:last]))))
}
