package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"

	"acl/fabric/kernel"
	"acl/fabric/ledger"
	"acl/internal/checkpoint"
	"acl/internal/job"
	"acl/internal/report"
)

type exportCmd struct {
	Weights   exportWeights   `cmd:"" help:"Write a run's weights as .safetensors."`
	Gradients exportGradients `cmd:"" help:"Write the first training step of a program, weights, batch and gradients, as .safetensors."`
	Spice     exportSpice     `cmd:"" help:"Write an analog primitive as a netlist for ngspice, with the values of its nodes."`
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
	HTML   bool   `name:"html" help:"Write a page with the timeline, in place of JSON."`
}

// Run writes the schedule of a run as Chrome trace JSON, for Perfetto, or as a page
// of its own.
func (c *traceCmd) Run(s *streams) error {
	rec, err := job.ReadRecord(c.Record)
	if err != nil {
		return err
	}
	_, m, err := job.Reopen(c.Record, rec)
	if err != nil {
		return err
	}
	write := func(w io.Writer) error {
		if c.HTML {
			return report.Timeline(w, m)
		}
		return report.Trace(w, m.Fabric())
	}
	if c.Out == "" {
		return write(s.out)
	}
	return checkpoint.WriteFile(c.Out, write)
}

type reportCmd struct {
	Record string `arg:"" name:"run" help:"Folder of a run record."`
	Costs  string `placeholder:"TABLE" help:"Price the counts by another table than the chip's."`
	Equal  bool   `help:"Answer the test part with integer machines of 2 to 8 bits, too, and compare at equal accuracy."`
	folders
	HTML string `name:"html" placeholder:"FILE" help:"Where the page goes; report.html in the record without it."`
	Plot string `placeholder:"FILE" help:"Draw loss and accuracy by epoch as a PNG."`
	JSON bool   `help:"Print a JSON line."`
}

// Run prices a finished run's event counts anew, and writes its page.
func (c *reportCmd) Run(ctx context.Context, s *streams) error {
	r, err := c.read(ctx)
	if err != nil {
		return err
	}
	if c.Plot != "" {
		title := fmt.Sprintf("%s on %s, seed %d", r.Record.Model, r.Record.Fabric, r.Record.Seed)
		if err := checkpoint.WriteFile(c.Plot, func(w io.Writer) error { return report.Curves(w, title, r.Metrics) }); err != nil {
			return err
		}
	}
	file := c.HTML
	if file == "" {
		file = filepath.Join(c.Record, "report.html")
	}
	if err := checkpoint.WriteFile(file, r.HTML); err != nil {
		return err
	}
	if !c.JSON {
		r.Text(s.out)
		fmt.Fprintf(s.out, "page: %s\n", file)
		return nil
	}
	return printJSON(s.out, r.Map())
}

// read gathers what the report is about.
func (c *reportCmd) read(ctx context.Context) (*report.Run, error) {
	r := &report.Run{}
	var err error
	if r.Record, err = job.ReadRecord(c.Record); err != nil {
		return nil, err
	}
	if _, r.Model, err = job.Reopen(c.Record, r.Record); err != nil {
		return nil, err
	}
	if c.Costs == "" {
		c.Costs = r.Model.Fabric().Chip.Costs
	}
	if r.Table, err = ledger.Lookup(c.Costs); err != nil {
		return nil, err
	}
	var book ledger.Book
	if err := json.Unmarshal(r.Record.Counts, &book); err != nil {
		return nil, fmt.Errorf("%s: its event counts: %w", c.Record, err)
	}
	r.Bill = ledger.Price(&book, &r.Model.Fabric().Chip, r.Table)
	if r.Metrics, err = job.Metrics(c.Record); err != nil {
		return nil, err
	}
	if r.Machine, err = job.Restore(c.Record, r.Record); err != nil {
		return nil, err
	}
	if c.Equal {
		pool := kernel.NewPool(0)
		defer pool.Close()
		r.Widths, err = job.CompareWidths(ctx, c.Record, job.Options{Data: c.searched(), Pool: pool})
	}
	return r, err
}
