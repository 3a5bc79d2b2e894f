package kernel

// maxSegments is the number of segments that are collected before a kernel runs:
// enough for the taps of the usual windows.
const maxSegments = 9

// strip collects the terms of a few rows of a region and sums them up in dst.
type strip struct {
	j     *product
	g     *region
	dst   []float32
	r0    int // first row, of the region
	rows  int
	n     int // segments collected
	more  bool
	segs  [maxSegments]segment
	first [maxSegments]int // row of the weights at which each starts
	pos   [panelRows]pixel
	// edge is where the sums of a panel stand that does not fill its columns.
	edge [panelRows * panelCols]float32
}

// start begins with row r of the region. Rows of one position of many images are taken up to
// the last image.
func (t *strip) start(r int) {
	t.r0, t.rows = r, min(panelRows, t.g.rows-r)
	if t.j.lined && t.j.byPlace {
		t.rows = min(t.rows, t.j.conv.N-t.g.q[r]/t.j.perSample)
	}
	t.n, t.more = 0, false
}

// segment is a fresh segment of n terms from row k of the weights on.
func (t *strip) segment(k, n int) *segment {
	if t.n == maxSegments {
		t.flush()
	}
	s := &t.segs[t.n]
	s.n, t.first[t.n] = n, k
	t.n++
	return s
}

// straight adds the terms of a block of an operand in rows.
func (t *strip) straight(k Block) {
	if k.Lo >= k.Hi {
		return
	}
	s := t.segment(k.Lo, k.Hi-k.Lo)
	for i := range t.rows {
		s.x[i] = &t.j.x[t.g.q[t.r0+i]*t.j.inner+k.Lo]
	}
}

// flush runs the kernel over what is collected, panel by panel.
func (t *strip) flush() {
	if t.n == 0 {
		return
	}
	m := t.g.c1 - t.g.c0
	for c := 0; c < m; c += panelCols {
		t.panel(c, min(panelCols, m-c))
	}
	t.n, t.more = 0, true
}

// panel does the columns of one panel, wide of them from column c of the region on.
func (t *strip) panel(c, wide int) {
	cols, ldw := panelCols, t.weights(t.g.c0+c)
	if wide <= panelCols/2 {
		cols = panelCols / 2
	}
	var y [panelRows]*float32
	for i := range t.rows {
		to := t.g.at[t.r0+i] + c
		y[i] = &t.dst[to]
		if wide < cols {
			y[i] = &t.edge[i*panelCols]
			if t.more {
				copy(t.edge[i*panelCols:], t.dst[to:][:wide])
			}
		}
	}
	panel(&y, t.segs[:t.n], t.rows, cols, ldw, t.more)
	if wide < cols {
		for i := range t.rows {
			copy(t.dst[t.g.at[t.r0+i]+c:][:wide], t.edge[i*panelCols:])
		}
	}
}

// weights points the segments at their weights from a column on, and returns the
// distance of rows.
func (t *strip) weights(col int) (ld int) {
	w, ld := t.j.weightsFrom(col)
	for i, k := range t.first[:t.n] {
		t.segs[i].w = &w[k*ld]
	}
	return ld
}

// weightsFrom is the weights from a column on, and the distance of their rows.
func (j *product) weightsFrom(col int) (w []float32, ld int) {
	if col < j.packed {
		return j.w[col:], j.width
	}
	return j.panels[(col-j.packed)*j.depth():], panelCols
}

// end finishes the rows.
func (t *strip) end() {
	t.flush()
	if !t.more {
		for i := range t.rows {
			clear(t.g.line(t.dst, t.r0+i))
		}
	}
}
