package dataset

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// An Input is how the rows of a set were brought to a network: what another row
// needs to be brought to it in the same way.
type Input struct {
	Shape []int     `json:"shape"`
	Mean  []float32 `json:"mean,omitempty"` // per channel; nil: not normalised
	Std   []float32 `json:"std,omitempty"`
}

// Input describes the rows of a set.
func (s *Set) Input() Input { return Input{Shape: s.Shape, Mean: s.Mean, Std: s.Std} }

// A Row is one input that was read by itself.
type Row struct {
	File   string
	Number int // in the file, from 0
	Data   []float32
}

// Read reads the rows of a file as a set would have them: an image (.png, .jpg,
// .jpeg, .gif), resized and with its channels as the set's; an array (.npy) of one row
// or of several; numbers separated by commas (.csv), a row a line, in the units of the
// set before it was normalised.
func (in Input) Read(path string) ([]Row, error) {
	read := in.readCSV
	switch strings.ToLower(filepath.Ext(path)) {
	case ".png", ".jpg", ".jpeg", ".gif":
		read = in.readImage
	case ".npy":
		read = in.readNPY
	case ".csv":
	default:
		return nil, &Error{File: path, Msg: "a file of another kind", Hint: "want .png, .jpg, .gif, .npy or .csv"}
	}
	list, err := read(path)
	for i := range list {
		list[i].File, list[i].Number = path, i
	}
	return list, err
}

// part is rows of the input's shape, which may be stored in another size.
func (in Input) part(data rows, n int) *Part {
	p := &Part{shape: in.Shape, data: data}
	for i := range n {
		p.index = append(p.index, i)
	}
	if len(in.Shape) == 3 {
		p.fit = newResampler(in.Shape[1], in.Shape[2])
		p.fit.expect(data.size(0))
	}
	if in.Mean != nil {
		p.norm = &norm{mean: in.Mean, std: in.Std, stride: 1}
		if len(in.Shape) == 3 {
			p.norm.stride = in.Shape[1] * in.Shape[2]
		}
	}
	return p
}

// read takes n rows of equal size.
func (in Input) read(data rows, n int) []Row {
	p := in.part(data, n)
	list := make([]Row, n)
	for i := range list {
		list[i].Data = make([]float32, product(in.Shape))
		p.Input(list[i].Data, i)
	}
	return list
}

func (in Input) readImage(path string) ([]Row, error) {
	if len(in.Shape) != 3 || in.Shape[0] != 1 && in.Shape[0] != 3 {
		return nil, fault(path, "the network takes rows of shape %v, not images", in.Shape)
	}
	dir, name := filepath.Split(filepath.Clean(path))
	if dir == "" {
		dir = "."
	}
	d := decoder{listing: &listing{root: filepath.Clean(dir), fsys: os.DirFS(dir)}, resize: [2]int{in.Shape[1], in.Shape[2]}}
	p, err := d.one(entry{path: name})
	if err != nil {
		return nil, err
	}
	return in.read(newPixels([]picture{p.channels(in.Shape[0])}, 255), 1), nil
}

// channels brings a picture to one channel, by luminance (ITU-R BT.601), or to three.
func (p picture) channels(depth int) picture {
	area := p.h * p.w
	switch {
	case len(p.pix) == depth*area:
		return p
	case depth == 3:
		return picture{bytes.Repeat(p.pix, 3), p.h, p.w}
	}
	grey := make([]byte, area)
	for i := range grey {
		grey[i] = byte(0.299*float32(p.pix[i]) + 0.587*float32(p.pix[area+i]) + 0.114*float32(p.pix[2*area+i]) + 0.5)
	}
	return picture{grey, p.h, p.w}
}

// readNPY reads one row or several, images of any size among them.
func (in Input) readNPY(path string) ([]Row, error) {
	var a *array
	err := withFile(path, func(b *blob) (err error) {
		a, err = readNPY(b)
		return err
	})
	if err != nil {
		return nil, err
	}
	n, each := 1, a.shape
	if len(a.shape) == len(in.Shape)+1 {
		n, each = a.shape[0], a.shape[1:]
	}
	image := len(each) == 3 && len(in.Shape) == 3 && each[0] == in.Shape[0]
	if n == 0 || product(each) == 0 || !image && product(each) != product(in.Shape) {
		return nil, fault(path, "an array of shape %v, and the network takes %v", a.shape, in.Shape)
	}
	if !image {
		each = in.Shape
	}
	if a.vals != nil {
		return in.read(newFloats(a.vals, each), n), nil
	}
	h, w := 1, product(each)
	if len(each) == 3 {
		h, w = each[1], each[2]
	}
	return in.read(newPixels(cut(a.pix, n, h, w), 255), n), nil
}

// readCSV reads rows of numbers; a first row of names is a header.
func (in Input) readCSV(path string) ([]Row, error) {
	var vals []float32
	n := 0
	err := withFile(path, func(b *blob) error {
		c := csv.NewReader(b)
		c.FieldsPerRecord, c.TrimLeadingSpace = -1, true
		for line := 0; ; line++ {
			cells, err := c.Read()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return csvFault(b, err)
			}
			if line == 0 && !isNumberOrEmpty(cells[0]) {
				continue
			}
			if want := product(in.Shape); len(cells) != want {
				at, _ := c.FieldPos(0)
				return &Error{File: path, Line: at, Msg: fmt.Sprintf("%d numbers in the row, and the network takes %d", len(cells), want),
					Hint: "a row is the input alone, without a label"}
			}
			for i, cell := range cells {
				v, why := number(strings.TrimSpace(cell))
				if why != "" {
					at, col := c.FieldPos(i)
					return &Error{File: path, Line: at, Col: col, Msg: why}
				}
				vals = append(vals, float32(v))
			}
			n++
		}
	})
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, fault(path, "there are no rows")
	}
	return in.read(newFloats(vals, in.Shape), n), nil
}
