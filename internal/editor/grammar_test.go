package editor

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"acl/lang/quantity"
	"acl/lang/source"
	"acl/lang/syntax"
	"acl/stdlib"
)

var update = flag.Bool("update", false, "write the grammar anew")

const extension = "../../editor/vscode"

func TestGrammarIsUpToDate(t *testing.T) {
	file := filepath.Join(extension, "syntaxes", "acl.tmLanguage.json")
	want := Grammar(stdlib.Table())
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the grammar is out of date: go generate ./internal/editor")
	}
}

// colours is a tokenizer with the grammar as it is on disk.
func colours(t *testing.T) *tokenizer {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(extension, "syntaxes", "acl.tmLanguage.json"))
	if err != nil {
		t.Fatal(err)
	}
	var g grammar
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	z, err := newTokenizer(g.Patterns)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestScopes(t *testing.T) {
	z := colours(t)
	for _, k := range []struct{ line, text, scope string }{
		{"use std.nn;", "use", "keyword.control.import.acl"},
		{"use std.nn;", "std.nn", "entity.name.namespace.acl"},
		{"/// says what", "/// says what", "comment.line.documentation.acl"},
		{"  x; // module", "// module", "comment.line.double-slash.acl"},
		{`  path: "a // \"b\" c"; // d`, `\"`, "constant.character.escape.acl"},
		{`  path: "a // b"; // d`, "// d", "comment.line.double-slash.acl"},
		{"module Digits {", "Digits", "entity.name.type.acl"},
		{"module inner {", "module", "storage.type.acl"},
		{"fabric Bench : chips.fabric45 {", "chips.fabric45", "entity.other.inherited-class.acl"},
		{"train Digits on Bench {", "on", "keyword.other.acl"},
		{"experiment E of M on F {", "of", "keyword.other.acl"},
		{"  param hidden: int = 64;", "hidden", "variable.parameter.acl"},
		{"  param kind: module = M;", "module", "support.type.acl"},
		{"  in  x: [1, 8];", "x", "variable.other.port.acl"},
		{"  repeat i in 1 .. n {", "in", "storage.type.acl"},
		{"  repeat i in 1 .. n {", "..", "keyword.operator.range.acl"},
		{"  unit c1  = nn.conv(16, kernel = 3x3);", "c1", "variable.other.unit.acl"},
		{"  unit c1  = nn.conv(16, kernel = 3x3);", "conv", "support.class.unit.acl"},
		{"  unit c1  = nn.conv(16, kernel = 3x3);", "kernel", "variable.parameter.acl"},
		{"  unit c1  = nn.conv(16, kernel = 3x3);", "3x3", "constant.numeric.size.acl"},
		{"  route x -> c1 -> y;", "->", "keyword.operator.route.acl"},
		{"  if stride != 1 or C != cout {", "or", "keyword.operator.word.acl"},
		{"  cap { weight: 50fF; leak: 10fA; }", "fF", "keyword.other.unit.acl"},
		{"  cap { weight: 50fF; leak: 10fA; }", "50", "constant.numeric.quantity.acl"},
		{"  cap { weight: 50fF; leak: 10fA; }", "cap", "support.type.property-name.acl"},
		{"  noise { weight: 2%; }", "%", "keyword.other.unit.acl"},
		{"  opamp.slew: 400V/us;", "V/us", "keyword.other.unit.acl"},
		{"  opamp.slew: 400V/us;", "slew", "support.type.property-name.acl"},
		{"  opamp.noise: 12nV/rtHz;", "nV/rtHz", "keyword.other.unit.acl"},
		{"  vcr.beta: 2uA/V2;", "uA/V2", "keyword.other.unit.acl"},
		{"  cap.weight: 10kohm;", "kohm", "invalid.illegal.unit.acl"},
		{"  eps: 5e-4;", "5e-4", "constant.numeric.float.acl"},
		{"  place c1: conv[0];", "place", "support.type.property-name.acl"},
		{"  protect { vote: median; }", "median", "support.constant.acl"},
		{"  swap: true;", "true", "constant.language.boolean.acl"},
		{"  optimizer: nn.sgd(rate = 0.05);", "sgd", "support.function.acl"},
		{"acl 1;", "acl", "keyword.other.edition.acl"},
	} {
		if got := z.scope(k.line, k.text); got != k.scope {
			t.Errorf("%q in %q is %q, want %q", k.text, k.line, got, k.scope)
		}
	}
}

// Every reserved word is one to the grammar, and every unit of measure.
func TestScopesOfAllWords(t *testing.T) {
	z := colours(t)
	for _, w := range syntax.Keywords {
		got := z.scope("( "+w+" )", w)
		if !strings.HasPrefix(got, "keyword.") && !strings.HasPrefix(got, "storage.type.") && !strings.HasPrefix(got, "constant.language.") {
			t.Errorf("the reserved word %s is %q", w, got)
		}
	}
	for _, u := range strings.Fields("V A Ohm F S s Hz J W K m bit") {
		for _, prefix := range append(strings.Split("afpnumkMGT", ""), "") {
			text := prefix + u
			if _, err := quantity.Parse("3" + text); err != nil {
				t.Fatalf("the language has no unit %s: %v", text, err)
			}
			if got := z.scope("a: 3"+text+";", text); got != "keyword.other.unit.acl" {
				t.Errorf("the unit %s is %q", text, got)
			}
		}
	}
}

// The grammar cuts programs as the lexer does: comments, strings, reserved words,
// sizes and quantities get their scopes, and nothing in a right program is illegal.
func TestScopesOfPrograms(t *testing.T) {
	files, err := filepath.Glob("../../programs/*.acl")
	if err != nil || len(files) == 0 {
		t.Fatal("no programs", err)
	}
	samples, _ := filepath.Glob("../../../shared/samples/*.acl") // where they are at hand
	z := colours(t)
	for _, name := range slices.Concat(files, samples) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file := source.NewFile(name, string(text))
		for _, tok := range syntax.Tokens(file) {
			want := scopeOf(tok)
			if want == "" {
				continue
			}
			line := file.Line(tok.Span.Start.Line)
			if got := z.scopeAt(line, lead(file.Text, tok.Span.Start.Offset)); !oneOfPrefixes(got, want) {
				t.Errorf("%s: %q is %q, want %s", tok.Span, tok.Text, got, want)
			}
		}
	}
}

// lead is the number of bytes before an offset on its line.
func lead(text string, offset int) int {
	return offset - (strings.LastIndexByte(text[:offset], '\n') + 1)
}

func oneOfPrefixes(scope, want string) bool {
	return slices.ContainsFunc(strings.Fields(want), func(w string) bool { return strings.HasPrefix(scope, w) })
}

// scopeOf is the beginning of the scope that a token of the lexer has; a reserved
// word may be the name of a type.
func scopeOf(t syntax.Token) string {
	switch t.Kind {
	case syntax.KindDoc:
		return "comment.line.documentation"
	case syntax.KindComment:
		return "comment.line.double-slash"
	case syntax.KindString:
		return "string.quoted"
	case syntax.KindSize:
		return "constant.numeric.size"
	case syntax.KindExponent, syntax.KindFloat:
		return "constant.numeric.float"
	case syntax.KindQuantity:
		return "constant.numeric.quantity"
	case syntax.KindInt:
		return "constant.numeric.integer"
	case syntax.KindKeyword:
		return "keyword. storage.type. constant.language. support.type.acl"
	}
	return ""
}
