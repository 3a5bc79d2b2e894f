package dataset

import "math"

// rows is what a reader leaves in memory: pixels for bytes, floats for the rest.
type rows interface {
	size(row int) (h, w int)                             // of an image; of other rows 1 and all elements
	copyRow(dst []float32, row int)                      // all elements, at the stored size
	line(dst []float32, row, c, y int)                   // one line of an image, at the stored size
	bytes(row int) int64                                 // memory taken by the row
	moments(of []int, shape []int) (mean, std []float64) // by channel, over the given rows
}

// channels tells which channel element i of a row belongs to: (i / stride) % count.
// Images have their first axis for it, whose planes take h·w elements; any other
// shape its last.
func channels(shape []int, h, w int) (count, stride int) {
	if len(shape) == 3 {
		return shape[0], h * w
	}
	return shape[len(shape)-1], 1
}

// A picture is one row of bytes, planes one after the other.
type picture struct {
	pix  []byte
	h, w int
}

// pixels are rows of bytes; value turns a byte into a number.
type pixels struct {
	row   []picture
	value [256]float32
}

// newPixels returns rows whose bytes count from 0 to white.
func newPixels(row []picture, white float32) *pixels {
	p := &pixels{row: row}
	for b := range p.value {
		p.value[b] = float32(b) / white
	}
	return p
}

// cut splits one array into n rows of h×w planes.
func cut(pix []byte, n, h, w int) []picture {
	list := make([]picture, n)
	each := len(pix) / n
	for i := range list {
		list[i] = picture{pix[i*each : (i+1)*each : (i+1)*each], h, w}
	}
	return list
}

func (p *pixels) size(row int) (h, w int) { return p.row[row].h, p.row[row].w }

func (p *pixels) bytes(row int) int64 { return int64(len(p.row[row].pix)) }

func (p *pixels) copyRow(dst []float32, row int) {
	pix := p.row[row].pix
	dst = dst[:len(pix)]
	for i, b := range pix {
		dst[i] = p.value[b]
	}
}

func (p *pixels) line(dst []float32, row, c, y int) {
	im := p.row[row]
	at := (c*im.h + y) * im.w
	for i, b := range im.pix[at : at+im.w] {
		dst[i] = p.value[b]
	}
}

// moments counts how often each byte value occurs, so that the sums are exact.
func (p *pixels) moments(of []int, shape []int) (mean, std []float64) {
	count, _ := channels(shape, 0, 0)
	seen := make([][256]int, count)
	for _, row := range of {
		im := p.row[row]
		_, stride := channels(shape, im.h, im.w)
		for at := 0; at < len(im.pix); at += stride {
			tally := &seen[at/stride%count]
			for _, b := range im.pix[at : at+stride] {
				tally[b]++
			}
		}
	}
	mean, std = make([]float64, count), make([]float64, count)
	for c := range seen {
		var n, sum, dev float64
		for b, k := range seen[c] {
			n += float64(k)
			sum += float64(k) * float64(p.value[b])
		}
		mean[c] = sum / n
		for b, k := range seen[c] {
			d := float64(p.value[b]) - mean[c]
			dev += float64(k) * d * d
		}
		std[c] = math.Sqrt(dev / n)
	}
	return mean, std
}

// floats are rows of stride numbers; h and w are those of an image, else 1 and
// stride.
type floats struct {
	vals         []float32
	stride, h, w int
}

func newFloats(vals []float32, shape []int) *floats {
	f := &floats{vals: vals, stride: product(shape), h: 1, w: product(shape)}
	if len(shape) == 3 {
		f.h, f.w = shape[1], shape[2]
	}
	return f
}

func (f *floats) size(int) (h, w int) { return f.h, f.w }

func (f *floats) bytes(int) int64 { return 4 * int64(f.stride) }

func (f *floats) copyRow(dst []float32, row int) {
	copy(dst, f.vals[row*f.stride:(row+1)*f.stride])
}

func (f *floats) line(dst []float32, row, c, y int) {
	copy(dst, f.vals[row*f.stride+(c*f.h+y)*f.w:][:f.w])
}

func (f *floats) moments(of []int, shape []int) (mean, std []float64) {
	count, stride := channels(shape, f.h, f.w)
	mean, std = make([]float64, count), make([]float64, count)
	n := float64(len(of)) * float64(f.stride) / float64(count)
	for _, row := range of {
		for i, v := range f.vals[row*f.stride : (row+1)*f.stride] {
			mean[i/stride%count] += float64(v) / n
		}
	}
	for _, row := range of {
		for i, v := range f.vals[row*f.stride : (row+1)*f.stride] {
			d := float64(v) - mean[i/stride%count]
			std[i/stride%count] += d * d / n
		}
	}
	for c := range std {
		std[c] = math.Sqrt(std[c])
	}
	return mean, std
}

// product returns the number of elements of a shape; readers have checked that it
// is no larger than their file.
func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
