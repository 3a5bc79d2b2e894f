package montecarlo

import (
	"context"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/stat"

	"acl/fabric"
	"acl/lang/quantity"
)

// MaxDies is the largest number of dies of one measurement.
const MaxDies = 1_000_000

// Options say what is measured. Dies begin with the chip's own die.
type Options struct {
	Dies  int
	Rows  int    // of a column; 0: those of the chip's tiles
	Limit *Limit // of the error; nil: none
}

// Result is the spread of a unit's error over dies.
type Result struct {
	Unit     string
	Doc      string
	At       string       // the operating point
	Dim      quantity.Dim // of all errors
	First    int          // number of the first die
	Errors   []float64    // in the order of the dies
	Mean, SD float64
	// Percentiles of the errors, those that Levels names.
	Percentiles [len(Levels)]float64
	Limit       *Limit // nil: none
	Yield       *Yield // nil where there is no limit
	Expected    *Expectation
}

// Levels are the percentiles of a result, in percent.
var Levels = [...]float64{1, 5, 25, 50, 75, 95, 99}

// Measure measures a unit of a chip. The error names an option or a setting of the
// chip that cannot be, or tells that ctx ended it.
func Measure(ctx context.Context, unit string, chip *fabric.Chip, o Options) (*Result, error) {
	u, err := find(unit)
	if err != nil {
		return nil, err
	}
	b, err := o.bench(u, chip)
	if err != nil {
		return nil, err
	}
	m := u.make(b)
	r := &Result{
		Unit: u.Name, Doc: u.Doc, At: m.at, Dim: u.Dim, First: chip.Die, Limit: o.Limit, Expected: m.expected,
		Errors: make([]float64, o.Dies),
	}
	s := spreadsOf(chip)
	for i := range r.Errors {
		if i%64 == 0 && ctx.Err() != nil {
			return nil, fmt.Errorf("stopped at die %d of %d: %w", i, o.Dies, ctx.Err())
		}
		if r.Errors[i], err = m.error(newDie(s, chip.Die+i, u.Name)); err != nil {
			return nil, fmt.Errorf("%s on die %d: %w", u.Name, chip.Die+i, err)
		}
	}
	r.summarise()
	return r, nil
}

// bench checks the options.
func (o *Options) bench(u *Unit, chip *fabric.Chip) (*bench, error) {
	switch {
	case o.Dies < 2 || o.Dies > MaxDies:
		return nil, fmt.Errorf("%d dies: a spread takes 2 to %d", o.Dies, MaxDies)
	case o.Rows != 0 && !u.rows:
		return nil, fmt.Errorf("rows %d: a %s has none", o.Rows, u.Name)
	case o.Rows < 0 || o.Rows > chip.Tiles.Size.H:
		return nil, fmt.Errorf("rows %d: a tile of the chip has 1 to %d", o.Rows, chip.Tiles.Size.H)
	}
	b := &bench{chip: chip, rows: o.Rows}
	if b.rows == 0 {
		b.rows = chip.Tiles.Size.H
	}
	return b, nil
}

func (r *Result) summarise() {
	r.Mean, r.SD = stat.MeanStdDev(r.Errors, nil)
	sorted := slices.Clone(r.Errors)
	slices.Sort(sorted)
	for i, level := range Levels {
		r.Percentiles[i] = stat.Quantile(level/100, stat.LinInterp, sorted, nil)
	}
	r.Yield = yieldOf(r.Errors, r.Limit)
}
