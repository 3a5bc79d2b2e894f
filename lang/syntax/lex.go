package syntax

import (
	"io"
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

// definition is the lexer in participle's form. Types of tokens count down from its
// end of the file.
type definition struct{}

// Symbols are the names that the grammar gives to the kinds of tokens.
func (definition) Symbols() map[string]lexer.TokenType {
	m := map[string]lexer.TokenType{"EOF": lexer.EOF}
	for k, name := range kindNames {
		m[name] = typeOf(Kind(k))
	}
	return m
}

// Lex reads a whole text.
func (definition) Lex(name string, r io.Reader) (lexer.Lexer, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	tokens := lexAll(source.NewFile(name, string(text)))
	last := len(tokens) - 1
	return &slice{tokens: tokens[:last], eof: tokens[last].Pos}, nil
}

func typeOf(k Kind) lexer.TokenType { return lexer.EOF - 1 - lexer.TokenType(k) }

// kindOf is the kind of a token that is not the end of the file.
func kindOf(t lexer.TokenType) Kind { return Kind(lexer.EOF - 1 - t) }

// lexAll cuts a text into tokens, and the end of the file behind them.
func lexAll(f *source.File) []lexer.Token {
	tokens := make([]lexer.Token, 0, len(f.Text)/3+1) // programs have about so many
	at := lexer.Position{Filename: f.Name, Line: 1}
	for at.Offset < len(f.Text) {
		kind, n := cut(f.Text[at.Offset:])
		text := f.Text[at.Offset : at.Offset+n]
		tokens = append(tokens, lexer.Token{Type: typeOf(kind), Value: text, Pos: at})
		at.Offset += n
		if kind == KindSpace {
			at.Line += strings.Count(text, "\n")
		}
	}
	return append(tokens, lexer.EOFToken(at))
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
		out = append(out, Token{kindOf(t.Type), t.Value, f.Span(t.Pos.Offset, t.Pos.Offset+len(t.Value))})
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
		switch kindOf(t.Type) {
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
		switch kindOf(t.Type) {
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
