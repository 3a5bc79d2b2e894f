package conformance

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"acl/lang/diag"
	"acl/lang/source"
)

// expectation is a message that a comment announces.
type expectation struct {
	file   string
	line   int
	column int // 0: any
	code   diag.Code
	text   string // a part of the message
	met    bool
}

var announced = regexp.MustCompile(`^([EW][0-9]{4})(?: @([0-9]+))?(?: "([^"]*)")?$`)

// expectations reads the comments of a file.
func expectations(f *source.File) ([]*expectation, error) {
	var out []*expectation
	for i, line := range strings.Split(f.Text, "\n") {
		_, text, found := strings.Cut(line, "//!")
		if !found {
			continue
		}
		at := i + 1
		for strings.HasPrefix(text, "^") {
			text = text[1:]
			at--
		}
		for _, part := range strings.Split(text, ";") {
			m := announced.FindStringSubmatch(strings.TrimSpace(part))
			if m == nil {
				return nil, fmt.Errorf("%s:%d: %q announces no message", f.Name, i+1, strings.TrimSpace(part))
			}
			column, _ := strconv.Atoi(m[2])
			out = append(out, &expectation{file: f.Name, line: at, column: column, code: diag.Code(m[1]), text: m[3]})
		}
	}
	return out, nil
}

// compare says what differs between messages and what was announced.
func compare(list diag.List, want []*expectation) []string {
	var problems []string
	for _, d := range list {
		if !meet(d, want) {
			problems = append(problems, "unexpected: "+d.Error())
		}
	}
	for _, e := range want {
		if !e.met {
			place := fmt.Sprintf("%s:%d", e.file, e.line)
			if e.column > 0 {
				place += fmt.Sprintf(":%d", e.column)
			}
			problems = append(problems, fmt.Sprintf("missing: %s: %s %q", place, e.code, e.text))
		}
	}
	return problems
}

func meet(d diag.Diag, want []*expectation) bool {
	if d.Span.IsZero() {
		return false
	}
	for _, e := range want {
		at := d.Span.Start
		if !e.met && e.code == d.Code && e.file == d.Span.File.Name && e.line == at.Line &&
			(e.column == 0 || e.column == at.Column) && strings.Contains(d.Message, e.text) {
			e.met = true
			return true
		}
	}
	return false
}
