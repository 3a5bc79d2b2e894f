package syntax

import (
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"acl/lang/diag"
	"acl/lang/source"
)

// Parse reads a program. It reports every syntax error that it can tell from the
// ones before: the text is cut into declarations, and within one the statement at
// fault is left out, or a missing semicolon put in, before the rest is read again.
// The tree holds what could be read.
func Parse(file *source.File) (*File, diag.List) {
	out := &File{Source: file}
	p := newParser(file)
	if bad := scan(file); bad != nil {
		return out, bad
	}
	p.head(out)
	p.uses(out)
	if p.at > 0 {
		out.Head = p.tokenSpan(p.tokens[0]).To(p.tokenSpan(p.tokens[p.at-1]))
	}
	for p.at < len(p.tokens) {
		p.declaration(out)
	}
	p.list.Sort()
	out.Lost = p.lost
	return out, p.list
}

// parser is one reading of a file.
type parser struct {
	converter
	at   int // next token
	list diag.List
	lost map[string]bool
}

func newParser(file *source.File) *parser {
	p := &parser{}
	raw := lexAll(file)
	p.converter = converter{file: file, tokens: significant(raw), docs: docs(raw), diags: &p.list}
	return p
}

// run parses tokens with one of the grammar's roots.
func run[T any](g *participle.Parser[T], tokens []lexer.Token) (*T, *participle.UnexpectedTokenError) {
	s := &slice{tokens: tokens}
	if n := len(tokens); n > 0 {
		s.eof = tokens[n-1].Pos
		s.eof.Offset = end(tokens[n-1])
	}
	peek, err := lexer.Upgrade(s)
	if err != nil {
		panic("syntax: " + err.Error())
	}
	tree, err := g.ParseFromLexer(peek)
	if err == nil {
		return tree, nil
	}
	if u, ok := err.(*participle.UnexpectedTokenError); ok {
		return tree, u
	}
	panic("syntax: " + err.Error())
}

// head reads `acl 1;`.
func (p *parser) head(out *File) {
	if len(p.tokens) == 0 || p.tokens[0].Value != "acl" {
		first := p.file.Span(0, 0)
		if len(p.tokens) > 0 {
			first = p.tokenSpan(p.tokens[0])
		}
		p.list.Add(diag.Errorf("E0103", first, "a program begins with `acl 1;`").
			WithHint("write `acl 1;` above this line").WithFix(source.Span{File: p.file, Start: first.Start, End: first.Start}, "acl 1;\n"))
		return
	}
	n := min(3, len(p.tokens))
	if n > 1 && p.tokens[1].Value == "1" && (n == 2 || p.tokens[2].Value != ";") {
		at := p.tokenSpan(p.tokens[1]).After()
		p.list.Add(diag.Errorf("E0102", at, "a statement ends with `;`").WithLabel("`;` is missing here").
			WithHint("write `;` after `1`").WithFix(at, ";"))
		p.at, out.Edition = 2, 1
		return
	}
	tree, bad := run(headParser, p.tokens[:n])
	if bad != nil {
		p.list.Add(diag.Errorf("E0103", p.tokenSpan(p.tokens[0]), "a program begins with `acl 1;`").
			WithHint("write the edition of the language: `acl 1;`"))
		p.at = p.skip(0)
		return
	}
	p.at = n
	out.Edition = 1
	if tree.Edition != "1" {
		p.list.Add(diag.Errorf("E0103", p.tokenSpan(p.tokens[1]), "edition %s of the language is not known", tree.Edition).
			WithHint("write `acl 1;`").WithFix(p.tokenSpan(p.tokens[1]), "1"))
	}
}

// skip is the index behind the statement that begins at i: its semicolon, or the
// next token in column 1 that begins something.
func (p *parser) skip(i int) int {
	for k := i; k < len(p.tokens); k++ {
		if p.tokens[k].Value == ";" {
			return k + 1
		}
		if k > i && p.begins(k) {
			return k
		}
	}
	return len(p.tokens)
}

var declWords = map[string]bool{
	"module": true, "fabric": true, "schedule": true, "train": true, "infer": true, "policy": true, "experiment": true,
}

// begins reports whether a declaration or import seems to begin at a token.
func (p *parser) begins(k int) bool {
	t := p.tokens[k]
	return kindOf(t.Type) == KindKeyword && (declWords[t.Value] || t.Value == "use") && p.file.Pos(t.Pos.Offset).Column == 1
}

func (p *parser) uses(out *File) {
	for p.at < len(p.tokens) && p.tokens[p.at].Value == "use" {
		next := p.skip(p.at)
		part := p.tokens[p.at:next]
		tree, bad := run(useParser, part)
		if bad != nil {
			p.list.Add(p.unexpected(bad, part, false))
		}
		if bad == nil || tree != nil && tree.Path != nil && missingSemicolon(bad) {
			out.Uses = append(out.Uses, &Use{p.path(tree.Path), p.span(tree.node)})
		}
		p.at = next
	}
}

// declaration reads one declaration and goes on behind it.
func (p *parser) declaration(out *File) {
	start := p.at
	t := p.tokens[start]
	if kindOf(t.Type) != KindKeyword || !declWords[t.Value] {
		p.stray(start)
		return
	}
	depth, k := 0, start+1
	for ; k < len(p.tokens); k++ {
		if p.begins(k) {
			break
		}
		if p.tokens[k].Value == "{" {
			depth++
		}
		if p.tokens[k].Value == "}" {
			if depth--; depth <= 0 {
				k++
				break
			}
		}
	}
	p.at = k
	tree, kept := repaired(p, declParser, p.tokens[start:k])
	if tree != nil {
		c := p.converter
		c.tokens = kept
		out.Decls = append(out.Decls, c.decl(tree))
	}
}

// stray reports what stands where a declaration should and goes on at the next.
func (p *parser) stray(start int) {
	t := p.tokens[start]
	d := diag.Errorf("E0101", p.tokenSpan(t), "unexpected %s", shown(t)).
		WithLabel("expected a declaration: module, fabric, schedule, train, infer, policy or experiment")
	switch {
	case kindOf(t.Type) == KindInvalid:
		d = p.foreign(d, t)
	case t.Value == "/" && touching(p.tokens, start) && p.tokens[start+1].Value == "*":
		d = d.WithHint("a comment begins with `//` and ends with its line")
	case t.Value == ";" && start > 0 && p.tokens[start-1].Value == "}":
		d = d.WithHint("no `;` stands behind a block").WithFix(p.tokenSpan(t), "")
	case t.Value == "use":
		d = d.WithHint("imports stand before the first declaration")
	default:
		if near, ok := nearestKeyword(t.Value, declNames); ok {
			d = d.WithHint("did you mean `%s`?", near).WithFix(p.tokenSpan(t), near)
		}
	}
	p.list.Add(d)
	depth := 0
	for p.at = start + 1; p.at < len(p.tokens); p.at++ {
		v := p.tokens[p.at].Value
		if p.begins(p.at) || depth == 0 && declWords[v] && kindOf(p.tokens[p.at].Type) == KindKeyword {
			return
		}
		if v == "{" {
			depth++
		}
		if v == "}" && depth > 0 {
			depth--
		}
	}
}

// maxRepairs bounds the errors that one declaration reports.
const maxRepairs = 50

// repaired parses tokens, reporting each error and mending the tokens until they
// parse. It returns the tree with the tokens of the file that it was read from, and
// nil where too little is left.
func repaired[T any](p *parser, g *participle.Parser[T], tokens []lexer.Token) (*T, []lexer.Token) {
	tokens = append([]lexer.Token(nil), tokens...)
	for range maxRepairs {
		tree, bad := run(g, tokens)
		if bad == nil {
			return tree, typed(tokens)
		}
		p.list.Add(p.unexpected(bad, tokens, true))
		var ok bool
		if tokens, ok = p.mend(tokens, bad); !ok {
			return nil, nil
		}
	}
	return nil, nil
}

// added is a token that was not typed, to stand behind another one. It has no line.
func added(text string, behind lexer.Token) lexer.Token {
	return lexer.Token{Type: typeOf(KindOperator), Value: text, Pos: lexer.Position{Offset: behind.Pos.Offset}}
}

// typed leaves out the tokens that were added.
func typed(tokens []lexer.Token) []lexer.Token {
	out := make([]lexer.Token, 0, len(tokens))
	for _, t := range tokens {
		if t.Pos.Line > 0 {
			out = append(out, t)
		}
	}
	return out
}

// mend changes tokens so that the error is gone: closes what is open at the end,
// puts a missing semicolon in, or leaves a statement out.
func (p *parser) mend(tokens []lexer.Token, bad *participle.UnexpectedTokenError) ([]lexer.Token, bool) {
	if bad.Unexpected.EOF() {
		return p.closed(tokens)
	}
	k := 0
	for k < len(tokens) && tokens[k].Pos.Offset < bad.Unexpected.Pos.Offset {
		k++
	}
	if missingSemicolon(bad) && !strayWord(tokens, k) && !spacedSize(tokens, k) {
		out := append(append([]lexer.Token{}, tokens[:k]...), added(";", tokens[k-1]))
		return append(out, tokens[k:]...), true
	}
	lo, hi := statement(tokens, k)
	if lo < 0 {
		return nil, false
	}
	p.lose(tokens[lo:hi])
	return append(append([]lexer.Token{}, tokens[:lo]...), tokens[hi:]...), true
}

// strayWord reports whether the token at k is a word too many at the end of a
// statement, as the unit in `2.5 V;`.
func strayWord(tokens []lexer.Token, k int) bool {
	return k > 0 && k+1 < len(tokens) && tokens[k+1].Value == ";" && kindOf(tokens[k].Type) == KindIdent &&
		tokens[k].Pos.Line == tokens[k-1].Pos.Line
}

// lose notes the names of a statement that is left out.
func (p *parser) lose(tokens []lexer.Token) {
	if p.lost == nil {
		p.lost = map[string]bool{}
	}
	for _, t := range tokens {
		if kindOf(t.Type) == KindIdent {
			p.lost[t.Value] = true
		}
	}
}

// closed adds the brackets that are open at the end.
func (p *parser) closed(tokens []lexer.Token) ([]lexer.Token, bool) {
	open := unclosed(tokens)
	if len(open) == 0 {
		return nil, false
	}
	out := append([]lexer.Token{}, tokens...)
	// An unfinished statement before the end is left out.
	at := len(out)
	for at > 0 && !strings.ContainsAny(out[at-1].Value, ";{}") {
		at--
	}
	out = out[:at]
	for range len(unclosed(out)) {
		out = append(out, added("}", out[len(out)-1]))
	}
	return out, len(unclosed(out)) == 0 && at > 1
}

// unclosed lists the opening brackets that nothing closes.
func unclosed(tokens []lexer.Token) []lexer.Token {
	pair := map[string]string{"}": "{", ")": "(", "]": "["}
	var open []lexer.Token
	for _, t := range tokens {
		if kindOf(t.Type) != KindOperator {
			continue
		}
		switch t.Value {
		case "{", "(", "[":
			open = append(open, t)
		case "}", ")", "]":
			if n := len(open); n > 0 && open[n-1].Value == pair[t.Value] {
				open = open[:n-1]
			}
		}
	}
	return open
}

// statement is the range of tokens around k that make up one statement: from
// behind the last `;`, `{` or `}` to the next `;`, or to the brace that closes the
// block around it. lo is -1 in the head of a declaration.
func statement(tokens []lexer.Token, k int) (lo, hi int) {
	lo = k
	for lo > 0 && !strings.Contains(";{}", tokens[lo-1].Value) {
		lo--
	}
	if lo == 0 {
		return -1, 0
	}
	depth := 0
	for hi = k; hi < len(tokens); hi++ {
		switch tokens[hi].Value {
		case "{":
			depth++
		case "}":
			if depth == 0 {
				if hi == lo { // a brace too many
					hi++
				}
				return lo, hi
			}
			if depth--; depth == 0 {
				return lo, hi + 1
			}
		case ";":
			if depth == 0 {
				return lo, hi + 1
			}
		}
	}
	return lo, hi
}

func (p *parser) tokenSpan(t lexer.Token) source.Span {
	return p.file.Span(t.Pos.Offset, end(t))
}
