package kernel

// Kernels in float64: each does as many whole vectors as there are and returns the
// number of elements done.

// wholeWide is how many of n elements are for the assembly.
func wholeWide(n int) int {
	if active == setPortable {
		return 0
	}
	return n &^ 3
}

func addWide(sum []float64, x []float32) int {
	n := wholeWide(len(sum))
	if n > 0 {
		addWideAVX2(&x[0], &sum[0], n)
	}
	return n
}

func addSpread(sum []float64, x []float32, mean []float64) int {
	n := wholeWide(len(sum))
	if n > 0 {
		addSpreadAVX2(&x[0], &sum[0], &mean[0], n)
	}
	return n
}

func addDots(sum, dot []float64, a, b []float32) int {
	n := wholeWide(len(sum))
	if n > 0 {
		addDotsAVX2(&a[0], &b[0], &sum[0], &dot[0], n)
	}
	return n
}

func affine(y, x []float32, slope, shift []float64) int {
	n := wholeWide(len(y))
	if n > 0 {
		affineAVX2(&x[0], &y[0], &slope[0], &shift[0], n)
	}
	return n
}

func standard(y, x []float32, k float64, mean, inv []float64) int {
	n := wholeWide(len(y))
	if n > 0 {
		standardAVX2(&x[0], &y[0], &mean[0], &inv[0], k, n)
	}
	return n
}

func without(y, x []float32, gain, first, second []float64) int {
	n := wholeWide(len(y))
	if n > 0 {
		withoutAVX2(&y[0], &x[0], &gain[0], &first[0], &second[0], n)
	}
	return n
}

func scaleWide(y, x []float32, k float64) int {
	n := wholeWide(len(y))
	if n > 0 {
		scaleWideAVX2(&x[0], &y[0], k, n)
	}
	return n
}
