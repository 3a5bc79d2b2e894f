package conformance

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"acl/internal/job"
	"acl/ir"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lang/sig"
	"acl/lang/source"
	"acl/lower"
)

// golden is the present text of a section.
func (c *compiled) golden(name string) (string, error) {
	switch name {
	case "fixed.golden":
		return c.fixedText()
	case "checked.golden":
		return c.checkedText(), nil
	case "ir.golden":
		return c.graphText()
	case "fabric.golden":
		var b strings.Builder
		for _, m := range c.models {
			b.WriteString(places.ReplaceAllString(m.State.Text(), ""))
		}
		return b.String(), nil
	}
	return c.runText()
}

// fixedText is the program with what the hints of its errors say, which has to be a
// program without errors.
func (c *compiled) fixedText() (string, error) {
	errors := c.diags.Errors()
	for i := range errors {
		if len(errors[i].Fix) == 0 {
			return "", fmt.Errorf("no fix comes with %s", errors[i].Error())
		}
	}
	text := diag.Mended(c.root, errors)
	again := compileFiles(source.NewFile(c.root.Name, text), c.files, c.table)
	if left := again.diags.Errors(); len(left) > 0 {
		return "", fmt.Errorf("fixed, it says %s", left[0].Error())
	}
	return text, nil
}

// checkedText shows what the text of the case's own files has settled.
func (c *compiled) checkedText() string {
	var b strings.Builder
	p := c.program.Program
	for _, m := range p.Modules {
		if m.Unit == p.Root {
			fmt.Fprintf(&b, "module %s\n", m.Decl.Name.Text)
			for _, param := range m.Params {
				fmt.Fprintf(&b, "  param %s: %s\n", param.Name, param.Decl.Type.Text)
			}
		}
	}
	for _, f := range p.Fabrics {
		if f.Unit == p.Root {
			fmt.Fprintf(&b, "fabric %s\n", f.Decl.Name.Text)
			c.settings(&b, check.Flatten(f))
		}
	}
	for _, plan := range p.Plans {
		fmt.Fprintf(&b, "%s %s on %s\n", plan.Kind, plan.Decl.Module, plan.Decl.Fabric)
		c.settings(&b, plan.Settings.Items)
	}
	for _, e := range p.Experiments {
		fmt.Fprintf(&b, "experiment %s\n", e.Decl.Name.Text)
		c.settings(&b, e.Settings.Items)
	}
	return b.String()
}

// settings prints those that the case's own files state.
func (c *compiled) settings(b *strings.Builder, list []*check.Setting) {
	for _, it := range list {
		if !c.own(it.KeySpan.File) {
			continue
		}
		b.WriteString("  ")
		if it.Case != nil {
			fmt.Fprintf(b, "case %s: ", it.Case.Text)
		}
		b.WriteString(it.Path)
		if it.Subject != nil {
			b.WriteString(" " + it.Subject.Text)
		}
		switch {
		case it.Value != nil:
			b.WriteString(" = " + ir.ValueText(it.Value))
		case it.Expr != nil:
			b.WriteString(" = " + it.Expr.Place().Text())
		}
		b.WriteString("\n")
	}
}

func (c *compiled) own(f *source.File) bool {
	for _, mine := range c.files {
		if mine == f {
			return true
		}
	}
	return false
}

// Places in the source move with every comment: places are the origins at the ends
// of lines, busPlaces those that name the bus of an arrow.
var (
	places    = regexp.MustCompile(`(?m) @\S+$`)
	busPlaces = regexp.MustCompile(`(via=[0-9]+)@"[^"]*"`)
)

// graphText is the graph of the module that stands last in the program.
func (c *compiled) graphText() (string, error) {
	p := c.program.Program
	var last *check.Module
	for _, m := range p.Modules {
		if m.Unit == p.Root {
			last = m
		}
	}
	if last == nil {
		return "", fmt.Errorf("in.acl has no module")
	}
	g, list := lower.Elaborate(p, last, lower.ElaborateOptions{Inputs: map[string]sig.Shape{}})
	if g == nil {
		return "", fmt.Errorf("the module %s makes no graph by itself: %v", last.Name, list)
	}
	return busPlaces.ReplaceAllString(places.ReplaceAllString(ir.Print(g), ""), "$1"), nil
}

// runText trains each train block and shows what came of it, with as many digits
// as two sets of kernels agree on.
func (c *compiled) runText() (string, error) {
	var b strings.Builder
	for _, m := range c.models {
		if m.Plan.Kind != "train" {
			continue
		}
		r, list, err := c.program.Train(context.Background(), m, job.Options{})
		if err != nil {
			return "", err
		}
		if list.HasErrors() {
			return "", list.Errors()[0]
		}
		fmt.Fprintf(&b, "%s on %s: %d parameters, %d epochs, %d steps, loss %.3g\n",
			m.Plan.Decl.Module, m.Plan.Decl.Fabric, m.Fabric().Params, r.Epochs, r.Steps, r.Score.Loss)
	}
	if b.Len() == 0 {
		return "", fmt.Errorf("in.acl has no train block")
	}
	return b.String(), nil
}
