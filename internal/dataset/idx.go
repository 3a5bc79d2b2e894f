package dataset

import (
	"encoding/binary"
	"path/filepath"
	"slices"
)

// An array is what an IDX or NPY file holds: rows along the first axis.
type array struct {
	name  string // of the file, for messages
	shape []int
	pix   []byte    // bytes, if vals is nil
	vals  []float32 // all finite
}

// maxRank bounds the axes of a file's array.
const maxRank = 8

// readIDX reads an array of unsigned bytes in the IDX format of MNIST: two zero
// bytes, a type, the number of axes, each axis as a big-endian 32-bit number, and
// the elements, last axis fastest (Y. LeCun, "THE IDX FILE FORMAT").
func readIDX(b *blob) (*array, error) {
	head, err := b.take(4, "the IDX header")
	if err != nil {
		return nil, err
	}
	if head[0] != 0 || head[1] != 0 {
		return nil, fault(b.name, "not an IDX file: it begins with %x, want 0000", head[:2])
	}
	if head[2] != 8 {
		return nil, fault(b.name, "IDX elements have type 0x%02x, only unsigned bytes (0x08) are read", head[2])
	}
	rank := int(head[3])
	if rank < 1 || rank > maxRank {
		return nil, fault(b.name, "the IDX header announces %d axes, want 1 to %d", rank, maxRank)
	}
	sizes, err := b.take(int64(4*rank), "the list of axes")
	if err != nil {
		return nil, err
	}
	dims := make([]int64, rank)
	for i := range dims {
		dims[i] = int64(binary.BigEndian.Uint32(sizes[4*i:]))
	}
	n, ok := elements(dims, b.most)
	if !ok {
		return nil, fault(b.name, "the IDX header announces an array of %d, which the file cannot hold", dims)
	}
	a := &array{name: b.name}
	for _, d := range dims {
		a.shape = append(a.shape, int(d))
	}
	if a.pix, err = b.take(n, "the array"); err != nil {
		return nil, err
	}
	return a, b.end()
}

func openIDX(path string) (a *array, err error) {
	err = withFile(path, func(b *blob) error {
		a, err = readIDX(b)
		return err
	})
	return a, err
}

// rows views the array as rows. Bytes are pixels of 0..1; images without a channel
// axis are given one if addChannel is set.
func (a *array) rows(addChannel bool) (data rows, shape []int) {
	shape = slices.Clone(a.shape[1:])
	switch {
	case len(shape) == 0:
		shape = []int{1}
	case len(shape) == 2 && addChannel:
		shape = slices.Insert(shape, 0, 1)
	}
	if a.vals != nil {
		return newFloats(a.vals, shape), shape
	}
	h, w := 1, product(shape)
	if len(shape) == 3 {
		h, w = shape[1], shape[2]
	}
	return newPixels(cut(a.pix, a.shape[0], h, w), 255), shape
}

// labels views the array as one label a row: shape n or n×1.
func (a *array) labels() ([]int32, error) {
	if product(a.shape) != a.shape[0] {
		return nil, &Error{File: a.name, Msg: "labels have more than one number a row", Hint: labelHint}
	}
	if a.vals == nil {
		return labelsOfBytes(a.pix), nil
	}
	labels := make([]int32, len(a.vals))
	for i, v := range a.vals {
		if why := notLabel(float64(v)); why != "" {
			e := fault(a.name, "label of row %d: %s", i, why)
			e.Hint = labelHint
			return nil, e
		}
		labels[i] = int32(v)
	}
	return labels, nil
}

// pair makes a data set of an array of inputs and one of labels.
func pair(input, label *array, addChannel bool) (*loaded, error) {
	l := &loaded{source: input.name}
	l.data, l.shape = input.rows(addChannel)
	l.train, l.test = fifths(input.shape[0])
	if label == nil {
		return l, nil
	}
	if input.shape[0] != label.shape[0] {
		return nil, fault(label.name, "%d labels for %d rows of input in %s",
			label.shape[0], input.shape[0], filepath.Base(input.name))
	}
	var err error
	l.labels, err = label.labels()
	l.classes = classes(l.labels)
	return l, err
}

func loadIDX(r Request) (*loaded, error) {
	var a [2]*array
	for i, p := range r.Paths {
		path, err := r.find(p)
		if err != nil {
			return nil, err
		}
		if a[i], err = openIDX(path); err != nil {
			return nil, err
		}
	}
	return pair(a[0], a[1], true)
}

// Where MNIST's test images are: the names are those of their origin.
const (
	mnistFolder = "mnist10k"
	mnistImages = "t10k-images-idx3-ubyte"
	mnistLabels = "t10k-labels-idx1-ubyte"
)

// loadMNIST looks for the two files of MNIST's test images under the names of their
// origin, in a folder mnist10k or beside the program.
func loadMNIST(r Request) (*loaded, error) {
	for _, dir := range r.folders() {
		for _, at := range []string{filepath.Join(dir, mnistFolder), dir} {
			for _, ext := range []string{".gz", ""} {
				r.Paths = []string{filepath.Join(at, mnistImages+ext), filepath.Join(at, mnistLabels+ext)}
				if exists(r.Paths[0]) && exists(r.Paths[1]) {
					return loadMNISTFiles(r)
				}
			}
		}
	}
	return nil, r.unfetched(mnistFolder + "/" + mnistImages + ".gz and " + mnistLabels + ".gz")
}

func loadMNISTFiles(r Request) (*loaded, error) {
	var a [2]*array
	for i, path := range r.Paths {
		var err error
		if a[i], err = openIDX(path); err != nil {
			return nil, err
		}
	}
	if !slices.Equal(a[0].shape, []int{10000, 28, 28}) {
		return nil, fault(r.Paths[0], "an array of %v, want [10000 28 28]", a[0].shape)
	}
	l, err := pair(a[0], a[1], true)
	if err == nil && l.classes != 10 {
		return nil, fault(r.Paths[1], "%d classes, want 10", l.classes)
	}
	return l, err
}
