package conformance

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"golang.org/x/tools/txtar"
)

// testCase is one txtar file.
type testCase struct {
	path    string // CHAPTER/name.txtar
	rules   []string
	archive *txtar.Archive
}

// goldens are the sections that are compared, in the order of a case.
var goldens = []string{"fixed.golden", "checked.golden", "ir.golden", "fabric.golden", "out.golden"}

var ruleLine = regexp.MustCompile(`^rule((?: R[0-9]+\.[0-9]+)+)(:.*)?$`)

// parseCase reads a case. The error says what is wrong with its form.
func parseCase(name string, data []byte) (*testCase, error) {
	c := &testCase{path: name, archive: txtar.Parse(data)}
	first, _, _ := strings.Cut(string(c.archive.Comment), "\n")
	m := ruleLine.FindStringSubmatch(first)
	if m == nil {
		return c, fmt.Errorf("the first line %q does not name a rule: rule R4.7", first)
	}
	c.rules = strings.Fields(m[1])
	seen := map[string]bool{}
	for _, f := range c.archive.Files {
		if seen[f.Name] {
			return c, fmt.Errorf("two sections are called %s", f.Name)
		}
		seen[f.Name] = true
		if !strings.HasSuffix(f.Name, ".acl") && !isGolden(f.Name) {
			return c, fmt.Errorf("no section is called %s", f.Name)
		}
	}
	if !seen["in.acl"] {
		return c, fmt.Errorf("the section in.acl is missing")
	}
	return c, nil
}

func isGolden(name string) bool {
	for _, g := range goldens {
		if g == name {
			return true
		}
	}
	return false
}

// chapter is the folder of the case.
func (c *testCase) chapter() string { return path.Dir(c.path) }

// section returns a section of the archive, or nil.
func (c *testCase) section(name string) *txtar.File {
	for i := range c.archive.Files {
		if c.archive.Files[i].Name == name {
			return &c.archive.Files[i]
		}
	}
	return nil
}
