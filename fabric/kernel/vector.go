package kernel

import "math"

// Portable twins of the element-wise kernels in assembly. Operands have the length
// of y, which may be one of them.

func addPortable(y, a, b []float32) {
	for i := range y {
		y[i] = a[i] + b[i]
	}
}

// addRowsPortable adds b to rows of y, ld apart.
func addRowsPortable(y []float32, ld int, b []float32, rows int) {
	for r := range rows {
		row := y[r*ld:][:len(b)]
		addPortable(row, row, b)
	}
}

func subPortable(y, a, b []float32) {
	for i := range y {
		y[i] = a[i] - b[i]
	}
}

func mulPortable(y, a, b []float32) {
	for i := range y {
		y[i] = float32(a[i] * b[i])
	}
}

func scalePortable(y []float32, k float32) {
	for i := range y {
		y[i] *= k
	}
}

// timesPortable writes k·a to y.
func timesPortable(y, a []float32, k float32) {
	for i := range y {
		y[i] = float32(k * a[i])
	}
}

// addScaledPortable adds k·a to y.
func addScaledPortable(y, a []float32, k float32) {
	for i := range y {
		y[i] += float32(k * a[i])
	}
}

// addProductPortable adds a·b to y.
func addProductPortable(y, a, b []float32) {
	for i := range y {
		y[i] += float32(a[i] * b[i])
	}
}

// reluPortable writes a - k, or +0 where it is not positive, to y.
func reluPortable(y, a []float32, k float32) {
	for i, v := range a {
		y[i] = max(v-k, 0)
	}
}

// maskPortable writes a to y where b is above k, else 0.
func maskPortable(y, a, b []float32, k float32) {
	for i, v := range a {
		if !(b[i] > k) {
			v = 0
		}
		y[i] = v
	}
}

// maskOverPortable writes a to y where b is above c, else 0.
func maskOverPortable(y, a, b, c []float32) {
	for i, v := range a {
		if !(b[i] > c[i]) {
			v = 0
		}
		y[i] = v
	}
}

// clipPortable limits y to ±limit, which is positive, and counts what it changed.
func clipPortable(y []float32, limit float32) (clipped int64) {
	for i, a := range y {
		switch {
		case a > limit:
			y[i] = limit
			clipped++
		case a < -limit:
			y[i] = -limit
			clipped++
		}
	}
	return clipped
}

// railPortable limits y to ±at, and then to ±limit, and rounds it to multiples of step. It
// returns how many elements the first limit changed.
func railPortable(y []float32, at, limit, step float32) (clipped int64) {
	clipped = clipPortable(y, at)
	clipPortable(y, limit)
	convertPortable(y, step)
	return clipped
}

// convertPortable rounds y to multiples of step, halves to the even multiple.
func convertPortable(y []float32, step float32) {
	for i, a := range y {
		y[i] = float32(step * float32(math.RoundToEven(float64(a/step))))
	}
}

// largestPortable writes the element of each window of x that is largest, the first of them, and
// its index to y and win. jitter, nil or as long as x, is added for the comparison.
func largestPortable(y []float32, win []int32, x, jitter []float32, l *windowLine) {
	for i := range y {
		window, c := i/l.channels, i%l.channels
		var best float32
		win[i] = -1
		for k := range l.rows * l.cols {
			at := l.at + window*l.step + k/l.cols*l.line + k%l.cols*l.channels + c
			seen := x[at]
			if jitter != nil {
				seen += jitter[at]
			}
			if seen > best || win[i] < 0 {
				y[i], win[i], best = x[at], int32(at), seen
			}
		}
	}
}

// winnersPortable writes, to each element of each window of dx, its error in dy where it is the winner,
// else 0.
func winnersPortable(dx, dy []float32, win []int32, l *windowLine) {
	for i, d := range dy {
		window, c := i/l.channels, i%l.channels
		for k := range l.rows * l.cols {
			at := l.at + window*l.step + k/l.cols*l.line + k%l.cols*l.channels + c
			dx[at] = 0
			if int(win[i]) == at {
				dx[at] += d
			}
		}
	}
}

// topBitsPortable returns the largest |x| as bits; NaN is above all numbers.
func topBitsPortable(x []float32) uint32 {
	var top uint32
	for _, v := range x {
		top = max(top, math.Float32bits(v)&0x7fffffff)
	}
	return top
}
