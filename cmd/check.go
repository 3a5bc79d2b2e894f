package cmd

import (
	"encoding/json"
	"fmt"

	"acl/internal/job"
	"acl/internal/report"
	"acl/lang/diag"
)

type checkCmd struct {
	Files []string `arg:"" help:"Programs."`
	JSON  bool     `help:"Print JSON lines: one a model, one a diagnostic."`
}

// Run checks each program whole: it is lowered, but no data are read.
func (c *checkCmd) Run(s *streams) error {
	var failed error
	for _, name := range c.Files {
		p, err := job.Open(name, nil)
		if err != nil {
			return err
		}
		models, list := p.Models()
		if err := c.show(s, name, models, list); err != nil {
			failed = err
		}
	}
	return failed
}

func (c *checkCmd) show(s *streams, name string, models []*job.Model, list diag.List) error {
	for _, m := range models {
		if m.Fabric() == nil || list.HasErrors() {
			continue
		}
		f := m.Fabric()
		if c.JSON {
			out, err := json.Marshal(job.Compiled(m))
			if err != nil {
				return err
			}
			fmt.Fprintln(s.out, string(out))
			continue
		}
		fmt.Fprintf(s.out, "%s: %s %s on %s: %s parameters, %s multiply-accumulates a sample, %d tiles\n",
			name, m.Plan.Kind, f.Name, f.Chip.Name, report.Group(f.Params), report.Group(f.MACs), f.Tiles+f.GradTiles)
	}
	flags := programFlags{JSON: c.JSON}
	return flags.report(s, list)
}
