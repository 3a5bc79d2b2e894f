package kernel

// Gradients of the weights of convolutions whose kernels have short lines, and that have few outputs. A line
// has too few rows for a tile, so that a tile takes rows of several lines, each by its distance from where the
// window of a position starts. There are so few tiles that each passes over dy as it stands.

const (
	// shortLine is the number of terms of a line of a kernel below which that is so, lineCols the most
	// outputs.
	shortLine = 32
	lineCols  = 16
	lineRows  = 13
)

// lineTile is a tile of sums.
type lineTile [lineRows][lineCols]float32

// positions are those of one image: lines of n, step elements of the image from one to the next,
// line from the first of a line to that of the next. Their columns lie ld apart.
type positions struct{ step, line, ld, n, lines int }

// lineOuters is a job over tiles of lineRows rows of g. The bias is a row as others
// are: its elements are those of an image of ones behind all images.
type lineOuters struct{ outer }

// rows is the number of rows of g.
func (j *lineOuters) rows() int {
	if j.bias {
		return j.terms + 1
	}
	return j.terms
}

// image is the number of elements of an image.
func (j *lineOuters) image() int { return j.conv.H * j.conv.W * j.conv.C }

func (j lineOuters) run(p *Pool) {
	ones := j.x[j.samples*j.image():][:j.image()]
	for i := range ones {
		ones[i] = 1
	}
	n := (j.rows() + lineRows - 1) / lineRows
	if p.alone(n, j.samples*j.positions*j.rows()*j.cols) {
		j.part(0, n)
		return
	}
	launch(p, &p.slots.lines, j, n)
}

func (j *lineOuters) part(lo, hi int) {
	for i := lo; i < hi; i++ {
		j.tile(i * lineRows)
	}
}

// tile does the tile from row r0 on.
func (j *lineOuters) tile(r0 int) {
	var sums lineTile
	var off [lineRows]int
	c, rows := &j.conv, min(lineRows, j.rows()-r0)
	for r := range rows {
		copy(sums[r][:j.cols], j.g[(r0+r)*j.cols:])
		off[r] = (r0+r)/c.line()*c.W*c.C + (r0+r)%c.line()
	}
	l := positions{step: c.SW * c.C, line: c.SH * c.W * c.C, ld: j.cols, n: c.OW, lines: c.OH}
	for s := range j.samples {
		scale := float32(1)
		if j.scale != nil {
			scale = j.scale[s]
		}
		if r0+rows > j.terms {
			off[rows-1] = (j.samples - s) * j.image()
		}
		lineOuter(&sums, j.x[s*j.image():], j.dy[s*j.positions*j.cols:], &off, &l, j.cols, scale)
	}
	for r := range rows {
		copy(j.g[(r0+r)*j.cols:][:j.cols], sums[r][:])
	}
}
