package fitting

import (
	"fmt"
	"io"
	"strings"
)

// Text writes the fit as a cell block of a fabric, and what speaks for it as
// comments behind it, so that all of it can stand in a program.
func (f *Fit) Text(w io.Writer) error {
	step, asymmetry, cycle := f.Cell()
	var b strings.Builder
	fmt.Fprintln(&b, "cell {")
	fmt.Fprintln(&b, "  law:       linear_step;")
	fmt.Fprintf(&b, "  step:      %.4g;%s\n", step, f.sides(func(s *Side) float64 { return s.Step }))
	fmt.Fprintf(&b, "  asymmetry: %.4g;%s\n", max(asymmetry, 0), f.sides((*Side).Asymmetry))
	fmt.Fprintf(&b, "  spread { cycle: %.3g%%; }\n", 100*cycle)
	fmt.Fprintln(&b, "}")
	if asymmetry < 0 {
		fmt.Fprintf(&b, "// asymmetry: %.3g was measured, steps that grow with the weight; a cell's is 0 at least\n", asymmetry)
	}
	if f.Up != nil && f.Down != nil {
		fmt.Fprintf(&b, "// symmetry: %.3g, (up - down)/(up + down) of the steps\n", f.Symmetry())
	}
	for _, s := range []struct {
		name string
		side *Side
	}{{"up", f.Up}, {"down", f.Down}} {
		fmt.Fprintf(&b, "// %s: %s\n", s.name, s.side.describe())
	}
	if c := f.Curve; c.Scaled {
		fmt.Fprintf(&b, "// conductances of %.6g .. %.6g were taken for weights of -1 .. 1\n", c.Low, c.High)
	}
	if o := f.Curve.Beyond; o.Rows > 0 {
		fmt.Fprintf(&b, "// weights beyond -1 .. 1 in %d rows, first in line %d, up to %.4g: a chip's cells end at 1 before spread.bounds\n", o.Rows, o.Line, o.Largest)
	}
	fmt.Fprintf(&b, "// residual: rms %.3g, %.3g of a step; largest %.3g, behind pulse %d\n", f.RMS, f.RMS/step, f.Worst, f.WorstAt)
	_, err := io.WriteString(w, b.String())
	return err
}

// Cell returns what a cell block holds: the means of the two signs.
func (f *Fit) Cell() (step, asymmetry, cycle float64) {
	n := 0.0
	for _, s := range []*Side{f.Up, f.Down} {
		if s != nil {
			step, asymmetry, cycle, n = step+s.Step, asymmetry+s.Asymmetry(), cycle+s.Cycle, n+1
		}
	}
	return step / n, asymmetry / n, cycle / n
}

// Symmetry is (s_up - s_down)/(s_up + s_down), r of a cell in steps; both signs have
// to be there.
func (f *Fit) Symmetry() float64 { return (f.Up.Step - f.Down.Step) / (f.Up.Step + f.Down.Step) }

// sides is a comment with the value of each sign, where there are two.
func (f *Fit) sides(of func(*Side) float64) string {
	if f.Up == nil || f.Down == nil {
		return ""
	}
	return fmt.Sprintf("  // up %.4g, down %.4g", of(f.Up), of(f.Down))
}

func (s *Side) describe() string {
	if s == nil {
		return "too few pulses for a law"
	}
	bound := "bound not reached"
	if s.Reached {
		bound = fmt.Sprintf("bound %.4g", s.Bound)
	}
	return fmt.Sprintf("%d pulses, %s, cycle %.3g%%", s.Pulses, bound, 100*s.Cycle)
}
