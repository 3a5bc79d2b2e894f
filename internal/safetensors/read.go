package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
)

// maxHeader is the format's own bound.
const maxHeader = 100_000_000

// widths are the element types that are read, with their bytes an element.
var widths = map[string]int{"F16": 2, "BF16": 2, "F32": 4, "F64": 8}

// entry is what the header says of a tensor.
type entry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets []int  `json:"data_offsets"`
}

// Read reads the file at path.
func Read(path string) (*File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f, err := Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// Decode reads a file's bytes. It refuses headers that are too long or not what the
// format describes, tensors that overlap or leave gaps, bytes too few or too many,
// and element types other than F16, BF16, F32 and F64.
func Decode(data []byte) (*File, error) {
	if len(data) < 8 {
		return nil, fmt.Errorf("not a safetensors file: it has %d bytes", len(data))
	}
	length, rest := binary.LittleEndian.Uint64(data), data[8:]
	switch {
	case length > maxHeader:
		return nil, fmt.Errorf("not a safetensors file: it announces a header of %d bytes, want %d at most", length, maxHeader)
	case length > uint64(len(rest)):
		return nil, fmt.Errorf("truncated: the header has %d bytes of %d", len(rest), length)
	}
	f, entries, err := parseHeader(rest[:length])
	if err != nil {
		return nil, fmt.Errorf("the header is damaged: %w", err)
	}
	if err := f.layout(entries, len(rest)-int(length)); err != nil {
		return nil, err
	}
	body := rest[length:]
	for i := range f.Tensors {
		e := entries[f.Tensors[i].Name]
		f.Tensors[i].Data = convert(e.DType, body[e.Offsets[0]:e.Offsets[1]])
	}
	return f, nil
}

// parseHeader reads the header by its tokens, since a plain decode would drop the
// first of two tensors of one name.
func parseHeader(text []byte) (*File, map[string]entry, error) {
	if len(text) == 0 || text[0] != '{' {
		return nil, nil, errors.New("it is not a JSON object")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if _, err := d.Token(); err != nil {
		return nil, nil, err
	}
	f, entries := &File{}, map[string]entry{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, nil, err
		}
		name, ok := token.(string)
		if _, twice := entries[name]; !ok || twice || name == metaKey && f.Meta != nil {
			return nil, nil, fmt.Errorf("%q is there twice", name)
		}
		if name == metaKey {
			f.Meta = map[string]string{}
			if err := d.Decode(&f.Meta); err != nil {
				return nil, nil, fmt.Errorf("%s: %w", metaKey, err)
			}
			continue
		}
		var e entry
		if err := d.Decode(&e); err != nil {
			return nil, nil, fmt.Errorf("tensor %s: %w", name, err)
		}
		entries[name] = e
		f.Tensors = append(f.Tensors, Tensor{Name: name, Shape: e.Shape})
	}
	if _, err := d.Token(); err != nil {
		return nil, nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, errors.New("there is something behind the JSON object")
	}
	return f, entries, nil
}

// layout checks types, shapes and offsets against the bytes that the file has, and
// orders the tensors by place.
func (f *File) layout(entries map[string]entry, size int) error {
	for _, t := range f.Tensors {
		e := entries[t.Name]
		width, ok := widths[e.DType]
		if !ok {
			return fmt.Errorf("tensor %s has elements of type %q; F32, F64, F16 and BF16 are read", t.Name, e.DType)
		}
		if e.Shape == nil || len(e.Offsets) != 2 || e.Offsets[0] < 0 || e.Offsets[1] < e.Offsets[0] {
			return fmt.Errorf("tensor %s lacks a shape or offsets", t.Name)
		}
		if e.Offsets[1] > size {
			return fmt.Errorf("truncated: tensor %s ends at byte %d, the file has %d", t.Name, e.Offsets[1], size)
		}
		n, ok := elements(e.Shape, size/width)
		if !ok || n*width != e.Offsets[1]-e.Offsets[0] {
			return fmt.Errorf("tensor %s of shape %v and type %s has %d bytes", t.Name, e.Shape, e.DType, e.Offsets[1]-e.Offsets[0])
		}
	}
	slices.SortStableFunc(f.Tensors, func(a, b Tensor) int {
		return slices.Compare(entries[a.Name].Offsets, entries[b.Name].Offsets)
	})
	at := 0
	for _, t := range f.Tensors {
		e := entries[t.Name]
		if e.Offsets[0] != at {
			return fmt.Errorf("tensor %s begins at byte %d, want %d: tensors overlap or leave a gap", t.Name, e.Offsets[0], at)
		}
		at = e.Offsets[1]
	}
	if at != size {
		return fmt.Errorf("the tensors take %d bytes, the file has %d", at, size)
	}
	return nil
}

// convert turns a tensor's bytes into float32.
func convert(dtype string, raw []byte) []float32 {
	width := widths[dtype]
	list := make([]float32, len(raw)/width)
	for i := range list {
		b := raw[i*width:]
		switch dtype {
		case "F32":
			list[i] = math.Float32frombits(binary.LittleEndian.Uint32(b))
		case "F64":
			list[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(b)))
		case "BF16": // the upper half of a float32
			list[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(b)) << 16)
		case "F16":
			list[i] = half(binary.LittleEndian.Uint16(b))
		}
	}
	return list
}

// half is the value of an IEEE 754 binary16: sign, 5 bits of exponent, 10 of
// fraction. Every one is a float32.
func half(h uint16) float32 {
	exp, fraction := int(h>>10&0x1f), float64(h&0x3ff)
	var v float64
	switch exp {
	case 0: // subnormal
		v = math.Ldexp(fraction, -24)
	case 0x1f:
		v = math.Inf(1)
		if fraction != 0 {
			v = math.NaN()
		}
	default:
		v = math.Ldexp(1024+fraction, exp-25)
	}
	if h&0x8000 != 0 {
		v = -v
	}
	return float32(v)
}
