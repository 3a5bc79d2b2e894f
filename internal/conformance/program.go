package conformance

import (
	"fmt"
	"path"
	"strings"

	"acl/internal/job"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lower"
	"acl/stdlib"
)

// compiled is the program of a case with all that was said about it.
type compiled struct {
	program *job.Program
	models  []*job.Model
	root    *source.File
	files   []*source.File
	table   *sig.Table
	diags   diag.List
}

// compile checks and lowers the program of a case. Files that it uses are
// sections beside it. Warnings are silenced once, over all stages, so that a
// comment may speak of any of them.
func compile(c *testCase, table *sig.Table) *compiled {
	var root *source.File
	var files []*source.File
	for _, f := range c.archive.Files {
		if strings.HasSuffix(f.Name, ".acl") {
			files = append(files, source.NewFile(f.Name, string(f.Data)))
			if f.Name == "in.acl" {
				root = files[len(files)-1]
			}
		}
	}
	return compileFiles(root, files, table)
}

// compileFiles compiles a program from its text and the files that it may use; of
// its own name it is the one that counts.
func compileFiles(root *source.File, files []*source.File, table *sig.Table) *compiled {
	out := &compiled{root: root, table: table}
	byName := map[string]*source.File{}
	for _, f := range files {
		if f.Name == root.Name {
			f = root
		}
		byName[f.Name] = f
		out.files = append(out.files, f)
	}
	load := func(from *source.File, dotted string) (*source.File, error) {
		name := path.Join(path.Dir(from.Name), strings.ReplaceAll(dotted, ".", "/")+".acl")
		if f := byName[name]; f != nil {
			return f, nil
		}
		return nil, fmt.Errorf("%s is not there", name)
	}
	o := check.Options{Load: load, Library: stdlib.File, Libraries: stdlib.Libraries()}
	checked, list := check.Check(root, table, o)
	list.Add(lower.CheckModules(checked)...)
	out.program = &job.Program{Program: checked, Path: root.Name, Files: out.files, Diags: list}
	out.models, out.diags = out.program.Models()
	return out
}
