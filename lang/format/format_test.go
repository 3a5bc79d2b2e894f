package format_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"acl/internal/frugal"
	"acl/lang/format"
	"acl/lang/source"
	"acl/lang/syntax"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// programs are the samples and the library, which are formatted as they stand.
func programs(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, dir := range []string{"../../../shared/samples", "../../stdlib/std", "../../programs"} {
		names, err := filepath.Glob(filepath.Join(dir, "*.acl"))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			text, err := os.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			out[n] = string(text)
		}
	}
	return out
}

func formatted(t testing.TB, text string) string {
	t.Helper()
	out, diags := format.Source(source.NewFile("t.acl", text))
	if len(diags) > 0 {
		t.Fatalf("%s\nin\n%s", diags[0].Error(), text)
	}
	return out
}

// differ reports the lines in which two texts differ.
func differ(t *testing.T, name, got, want string) {
	t.Helper()
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Errorf("%s:%d\nwant %s|\ngot  %s|", name, i+1, a[i], b[i])
		}
	}
	if len(a) != len(b) {
		t.Errorf("%s: %d lines, want %d", name, len(b), len(a))
	}
}

func TestProgramsAreFixedPoints(t *testing.T) {
	for name, text := range programs(t) {
		differ(t, name, formatted(t, text), text)
	}
}

// Programs whose lines were shifted, ended otherwise or set apart come back as
// they were.
func TestIndentationIsRestored(t *testing.T) {
	for name, text := range programs(t) {
		var b strings.Builder
		for i, l := range strings.Split(strings.TrimSpace(text), "\n") {
			body := strings.TrimLeft(l, " ")
			if strings.HasPrefix(body, "//") && len(l)-len(body) > 20 {
				body = l // it stands below a comment, and its place says so
			} else if i%3 > 0 && !strings.Contains(body, " //") {
				body = strings.Repeat(" \t", i%3) + body
			}
			b.WriteString(body + strings.Repeat(" ", i%2) + "\r\n")
			if l == "" {
				b.WriteString("\n\n")
			}
		}
		got, want := strings.Split(formatted(t, b.String()), "\n"), strings.Split(text, "\n")
		for i := range want {
			if strings.TrimLeft(got[i], " ") == strings.TrimLeft(want[i], " ") && got[i] != want[i] &&
				!strings.HasPrefix(strings.TrimLeft(got[i], " "), "//") {
				t.Errorf("%s:%d\nwant %s|\ngot  %s|", name, i+1, want[i], got[i])
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d lines, want %d", name, len(got), len(want))
		}
	}
}

// Each testdata/NAME.in.acl is formatted to NAME.golden.
func TestGolden(t *testing.T) {
	names, err := filepath.Glob("testdata/*.in.acl")
	if err != nil || len(names) == 0 {
		t.Fatal("no cases", err)
	}
	for _, n := range names {
		text, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		got, golden := formatted(t, string(text)), strings.TrimSuffix(n, ".in.acl")+".golden"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		differ(t, golden, got, string(want))
	}
}

func TestLayout(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"spaces": {
			"acl 1;module M{in x:[ 4 ,4 ];out y : [2*4];unit u=nn . conv( 3 , kernel=3x3 );route x->u->y;}",
			"acl 1; module M { in x: [4, 4]; out y: [2 * 4]; unit u = nn.conv(3, kernel = 3x3); route x -> u -> y; }\n",
		},
		"signs": {
			"acl 1;\nfabric F:chips.x {\n rail.swing:- 0.8V..0.8V; a: 1-2; b: ( -n )*-1; c: [ -1,- 1 ]; d: x[1]-1; when not(a)and (b): -1; }\n",
			"acl 1;\nfabric F : chips.x {\n  rail.swing: -0.8V .. 0.8V; a: 1 - 2; b: (-n) * -1; c: [-1, -1]; d: x[1] - 1; when not (a) and (b): -1; }\n",
		},
		"subjects and lists": {
			"acl 1;\nmodule M {\nroute(a,b)->nn.add() {via:bus[1];}->y;\n}\npolicy P {\nwhen(a):b;\nplace x.y:conv [0];\n}\n",
			"acl 1;\nmodule M {\n  route (a, b) -> nn.add() { via: bus[1]; } -> y;\n}\npolicy P {\n  when (a): b;\n  place x.y: conv[0];\n}\n",
		},
		"blank lines": {
			"\n\nacl 1;\n\n\n\nmodule M {\n\n\nin x: [4];\n\n\n\nin y: [4];\n\n}\n\n\n",
			"acl 1;\n\nmodule M {\n  in x: [4];\n\n  in y: [4];\n}\n",
		},
		"comments": {
			"acl 1; // first  \n// top\nmodule M {\n/// doc\nin x: [4];      // one\n                // two\n// three\n}\n// end",
			"acl 1; // first\n// top\nmodule M {\n  /// doc\n  in x: [4];      // one\n                  // two\n  // three\n}\n// end\n",
		},
	} {
		t.Run(name, func(t *testing.T) { differ(t, name, formatted(t, c.in), c.want) })
	}
}

func TestRefusesWhatDoesNotParse(t *testing.T) {
	out, diags := format.Source(source.NewFile("t.acl", "acl 1;\nmodule M {\n"))
	if out != "" || !diags.HasErrors() {
		t.Errorf("got %q, %v", out, diags)
	}
}

// solid is the tokens of a text without its white space, comments as they are kept.
func solid(text string) []string {
	var out []string
	for _, t := range syntax.Tokens(source.NewFile("t.acl", text)) {
		if t.Kind != syntax.KindSpace {
			out = append(out, strings.TrimRight(t.Text, " \t\r"))
		}
	}
	return out
}

func FuzzFormat(f *testing.F) {
	for _, text := range programs(f) {
		f.Add(text)
	}
	f.Add("acl 1; fabric F { a:  1;  b - c; }")
	f.Add("acl 1;\nmodule M { unit u = f(a,\n b  = 1,\n cc = [1,\n  2]); } // x")
	f.Fuzz(func(t *testing.T, text string) {
		frugal.Check(t, func() { format.Source(source.NewFile("t.acl", text)) })
		once, diags := format.Source(source.NewFile("t.acl", text))
		if diags.HasErrors() {
			return
		}
		twice, diags := format.Source(source.NewFile("t.acl", once))
		if diags.HasErrors() || once != twice {
			t.Fatalf("not settled: %v\n%q\n%q\n%q", diags, text, once, twice)
		}
		if a, b := solid(text), solid(once); strings.Join(a, "\x00") != strings.Join(b, "\x00") {
			t.Fatalf("tokens changed:\n%q\n%q", a, b)
		}
	})
}
