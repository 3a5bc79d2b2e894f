package kernel

// A convolution of 3×3 taps at stride 1 by Winograd's F(4×4,3×3): each square of
// outputs comes from 36 products of transforms in place of 144 of image and taps
// (Lavin and Gray, Fast algorithms for convolutional neural networks, 2015, points 0,
// ±1, ±2 and ∞). It is one sum over all terms: right where a read-out is linear in
// them, and not the same bits as a direct sum.

const (
	tileOut   = 4 // outputs along a side of a square
	tileIn    = 6 // image elements
	planes    = tileIn * tileIn
	tilePix   = tileOut * tileOut
	taps3     = 9
	halfRoom  = tileIn * tileIn * 16 // what a transform puts down between its passes
	packTerms = 16                   // rows of the weights that are transformed at a time
)

// squares cuts the outputs of a convolution, or the image of its data gradient, into
// squares, image by image and line by line.
type squares struct {
	n, h, w, c    int // what is read
	oh, ow, m     int // what is written
	up, left      int // zeros above and to the left of what is read
	lines, across int // squares of an image
}

func (s *squares) cut() {
	s.lines, s.across = (s.oh+tileOut-1)/tileOut, (s.ow+tileOut-1)/tileOut
}

func (s *squares) count() int { return s.n * s.lines * s.across }

// square is where one lies: its image, and its first output.
type square struct{ image, y, x int }

func (s *squares) at(i int) square {
	line := i / s.across
	return square{line / s.lines, line % s.lines * tileOut, i % s.across * tileOut}
}

// reads points at the elements of x from channel c on that a square needs; zeros
// stand around the image.
func (s *squares) reads(list *[planes]*float32, x []float32, at square, c int) {
	y0, x0 := at.y-s.up, at.x-s.left
	for i := range tileIn {
		y := y0 + i
		inside := uint(y) < uint(s.h)
		from := (at.image*s.h + y) * s.w
		for k := range tileIn {
			p := &list[i*tileIn+k]
			if inside && uint(x0+k) < uint(s.w) {
				*p = &x[(from+x0+k)*s.c+c]
			} else {
				*p = &zeros[0]
			}
		}
	}
}

// fewChannels is the number of channels below which squares do not pay, fewTiles the
// number of squares below which the weights' transform does not pay.
const (
	fewChannels = 16
	fewTiles    = 32
)

// squared reports whether a product is made by squares: that depends on its shape and
// read-out alone, never on the machine.
func (j *product) squared() bool {
	c := &j.conv
	if !c.Winograd || c.KH != 3 || c.KW != 3 || c.SH != 1 || c.SW != 1 || len(j.blocks) > 0 {
		return false
	}
	s := j.squares()
	return min(s.c, s.m) >= fewChannels && s.count() >= fewTiles && s.full()
}

// full reports whether squares are mostly within what they cut.
func (s *squares) full() bool {
	return 2*s.oh*s.ow > s.lines*s.across*tilePix
}

// squares is how a product's outputs are cut.
func (j *product) squares() squares {
	c := &j.conv
	s := squares{n: c.N, h: c.H, w: c.W, c: c.C, oh: c.OH, ow: c.OW, m: c.M, up: c.PH, left: c.PW}
	if j.kind == gathered {
		s = squares{n: c.N, h: c.OH, w: c.OW, c: c.M, oh: c.H, ow: c.W, m: c.C, up: 2 - c.PH, left: 2 - c.PW}
	}
	s.cut()
	return s
}

func (s *squares) panels() int { return (s.m + panelCols - 1) / panelCols }

// transform puts the transforms of squares [lo,hi) of a run, which starts with square
// first, into planes of size squares each.
func (s *squares) transform(planesOf, x, half []float32, size, first, lo, hi int) {
	var list, to [planes]*float32
	for i := lo; i < hi; i++ {
		at := s.at(first + i)
		for c := 0; c < s.c; c += len(zeros) {
			s.reads(&list, x, at, c)
			for p := range to {
				to[p] = &planesOf[(p*size+i)*s.c+c]
			}
			tileImage(&to, &list, half, min(len(zeros), s.c-c))
		}
	}
}
