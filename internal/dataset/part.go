package dataset

import "fmt"

// A Part is the training or the test part of a data set. It never changes, and all
// its methods may be used from many goroutines at once. Row numbers count from 0
// within the part; one out of range panics, as does a dst of a wrong length.
type Part struct {
	shape   []int
	data    rows
	index   []int // row of the part -> row of data
	labels  []int32
	targets []float32
	width   int        // of a target
	fit     *resampler // nil: no image has another size than shape's
	norm    *norm      // nil: values as they are
	augment []Augment  // the training part's
	mean    []float32  // of each channel, where an augmentation asks for it
}

// Len returns the number of rows.
func (p *Part) Len() int { return len(p.index) }

// Bytes returns about how much memory the part's rows take.
func (p *Part) Bytes() int64 {
	total := int64(len(p.index)) * int64(8+4*p.width)
	for _, row := range p.index {
		total += p.data.bytes(row)
	}
	return total
}

// Label returns the class of a row, from 0. It panics if the set has no labels.
func (p *Part) Label(row int) int32 { return p.labels[p.index[row]] }

// Target writes the target of a row to dst, whose length is the target's.
func (p *Part) Target(dst []float32, row int) {
	if p.width == 0 || len(dst) != p.width {
		panic(fmt.Sprintf("dataset: target of %d elements, dst has %d", p.width, len(dst)))
	}
	copy(dst, p.targets[p.index[row]*p.width:])
}

// Input writes a row to dst, row-major in the set's shape, resized and normalised
// but not augmented.
func (p *Part) Input(dst []float32, row int) {
	p.load(dst, row)
	p.norm.apply(dst)
}

// Augmented is Input with the set's augmentations, for a training batch. It takes
// its random numbers as draw(epoch, row, k), k = 0, 1, ..; on the test part, or
// without augmentations, it is Input.
func (p *Part) Augmented(dst []float32, row, epoch int, draw Draw) {
	p.load(dst, row)
	augment(dst, p.shape, p.augment, p.mean, func(k int) float64 { return draw(epoch, row, k) })
	p.norm.apply(dst)
}

// load writes a row at the set's size.
func (p *Part) load(dst []float32, row int) {
	if len(dst) != product(p.shape) {
		panic(fmt.Sprintf("dataset: rows have shape %v, dst has %d elements", p.shape, len(dst)))
	}
	at := p.index[row]
	if p.fit == nil {
		p.data.copyRow(dst, at)
		return
	}
	h, w := p.data.size(at)
	if h == p.fit.h && w == p.fit.w {
		p.data.copyRow(dst, at)
		return
	}
	plane := p.fit.h * p.fit.w
	for c := range p.shape[0] {
		p.fit.plane(dst[c*plane:(c+1)*plane], h, w, func(line []float32, y int) {
			p.data.line(line, at, c, y)
		})
	}
}

// A norm brings each channel to mean 0 and standard deviation 1.
type norm struct {
	mean, std []float32
	stride    int // elements in a row that share a channel
}

// newNorm measures the training rows at their stored size, for rows of a shape that
// may differ from it in height and width.
func newNorm(data rows, train []int, shape []int) *norm {
	mean, std := data.moments(train, shape)
	n := &norm{mean: make([]float32, len(mean)), std: make([]float32, len(std)), stride: 1}
	for c := range mean {
		n.mean[c], n.std[c] = float32(mean[c]), float32(std[c])
		if n.std[c] == 0 { // a pixel that is always black: centred is all it can be
			n.std[c] = 1
		}
	}
	if len(shape) == 3 {
		n.stride = shape[1] * shape[2]
	}
	return n
}

// apply normalises a row in place. A nil norm does nothing.
func (n *norm) apply(row []float32) {
	if n == nil {
		return
	}
	for at := 0; at < len(row); at += n.stride {
		c := at / n.stride % len(n.mean)
		mean, std := n.mean[c], n.std[c]
		block := row[at : at+n.stride]
		for i := range block {
			block[i] = (block[i] - mean) / std
		}
	}
}
