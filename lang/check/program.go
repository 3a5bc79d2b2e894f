package check

import (
	"strings"

	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lang/syntax"
)

// Program is a root file with all that it imports, names resolved and settings
// typed. Declarations that broke a rule are kept and marked Bad, so that what
// uses them stays silent.
type Program struct {
	Table *sig.Table
	Root  *Unit
	Units []*Unit // files, imports before their importers, Root last

	Modules []*Module
	Fabrics []*Fabric
	Plans   []*Plan // those of Root, in its order: schedule, train, infer
	// Policies are those of all files, as `choose` may name an imported one;
	// Experiments those of Root.
	Policies    []*Policy
	Experiments []*Experiment

	said      map[source.Span]bool // places of errors that have been reported
	libraries []string             // that a program may use: std.nn
}

// Unit is one source file.
type Unit struct {
	Name    string // dotted: digits, std.chips; the root's is its base name
	File    *syntax.File
	Imports []*Import
	// Library: part of the program itself (std.*). Its primitives are in the
	// table under Last; it may have declarations as well.
	Library bool
	decls   map[string]any
	last    string // the name under which importers see it
	prefix  string // of its declarations' qualified names
	broken  bool   // it has syntax errors: a missing name may be theirs
	file    *source.File
}

// Import is a resolved use.
type Import struct {
	Last string // the name it gives: nn
	Unit *Unit  // nil where the file could not be read
	Use  *syntax.Use
	used bool
	// meant is the last name of what the import seems to mean, where it could not be
	// read: names that begin with it are silent.
	meant string
}

// Module is a declared module.
type Module struct {
	Name   string // qualified by its unit's last name: digits.Digits
	Unit   *Unit
	Decl   *syntax.Module
	Params []*Param
	// Settling are the parameters in an order in which each default follows those
	// that it uses.
	Settling []*Param
	Ports    []*syntax.Port // inputs and outputs in the order of the text, if-arms excluded
	Bad      bool
	Broken   bool   // its text has syntax errors, so that any part of it may be missing
	items    *scope // what its names mean
}

// Param is a parameter of a module.
type Param struct {
	Decl *syntax.Param
	Name string
	Type sig.Type // KindInt, KindNumber, KindBool, KindSize, KindModule
	// Default is evaluated by the instance's environment, as it may use other
	// parameters; nil: required.
	Default syntax.Expr
	// Late: the default uses a symbol, itself or through another parameter, so that
	// it waits for what arrives.
	Late bool
}

// Fabric is a declared chip; Base is nil where it has none.
type Fabric struct {
	Name     string // qualified: chips.fabric45
	Unit     *Unit
	Decl     *syntax.Fabric
	Base     *Fabric
	Settings *Settings // of this layer only
	Bad      bool
}

// Plan is a schedule, train or infer block.
type Plan struct {
	Kind     string // schedule, train, infer
	Unit     *Unit
	Decl     *syntax.Plan
	Module   *Module // nil where the name is unknown (then Bad)
	Fabric   *Fabric
	Settings *Settings
	Bad      bool
}

// Policy is a declared policy.
type Policy struct {
	Name     string
	Unit     *Unit
	Decl     *syntax.Policy
	Settings *Settings
	Bad      bool
}

// Experiment is a declared experiment.
type Experiment struct {
	Name     string
	Unit     *Unit
	Decl     *syntax.Experiment
	Module   *Module
	Fabric   *Fabric
	Settings *Settings
	Bad      bool
}

// Settings is one layer of settings, flattened: a.b: v and a { b: v } give the
// same item. A group that is set off is an item with its Path and the word off. A
// group that may be off, or has a subject, and is written as a block gives an item
// without a value before those of its members: protect fc2 { } says something.
type Settings struct {
	Items []*Setting
	Span  source.Span // of the block
}

// Setting is one settled key.
type Setting struct {
	Key     *sig.Key
	Path    string // rail.swing
	Subject *Subject
	Case    *Subject    // the experiment's case that it belongs to; nil outside of one
	Value   sig.Value   // nil where Expr is kept as written (losses, conditions)
	Expr    syntax.Expr // what was written; nil for an off group or a bare block
	KeySpan source.Span // of the key as written
	Span    source.Span // of the value, or of the key where there is none
	Decl    *syntax.Setting
}

// Subject is what a setting is narrowed to: a unit path, a physical module, a
// name or an expression kept as written.
type Subject struct {
	Text string // normalised: fc2, conv[0], sum.b
	Expr syntax.Expr
	Span source.Span
}

// Get returns the setting with the given path and no subject, outside of any
// case, or nil.
func (s *Settings) Get(path string) *Setting {
	if s == nil {
		return nil
	}
	for _, it := range s.Items {
		if it.Path == path && it.Subject == nil && it.Case == nil {
			return it
		}
	}
	return nil
}

// All returns every setting with the given path, with or without a subject,
// outside of any case.
func (s *Settings) All(path string) []*Setting {
	if s == nil {
		return nil
	}
	var out []*Setting
	for _, it := range s.Items {
		if it.Path == path && it.Case == nil {
			out = append(out, it)
		}
	}
	return out
}

// note remembers the places of an error.
func (p *Program) note(d diag.Diag) {
	if d.Severity != diag.Error {
		return
	}
	p.said[d.Span] = true
	for _, r := range d.Related {
		p.said[r.Span] = true
	}
}

// Said reports whether an error of the check is about a place, so that nothing more
// needs to be said of it.
func (p *Program) Said(at source.Span) bool { return p.said[at] }

// Under returns a group's own settings and those of its members, with or without a
// subject, outside of any case.
func (s *Settings) Under(group string) []*Setting {
	if s == nil {
		return nil
	}
	var out []*Setting
	for _, it := range s.Items {
		if (it.Path == group || strings.HasPrefix(it.Path, group+".")) && it.Case == nil {
			out = append(out, it)
		}
	}
	return out
}

// Module returns the module of the qualified name, or nil.
func (p *Program) Module(name string) *Module {
	for _, m := range p.Modules {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// Plan returns the schedule, train or infer block of a pair, or nil.
func (p *Program) Plan(kind string, m *Module, f *Fabric) *Plan {
	for _, b := range p.Plans {
		if b.Kind == kind && b.Module == m && b.Fabric == f {
			return b
		}
	}
	return nil
}
