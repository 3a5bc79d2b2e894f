package conformance

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"acl/internal/spec"
)

const (
	cases    = "../../lang/conformance"
	pageFile = "../../docs/spec.md"
)

var update = flag.Bool("update", false, "write the goldens of lang/conformance again")

func run(t *testing.T) Report {
	t.Helper()
	var o Options
	if *update {
		o.Update = func(name string, data []byte) error {
			return os.WriteFile(filepath.Join(cases, filepath.FromSlash(name)), data, 0o644)
		}
	}
	r, err := Run(os.DirFS(cases), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCases(t *testing.T) {
	r := run(t)
	for _, c := range r.Results {
		t.Run(c.Name, func(t *testing.T) {
			for _, p := range c.Problems {
				t.Error(p)
			}
		})
	}
	if len(r.Results) < 200 {
		t.Errorf("only %d cases were found", len(r.Results))
	}
}

func TestEveryRuleHasCases(t *testing.T) {
	text, err := os.ReadFile(pageFile)
	if err != nil {
		t.Fatal(err)
	}
	page, err := spec.Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, r := range page.Rules {
		rules = append(rules, r.ID)
	}
	for _, gap := range run(t).Gaps(rules) {
		t.Error(gap)
	}
}

func report(t *testing.T, files map[string]string) (Report, string) {
	t.Helper()
	dir := fstest.MapFS{}
	for name, text := range files {
		dir[name] = &fstest.MapFile{Data: []byte(text)}
	}
	r, err := Run(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	return r, b.String()
}

const (
	plain = "acl 1;\nmodule M { in x: [4]; out y: [4]; route x -> y; }"
	twice = "acl 1;\nmodule M { in x: [4]; out y: [4]; route x -> y; route x -> y; }"
)

// TestRunnerFails holds the runner to its promise: what differs fails.
func TestRunnerFails(t *testing.T) {
	for name, c := range map[string]struct{ text, problem string }{
		"accepts":     {"rule R1.1\n-- in.acl --\n" + plain + "\n", ""},
		"announced":   {"rule R1.1\n-- in.acl --\n" + twice + " //! E0203 @60 \"drive\"\n", ""},
		"unexpected":  {"rule R1.1\n-- in.acl --\n" + twice + "\n", "unexpected: in.acl:2:60"},
		"missing":     {"rule R1.1\n-- in.acl --\n" + plain + " //! E0203\n", "missing: in.acl:2: E0203"},
		"column":      {"rule R1.1\n-- in.acl --\n" + twice + " //! E0203 @61\n", "missing: in.acl:2:61"},
		"words":       {"rule R1.1\n-- in.acl --\n" + twice + " //! E0203 \"shape\"\n", "missing: in.acl:2: E0203 \"shape\""},
		"line":        {"rule R1.1\n-- in.acl --\n" + twice + "\n//! E0203\n", "missing: in.acl:3"},
		"caret":       {"rule R1.1\n-- in.acl --\n" + twice + "\n//!^ E0203\n", ""},
		"malformed":   {"rule R1.1\n-- in.acl --\n" + plain + " //! error\n", "announces no message"},
		"no rule":     {"-- in.acl --\n" + plain + "\n", "does not name a rule"},
		"no program":  {"rule R1.1\n-- a.acl --\n" + plain + "\n", "in.acl is missing"},
		"section":     {"rule R1.1\n-- in.acl --\n" + plain + "\n-- out.txt --\n", "no section is called out.txt"},
		"two of one":  {"rule R1.1\n-- in.acl --\n" + plain + "\n-- in.acl --\n", "two sections"},
		"golden":      {"rule R1.1\n-- in.acl --\n" + plain + "\n-- checked.golden --\nmodule N\n", "line 1: got \"module M\""},
		"golden same": {"rule R1.1\n-- in.acl --\n" + plain + "\n-- checked.golden --\nmodule M\n", ""},
		"no training": {"rule R1.1\n-- in.acl --\n" + plain + "\n-- out.golden --\n", "no train block"},
	} {
		r, text := report(t, map[string]string{"a/case.txtar": c.text})
		got := strings.Join(r.Results[0].Problems, "\n")
		if c.problem == "" && got != "" || !strings.Contains(got, c.problem) {
			t.Errorf("%s: got %q, want %q", name, got, c.problem)
		}
		last := "1 passed, 0 failed\n"
		if c.problem != "" {
			last = "0 passed, 1 failed\n"
		}
		if !strings.HasSuffix(text, last) {
			t.Errorf("%s: the report ends with %q", name, text)
		}
	}
}

func TestReportCountsByChapter(t *testing.T) {
	_, text := report(t, map[string]string{
		"route/one.txtar":  "rule R4.1 R4.2\n-- in.acl --\n" + plain + "\n",
		"route/two.txtar":  "rule R4.1\n-- in.acl --\n" + twice + " //! E0203\n",
		"names/one.txtar":  "rule R3.1\n-- in.acl --\n" + twice + "\n",
		"names/readme.txt": "no case",
	})
	want := "names/one: unexpected: in.acl:2:60: error[E0203]"
	if !strings.HasPrefix(text, want) {
		t.Errorf("got %q, want %q", text, want)
	}
	for _, line := range []string{"names    1      0         0        1", "route    2      1         1        0", "2 passed, 1 failed"} {
		if !strings.Contains(text, line) {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
}

func TestUpdateWritesGoldens(t *testing.T) {
	var got string
	text := "rule R4.1\n-- in.acl --\n" + plain + "\n-- checked.golden --\n"
	dir := fstest.MapFS{"a/case.txtar": &fstest.MapFile{Data: []byte(text)}}
	r, err := Run(dir, Options{Update: func(name string, data []byte) error { got = name + ":" + string(data); return nil }})
	if err != nil || r.Failed() > 0 {
		t.Fatal(err, r)
	}
	if want := "a/case.txtar:" + text + "module M\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestGaps(t *testing.T) {
	r := Report{Results: []Result{{Name: "a", Rules: []string{"R1.1", "R9.9"}}, {Name: "b", Rules: []string{"R1.2"}, Refuses: true}}}
	want := []string{
		"R1.1 has no case that is refused", "R1.2 has no case that is accepted", "a names R9.9, which the specification does not have",
	}
	if got := strings.Join(r.gaps([]string{"R1.1", "R1.2"}, nil), "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s", got)
	}
	idle := map[string]string{"R1.1": "it cannot fail", "R1.2": "it can"}
	if got := strings.Join(r.gaps([]string{"R1.1", "R1.2"}, idle), "\n"); !strings.Contains(got, "R1.2 is excepted and has a case that is refused") {
		t.Errorf("got\n%s", got)
	}
}
