package kernel

import (
	"math"
	"math/bits"
	"unsafe"
)

// The functions of this file are the portable twins of the kernels in assembly:
// both give the same bits.

// panelCols is the number of columns of a panel of weights, panelRows the most rows
// of sums that a kernel keeps in registers.
const (
	panelCols = 32
	panelRows = 8
)

// segment is a run of n terms: where each row's elements lie, side by side, and the
// first term's row of weights. The kernels in assembly know its layout.
type segment struct {
	x [panelRows]*float32
	w *float32
	n int
}

// panelPortable makes sums of products, rows of them at y and cols columns: the terms
// of all segments in order, rows of weights ldw apart. A sum starts from what stands
// in y where more is set, else from 0, and is one chain of fused multiply-adds.
func panelPortable(y *[panelRows]*float32, s []segment, rows, cols, ldw int, more bool) {
	for r := range rows {
		var sums [panelCols]float32
		to := unsafe.Slice(y[r], cols)
		if more {
			copy(sums[:], to)
		}
		for i := range s {
			t := &s[i]
			x, w := unsafe.Slice(t.x[r], t.n), unsafe.Slice(t.w, (t.n-1)*ldw+cols)
			for k, a := range x {
				axpy(sums[:cols], a, w[k*ldw:])
			}
		}
		copy(to, sums[:])
	}
}

// gridPortable makes sums of products, rows of them ldy apart from y on and cols columns: the
// terms of all lines of g in order, each sum one chain of fused multiply-adds from 0.
func gridPortable(y []float32, ldy int, g *grid, rows, cols int) {
	for r := range rows {
		sums := y[r*ldy:][:cols]
		clear(sums)
		for l := range g.lines {
			for k, a := range g.x[r*g.step+l*g.line:][:g.terms] {
				axpy(sums, a, g.w[l*g.under+k*g.ldw:])
			}
		}
	}
}

// axpy adds a·x to y by fused multiply-adds: rounded once. Where the compiler does not
// fuse them, a product of two float32 is exact in float64, and a sum there is rounded
// again, to float32, as if it had been rounded once, unless it may lie half way between
// two float32 by its own rounding.
func axpy(y []float32, a float32, x []float32) {
	if fuses {
		addTimes(y, a, x)
		return
	}
	x = x[:len(y)]
	f := float64(a)
	for i, s := range y {
		product := f * float64(x[i])
		sum := product + float64(s)
		if math.Float64bits(sum)<<halfway == 0 {
			sum = toOdd(sum, product, float64(s))
		}
		y[i] = float32(sum)
	}
}

// addTimes adds a·x to y as the compiler has it: for arm64 it fuses the two operations,
// which Go allows and does not ask for.
func addTimes(y []float32, a float32, x []float32) {
	x = x[:len(y)]
	for i := range y {
		y[i] += a * x[i]
	}
}

// fuses reports whether addTimes rounds once.
var fuses = func() bool {
	const a = 1 + 1./(1<<12) // of its square only the last bit is left
	y, x := []float32{-(1 + 1./(1<<11))}, []float32{a}
	addTimes(y, a, x)
	return y[0] != 0
}()

// halfway shifts all bits out of a float64 but those, the last 28, that are 0 where it lies half way
// between two float32, be they normal or not.
const halfway = 64 - 28

// toOdd is sum, which is a+b rounded and whose last bit is 0, rounded to odd instead: where
// a+b is not a float64, away from it to the side on which a+b lies (S. Boldo and
// G. Melquiond, Emulation of FMA and correctly rounded sums, IEEE Transactions on
// Computers 57, 2008).
func toOdd(sum, a, b float64) float64 {
	part := sum - a
	rest := (a - (sum - part)) + (b - part) // what rounding took, exactly (Knuth)
	switch {
	case rest == 0 || rest != rest:
		return sum
	case (rest > 0) == (sum > 0):
		return math.Float64frombits(math.Float64bits(sum) + 1)
	}
	return math.Float64frombits(math.Float64bits(sum) - 1)
}

// partner is a term of outer products: where its row's and its column's elements
// start.
type partner struct{ x, d *float32 }

// outerPortable adds, to rows of g, ld apart and of cols elements, the outer products
// of all terms in order, from element row of x and col of dy on.
func outerPortable(g []float32, ld int, p []partner, rows, cols, row, col int) {
	for _, t := range p {
		x, d := unsafe.Slice(t.x, row+rows)[row:], unsafe.Slice(t.d, col+cols)[col:]
		for r, a := range x {
			axpy(g[r*ld:][:cols], a, d)
		}
	}
}

// lineOuterPortable adds the outer products of the positions of l in order, those of the columns
// times scale: row r of sums has the elements off[r] from a position's first one in x.
func lineOuterPortable(sums *lineTile, x, d []float32, off *[lineRows]int, l *positions, cols int, scale float32) {
	var scaled [lineCols]float32
	for i := range l.lines * l.n {
		at := i/l.n*l.line + i%l.n*l.step
		timesPortable(scaled[:cols], d[i*l.ld:][:cols], scale)
		for r := range sums {
			axpy(sums[r][:cols], x[at+off[r]], scaled[:cols])
		}
	}
}

// flipPortable writes the transpose of x, rows×cols with row stride ldx, to y,
// cols×rows with row stride ldy.
func flipPortable(rows, cols int, y []float32, ldy int, x []float32, ldx int) {
	const edge = 16 // a square of two cache lines a side stays in the first cache
	for c0 := 0; c0 < cols; c0 += edge {
		c1 := min(c0+edge, cols)
		for r := range rows {
			for c, v := range x[r*ldx+c0 : r*ldx+c1] {
				y[(c0+c)*ldy+r] = v
			}
		}
	}
}

// normalsPortable writes the standard normals of whole blocks.
func normalsPortable(dst []float32, k Key, block int, sample uint32) {
	for ; len(dst) > 0; block, dst = block+1, dst[32:] {
		z := (*[32]float32)(dst)
		for lane := range 16 {
			z[lane], z[lane+16] = boxMuller(k.pair(block, lane, sample))
		}
	}
}

// addNormalsPortable adds sigma times the standard normals of whole blocks.
func addNormalsPortable(dst []float32, sigma float32, k Key, block int, sample uint32) {
	var z [32]float32
	for ; len(dst) > 0; block, dst = block+1, dst[32:] {
		normalsPortable(z[:], k, block, sample)
		addScaledPortable(dst[:32], z[:], sigma)
	}
}

// sensePortable reads out whole blocks: what addNormalsPortable does after offset, where
// there is one, limited to ±limit. It returns how many met the limit.
func sensePortable(v, offset []float32, sigma, limit float32, k Key, block int, sample uint32) (clipped int64) {
	if offset != nil {
		addPortable(v, v, offset)
	}
	addNormalsPortable(v, sigma, k, block, sample)
	return clipPortable(v, limit)
}

// uniformsPortable writes the uniform numbers of whole blocks.
func uniformsPortable(dst []float32, k Key, block int, sample uint32) {
	for ; len(dst) > 0; block, dst = block+1, dst[32:] {
		u := (*[32]float32)(dst)
		for lane := range 16 {
			a, b := k.pair(block, lane, sample)
			u[lane], u[lane+16] = uniform(a), uniform(b)
		}
	}
}

func uniform(word uint32) float32 { return (float32(word>>9) + 0.5) * (1.0 / (1 << 23)) }

// threefry13 is threefry of 13 rounds, written out.
func threefry13(k Key, x0, x1 uint32) (uint32, uint32) {
	k0, k1 := k[0], k[1]
	k2 := k0 ^ k1 ^ 0x1bd11bda
	x0, x1 = x0+k0, x1+k1
	x0, x1 = rounds(x0, x1, 13, 15, 26, 6)
	x0, x1 = rounds(x0+k1, x1+k2+1, 17, 29, 16, 24)
	x0, x1 = rounds(x0+k2, x1+k0+2, 13, 15, 26, 6)
	x0, x1 = x0+k0, x1+k1+3
	x0 += x1
	return x0, bits.RotateLeft32(x1, 17) ^ x0
}

func rounds(x0, x1 uint32, a, b, c, d int) (uint32, uint32) {
	x0 += x1
	x1 = bits.RotateLeft32(x1, a) ^ x0
	x0 += x1
	x1 = bits.RotateLeft32(x1, b) ^ x0
	x0 += x1
	x1 = bits.RotateLeft32(x1, c) ^ x0
	x0 += x1
	return x0, bits.RotateLeft32(x1, d) ^ x0
}
