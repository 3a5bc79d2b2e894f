package syntax

import (
	"testing"

	"github.com/alecthomas/participle/v2/lexer"
	"pgregory.net/rapid"

	"acl/lang/source"
)

// rules say what the tokens are; the lexer that reads programs does the same, faster.
// They are tried in this order; the first that matches wins, not the longest.
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

// asRules holds the tokens of a text to those of the rules.
func asRules(t rapid.TB, text string) {
	t.Helper()
	lx, err := rules.LexString("t.acl", text)
	if err != nil {
		t.Fatal(err)
	}
	names := lexer.SymbolsByRune(rules)
	for _, got := range lexAll(source.NewFile("t.acl", text)) {
		want, err := lx.Next()
		if err != nil {
			t.Fatal(err)
		}
		if got.EOF() && want.EOF() {
			return
		}
		if got.EOF() || want.EOF() || got.Value != want.Value || kindNames[kindOf(got.Type)] != names[want.Type] ||
			got.Pos.Offset != want.Pos.Offset || got.Pos.Line != want.Pos.Line {
			t.Fatalf("%q: got %v at %v, want %s %v at %v", text, got, got.Pos, names[want.Type], want, want.Pos)
		}
	}
}

func TestLexerIsTheRules(t *testing.T) {
	for _, text := range programs(t) {
		asRules(t, text)
	}
	for _, text := range broken {
		asRules(t, text)
	}
	for _, text := range []string{
		"3x3 3x3x3 3x 3x3a 3x3_ x3 3 x 3", "1e5 1e 1e+ 1e+5 1.5e-3V 1e5V 1e5% 1e5_ 1e5.5 1E5 1e5e5", "1. .5 1..2 1.5.5 1.5% 5%% 5%a",
		"10V/us 10V/ 10V/2 10V//us 2uA/V2", "in infer info inx in_ in\u00e9 IN", `"a\"b" "a\` + "\n" + `" "open`, "// a\n/// b\r\n//// c\n///", "\xff\xfe \u00e9 #",
		"->-> - > ..->==!=<=>=<>", "\v\f\x00",
	} {
		asRules(t, text)
	}
	letters := rapid.StringOf(rapid.SampledFrom([]rune("0123x3eE+-.%_aVs/\"\\ \n;#=>é\uFFFD")))
	rapid.Check(t, func(t *rapid.T) { asRules(t, letters.Draw(t, "text")) })
}
