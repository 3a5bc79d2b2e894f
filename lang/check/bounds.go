package check

import (
	"fmt"
	"strconv"

	"acl/lang/quantity"
	"acl/lang/sig"
)

// bounds is what is wrong with a value's size, or nothing. A list, a range and a
// size are bounded in each of their numbers.
func bounds(v sig.Value, t sig.Type) string {
	switch v := v.(type) {
	case sig.Size:
		return first(limit(float64(v.H), t), limit(float64(v.W), t))
	case sig.List:
		for _, item := range v {
			if msg := bounds(item, t); msg != "" {
				return msg
			}
		}
		return ""
	case sig.Range:
		return first(bounds(v.Low, t), bounds(v.High, t))
	}
	q, _, ok := number(v)
	if !ok {
		return ""
	}
	return limit(q.Num, t)
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func limit(x float64, t sig.Type) string {
	b := t.Bounded
	below := b.Min && (x < t.Min || b.OpenMin && x == t.Min)
	above := b.Max && (x > t.Max || b.OpenMax && x == t.Max)
	if !below && !above {
		return ""
	}
	want := ""
	switch {
	case b.Min && b.Max && b.OpenMax:
		want = fmt.Sprintf("from %s to below %s", figure(t.Min, t.Dim), figure(t.Max, t.Dim))
	case b.Min && b.Max:
		want = fmt.Sprintf("from %s to %s", figure(t.Min, t.Dim), figure(t.Max, t.Dim))
	case b.OpenMin:
		want = "above " + figure(t.Min, t.Dim)
	default:
		want = "at least " + figure(t.Min, t.Dim)
	}
	return fmt.Sprintf("got %s, want %s", figure(x, t.Dim), want)
}

func figure(x float64, d quantity.Dim) string {
	s := strconv.FormatFloat(x, 'g', -1, 64)
	if d != quantity.None {
		s += unitOf(d)
	}
	return s
}
