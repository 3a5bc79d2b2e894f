package experiment

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Giving up. After each seed the cells that are left are compared by the first
// metric of the report. The spread between seeds is taken to be the same in all of
// them and pooled; a cell goes whose mean is behind the best by more than chance
// gives once in a thousand times. It takes two seeds to know a spread, so that no
// cell goes before. All trials of a seed are done when this is asked, so that the
// answer does not depend on who was first.

// giveUp is the chance of dropping a cell that is as good as the best, each time.
const giveUp = 1e-3

// prune notes the cells that cannot win, with the number of seeds that they had.
func (r *runner) prune(dropped map[int]int) {
	metrics := r.g.Metrics()
	if len(metrics) == 0 {
		return
	}
	t := tabulate(r.p, r.g, r.found, dropped)
	sign := -1.0
	if rising(metrics[0]) {
		sign = 1
	}
	best, squares, freedom := math.Inf(-1), 0.0, 0
	alive := map[int]Stat{}
	for _, row := range t.Rows {
		s, ok := row.Stats[metrics[0]]
		if !ok || row.Pruned || s.N < 2 {
			continue
		}
		alive[row.Cell.Number] = s
		best = math.Max(best, sign*s.Mean)
		squares += float64(s.N-1) * s.SD * s.SD
		freedom += s.N - 1
	}
	if len(alive) < 2 || freedom == 0 {
		return
	}
	chance := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(freedom)}.Quantile(1 - giveUp)
	for cell, s := range alive {
		if behind := best - sign*s.Mean; behind > chance*math.Sqrt(squares/float64(freedom)*2/float64(s.N)) {
			dropped[cell] = s.N
		}
	}
}
