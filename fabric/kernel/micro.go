package kernel

import "math/bits"

// The functions of this file are the portable twins of the kernels in assembly:
// both give the same bits.

// rowList names the rows of a product: row r starts at y[r] of the sums and at
// x[r] of the operand.
type rowList struct {
	n    int
	y, x [tileRows]int
}

// add appends a row.
func (l *rowList) add(y, x int) {
	l.y[l.n], l.x[l.n] = y, x
	l.n++
}

// even returns n rows at even distances, the operand's from x0 on.
func (l *rowList) even(n, ldy, x0, ldx int) {
	l.n = n
	for r := range n {
		l.y[r], l.x[r] = r*ldy, x0+r*ldx
	}
}

// maddPortable adds, to m sums a row, n terms: the products of the row's elements
// of x, which are step apart, and the rows of w, ldw apart. Each sum is one chain
// over n, ascending, that starts from its old value; every product and every sum
// is rounded.
func maddPortable(l *rowList, n, m int, y, x []float32, step int, w []float32, ldw int) {
	r := 0
	for ; r+2 <= l.n; r += 2 {
		madd2(n, y[l.y[r]:][:m], y[l.y[r+1]:][:m], x[l.x[r]:], x[l.x[r+1]:], step, w, ldw)
	}
	if r < l.n {
		madd1(n, y[l.y[r]:][:m], x[l.x[r]:], step, w, ldw)
	}
}

// madd2 is madd for two rows, four terms at a time: each term's row of w serves
// both.
func madd2(n int, y0, y1, x0, x1 []float32, step int, w []float32, ldw int) {
	m := len(y0)
	y1 = y1[:m]
	i := 0
	for ; i+4 <= n; i += 4 {
		a0, a1, a2, a3 := four(x0[i*step:], step)
		b0, b1, b2, b3 := four(x1[i*step:], step)
		w0, w1 := w[i*ldw:][:m], w[(i+1)*ldw:][:m]
		w2, w3 := w[(i+2)*ldw:][:m], w[(i+3)*ldw:][:m]
		for j, s := range y0 {
			t := y1[j]
			v0, v1, v2, v3 := w0[j], w1[j], w2[j], w3[j]
			s += float32(a0 * v0)
			t += float32(b0 * v0)
			s += float32(a1 * v1)
			t += float32(b1 * v1)
			s += float32(a2 * v2)
			t += float32(b2 * v2)
			s += float32(a3 * v3)
			t += float32(b3 * v3)
			y0[j], y1[j] = s, t
		}
	}
	for ; i < n; i++ {
		a, b, v := x0[i*step], x1[i*step], w[i*ldw:][:m]
		for j, s := range y0 {
			y0[j] = s + float32(a*v[j])
			y1[j] += float32(b * v[j])
		}
	}
}

// madd1 is madd for one row.
func madd1(n int, y, x []float32, step int, w []float32, ldw int) {
	m := len(y)
	i := 0
	for ; i+4 <= n; i += 4 {
		a0, a1, a2, a3 := four(x[i*step:], step)
		w0, w1 := w[i*ldw:][:m], w[(i+1)*ldw:][:m]
		w2, w3 := w[(i+2)*ldw:][:m], w[(i+3)*ldw:][:m]
		for j, s := range y {
			s += float32(a0 * w0[j])
			s += float32(a1 * w1[j])
			s += float32(a2 * w2[j])
			s += float32(a3 * w3[j])
			y[j] = s
		}
	}
	for ; i < n; i++ {
		a, v := x[i*step], w[i*ldw:][:m]
		for j, s := range y {
			y[j] = s + float32(a*v[j])
		}
	}
}

func four(x []float32, step int) (a, b, c, d float32) {
	return x[0], x[step], x[2*step], x[3*step]
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
