package syntax

import (
	"fmt"
	"strings"
	"testing"

	"acl/lang/source"
)

// broken are texts with one fault or more. «CODE» stands just before the first
// character of the place of a message.
var broken = map[string]string{
	"no head":           `«E0103»module M { }`,
	"head without int":  `«E0103»acl; module M { }`,
	"later edition":     `acl «E0103»2; module M { }`,
	"empty":             `«E0103»`,
	"white space":       "«E0103» \n\t\n",
	"a comment alone":   "«E0103»// nothing",
	"no semicolon":      "acl 1;\nmodule M {\n  in x: [4]«E0102»\n  out y: [4];\n}\n",
	"none before brace": `acl 1; module M { in x: [4]; route x -> y«E0102» }`,
	"none in a setting": `acl 1; fabric F { die: 1«E0102» }`,
	"none after use":    "acl 1;\nuse std.nn«E0102»\nuse std.data;\nmodule M { }\n",
	"two without":       "acl 1;\nmodule M {\n  in x: [4]«E0102»\n  out y: [4]«E0102»\n  route x -> y;\n}\n",
	"misspelt item":     `acl 1; module M { «E0101»rout x -> y; }`,
	"misspelt decl":     "acl 1;\n«E0101»modul M { in x: [4]; }\nfabric F { }",
	"late use":          "acl 1;\nfabric F { }\n«E0101»use std.nn;\nfabric G { }",
	"a word too many":   `acl 1; module M { in x «E0101»y: [4]; }`,
	"reserved name":     `acl 1; module M { unit «E0101»route = f(); }`,
	"reserved module":   `acl 1; module «E0101»in { }`,
	"no type":           `acl 1; module M { param p: «E0101»= 3; }`,
	"no dimension":      `acl 1; module M { in x: [«E0101»]; }`,
	"no hop":            `acl 1; module M { route x«E0101»; }`,
	"arrow alone":       `acl 1; module M { route x -> «E0101»; }`,
	"half an operator":  `acl 1; fabric F { a: 1 + «E0101»; b: 2; }`,
	"two comparisons":   `acl 1; fabric F { a: 1 < 2 «E0101»< 3; }`,
	"two signs":         `acl 1; fabric F { a: -«E0101»-1; }`,
	"two nots":          `acl 1; fabric F { a: not «E0101»not b; }`,
	"setting in module": `acl 1; module M { «E0101»die: 1; in x: [4]; }`,
	"item in fabric":    `acl 1; fabric F { «E0101»unit a = b; die: 1; }`,
	"plan without on":   `acl 1; train M «E0101»{ }`,
	"no path":           `acl 1; use «E0101»; module M { }`,
	"brace too many":    `acl 1; module M { in x: [4]; } «E0101»}`,
	"unclosed block":    `acl 1; fabric F { rail { swing: 1;«E0104»`,
	"unclosed module":   "acl 1;\nmodule M {\n  in x: [4];«E0104»\nfabric F { }\n",
	"unclosed list":     "acl 1; fabric F { a: [1, 2«E0104»",
	"unclosed call":     `acl 1; fabric F { a: f(1«E0101»; b: 2; }`,
	"unclosed string":   `acl 1; fabric F { a: «E0106»"abc; }`,
	"escape":            `acl 1; fabric F { a: "x«E0106»\qy"; }`,
	"escape of a rune":  `acl 1; fabric F { a: "«E0106»\é"; b: "\"\\\n\t"; }`,
	"stray character":   `acl 1; fabric F { a: «E0107»#1; b: 2; }`,
	"stray rune":        `acl 1; fabric F { a: «E0107»µ; b: 2; }`,
	"zero byte":         "acl 1; fabric F { «E0107»\x00 }",
	"no UTF-8":          "acl 1; // «E0107»\xff\n",
	"large int":         `acl 1; fabric F { a: «E0105»9007199254740993; }`,
	"large exponent":    `acl 1; fabric F { a: «E0105»1e999; }`,
	"large size":        `acl 1; fabric F { a: «E0105»99999999999999999999x3; }`,
	"unknown unit":      `acl 1; fabric F { a: «E0406»3Volt; }`,
	"unit's case":       `acl 1; fabric F { a: «E0406»3ohm; b: 3kOhm; c: «E0406»1HZ; }`,
	"errors everywhere": "acl 1;\nuse «E0101»1;\nmodule M {\n  «E0101»foo;\n  in x: [4]«E0102»\n  out y: [«E0101»*];\n}\n" +
		"fabric F {\n  a: «E0101»;\n  b: «E0406»1Q;\n}\n«E0101»junk\n",
	"in braces of an item": `acl 1; module M { if a { «E0101»foo; in x: [4]; } else { route x «E0101»y; } repeat i «E0101»1 .. 2 { } }`,
}

func TestBroken(t *testing.T) {
	for name, marked := range broken {
		text, want := unmark(marked)
		_, diags := Parse(source.NewFile("m.acl", text))
		var got []string
		for _, d := range diags {
			got = append(got, fmt.Sprintf("%s at %d", d.Code, d.Span.Start.Offset))
		}
		if g, w := strings.Join(got, ", "), strings.Join(want, ", "); g != w {
			t.Errorf("%s: got %s\nwant %s\n%s\n%v", name, g, w, text, diags)
		}
	}
}

// unmark takes the marks out of a text and returns what they announce.
func unmark(text string) (string, []string) {
	var want []string
	for {
		before, rest, found := strings.Cut(text, "«")
		if !found {
			return text, want
		}
		code, after, _ := strings.Cut(rest, "»")
		want = append(want, fmt.Sprintf("%s at %d", code, len(before)))
		text = before + after
	}
}

func TestHints(t *testing.T) {
	for text, hint := range map[string]string{
		"acl 1; module M { rute x -> y; }":     "did you mean `route`?",
		"acl 1; module M { parma n: int; }":    "did you mean `param`?",
		"acl 1;\nmodul M { }":                  "did you mean `module`?",
		"acl 1;\nfabrik F { }":                 "did you mean `fabric`?",
		"acl 1; module M { unit out = f(); }":  "`out` is a reserved word",
		"acl 1; module M { in x: [4] }":        "write `;` after `]`",
		"acl 1; fabric F { a: 3ohm; }":         "did you mean `3Ohm`?",
		"module M { }":                         "write `acl 1;` above this line",
		"acl 1; fabric F { }\nuse std.nn;":     "imports stand before the first declaration",
		"acl 1; fabric F { a: \"x; }":          "close it with \"",
		"acl 1; fabric F { a: \"\\q\"; }":      `the escapes are \" \\ \n \t`,
		"acl 1; module M { completely x; }":    "",
		"acl 2; module M { in x: [4]; }":       "write `acl 1;`",
		"acl 1; fabric F { a: " + deep(201):    "give inner parts a module or a name of their own",
		"acl 1; //" + strings.Repeat("x", 1e5): "break the line",
	} {
		_, diags := Parse(source.NewFile("m.acl", text))
		if len(diags) != 1 || diags[0].Hint != hint {
			t.Errorf("%.60s: got %v, want one message with the hint %q", text, diags, hint)
		}
	}
}

// What could be read is in the tree, beside the errors.
func TestGoodNeighboursStay(t *testing.T) {
	f, diags := Parse(source.NewFile("m.acl", `acl 1;
use std.nn;
use 3;
use std.data;
module A { in x: [4]; rout x -> y; out y: [4] }
modul B { }
fabric C { a: 1; b: ; c { d: 2; } }
train A on { }
policy P { otherwise: x; }
`))
	if len(f.Uses) != 2 || len(f.Decls) != 3 {
		t.Fatalf("%d uses and %d declarations: %v", len(f.Uses), len(f.Decls), diags)
	}
	if m := f.Decls[0].(*Module); len(m.Items) != 2 {
		t.Errorf("the module has %d items", len(m.Items))
	}
	if c := f.Decls[1].(*Fabric); len(c.Body.Settings) != 2 {
		t.Errorf("the fabric has %d settings", len(c.Body.Settings))
	}
	if len(diags) != 6 {
		t.Errorf("%d messages: %v", len(diags), diags)
	}
}

func deep(n int) string { return strings.Repeat("(", n) + "1" + strings.Repeat(")", n) + "; }" }

func TestLimits(t *testing.T) {
	line := "// " + strings.Repeat("x", MaxLine-3) + "\n"
	head := "acl 1;\n"
	full := head + strings.Repeat("// a line of a comment\n", (MaxBytes-len(head))/23)
	full += strings.Repeat("\n", MaxBytes-len(full))
	for name, c := range map[string]struct {
		text string
		at   int // of E0108, or -1
	}{
		"longest file":    {full, -1},
		"a byte more":     {full + "\n", 0},
		"longest line":    {head + line, -1},
		"a column more":   {head + "/" + line, len(head)},
		"deepest":         {head + "fabric F { a: " + deep(MaxNesting-1), -1},
		"a level more":    {head + "fabric F { a: " + deep(MaxNesting), len(head) + 14 + MaxNesting - 1},
		"in a string":     {head + `fabric F { a: "\"` + strings.Repeat("(", 300) + `"; }`, -1},
		"in a comment":    {head + "// " + strings.Repeat("(", 300), -1},
		"behind a quote":  {head + "fabric F { x: \" ;\n b: " + deep(30000), len(head) + 14 + 8 + 199},
		"on one line":     {head + `fabric F { x: " ; b: ` + deep(30000), len(head) + 21 + 199},
		"escaped newline": {head + "fabric F { x: \"\\\n; b: " + deep(30000), len(head) + 22 + 199},
	} {
		_, diags := Parse(source.NewFile("m.acl", c.text))
		if c.at < 0 {
			if len(diags) > 0 {
				t.Errorf("%s: %v", name, diags[0])
			}
			continue
		}
		if len(diags) != 1 || diags[0].Code != "E0108" || diags[0].Span.Start.Offset != c.at {
			t.Errorf("%s: want E0108 at %d, got %v", name, c.at, diags)
		}
	}
}

// Texts that are long in one direction end in a message or a tree, not in an
// overflow of the stack or a wait.
func TestLongRuns(t *testing.T) {
	rows := func(s string, n int) string { return strings.Repeat(strings.Repeat(s, 1000)+"\n", n/1000) }
	for name, c := range map[string]struct {
		text string
		code string
	}{
		"signs":        {"fabric F { a: " + rows("-", 100000) + "1; }", "E0101"},
		"nots":         {"fabric F { a: " + rows("not ", 100000) + "1; }", "E0101"},
		"sums":         {"fabric F { a: " + rows("1+", 20000) + "1; }", ""},
		"elements":     {"fabric F { a: [" + rows("-1,", 20000) + "1]; }", ""},
		"else if":      {"module M { if a { } " + strings.Repeat("else if a { }\n", 5000) + " }", ""},
		"stray words":  {strings.Repeat("x;\n", 20000), "E0101"},
		"open braces":  {"fabric F { " + strings.Repeat("a {\n", 150), "E0104"},
		"wrong braces": {"fabric F { a: " + rows("[)", 20000), "E0104"},
	} {
		_, diags := Parse(source.NewFile("m.acl", "acl 1;\n"+c.text))
		if c.code == "" && len(diags) > 0 || c.code != "" && (len(diags) == 0 || string(diags[0].Code) != c.code) {
			t.Errorf("%s: got %d messages, want %q first", name, len(diags), c.code)
		}
	}
}
