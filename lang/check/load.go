package check

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"acl/lang/diag"
	"acl/lang/source"
	"acl/lang/spell"
	"acl/lang/syntax"
)

// baseName is a file's name without folders and ending.
func baseName(name string) string {
	return strings.TrimSuffix(path.Base(filepath.ToSlash(name)), ".acl")
}

// load parses a file and, first, all that it uses. dir is the dotted folder of
// the file, with its dot, from the root's.
func (c *checker) load(file *source.File, name, dir string, library bool) *Unit {
	tree, diags := syntax.Parse(file)
	c.diags.Add(diags...)
	u := &Unit{
		Name: name, File: tree, Library: library, file: file,
		broken: diags.HasErrors(), last: name[strings.LastIndexByte(name, '.')+1:],
	}
	c.byName[file.Name] = u
	c.stack = append(c.stack, u)
	for _, use := range tree.Uses {
		c.use(u, use, dir)
	}
	c.stack = c.stack[:len(c.stack)-1]
	c.p.Units = append(c.p.Units, u)
	return u
}

// use resolves one import. What cannot be read is kept without a unit, so that
// the names it would have given stay silent.
func (c *checker) use(u *Unit, use *syntax.Use, dir string) {
	if len(use.Path.Parts) == 0 {
		return
	}
	imp := &Import{Last: use.Path.Parts[len(use.Path.Parts)-1].Text, Use: use}
	for _, other := range u.Imports {
		if other.Last == imp.Last {
			c.diags.Add(diag.Errorf(codeRedeclared, use.Path.Span, "two imports give the name `%s`", imp.Last).
				WithRelated(other.Use.Path.Span, "given here first"))
			return
		}
	}
	u.Imports = append(u.Imports, imp)
	name := use.Path.String()
	if use.Path.Parts[0].Text == "std" {
		imp.Unit = c.library(imp)
		return
	}
	if c.o.Load == nil {
		c.diags.Add(diag.Errorf(codeNoFile, use.Path.Span, "no file can be used here but the library"))
		return
	}
	file, err := c.o.Load(u.file, name)
	if err != nil {
		d := diag.Errorf(codeNoFile, use.Path.Span, "cannot read `%s`: %v", name, err)
		if lib := "std." + name; slices.Contains(c.o.Libraries, lib) {
			d = d.WithHint("the library's is `use %s;`", lib).WithFix(use.Path.Span, lib)
		}
		c.diags.Add(d)
		return
	}
	imp.Unit = c.imported(file, dir+name, use)
}

// library is the unit of a std path.
func (c *checker) library(imp *Import) *Unit {
	p := imp.Use.Path
	name := p.String()
	var file *source.File
	ok := false
	if c.o.Library != nil {
		file, ok = c.o.Library(name)
	}
	if !ok {
		d := diag.Errorf(codeNoFile, p.Span, "the library has no `%s`", name)
		if near, found := spell.Nearest(name, c.o.Libraries); found {
			d = d.WithHint("did you mean `%s`?", near).WithFix(p.Span, near)
			imp.meant = near[strings.LastIndexByte(near, '.')+1:]
		}
		c.diags.Add(d)
		return nil
	}
	if u := c.byName[file.Name]; u != nil {
		return u
	}
	return c.load(file, name, "", true)
}

func (c *checker) imported(file *source.File, name string, use *syntax.Use) *Unit {
	u := c.byName[file.Name]
	if u == nil {
		return c.load(file, name, name[:strings.LastIndexByte(name, '.')+1], false)
	}
	if i := slices.Index(c.stack, u); i >= 0 {
		d := diag.Errorf(codeImportCycle, use.Path.Span, "`%s` uses itself", baseName(file.Name)).WithLabel("this closes the cycle")
		for _, on := range c.stack[i : len(c.stack)-1] {
			last := on.Imports[len(on.Imports)-1].Use
			d = d.WithRelated(last.Path.Span, "which is used here")
		}
		c.diags.Add(d)
		return nil
	}
	return u
}

// nameUnits gives each file the name that qualifies its declarations: the last
// part of its path where no other file has that, else the whole.
func (c *checker) nameUnits() {
	times := map[string]int{}
	for _, u := range c.p.Units {
		times[u.last]++
	}
	for _, u := range c.p.Units {
		u.prefix = u.last
		if times[u.last] > 1 {
			u.prefix = u.Name
		}
	}
}
