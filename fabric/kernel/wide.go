package kernel

// Kernels that reckon in float64 in the calling goroutine: the arithmetic of the control
// unit's norms. Operands in float32 are whole rows of features, those in float64 one
// number a feature.

// AddWide adds the rows of x to sum.
func AddWide(sum []float64, x []float32) {
	at := addWide(sum, x)
	addWidePortable(sum, x, at)
}

// AddSpread adds (x - mean)² of the rows of x to sum.
func AddSpread(sum []float64, x []float32, mean []float64) {
	at := addSpread(sum, x, mean[:len(sum)])
	addSpreadPortable(sum, x, mean, at)
}

// AddDots adds the rows of a to sum and those of a·b to dot.
func AddDots(sum, dot []float64, a, b []float32) {
	at := addDots(sum, dot[:len(sum)], a, b[:len(a)])
	addDotsPortable(sum, dot, a, b, at)
}

// Affine writes slope·x + shift to y.
func Affine(y, x []float32, slope, shift []float64) {
	at := affine(y, x[:len(y)], slope, shift[:len(slope)])
	affinePortable(y, x, slope, shift, at)
}

// Standard writes (k·x - mean)·inv to y.
func Standard(y, x []float32, k float64, mean, inv []float64) {
	at := standard(y, x[:len(y)], k, mean, inv[:len(mean)])
	standardPortable(y, x, k, mean, inv, at)
}

// Without brings y to gain·(y - first - x·second).
func Without(y, x []float32, gain, first, second []float64) {
	at := without(y, x[:len(y)], gain, first[:len(gain)], second[:len(gain)])
	withoutPortable(y, x, gain, first, second, at)
}

// SubWide subtracts k·x from y.
func SubWide(y, x []float32, k float64) {
	at := subWide(y, x[:len(y)], k)
	subWidePortable(y[at:], x[at:], k)
}

// ScaleWide writes k·x to y.
func ScaleWide(y, x []float32, k float64) {
	at := scaleWide(y, x[:len(y)], k)
	scaleWidePortable(y[at:], x[at:], k)
}

// The portable twins take the features from one on.

func addWidePortable(sum []float64, x []float32, from int) {
	for ; len(x) > 0; x = x[len(sum):] {
		for i := from; i < len(sum); i++ {
			sum[i] += float64(x[i])
		}
	}
}

func addSpreadPortable(sum []float64, x []float32, mean []float64, from int) {
	for ; len(x) > 0; x = x[len(sum):] {
		for i := from; i < len(sum); i++ {
			d := float64(x[i]) - mean[i]
			sum[i] += float64(d * d)
		}
	}
}

func addDotsPortable(sum, dot []float64, a, b []float32, from int) {
	for ; len(a) > 0; a, b = a[len(sum):], b[len(sum):] {
		for i := from; i < len(sum); i++ {
			v := float64(a[i])
			sum[i] += v
			dot[i] += float64(v * float64(b[i]))
		}
	}
}

func affinePortable(y, x []float32, slope, shift []float64, from int) {
	for ; len(y) > 0; y, x = y[len(slope):], x[len(slope):] {
		for i := from; i < len(slope); i++ {
			y[i] = float32(float64(slope[i]*float64(x[i])) + shift[i])
		}
	}
}

func standardPortable(y, x []float32, k float64, mean, inv []float64, from int) {
	for ; len(y) > 0; y, x = y[len(mean):], x[len(mean):] {
		for i := from; i < len(mean); i++ {
			y[i] = float32((float64(k*float64(x[i])) - mean[i]) * inv[i])
		}
	}
}

func withoutPortable(y, x []float32, gain, first, second []float64, from int) {
	for ; len(y) > 0; y, x = y[len(gain):], x[len(gain):] {
		for i := from; i < len(gain); i++ {
			y[i] = float32(gain[i] * (float64(y[i]) - first[i] - float64(float64(x[i])*second[i])))
		}
	}
}

func subWidePortable(y, x []float32, k float64) {
	for i := range y {
		y[i] = float32(float64(y[i]) - float64(k*float64(x[i])))
	}
}

func scaleWidePortable(y, x []float32, k float64) {
	for i := range y {
		y[i] = float32(k * float64(x[i]))
	}
}
