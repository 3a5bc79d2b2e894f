package diag

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"acl/lang/source"
)

// at is the span of the nth (from 0) occurrence of text in f.
func at(t *testing.T, f *source.File, text string, nth int) source.Span {
	t.Helper()
	from := 0
	for range nth {
		from += strings.Index(f.Text[from:], text) + 1
	}
	i := strings.Index(f.Text[from:], text)
	if i < 0 {
		t.Fatalf("%q is not in the text", text)
	}
	return f.Span(from+i, from+i+len(text))
}

func rendered(t *testing.T, o Options, list ...Diag) string {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, list, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func block() *source.File {
	return source.NewFile("block.acl", strings.Repeat("\n", 20)+"  route n2 -> sum.a;\n\n\n  route x -> sum.a;\n")
}

func TestRenderRelated(t *testing.T) {
	f := block()
	d := Errorf("E0203", at(t, f, "sum.a", 1), "an input port has two drivers").WithLabel("driven again").
		WithRelated(at(t, f, "sum.a", 0), "first driven here").WithHint("`sum.b` has no driver yet")
	expect(t, rendered(t, Options{}, d), `error[E0203]: an input port has two drivers
  --> block.acl:24:14
   |
21 |   route n2 -> sum.a;
   |               ----- first driven here
24 |   route x -> sum.a;
   |              ^^^^^ driven again
   = hint: `+"`sum.b` has no driver yet\n")
}

func TestRenderDistantLinesAndOneLine(t *testing.T) {
	f := source.NewFile("m.acl", "unit a = b;\n\n\n\n\n\nroute x -> a -> a;\n")
	d := Errorf("E0203", at(t, f, "a;", 0), "two drivers").WithRelated(at(t, f, "a", 0), "declared").
		WithRelated(at(t, f, "-> a", 0), "first")
	d.Span = at(t, f, "a;", 0)
	expect(t, rendered(t, Options{}, d), `error[E0203]: two drivers
 --> m.acl:7:17
  |
1 | unit a = b;
  |      - declared
...
7 | route x -> a -> a;
  |         ---- first
  |                 ^^
`)
}

func TestRenderWithoutPlace(t *testing.T) {
	d := Warnf("W0901", source.Span{}, "no place").WithHint("none")
	expect(t, rendered(t, Options{}, d), "warning[W0901]: no place\n  = hint: none\n")
	named := source.Span{File: source.NewFile("gone.acl", ""), Start: source.Pos{Line: 3, Column: 2}}
	expect(t, rendered(t, Options{}, Errorf("E0101", named, "m").WithLabel("here")),
		"error[E0101]: m\n --> gone.acl:3:2\n  = gone.acl:3:2: here\n")
}

func TestRenderOtherFile(t *testing.T) {
	a, b := source.NewFile("a.acl", "use b;\n"), source.NewFile("b.acl", "use a;\n")
	d := Errorf("E0207", at(t, a, "b", 0), "a cycle").WithRelated(at(t, b, "a", 0), "back")
	expect(t, rendered(t, Options{}, d), `error[E0207]: a cycle
 --> a.acl:1:5
  |
1 | use b;
  |     ^
 ::: b.acl:1:5
  |
1 | use a;
  |     - back
`)
}

func TestRenderTextOfAllKinds(t *testing.T) {
	f := source.NewFile("t.acl", "\tµ \x1b[31m bad;\nunit {\n}\n")
	expect(t, rendered(t, Options{}, Errorf("E0107", at(t, f, "bad", 0), "m")),
		"error[E0107]: m\n --> t.acl:1:10\n  |\n1 |     µ \ufffd[31m bad;\n  |             ^^^\n")
	end := f.Span(len(f.Text), len(f.Text))
	expect(t, rendered(t, Options{}, Errorf("E0104", end, "m").WithLabel("missing")),
		"error[E0104]: m\n --> t.acl:4:1\n  |\n4 |\n  | ^ missing\n")
	many := f.Span(strings.Index(f.Text, "{"), strings.Index(f.Text, "}")+1)
	expect(t, rendered(t, Options{}, Errorf("E0104", many, "m")), "error[E0104]: m\n --> t.acl:2:6\n  |\n2 | unit {\n  |      ^\n")
}

func TestRenderWidth(t *testing.T) {
	line := strings.Repeat("x", 70) + " culprit " + strings.Repeat("y", 70)
	f := source.NewFile("w.acl", line)
	d := Errorf("E0101", at(t, f, "culprit", 0), "m").WithHint("a hint of many words that does not fit a narrow terminal")
	out := rendered(t, Options{Width: 40}, d)
	for l := range strings.Lines(out) {
		if n := len([]rune(strings.TrimSuffix(l, "\n"))); n > 40 {
			t.Errorf("%d columns: %q", n, l)
		}
	}
	lines := strings.Split(out, "\n")
	if i := strings.Index(lines[3], "culprit"); i < 0 || strings.Index(lines[4], "^^^^^^^") != i {
		t.Errorf("the carets are not under the span:\n%s", out)
	}
	if got := rendered(t, Options{}, d); !strings.Contains(got, line) || strings.Count(got, "\n") != 6 {
		t.Errorf("without a width nothing is cut:\n%s", got)
	}
}

func TestRenderColor(t *testing.T) {
	f := block()
	e := rendered(t, Options{Color: true}, Errorf("E0203", at(t, f, "sum.a", 0), "m"))
	w := rendered(t, Options{Color: true}, Warnf("W0203", at(t, f, "sum.a", 0), "m"))
	if !strings.Contains(e, red+"^^^^^"+plain) || !strings.Contains(w, yellow+"warning[W0203]"+plain) {
		t.Errorf("colours are missing:\n%q\n%q", e, w)
	}
}

func TestRenderStopsAtTwenty(t *testing.T) {
	var list List
	for i := range 25 {
		if i < 23 {
			list.Add(Errorf("E0101", source.Span{}, "m"))
		} else {
			list.Add(Warnf("W0201", source.Span{}, "m"))
		}
	}
	out := rendered(t, Options{}, list...)
	if n := strings.Count(out, "E0101"); n != 20 {
		t.Errorf("%d messages", n)
	}
	if !strings.HasSuffix(out, "\n\n5 more not shown: 3 errors, 2 warnings\n") {
		t.Errorf("no count of the rest:\n%s", out)
	}
}

func TestJSON(t *testing.T) {
	f := block()
	var b bytes.Buffer
	list := List{
		Errorf("E0203", at(t, f, "sum.a", 1), "a < b").WithRelated(at(t, f, "sum.a", 0), "first"),
		Warnf("W0201", source.Span{}, "m").WithHint("h").WithFix(at(t, f, "sum.a", 1), "sum.b"),
	}
	if err := JSON(&b, list); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	want := []string{
		`{"severity":"error","code":"E0203","message":"a < b","file":"block.acl","line":24,"column":14,"end_line":24,` +
			`"end_column":19,"label":"","hint":"","related":[{"file":"block.acl","line":21,"column":15,"end_line":21,"end_column":20,"message":"first"}],"fix":[]}`,
		`{"severity":"warning","code":"W0201","message":"m","file":"","line":0,"column":0,"end_line":0,"end_column":0,"label":"","hint":"h","related":[],"fix":[{"file":"block.acl","line":24,"column":14,"end_line":24,"end_column":19,"text":"sum.b"}]}`,
	}
	if len(lines) != len(want) {
		t.Fatalf("%d lines", len(lines))
	}
	for i := range want {
		expect(t, lines[i], want[i])
		if !json.Valid([]byte(lines[i])) {
			t.Errorf("no JSON: %s", lines[i])
		}
	}
}

type broken struct{}

var errBroken = errors.New("broken pipe")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestWriterErrors(t *testing.T) {
	list := List{Errorf("E0101", source.Span{}, "m")}
	if err := Render(broken{}, list, Options{}); !errors.Is(err, errBroken) {
		t.Errorf("Render: %v", err)
	}
	if err := JSON(broken{}, list); !errors.Is(err, errBroken) {
		t.Errorf("JSON: %v", err)
	}
}

// Fixes are made together; of two that touch, and of twins, the first counts.
func TestMended(t *testing.T) {
	f := source.NewFile("a.acl", "one two three")
	other := source.NewFile("b.acl", "one")
	d := func(start, end int, text string) Diag { return Diag{}.WithFix(f.Span(start, end), text) }
	for _, c := range []struct {
		list List
		want string
	}{
		{nil, "one two three"},
		{List{d(8, 13, "3"), d(0, 3, "1")}, "1 two 3"},
		{List{d(3, 3, ","), d(13, 13, ".")}, "one, two three."},
		{List{d(3, 3, ","), d(3, 3, ",")}, "one, two three"},
		{List{d(0, 7, "x"), d(4, 13, "y")}, "x three"},
		{List{d(0, 3, "1").WithFix(f.Span(4, 7), "2"), d(4, 13, "y").WithFix(f.Span(13, 13), "!")}, "1 2 three"},
		{List{Diag{}.WithFix(other.Span(0, 3), "1")}, "one two three"},
	} {
		expect(t, Mended(f, c.list), c.want)
	}
}
