package safetensors

import (
	"math"
	"slices"
)

// A Tensor is a named array, last axis fastest. The product of Shape is
// len(Data); a shape without axes is a single number.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}

// A File is what a .safetensors file holds: tensors in the order of their bytes,
// and free text by name.
type File struct {
	Meta    map[string]string
	Tensors []Tensor
}

// Tensor returns the tensor of a name, or nil.
func (f *File) Tensor(name string) *Tensor {
	i := slices.IndexFunc(f.Tensors, func(t Tensor) bool { return t.Name == name })
	if i < 0 {
		return nil
	}
	return &f.Tensors[i]
}

// NotFinite returns the index of the first element that is NaN or infinite, or -1.
func (t *Tensor) NotFinite() int {
	return slices.IndexFunc(t.Data, func(v float32) bool {
		return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0)
	})
}

// elements is the product of a shape, or false if a dimension is negative or the
// product is larger than most.
func elements(shape []int, most int) (int, bool) {
	n := 1
	empty := slices.Contains(shape, 0)
	for _, d := range shape {
		switch {
		case d < 0:
			return 0, false
		case empty:
			continue
		case d > most/n:
			return 0, false
		}
		n *= d
	}
	if empty {
		return 0, true
	}
	return n, n <= most
}
