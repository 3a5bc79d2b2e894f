package lsp

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestDiagnosticsWhileTyping(t *testing.T) {
	text, uri := program(t, "digits.acl")
	c := connect(t, "null")
	c.open(uri, text)
	if p := c.diagnostics(uri); len(p.Diagnostics) != 0 || p.Version == nil || *p.Version != 1 {
		t.Errorf("of the sample: %+v", p)
	}
	c.change(uri, strings.Replace(text, "nn.flatten()", "nn.flaten()", 1))
	p := c.diagnostics(uri)
	if len(p.Diagnostics) == 0 {
		t.Fatal("an unknown name gives no diagnostic")
	}
	d := p.Diagnostics[0]
	if d.Code != "E0201" || d.Severity != severityError || d.Source != "acl" || !strings.Contains(d.Message, "flaten") {
		t.Errorf("got %+v", d)
	}
	if want := at(t, text, "flatten", 1, 0); d.Range.Start != want {
		t.Errorf("at %v, want %v", d.Range.Start, want)
	}
	if !strings.Contains(d.Message, "hint: did you mean `nn.flatten`?") {
		t.Errorf("no hint in %q", d.Message)
	}
	c.change(uri, text)
	if p := c.diagnostics(uri); len(p.Diagnostics) != 0 {
		t.Errorf("still %+v", p)
	}
	c.end()
}

func TestDiagnosticsHaveRelatedPlaces(t *testing.T) {
	c := connect(t, "null")
	const uri = "untitled:two"
	text := "acl 1;\n\nmodule M {\n  in x: [4];\n  out y: [4];\n  route x -> y;\n  route x -> y;\n}\n"
	c.open(uri, text)
	p := c.diagnostics(uri)
	if len(p.Diagnostics) != 1 || p.Diagnostics[0].Code != "E0203" || len(p.Diagnostics[0].Related) != 1 {
		t.Fatalf("got %+v", p.Diagnostics)
	}
	r := p.Diagnostics[0].Related[0]
	if r.Location.URI != uri || r.Location.Range.Start != at(t, text, "y;", 1, 0) {
		t.Errorf("related to %+v", r)
	}
	c.end()
}

func TestWarningsAreSilenced(t *testing.T) {
	c := connect(t, "null")
	const uri = "untitled:warn"
	text := "acl 1;\n\nuse std.nn;\n\nmodule M {\n  in x: [4];\n  out y: [4];\n  route x -> y;\n}\n"
	c.open(uri, text)
	p := c.diagnostics(uri)
	if len(p.Diagnostics) != 1 || p.Diagnostics[0].Severity != severityWarning {
		t.Fatalf("an import that nothing uses: %+v", p.Diagnostics)
	}
	code := p.Diagnostics[0].Code
	c.change(uri, strings.Replace(text, "use std.nn;", "use std.nn; // allow "+code+": for later units", 1))
	if p := c.diagnostics(uri); len(p.Diagnostics) != 0 {
		t.Errorf("allowed, and still %+v", p.Diagnostics)
	}
	c.end()
}

func (c *client) hover(uri string, p position) string {
	c.t.Helper()
	var h *hoverResult
	c.must("textDocument/hover", placeJSON(uri, p, ""), &h)
	if h == nil {
		return ""
	}
	return h.Contents.Value
}

func TestHover(t *testing.T) {
	text, uri := program(t, "digits.acl")
	c := connect(t, "null")
	c.open(uri, text)
	for _, k := range []struct {
		what string
		n    int
		want []string
	}{
		{"c1  =", 1, []string{"unit c1 = nn.conv(16, kernel = 3x3, pad = 1);", "nn.conv(width, kernel, stride = 1x1", "`c1`: [1, 8, 8] → [16, 8, 8], 160 parameters"}},
		{"fc1 ->", 1, []string{"[256] → [64], 16448 parameters"}},
		{"relu() ->", 1, []string{"nn.relu()", "`relu#1`: [16, 8, 8] → [16, 8, 8]"}},
		{"relu() ->", 2, []string{"`relu#2`: [64] → [64], 0 parameters"}},
		{"x -> c1", 1, []string{"in x: [1, 8, 8];", "[1, 8, 8]"}},
		{"Digits {", 1, []string{"module Digits {", "param hidden: int = 64;", "17258 parameters", "classifies an 8x8 grey image"}},
		{"hidden);", 1, []string{"param hidden: int = 64;"}},
		{"kernel =", 1, []string{"kernel", "takes a size"}},
		{"50fF", 1, []string{"5e-14 F", "a capacitance"}},
		{"2%", 1, []string{"0.02"}},
		{"leak: 10fA", 1, []string{"cap.leak", "a current (A)", "leak of a capacitor", "default: `"}},
		{"swing:", 1, []string{"rail.swing", "a range of voltage", "default: `-0.8V .. 0.8V`, fabric45's"}},
		{"batch:", 1, []string{"batch", "an int", "default: `32`", "samples a step"}},
		{"sgd(", 1, []string{"nn.sgd(rate, momentum = 0, decay = 0)", "stochastic gradient descent"}},
		{"fc1, fc2]", 1, []string{"unit fc1 = nn.dense(hidden);"}},
		{"Bench {", 1, []string{"fabric Bench : chips.fabric45", "fabric45 with a few settings changed"}},
		{"y, label", 1, []string{"out y: [10];"}},
		{"nn;", 1, []string{"use std.nn;"}},
	} {
		got := c.hover(uri, at(t, text, k.what, k.n, 0))
		for _, w := range k.want {
			if !strings.Contains(got, w) {
				t.Errorf("over %q: %q lacks %q", k.what, got, w)
			}
		}
	}
	if got := c.hover(uri, position{0, 0}); got != "" {
		t.Errorf("over `acl`: %q", got)
	}
	c.end()
}

// The shapes of the last text that was right stay while the next is being typed.
func TestHoverOnBrokenText(t *testing.T) {
	text, uri := program(t, "digits.acl")
	c := connect(t, "null")
	c.open(uri, text)
	c.diagnostics(uri)
	broken := strings.Replace(text, "unit p1  = nn.maxpool(2x2);", "unit p1 = nn.maxpool(2x2);\n  unit q = nn.", 1)
	c.change(uri, broken)
	if p := c.diagnostics(uri); len(p.Diagnostics) == 0 {
		t.Error("the broken text has no diagnostic")
	}
	if got := c.hover(uri, at(t, broken, "c1 ->", 1, 0)); !strings.Contains(got, "[1, 8, 8] → [16, 8, 8]") {
		t.Errorf("got %q", got)
	}
	c.end()
}

func (c *client) definition(uri string, p position) []location {
	c.t.Helper()
	var l []location
	c.must("textDocument/definition", placeJSON(uri, p, ""), &l)
	return l
}

func TestDefinition(t *testing.T) {
	text, uri := program(t, "digits.acl")
	c := connect(t, `{"library": "acl"}`)
	c.open(uri, text)
	for _, k := range []struct {
		what   string
		n      int
		target string
		m      int
	}{
		{"c1 -> nn", 1, "c1  = nn", 1},
		{"hidden)", 1, "hidden: int", 1},
		{"x -> c1", 1, "x: [1, 8", 1},
		{"Digits on", 1, "Digits {", 1},
		{"Bench {", 2, "Bench : chips", 1},
		{"c1: conv", 1, "c1  = nn", 1},
		{"fc2];", 1, "fc2 = nn", 1},
		{"y, label", 1, "y: [10]", 1},
	} {
		got := c.definition(uri, at(t, text, k.what, k.n, 0))
		want := at(t, text, k.target, k.m, 0)
		if len(got) != 1 || got[0].URI != uri || got[0].Range.Start != want {
			t.Errorf("of %q: %v, want %v", k.what, got, want)
		}
	}
	chips := c.definition(uri, at(t, text, "fabric45 with", 1, 0))
	if len(chips) != 0 {
		t.Errorf("the comment's fabric45 leads to %v", chips)
	}
	chips = c.definition(uri, at(t, text, "chips.fabric45", 1, len("chips.")))
	if len(chips) != 1 || chips[0].URI != "acl:/std/chips.acl" {
		t.Fatalf("fabric45 leads to %v", chips)
	}
	var lib textResult
	c.must("acl/text", `{"uri": "acl:/std/chips.acl"}`, &lib)
	l := newLines(lib.Text)
	if r := chips[0].Range; lib.Text[l.offset(r.Start):l.offset(r.End)] != "fabric45" {
		t.Errorf("the place in the library is %v", r)
	}
	c.refused(codeInvalidParams, "acl/text", `{"uri": "acl:/etc/passwd"}`)
	if conv := c.definition(uri, at(t, text, "conv(", 1, 0)); len(conv) != 1 || conv[0].URI != "acl:/std/nn.acl" {
		t.Errorf("nn.conv leads to %v", conv)
	}
	if key := c.definition(uri, at(t, text, "batch:", 1, 0)); key != nil {
		t.Errorf("a key leads to %v", key)
	}
	c.end()
}

func TestFormatting(t *testing.T) {
	text, uri := program(t, "digits.acl")
	c := connect(t, "null")
	loose := strings.Replace(text, "  in  x: [1, 8, 8];", "      in  x :   [ 1,8, 8 ] ;", 1)
	c.open(uri, loose)
	var edits []textEdit
	params := `{"textDocument": {"uri": ` + quoted(uri) + `}, "options": {"tabSize": 2, "insertSpaces": true}}`
	c.must("textDocument/formatting", params, &edits)
	if len(edits) != 1 || edits[0].Range.Start == (position{}) {
		t.Fatalf("got %v", edits)
	}
	l := newLines(loose)
	got := loose[:l.offset(edits[0].Range.Start)] + edits[0].NewText + loose[l.offset(edits[0].Range.End):]
	c.change(uri, got)
	c.must("textDocument/formatting", params, &edits)
	if len(edits) != 0 {
		t.Errorf("formatted twice: %v", edits)
	}
	c.change(uri, text+"module {")
	var none json.RawMessage
	if c.must("textDocument/formatting", params, &none); string(none) != "null" {
		t.Errorf("of a broken text: %s", none)
	}
	c.end()
}

func TestDocumentSymbols(t *testing.T) {
	text, uri := program(t, "digits.acl")
	c := connect(t, "null")
	c.open(uri, text)
	var list []documentSymbol
	c.must("textDocument/documentSymbol", `{"textDocument": {"uri": `+quoted(uri)+`}}`, &list)
	var names []string
	for _, s := range list {
		names = append(names, s.Name)
		for _, k := range s.Children {
			names = append(names, s.Name+"."+k.Name)
		}
	}
	want := "Digits Digits.hidden Digits.x Digits.y Digits.c1 Digits.p1 Digits.fc1 Digits.fc2 Bench schedule Digits on Bench train Digits on Bench"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	c.end()

	c = dial(t)
	c.must("initialize", `{"capabilities": {}}`, nil)
	c.open(uri, text)
	var plain []symbolInformation
	c.must("textDocument/documentSymbol", `{"textDocument": {"uri": `+quoted(uri)+`}}`, &plain)
	if len(plain) != 11 || plain[1].Name != "hidden" || plain[1].Container != "Digits" {
		t.Errorf("flat: %+v", plain)
	}
	c.end()
}

// Over a text of the library the shapes are those of the open program that uses it,
// also where a parameter says which module an instance is of.
func TestHoverInLibrary(t *testing.T) {
	c := connect(t, `{"library": "acl"}`)
	c.open("untitled:net", "acl 1;\n\nuse std.resnet;\n\nmodule Net {\n  in x: [3, 8, 8];\n  out y: [10];\n  unit net = resnet.ResNet18(classes = 10);\n  route x -> net -> y;\n}\n")
	var lib textResult
	const uri = "acl:/std/resnet.acl"
	c.must("acl/text", `{"uri": "`+uri+`"}`, &lib)
	c.open(uri, lib.Text)
	if p := c.diagnostics(uri); len(p.Diagnostics) != 0 {
		t.Errorf("of the library: %+v", p.Diagnostics)
	}
	basic := strings.Index(lib.Text, "module BasicBlock")
	bottle := strings.Index(lib.Text, "module Bottleneck")
	l := newLines(lib.Text)
	over := func(from int, what string) string {
		return c.hover(uri, l.position(from+strings.Index(lib.Text[from:], what)))
	}
	for what, want := range map[string]string{"c1 ": "and 4 more instances", "short ": "x [64, ", "relu()": "relu#1`: [64, "} {
		if got := over(basic, what); !strings.Contains(got, want) {
			t.Errorf("over %q: %q lacks %q", what, got, want)
		}
	}
	if got := over(bottle, "c1 "); strings.Contains(got, "→") {
		t.Errorf("a module that the program has no instance of: %q", got)
	}
	c.end()
}
