package format

import (
	"slices"
	"strings"

	"acl/lang/diag"
	"acl/lang/source"
	"acl/lang/syntax"
)

// piece is a token and the white space before it.
type piece struct {
	kind   syntax.Kind
	text   string
	breaks int // line ends before it; 2 stands for more
	gap    int // characters of white space before it on its line
	column int // where it stood, from 1
}

func (p *piece) comment() bool { return p.kind == syntax.KindComment || p.kind == syntax.KindDoc }

// is reports whether p is one of these operators.
func (p *piece) is(texts ...string) bool {
	return p.kind == syntax.KindOperator && slices.Contains(texts, p.text)
}

// Source returns the text of a file, laid out by these rules:
//
//   - Lines end where they were typed to end. One blank line at most is kept between
//     two, none behind an opening or before a closing bracket.
//   - A line is indented by two columns more than the line of the bracket around it,
//     and by two more where it goes on with a statement. Where an argument follows an
//     opening parenthesis on its line, those on the next lines stand below it.
//   - No space stands inside parentheses and before punctuation, one at least between
//     other tokens. Wider gaps are the writer's, who lines up columns with them.
//   - A comment on a line of its own is indented like code, or stays below the comment
//     of the line above if it was typed there.
//
// A file that does not parse is refused: the text is empty then, and the list says
// why.
func Source(file *source.File) (string, diag.List) {
	if _, diags := syntax.Parse(file); diags.HasErrors() {
		return "", diags
	}
	w := &writer{tokens: pieces(syntax.Tokens(file)), last: -1}
	for i := range w.tokens {
		w.token(i)
	}
	w.b.WriteByte('\n')
	return w.b.String(), nil
}

// pieces joins each token with the white space before it.
func pieces(tokens []syntax.Token) []piece {
	var out []piece
	breaks, gap := 0, 0
	for _, t := range tokens {
		if t.Kind == syntax.KindSpace {
			breaks = min(strings.Count(t.Text, "\n"), 2)
			gap = len(t.Text)
			continue
		}
		p := piece{kind: t.Kind, text: t.Text, breaks: breaks, gap: gap, column: t.Span.Start.Column}
		if p.comment() {
			p.text = strings.TrimRight(p.text, " \t\r")
		}
		if n := len(out); breaks > 1 && n > 0 && (p.is("}", ")", "]") || out[n-1].is("{", "(", "[")) {
			p.breaks = 1
		}
		out = append(out, p)
		breaks, gap = 0, 0
	}
	return out
}
