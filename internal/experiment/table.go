package experiment

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"acl/internal/job"
	"acl/lang/check"
)

// Table is what an experiment has found, a row a cell.
type Table struct {
	Experiment string
	Metrics    []string // of the report, in its order, without those that are no number
	Baseline   string   // the case that others are compared with; empty for none
	Rows       []Row
	Trials     []Outcome // in the order of the plan
}

// Row is a cell with the statistics of its trials.
type Row struct {
	Cell    *check.Cell
	Planned int // trials
	Done    int
	Pruned  bool
	Stats   map[string]Stat // by metric; one that no trial has is absent
}

// Stat is a metric over a cell's trials. SD is the sample's standard deviation,
// NaN for a single one. Delta is the mean difference to the baseline's trials of
// the same seed and die, and DeltaSD that of those differences; both are NaN in the
// baseline's own row and where there is none.
type Stat struct {
	N              int
	Mean, SD       float64
	Delta, DeltaSD float64
}

// Value is a metric of a finished trial, NaN where it does not apply.
func (o Outcome) Value(metric string) float64 {
	at := any(o.Result)
	for _, key := range pathOf(metric) {
		m, ok := at.(map[string]any)
		if !ok {
			return math.NaN()
		}
		at = m[key]
	}
	if v, ok := at.(float64); ok {
		return v
	}
	return math.NaN()
}

// pathOf is where a record's result has a metric.
func pathOf(metric string) []string {
	switch metric {
	case "accuracy":
		return []string{"top1"}
	case "energy":
		return []string{"energy_j", "total"}
	case "latency":
		return []string{"latency_s"}
	}
	return []string{metric}
}

// rising reports whether more of a metric is better.
func rising(metric string) bool {
	return slices.Contains([]string{"accuracy", "top1", "top5", "utilization"}, metric)
}

// tabulate makes the table of what was found, in whatever order it came.
func tabulate(p *job.Program, g *job.Grid, found []Outcome, dropped map[int]int) *Table {
	t := &Table{Experiment: g.Experiment.Name, Metrics: g.Metrics(), Baseline: g.Baseline()}
	order := map[[3]int]int{}
	planned := map[int]int{}
	for i, trial := range p.Trials(g) {
		order[key(trial)] = i
		planned[trial.Cell.Number]++
	}
	t.Trials = slices.Clone(found)
	slices.SortFunc(t.Trials, func(a, b Outcome) int { return order[key(a.Trial)] - order[key(b.Trial)] })
	for _, c := range g.Cells {
		mine := t.of(c)
		row := Row{Cell: c, Planned: planned[c.Number], Done: len(mine), Stats: map[string]Stat{}}
		_, row.Pruned = dropped[c.Number]
		base := t.of(baselineOf(g, c))
		for _, m := range t.Metrics {
			if s, ok := statOf(m, mine, base); ok {
				row.Stats[m] = s
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func key(t *job.Trial) [3]int { return [3]int{t.Cell.Number, t.Seed, t.Die} }

// of is the finished trials of a cell, nil for none.
func (t *Table) of(c *check.Cell) []Outcome {
	var out []Outcome
	for _, o := range t.Trials {
		if c != nil && o.Trial.Cell.Number == c.Number {
			out = append(out, o)
		}
	}
	return out
}

// baselineOf is the cell of the baseline's case with the same values; nil for
// the baseline itself.
func baselineOf(g *job.Grid, c *check.Cell) *check.Cell {
	if g.Baseline() == "" || c.Case == g.Baseline() {
		return nil
	}
	for _, other := range g.Cells {
		if other.Case == g.Baseline() && slices.EqualFunc(other.Values, c.Values, sameValue) {
			return other
		}
	}
	return nil
}

func sameValue(a, b check.Varied) bool { return a.Path == b.Path && a.Text == b.Text }

// statOf is a metric over trials, compared with those of the baseline; ok is false
// where no trial has it.
func statOf(metric string, mine, base []Outcome) (s Stat, ok bool) {
	values := valuesOf(metric, mine)
	if len(values) == 0 {
		return s, false
	}
	s.N = len(values)
	s.Mean, s.SD = meanSD(values)
	var apart []float64
	for _, o := range mine {
		for _, b := range base {
			if d := o.Value(metric) - b.Value(metric); b.Trial.Seed == o.Trial.Seed && b.Trial.Die == o.Trial.Die && !math.IsNaN(d) {
				apart = append(apart, d)
			}
		}
	}
	s.Delta, s.DeltaSD = meanSD(apart)
	return s, true
}

func valuesOf(metric string, list []Outcome) []float64 {
	var out []float64
	for _, o := range list {
		if v := o.Value(metric); !math.IsNaN(v) {
			out = append(out, v)
		}
	}
	return out
}

// meanSD is NaN where there is nothing to say.
func meanSD(v []float64) (mean, sd float64) {
	switch len(v) {
	case 0:
		return math.NaN(), math.NaN()
	case 1:
		return v[0], math.NaN()
	}
	return stat.MeanStdDev(v, nil)
}
