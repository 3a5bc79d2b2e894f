package conformance

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"testing"

	"golang.org/x/tools/txtar"

	"acl/stdlib"
)

// TestDamagedProgramsGetMessages takes a line out of each program, every line of a
// third of the cases, and asks that the compiler survives it.
func TestDamagedProgramsGetMessages(t *testing.T) {
	n := 0
	err := fs.WalkDir(os.DirFS(cases), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".txtar" {
			return err
		}
		if n++; n%3 != 0 {
			return nil
		}
		data, err := fs.ReadFile(os.DirFS(cases), name)
		if err != nil {
			return err
		}
		c, err := parseCase(name, data)
		if err != nil {
			return err
		}
		lines := bytes.SplitAfter(c.section("in.acl").Data, []byte("\n"))
		for i := range lines {
			survive(t, c, i, bytes.Join(append(append([][]byte{}, lines[:i]...), lines[i+1:]...), nil))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// survive compiles a case with another root.
func survive(t *testing.T, c *testCase, line int, root []byte) {
	t.Helper()
	damaged := &testCase{path: c.path, archive: &txtar.Archive{Files: append([]txtar.File{}, c.archive.Files...)}}
	damaged.section("in.acl").Data = root
	defer func() {
		if fault := recover(); fault != nil {
			t.Errorf("%s without line %d: %v\n%s", c.path, line+1, fault, root)
		}
	}()
	for _, d := range compile(damaged, stdlib.Table()).diags {
		if d.Span.IsZero() {
			t.Errorf("%s without line %d: a message has no place: %v", c.path, line+1, d)
		}
	}
}
