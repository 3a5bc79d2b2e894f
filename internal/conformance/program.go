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
	files   []*source.File
	diags   diag.List
}

// compile checks and lowers the program of a case. Files that it uses are
// sections beside it. Warnings are silenced once, over all stages, so that a
// comment may speak of any of them.
func compile(c *testCase, table *sig.Table) *compiled {
	out := &compiled{}
	byName := map[string]*source.File{}
	for _, f := range c.archive.Files {
		if strings.HasSuffix(f.Name, ".acl") {
			byName[f.Name] = source.NewFile(f.Name, string(f.Data))
			out.files = append(out.files, byName[f.Name])
		}
	}
	load := func(from *source.File, dotted string) (*source.File, error) {
		name := path.Join(path.Dir(from.Name), strings.ReplaceAll(dotted, ".", "/")+".acl")
		if f := byName[name]; f != nil {
			return f, nil
		}
		return nil, fmt.Errorf("%s is not there", name)
	}
	root := byName["in.acl"]
	o := check.Options{Load: load, Library: stdlib.File, Libraries: stdlib.Libraries()}
	checked, list := check.Check(root, table, o)
	list.Add(lower.CheckModules(checked)...)
	out.program = &job.Program{Program: checked, Path: root.Name}
	if !list.HasErrors() {
		list.Add(out.lower()...)
	}
	out.program.Files = out.files
	out.diags = diag.Silence(list, out.files)
	return out
}

// lower takes the train and infer blocks through all passes.
func (c *compiled) lower() diag.List {
	var list diag.List
	for _, plan := range c.program.Plans {
		if plan.Kind == "schedule" {
			continue
		}
		m, more := c.program.Lower(plan, "")
		list.Add(more...)
		c.models = append(c.models, m)
	}
	return list
}
