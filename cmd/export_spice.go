package cmd

import (
	"fmt"
	"io"
	"text/tabwriter"

	"acl/internal/checkpoint"
	"acl/internal/spice"
)

type exportSpice struct {
	Unit string `arg:"" optional:"" help:"The circuit; without one, the circuits are listed."`
	chipFlags
	Out string `placeholder:"FILE" help:"Write to a file, not to standard output."`
}

// Run writes the netlist of a circuit, or lists the circuits.
func (c *exportSpice) Run(s *streams) error {
	if c.Unit == "" {
		w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		for _, u := range spice.Units {
			fmt.Fprintf(w, "%s\t%s\n", u.Name, u.Doc)
		}
		return w.Flush()
	}
	chip, err := c.open(s)
	if err != nil {
		return err
	}
	n, err := spice.Export(c.Unit, chip)
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
