package syntax

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"acl/internal/frugal"
	"acl/lang/source"
)

// programs are the files of the library, and the samples where they are at hand.
func programs(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"../../../shared/samples/*.acl", "../../stdlib/std/*.acl", "../../programs/*.acl"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			b, err := os.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			out[n] = string(b)
		}
	}
	if len(out) == 0 {
		t.Fatal("the library is not there")
	}
	return out
}

func TestProgramsParse(t *testing.T) {
	for name, text := range programs(t) {
		for _, eol := range []string{"\n", "\r\n"} {
			f, diags := Parse(source.NewFile(name, strings.ReplaceAll(text, "\n", eol)))
			if len(diags) > 0 {
				t.Errorf("%s: %v", name, diags[0])
			}
			if want := strings.Count("\n"+text, "\nuse "); len(f.Uses) != want {
				t.Errorf("%s: %d uses, want %d", name, len(f.Uses), want)
			}
			if want := len(regexp.MustCompile(`(?m)^(module|fabric|schedule|train|infer|policy|experiment) `).FindAllString(text, -1)); len(f.Decls) != want {
				t.Errorf("%s: %d declarations, want %d", name, len(f.Decls), want)
			}
			spans(t, f)
		}
	}
}

func TestTokensJoined(t *testing.T) {
	texts := []string{"µ \xff \x00 \"abc\n 1..2 3x3x4 5e-4e 2%a 1V/us/s -> - > \\"}
	for _, text := range programs(t) {
		texts = append(texts, text)
	}
	for _, text := range texts {
		var b strings.Builder
		for _, tok := range Tokens(source.NewFile("m.acl", text)) {
			if tok.Span.Text() != tok.Text {
				t.Fatalf("the place of %q holds %q", tok.Text, tok.Span.Text())
			}
			b.WriteString(tok.Text)
		}
		if b.String() != text {
			t.Errorf("the tokens of %.40q join to %.40q", text, b.String())
		}
	}
}

func TestKinds(t *testing.T) {
	for text, want := range map[string]string{
		"/// doc":              "Doc",
		"// note":              "Comment",
		`"a\"b\\"`:             "String",
		"3x3":                  "Size",
		"3x3x":                 "Quantity",
		"5e-4":                 "Exponent",
		"1.5E+3":               "Exponent",
		"10kOhm":               "Quantity",
		"400V/us":              "Quantity",
		"2uA/V2":               "Quantity",
		"2%":                   "Quantity",
		"0.5":                  "Float",
		"12":                   "Int",
		"1..2":                 "Int Operator Int",
		"1.":                   "Int Operator",
		"use":                  "Keyword",
		"user":                 "Ident",
		"in_x":                 "Ident",
		"acl of on":            "Ident Space Ident Space Ident",
		"a->b":                 "Ident Operator Ident",
		"a-b":                  "Ident Operator Ident",
		"1V / n":               "Quantity Space Operator Space Ident",
		"5%;":                  "Quantity Operator",
		"#":                    "Invalid",
		"\"open":               "Invalid Ident",
		"route out;":           "Keyword Space Keyword Operator",
		"<= < == = .. . != ->": "Operator Space Operator Space Operator Space Operator Space Operator Space Operator Space Operator Space Operator",
	} {
		var got []string
		for _, tok := range Tokens(source.NewFile("m.acl", text)) {
			got = append(got, kindNames[tok.Kind])
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%q: got %s, want %s", text, g, want)
		}
	}
}

// A literal that the lexer cannot cut as one token would never match, and nothing
// else would say so.
func TestLiteralsAreTokens(t *testing.T) {
	grammar := headParser.String() + useParser.String() + declParser.String()
	literals := regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(grammar, -1)
	if len(literals) < 60 {
		t.Fatalf("only %d literals in the grammar", len(literals))
	}
	reserved := map[string]bool{}
	for _, k := range Keywords {
		reserved[k] = true
	}
	for _, l := range literals {
		tokens := Tokens(source.NewFile("m.acl", l[1]))
		if len(tokens) != 1 || tokens[0].Kind == KindInvalid {
			t.Errorf("`%s` is no single token", l[1])
		}
		if k := tokens[0].Kind; k == KindIdent && l[1] != "acl" && l[1] != "on" && l[1] != "of" || k == KindKeyword && !reserved[l[1]] {
			t.Errorf("`%s` is a %s", l[1], kindNames[k])
		}
	}
	if len(Keywords) != 21 {
		t.Errorf("%d reserved words", len(Keywords))
	}
	for _, k := range Keywords {
		if tok := Tokens(source.NewFile("m.acl", k)); len(tok) != 1 || tok[0].Kind != KindKeyword {
			t.Errorf("`%s` is not lexed as a reserved word", k)
		}
	}
}

const placed = `acl 1; // µ shifts columns, not offsets
use std.nn;

/// Doc of M.
/// A second line.
module M {
  param n : module = 3x3;
  in  x: [?, 2 * D];
  unit u[1 + i] = nn.f(a = -1, "é", [1V, true]);
  /// doc of the route
  route (a.b[1 .. n], x) -> u { via: bus[0]; } -> y;
  if not a == b and c or (d) { out y: [4]; } else if e { } else { }
  repeat i in 1 .. n { }
}
fabric F : a.b { k.l s.t: 1; when (a or b) and c: d; }
train M.N on F { g { } }
policy P { otherwise: x; }
experiment E of M on F { }
`

// TestSpans holds the place of each node to the text that it came from.
func TestSpans(t *testing.T) {
	f, diags := Parse(source.NewFile("m.acl", placed))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	var got []string
	walk(reflect.ValueOf(f), func(kind string, s source.Span) {
		text := s.Text()
		if strings.Contains(text, "\n") {
			text = text[:strings.Index(text, "\n")] + " .. " + text[strings.LastIndex(text, "\n")+1:]
		}
		got = append(got, fmt.Sprintf("%d:%d %s %s", s.Start.Line, s.Start.Column, kind, text))
	})
	all := "\n" + strings.Join(got, "\n") + "\n"
	for _, want := range []string{
		"2:1 Use use std.nn;", "2:5 Path std.nn", "2:9 Name nn",
		"6:1 Module module M { .. }", "6:8 Name M",
		"7:3 Param param n : module = 3x3;", "7:13 Name module", "7:22 SizeLit 3x3",
		"8:3 Port in  x: [?, 2 * D];", "8:11 Dim ?", "8:14 Dim 2 * D", "8:14 Binary 2 * D", "8:18 Ref D",
		"9:3 Unit unit u[1 + i] = nn.f(a = -1, \"é\", [1V, true]);", "9:10 Binary 1 + i",
		"9:19 Ref nn.f(a = -1, \"é\", [1V, true])", "9:24 Arg a = -1", "9:28 Unary -1", "9:29 Number 1",
		"9:32 StringLit \"é\"", "9:37 ListLit [1V, true]", "9:38 QuantityLit 1V", "9:42 BoolLit true",
		"11:3 Route route (a.b[1 .. n], x) -> u { via: bus[0]; } -> y;", "11:10 Ref a.b[1 .. n]", "11:14 RangeExpr 1 .. n",
		"11:26 Hop -> u { via: bus[0]; }", "11:31 Block { via: bus[0]; }", "11:33 Setting via: bus[0];", "11:38 Ref bus[0]",
		"11:48 Hop -> y",
		"12:3 If if not a == b and c or (d) { out y: [4]; } else if e { } else { }", "12:6 Unary not a == b",
		"12:10 Binary a == b", "12:6 Binary not a == b and c", "12:6 Binary not a == b and c or (d)", "12:27 Ref d",
		"12:51 If if e { } else { }", "13:3 Repeat repeat i in 1 .. n { }",
		"15:1 Fabric fabric F : a.b { k.l s.t: 1; when (a or b) and c: d; }", "15:12 Path a.b", "15:16 Block { k.l s.t: 1; when (a or b) and c: d; }",
		"15:18 Setting k.l s.t: 1;", "15:22 Ref s.t", "15:30 Setting when (a or b) and c: d;",
		"15:35 Binary (a or b) and c", "15:36 Binary a or b",
		"16:1 Plan train M.N on F { g { } }", "16:18 Setting g { }", "16:20 Block { }",
		"17:1 Policy policy P { otherwise: x; }", "18:1 Experiment experiment E of M on F { }",
	} {
		if !strings.Contains(all, "\n"+want+"\n") {
			t.Errorf("no %s", want)
		}
	}
	if t.Failed() {
		t.Log(all)
	}
	m := f.Decls[0].(*Module)
	if doc := strings.Join(m.Doc, "|"); doc != "Doc of M.|A second line." {
		t.Errorf("the doc comment is %q", doc)
	}
	if doc := strings.Join(m.Items[3].(*Route).Doc, "|"); doc != "doc of the route" {
		t.Errorf("the doc comment of the route is %q", doc)
	}
	ref := m.Items[3].(*Route).From[0]
	if ref.String() != "a.b[1 .. n]" || ref.NameSpan().Text() != "a.b[1 .. n]" {
		t.Errorf("the reference is %q at %q", ref, ref.NameSpan().Text())
	}
}

// spans checks that every place lies in the file, and in the place around it.
func spans(t *testing.T, f *File) {
	t.Helper()
	text := f.Source.Text
	walk(reflect.ValueOf(f), func(kind string, s source.Span) {
		a, b := s.Start.Offset, s.End.Offset
		if s.File != f.Source || a < 0 || b < a || b > len(text) {
			t.Fatalf("%s lies at %d to %d of %d", kind, a, b, len(text))
		}
		if s.Start != f.Source.Pos(a) || s.End != f.Source.Pos(b) {
			t.Fatalf("%s: line and column do not fit the offset: %+v", kind, s.Start)
		}
		if strings.TrimSpace(s.Text()) != s.Text() {
			t.Fatalf("%s covers white space: %q", kind, s.Text())
		}
	})
}

// walk calls visit with the place of each node below v.
func walk(v reflect.Value, visit func(kind string, s source.Span)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() && v.Type() != reflect.TypeFor[*source.File]() {
			walk(v.Elem(), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), visit)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[source.Span]() {
			return
		}
		if s := v.FieldByName("Span"); s.IsValid() {
			visit(v.Type().Name(), s.Interface().(source.Span))
		}
		for i := range v.NumField() {
			walk(v.Field(i), visit)
		}
	}
}

// large is a program of some 5,000 lines.
func large() string {
	var b strings.Builder
	b.WriteString("acl 1;\n\nuse std.nn;\n\n")
	for i := range 330 {
		fmt.Fprintf(&b, `/// M%[1]d is a block.
module M%[1]d {
  param width: int = 4 * %[1]d + 1;

  in  x: [C, H, W];
  out y: [width, (H - 1) / 2 + 1, (W - 1) / 2 + 1];

  unit c1  = nn.conv(width, kernel = 3x3, stride = 2, pad = 1, bias = false);
  unit n1  = nn.batchnorm();   // a comment
  unit sum = nn.add();

  route x -> c1 -> n1 -> nn.relu() -> sum.a;
  route x -> sum.b;
  route sum -> y;
}
`, i)
	}
	return b.String()
}

func TestLargeProgram(t *testing.T) {
	f, diags := Parse(source.NewFile("m.acl", large()))
	if len(diags) > 0 || len(f.Decls) != 330 {
		t.Errorf("%d declarations, %v", len(f.Decls), diags)
	}
}

func BenchmarkParse(b *testing.B) {
	text := large()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(source.NewFile("m.acl", text))
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range programs(f) {
		f.Add(text)
	}
	f.Add(placed)
	f.Add("acl 1; fabric F { a: 93; 19,25\f\f }")
	for _, text := range broken {
		clean, _ := unmark(text)
		f.Add(clean)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := source.NewFile("m.acl", text)
		tree, diags := Parse(file)
		spans(t, tree)
		for _, d := range diags {
			if d.Span.File != file || d.Span.Start.Offset > d.Span.End.Offset || d.Span.End.Offset > len(text) {
				t.Errorf("%s has no place in the file", d.Error())
			}
		}
		frugal.Check(t, func() {
			Parse(file)
			ParseFragment(file)
			ParseExpr(file)
			Incomplete(text)
		})
	})
}
