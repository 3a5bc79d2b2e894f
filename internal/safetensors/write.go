package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"acl/internal/checkpoint"
)

// Write replaces the file at path by f, as F32, as a whole.
func (f *File) Write(path string) error {
	return checkpoint.WriteFile(path, f.Encode)
}

// metaKey is the header's entry for free text, no tensor's name.
const metaKey = "__metadata__"

// Encode writes f to w, as F32. The same file gives the same bytes.
func (f *File) Encode(w io.Writer) error {
	header, err := f.header()
	if err != nil {
		return err
	}
	if err := binary.Write(w, binary.LittleEndian, uint64(len(header))); err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	buf := make([]byte, 0, 1<<16)
	for _, t := range f.Tensors {
		for _, v := range t.Data {
			if len(buf) == cap(buf) {
				if _, err := w.Write(buf); err != nil {
					return err
				}
				buf = buf[:0]
			}
			buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v))
		}
	}
	_, err = w.Write(buf)
	return err
}

// header is the JSON text, with blanks up to a multiple of 8 bytes, which keeps the
// tensors aligned.
func (f *File) header() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	if len(f.Meta) > 0 {
		if err := member(&b, metaKey, f.Meta); err != nil {
			return nil, err
		}
	}
	at := 0
	seen := map[string]bool{metaKey: true}
	for _, t := range f.Tensors {
		n, ok := elements(t.Shape, math.MaxInt/4)
		switch {
		case seen[t.Name]:
			return nil, fmt.Errorf("a tensor cannot be called %q, or two are", t.Name)
		case !ok || n != len(t.Data):
			return nil, fmt.Errorf("tensor %s of shape %v has %d elements", t.Name, t.Shape, len(t.Data))
		}
		seen[t.Name] = true
		e := entry{DType: "F32", Shape: append([]int{}, t.Shape...), Offsets: []int{at, at + 4*n}}
		if err := member(&b, t.Name, e); err != nil {
			return nil, err
		}
		at += 4 * n
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	if b.Len() > maxHeader {
		return nil, fmt.Errorf("the header takes %d bytes, want %d at most", b.Len(), maxHeader)
	}
	return b.Bytes(), nil
}

// member appends "name":value to an object.
func member(b *bytes.Buffer, name string, value any) error {
	if b.Len() > 1 {
		b.WriteByte(',')
	}
	for i, part := range []any{name, value} {
		text, err := json.Marshal(part)
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteByte(':')
		}
		b.Write(text)
	}
	return nil
}
