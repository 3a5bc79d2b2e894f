package fitting

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/optimize"
	"gonum.org/v1/gonum/stat"

	"acl/fabric/array"
	"acl/lang/diag"
	"acl/lang/source"
)

// A Fit is the law of a cell as far as a curve shows it.
type Fit struct {
	Curve    *Curve
	Up, Down *Side // nil: the curve has too few pulses of the sign
	// RMS is that of the differences between each weight and the one that the law
	// gives from the weight before; Worst the largest of them, behind pulse WorstAt.
	RMS, Worst float64
	WorstAt    int
}

// A Side is the law of the pulses of one sign. Of down pulses everything is
// mirrored, so that both read alike.
type Side struct {
	Pulses int     // that it was fitted to
	Step   float64 // of a pulse at weight 0
	Slope  float64 // loss of the step for a weight of 1
	// Bound is the largest magnitude of a weight, 1 where the curve did not reach it.
	Bound   float64
	Reached bool
	Cycle   float64 // sd of a pulse's step, of the step
}

// Asymmetry is γ, the slope in steps over the range: slope·bound/step.
func (s *Side) Asymmetry() float64 { return s.Slope * s.Bound / s.Step }

// fewest is the number of trains of one sign that a law of three numbers takes.
const fewest = 3

// Of fits the law to a curve of a file by least squares of the weight behind each
// train, given the one before: steps that vary from pulse to pulse leave errors
// that way which are independent, which those of the whole course are not.
func Of(c *Curve, f *source.File) (*Fit, diag.List) {
	out := &Fit{Curve: c}
	var list diag.List
	for _, sign := range []int{1, -1} {
		moves := movesOf(c, sign)
		if len(moves) < fewest {
			continue
		}
		s, err := fitSide(moves)
		if err != nil {
			list.Add(diag.Errorf(codeFile, f.Span(0, 0), "%s pulses: %v", name(sign), err))
			continue
		}
		if sign > 0 {
			out.Up = s
		} else {
			out.Down = s
		}
	}
	if out.Up == nil && out.Down == nil && !list.HasErrors() {
		list.Add(diag.Errorf(codeFile, f.Span(0, 0),
			"a law takes %d rows of up pulses, or of down pulses, behind the first row, and this file has %d and %d",
			fewest, len(movesOf(c, 1)), len(movesOf(c, -1))))
	}
	if list.HasErrors() {
		return nil, list
	}
	out.judge()
	return out, nil
}

func name(sign int) string {
	if sign > 0 {
		return "up"
	}
	return "down"
}

// A move is one train, mirrored where it goes down.
type move struct {
	from, to float64
	pulses   int
}

func movesOf(c *Curve, sign int) []move {
	var out []move
	w := c.Start
	for _, t := range c.Trains {
		if t.Pulses*sign > 0 {
			out = append(out, move{from: w * float64(sign), to: t.Weight * float64(sign), pulses: t.Pulses * sign})
		}
		w = t.Weight
	}
	return out
}

// fitSide starts from the straight line through the steps below the top, then
// looks for step, slope and bound together. A bound that no pulse ran into is left
// out, and step and slope found without it.
func fitSide(moves []move) (*Side, error) {
	top, bottom := math.Inf(-1), math.Inf(1)
	for _, m := range moves {
		top, bottom = max(top, m.from, m.to), min(bottom, m.from, m.to)
	}
	start, err := line(moves, top-0.02*(top-bottom))
	if err != nil {
		return nil, err
	}
	start.Bound = top
	s, err := solve(moves, start, true)
	if err != nil {
		return nil, err
	}
	if s.Reached = s.pressed(moves) >= 2; !s.Reached {
		start.Bound = math.Inf(1)
		if s, err = solve(moves, start, false); err != nil {
			return nil, err
		}
	}
	if !(s.Step > 0) {
		return nil, fmt.Errorf("they move the weight by %.3g at weight 0, which is the wrong way", s.Step)
	}
	for _, m := range moves {
		s.Pulses += m.pulses
	}
	s.Cycle = s.cycle(moves)
	if !s.Reached {
		s.Bound = 1
	}
	return s, nil
}

// line is the law of the straight line through the mean steps of the moves that end
// below a weight, by linear regression; of all where those are too few.
func line(moves []move, below float64) (*Side, error) {
	var x, y []float64
	for _, m := range moves {
		if m.to < below {
			x, y = append(x, m.from), append(y, (m.to-m.from)/float64(m.pulses))
		}
	}
	if len(x) < fewest {
		x, y = nil, nil
		for _, m := range moves {
			x, y = append(x, m.from), append(y, (m.to-m.from)/float64(m.pulses))
		}
	}
	s := &Side{Step: stat.Mean(y, nil)}
	if stat.Variance(x, nil) > 0 {
		var slope float64
		s.Step, slope = stat.LinearRegression(x, y, nil, false)
		s.Slope = -slope
	}
	if !(s.Step > 0) {
		return nil, fmt.Errorf("they move the weight by %.3g at weight 0, which is the wrong way", s.Step)
	}
	return s, nil
}

// solve minimises the squares from a start, with the bound or without. The simplex
// of Nelder and Mead takes the corner that a bound makes.
func solve(moves []move, start *Side, bounded bool) (*Side, error) {
	at := func(x []float64) *Side {
		s := &Side{Step: x[0] * start.Step, Slope: x[1] * start.Step, Bound: start.Bound}
		if bounded {
			s.Bound = x[2]
		}
		return s
	}
	x := []float64{1, start.Slope / start.Step}
	if bounded {
		x = append(x, start.Bound)
	}
	problem := optimize.Problem{Func: func(x []float64) float64 { return at(x).squares(moves, start.Step) }}
	settings := &optimize.Settings{
		MajorIterations: 5000, FuncEvaluations: 20000,
		Converger: &optimize.FunctionConverge{Absolute: 1e-14, Relative: 1e-12, Iterations: 100},
	}
	r, err := optimize.Minimize(problem, x, settings, &optimize.NelderMead{SimplexSize: 0.05})
	if err != nil {
		return nil, fmt.Errorf("no law was found: %w", err)
	}
	return at(r.X), nil
}

// cell is the law as arrays compute with it, of up pulses.
func (s *Side) cell() array.Cell {
	return array.Cell{Up: s.Step, SlopeUp: s.Slope, Min: math.Inf(-1), Max: s.Bound}
}

// squares is the mean of the squared errors in units of a step, each with the
// weight of its number of pulses, whose errors add up.
func (s *Side) squares(moves []move, step float64) float64 {
	cell, sum := s.cell(), 0.0
	for _, m := range moves {
		w, _ := cell.Pulse(m.from, m.pulses, 0, 0)
		e := (w - m.to) / step
		sum += e * e / float64(m.pulses)
	}
	return sum / float64(len(moves))
}

// pressed counts the moves that the law alone would take half a step or more beyond
// the bound: one may be an error, a cell at its bound makes many.
func (s *Side) pressed(moves []move) int {
	free := s.cell()
	free.Max = math.Inf(1)
	count := 0
	for _, m := range moves {
		if w, _ := free.Pulse(m.from, m.pulses, 0, 0); w > s.Bound+s.Step/2 {
			count++
		}
	}
	return count
}

// cycle is the spread of a step from the errors of the moves that stay clear of the
// bound; two numbers of the law have been taken from them.
func (s *Side) cycle(moves []move) float64 {
	cell, sum, count := s.cell(), 0.0, 0
	for _, m := range moves {
		w, _ := cell.Pulse(m.from, m.pulses, 0, 0)
		if w > s.Bound-3*s.Step {
			continue
		}
		e := (m.to - w) / s.Step
		sum += e * e / trainVariance(s.Slope, m.pulses)
		count++
	}
	if count <= 2 {
		return 0
	}
	return math.Sqrt(sum / float64(count-2))
}

// trainVariance is the variance behind n pulses in that of one: later pulses shrink
// the errors of earlier ones by 1-slope each.
func trainVariance(slope float64, n int) float64 {
	q := (1 - slope) * (1 - slope)
	if math.Abs(1-q) < 1e-9 {
		return float64(n)
	}
	return (1 - math.Pow(q, float64(n))) / (1 - q)
}

// judge computes the residuals of the whole curve.
func (f *Fit) judge() {
	w, sum, count := f.Curve.Start, 0.0, 0
	for _, t := range f.Curve.Trains {
		side, sign := f.Up, 1.0
		if t.Pulses < 0 {
			side, sign = f.Down, -1
		}
		if side != nil {
			cell := side.cell()
			if !side.Reached {
				cell.Max = math.Inf(1)
			}
			law, _ := cell.Pulse(sign*w, int(sign)*t.Pulses, 0, 0)
			e := math.Abs(t.Weight - sign*law)
			sum += e * e
			if count++; e > f.Worst || count == 1 {
				f.Worst, f.WorstAt = e, t.Index
			}
		}
		w = t.Weight
	}
	f.RMS = math.Sqrt(sum / float64(count))
}
