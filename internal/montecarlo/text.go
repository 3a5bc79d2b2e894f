package montecarlo

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"acl/lang/quantity"
)

// The size of a histogram in text.
const (
	textBins  = 15
	textWidth = 48
)

// Text writes the result for a reader: figures, then a histogram.
func (r *Result) Text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", r.Unit, r.Doc)
	fmt.Fprintf(&b, "at          %s\n", r.At)
	fmt.Fprintf(&b, "dies        %d, from %d\n", len(r.Errors), r.First)
	fmt.Fprintf(&b, "mean        %s\n", r.value(r.Mean))
	fmt.Fprintf(&b, "spread      %s\n", r.value(r.SD))
	if e := r.Expected; e != nil {
		fmt.Fprintf(&b, "expected    mean %s, spread %s, by the chip's statistics\n", r.value(e.Mean), r.value(e.SD))
	}
	for i, level := range Levels {
		fmt.Fprintf(&b, "%-11s %s\n", fmt.Sprintf("%g%%", level), r.value(r.Percentiles[i]))
	}
	if y := r.Yield; y != nil {
		fmt.Fprintf(&b, "yield       %.1f%% within %s: %d dies, %d below, %d above\n", 100*y.Share, r.within(), y.Within, y.Below, y.Above)
		fmt.Fprintf(&b, "confidence  %.1f%% .. %.1f%% of all dies, 95 times of 100\n", 100*y.Low, 100*y.High)
	}
	b.WriteByte('\n')
	r.bars(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// value is an error with its unit, to four digits.
func (r *Result) value(v float64) string {
	if r.Dim == quantity.None {
		return fmt.Sprintf("%.4g", v)
	}
	return quantity.Value{Num: v, Dim: r.Dim}.Digits(4)
}

// bars are the counts of equal ranges of the error; dies beyond the limit are drawn
// with x.
func (r *Result) bars(b *strings.Builder) {
	low, width, counts, beyond := r.histogram(textBins)
	most := slices.Max(counts)
	length := func(n int) int { return (n*textWidth + most - 1) / most } // a single die shows
	for i, n := range counts {
		bad := length(beyond[i])
		bar := strings.Repeat("#", length(n)-bad) + strings.Repeat("x", bad)
		line := fmt.Sprintf("%12s %6d %s", r.value(low+(float64(i)+0.5)*width), n, bar)
		fmt.Fprintln(b, strings.TrimRight(line, " "))
	}
}

// histogram counts the errors in equal ranges from low on, and those of them that are
// beyond the limit. All dies of a unit without spread are in the middle of a narrow
// one.
func (r *Result) histogram(bins int) (low, width float64, counts, beyond []int) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, e := range r.Errors {
		low, high = min(low, e), max(high, e)
	}
	if least := 1e-12 * (1 + math.Abs(high)); high-low < least {
		low, high = low-least, high+least
	}
	width = (high - low) / float64(bins)
	counts, beyond = make([]int, bins), make([]int, bins)
	for _, e := range r.Errors {
		at := min(int((e-low)/width), bins-1)
		counts[at]++
		if !r.Limit.holds(e) {
			beyond[at]++
		}
	}
	return low, width, counts, beyond
}
