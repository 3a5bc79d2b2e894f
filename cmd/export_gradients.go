package cmd

import (
	"context"
	"fmt"
	"strings"

	"acl/fabric/kernel"
	"acl/internal/job"
)

type exportGradients struct {
	Program string   `arg:"" help:"Program whose train block takes the step."`
	File    string   `arg:"" help:"The .safetensors file to write."`
	Weights string   `placeholder:"FILE" help:"Start from these weights: a .safetensors file or a run."`
	Set     []string `sep:"none" placeholder:"KEY=VALUE" help:"Set a key over the program's own."`
	Seed    *uint64  `help:"Seed, over the program's."`
	folders
	JSON bool `help:"Print a JSON line."`
}

// Run takes the step and writes the file, whole.
func (c *exportGradients) Run(ctx context.Context, s *streams) error {
	if c.Seed != nil {
		c.Set = append(c.Set, fmt.Sprintf("seed=%d", *c.Seed))
	}
	if c.Weights != "" {
		c.Set = append(c.Set, "weights="+quoted(c.Weights))
	}
	f := programFlags{File: c.Program, Set: c.Set, JSON: c.JSON}
	p, models, err := f.lowered(s)
	if err != nil {
		return err
	}
	m, err := trained(c.Program, models)
	if err != nil {
		return err
	}
	pool := kernel.NewPool(0)
	defer pool.Close()
	g, diags, err := p.Gradients(ctx, m, job.Options{Data: c.searched(), Pool: pool})
	if diags.HasErrors() {
		return f.report(s, diags)
	}
	if err != nil {
		return err
	}
	if err := g.File.Write(c.File); err != nil {
		return err
	}
	line := map[string]any{"event": "gradients", "model": m.Fabric().Name, "loss": g.Loss, "rows": g.Rows, "file": c.File}
	f.print(s, line, func() {
		fmt.Fprintf(s.out, "%s on %s: a loss of %.6g over %d rows; weights, gradients and batch in %s\n",
			m.Fabric().Name, m.Fabric().Chip.Name, g.Loss, g.Rows, c.File)
	})
	return nil
}

// trained is the one model that a program trains.
func trained(file string, models []*job.Model) (*job.Model, error) {
	var found *job.Model
	for _, m := range models {
		if m.Plan.Kind != "train" {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("%s has several train blocks: a file holds the step of one", file)
		}
		found = m
	}
	if found == nil {
		return nil, fmt.Errorf("%s has no train block", file)
	}
	return found, nil
}

// quoted is a string of the language.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(text) + `"`
}
