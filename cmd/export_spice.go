package cmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"acl/internal/checkpoint"
	"acl/internal/job"
	"acl/internal/spice"
)

type exportSpice struct {
	Unit string `arg:"" optional:"" help:"The circuit, a small program's file, or the folder of its run; without one, the circuits are listed."`
	chipFlags
	Samples int    `default:"4" help:"Of a program: how many rows of its test part are set as inputs."`
	Out     string `placeholder:"FILE" help:"Write to a file, not to standard output."`
}

// Run writes the netlist of a circuit or program, or lists the circuits.
func (c *exportSpice) Run(ctx context.Context, s *streams) error {
	if c.Unit == "" {
		w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		for _, u := range spice.Units {
			fmt.Fprintf(w, "%s\t%s\n", u.Name, u.Doc)
		}
		return w.Flush()
	}
	n, err := c.netlist(ctx, s)
	if err != nil {
		return err
	}
	write := func(w io.Writer) error {
		_, err := n.WriteTo(w)
		return err
	}
	if c.Out == "" {
		return write(s.out)
	}
	return checkpoint.WriteFile(c.Out, write)
}

// netlist is that of a circuit on a chip, or of a program.
func (c *exportSpice) netlist(ctx context.Context, s *streams) (*spice.Netlist, error) {
	if _, err := os.Stat(filepath.Join(c.Unit, "record.json")); err == nil {
		rec, err := job.ReadRecord(c.Unit)
		if err != nil {
			return nil, err
		}
		p, m, err := job.Reopen(c.Unit, rec)
		if err != nil {
			return nil, err
		}
		return c.program(ctx, p, m, c.Unit)
	}
	if filepath.Ext(c.Unit) == ".acl" {
		f := programFlags{File: c.Unit}
		p, models, err := f.lowered(s)
		if err != nil {
			return nil, err
		}
		if len(models) == 0 {
			return nil, fmt.Errorf("%s has no train or infer block to export", c.Unit)
		}
		return c.program(ctx, p, models[0], "")
	}
	chip, err := c.open(s)
	if err != nil {
		return nil, err
	}
	return spice.Export(c.Unit, chip)
}

func (c *exportSpice) program(ctx context.Context, p *job.Program, m *job.Model, run string) (*spice.Netlist, error) {
	if c.Samples < 1 {
		return nil, fmt.Errorf("--samples %d: at least one", c.Samples)
	}
	if err := spice.Refuse(m.Fabric()); err != nil {
		return nil, err
	}
	machine, b, err := p.Devices(ctx, m, run, c.Samples, job.Options{Data: []string{"."}})
	if err != nil {
		return nil, err
	}
	return spice.Program(machine, b.N)
}
