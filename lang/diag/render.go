package diag

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Options say how messages look.
type Options struct {
	Width int  // columns of the terminal, to which excerpts and hints are fitted; 0: no bound
	Color bool // ANSI colours
}

// shownAtMost bounds the messages of one Render: who has more mends these first.
const shownAtMost = 20

// Render writes the messages in the order of the list, each with an excerpt of
// the text it is about, and says how many it left out beyond the first 20. A
// message without a place has no excerpt. The error is the writer's.
func Render(w io.Writer, list List, o Options) error {
	out := bufio.NewWriter(w)
	for i, d := range list {
		if i == shownAtMost {
			fmt.Fprintf(out, "\n%s\n", rest(list[i:]))
			break
		}
		if i > 0 {
			out.WriteByte('\n')
		}
		page{out, o, d.Severity}.message(d)
	}
	return out.Flush()
}

// rest counts the messages that are not shown.
func rest(list List) string {
	errors := len(list.Errors())
	return fmt.Sprintf("%d more not shown: %s, %s", len(list), count(errors, Error), count(len(list)-errors, Warning))
}

func count(n int, s Severity) string {
	if n == 1 {
		return "1 " + s.String()
	}
	return fmt.Sprintf("%d %ss", n, s)
}

// page writes one message.
type page struct {
	out      *bufio.Writer
	o        Options
	severity Severity
}

// The colours of ANSI terminals.
const (
	plain  = "\x1b[0m"
	bold   = "\x1b[1m"
	red    = "\x1b[1;31m"
	yellow = "\x1b[1;33m"
	blue   = "\x1b[1;34m"
)

// tint is text in a colour, where colours are wanted.
func (p page) tint(color, text string) string {
	if !p.o.Color || text == "" {
		return text
	}
	return color + text + plain
}

// loud is the colour of the message itself.
func (p page) loud() string {
	if p.severity == Warning {
		return yellow
	}
	return red
}

func (p page) message(d Diag) {
	head := fmt.Sprintf("%s[%s]", d.Severity, d.Code)
	p.out.WriteString(p.tint(p.loud(), head) + p.tint(bold, ": "+visible(d.Message)) + "\n")
	gutter := strings.Repeat(" ", gutterOf(d))
	if !d.Span.IsZero() {
		p.excerpts(d, len(gutter))
	}
	if d.Hint != "" {
		const lead = "hint: "
		indent := gutter + "   " + strings.Repeat(" ", len(lead))
		text := fold(lead+visible(d.Hint), p.o.Width-len(gutter)-3, indent)
		p.out.WriteString(gutter + " " + p.tint(blue, "=") + " " + text + "\n")
	}
}

// gutterOf is the number of digits of the largest line number that d shows.
func gutterOf(d Diag) int {
	line := d.Span.Start.Line
	for _, r := range d.Related {
		line = max(line, r.Span.Start.Line)
	}
	return len(fmt.Sprint(max(line, 1)))
}

// fold breaks text at spaces so that it fits width columns where it can; the
// lines behind the first begin with indent.
func fold(text string, width int, indent string) string {
	if width <= 20 { // too narrow to be worth it, or no bound
		return text
	}
	var b strings.Builder
	column, words := 0, strings.Split(text, " ")
	for i, w := range words {
		n := len([]rune(w))
		switch {
		case i > 0 && column+1+n > width:
			b.WriteString("\n" + indent)
			column = strings.Count(indent, " ")
			width = max(width, column+20)
		case i > 0:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(w)
		column += n
	}
	return b.String()
}
