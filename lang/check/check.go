package check

import (
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
)

// A LoadFunc reads the file that a use names, a.b, beside the file that uses it:
// a/b.acl. Files that are the same have the same name.
type LoadFunc func(from *source.File, path string) (*source.File, error)

// Options say where the files that a program uses come from.
type Options struct {
	Load LoadFunc // nil: nothing can be used but the library
	// Library gives the text of a part of the library by its dotted name, std.nn;
	// nil: there is none.
	Library func(path string) (*source.File, bool)
	// Libraries are the names that Library knows, for proposals.
	Libraries []string
}

// Check reads a file and all that it uses, resolves names, and types parameters
// and settings. The program is complete enough to be used if the list has no
// errors; the list is sorted by place.
func Check(file *source.File, table *sig.Table, o Options) (*Program, diag.List) {
	c := &checker{p: &Program{Table: table, libraries: o.Libraries}, o: o, byName: map[string]*Unit{}}
	c.p.Root = c.load(file, baseName(file.Name), "", false)
	c.nameUnits()
	for _, u := range c.p.Units {
		c.declare(u)
	}
	c.modules()
	for _, f := range c.p.Fabrics {
		c.base(f)
	}
	c.fabricCycles()
	for _, f := range c.p.Fabrics {
		c.fabric(f)
	}
	c.leaks()
	for _, p := range c.p.Policies {
		c.policy(p)
	}
	c.plans()
	c.experiments()
	for _, p := range c.p.Plans {
		c.effects(p)
	}
	c.unused()
	c.diags.Sort()
	c.repeated()
	c.p.said = map[source.Span]bool{}
	for _, d := range c.diags {
		c.p.note(d)
	}
	return c.p, c.diags
}

// checker is one run over a program.
type checker struct {
	p      *Program
	o      Options
	byName map[string]*Unit // by file name
	stack  []*Unit          // files being loaded, importers first
	diags  diag.List
}
