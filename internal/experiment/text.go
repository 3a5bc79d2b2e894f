package experiment

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"acl/internal/job"
	"acl/lang/check"
	"acl/lang/quantity"
)

// Print writes the table for a reader: mean ± standard deviation of each metric,
// and below it the difference to the baseline.
func (t *Table) Print(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\n", t.Experiment)
	fmt.Fprintf(tw, "  %s\n", strings.Join(append(t.axes(), append(t.Metrics, "trials")...), "\t"))
	for i := range t.Rows {
		r := &t.Rows[i]
		line, apart := r.place(), make([]string, len(r.place()))
		compared := false
		for _, m := range t.Metrics {
			s, ok := r.Stats[m]
			line = append(line, s.text(m, ok))
			apart = append(apart, s.apart(m))
			compared = compared || ok && !math.IsNaN(s.Delta)
		}
		fmt.Fprintf(tw, "  %s\n", strings.Join(append(line, r.count()), "\t"))
		if compared {
			fmt.Fprintf(tw, "  %s\n", strings.Join(append(apart, "less "+t.Baseline), "\t"))
		}
	}
	tw.Flush()
}

// count says how many trials stand behind a row.
func (r *Row) count() string {
	switch {
	case r.Pruned:
		return fmt.Sprintf("%d, given up", r.Done)
	case r.Done < r.Planned:
		return fmt.Sprintf("%d of %d", r.Done, r.Planned)
	}
	return fmt.Sprint(r.Done)
}

func (s Stat) text(metric string, ok bool) string {
	switch {
	case !ok:
		return "-"
	case math.IsNaN(s.SD):
		return show(metric, s.Mean, "")
	}
	return show(metric, s.Mean, "") + " ± " + show(metric, s.SD, "")
}

func (s Stat) apart(metric string) string {
	if s.N == 0 || math.IsNaN(s.Delta) {
		return ""
	}
	sign := "+"
	if s.Delta < 0 {
		sign = "-"
	}
	out := show(metric, math.Abs(s.Delta), sign)
	if !math.IsNaN(s.DeltaSD) {
		out += " ± " + show(metric, s.DeltaSD, "")
	}
	return out
}

// show writes a metric with its unit.
func show(metric string, v float64, sign string) string {
	switch metric {
	case "accuracy", "top1", "top5", "utilization":
		return fmt.Sprintf("%s%.2f %%", sign, 100*v)
	case "energy":
		return sign + quantity.Value{Num: v, Dim: quantity.Energy}.Digits(4)
	case "latency":
		return sign + quantity.Value{Num: v, Dim: quantity.Time}.Digits(4)
	}
	return fmt.Sprintf("%s%.4g", sign, v)
}

// Map is a finished trial as a JSON line.
func (o Outcome) Map() map[string]any {
	out := map[string]any{}
	for k, v := range o.Result {
		out[k] = v
	}
	for k, v := range Place(o.Trial) {
		out[k] = v
	}
	out["event"], out["run"], out["kept"] = "result", o.Dir, o.Kept
	return out
}

// Place says in JSON which trial it is.
func Place(t *job.Trial) map[string]any {
	return map[string]any{
		"experiment": t.Cell.Experiment.Name, "cell": t.Cell.Number, "case": t.Cell.Case, "vary": varied(t.Cell.Values),
		"seed": t.Seed, "die": t.Die,
	}
}

func varied(list []check.Varied) map[string]string {
	out := map[string]string{}
	for _, v := range list {
		out[v.Path] = v.Text
	}
	return out
}

// Line is a finished trial for a reader.
func (o Outcome) Line(metrics []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "cell %d", o.Trial.Cell.Number)
	if label := Label(o.Trial.Cell, ", "); label != "" {
		fmt.Fprintf(&b, " (%s)", label)
	}
	fmt.Fprintf(&b, " seed %d die %d:", o.Trial.Seed, o.Trial.Die)
	for _, m := range metrics {
		if v := o.Value(m); !math.IsNaN(v) {
			fmt.Fprintf(&b, "  %s %s", m, show(m, v, ""))
		}
	}
	if o.Kept {
		b.WriteString("  (was there)")
	}
	return b.String()
}
