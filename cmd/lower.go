package cmd

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"acl/internal/job"
	"acl/lang/check"
	"acl/lang/diag"
	"acl/lower"
)

type lowerCmd struct {
	programFlags
	Emit  string `default:"fabric" placeholder:"FORM" help:"ir, fabric, or after:PASS."`
	Stats bool   `help:"Print how long each pass took."`
}

// Run lowers every block and prints the form that is asked for.
func (c *lowerCmd) Run(s *streams) error {
	last, err := c.last()
	if err != nil {
		return err
	}
	p, err := job.Open(c.File, c.Set)
	if err != nil {
		return err
	}
	if p.Diags.HasErrors() {
		return c.report(s, diag.Silence(p.Diags, p.Files))
	}
	list := append(diag.List{}, p.Diags...)
	var models []*job.Model
	for _, plan := range plansOf(p) {
		m, diags := p.Lower(plan, last)
		list.Add(diags...)
		models = append(models, m)
	}
	if err := c.report(s, diag.Silence(list, p.Files)); err != nil {
		return err
	}
	if len(models) == 0 {
		return fmt.Errorf("%s has no train or infer block to lower", c.File)
	}
	for _, m := range models {
		fmt.Fprint(s.out, m.State.Text())
		if c.Stats {
			for _, t := range m.Passes {
				fmt.Fprintf(s.err, "%-14s %8.3f ms\n", t.Name, 1e3*t.Seconds)
			}
		}
	}
	return nil
}

func plansOf(p *job.Program) []*check.Plan {
	var out []*check.Plan
	for _, plan := range p.Plans {
		if plan.Kind != "schedule" && !plan.Bad {
			out = append(out, plan)
		}
	}
	return out
}

// last is the pass that the form comes after.
func (c *lowerCmd) last() (string, error) {
	name, after := strings.CutPrefix(c.Emit, "after:")
	switch {
	case c.Emit == "ir":
		return "differentiate", nil
	case c.Emit == "fabric":
		return "", nil
	case after && slices.ContainsFunc(lower.Passes, func(p lower.Pass) bool { return p.Name == name }):
		return name, nil
	}
	return "", fmt.Errorf("--emit takes ir, fabric or after:PASS, got %q; `acl passes` lists the passes", c.Emit)
}

type passesCmd struct{}

// Run lists the passes in their order.
func (passesCmd) Run(s *streams) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, p := range lower.Passes {
		fmt.Fprintf(w, "%s\t%s\n", p.Name, p.Doc)
	}
	return w.Flush()
}
