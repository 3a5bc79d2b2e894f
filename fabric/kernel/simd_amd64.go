package kernel

import "slices"

// The innermost loops, by the set in use. AVX2 serves both sets where memory, not
// arithmetic, is the limit.

// panel is panelPortable; cols is 16 or 32.
func panel(y *[panelRows]*float32, s []segment, rows, cols, ldw int, more bool) {
	if active == setPortable {
		panelPortable(y, s, rows, cols, ldw, more)
		return
	}
	a := panelTerms{&y[0], &s[0].x[0], len(s), 0, ldw}
	if more {
		a.more = 1
	}
	for row := 0; row < rows; {
		if active == setAVX512 {
			row += a.avx512(row, rows-row, cols)
			continue
		}
		n := 0
		for col := 0; col < cols; col += 16 {
			n = a.avx2(row, rows-row, col)
		}
		row += n
	}
}

// panelTerms are the arguments that all kernels of a panel share.
type panelTerms struct {
	y, s         **float32
	n, more, ldw int
}

// avx512 does as many of the rows left as a kernel has, and returns how many.
func (a *panelTerms) avx512(row, left, cols int) int {
	wide := cols == panelCols
	switch {
	case left >= 8 && wide:
		panel8x32AVX512(a.y, a.s, a.n, a.more, a.ldw, row, 0)
	case left >= 8:
		panel8x16AVX512(a.y, a.s, a.n, a.more, a.ldw, row, 0)
	case left >= 4 && wide:
		panel4x32AVX512(a.y, a.s, a.n, a.more, a.ldw, row, 0)
	case left >= 4:
		panel4x16AVX512(a.y, a.s, a.n, a.more, a.ldw, row, 0)
	case left >= 2 && wide:
		panel2x32AVX512(a.y, a.s, a.n, a.more, a.ldw, row, 0)
	case left >= 2:
		panel2x16AVX512(a.y, a.s, a.n, a.more, a.ldw, row, 0)
	case wide:
		panel1x32AVX512(a.y, a.s, a.n, a.more, a.ldw, row, 0)
	default:
		panel1x16AVX512(a.y, a.s, a.n, a.more, a.ldw, row, 0)
	}
	return rowsOf(left, 8)
}

// avx2 is avx512 for 16 columns.
func (a *panelTerms) avx2(row, left, col int) int {
	switch {
	case left >= 4:
		panel4x16AVX2(a.y, a.s, a.n, a.more, a.ldw, row, col)
	case left >= 2:
		panel2x16AVX2(a.y, a.s, a.n, a.more, a.ldw, row, col)
	default:
		panel1x16AVX2(a.y, a.s, a.n, a.more, a.ldw, row, col)
	}
	return rowsOf(left, 4)
}

// rowsOf is the largest power of two up to both most and left.
func rowsOf(left, most int) int {
	for most > left {
		most /= 2
	}
	return most
}

// gridSum is gridPortable; cols is 16 or 32, and rows a multiple of gridRows.
func gridSum(y []float32, ldy int, g *grid, rows, cols int) {
	if active == setPortable {
		gridPortable(y, ldy, g, rows, cols)
		return
	}
	_ = y[(rows-1)*ldy+cols-1]
	_ = g.x[(rows-1)*g.step+(g.lines-1)*g.line+g.terms-1]
	_ = g.w[(g.lines-1)*g.under+(g.terms-1)*g.ldw+cols-1]
	for r := 0; r < rows; {
		to, x, w := &y[r*ldy], &g.x[r*g.step], &g.w[0]
		switch wide := cols == panelCols; {
		case active == setAVX512 && wide:
			grid8x32AVX512(to, ldy, x, w, g.step, g.line, g.ldw, g.under, g.lines, g.terms)
			r += 8
		case active == setAVX512 && rows-r >= 16:
			grid16x16AVX512(to, ldy, x, w, g.step, g.line, g.ldw, g.under, g.lines, g.terms)
			r += 16
		case active == setAVX512:
			grid8x16AVX512(to, ldy, x, w, g.step, g.line, g.ldw, g.under, g.lines, g.terms)
			r += 8
		default:
			for c := 0; c < cols; c += 16 {
				grid4x16AVX2(&y[r*ldy+c], ldy, x, &g.w[c], g.step, g.line, g.ldw, g.under, g.lines, g.terms)
			}
			r += 4
		}
	}
}

// outerSum is outerPortable; cols is 16 or 32.
func outerSum(g []float32, ld int, p []partner, rows, cols, row, col int) {
	if active == setPortable {
		outerPortable(g, ld, p, rows, cols, row, col)
		return
	}
	if len(p) == 0 {
		return
	}
	_ = g[(rows-1)*ld+cols-1]
	for r := 0; r < rows; {
		if active == setAVX512 {
			n := rowsOf(rows-r, 8)
			outerAVX512(&g[r*ld], ld, &p[0].x, len(p), n, cols, row+r, col)
			r += n
			continue
		}
		n := rowsOf(rows-r, 4)
		for c := 0; c < cols; c += 16 {
			outerAVX2(&g[r*ld+c], ld, &p[0].x, len(p), n, row+r, col+c)
		}
		r += n
	}
}

func lineOuter(sums *lineTile, x, d []float32, off *[lineRows]int, l *positions, cols int, scale float32) {
	if active == setPortable {
		lineOuterPortable(sums, x, d, off, l, cols, scale)
		return
	}
	_, _ = x[(l.lines-1)*l.line+(l.n-1)*l.step+slices.Max(off[:])], d[(l.lines*l.n-1)*l.ld+cols-1]
	if active == setAVX512 {
		lineOuterAVX512(&sums[0][0], &x[0], &d[0], &off[0], l.step, l.line, l.ld, l.n, l.lines, cols, &scale)
		return
	}
	for c := 0; c < cols; c += 8 {
		lineOuterAVX2(&sums[0][c], &x[0], &d[c], &off[0], l.step, l.line, l.ld, l.n, l.lines, min(cols-c, 8), &scale)
	}
}

func outerAVX512(g *float32, ld int, p **float32, n, rows, cols, row, col int) {
	wide := cols == panelCols
	switch {
	case rows == 8 && wide:
		outer8x32AVX512(g, ld, p, n, row, col)
	case rows == 8:
		outer8x16AVX512(g, ld, p, n, row, col)
	case rows == 4 && wide:
		outer4x32AVX512(g, ld, p, n, row, col)
	case rows == 4:
		outer4x16AVX512(g, ld, p, n, row, col)
	case rows == 2 && wide:
		outer2x32AVX512(g, ld, p, n, row, col)
	case rows == 2:
		outer2x16AVX512(g, ld, p, n, row, col)
	case wide:
		outer1x32AVX512(g, ld, p, n, row, col)
	default:
		outer1x16AVX512(g, ld, p, n, row, col)
	}
}

func outerAVX2(g *float32, ld int, p **float32, n, rows, row, col int) {
	switch rows {
	case 4:
		outer4x16AVX2(g, ld, p, n, row, col)
	case 2:
		outer2x16AVX2(g, ld, p, n, row, col)
	default:
		outer1x16AVX2(g, ld, p, n, row, col)
	}
}

// normals is normalsPortable.
func normals(dst []float32, k Key, block int, sample uint32) {
	switch blocks := len(dst) / 32; {
	case active == setPortable:
		normalsPortable(dst, k, block, sample)
	case blocks == 0:
	case active == setAVX512:
		normalsAVX512(&dst[0], blocks, k[0], k[1], uint32(block*16), sample)
	default:
		normalsAVX2(&dst[0], blocks, k[0], k[1], uint32(block*16), sample)
	}
}

// addNormals is addNormalsPortable.
func addNormals(dst []float32, sigma float32, k Key, block int, sample uint32) {
	switch blocks := len(dst) / 32; {
	case active == setPortable:
		addNormalsPortable(dst, sigma, k, block, sample)
	case blocks == 0:
	case active == setAVX512:
		addNormalsAVX512(&dst[0], blocks, k[0], k[1], uint32(block*16), sample, sigma)
	default:
		addNormalsAVX2(&dst[0], blocks, k[0], k[1], uint32(block*16), sample, sigma)
	}
}

// sense is sensePortable.
func sense(v, offset []float32, sigma, limit float32, k Key, block int, sample uint32) int64 {
	var first *float32
	if len(offset) > 0 {
		first = &offset[0]
		_ = offset[len(v)-1]
	}
	switch blocks := len(v) / 32; {
	case active == setPortable:
		return sensePortable(v, offset, sigma, limit, k, block, sample)
	case blocks == 0:
		return 0
	case active == setAVX512:
		return senseAVX512(&v[0], blocks, k[0], k[1], uint32(block*16), sample, sigma, limit, first)
	default:
		return senseAVX2(&v[0], blocks, k[0], k[1], uint32(block*16), sample, sigma, limit, first)
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

func addRows(y []float32, ld int, b []float32, rows int) {
	if !vectored(len(b)) || rows == 0 {
		addRowsPortable(y, ld, b, rows)
		return
	}
	_ = y[(rows-1)*ld+len(b)-1]
	addRowsAVX2(&y[0], ld, &b[0], len(b), rows)
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

func times(y, a []float32, k float32) {
	if a = a[:len(y)]; vectored(len(y)) {
		timesAVX2(&y[0], &a[0], len(y), k)
		return
	}
	timesPortable(y, a, k)
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

func relu(y, a []float32, k float32) {
	if a = a[:len(y)]; vectored(len(y)) {
		reluAVX2(&y[0], &a[0], len(y), k)
		return
	}
	reluPortable(y, a, k)
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

func rail(y []float32, at, limit, step float32) (clipped int64) {
	if vectored(len(y)) {
		return railAVX2(&y[0], len(y), at, limit, step)
	}
	return railPortable(y, at, limit, step)
}

func convert(y []float32, step float32) {
	if vectored(len(y)) {
		convertAVX2(&y[0], len(y), step)
		return
	}
	convertPortable(y, step)
}

func census(x []float32, limit float32, s *[sumLanes]float64) (top uint32, set, over int64) {
	switch {
	case !vectored(len(x)):
		return censusPortable(x, limit, s)
	case active == setAVX512:
		return censusAVX512(&x[0], len(x), limit, &s[0])
	}
	return censusAVX2(&x[0], len(x), limit, &s[0])
}

func sumSquares(x []float32, s *[sumLanes]float64) {
	if vectored(len(x)) {
		sumSquaresAVX2(&x[0], len(x), &s[0])
		return
	}
	sumSquaresPortable(x, s)
}

func topBits(x []float32) uint32 {
	if vectored(len(x)) {
		return topBitsAVX2(&x[0], len(x))
	}
	return topBitsPortable(x)
}

func largest(y []float32, win []int32, x, jitter []float32, l *windowLine) {
	if !vectored(len(y)) {
		largestPortable(y, win, x, jitter, l)
		return
	}
	_, _ = win[len(y)-1], x[l.last()-1]
	if jitter == nil {
		largestAVX2(&y[0], &win[0], &x[l.at], l.channels, l.windows, l.step, l.line, l.rows, l.cols, uint32(l.at))
		return
	}
	_ = jitter[l.last()-1]
	largestSumAVX2(&y[0], &win[0], &x[l.at], l.channels, l.windows, l.step, l.line, l.rows, l.cols, uint32(l.at), &jitter[l.at])
}

func winners(dx, dy []float32, win []int32, l *windowLine) {
	if !vectored(len(dy)) {
		winnersPortable(dx, dy, win, l)
		return
	}
	_, _ = win[len(dy)-1], dx[l.last()-1]
	winnersAVX2(&dx[l.at], &dy[0], &win[0], l.channels, l.windows, l.step, l.line, l.rows, l.cols, uint32(l.at))
}
