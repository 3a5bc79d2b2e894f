package spec

import (
	"flag"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"acl/internal/job"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
	"acl/stdlib"
)

const pageFile = "../../docs/spec.md"

var update = flag.Bool("update", false, "write the tables of docs/spec.md again")

func page(t *testing.T) (string, Page) {
	t.Helper()
	text, err := os.ReadFile(pageFile)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return string(text), p
}

func TestTablesAreTheLibrarys(t *testing.T) {
	text, _ := page(t)
	want, err := Fill(text)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(pageFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(want, text); d != "" {
		t.Errorf("run with -update (-want +got):\n%s", d)
	}
}

func TestEveryUnitFunctionAndKeyIsInATable(t *testing.T) {
	text, _ := page(t)
	table := stdlib.Table()
	for name := range table.Primitives {
		if !strings.Contains(text, "| `"+name+"(") {
			t.Errorf("no row for the unit %s", name)
		}
	}
	for name := range table.Funcs {
		if !strings.Contains(text, "| `"+name+"(") {
			t.Errorf("no row for %s", name)
		}
	}
	for _, k := range table.Keys {
		if !strings.Contains(text, "<!-- table keys "+k.Block+" -->") {
			t.Errorf("no table for the keys of %s", k.Block)
		}
	}
}

func TestFabricKeysHaveDefaults(t *testing.T) {
	defaults := fabricDefaults()
	for _, k := range stdlib.Table().Keys {
		if k.Block == "fabric" && !k.Group && !strings.HasPrefix(k.Path, "modules.") && k.Path != "faults.fail.step" && defaults[k.Path] == "" {
			t.Errorf("fabric45 does not say %s", k.Path)
		}
	}
}

// TestRulesCount asks that the rules of each chapter count from 1 and stand in
// the chapter of their number.
func TestRulesCount(t *testing.T) {
	text, p := page(t)
	lines := strings.Split(text, "\n")
	chapter, next, at := 0, 1, 0
	for _, r := range p.Rules {
		for ; at < r.Line; at++ {
			if n, ok := strings.CutPrefix(lines[at], "## "); ok {
				number, _, _ := strings.Cut(n, ".")
				chapter, _ = strconv.Atoi(number)
				next = 1
			}
		}
		if want := fmt.Sprintf("R%d.%d", chapter, next); r.ID != want {
			t.Errorf("line %d: %s where %s is due", r.Line, r.ID, want)
		}
		next++
	}
	if len(p.Rules) < 50 {
		t.Errorf("only %d rules were found", len(p.Rules))
	}
}

func TestEveryCodeIsListed(t *testing.T) {
	text, _ := page(t)
	for _, e := range diag.All() {
		if !strings.Contains(text, "`"+string(e.Code)+"`") {
			t.Errorf("%s is not mentioned", e.Code)
		}
	}
}

// TestBlocks checks and lowers every program of the page.
func TestBlocks(t *testing.T) {
	_, p := page(t)
	for _, b := range p.Blocks {
		t.Run(fmt.Sprintf("%s/line%d", b.Rule, b.Line), func(t *testing.T) {
			if b.Place == "expr" {
				expressions(t, b)
				return
			}
			list := messages(b)
			if d := cmp.Diff(sorted(b.Codes), codes(list)); d != "" {
				t.Errorf("(-want +got):\n%s%v\n%s", d, list, b.Program())
			}
		})
	}
}

// messages are those of a block's program. A frame around a fragment has imports
// that nothing uses; of a fragment's warnings only the ones it announces count.
func messages(b Block) diag.List {
	program := job.Compile(source.NewFile("spec.acl", b.Program()), nil)
	list := append(diag.List{}, program.Diags...)
	if !list.HasErrors() {
		for _, plan := range program.Plans {
			if plan.Kind != "schedule" {
				_, more := program.Lower(plan, "")
				list.Add(more...)
			}
		}
	}
	list.Sort()
	if b.Place == "" {
		return list
	}
	var out diag.List
	for _, d := range list {
		if d.Severity == diag.Error || strings.Contains(strings.Join(b.Codes, " "), string(d.Code)) {
			out.Add(d)
		}
	}
	return out
}

// expressions asks that each line of a block is true, or, where the block
// announces a code, that each line gives it.
func expressions(t *testing.T, b Block) {
	for _, line := range strings.Split(strings.TrimSpace(b.Text), "\n") {
		e, list := syntax.ParseExpr(source.NewFile("spec.acl", line))
		if e == nil {
			t.Errorf("%s: %v", line, list)
			continue
		}
		v, more := check.Eval(e, &check.Env{})
		list.Add(more...)
		if d := cmp.Diff(b.Codes, codes(list)); d != "" {
			t.Errorf("%s: %s%v", line, d, list)
		}
		if len(b.Codes) == 0 && v != sig.Value(sig.Bool(true)) {
			t.Errorf("%s: got %v", line, v)
		}
	}
}

func codes(list diag.List) []string {
	var out []string
	for _, d := range list {
		out = append(out, string(d.Code))
	}
	return sorted(out)
}

func sorted(list []string) []string {
	list = append([]string(nil), list...)
	sort.Strings(list)
	return list
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"```acl\nacl 1;\n":            "line 1: the block is not closed",
		"\n```acl maybe\n```\n":       `line 2: "maybe" is no annotation`,
		"```acl fail E1\n```\n":       `line 1: "E1" is no code`,
		"```acl fail\n```\n":          `line 1: "fail" is no annotation`,
		"```acl fragment book\n```\n": `line 1: a fragment of "book" is not known`,
	} {
		if _, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
	for _, text := range []string{"<!-- table units nn -->", "<!-- table units none --><!-- end -->"} {
		if _, err := Fill(text); err == nil {
			t.Errorf("%s was filled", text)
		}
	}
}
