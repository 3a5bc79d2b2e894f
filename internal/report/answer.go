package report

import (
	"fmt"
	"io"
	"strings"

	"gonum.org/v1/gonum/stat"

	"acl/fabric/dcu"
	"acl/internal/job"
)

// Answer is what one die answered.
func Answer(w io.Writer, m *job.Model, a *job.Answer) {
	fmt.Fprintf(w, "die %d", a.Die)
	if a.After > 0 {
		fmt.Fprintf(w, " after %s", seconds(a.After))
	}
	fmt.Fprint(w, ":")
	metrics(w, m, a.Score)
	n := float64(max(a.Score.N, 1))
	if m.Reported("energy") && !m.Fabric().Chip.Ideal {
		fmt.Fprintf(w, "  %s", joules(a.Energy/n))
	}
	if m.Reported("latency") {
		fmt.Fprintf(w, "  %s", seconds(a.Latency/n))
	}
	fmt.Fprintf(w, "  (each of %d rows)\n", a.Score.N)
}

// Answers is what several dies have in common, and the confusion of the first
// where it is asked for.
func Answers(w io.Writer, m *job.Model, list []job.Answer) {
	if len(list) == 0 {
		return
	}
	if m.Reported("top1") {
		for i := range list {
			if list[i].Die == list[0].Die {
				means(w, list, list[i].After)
			}
		}
	}
	if m.Reported("confusion") {
		Confusion(w, list[0].Score)
	}
}

// means is the top-1 of all dies after one time on the shelf; nothing for one die.
func means(w io.Writer, list []job.Answer, after float64) {
	var top []float64
	for i := range list {
		if list[i].After == after {
			top = append(top, list[i].Score.Top1)
		}
	}
	if len(top) < 2 {
		return
	}
	fmt.Fprintf(w, "mean of %d", len(top))
	if after > 0 {
		fmt.Fprintf(w, " after %s", seconds(after))
	}
	mean, sd := stat.MeanStdDev(top, nil)
	fmt.Fprintf(w, ": top-1 %s, standard deviation %.2f points\n", percent(mean), 100*sd)
}

// Confusion is a table of true classes by answered classes, nothing without
// labels.
func Confusion(w io.Writer, s dcu.Score) {
	if s.Confusion == nil {
		return
	}
	fmt.Fprintf(w, "confusion, rows true and columns answered:\n")
	widest := len(fmt.Sprint(s.N))
	for i, row := range s.Confusion {
		var cells []string
		for _, n := range row {
			text := fmt.Sprint(n)
			if n == 0 {
				text = "."
			}
			cells = append(cells, fmt.Sprintf("%*s", widest, text))
		}
		fmt.Fprintf(w, "  %3d  %s\n", i, strings.Join(cells, " "))
	}
}
