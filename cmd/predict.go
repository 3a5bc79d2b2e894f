package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"acl/fabric/kernel"
	"acl/internal/dataset"
	"acl/internal/job"
)

type predictCmd struct {
	Record string   `arg:"" name:"run" help:"Folder of a run record."`
	Files  []string `arg:"" name:"image" help:"What is asked about: .png, .jpg or .gif images, .npy arrays, .csv rows without a label."`
	Top    int      `default:"5" help:"How many classes are printed, the likeliest first."`
	JSON   bool     `help:"Print JSON lines, with the probability of every class."`
}

// Run answers each row of each file with the run's chip.
func (c *predictCmd) Run(ctx context.Context, s *streams) error {
	if c.Top < 1 {
		return fmt.Errorf("--top %d: want 1 or more", c.Top)
	}
	pool := kernel.NewPool(0)
	defer pool.Close()
	list, err := job.Predict(ctx, c.Record, c.Files, job.Options{Pool: pool})
	var e *dataset.Error
	if errors.As(err, &e) && e.Hint != "" {
		return fmt.Errorf("%w; %s", err, e.Hint)
	}
	if err != nil {
		return err
	}
	f := programFlags{JSON: c.JSON}
	for i := range list {
		p := &list[i]
		f.print(s, p.Map(), func() { printPrediction(s.out, p, c.Top) })
	}
	return nil
}

// printPrediction prints a line: the classes with their probabilities, or what the
// ports put out.
func printPrediction(w io.Writer, p *job.Prediction, top int) {
	var parts []string
	for _, k := range p.Best(top) {
		name := fmt.Sprint(k)
		if p.Classes != nil {
			name += " (" + p.Classes[k] + ")"
		}
		parts = append(parts, fmt.Sprintf("%s %.2f %%", name, 100*p.Shares[k]))
	}
	if p.Shares == nil {
		for name, y := range p.Outputs {
			parts = append(parts, fmt.Sprintf("%s %.4g", name, y))
		}
		slices.Sort(parts)
	}
	fmt.Fprintf(w, "%s row %d: %s\n", p.Row.File, p.Row.Number, strings.Join(parts, ", "))
}
