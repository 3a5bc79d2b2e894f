package kernel

// OuterAdd adds each sample's outer products to g (K×M): g[i,j] += sum over s, p
// of scale[s]·x[s,p,i]·dy[s,p,j], in the order of samples and positions, the scale
// multiplied into x. With bias, g has a row K more, whose x is 1. scale nil is 1.
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
	j.run(p)
}

// outer is a job over groups of rows of g. Each part of a group's operand is
// transposed into a tile, so that a gradient is a product like any other.
type outer struct {
	g, x, dy, scale    []float32
	samples, positions int
	terms, cols        int // of g, without the bias row
	bias               bool
	image              bool // x is an image, read by the taps of conv
	conv               Conv
}

const groupRows = 32

// group is a range of rows of g.
type group struct{ lo, hi int }

// groups is the number of groups; those of an image hold one tap or, with few
// channels, several.
func (j *outer) groups() int {
	n := (j.terms + groupRows - 1) / groupRows
	if j.image {
		a, b := j.groupShape()
		n = a * b
	}
	if j.bias {
		n++
	}
	return n
}

// groupShape is the number of tap sets, and of groups that the channels of one are
// cut into.
func (j *outer) groupShape() (sets, cuts int) {
	c := &j.conv
	per := j.tapsPerSet()
	return (c.KH*c.KW + per - 1) / per, (c.C + groupRows - 1) / groupRows
}

func (j *outer) tapsPerSet() int { return max(groupRows/j.conv.C, 1) }

func (j *outer) group(i int) group {
	if j.bias && i == j.groups()-1 {
		return group{j.terms, j.terms + 1}
	}
	if !j.image {
		return group{i * groupRows, min((i+1)*groupRows, j.terms)}
	}
	_, cuts := j.groupShape()
	set := j.tapsPerSet() * j.conv.C
	lo := i/cuts*set + i%cuts*groupRows
	return group{lo, min(lo+groupRows, (i/cuts+1)*set, j.terms)}
}

func (j outer) run(p *Pool) {
	n := j.groups()
	if p.alone(n, j.samples*j.positions*j.terms*j.cols) {
		j.part(0, n)
		return
	}
	p.begin()
	p.slots.outer = j
	p.share(&p.slots.outer, n)
	p.slots.outer = outer{}
	p.end()
}

func (j *outer) part(lo, hi int) {
	for i := lo; i < hi; i++ {
		g := j.group(i)
		p0, p1 := 0, j.positions
		if j.image && g.lo < j.terms {
			p0, p1 = j.alive(g)
		}
		if p0 == 0 && p1 == j.positions {
			j.add(g, 0, j.samples*j.positions)
			continue
		}
		for s := 0; s < j.samples && p0 < p1; s++ {
			j.add(g, s*j.positions+p0, s*j.positions+p1)
		}
	}
}

// alive is the range of positions where a group's taps meet the image: whole
// output lines, none where they always lie in the padding.
func (j *outer) alive(g group) (p0, p1 int) {
	c := &j.conv
	first, last := g.lo/c.C, (g.hi-1)/c.C
	top, _ := reach(c.PH-last/c.KW, c.SH, c.H-1, c.OH)
	_, bottom := reach(c.PH-first/c.KW, c.SH, c.H-1, c.OH)
	if first == last {
		if a, b := reach(c.PW-first%c.KW, c.SW, c.W-1, c.OW); a >= b {
			return 0, 0
		}
	}
	return top * c.OW, max(bottom, top) * c.OW
}

// add adds the products of positions [lo,hi), counted over all samples.
func (j *outer) add(g group, lo, hi int) {
	var room [groupRows * tileTerms]float32
	var rows rowList
	for q := lo; q < hi; q += tileTerms {
		n := min(tileTerms, hi-q)
		x, ldx := j.operand(room[:], g, q, n)
		rows.n = 0
		for r := range g.hi - g.lo {
			rows.add(r*j.cols, r)
		}
		for c0 := 0; c0 < j.cols; c0 += tileCols {
			m := min(tileCols, j.cols-c0)
			madd(&rows, n, m, j.g[g.lo*j.cols+c0:], x, ldx, j.dy[q*j.cols+c0:], j.cols)
		}
	}
}

// operand returns rows g of the operand at positions q.., n of them, with the
// samples' scales, one position a row, and the rows' stride. It may use room.
func (j *outer) operand(room []float32, g group, q, n int) ([]float32, int) {
	wide := g.hi - g.lo
	switch {
	case g.lo == j.terms:
		for i := range room[:n] {
			room[i] = 1
		}
	case j.image:
		j.conv.patches(room, wide, j.x, q, n, g.lo, g.hi)
	case j.scale == nil:
		return j.x[q*j.terms+g.lo:], j.terms
	default:
		for i := range n {
			copy(room[i*wide:][:wide], j.x[(q+i)*j.terms+g.lo:])
		}
	}
	for i := 0; i < n && j.scale != nil; {
		s := (q + i) / j.positions
		end := min((s+1)*j.positions-q, n)
		scale(room[i*wide:end*wide], j.scale[s])
		i = end
	}
	return room, wide
}
