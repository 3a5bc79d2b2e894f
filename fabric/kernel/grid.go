package kernel

// grid is where the terms of sums lie whose rows are a step apart: lines of terms, the same
// distance between them for all rows. The weights of a line lie ldw apart.
type grid struct {
	x, w         []float32
	step         int // from a row's terms to those of the next
	line, under  int // from a line of terms, and of weights, to the next
	ldw          int
	lines, terms int
}

// gridRows is what the number of rows on a grid is a multiple of.
const gridRows = panelRows

// onGrid sums the rows from r of the region on that lie on a grid, and reports whether there are
// any: positions of one line of an image, or one position of many images.
func (t *strip) onGrid(r int) bool {
	j, c, q := t.j, &t.j.conv, t.g.q[r]
	image, place := q/j.perSample, q%j.perSample
	rows, ldy := c.OW-place%c.OW, j.width
	on := grid{step: c.SW * c.C, line: c.W * c.C}
	if j.byPlace {
		rows, ldy, on.step = c.N-image, j.perSample*j.width, j.imageStep
	}
	t.r0, t.rows = r, min(rows, t.g.rows-r)&^(gridRows-1)
	y, x := place/c.OW*c.SH-c.PH, place%c.OW*c.SW-c.PW
	top, left := max(0, j.above-y), max(0, -x)
	on.lines, on.terms = min(c.KH, c.H-j.above-y)-top, (min(c.KW, c.W-x)-left)*c.C
	if t.rows == 0 || on.lines <= 0 || on.terms <= 0 {
		return false
	}
	on.x = j.x[image*j.imageStep+((y+top)*c.W+x+left)*c.C:]
	m, first := t.g.c1-t.g.c0, (top*c.KW+left)*c.C
	for col := 0; col < m; col += panelCols {
		w, ld := j.weightsFrom(t.g.c0 + col)
		on.w, on.ldw, on.under = w[first*ld:], ld, c.line()*ld
		t.gridPanel(&on, ldy, col, min(panelCols, m-col))
	}
	return true
}

// gridPanel does the columns of one panel, wide of them from column c of the region on.
func (t *strip) gridPanel(on *grid, ldy, c, wide int) {
	cols, y := panelCols, t.dst[t.g.at[t.r0]+c:]
	if wide <= panelCols/2 {
		cols = panelCols / 2
	}
	if wide == cols {
		gridSum(y, ldy, on, t.rows, cols)
		return
	}
	part := *on
	for r := 0; r < t.rows; r += gridRows {
		part.x = on.x[r*on.step:]
		gridSum(t.edge[:], panelCols, &part, gridRows, cols)
		for i := range gridRows {
			copy(y[(r+i)*ldy:][:wide], t.edge[i*panelCols:])
		}
	}
}
