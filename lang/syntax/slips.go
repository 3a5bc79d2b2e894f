package syntax

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"acl/lang/diag"
	"acl/lang/source"
)

// slip adds to the message about token k a hint for what other languages would have
// there. want is what the grammar has, in the words of table words.
func (p *parser) slip(d diag.Diag, tokens []lexer.Token, k int, want string) diag.Diag {
	t := tokens[k]
	at := p.tokenSpan(t)
	put := func(text string) diag.Diag { return d.WithHint("write `%s`", text).WithFix(at, text) }
	switch {
	case t.Value == "=" && strings.HasPrefix(want, "`:`"):
		return put(":")
	case t.Value == ":" && want == "`=`":
		return put("=")
	case t.Value == "," && want == "`;`" && p.endsLine(t):
		return put(";")
	case strings.HasPrefix(want, "`->`"):
		return p.arrow(d, tokens, k)
	case t.Value == "." && want == "a value" && touching(tokens, k) && kindOf(tokens[k+1].Type) == KindInt:
		return d.WithHint("write `0.%s`", tokens[k+1].Value).WithFix(p.before(t), "0")
	case (want == "`)`" || want == "`]`") && k > 0 && t.Value != ",":
		mark := strings.Trim(want, "`")
		return d.WithHint("write `%s` before `%s`", mark, t.Value).WithFix(p.tokenSpan(tokens[k-1]).After(), mark)
	case t.Value == "[" && want == "`:`" && k > 0:
		return d.WithHint("write `:` before the shape").WithFix(p.tokenSpan(tokens[k-1]).After(), ":")
	case t.Value == "(" && want == "`[`":
		return p.brackets(d, tokens, k)
	}
	return d
}

// arrow proposes `->` for what looks like it.
func (p *parser) arrow(d diag.Diag, tokens []lexer.Token, k int) diag.Diag {
	last := k
	switch next := k + 1; {
	case tokens[k].Value == ">":
	case strings.Contains("=-", tokens[k].Value) && next < len(tokens) && tokens[next].Value == ">":
		last = next
	case tokens[k].Value == "<" && next < len(tokens) && tokens[next].Value == "-":
		return d.WithHint("a route leads from left to right: `source -> reader`")
	default:
		return d
	}
	return d.WithHint("write `->`").WithFix(p.tokenSpan(tokens[k]).To(p.tokenSpan(tokens[last])), "->")
}

// brackets proposes a shape's brackets for parentheses.
func (p *parser) brackets(d diag.Diag, tokens []lexer.Token, k int) diag.Diag {
	d = d.WithHint("a shape stands in brackets: `[1, 8, 8]`")
	for i := k + 1; i < len(tokens) && tokens[i].Value != ";"; i++ {
		if tokens[i].Value == ")" {
			return d.WithFix(p.tokenSpan(tokens[k]), "[").WithFix(p.tokenSpan(tokens[i]), "]")
		}
	}
	return d
}

// foreign is the hint for a character that begins no token.
func (p *parser) foreign(d diag.Diag, t lexer.Token) diag.Diag {
	at := p.tokenSpan(t)
	line := p.file.Text[at.End.Offset:]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	switch t.Value {
	case "#":
		return d.WithHint("a comment begins with `//`").WithFix(at, "//")
	case "'":
		d = d.WithHint(`strings stand between double quotes: "..."`)
		if i := strings.IndexByte(line, '\''); i >= 0 && !strings.Contains(line[:i], `"`) {
			other := at.End.Offset + i
			d = d.WithFix(at, `"`).WithFix(p.file.Span(other, other+1), `"`)
		}
	}
	return d
}

// endsLine reports whether a token is the last of its line but for a comment.
func (p *parser) endsLine(t lexer.Token) bool {
	line, _, _ := strings.Cut(p.file.Text[end(t):], "\n")
	line, _, _ = strings.Cut(line, "//")
	return strings.TrimSpace(line) == ""
}

// touching reports whether nothing stands between token k and the next.
func touching(tokens []lexer.Token, k int) bool {
	return k+1 < len(tokens) && end(tokens[k]) == tokens[k+1].Pos.Offset
}

// before is the place just before a token.
func (p *parser) before(t lexer.Token) source.Span {
	return p.file.Span(t.Pos.Offset, t.Pos.Offset)
}
