package kernel

// The innermost loops, by the set in use. AVX2 serves both sets where memory, not
// arithmetic, is the limit.

// madd is maddPortable.
func madd(l *rowList, n, m int, y, x []float32, step int, w []float32, ldw int) {
	if active == setPortable {
		maddPortable(l, n, m, y, x, step, w, ldw)
		return
	}
	if n <= 0 || m <= 0 || l.n == 0 {
		return
	}
	_ = w[(n-1)*ldw+m-1]
	for r := range l.n {
		_, _ = y[l.y[r]:][m-1], x[l.x[r]:][(n-1)*step]
	}
	const most = 4 // rows of the largest kernel
	for r, parts := 0, (l.n+most-1)/most; parts > 0; parts-- {
		rows := (l.n - r + parts - 1) / parts
		t := terms{&y[0], &x[0], &w[0], &l.y[r], &l.x[r], n, m, step, ldw}
		if active == setAVX512 {
			t.avx512(rows)
		} else {
			t.avx2(rows)
		}
		r += rows
	}
}

// terms are the arguments of the kernels of madd.
type terms struct {
	y, x, w         *float32
	yo, xo          *int
	n, m, step, ldw int
}

func (t *terms) avx2(rows int) {
	switch rows {
	case 1:
		madd1AVX2(t.y, t.x, t.w, t.yo, t.xo, t.n, t.m, t.step, t.ldw)
	case 2:
		madd2AVX2(t.y, t.x, t.w, t.yo, t.xo, t.n, t.m, t.step, t.ldw)
	case 3:
		madd3AVX2(t.y, t.x, t.w, t.yo, t.xo, t.n, t.m, t.step, t.ldw)
	default:
		madd4AVX2(t.y, t.x, t.w, t.yo, t.xo, t.n, t.m, t.step, t.ldw)
	}
}

func (t *terms) avx512(rows int) {
	switch rows {
	case 1:
		madd1AVX512(t.y, t.x, t.w, t.yo, t.xo, t.n, t.m, t.step, t.ldw)
	case 2:
		madd2AVX512(t.y, t.x, t.w, t.yo, t.xo, t.n, t.m, t.step, t.ldw)
	case 3:
		madd3AVX512(t.y, t.x, t.w, t.yo, t.xo, t.n, t.m, t.step, t.ldw)
	default:
		madd4AVX512(t.y, t.x, t.w, t.yo, t.xo, t.n, t.m, t.step, t.ldw)
	}
}

// normals is normalsPortable.
func normals(dst []float32, k Key, block int, sample uint32) {
	if active == setPortable {
		normalsPortable(dst, k, block, sample)
		return
	}
	const run = 128 // blocks that the first cache holds: the kernels pass over them twice
	for left := len(dst) / 32; left > 0; left -= run {
		n := min(left, run)
		if active == setAVX512 {
			normalsAVX512(&dst[0], n, k[0], k[1], uint32(block*16), sample)
		} else {
			normalsAVX2(&dst[0], n, k[0], k[1], uint32(block*16), sample)
		}
		dst, block = dst[n*32:], block+n
	}
}

// uniforms is uniformsPortable.
func uniforms(dst []float32, k Key, block int, sample uint32) {
	switch blocks := len(dst) / 32; {
	case active == setPortable:
		uniformsPortable(dst, k, block, sample)
	case blocks == 0:
	case active == setAVX512:
		uniformsAVX512(&dst[0], blocks, k[0], k[1], uint32(block*16), sample)
	default:
		uniformsAVX2(&dst[0], blocks, k[0], k[1], uint32(block*16), sample)
	}
}

// fires is firesPortable.
func fires(plus, minus []uint32, v []float32, gain float32, k Key, block int, sample uint32) {
	switch blocks := len(plus); {
	case active == setPortable:
		firesPortable(plus, minus, v, gain, k, block, sample)
	case blocks == 0:
	case active == setAVX512:
		firesAVX512(&plus[0], &minus[0], &v[0], blocks, gain, k[0], k[1], uint32(block*16), sample)
	default:
		firesAVX2(&plus[0], &minus[0], &v[0], blocks, gain, k[0], k[1], uint32(block*16), sample)
	}
}

// coincide is coincidePortable.
func coincide(dst []uint32, line []Firing, planes []uint32) {
	if !vectored(len(dst)) || len(line) == 0 {
		coincidePortable(dst, line, planes)
		return
	}
	for _, f := range line {
		_, _ = planes[int(f.Same)+len(dst)-1], planes[int(f.Other)+len(dst)-1]
	}
	coincideAVX2(&dst[0], len(dst), &line[0].Bits, len(line), &planes[0])
}

// flip is flipPortable.
func flip(rows, cols int, y []float32, ldy int, x []float32, ldx int) {
	if active == setPortable || rows < 8 || cols < 8 {
		flipPortable(rows, cols, y, ldy, x, ldx)
		return
	}
	whole, c := rows&^7, 0
	_, _ = y[(cols-1)*ldy+rows-1], x[(rows-1)*ldx+cols-1]
	for ; c+8 <= cols; c += 8 {
		flipAVX2(&y[c*ldy], &x[c], whole, ldy, ldx)
	}
	if whole < rows {
		flipPortable(rows-whole, c, y[whole:], ldy, x[whole*ldx:], ldx)
	}
	if c < cols {
		flipPortable(rows, cols-c, y[c*ldy:], ldy, x[c:], ldx)
	}
}

// vectored reports whether n elements are for the assembly.
func vectored(n int) bool { return active != setPortable && n > 0 }

func add(y, a, b []float32) {
	if a, b = a[:len(y)], b[:len(y)]; vectored(len(y)) {
		addAVX2(&y[0], &a[0], &b[0], len(y))
		return
	}
	addPortable(y, a, b)
}

func sub(y, a, b []float32) {
	if a, b = a[:len(y)], b[:len(y)]; vectored(len(y)) {
		subAVX2(&y[0], &a[0], &b[0], len(y))
		return
	}
	subPortable(y, a, b)
}

func mul(y, a, b []float32) {
	if a, b = a[:len(y)], b[:len(y)]; vectored(len(y)) {
		mulAVX2(&y[0], &a[0], &b[0], len(y))
		return
	}
	mulPortable(y, a, b)
}

func scale(y []float32, k float32) {
	if vectored(len(y)) {
		scaleAVX2(&y[0], len(y), k)
		return
	}
	scalePortable(y, k)
}

func addScaled(y, a []float32, k float32) {
	if a = a[:len(y)]; vectored(len(y)) {
		addScaledAVX2(&y[0], &a[0], len(y), k)
		return
	}
	addScaledPortable(y, a, k)
}

func addProduct(y, a, b []float32) {
	if a, b = a[:len(y)], b[:len(y)]; vectored(len(y)) {
		addProductAVX2(&y[0], &a[0], &b[0], len(y))
		return
	}
	addProductPortable(y, a, b)
}

func relu(y, a []float32) {
	if a = a[:len(y)]; vectored(len(y)) {
		reluAVX2(&y[0], &a[0], len(y))
		return
	}
	reluPortable(y, a)
}

func mask(y, a, b []float32, k float32) {
	if a, b = a[:len(y)], b[:len(y)]; vectored(len(y)) {
		maskAVX2(&y[0], &a[0], &b[0], len(y), k)
		return
	}
	maskPortable(y, a, b, k)
}

func maskOver(y, a, b, c []float32) {
	if a, b, c = a[:len(y)], b[:len(y)], c[:len(y)]; vectored(len(y)) {
		maskOverAVX2(&y[0], &a[0], &b[0], &c[0], len(y))
		return
	}
	maskOverPortable(y, a, b, c)
}

func clip(y []float32, limit float32) (clipped int64) {
	if vectored(len(y)) {
		return clipAVX2(&y[0], len(y), limit)
	}
	return clipPortable(y, limit)
}

func convert(y []float32, step float32) {
	if vectored(len(y)) {
		convertAVX2(&y[0], len(y), step)
		return
	}
	convertPortable(y, step)
}

func countOver(x []float32, limit float32) int64 {
	if limit >= 0 && vectored(len(x)) {
		return countOverAVX2(&x[0], len(x), limit)
	}
	return countOverPortable(x, limit)
}

func countSet(x []float32) int64 {
	if vectored(len(x)) {
		return countSetAVX2(&x[0], len(x))
	}
	return countSetPortable(x)
}

func topBits(x []float32) uint32 {
	if vectored(len(x)) {
		return topBitsAVX2(&x[0], len(x))
	}
	return topBitsPortable(x)
}

func challenge(y []float32, win []int32, best, x, seen []float32, at int) {
	n := len(y)
	if win, best, x, seen = win[:n], best[:n], x[:n], seen[:n]; vectored(n) {
		challengeAVX2(&y[0], &win[0], &best[0], &x[0], &seen[0], n, uint32(at))
		return
	}
	challengePortable(y, win, best, x, seen, at)
}
