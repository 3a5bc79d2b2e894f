package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"acl/fabric/ledger"
	"acl/internal/checkpoint"
	"acl/internal/job"
	"acl/internal/report"
)

type exportCmd struct {
	Weights exportWeights `cmd:"" help:"Write a run's weights as .safetensors."`
	Spice   exportSpice   `cmd:"" help:"Write an analog primitive as a netlist for ngspice, with the values of its nodes."`
}

type exportWeights struct {
	Record string `arg:"" name:"run" help:"Folder of a run record."`
	File   string `arg:"" help:"The .safetensors file to write."`
}

// Run writes the file, whole.
func (c *exportWeights) Run() error {
	w, err := job.Weights(c.Record)
	if err != nil {
		return err
	}
	return w.Write(c.File)
}

type traceCmd struct {
	Record string `arg:"" name:"run" help:"Folder of a run record."`
	Out    string `placeholder:"FILE" help:"Write to a file, not to standard output."`
}

// Run writes the schedule of a run as Chrome trace JSON, for Perfetto.
func (c *traceCmd) Run(s *streams) error {
	rec, err := job.ReadRecord(c.Record)
	if err != nil {
		return err
	}
	_, m, err := job.Reopen(c.Record, rec)
	if err != nil {
		return err
	}
	if c.Out == "" {
		return report.Trace(s.out, m.Fabric())
	}
	return checkpoint.WriteFile(c.Out, func(w io.Writer) error { return report.Trace(w, m.Fabric()) })
}

type reportCmd struct {
	Record string `arg:"" name:"run" help:"Folder of a run record."`
	Costs  string `placeholder:"TABLE" help:"Price the counts by another table than the chip's."`
	Plot   string `placeholder:"FILE" help:"Draw loss and accuracy by epoch as a PNG."`
	JSON   bool   `help:"Print a JSON line."`
}

// Run prices a finished run's event counts anew.
func (c *reportCmd) Run(ctx context.Context, s *streams) error {
	rec, err := job.ReadRecord(c.Record)
	if err != nil {
		return err
	}
	_, m, err := job.Reopen(c.Record, rec)
	if err != nil {
		return err
	}
	name := c.Costs
	if name == "" {
		name = m.Fabric().Chip.Costs
	}
	table, err := ledger.Lookup(name)
	if err != nil {
		return err
	}
	var book ledger.Book
	if err := json.Unmarshal(rec.Counts, &book); err != nil {
		return fmt.Errorf("%s: its event counts: %w", c.Record, err)
	}
	if err := c.draw(rec); err != nil {
		return err
	}
	bill := ledger.Price(&book, &m.Fabric().Chip, table)
	if c.JSON {
		out, err := json.Marshal(report.BillMap(bill))
		if err != nil {
			return err
		}
		fmt.Fprintln(s.out, string(out))
		return nil
	}
	fmt.Fprintf(s.out, "%s on %s, seed %d, %d steps, priced by %s\n", rec.Model, rec.Fabric, rec.Seed, rec.Steps, table.Name)
	report.Bill(s.out, bill)
	return nil
}

// draw writes the plot that is asked for.
func (c *reportCmd) draw(rec *job.Record) error {
	if c.Plot == "" {
		return nil
	}
	metrics, err := job.Metrics(c.Record)
	if err != nil {
		return err
	}
	title := fmt.Sprintf("%s on %s, seed %d", rec.Model, rec.Fabric, rec.Seed)
	return checkpoint.WriteFile(c.Plot, func(w io.Writer) error { return report.Curves(w, title, metrics) })
}
