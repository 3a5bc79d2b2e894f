package montecarlo

import (
	"fmt"
	"io"
	"math"
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
	if r.Limit > 0 {
		fmt.Fprintf(&b, "yield       %.1f%% within ±%s\n", 100*r.Yield, r.value(r.Limit))
	}
	b.WriteByte('\n')
	r.bars(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// value is an error with its unit, to four digits.
func (r *Result) value(v float64) string {
	if r.Measure == "" {
		return fmt.Sprintf("%.4g", v)
	}
	return quantity.Value{Num: v, Dim: quantity.Voltage}.Digits(4)
}

// bars are the counts of equal ranges of the error. A bin that is wholly or partly
// beyond the limit is drawn with x.
func (r *Result) bars(b *strings.Builder) {
	low, width, counts := r.histogram(textBins)
	most := 1
	for _, n := range counts {
		most = max(most, n)
	}
	for i, n := range counts {
		from, to := low+float64(i)*width, low+float64(i+1)*width
		mark := "#"
		if r.Limit > 0 && max(math.Abs(from), math.Abs(to)) > r.Limit {
			mark = "x"
		}
		length := (n*textWidth + most - 1) / most // a single die shows
		line := fmt.Sprintf("%12s %6d %s", r.value((from+to)/2), n, strings.Repeat(mark, length))
		fmt.Fprintln(b, strings.TrimRight(line, " "))
	}
}

// histogram counts the errors in equal ranges from low on. All dies of a unit
// without spread are in the middle of a narrow one.
func (r *Result) histogram(bins int) (low, width float64, counts []int) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, e := range r.Errors {
		low, high = min(low, e), max(high, e)
	}
	if least := 1e-12 * (1 + math.Abs(high)); high-low < least {
		low, high = low-least, high+least
	}
	width = (high - low) / float64(bins)
	counts = make([]int, bins)
	for _, e := range r.Errors {
		counts[min(int((e-low)/width), bins-1)]++
	}
	return low, width, counts
}
