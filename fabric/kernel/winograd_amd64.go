package kernel

// The transforms of Winograd's convolution, by the set in use; half is halfRoom floats of
// room.

func tileImage(y, x *[planes]*float32, half []float32, n int) {
	switch {
	case !vectored(n):
		tileImagePortable(y, x, n)
	case active == setAVX512:
		tileImageAVX512(&y[0], &x[0], &half[:halfRoom][0], n)
	default:
		tileImageAVX2(&y[0], &x[0], &half[:halfRoom][0], n)
	}
}

func tileOutputs(y *[tilePix]*float32, x *[planes]*float32, half []float32, n int) {
	switch {
	case !vectored(n):
		tileOutputsPortable(y, x, n)
	case active == setAVX512:
		tileOutputsAVX512(&y[0], &x[0], &half[:halfRoom][0], n)
	default:
		tileOutputsAVX2(&y[0], &x[0], &half[:halfRoom][0], n)
	}
}

func tileWeights(y *[planes]*float32, x *[taps3]*float32, half []float32, n int) {
	switch {
	case !vectored(n):
		tileWeightsPortable(y, x, n)
	case active == setAVX512:
		tileWeightsAVX512(&y[0], &x[0], &half[:halfRoom][0], n)
	default:
		tileWeightsAVX2(&y[0], &x[0], &half[:halfRoom][0], n)
	}
}

func tileErrors(y *[planes]*float32, x *[tilePix]*float32, half []float32, n int) {
	switch {
	case !vectored(n):
		tileErrorsPortable(y, x, n)
	case active == setAVX512:
		tileErrorsAVX512(&y[0], &x[0], &half[:halfRoom][0], n)
	default:
		tileErrorsAVX2(&y[0], &x[0], &half[:halfRoom][0], n)
	}
}

func tileTaps(y *[taps3]*float32, x *[planes]*float32, half []float32, n int) {
	switch {
	case !vectored(n):
		tileTapsPortable(y, x, n)
	case active == setAVX512:
		tileTapsAVX512(&y[0], &x[0], &half[:halfRoom][0], n)
	default:
		tileTapsAVX2(&y[0], &x[0], &half[:halfRoom][0], n)
	}
}
