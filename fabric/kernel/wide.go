package kernel

// Kernels that reckon in float64, element by element in the calling goroutine: the
// arithmetic of the control unit's norms. All slices have the length of the first.

// AddWide adds x to sum.
func AddWide(sum []float64, x []float32) {
	at := addWide(sum, x[:len(sum)])
	addWidePortable(sum[at:], x[at:])
}

// AddSpread adds (x - mean)² to sum.
func AddSpread(sum []float64, x []float32, mean []float64) {
	at := addSpread(sum, x[:len(sum)], mean[:len(sum)])
	addSpreadPortable(sum[at:], x[at:], mean[at:])
}

// AddDots adds a to sum and a·b to dot.
func AddDots(sum, dot []float64, a, b []float32) {
	n := len(sum)
	at := addDots(sum, dot[:n], a[:n], b[:n])
	addDotsPortable(sum[at:], dot[at:], a[at:], b[at:])
}

// Affine writes slope·x + shift to y.
func Affine(y, x []float32, slope, shift []float64) {
	n := len(y)
	at := affine(y, x[:n], slope[:n], shift[:n])
	affinePortable(y[at:], x[at:], slope[at:], shift[at:])
}

// Standard writes (k·x - mean)·inv to y.
func Standard(y, x []float32, k float64, mean, inv []float64) {
	n := len(y)
	at := standard(y, x[:n], k, mean[:n], inv[:n])
	standardPortable(y[at:], x[at:], k, mean[at:], inv[at:])
}

// Without brings y to gain·(y - first - x·second).
func Without(y, x []float32, gain, first, second []float64) {
	n := len(y)
	at := without(y, x[:n], gain[:n], first[:n], second[:n])
	withoutPortable(y[at:], x[at:], gain[at:], first[at:], second[at:])
}

// ScaleWide writes k·x to y.
func ScaleWide(y, x []float32, k float64) {
	at := scaleWide(y, x[:len(y)], k)
	scaleWidePortable(y[at:], x[at:], k)
}

func addWidePortable(sum []float64, x []float32) {
	for i := range sum {
		sum[i] += float64(x[i])
	}
}

func addSpreadPortable(sum []float64, x []float32, mean []float64) {
	for i := range sum {
		d := float64(x[i]) - mean[i]
		sum[i] += float64(d * d)
	}
}

func addDotsPortable(sum, dot []float64, a, b []float32) {
	for i := range sum {
		v := float64(a[i])
		sum[i] += v
		dot[i] += float64(v * float64(b[i]))
	}
}

func affinePortable(y, x []float32, slope, shift []float64) {
	for i := range y {
		y[i] = float32(float64(slope[i]*float64(x[i])) + shift[i])
	}
}

func standardPortable(y, x []float32, k float64, mean, inv []float64) {
	for i := range y {
		y[i] = float32((float64(k*float64(x[i])) - mean[i]) * inv[i])
	}
}

func withoutPortable(y, x []float32, gain, first, second []float64) {
	for i := range y {
		y[i] = float32(gain[i] * (float64(y[i]) - first[i] - float64(float64(x[i])*second[i])))
	}
}

func scaleWidePortable(y, x []float32, k float64) {
	for i := range y {
		y[i] = float32(k * float64(x[i]))
	}
}
