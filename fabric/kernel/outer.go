package kernel

// OuterAdd adds each sample's outer products to g (K×M): g[i,j] += sum over s, p
// of x[s,p,i]·(scale[s]·dy[s,p,j]), in the order of samples and positions. With bias, g
// has a row K more, whose x is 1. scale nil is 1.
func OuterAdd(p *Pool, g, x, dy, scale []float32, d Dims, bias bool) {
	j := outer{g: g, x: x, dy: dy, scale: scale, samples: d.N, positions: d.P, terms: d.K, cols: d.M, bias: bias}
	j.run(p)
}

// Conv2DOuterAdd adds the outer products of every output position: g, (KH·KW·C)×M
// and a bias row where asked for, is the gradient of the weights. Otherwise it is
// like OuterAdd.
func Conv2DOuterAdd(p *Pool, g, x, dy, scale []float32, c *Conv, bias bool) {
	j := outer{
		g: g, x: x, dy: dy, scale: scale, bias: bias, conv: *c, image: true,
		samples: c.N, positions: c.OH * c.OW, terms: c.terms(), cols: c.M,
	}
	if c.narrow() && !j.squared() {
		wide := c.widened()
		size := wide.H * wide.W * wide.C
		r := c.copiedImages(p, x, &wide, size, size)
		defer r.giveBack()
		j.conv, j.x, j.lined = wide, r.data, true
		if wide.line() < shortLine && c.M <= lineCols {
			lineOuters{j}.run(p)
			return
		}
	}
	j.run(p)
}

// outer is a job over tiles of panelRows×panelCols elements of g, which stay in
// registers while the positions pass by.
type outer struct {
	g, x, dy, scale    []float32
	samples, positions int
	terms, cols        int // of g, without the bias row
	bias               bool
	image              bool // x is an image, read by the taps of conv
	conv               Conv
	lined              bool // rows go line by line of the kernel, of an image with its padding in it
	crew               crew
	rooms              []float32 // outerRoom for each worker
}

const (
	// outerRun is the number of positions that pass by at a time, outerPanels the
	// panels of dy's columns that are packed for them.
	outerRun    = 192
	outerPanels = 2
)

// set is the number of rows of g whose operand's elements lie side by side.
func (j *outer) set() int {
	switch {
	case j.lined:
		return j.conv.line()
	case j.image:
		return j.conv.C
	}
	return max(j.terms, 1)
}

// perSet is the number of tiles that the rows of a set make, rowTiles that of all
// rows.
func (j *outer) perSet() int { return (j.set() + panelRows - 1) / panelRows }

func (j *outer) rowTiles() int {
	n := (j.terms + j.set() - 1) / j.set() * j.perSet()
	if j.bias {
		n++
	}
	return n
}

func (j outer) run(p *Pool) {
	if j.squared() {
		j.bySquares(p)
		return
	}
	const wide = outerPanels * panelCols
	n := j.rowTiles() * ((j.cols + wide - 1) / wide)
	j.crew = p.crew(n)
	r := borrow(outerRoom * j.crew.workers)
	defer r.giveBack()
	j.rooms = r.data
	if p.alone(n, j.samples*j.positions*j.terms*j.cols) {
		j.part(0, n)
		return
	}
	launch(p, &p.slots.outer, j, n)
}

// part does tiles [lo,hi), ordered by panels of columns.
func (j *outer) part(lo, hi int) {
	rows := j.rowTiles()
	room := j.room(j.crew.member(lo))
	for lo < hi {
		c, a := lo/rows, lo%rows
		b := min(rows, a+hi-lo)
		j.panels(room, c*outerPanels*panelCols, a, b)
		lo += b - a
	}
}

// outerRoom is the room that a worker needs: for dy's panels, and for a tile of g that
// does not fill its columns.
const (
	outerRoom = outerDy + outerEdge
	outerDy   = outerRun * outerPanels * panelCols
	outerEdge = panelRows * panelCols
)

// outerSpace is a worker's room, cut.
type outerSpace struct{ dy, edge []float32 }

func (j *outer) room(member int) outerSpace {
	r := j.rooms[member*outerRoom:][:outerRoom]
	return outerSpace{r[:outerDy], r[outerDy:]}
}

// packedWidth is the number of columns of dy that are packed for a position: whole panels, or half of
// one.
func (j *outer) packedWidth() int {
	switch {
	case j.cols <= panelCols/2:
		return panelCols / 2
	case j.cols <= panelCols:
		return panelCols
	}
	return outerPanels * panelCols
}

// panels does tiles [a,b) of the panels from column c0 on.
func (j *outer) panels(room outerSpace, c0, a, b int) {
	var space, first [outerRun]partner
	all := j.samples * j.positions
	for q := 0; q < all; q += outerRun {
		n := min(outerRun, all-q)
		j.packErrors(room.dy, c0, q, n)
		if j.lined {
			j.linePartners(first[:n], room.dy, q)
		}
		for t := a; t < b; {
			set, shift := t/j.perSet(), 0
			end := min(b, (set+1)*j.perSet())
			terms := first[:n]
			if j.lined && set < j.conv.KH {
				shift = set * j.conv.W * j.conv.C
			} else {
				terms = j.partners(space[:n], room.dy, set, q)
			}
			for ; t < end && len(terms) > 0; t++ {
				j.tile(room.edge, terms, min(set*j.set(), j.terms), t%j.perSet()*panelRows, shift, c0)
			}
			t = end
		}
	}
}

// packErrors copies columns c0.. of dy at positions q.., n of them, times the samples'
// scales.
func (j *outer) packErrors(room []float32, c0, q, n int) {
	for i := 0; i < n; {
		k, end := float32(1), n
		if j.scale != nil {
			s := (q + i) / j.positions
			k, end = j.scale[s], min((s+1)*j.positions-q, n)
		}
		j.packRows(room[i*j.packedWidth():], j.dy[(q+i)*j.cols+c0:], j.cols-c0, end-i, k)
		i = end
	}
}

// packRows copies n rows, of which there are m columns, times k.
func (j *outer) packRows(to, dy []float32, m, n int, k float32) {
	wide := j.packedWidth()
	switch {
	case m == j.cols && m == wide:
		copyScaled(to[:n*wide], dy[:n*wide], k)
	case m >= wide:
		for i := range n {
			copyScaled(to[i*wide:][:wide], dy[i*j.cols:][:wide], k)
		}
	default:
		for i := range n {
			row := to[i*wide:][:wide]
			clear(row[copy(row, dy[i*j.cols:][:m]):])
		}
		if k != 1 {
			scale(to[:n*wide], k)
		}
	}
}

// one is the operand of the bias row.
var one float32 = 1

// partners lists the terms of a set of rows at positions q.., as many as list holds.
func (j *outer) partners(list []partner, dy []float32, set, q int) []partner {
	wide := j.packedWidth()
	switch {
	case set*j.set() >= j.terms:
		for i := range list {
			list[i] = partner{&one, &dy[i*wide]}
		}
	case j.image:
		return j.tapPartners(list, dy, set, q)
	default:
		for i := range list {
			list[i] = partner{&j.x[(q+i)*j.terms], &dy[i*wide]}
		}
	}
	return list
}

// tapPartners lists the positions from q on, as many as list holds, where a tap meets
// the image.
func (j *outer) tapPartners(list []partner, dy []float32, tap, q int) []partner {
	c := &j.conv
	ky, kx := tap/c.KW, tap%c.KW
	lo, hi := reach(c.PW-kx, c.SW, c.W-1, c.OW)
	k := 0
	for i, n := 0, 0; i < len(list); i += n {
		line, ox := (q+i)/c.OW, (q+i)%c.OW
		n = min(c.OW-ox, len(list)-i)
		iy := line%c.OH*c.SH - c.PH + ky
		if uint(iy) >= uint(c.H) {
			continue
		}
		a, b := max(ox, lo), min(ox+n, hi)
		at := ((line/c.OH*c.H+iy)*c.W + a*c.SW - c.PW + kx) * c.C
		for o := a; o < b; o++ {
			list[k] = partner{&j.x[at], &dy[(i+o-ox)*j.packedWidth()]}
			k, at = k+1, at+c.SW*c.C
		}
	}
	return list[:k]
}

// tile adds the terms to rows first+row.. of g; shift is how far the elements of a set's
// first row are from those of the terms.
func (j *outer) tile(edge []float32, terms []partner, first, row, shift, c0 int) {
	rows := 1 // the bias
	if first < j.terms {
		rows = min(panelRows, j.set()-row, j.terms-first-row)
	}
	for p := range outerPanels {
		c := c0 + p*panelCols
		wide, cols := min(panelCols, j.cols-c), panelCols
		if wide <= 0 || rows <= 0 {
			return
		}
		if wide <= panelCols/2 {
			cols = panelCols / 2
		}
		g := j.g[(first+row)*j.cols+c:]
		if wide == cols {
			outerSum(g, j.cols, terms, rows, cols, shift+row, p*panelCols)
			continue
		}
		for r := range rows {
			copy(edge[r*panelCols:], g[r*j.cols:][:wide])
		}
		outerSum(edge, panelCols, terms, rows, cols, shift+row, p*panelCols)
		for r := range rows {
			copy(g[r*j.cols:][:wide], edge[r*panelCols:])
		}
	}
}
