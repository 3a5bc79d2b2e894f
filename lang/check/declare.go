package check

import (
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/syntax"
)

// declare enters a file's declarations under their names. Experiments are kept of
// the root only; the plans are read later, as they have no name.
func (c *checker) declare(u *Unit) {
	u.decls = map[string]any{}
	for _, d := range u.File.Decls {
		switch d := d.(type) {
		case *syntax.Module:
			m := &Module{Name: u.prefix + "." + d.Name.Text, Unit: u, Decl: d}
			if c.enter(u, d.Name, m) {
				c.p.Modules = append(c.p.Modules, m)
			}
		case *syntax.Fabric:
			f := &Fabric{Name: u.prefix + "." + d.Name.Text, Unit: u, Decl: d}
			if c.enter(u, d.Name, f) {
				c.p.Fabrics = append(c.p.Fabrics, f)
			}
		case *syntax.Policy:
			p := &Policy{Name: u.prefix + "." + d.Name.Text, Unit: u, Decl: d}
			if c.enter(u, d.Name, p) {
				c.p.Policies = append(c.p.Policies, p)
			}
		case *syntax.Experiment:
			e := &Experiment{Name: d.Name.Text, Unit: u, Decl: d}
			if c.enter(u, d.Name, e) && u == c.p.Root {
				c.p.Experiments = append(c.p.Experiments, e)
			}
		case *syntax.Plan:
		}
	}
}

// enter gives a name its meaning in a file and reports whether it was free.
func (c *checker) enter(u *Unit, name syntax.Name, decl any) bool {
	if i := u.imported(name.Text); i != nil {
		c.diags.Add(redeclared(name, "an import").WithRelated(i.Use.Path.Span, "imported here"))
		return false
	}
	if old := u.decls[name.Text]; old != nil {
		c.diags.Add(redeclared(name, kindOf(old)).WithRelated(declName(old).Span, "declared here first"))
		return false
	}
	u.decls[name.Text] = decl
	return true
}

func redeclared(name syntax.Name, what string) diag.Diag {
	return diag.Errorf(codeRedeclared, name.Span, "the name `%s` is taken by %s", name.Text, what)
}

func declName(decl any) syntax.Name {
	switch d := decl.(type) {
	case *Module:
		return d.Decl.Name
	case *Fabric:
		return d.Decl.Name
	case *Policy:
		return d.Decl.Name
	case *Experiment:
		return d.Decl.Name
	}
	panic("check: a declaration without a name")
}

// paramType is the type that a parameter's declaration names.
func paramType(name string) (sig.Type, bool) {
	switch name {
	case "int":
		return sig.Type{Kind: sig.KindInt}, true
	case "float":
		return sig.Type{Kind: sig.KindNumber}, true
	case "bool":
		return sig.Type{Kind: sig.KindBool}, true
	case "size":
		return sig.Type{Kind: sig.KindSize}, true
	case "module":
		return sig.Type{Kind: sig.KindModule}, true
	}
	return sig.Type{}, false
}
