package diag

import (
	"regexp"
	"strings"

	"acl/lang/source"
)

// The warnings about comments that silence warnings.
const (
	codeNoReason Code = "W0901"
	codeIdle     Code = "W0902"
)

// allowance is a comment `// allow W0301: reason`.
type allowance struct {
	code   Code
	reason string
	span   source.Span // of the comment
	lines  [2]int      // where it silences: its own line, and the one it stands above
	used   bool
}

var allowText = regexp.MustCompile(`^//[ \t]*allow[ \t]+([EW][0-9]+)\b[ \t]*:?[ \t]*(.*)$`)

// Silence drops the warnings that a comment `// allow CODE: reason` on their line,
// or on the line above, allows; comments that stand one below the other all speak
// of the line behind them. It adds a warning for a comment without a reason, and
// for one that silences nothing unless the list has errors, since a program with
// errors is not checked for everything. The result is sorted by place.
func Silence(list List, files []*source.File) List {
	byFile := map[string][]*allowance{}
	var all []*allowance
	for _, f := range files {
		if byFile[f.Name] == nil {
			byFile[f.Name] = allowances(f)
			all = append(all, byFile[f.Name]...)
		}
	}
	var out List
	for _, d := range list {
		if !silenced(d, byFile) {
			out = append(out, d)
		}
	}
	quiet := list.HasErrors()
	for _, a := range all {
		if a.reason == "" {
			out.Add(Warnf(codeNoReason, a.span, "`allow` needs a reason").WithHint("write `// allow %s: why it is fine here`", a.code))
		} else if !a.used && !quiet {
			out.Add(a.idle())
		}
	}
	out.Sort()
	return out
}

func silenced(d Diag, byFile map[string][]*allowance) bool {
	if d.Severity != Warning || d.Span.IsZero() {
		return false
	}
	found := false
	for _, a := range byFile[d.Span.File.Name] {
		line := d.Span.Start.Line
		if a.code == d.Code && (line == a.lines[0] || line == a.lines[1]) {
			a.used, found = true, true
		}
	}
	return found
}

func (a *allowance) idle() Diag {
	d := Warnf(codeIdle, a.span, "`allow %s` silences nothing", a.code)
	if strings.HasPrefix(string(a.code), "E") {
		return d.WithHint("only warnings can be silenced")
	}
	return d.WithHint("remove the comment").WithFix(d.Span, "")
}

// allowances are the comments of a file that silence something.
func allowances(f *source.File) []*allowance {
	var out []*allowance
	offset := 0
	for i, line := range strings.Split(f.Text, "\n") {
		at := commentStart(line)
		if at >= 0 {
			text := strings.TrimRight(line[at:], " \t\r")
			if m := allowText.FindStringSubmatch(text); m != nil {
				out = append(out, &allowance{
					code: Code(m[1]), reason: m[2], span: f.Span(offset+at, offset+at+len(text)), lines: [2]int{i + 1, i + 2},
				})
			}
		}
		offset += len(line) + 1
	}
	// Comments one below the other speak of the same line.
	for i := len(out) - 2; i >= 0; i-- {
		if out[i].lines[1] == out[i+1].lines[0] && alone(f, out[i+1]) {
			out[i].lines[1] = out[i+1].lines[1]
		}
	}
	return out
}

// alone reports whether nothing stands before a comment on its line.
func alone(f *source.File, a *allowance) bool {
	line := f.Line(a.span.Start.Line)
	return strings.HasPrefix(strings.TrimLeft(line, " \t"), "//")
}

// commentStart is where a comment begins in a line, or -1. What looks like one in
// a string is none.
func commentStart(line string) int {
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '"':
			for i++; i < len(line) && line[i] != '"'; i++ {
				if line[i] == '\\' {
					i++
				}
			}
		case strings.HasPrefix(line[i:], "//"):
			return i
		}
	}
	return -1
}
