package house

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// root is the top of the tree, from this package.
const root = "../.."

// modulePath is the name of the module, before every package's own.
const modulePath = "acl"

// room is a package and what it may import. A name that ends in /... is the
// package and all below it.
type room struct{ pkg, may string }

// rooms is the import graph, which is the pipeline: each package takes only from
// lines above it. The language never sees a chip, the chip never sees a syntax
// tree; lower is where both meet. A package that no line names breaks the rule;
// the first line that fits speaks for it.
var rooms = []room{
	{"lang/source", ""},
	{"lang/spell", ""},
	{"lang/quantity", "lang/source lang/spell"},
	{"lang/diag", "lang/source"},
	{"lang/sig", "lang/source lang/quantity"},
	{"lang/syntax", "lang/source lang/spell lang/quantity lang/diag"},
	{"lang/format", "lang/source lang/diag lang/syntax"},
	{"stdlib", "lang/source lang/quantity lang/sig"},
	{"lang/check", "lang/source lang/spell lang/quantity lang/diag lang/sig lang/syntax"},
	{"ir", "lang/source lang/quantity lang/diag lang/sig"},

	{"fabric", "lang/source"},
	{"fabric/kernel/internal/...", "fabric/kernel/internal/..."}, // the generator of its assembly, a module of its own
	{"fabric/kernel", ""},
	{"fabric/circuit", "fabric lang/source"},
	{"fabric/array", "fabric lang/source fabric/kernel fabric/circuit"},
	{"fabric/module", "fabric lang/source fabric/kernel fabric/circuit fabric/array"},
	{"fabric/stack", "fabric lang/source fabric/kernel fabric/circuit fabric/array"},
	{"fabric/ledger", "fabric lang/source fabric/kernel fabric/circuit fabric/array"},
	{"fabric/device", "fabric lang/source fabric/kernel fabric/circuit fabric/array"},
	{"fabric/dcu", "fabric lang/source fabric/kernel fabric/circuit fabric/array fabric/module fabric/stack fabric/ledger fabric/device"},

	{"lower", "lang/... stdlib ir fabric/..."},
	{"internal/...", "lang/... stdlib ir fabric/... lower internal/..."},
	{"bench", "lang/... stdlib ir fabric/... lower internal/..."},
	{"repl", "lang/... stdlib ir fabric/... lower internal/..."},
	{"cmd", "lang/... stdlib ir fabric/... lower internal/... repl"},
	{"", "cmd"}, // main.go
}

// fits reports whether a package is what a name of the table stands for.
func fits(name, pkg string) bool {
	if tree, ok := strings.CutSuffix(name, "/..."); ok {
		return pkg == tree || strings.HasPrefix(pkg, tree+"/")
	}
	return pkg == name
}

// forbidden returns those of a package's imports, all by their names within the
// module, that the table does not allow. It reports whether the table names the
// package.
func forbidden(pkg string, imports []string) (bad []string, known bool) {
	i := slices.IndexFunc(rooms, func(r room) bool { return fits(r.pkg, pkg) })
	if i < 0 {
		return nil, false
	}
	may := strings.Fields(rooms[i].may)
	for _, imp := range imports {
		if !slices.ContainsFunc(may, func(name string) bool { return fits(name, imp) }) {
			bad = append(bad, imp)
		}
	}
	return bad, true
}

// own returns a package's name within the module. It reports whether it is of the
// module.
func own(path string) (string, bool) {
	if path == modulePath {
		return "", true
	}
	return strings.CutPrefix(path, modulePath+"/")
}

func TestImportGraph(t *testing.T) {
	for _, arch := range []string{"amd64", "arm64"} {
		edges := 0
		for _, p := range listed(t, arch) {
			pkg, ok := own(p.ImportPath)
			if !ok {
				t.Errorf("package %s is not of module %s", p.ImportPath, modulePath)
				continue
			}
			var ours []string
			for _, imp := range p.Imports {
				if name, ok := own(imp); ok {
					ours = append(ours, name)
				}
			}
			edges += len(ours)
			bad, known := forbidden(pkg, ours)
			if !known {
				t.Errorf("%q stands in no line of the table in imports_test.go", pkg)
			}
			for _, imp := range bad {
				t.Errorf("%s: %q must not import %q", arch, pkg, imp)
			}
		}
		if edges == 0 {
			t.Errorf("%s: go list shows no import within the module", arch)
		}
	}
}

// listing is what go list says of a package; Imports are those of its code alone,
// not of its tests.
type listing struct {
	ImportPath string
	Imports    []string
}

// listed asks the go command for the packages as an architecture builds them.
// Modules that the cache lacks are let go (-e, no proxy): their names are enough.
func listed(t *testing.T, arch string) []listing {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports", "./...")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOARCH="+arch, "GOPROXY=off")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	var all []listing
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listing
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		all = append(all, p)
	}
	if len(all) < 2 {
		t.Fatalf("go list names %d packages", len(all))
	}
	return all
}

// The table itself: edges that must never come about are forbidden by it.
func TestTableForbids(t *testing.T) {
	for _, c := range []struct{ pkg, imp string }{
		{"lang/source", "lang/diag"},
		{"lang/check", "fabric"},
		{"lang/check", "ir"},
		{"lang/check", "stdlib"},
		{"stdlib", "lang/check"},
		{"ir", "lang/syntax"},
		{"ir", "fabric"},
		{"fabric", "lang/quantity"},
		{"fabric", "ir"},
		{"fabric", "fabric/array"},
		{"fabric/kernel", "fabric"},
		{"fabric/kernel", "lang/source"},
		{"fabric/circuit", "fabric/array"},
		{"fabric/array", "fabric/dcu"},
		{"fabric/dcu", "lower"},
		{"lower", "internal/job"},
		{"internal/job", "cmd"},
		{"repl", "cmd"},
		{"", "lower"},
	} {
		if bad, known := forbidden(c.pkg, []string{c.imp}); !known || len(bad) != 1 {
			t.Errorf("the table lets %q import %q", c.pkg, c.imp)
		}
	}
	if _, known := forbidden("util", nil); known {
		t.Error("the table knows a package util")
	}
}

// A line takes only from lines above it, so the table is a pipeline and not only
// free of what Go forbids. Rooms of one tree see each other.
func TestTableIsInOrder(t *testing.T) {
	for i, r := range rooms {
		for _, name := range strings.Fields(r.may) {
			above := func(u room) bool { return u.pkg == name || fits(name, u.pkg) }
			if name != r.pkg && !slices.ContainsFunc(rooms[:i], above) {
				t.Errorf("%q takes %q, which stands in no line above it", r.pkg, name)
			}
			if below := slices.IndexFunc(rooms[i+1:], above); below >= 0 {
				t.Errorf("%q takes %q, which stands below it", r.pkg, name)
			}
		}
	}
}
