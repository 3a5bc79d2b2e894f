package array

import (
	"slices"
	"strconv"
)

// Copies of an array (physics.md §6.1) are arrays of their own: what is drawn once
// for a die and what is drawn for an event have streams by a path that ends in the
// copy's number. Only start values and the rounding of a change to whole pulses go
// by the path of number 0: all copies start alike and get the same pulses.

// twinName names the draws of a copy.
func twinName(path string, twin int) string {
	if twin > 0 {
		path += "#" + strconv.Itoa(twin)
	}
	return path
}

// Vote is what the outputs of copies come to (physics.md §6.1): their mean; their
// median, which survives fewer than half of them being wrong; or their majority,
// the mean of the most that lie within a distance of each other, where those are
// more than half, else the median. It sorts the outputs. Outputs that are equal to
// the bit give themselves.
func Vote(rule string, outputs []float32, distance float32) float32 {
	if rule == "mean" {
		return meanOf(outputs)
	}
	slices.Sort(outputs)
	n := len(outputs)
	if rule == "majority" {
		from, most := 0, 0
		for lo, hi := 0, 0; hi < n; hi++ {
			for outputs[hi]-outputs[lo] > distance {
				lo++
			}
			if hi-lo+1 > most {
				from, most = lo, hi-lo+1
			}
		}
		if 2*most > n {
			return meanOf(outputs[from : from+most])
		}
	}
	if n%2 == 1 {
		return outputs[n/2]
	}
	return meanOf(outputs[n/2-1 : n/2+1])
}

// meanOf is the mean, taken about the first so that equal values give themselves.
func meanOf(x []float32) float32 {
	var sum float32
	for _, v := range x[1:] {
		sum += v - x[0]
	}
	return x[0] + sum/float32(len(x))
}
