package dataset

import (
	"fmt"
	"math"
)

// maxClasses bounds a label: beyond it a column of something else was taken for
// labels.
const maxClasses = 1 << 20

const labelHint = "a label is the number of its class, counted from 0"

// notLabel says why v cannot be a label, or nothing if it can.
func notLabel(v float64) string {
	switch {
	case v != math.Trunc(v) || math.IsNaN(v):
		return fmt.Sprintf("%g is not a whole number", v)
	case v < 0:
		return fmt.Sprintf("%g is negative", v)
	case v >= maxClasses:
		return fmt.Sprintf("%g is too large for a class", v)
	}
	return ""
}

// classes returns the number of classes that labels speak of: the largest plus 1.
func classes(labels []int32) int {
	n := 0
	for _, k := range labels {
		n = max(n, int(k)+1)
	}
	return n
}

func labelsOfBytes(pix []byte) []int32 {
	labels := make([]int32, len(pix))
	for i, b := range pix {
		labels[i] = int32(b)
	}
	return labels
}
