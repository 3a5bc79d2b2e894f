package syntax

import (
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"acl/lang/diag"
	"acl/lang/spell"
)

// participle's messages name what its grammar would take; these tables say it in
// the language's words.

var declNames = []string{"module", "fabric", "schedule", "train", "infer", "policy", "experiment"}

var itemNames = []string{"param", "in", "out", "unit", "route", "if", "repeat"}

func nearestKeyword(word string, of []string) (string, bool) { return spell.Nearest(word, of) }

// expected is the text between "(expected " and ")" of participle's message.
func expected(u *participle.UnexpectedTokenError) string {
	_, text, ok := strings.Cut(u.Message(), "(expected ")
	if !ok {
		return ""
	}
	return strings.TrimSuffix(text, ")")
}

// missingSemicolon reports that a statement was complete but for its end: only a
// semicolon could follow, and what follows may begin another statement or ends the
// block. An operator or a number there is one too many instead.
func missingSemicolon(u *participle.UnexpectedTokenError) bool {
	if expected(u) != `";"` {
		return false
	}
	t := u.Unexpected
	switch kindOf(t.Type) {
	case KindIdent, KindKeyword:
		return true
	}
	return t.EOF() || t.Value == "}"
}

// spacedSize reports whether the token at k is the x of a size that is written with
// spaces, `3 x 3`.
func spacedSize(tokens []lexer.Token, k int) bool {
	return k > 0 && k+1 < len(tokens) && tokens[k].Value == "x" &&
		kindOf(tokens[k-1].Type) == KindInt && kindOf(tokens[k+1].Type) == KindInt
}

// shown is a token in a message.
func shown(t lexer.Token) string {
	if t.EOF() {
		return "end of the file"
	}
	return "`" + t.Value + "`"
}

// words puts what the grammar expected in words; the longest match wins.
var words = []struct{ grammar, text string }{
	{`((<int>`, "a value"}, {`GExpr`, "a value"}, {`GFactor`, "a value"}, {`GRef`, "a name"}, {`GHop`, "`->` and a unit"},
	{`(GIf`, "`if` or `{`"}, {`GBlock`, "`{`"}, {`GPath`, "a name"}, {`GName`, "a name"}, {`<ident>`, "a name"}, {`GType`, "a type"},
	{`((":"`, "`:` and a value, or `{`"}, {`(":"`, "`:` and a value, or `{`"}, {`GDim`, "a dimension"}, {`(<ident> | "module")`, "a type"},
}

// want is what should have stood at an error, in words.
func want(text string) string {
	for _, w := range words {
		if strings.HasPrefix(text, w.grammar) {
			return w.text
		}
	}
	if rest, ok := strings.CutPrefix(text, `"`); ok {
		if tok, _, ok := strings.Cut(rest, `"`); ok {
			return "`" + tok + "`"
		}
	}
	return ""
}

// unexpected is the message for an error in the tokens of a statement or
// declaration.
func (p *parser) unexpected(u *participle.UnexpectedTokenError, tokens []lexer.Token, decl bool) diag.Diag {
	text := expected(u)
	if u.Unexpected.EOF() {
		return p.early(u, tokens)
	}
	k := 0
	for k < len(tokens) && tokens[k].Pos.Offset < u.Unexpected.Pos.Offset {
		k++
	}
	if spacedSize(tokens, k) {
		size := tokens[k-1].Value + "x" + tokens[k+1].Value
		return diag.Errorf("E0101", p.tokenSpan(u.Unexpected), "unexpected `x`").WithLabel("a size has no spaces").
			WithHint("write `%s`", size).WithFix(p.tokenSpan(tokens[k-1]).To(p.tokenSpan(tokens[k+1])), size)
	}
	if missingSemicolon(u) && k > 0 {
		span := p.tokenSpan(tokens[k-1])
		return diag.Errorf("E0102", span.After(), "a statement ends with `;`").WithLabel("`;` is missing here").
			WithHint("write `;` after `%s`", tokens[k-1].Value).WithFix(span.After(), ";")
	}
	t := u.Unexpected
	d := diag.Errorf("E0101", p.tokenSpan(t), "unexpected %s", shown(t))
	if kindOf(t.Type) == KindInvalid {
		d = p.invalid(t)
	}
	if decl && text == `"}"` {
		return p.statementWords(d, t, tokens)
	}
	if w := want(text); w != "" {
		d = d.WithLabel("expected %s", w)
		if kindOf(t.Type) != KindInvalid {
			d = p.slip(d, tokens, k, w)
		}
	}
	if kindOf(t.Type) == KindKeyword && d.Hint == "" {
		d = d.WithHint("`%s` is a reserved word", t.Value)
	}
	return d
}

// statementWords is the message where a statement should begin.
func (p *parser) statementWords(d diag.Diag, t lexer.Token, tokens []lexer.Token) diag.Diag {
	if tokens[0].Value != "module" {
		return d.WithLabel("expected a setting or `}`")
	}
	d = d.WithLabel("expected param, in, out, unit, route, if, repeat or `}`")
	if near, ok := nearestKeyword(t.Value, itemNames); ok {
		d = d.WithHint("did you mean `%s`?", near).WithFix(p.tokenSpan(t), near)
	}
	return d
}

// early is the message for a text that ends too soon.
func (p *parser) early(u *participle.UnexpectedTokenError, tokens []lexer.Token) diag.Diag {
	if len(tokens) == 0 {
		return diag.Errorf("E0101", p.file.Span(len(p.file.Text), len(p.file.Text)), "the text ends before it begins")
	}
	last := p.tokenSpan(tokens[len(tokens)-1])
	open := unclosed(tokens)
	if len(open) == 0 {
		d := diag.Errorf("E0102", last.After(), "a statement ends with `;`").WithLabel("`;` is missing here").
			WithHint("write `;` after `%s`", last.Text()).WithFix(last.After(), ";")
		if !missingSemicolon(u) {
			d = diag.Errorf("E0101", last.After(), "the text ends too early")
			if w := want(expected(u)); w != "" {
				d = d.WithLabel("expected %s", w)
			}
		}
		return d
	}
	o := open[len(open)-1]
	closing := map[string]string{"{": "}", "(": ")", "[": "]"}[o.Value]
	d := diag.Errorf("E0104", last.After(), "`%s` is never closed", o.Value).WithLabel("`%s` is missing", closing).
		WithRelated(p.tokenSpan(o), "opened here").WithHint("write `%s` here", closing)
	if closing == "}" && p.file.Pos(o.Pos.Offset).Line != last.End.Line {
		closing = "\n" + closing
	}
	return d.WithFix(last.After(), closing)
}

// invalid is the message for a character that begins no token.
func (p *parser) invalid(t lexer.Token) diag.Diag {
	span := p.tokenSpan(t)
	if t.Value == `"` {
		return diag.Errorf("E0106", span, "a string ends on the line where it begins").WithHint(`close it with "`)
	}
	return p.foreign(diag.Errorf("E0107", span, "`%s` begins no token", t.Value), t)
}
