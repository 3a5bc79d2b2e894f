package diag

import (
	"fmt"
	"sort"
	"strings"

	"acl/lang/source"
)

// Severity says whether a program may run.
type Severity uint8

// An Error stops a program; a Warning does not, and can be silenced in place.
const (
	Error Severity = iota
	Warning
)

func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Code is the stable name of a kind of message: E0203, W0301.
type Code string

// Diag is one message.
type Diag struct {
	Severity Severity
	Code     Code
	Message  string      // the rule that was broken; lower case, no full stop
	Span     source.Span // the smallest text that shows the problem
	Label    string      // what is wrong just there
	Related  []Label     // other places that took part
	Hint     string      // what to write instead
	Fix      []Edit      // the hint as edits of the text; none where it leaves a choice
}

// Label is a place with its own words.
type Label struct {
	Span source.Span
	Text string
}

// Edit puts a text in the place of another; an empty place is one to insert at.
type Edit struct {
	Span source.Span
	Text string
}

// Errorf returns an error.
func Errorf(code Code, span source.Span, format string, args ...any) Diag {
	return Diag{Severity: Error, Code: code, Span: span, Message: fmt.Sprintf(format, args...)}
}

// Warnf returns a warning.
func Warnf(code Code, span source.Span, format string, args ...any) Diag {
	return Diag{Severity: Warning, Code: code, Span: span, Message: fmt.Sprintf(format, args...)}
}

// WithLabel returns d with words for its own place.
func (d Diag) WithLabel(format string, args ...any) Diag {
	d.Label = fmt.Sprintf(format, args...)
	return d
}

// WithRelated returns d with one more place that took part.
func (d Diag) WithRelated(span source.Span, format string, args ...any) Diag {
	d.Related = append(append([]Label(nil), d.Related...), Label{span, fmt.Sprintf(format, args...)})
	return d
}

// WithHint returns d with a proposal.
func (d Diag) WithHint(format string, args ...any) Diag {
	d.Hint = fmt.Sprintf(format, args...)
	return d
}

// WithFix returns d with one more edit that does what its hint says.
func (d Diag) WithFix(span source.Span, text string) Diag {
	d.Fix = append(append([]Edit(nil), d.Fix...), Edit{span, text})
	return d
}

// Mended is the text of a file after the fixes of a list. One that overlaps an
// earlier one is left out, and so are fixes of other files.
func Mended(file *source.File, list List) string {
	var edits []Edit
	for i := range list {
		if !crosses(edits, list[i].Fix) {
			edits = append(edits, list[i].Fix...)
		}
	}
	sort.SliceStable(edits, func(i, j int) bool { return edits[i].Span.Start.Offset < edits[j].Span.Start.Offset })
	var b strings.Builder
	at := 0
	for _, e := range edits {
		if e.Span.File == file {
			b.WriteString(file.Text[at:e.Span.Start.Offset] + e.Text)
			at = e.Span.End.Offset
		}
	}
	return b.String() + file.Text[at:]
}

// crosses reports whether an edit of a fix touches text that another one replaces, or
// says the same as another one at the same place.
func crosses(edits, fix []Edit) bool {
	for _, e := range fix {
		for _, o := range edits {
			if e == o || e.Span.File == o.Span.File && e.Span.Start.Offset < o.Span.End.Offset && o.Span.Start.Offset < e.Span.End.Offset {
				return true
			}
		}
	}
	return false
}

// Error is the message on one line, with its place.
func (d Diag) Error() string {
	return fmt.Sprintf("%s: %s[%s]: %s", d.Span, d.Severity, d.Code, d.Message)
}

// List is the messages of one run.
type List []Diag

// Add appends messages.
func (l *List) Add(d ...Diag) { *l = append(*l, d...) }

// HasErrors reports whether any message is an error.
func (l List) HasErrors() bool {
	for i := range l {
		if l[i].Severity == Error {
			return true
		}
	}
	return false
}

// Errors returns the errors of the list, in its order.
func (l List) Errors() List {
	var out List
	for i := range l {
		if l[i].Severity == Error {
			out = append(out, l[i])
		}
	}
	return out
}

// Sort orders the list by place and drops messages that say the same of the same
// place.
func (l *List) Sort() {
	s := *l
	sort.SliceStable(s, func(i, j int) bool { return s[i].Span.Compare(s[j].Span) < 0 })
	out := s[:0]
	for i := range s {
		twin := false
		for j := len(out) - 1; j >= 0 && out[j].Span == s[i].Span && !twin; j-- {
			twin = out[j].Code == s[i].Code && out[j].Message == s[i].Message
		}
		if !twin {
			out = append(out, s[i])
		}
	}
	*l = out
}
