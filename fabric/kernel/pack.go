package kernel

// packing is a job that copies weights into panels of panelCols columns: each panel
// holds depth rows, one after the other, the columns that it lacks zero. Products whose
// weights lie across are transposed so.
type packing struct{ product }

// packRun is the number of rows that are packed at a time.
const packRun = 128

// nearWeights is the number of weights, half of the first cache, that are as near unpacked.
const nearWeights = 1 << 12

// pack packs the weights where rows of the product use them often enough. What it
// returns holds them until it is given back.
func (j *product) pack(p *Pool) *room {
	if (j.rows < fewRows || j.inner*j.width <= nearWeights) && (j.kind == forward || j.kind == convolved) {
		j.packed = j.width &^ (panelCols - 1)
	}
	panels := (j.width - j.packed + panelCols - 1) / panelCols
	n := panels * panelCols * j.depth()
	r := borrow(n)
	j.panels = r.data[:n]
	packing{*j}.run(p, panels*j.runs())
	return r
}

// runs is the number of parts that the rows of a panel are packed in.
func (j *product) runs() int {
	if j.taps() {
		return j.conv.KH * j.conv.KW
	}
	return (j.depth() + packRun - 1) / packRun
}

// taps reports whether terms are taken tap by tap.
func (j *product) taps() bool {
	return j.kind == gathered || j.kind == convolved && !j.lined
}

func (j packing) run(p *Pool, n int) {
	if p.alone(n, j.depth()*(j.width-j.packed)) {
		j.part(0, n)
		return
	}
	launch(p, &p.slots.packing, j, n)
}

func (j *packing) part(lo, hi int) {
	runs, depth := j.runs(), j.depth()
	for u := lo; u < hi; u++ {
		c, k := j.packed+u/runs*panelCols, u%runs
		n := packRun
		if j.taps() {
			if !j.conv.live(k) {
				continue
			}
			n = depth / runs
		}
		k0, k1 := k*n, min((k+1)*n, depth)
		to := j.panels[(c-j.packed)*depth+k0*panelCols:][:(k1-k0)*panelCols]
		j.fill(to, c, min(c+panelCols, j.width), k0, k1)
	}
}

// fill packs columns [c0,c1) of rows [k0,k1).
func (j *packing) fill(to []float32, c0, c1, k0, k1 int) {
	m := c1 - c0
	if m < panelCols && j.kind != forward && j.kind != convolved {
		clear(to)
	}
	switch j.kind {
	case transposed:
		flip(m, k1-k0, to, panelCols, j.w[c0*j.inner+k0:], j.inner)
	case gathered:
		tap := k0 / j.inner
		flip(m, k1-k0, to, panelCols, j.w[(tap*j.conv.C+c0)*j.inner+k0%j.inner:], j.inner)
	default:
		for k := range k1 - k0 {
			row := to[k*panelCols:][:panelCols]
			clear(row[copy(row, j.w[(k0+k)*j.width+c0:][:m]):])
		}
	}
}

// live reports whether a tap meets the image at any output.
func (c *Conv) live(tap int) bool {
	y0, y1 := reach(c.PH-tap/c.KW, c.SH, c.H-1, c.OH)
	x0, x1 := reach(c.PW-tap%c.KW, c.SW, c.W-1, c.OW)
	return y0 < y1 && x0 < x1
}
