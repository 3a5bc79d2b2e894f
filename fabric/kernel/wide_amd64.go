package kernel

// Kernels in float64: each does as many whole vectors of features as there are, of all
// rows, and returns the number of features done.

// wholeWide is how many features are for the assembly, and the number of rows that n
// floats are.
func wholeWide(features, n int) (whole, rows int) {
	switch {
	case active == setPortable || features == 0 || n == 0:
		return 0, 0
	case active == setAVX512:
		return features &^ 7, n / features
	}
	return features &^ 3, n / features
}

func addWide(sum []float64, x []float32) int {
	n, rows := wholeWide(len(sum), len(x))
	switch {
	case n == 0:
	case active == setAVX512:
		addWideAVX512(&x[0], &sum[0], n, len(sum), rows)
	default:
		addWideAVX2(&x[0], &sum[0], n, len(sum), rows)
	}
	return n
}

func addSpread(sum []float64, x []float32, mean []float64) int {
	n, rows := wholeWide(len(sum), len(x))
	switch {
	case n == 0:
	case active == setAVX512:
		addSpreadAVX512(&x[0], &sum[0], &mean[0], n, len(sum), rows)
	default:
		addSpreadAVX2(&x[0], &sum[0], &mean[0], n, len(sum), rows)
	}
	return n
}

func addDots(sum, dot []float64, a, b []float32) int {
	n, rows := wholeWide(len(sum), len(a))
	switch {
	case n == 0:
	case active == setAVX512:
		addDotsAVX512(&a[0], &b[0], &sum[0], &dot[0], n, len(sum), rows)
	default:
		addDotsAVX2(&a[0], &b[0], &sum[0], &dot[0], n, len(sum), rows)
	}
	return n
}

func affine(y, x []float32, slope, shift []float64) int {
	n, rows := wholeWide(len(slope), len(y))
	switch {
	case n == 0:
	case active == setAVX512:
		affineAVX512(&x[0], &y[0], &slope[0], &shift[0], n, len(slope), rows)
	default:
		affineAVX2(&x[0], &y[0], &slope[0], &shift[0], n, len(slope), rows)
	}
	return n
}

func standard(y, x []float32, k float64, mean, inv []float64) int {
	n, rows := wholeWide(len(mean), len(y))
	switch {
	case n == 0:
	case active == setAVX512:
		standardAVX512(&x[0], &y[0], &mean[0], &inv[0], k, n, len(mean), rows)
	default:
		standardAVX2(&x[0], &y[0], &mean[0], &inv[0], k, n, len(mean), rows)
	}
	return n
}

func without(y, x []float32, gain, first, second []float64) int {
	n, rows := wholeWide(len(gain), len(y))
	switch {
	case n == 0:
	case active == setAVX512:
		withoutAVX512(&y[0], &x[0], &gain[0], &first[0], &second[0], n, len(gain), rows)
	default:
		withoutAVX2(&y[0], &x[0], &gain[0], &first[0], &second[0], n, len(gain), rows)
	}
	return n
}

func subWide(y, x []float32, k float64) int {
	n, rows := wholeWide(len(y), len(y))
	switch {
	case n == 0:
	case active == setAVX512:
		subWideAVX512(&y[0], &x[0], k, n, len(y), rows)
	default:
		subWideAVX2(&y[0], &x[0], k, n, len(y), rows)
	}
	return n
}

func scaleWide(y, x []float32, k float64) int {
	n, rows := wholeWide(len(y), len(y))
	switch {
	case n == 0:
	case active == setAVX512:
		scaleWideAVX512(&x[0], &y[0], k, n, len(y), rows)
	default:
		scaleWideAVX2(&x[0], &y[0], k, n, len(y), rows)
	}
	return n
}
