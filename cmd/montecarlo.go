package cmd

import (
	"context"
	"fmt"
	"text/tabwriter"

	"acl/internal/checkpoint"
	"acl/internal/montecarlo"
	"acl/lang/source"
)

type montecarloCmd struct {
	Unit string `arg:"" optional:"" help:"The unit; without one, the units are listed."`
	chipFlags
	Dies  int     `default:"1000" help:"How many dies, beginning with the chip's own."`
	Rows  *int    `help:"Rows of a column; those of the chip's tiles without it."`
	Limit *string `placeholder:"QUANTITY" help:"Prints the yield of dies whose error is at most this large: 1mV, 2%%; or a range: --limit='-1mV .. 3mV'."`
	PNG   string  `name:"png" placeholder:"FILE" help:"Draw the histogram."`
	JSON  bool    `help:"Print a JSON line, in SI units, with the error of every die."`
}

// Run measures a unit, or lists the units.
func (c *montecarloCmd) Run(ctx context.Context, s *streams) error {
	if c.Unit == "" {
		w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		for _, u := range montecarlo.Units {
			fmt.Fprintf(w, "%s\t%s\n", u.Name, u.Doc)
		}
		return w.Flush()
	}
	o := montecarlo.Options{Dies: c.Dies}
	if c.Rows != nil {
		if o.Rows = *c.Rows; o.Rows < 1 {
			return fmt.Errorf("--rows %d: at least one", o.Rows)
		}
	}
	if c.Limit != nil {
		limit, diags := montecarlo.LimitOf(c.Unit, source.NewFile("--limit", *c.Limit))
		if err := s.report(diags); err != nil {
			return err
		}
		o.Limit = limit
	}
	chip, err := c.open(s)
	if err != nil {
		return err
	}
	r, err := montecarlo.Measure(ctx, c.Unit, chip, o)
	if err != nil {
		return err
	}
	if c.PNG != "" {
		if err := checkpoint.WriteFile(c.PNG, r.PNG); err != nil {
			return err
		}
	}
	if c.JSON {
		return printJSON(s.out, dieMap(r))
	}
	return r.Text(s.out)
}

func dieMap(r *montecarlo.Result) map[string]any {
	percentiles := map[string]float64{}
	for i, level := range montecarlo.Levels {
		percentiles[fmt.Sprint(level)] = r.Percentiles[i]
	}
	m := map[string]any{
		"unit": r.Unit, "at": r.At, "measure": r.Dim.UnitName(), "first": r.First, "mean": r.Mean, "sd": r.SD,
		"percentiles": percentiles, "errors": r.Errors,
	}
	if y := r.Yield; y != nil {
		m["limit"], m["yield"] = []float64{r.Limit.Low, r.Limit.High}, y.Share
		m["within"], m["below"], m["above"], m["yield_95"] = y.Within, y.Below, y.Above, []float64{y.Low, y.High}
	}
	if r.Expected != nil {
		m["expected"] = map[string]float64{"mean": r.Expected.Mean, "sd": r.Expected.SD}
	}
	return m
}
