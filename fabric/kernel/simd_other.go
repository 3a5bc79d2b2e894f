//go:build !amd64

package kernel

// Machines without kernels in assembly run the portable ones.

// active is the set in use.
var active set

func tileImage(y, x *[planes]*float32, _ []float32, n int) { tileImagePortable(y, x, n) }

func tileOutputs(y *[tilePix]*float32, x *[planes]*float32, _ []float32, n int) {
	tileOutputsPortable(y, x, n)
}

func tileWeights(y *[planes]*float32, x *[taps3]*float32, _ []float32, n int) {
	tileWeightsPortable(y, x, n)
}

func tileErrors(y *[planes]*float32, x *[tilePix]*float32, _ []float32, n int) {
	tileErrorsPortable(y, x, n)
}

func tileTaps(y *[taps3]*float32, x *[planes]*float32, _ []float32, n int) { tileTapsPortable(y, x, n) }

func supported(s set) bool { return s == setPortable }

func panel(y *[panelRows]*float32, s []segment, rows, cols, ldw int, more bool) {
	panelPortable(y, s, rows, cols, ldw, more)
}

func outerSum(g []float32, ld int, p []partner, rows, cols, row, col int) {
	outerPortable(g, ld, p, rows, cols, row, col)
}

func gridSum(y []float32, ldy int, g *grid, rows, cols int) { gridPortable(y, ldy, g, rows, cols) }

func addRows(y []float32, ld int, b []float32, rows int) { addRowsPortable(y, ld, b, rows) }

func lineOuter(sums *lineTile, x, d []float32, off *[lineRows]int, l *positions, cols int, scale float32) {
	lineOuterPortable(sums, x, d, off, l, cols, scale)
}

func normals(dst []float32, k Key, block int, sample uint32) {
	normalsPortable(dst, k, block, sample)
}

func addNormals(dst []float32, sigma float32, k Key, block int, sample uint32) {
	addNormalsPortable(dst, sigma, k, block, sample)
}

func sense(v, offset []float32, sigma, limit float32, k Key, block int, sample uint32) int64 {
	return sensePortable(v, offset, sigma, limit, k, block, sample)
}

func uniforms(dst []float32, k Key, block int, sample uint32) {
	uniformsPortable(dst, k, block, sample)
}

func flip(rows, cols int, y []float32, ldy int, x []float32, ldx int) {
	flipPortable(rows, cols, y, ldy, x, ldx)
}

func add(y, a, b []float32)                           { addPortable(y, a, b) }
func sub(y, a, b []float32)                           { subPortable(y, a, b) }
func mul(y, a, b []float32)                           { mulPortable(y, a, b) }
func scale(y []float32, k float32)                    { scalePortable(y, k) }
func times(y, a []float32, k float32)                 { timesPortable(y, a, k) }
func addScaled(y, a []float32, k float32)             { addScaledPortable(y, a, k) }
func addProduct(y, a, b []float32)                    { addProductPortable(y, a, b) }
func relu(y, a []float32, k float32)                  { reluPortable(y, a, k) }
func mask(y, a, b []float32, k float32)               { maskPortable(y, a, b, k) }
func maskOver(y, a, b, c []float32)                   { maskOverPortable(y, a, b, c) }
func clip(y []float32, limit float32) int64           { return clipPortable(y, limit) }
func rail(y []float32, at, limit, step float32) int64 { return railPortable(y, at, limit, step) }
func convert(y []float32, step float32)               { convertPortable(y, step) }

func topBits(x []float32) uint32 { return topBitsPortable(x) }

func largest(y []float32, win []int32, x, jitter []float32, l *windowLine) {
	largestPortable(y, win, x, jitter, l)
}

func winners(dx, dy []float32, win []int32, l *windowLine) { winnersPortable(dx, dy, win, l) }

func fires(plus, minus []uint32, v []float32, gain float32, k Key, block int, sample uint32) {
	firesPortable(plus, minus, v, gain, k, block, sample)
}

func coincide(dst []uint32, line []Firing, planes []uint32) { coincidePortable(dst, line, planes) }

func census(x []float32, limit float32, s *[sumLanes]float64) (top uint32, set, over int64) {
	return censusPortable(x, limit, s)
}

func sumSquares(x []float32, s *[sumLanes]float64) { sumSquaresPortable(x, s) }

func addWide([]float64, []float32) int                       { return 0 }
func addSpread([]float64, []float32, []float64) int          { return 0 }
func addDots(_, _ []float64, _, _ []float32) int             { return 0 }
func affine(_, _ []float32, _, _ []float64) int              { return 0 }
func standard(_, _ []float32, _ float64, _, _ []float64) int { return 0 }
func without(_, _ []float32, _, _, _ []float64) int          { return 0 }
func subWide(_, _ []float32, _ float64) int                  { return 0 }
func scaleWide(_, _ []float32, _ float64) int                { return 0 }
