package editor

import (
	"regexp"
	"strconv"
	"strings"
)

// tokenizer colours single lines as an editor does: of all rules the one that
// matches first on the line, of those that match there the first of the list.
type tokenizer struct{ rules []compiled }

type compiled struct {
	rule
	match, end *regexp.Regexp
	inner      *tokenizer
}

func newTokenizer(rules []rule) (*tokenizer, error) {
	z := &tokenizer{}
	for _, r := range rules {
		c := compiled{rule: r}
		var err error
		if c.match, err = regexp.Compile(r.Match + r.Begin); err != nil {
			return nil, err
		}
		if r.Begin != "" {
			if c.end, err = regexp.Compile(r.End); err != nil {
				return nil, err
			}
			if c.inner, err = newTokenizer(r.Patterns); err != nil {
				return nil, err
			}
		}
		z.rules = append(z.rules, c)
	}
	return z, nil
}

// find is the first match of a rule from a byte on. Go's regexp sees no text before
// the place that it begins at, so that \b and ^ are held against it here.
func (c *compiled) find(line string, from int) []int {
	for at := from; at <= len(line); {
		m := c.match.FindStringSubmatchIndex(line[at:])
		if m == nil {
			return nil
		}
		for i := range m {
			if m[i] >= 0 {
				m[i] += at
			}
		}
		pattern := c.Match + c.Begin
		cut := strings.HasPrefix(pattern, `\b`) && m[0] > 0 && m[0] == at && wordByte(line[m[0]-1]) && m[0] < len(line) && wordByte(line[m[0]])
		if !cut && (!strings.HasPrefix(pattern, "^") || m[0] == 0) {
			return m
		}
		at = m[0] + 1
	}
	return nil
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// paint gives every byte of a line its scope.
func (z *tokenizer) paint(line string, from, to int, scopes []string) {
	for at := from; at < to; {
		best, m := -1, []int(nil)
		for i := range z.rules {
			if f := z.rules[i].find(line[:to], at); f != nil && f[1] > f[0] && (m == nil || f[0] < m[0]) {
				best, m = i, f
			}
		}
		if best < 0 {
			return
		}
		c := &z.rules[best]
		end := m[1]
		if c.end != nil {
			end = z.closing(c, line, m[1], to)
		}
		fill(scopes, m[0], end, c.Name)
		if c.end != nil {
			c.inner.paint(line, m[1], end, scopes)
		}
		for group, tag := range c.Captures {
			n, _ := strconv.Atoi(group)
			if m[2*n] >= 0 {
				fill(scopes, m[2*n], m[2*n+1], tag.Name)
			}
		}
		at = end
	}
}

// closing is where a rule with an end ends: a match of an inner rule hides one of
// the end.
func (z *tokenizer) closing(c *compiled, line string, at, to int) int {
	for at < to {
		end := c.end.FindStringIndex(line[at:to])
		hidden := false
		for i := range c.inner.rules {
			if f := c.inner.rules[i].find(line[:to], at); f != nil && f[0] < at+end[0] {
				at, hidden = f[1], true
				break
			}
		}
		if !hidden {
			return at + end[1]
		}
	}
	return to
}

func fill(scopes []string, from, to int, name string) {
	if name == "" {
		return
	}
	for i := from; i < to; i++ {
		scopes[i] = name
	}
}

// scopeAt is the scope of a byte of a line.
func (z *tokenizer) scopeAt(line string, at int) string {
	scopes := make([]string, len(line))
	z.paint(line, 0, len(line), scopes)
	return scopes[at]
}

// scope is the one of all of a text's first place in a line, "mixed" where its bytes
// differ. A text that is a word stands there as a word.
func (z *tokenizer) scope(line, text string) string {
	at := strings.Index(line, text)
	if text[0]|0x20 >= 'a' && text[0]|0x20 <= 'z' {
		at = regexp.MustCompile(`(?:^|[^A-Za-z_])(` + regexp.QuoteMeta(text) + `)(?:$|[^A-Za-z0-9_])`).FindStringSubmatchIndex(line)[2]
	}
	scopes := make([]string, len(line))
	z.paint(line, 0, len(line), scopes)
	for i := range text {
		if scopes[at+i] != scopes[at] {
			return "mixed"
		}
	}
	return scopes[at]
}
