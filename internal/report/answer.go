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
func Answer(w io.Writer, a *job.Answer) {
	fmt.Fprintf(w, "die %d", a.Die)
	if a.After > 0 {
		fmt.Fprintf(w, " after %s", seconds(a.After))
	}
	fmt.Fprintf(w, ": top-1 %s  top-5 %s  (%d rows)  %s and %s an answer\n",
		percent(a.Score.Top1), percent(a.Score.Top5), a.Score.N,
		joules(a.Energy/float64(max(a.Score.N, 1))), seconds(a.Latency/float64(max(a.Score.N, 1))))
}

// Answers is what several dies have in common, and the confusion of the first.
func Answers(w io.Writer, list []job.Answer) {
	if len(list) == 0 {
		return
	}
	if len(list) > 1 {
		top := make([]float64, len(list))
		for i := range list {
			top[i] = list[i].Score.Top1
		}
		mean, sd := stat.MeanStdDev(top, nil)
		fmt.Fprintf(w, "mean of %d: top-1 %s, standard deviation %.2f points\n", len(list), percent(mean), 100*sd)
	}
	Confusion(w, list[0].Score)
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
