package dataset

import "fmt"

// Elements returns the number of elements of one input row.
func (p *Part) Elements() int { return product(p.shape) }

// Inputs is Input for several rows: dst is len(rows)×Elements, row-major, the rows
// in the order asked for. It allocates nothing but a resampler's line, once.
func (p *Part) Inputs(dst []float32, rows []int) {
	n := p.each(dst, rows)
	for i, row := range rows {
		p.Input(dst[i*n:(i+1)*n], row)
	}
}

// AugmentedInputs is Augmented for several rows, laid out as Inputs does. What it
// writes for a row does not depend on the others or on their order.
func (p *Part) AugmentedInputs(dst []float32, rows []int, epoch int, draw Draw) {
	n := p.each(dst, rows)
	for i, row := range rows {
		p.Augmented(dst[i*n:(i+1)*n], row, epoch, draw)
	}
}

// each returns the elements of a row, after a look at dst.
func (p *Part) each(dst []float32, rows []int) int {
	n := product(p.shape)
	if len(dst) != n*len(rows) {
		panic(fmt.Sprintf("dataset: %d rows of shape %v, dst has %d elements", len(rows), p.shape, len(dst)))
	}
	return n
}

// Labels writes the classes of rows to dst, which is as long as rows. It panics if
// the set has no labels.
func (p *Part) Labels(dst []int32, rows []int) {
	if len(dst) != len(rows) {
		panic(fmt.Sprintf("dataset: labels of %d rows, dst has %d", len(rows), len(dst)))
	}
	for i, row := range rows {
		dst[i] = p.Label(row)
	}
}

// Targets writes the targets of rows to dst, len(rows)×width, row-major.
func (p *Part) Targets(dst []float32, rows []int) {
	if len(dst) != p.width*len(rows) {
		panic(fmt.Sprintf("dataset: targets of %d elements for %d rows, dst has %d", p.width, len(rows), len(dst)))
	}
	for i, row := range rows {
		p.Target(dst[i*p.width:(i+1)*p.width], row)
	}
}
