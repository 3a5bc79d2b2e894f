package kernel

import "unsafe"

// The transforms of Winograd's convolution, portable: their twins in assembly give the
// same bits. Operands are lists of pointers to n channels each, row by row.

// tileImagePortable transforms 6×6 elements of an image.
func tileImagePortable(y, x *[planes]*float32, n int) {
	for c := range n {
		var half, out [planes]float32
		for k := range tileIn {
			imageRule(half[k:], tileIn, column(x[k:], tileIn, c))
		}
		for k := range tileIn {
			imageRule(out[k*tileIn:], 1, six(half[k*tileIn:]))
		}
		put(y[:], out[:], c)
	}
}

// tileOutputsPortable turns 6×6 sums into 4×4 outputs.
func tileOutputsPortable(y *[tilePix]*float32, x *[planes]*float32, n int) {
	for c := range n {
		var half, out [planes]float32
		for k := range tileIn {
			outputRule(half[k:], tileIn, column(x[k:], tileIn, c))
		}
		for k := range tileOut {
			outputRule(out[k*tileOut:], 1, six(half[k*tileIn:]))
		}
		put(y[:], out[:], c)
	}
}

// tileWeightsPortable transforms 3×3 weights.
func tileWeightsPortable(y *[planes]*float32, x *[taps3]*float32, n int) {
	for c := range n {
		var half, out [planes]float32
		for k := range 3 {
			weightRule(half[k:], 3, column(x[k:], 3, c))
		}
		for k := range tileIn {
			weightRule(out[k*tileIn:], 1, six(half[k*3:]))
		}
		put(y[:], out[:], c)
	}
}

// tileErrorsPortable transforms 4×4 errors of outputs.
func tileErrorsPortable(y *[planes]*float32, x *[tilePix]*float32, n int) {
	for c := range n {
		var half, out [planes]float32
		for k := range tileOut {
			errorRule(half[k:], tileOut, column(x[k:], tileOut, c))
		}
		for k := range tileIn {
			errorRule(out[k*tileIn:], 1, six(half[k*tileOut:]))
		}
		put(y[:], out[:], c)
	}
}

// tileTapsPortable turns 6×6 sums into the gradient of 3×3 weights.
func tileTapsPortable(y *[taps3]*float32, x *[planes]*float32, n int) {
	for c := range n {
		var half, out [planes]float32
		for k := range tileIn {
			tapRule(half[k:], tileIn, column(x[k:], tileIn, c))
		}
		for k := range 3 {
			tapRule(out[k*3:], 1, six(half[k*tileIn:]))
		}
		put(y[:], out[:], c)
	}
}

// column is channel c of every step-th of a list, six at most.
func column(list []*float32, step, c int) (x [tileIn]float32) {
	for i := 0; i < tileIn && i*step < len(list); i++ {
		x[i] = unsafe.Slice(list[i*step], c+1)[c]
	}
	return x
}

// six is the start of a list, which may be shorter.
func six(list []float32) (x [tileIn]float32) {
	copy(x[:], list)
	return x
}

func put(y []*float32, x []float32, c int) {
	for i, p := range y {
		unsafe.Slice(p, c+1)[c] = x[i]
	}
}

func imageRule(y []float32, step int, x [tileIn]float32) {
	a, b := x[4]-float32(4*x[2]), x[3]-float32(4*x[1])
	c, d := x[4]-x[2], float32(2*(x[3]-x[1]))
	y[0] = float32(4*x[0]) - float32(5*x[2]) + x[4]
	y[step], y[2*step] = a+b, a-b
	y[3*step], y[4*step] = c+d, c-d
	y[5*step] = float32(4*x[1]) - float32(5*x[3]) + x[5]
}

func outputRule(y []float32, step int, x [tileIn]float32) {
	a, b, c, d := x[1]+x[2], x[1]-x[2], x[3]+x[4], x[3]-x[4]
	y[0], y[step] = x[0]+a+c, b+float32(2*d)
	y[2*step], y[3*step] = a+float32(4*c), b+float32(8*d)+x[5]
}

const (
	sixth   = float32(1. / 6)
	twelfth = float32(1. / 12)
	part24  = float32(1. / 24)
)

func weightRule(y []float32, step int, x [tileIn]float32) {
	a, b := float32(-sixth*(x[0]+x[2])), float32(sixth*x[1])
	c, d := float32(part24*x[0])+float32(sixth*x[2]), float32(twelfth*x[1])
	y[0], y[step], y[2*step] = float32(0.25*x[0]), a-b, a+b
	y[3*step], y[4*step], y[5*step] = c+d, c-d, x[2]
}

func errorRule(y []float32, step int, x [tileIn]float32) {
	a, b := x[0]+x[2], x[1]+x[3]
	c, d := x[0]+float32(4*x[2]), float32(2*x[1])+float32(8*x[3])
	y[0], y[step], y[2*step] = x[0], a+b, a-b
	y[3*step], y[4*step], y[5*step] = c+d, c-d, x[3]
}

func tapRule(y []float32, step int, x [tileIn]float32) {
	a, b, c, d := x[1]+x[2], x[1]-x[2], x[3]+x[4], x[3]-x[4]
	y[0] = float32(0.25*x[0]) - float32(sixth*a) + float32(part24*c)
	y[step] = float32(twelfth*d) - float32(sixth*b)
	y[2*step] = float32(sixth*(c-a)) + x[5]
}
