package mutation

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"acl/internal/conformance"
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/stdlib"
)

const (
	cases      = "../../lang/conformance"
	everywhere = "."
)

// noCase are the codes that no case can show, each with the reason.
var noCase = map[diag.Code]string{
	"E0590": "a run refuses it, not a check",
	"E0611": "a check reads no data",
	"E0612": "a check reads no data",
	"E0614": "a check reads no weights",
	"E0615": "a run refuses it, not a check",
}

// noticed says whether a case of some folders fails under the options. It looks no
// further than to the first that does.
func noticed(t *testing.T, o conformance.Options, folders ...string) bool {
	t.Helper()
	o.First = true
	for _, folder := range folders {
		r, err := conformance.Run(os.DirFS(filepath.Join(cases, folder)), o)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Results) == 0 {
			t.Fatalf("no case lies below %s", folder)
		}
		if r.Failed() > 0 {
			return true
		}
	}
	return false
}

func skipShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the cases of the language some hundred times: not in -short")
	}
}

// TestNothingBroken: with nothing broken every case passes, without which the
// other tests would show nothing.
func TestNothingBroken(t *testing.T) {
	skipShort(t)
	same := *stdlib.Table()
	if noticed(t, conformance.Options{Table: &same}, everywhere) {
		t.Fatal("a case fails before anything is broken")
	}
}

// TestEveryCodeIsPinned leaves out the messages of one code at a time.
func TestEveryCodeIsPinned(t *testing.T) {
	skipShort(t)
	for _, e := range diag.All() {
		t.Run(string(e.Code), func(t *testing.T) {
			t.Parallel()
			_, excepted := noCase[e.Code]
			switch pinned := noticed(t, conformance.Options{Mute: e.Code}, everywhere); {
			case !pinned && !excepted:
				t.Errorf("no case fails where %s, %s, is never reported", e.Code, e.Title)
			case pinned && excepted:
				t.Errorf("%s is excepted, and a case shows it", e.Code)
			}
		})
	}
	for _, code := range slices.Sorted(maps.Keys(noCase)) {
		if _, ok := diag.Lookup(code); !ok {
			t.Errorf("%s is excepted and is no code", code)
		}
	}
}

// TestEveryShapeRuleIsPinned breaks one rule of shapes at a time, in each way that
// can show.
func TestEveryShapeRuleIsPinned(t *testing.T) {
	skipShort(t)
	table := stdlib.Table()
	for _, name := range slices.Sorted(maps.Keys(table.Primitives)) {
		for _, m := range mutants(table.Primitive(name)) {
			t.Run(name+"/"+m.name, func(t *testing.T) {
				t.Parallel()
				// Most that breaks a rule shows where the rule has its cases.
				if !noticed(t, conformance.Options{Table: with(table, m.unit)}, "units", everywhere) {
					t.Errorf("no case fails where the rule of %s is broken: %s", name, m.name)
				}
			})
		}
	}
}

// with is the table with another unit in the place of that of its name.
func with(t *sig.Table, p *sig.Primitive) *sig.Table {
	other := *t
	other.Primitives = maps.Clone(t.Primitives)
	other.Primitives[p.Name] = p
	return &other
}
