package kernel

import "math/bits"

// madd adds the product of x, rows×n with row stride ldx, and w, n×m with row
// stride ldw, to y, rows×m with row stride ldy. Each element of y is one chain
// over n, ascending, that starts from the element's old value; every product and
// every sum is rounded.
func madd(rows, n, m int, y []float32, ldy int, x []float32, ldx int, w []float32, ldw int) {
	r := 0
	for ; r+2 <= rows; r += 2 {
		madd2(y[r*ldy:][:m], y[(r+1)*ldy:][:m], x[r*ldx:][:n], x[(r+1)*ldx:][:n], w, ldw)
	}
	if r < rows {
		madd1(y[r*ldy:][:m], x[r*ldx:][:n], w, ldw)
	}
}

// madd2 is madd for two rows, four steps of n at a time: each step's row of w
// serves both.
func madd2(y0, y1, x0, x1, w []float32, ldw int) {
	m, n := len(y0), len(x0)
	y1, x1 = y1[:m], x1[:n]
	i := 0
	for ; i+4 <= n; i += 4 {
		a, b := (*[4]float32)(x0[i:]), (*[4]float32)(x1[i:])
		a0, a1, a2, a3 := a[0], a[1], a[2], a[3]
		b0, b1, b2, b3 := b[0], b[1], b[2], b[3]
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
		a, b, v := x0[i], x1[i], w[i*ldw:][:m]
		for j, s := range y0 {
			y0[j] = s + float32(a*v[j])
			y1[j] += float32(b * v[j])
		}
	}
}

// madd1 is madd for one row.
func madd1(y, x, w []float32, ldw int) {
	m, n := len(y), len(x)
	i := 0
	for ; i+4 <= n; i += 4 {
		a := (*[4]float32)(x[i:])
		a0, a1, a2, a3 := a[0], a[1], a[2], a[3]
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
		a, v := x[i], w[i*ldw:][:m]
		for j, s := range y {
			y[j] = s + float32(a*v[j])
		}
	}
}

// flip writes the transpose of x, rows×cols with row stride ldx, to y, cols×rows
// with row stride ldy.
func flip(rows, cols int, y []float32, ldy int, x []float32, ldx int) {
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

// normals writes the 32 standard normals of a block.
func normals(dst *[32]float32, k Key, block int, sample uint32) {
	for lane := range 16 {
		dst[lane], dst[lane+16] = boxMuller(k.pair(block, lane, sample))
	}
}

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
