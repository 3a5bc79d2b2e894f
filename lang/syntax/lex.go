package syntax

import (
	"sort"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"acl/lang/source"
)

// Keywords are the reserved words.
var Keywords = []string{
	"use", "module", "fabric", "schedule", "train", "infer", "policy", "experiment", "param", "in", "out", "unit",
	"route", "if", "else", "repeat", "and", "or", "not", "true", "false",
}

// The rules are tried in this order; the first that matches wins, not the
// longest.
var rules = lexer.MustSimple([]lexer.SimpleRule{
	{Name: "Doc", Pattern: `///[^\n]*`},
	{Name: "Comment", Pattern: `//[^\n]*`},
	{Name: "String", Pattern: `"(\\[^\n]|[^"\\\n])*"`},
	{Name: "Size", Pattern: `[0-9]+x[0-9]+\b`},
	{Name: "Exponent", Pattern: `[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+\b`},
	{Name: "Quantity", Pattern: `[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?(%|[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)?)`},
	{Name: "Float", Pattern: `[0-9]+\.[0-9]+`},
	{Name: "Int", Pattern: `[0-9]+`},
	{Name: "Keyword", Pattern: `(use|module|fabric|schedule|train|infer|policy|experiment|param|in|out|unit|route|if|else|repeat|and|or|not|true|false)\b`},
	{Name: "Ident", Pattern: `[A-Za-z_][A-Za-z0-9_]*`},
	{Name: "Operator", Pattern: `\.\.|->|==|!=|<=|>=|[-+*/<>(){}\[\],;:.=?]`},
	{Name: "Space", Pattern: `[ \t\r\n]+`},
	{Name: "Invalid", Pattern: `.`},
})

// Kind is the kind of a token.
type Kind uint8

// The kinds of tokens.
const (
	KindDoc Kind = iota
	KindComment
	KindString
	KindSize
	KindExponent
	KindQuantity
	KindFloat
	KindInt
	KindKeyword
	KindIdent
	KindOperator
	KindSpace
	KindInvalid
)

var kindNames = [...]string{
	"Doc", "Comment", "String", "Size", "Exponent", "Quantity", "Float", "Int", "Keyword", "Ident", "Operator", "Space", "Invalid",
}

// Token is a piece of a file as the lexer cut it.
type Token struct {
	Kind Kind
	Text string
	Span source.Span
}

var kindOf = func() map[lexer.TokenType]Kind {
	m := map[lexer.TokenType]Kind{}
	for name, t := range rules.Symbols() {
		for k, n := range kindNames {
			if n == name {
				m[t] = Kind(k)
			}
		}
	}
	return m
}()

// lexAll cuts a text. The rules match any text, so that there is no error.
func lexAll(f *source.File) []lexer.Token {
	lx, err := rules.LexString(f.Name, f.Text)
	if err != nil {
		panic("syntax: " + err.Error())
	}
	tokens := make([]lexer.Token, 0, len(f.Text)/3+1) // programs have about so many
	for {
		t, err := lx.Next()
		if err != nil {
			panic("syntax: " + err.Error())
		}
		tokens = append(tokens, t)
		if t.EOF() {
			return tokens
		}
	}
}

// Tokens returns all tokens of a file, comments and white space included, whose
// texts joined are the file.
func Tokens(f *source.File) []Token {
	raw := lexAll(f)
	out := make([]Token, 0, len(raw))
	for _, t := range raw {
		if t.EOF() {
			break
		}
		out = append(out, Token{kindOf[t.Type], t.Value, f.Span(t.Pos.Offset, t.Pos.Offset+len(t.Value))})
	}
	return out
}

// docs finds the doc comments before each token that is not white space.
func docs(tokens []lexer.Token) map[int][]string {
	out := map[int][]string{}
	var open []string
	for _, t := range tokens {
		if t.EOF() {
			break
		}
		switch kindOf[t.Type] {
		case KindSpace, KindComment:
		case KindDoc:
			text := strings.TrimRight(t.Value[3:], " \t\r")
			if len(text) > 0 && text[0] == ' ' {
				text = text[1:]
			}
			open = append(open, text)
		default:
			if open != nil {
				out[t.Pos.Offset] = open
				open = nil
			}
		}
	}
	return out
}

// significant drops white space and comments.
func significant(tokens []lexer.Token) []lexer.Token {
	out := make([]lexer.Token, 0, len(tokens)/2)
	for _, t := range tokens {
		switch kindOf[t.Type] {
		case KindSpace, KindComment, KindDoc:
		default:
			if !t.EOF() {
				out = append(out, t)
			}
		}
	}
	return out
}

// end is the offset behind a token.
func end(t lexer.Token) int { return t.Pos.Offset + len(t.Value) }

// slice is a lexer over tokens at hand.
type slice struct {
	tokens []lexer.Token
	at     int
	eof    lexer.Position
}

func (s *slice) Next() (lexer.Token, error) {
	if s.at == len(s.tokens) {
		return lexer.EOFToken(s.eof), nil
	}
	s.at++
	return s.tokens[s.at-1], nil
}

// endOf is the offset where the last token that begins before limit ends.
func endOf(tokens []lexer.Token, limit int) int {
	i := sort.Search(len(tokens), func(i int) bool { return tokens[i].Pos.Offset >= limit })
	if i == 0 {
		return limit
	}
	return end(tokens[i-1])
}
