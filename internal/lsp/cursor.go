package lsp

import (
	"slices"

	"acl/lang/syntax"
)

// cursor is where a completion is asked for, told from the tokens before it: what
// is being typed seldom parses.
type cursor struct {
	word  int // where the word begins that is being typed
	at    int
	stack [][]syntax.Token // what stands before each open brace, outermost first
	stmt  []syntax.Token   // of the statement, up to the word
	prev  string           // the token before the word, comments left out
}

// cursorAt reads the tokens up to a byte offset; ok is false in comments, strings
// and numbers, where nothing is completed.
func cursorAt(tokens []syntax.Token, at int) (c cursor, ok bool) {
	c.word, c.at = at, at
	for i := range tokens {
		t := &tokens[i]
		if t.Span.Start.Offset >= at {
			break
		}
		if touches := at <= t.Span.End.Offset; touches {
			switch t.Kind {
			case syntax.KindIdent, syntax.KindKeyword:
				c.word = t.Span.Start.Offset
				return c, true
			case syntax.KindOperator, syntax.KindSpace:
			case syntax.KindString:
				if at < t.Span.End.Offset {
					return c, false
				}
			default:
				return c, false
			}
		}
		c.take(t)
	}
	return c, true
}

// take goes on by one token.
func (c *cursor) take(t *syntax.Token) {
	if t.Kind == syntax.KindSpace || t.Kind == syntax.KindComment || t.Kind == syntax.KindDoc {
		return
	}
	c.prev = t.Text
	switch {
	case t.Kind == syntax.KindKeyword && t.Span.Start.Column == 1 && slices.Contains(topWords, t.Text):
		c.stack, c.stmt = nil, []syntax.Token{*t}
	case t.Kind == syntax.KindKeyword && slices.Contains([]string{"param", "unit", "route", "repeat"}, t.Text):
		c.stmt = []syntax.Token{*t} // whatever semicolon is missing before it
	case t.Kind == syntax.KindOperator && t.Text == "{":
		c.stack, c.stmt = append(c.stack, c.stmt), nil
	case t.Kind == syntax.KindOperator && t.Text == "}":
		c.stack, c.stmt = c.stack[:max(len(c.stack)-1, 0)], nil
	case t.Kind == syntax.KindOperator && t.Text == ";":
		c.stmt = nil
	default:
		c.stmt = append(c.stmt, *t)
	}
}

// topWords begin what stands outside of braces.
var topWords = []string{"use", "module", "fabric", "schedule", "train", "infer", "policy", "experiment"}

// first is the text of the i-th token, "" beyond the last.
func first(tokens []syntax.Token, i int) string {
	if i < len(tokens) {
		return tokens[i].Text
	}
	return ""
}

// last is the text of the i-th token from the end, from 1.
func last(tokens []syntax.Token, i int) string {
	if i <= len(tokens) {
		return tokens[len(tokens)-i].Text
	}
	return ""
}

// dotted reads the names before a final dot: nn of `nn.`, sum of `route x -> sum.`,
// block of `block[i].`. It returns nil where the tokens do not end in a dot.
func dotted(tokens []syntax.Token) []string {
	var names []string
	i := len(tokens) - 1
	for i >= 0 && tokens[i].Text == "." {
		i--
		if i >= 0 && tokens[i].Text == "]" {
			i = opening(tokens, i, "[", "]") - 1
		}
		if i < 0 || tokens[i].Kind != syntax.KindIdent {
			return names
		}
		names = append([]string{tokens[i].Text}, names...)
		i--
	}
	return names
}

// opening is the index of the bracket that the one at i closes, or -1.
func opening(tokens []syntax.Token, i int, open, shut string) int {
	for depth := 0; i >= 0; i-- {
		switch tokens[i].Text {
		case shut:
			depth++
		case open:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// unclosed is the index of the innermost bracket that is open at the end, or -1.
func unclosed(tokens []syntax.Token) int {
	depth := 0
	for i := len(tokens) - 1; i >= 0; i-- {
		switch tokens[i].Text {
		case ")", "]":
			depth++
		case "(", "[":
			if depth--; depth < 0 {
				return i
			}
		}
	}
	return -1
}

// calling is the call around the cursor: the names before its parenthesis, and the
// tokens of its arguments so far. ok is false outside of one.
func calling(tokens []syntax.Token) (names []string, args []syntax.Token, ok bool) {
	i := unclosed(tokens)
	for i >= 0 && tokens[i].Text == "[" {
		i = unclosed(tokens[:i])
	}
	if i < 1 || tokens[i].Text != "(" || tokens[i-1].Kind != syntax.KindIdent {
		return nil, nil, false
	}
	return append(dotted(tokens[:i-1]), tokens[i-1].Text), tokens[i+1:], true
}

// leading is the dotted name at the beginning of tokens, and what is behind it.
func leading(tokens []syntax.Token) (name string, rest []syntax.Token) {
	i := 0
	for i < len(tokens) && tokens[i].Kind == syntax.KindIdent {
		name = joined(name, tokens[i].Text)
		i++
		if first(tokens, i) != "." || i+1 >= len(tokens) {
			break
		}
		i++
	}
	return name, tokens[i:]
}
