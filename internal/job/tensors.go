package job

import (
	"fmt"
	"slices"

	"acl/fabric"
	"acl/internal/safetensors"
)

// Arrays in files have the names and layouts of PyTorch's modules, under the
// instance path of the unit that owns them:
//
//	dense      PATH.weight [out, in], PATH.bias [out]
//	conv       PATH.weight [out, in, kh, kw], PATH.bias [out]
//	batchnorm  PATH.weight, PATH.bias, PATH.running_mean, PATH.running_var, each [C]
//	layernorm  PATH.weight, PATH.bias, each [D]
//	position   PATH.table, of its value's shape
//
// A chip's arrays are rows (inputs) by columns (outputs), a convolution's rows being
// pixels of the kernel before channels.

// tensor is a part of an array as a file has it.
type tensor struct {
	name      string
	shape     []int
	row, rows int // of the array
	cols      int // of the array
	taps      int // pixels of a kernel; 0 where the file has the array's own order
	statistic bool
}

// vectorNames are the names of a digital array's rows in files.
var vectorNames = map[string]string{"gain": "weight", "offset": "bias", "mean": "running_mean", "variance": "running_var"}

// tensors are the parts of array i of a program.
func tensors(f *fabric.Program, i int) []tensor {
	a := &f.Arrays[i]
	if a.Digital != nil {
		return vectors(f, i)
	}
	rows := a.Rows
	if a.Bias {
		rows--
	}
	t := tensor{name: a.Path + ".weight", shape: []int{a.Cols, rows}, rows: rows, cols: a.Cols, taps: 1}
	if k := attrOf(f, i, "kernel"); len(k) > 0 {
		kh, kw := int(k[0]), int(k[len(k)-1])
		t.taps = kh * kw
		t.shape = []int{a.Cols, rows / t.taps, kh, kw}
	}
	list := []tensor{t}
	if a.Bias {
		list = append(list, tensor{name: a.Path + ".bias", shape: []int{a.Cols}, row: rows, rows: 1, cols: a.Cols})
	}
	return list
}

// vectors are the rows of a digital array.
func vectors(f *fabric.Program, i int) []tensor {
	a := &f.Arrays[i]
	var list []tensor
	for r, v := range a.Digital {
		t := tensor{name: a.Path + "." + v.Name, shape: []int{a.Cols}, row: r, rows: 1, cols: a.Cols, statistic: v.Statistic}
		if name, ok := vectorNames[v.Name]; ok {
			t.name = a.Path + "." + name
		} else if u := unitOf(f, i); u != nil {
			t.shape = slices.Clone(f.Values[u.Out].Shape)
		}
		list = append(list, t)
	}
	return list
}

// unitOf is the first forward unit that uses an array.
func unitOf(f *fabric.Program, array int) *fabric.Unit {
	for i := range f.Units {
		if u := &f.Units[i]; u.Array == array && u.Role == fabric.Forward {
			return u
		}
	}
	return nil
}

func attrOf(f *fabric.Program, array int, name string) []float64 {
	if u := unitOf(f, array); u != nil {
		return u.Attr(name)
	}
	return nil
}

// place is the index in the array of element k of the tensor in a file.
func (t *tensor) place(k int) int {
	if t.taps == 0 {
		return t.row*t.cols + k
	}
	out, in := k/t.rows, k%t.rows
	channel, tap := in/t.taps, in%t.taps
	return (tap*(t.rows/t.taps)+channel)*t.cols + out
}

// of takes the tensor out of an array's values.
func (t *tensor) of(values []float32) safetensors.Tensor {
	out := safetensors.Tensor{Name: t.name, Shape: t.shape, Data: make([]float32, t.rows*t.cols)}
	for k := range out.Data {
		out.Data[k] = values[t.place(k)]
	}
	return out
}

// into puts a tensor of a file into an array's values.
func (t *tensor) into(values []float32, from *safetensors.Tensor) error {
	if !slices.Equal(from.Shape, t.shape) {
		return fmt.Errorf("%s has the shape %v, want %v", t.name, from.Shape, t.shape)
	}
	if at := from.NotFinite(); at >= 0 {
		return fmt.Errorf("element %d of %s is %g, want a finite number", at, t.name, from.Data[at])
	}
	for k, v := range from.Data {
		values[t.place(k)] = v
	}
	return nil
}

// tensorsOf are all arrays of a program as a file has them, under a prefix;
// statistics say whether running statistics are among them.
func tensorsOf(f *fabric.Program, prefix string, arrays [][]float32, statistics bool) []safetensors.Tensor {
	var list []safetensors.Tensor
	for i, values := range arrays {
		for _, t := range tensors(f, i) {
			if t.statistic && !statistics {
				continue
			}
			out := t.of(values)
			out.Name = prefix + out.Name
			list = append(list, out)
		}
	}
	return list
}

// tensorWeights reads the tensors of each array.
func tensorWeights(path string, f *fabric.Program) ([][]float32, error) {
	file, err := safetensors.Read(path)
	if err != nil {
		return nil, err
	}
	out := make([][]float32, len(f.Arrays))
	for i := range f.Arrays {
		out[i] = make([]float32, f.Arrays[i].Rows*f.Arrays[i].Cols)
		for _, t := range tensors(f, i) {
			from := file.Tensor(t.name)
			if from == nil {
				return nil, fmt.Errorf("%s has no tensor %s", path, t.name)
			}
			if err := t.into(out[i], from); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	return out, nil
}
