package format

import (
	"strings"
	"unicode/utf8"

	"acl/lang/syntax"
)

// writer lays tokens out one by one.
type writer struct {
	tokens []piece
	b      strings.Builder
	column int // where the next token would stand
	indent int // of the line being written
	open   []bracket
	// last is the last token that is no comment, or -1.
	last int
	// trail is where the comment of the line before stands: in the input, and here;
	// 0 in the input if there is none.
	trailIn, trailOut int
	started           bool
}

// bracket is an open one: the indent of its line, and the column of the first
// token behind it on that line, or -1.
type bracket struct {
	brace  bool
	indent int
	align  int
}

const step = 2

func (w *writer) token(i int) {
	t := &w.tokens[i]
	if !w.started {
		w.started, w.last = true, -1
	} else if t.breaks > 0 {
		w.newLine(i)
	} else {
		w.space(w.gap(i))
	}
	w.follow(i)
	if t.is("}", ")", "]") && len(w.open) > 0 {
		w.open = w.open[:len(w.open)-1]
	}
	if t.is("{", "(", "[") {
		w.open = append(w.open, bracket{brace: t.text == "{", indent: w.indent, align: -1})
	}
	if t.comment() {
		w.trailIn, w.trailOut = t.column, w.column
	} else {
		w.last = i
	}
	w.b.WriteString(t.text)
	w.column += utf8.RuneCountInString(t.text)
}

// follow notes the column of the first token behind a bracket on its line.
func (w *writer) follow(i int) {
	if i == 0 || len(w.open) == 0 || !w.tokens[i-1].is("(", "[") {
		return
	}
	if t := &w.tokens[i]; t.breaks == 0 && !t.comment() {
		w.open[len(w.open)-1].align = w.column
	}
}

// newLine ends the line and indents the one that token i begins.
func (w *writer) newLine(i int) {
	t := &w.tokens[i]
	w.b.WriteByte('\n')
	if t.breaks > 1 {
		w.b.WriteByte('\n')
	}
	before := &w.tokens[i-1]
	under := t.comment() && before.comment() && t.breaks == 1 && w.trailIn == t.column && w.trailOut > 0
	w.column = 0
	if under {
		w.space(w.trailOut)
		return // w.indent is that of the code above
	}
	w.indent = w.depth(i)
	w.space(w.indent)
}

// depth is the indent of a line that begins with token i.
func (w *writer) depth(i int) int {
	t := &w.tokens[i]
	if len(w.open) == 0 {
		if w.begins(i) {
			return 0
		}
		return step
	}
	b := w.open[len(w.open)-1]
	switch {
	case t.is("}", ")", "]"):
		return b.indent
	case b.align >= 0:
		return b.align
	case !b.brace || w.begins(i):
		return b.indent + step
	}
	return b.indent + 2*step
}

// begins reports whether a statement, or the comment before one, begins with
// token i.
func (w *writer) begins(i int) bool {
	if w.tokens[i].is("->") {
		return false
	}
	return w.last < 0 || w.tokens[w.last].is(";", "{", "}")
}

func (w *writer) space(n int) {
	for range n {
		w.b.WriteByte(' ')
	}
	w.column += n
}

// trailingGap stands before a comment that was written against the code.
const trailingGap = 2

// gap is the number of spaces between token i and the one before it on its line.
func (w *writer) gap(i int) int {
	t := &w.tokens[i]
	switch {
	case t.comment() && t.gap == 0:
		return trailingGap
	case !t.comment() && w.tight(i):
		return 0
	}
	return max(t.gap, 1)
}

// tight reports whether no space belongs between token i and the one before it.
func (w *writer) tight(i int) bool {
	t, before := &w.tokens[i], &w.tokens[i-1]
	switch {
	case before.is("{", "}"), t.is("{", "}"):
		return false
	case t.is(";", ",", ")", "]", "."), before.is("(", "[", "."):
		return true
	case t.is(":"):
		return !w.keyword(i-2, "fabric")
	case t.is("["):
		return before.kind == syntax.KindIdent
	case t.is("("):
		return before.kind == syntax.KindIdent && !w.key(i-1) || before.is("]")
	case before.is("-"):
		return w.sign(i - 1)
	}
	return false
}

func (w *writer) keyword(i int, word string) bool {
	return i >= 0 && w.tokens[i].kind == syntax.KindKeyword && w.tokens[i].text == word
}

// sign reports whether the minus at i is one, and no difference.
func (w *writer) sign(i int) bool {
	i = w.before(i)
	if i < 0 {
		return true
	}
	p := &w.tokens[i]
	switch p.kind {
	case syntax.KindOperator:
		return !p.is(")", "]")
	case syntax.KindKeyword:
		return p.text != "true" && p.text != "false"
	}
	return false
}

// key reports whether the name at i ends the path with which a setting begins: a
// parenthesis behind it is a subject, and not a call.
func (w *writer) key(i int) bool {
	for {
		i = w.before(i)
		if i < 0 || w.tokens[i].is(";", "{", "}") {
			return true
		}
		if !w.tokens[i].is(".") {
			return false
		}
		if i = w.before(i); i < 0 || w.tokens[i].kind != syntax.KindIdent {
			return false
		}
	}
}

// before is the index of the last token before i that is no comment, or -1.
func (w *writer) before(i int) int {
	for i--; i >= 0 && w.tokens[i].comment(); i-- {
	}
	return i
}
