package docs

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"acl/fabric"
	"acl/stdlib"
)

const pageFile = "../../docs/fabric.md"

var update = flag.Bool("update", false, "write the tables of docs/fabric.md again")

func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(pageFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The tables between `<!-- table NAME -->` and `<!-- end -->` are the machine's.
func TestTablesAreTheMachines(t *testing.T) {
	text := page(t)
	var out strings.Builder
	seen := map[string]bool{}
	rest := text
	for {
		head, after, found := strings.Cut(rest, "<!-- table ")
		out.WriteString(head)
		if !found {
			break
		}
		name, body, _ := strings.Cut(after, " -->")
		_, after, closed := strings.Cut(body, "<!-- end -->")
		write := tables[name]
		if !closed || write == nil {
			t.Fatalf("the table %q is not closed or not known", name)
		}
		seen[name] = true
		fresh := ""
		t.Run(name, func(t *testing.T) { fresh = write(t) })
		fmt.Fprintf(&out, "<!-- table %s -->\n\n%s\n<!-- end -->", name, fresh)
		rest = after
	}
	for name := range tables {
		if !seen[name] {
			t.Errorf("the page lacks the table %q", name)
		}
	}
	if *update {
		if err := os.WriteFile(pageFile, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(text, out.String()); d != "" {
		t.Errorf("run with -update (-page +machine):\n%s", d)
	}
}

// settingRow is a row of the tables of settings: key, default, tag.
var settingRow = regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\| `([^`]*)` \\| (\\[[SDA]\\]|–) \\|")

// Every setting of a chip stands in a table with its default on fabric45, and no
// other does.
func TestEverySettingHasItsDefault(t *testing.T) {
	chip := fabric45(t)
	given := map[string]string{}
	for _, m := range settingRow.FindAllStringSubmatch(page(t), -1) {
		if _, twice := given[m[1]]; twice {
			t.Errorf("%s has two rows", m[1])
		}
		given[m[1]] = m[2]
	}
	for _, k := range chip.Keys() {
		if got, ok := given[k.Path]; !ok {
			t.Errorf("%s has no row", k.Path)
		} else if want := chip.Format(k.Path); got != want {
			t.Errorf("%s: the page has %q, the chip %q", k.Path, got, want)
		}
		delete(given, k.Path)
	}
	for _, class := range fabric.Classes {
		key := "modules." + class
		want := ""
		for _, v := range chip.Modules {
			if v.Class == class {
				want = fmt.Sprint(v.Count)
			}
		}
		if given[key] != want {
			t.Errorf("%s: the page has %q, the chip %q", key, given[key], want)
		}
		delete(given, key)
	}
	for key := range given {
		t.Errorf("%s is no setting of a chip", key)
	}
}

// planKey is a key of a schedule or train block, as the page writes it: with its
// colon or brace.
var planKey = regexp.MustCompile("`([a-z_.]+)(?::| \\{)[^`]*`")

// Keys in backquotes are settings of a fabric, a schedule, a train or an infer
// block.
func TestKeysExist(t *testing.T) {
	known := map[string]bool{}
	for _, k := range stdlib.Table().Keys {
		known[k.Path] = true
		known[k.Path[strings.LastIndexByte(k.Path, '.')+1:]] = true
	}
	for _, m := range planKey.FindAllStringSubmatch(page(t), -1) {
		if !known[m[1]] {
			t.Errorf("%s is no key of any block", m[0])
		}
	}
}

var function = regexp.MustCompile("`(circuit|array|stack|ledger|module|dcu)\\.([A-Z][A-Za-z]*)(?:\\.([A-Z][A-Za-z]*))?`")

// source is the text of a package's files.
func source(t *testing.T, dir string, tests bool) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../..", dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no files (%v)", dir, err)
	}
	var b strings.Builder
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") != tests {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	return b.String()
}

func TestNamedFunctionsExist(t *testing.T) {
	found := function.FindAllStringSubmatch(page(t), -1)
	if len(found) == 0 {
		t.Fatal("the page names no function")
	}
	for _, m := range found {
		text := source(t, "fabric/"+m[1], false)
		if m[3] != "" {
			if !regexp.MustCompile(`func \([a-z]+ \*?` + m[2] + `\) ` + m[3] + `\(`).MatchString(text) {
				t.Errorf("%s has no method %s.%s", m[1], m[2], m[3])
			}
			continue
		}
		if !regexp.MustCompile(`(?m)^(func|type) ` + m[2] + `\b|^(?:const |var |\t)` + m[2] + `\b`).MatchString(text) {
			t.Errorf("%s has no %s", m[1], m[2])
		}
	}
}
