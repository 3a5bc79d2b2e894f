package lsp

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"
)

// beginner are programs with one slip each, and what their fixes make of them.
const beginner = "../../lang/conformance/beginner"

func (c *client) actions(uri string, r textRange, only string) []codeAction {
	c.t.Helper()
	var list []codeAction
	c.must("textDocument/codeAction", fmt.Sprintf(`{"textDocument":{"uri":%q},"range":{"start":{"line":%d,"character":%d},"end":{"line":%d,"character":%d}},"context":{"diagnostics":[]%s}}`,
		uri, r.Start.Line, r.Start.Character, r.End.Line, r.End.Character, only), &list)
	return list
}

// An editor is offered the fix of each of a beginner's slips at its place, and nothing
// is left once it is made.
func TestActions(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(beginner, "*.txtar"))
	if err != nil || len(names) < 20 {
		t.Fatalf("%d programs, %v", len(names), err)
	}
	c := connect(t, "null")
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sections := map[string]string{}
		for _, f := range txtar.Parse(data).Files {
			sections[f.Name] = string(f.Data)
		}
		fixed, broken := sections["fixed.golden"]
		if !broken {
			continue
		}
		uri := "untitled:" + filepath.Base(name)
		c.open(uri, sections["in.acl"])
		p := c.diagnostics(uri)
		if len(p.Diagnostics) == 0 {
			t.Errorf("%s has no diagnostic", name)
			continue
		}
		list := c.actions(uri, p.Diagnostics[0].Range, "")
		if len(list) == 0 || list[0].Kind != quickFix || list[0].Title == "" || len(list[0].Diagnostics) != 1 {
			t.Errorf("%s: offered %+v", name, list)
			continue
		}
		if got := apply(sections["in.acl"], list[0].Edit.Changes[uri]); got != fixed {
			t.Errorf("%s: mended to\n%s\nwant\n%s", name, got, fixed)
		}
		c.change(uri, fixed)
		for _, d := range c.diagnostics(uri).Diagnostics {
			if d.Severity == severityError {
				t.Errorf("%s: mended, and still %+v", name, d)
			}
		}
		if list := c.actions(uri, textRange{}, ""); len(list) != 0 {
			t.Errorf("%s: mended, and still offered %+v", name, list)
		}
	}
	c.end()
}

func TestActionsOfAKind(t *testing.T) {
	c := connect(t, "null")
	const uri = "untitled:kind"
	c.open(uri, "acl 1;\n\nmodule M {\n  in x: [4];\n  out y: [4];\n  route x -> y\n}\n")
	at := c.diagnostics(uri).Diagnostics[0].Range
	for only, want := range map[string]int{"": 1, `,"only":["quickfix"]`: 1, `,"only":["refactor"]`: 0} {
		if got := c.actions(uri, at, only); len(got) != want {
			t.Errorf("of %q: %+v", only, got)
		}
	}
	if got := c.actions(uri, textRange{}, ""); len(got) != 0 {
		t.Errorf("far from the fault: %+v", got)
	}
	c.end()
}
