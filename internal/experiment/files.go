package experiment

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"
)

// Write puts the table into an experiment's folder: trials.csv, table.csv,
// table.json and a plot for each metric that a trial has.
func (t *Table) Write(dir string) error {
	if err := writeCSV(filepath.Join(dir, "trials.csv"), t.trialLines(dir)); err != nil {
		return err
	}
	if err := writeCSV(filepath.Join(dir, "table.csv"), t.rowLines()); err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(dir, "table.json"), t.Map()); err != nil {
		return err
	}
	for _, m := range t.Metrics {
		if !t.has(m) {
			continue
		}
		if err := write(filepath.Join(dir, m+".svg"), func(w io.Writer) error { return t.Plot(w, m) }); err != nil {
			return err
		}
	}
	return nil
}

// has reports whether any row has a metric.
func (t *Table) has(metric string) bool {
	for _, r := range t.Rows {
		if _, ok := r.Stats[metric]; ok {
			return true
		}
	}
	return false
}

func writeCSV(path string, lines [][]string) error {
	return write(path, func(w io.Writer) error { return csv.NewWriter(w).WriteAll(lines) })
}

// axes are the headings that name a cell: its number, its case and what varies.
func (t *Table) axes() []string {
	list := []string{"cell", "case"}
	for _, v := range t.Rows[0].Cell.Values {
		list = append(list, v.Path)
	}
	return list
}

func (r *Row) place() []string {
	list := []string{strconv.Itoa(r.Cell.Number), r.Cell.Case}
	for _, v := range r.Cell.Values {
		list = append(list, v.Text)
	}
	return list
}

// trialLines are trials.csv: exact numbers in SI, shares for accuracies.
func (t *Table) trialLines(dir string) [][]string {
	out := [][]string{append(append(t.axes(), "seed", "die"), append(t.Metrics, "digest", "record")...)}
	for _, o := range t.Trials {
		row := t.Rows[o.Trial.Cell.Number]
		line := append(row.place(), strconv.Itoa(o.Trial.Seed), strconv.Itoa(o.Trial.Die))
		for _, m := range t.Metrics {
			line = append(line, plain(o.Value(m)))
		}
		record, err := filepath.Rel(dir, o.Dir)
		if err != nil {
			record = o.Dir
		}
		out = append(out, append(line, fmt.Sprint(o.Result["digest"]), filepath.ToSlash(record)))
	}
	return out
}

// rowLines are table.csv.
func (t *Table) rowLines() [][]string {
	first := append(t.axes(), "planned", "done", "given_up")
	for _, m := range t.Metrics {
		first = append(first, m+"_mean", m+"_sd")
		if t.Baseline != "" {
			first = append(first, m+"_delta", m+"_delta_sd")
		}
	}
	out := [][]string{first}
	for i := range t.Rows {
		r := &t.Rows[i]
		line := append(r.place(), strconv.Itoa(r.Planned), strconv.Itoa(r.Done), strconv.FormatBool(r.Pruned))
		for _, m := range t.Metrics {
			s, ok := r.Stats[m]
			if !ok {
				nan := math.NaN()
				s = Stat{Mean: nan, SD: nan, Delta: nan, DeltaSD: nan}
			}
			line = append(line, plain(s.Mean), plain(s.SD))
			if t.Baseline != "" {
				line = append(line, plain(s.Delta), plain(s.DeltaSD))
			}
		}
		out = append(out, line)
	}
	return out
}

// plain is a number as a table of numbers has it, empty where there is none.
func plain(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// Map is the table as JSON has it.
func (t *Table) Map() map[string]any {
	rows := make([]map[string]any, len(t.Rows))
	for i := range t.Rows {
		r := &t.Rows[i]
		stats := map[string]any{}
		for m, s := range r.Stats {
			one := map[string]any{"n": s.N}
			for name, v := range map[string]float64{"mean": s.Mean, "sd": s.SD, "delta": s.Delta, "delta_sd": s.DeltaSD} {
				if !math.IsNaN(v) {
					one[name] = v
				}
			}
			stats[m] = one
		}
		rows[i] = map[string]any{
			"cell": r.Cell.Number, "case": r.Cell.Case, "vary": varied(r.Cell.Values), "planned": r.Planned, "done": r.Done,
			"given_up": r.Pruned, "metrics": stats,
		}
	}
	return map[string]any{"event": "table", "experiment": t.Experiment, "baseline": t.Baseline, "report": t.Metrics, "rows": rows}
}
