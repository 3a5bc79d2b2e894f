package checkpoint

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"math"
	"os"

	"acl/fabric"
)

// A Snapshot is a checkpoint in memory, read and checked to its last byte.
type Snapshot struct {
	Info
	Path   string // of the file, for messages
	values map[string]any
}

// Load restores fields from the checkpoint at path and decodes its meta into meta,
// a pointer, unless that is nil. An empty program takes any. After an error
// nothing is changed but, at most, what meta points to.
func Load(path, program string, meta any, fields []fabric.Field) error {
	s, err := Open(path)
	if err != nil {
		return err
	}
	if program != "" && s.Program != program {
		return fmt.Errorf("%s: the checkpoint belongs to program %s, this one is %s", path, s.Program, program)
	}
	if err := s.matches(fields); err != nil {
		return err
	}
	if meta != nil {
		if err := json.Unmarshal(s.Meta, meta); err != nil {
			return fmt.Errorf("%s: the checkpoint's description does not fit: %w", path, err)
		}
	}
	s.assign(fields)
	return nil
}

// Open reads a checkpoint. A file that is truncated, damaged or of another kind is
// an error that says so.
func Open(path string) (*Snapshot, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a file", path)
	}
	s, err := decode(bufio.NewReaderSize(f, piece), st.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s.Path = path
	return s, nil
}

// Value returns the value of a name: a bool, int, int64, uint64, float64 or a slice
// as fabric.Field lists them, which the caller may keep but not change; nil if
// there is none.
func (s *Snapshot) Value(name string) any { return s.values[name] }

// Restore sets every field to its value. The names, types and lengths must be those
// of the file, in any order, but a slice without elements takes any length. A slice
// of the right length is filled in place, so that others who look at it see the new
// values. After an error no field is changed.
func (s *Snapshot) Restore(fields []fabric.Field) error {
	if err := s.matches(fields); err != nil {
		return err
	}
	s.assign(fields)
	return nil
}

// matches says what differs between the file and the fields.
func (s *Snapshot) matches(fields []fabric.Field) error {
	have := make(map[string]FieldInfo, len(s.Fields))
	for _, f := range s.Fields {
		have[f.Name] = f
	}
	for _, f := range fields {
		want := describe(f)
		got, ok := have[f.Name]
		switch {
		case !ok:
			return fmt.Errorf("%s: the checkpoint has no field %s", s.Path, f.Name)
		case got.Type != want.Type:
			return fmt.Errorf("%s: field %s is %s in the checkpoint, %s in the program", s.Path, f.Name, got.Type, want.Type)
		case got.Count != want.Count && want.Count != 0:
			return fmt.Errorf("%s: field %s has %d elements in the checkpoint, %d in the program", s.Path, f.Name, got.Count, want.Count)
		}
		delete(have, f.Name)
	}
	for _, f := range s.Fields { // in the file's order, for one message
		if _, left := have[f.Name]; left {
			return fmt.Errorf("%s: the program has no field %s, or has it twice", s.Path, f.Name)
		}
	}
	return nil
}

func (s *Snapshot) assign(fields []fabric.Field) {
	for _, f := range fields {
		v := s.values[f.Name]
		switch p := f.Ptr.(type) {
		case *bool:
			*p = v.(bool)
		case *int:
			*p = v.(int)
		case *int64:
			*p = v.(int64)
		case *uint64:
			*p = v.(uint64)
		case *float64:
			*p = v.(float64)
		case *[]float32:
			fill(p, v.([]float32))
		case *[]float64:
			fill(p, v.([]float64))
		case *[]int32:
			fill(p, v.([]int32))
		case *[]int64:
			fill(p, v.([]int64))
		case *[]int:
			fill(p, v.([]int))
		}
	}
}

func fill[T any](dst *[]T, src []T) {
	if len(*dst) != len(src) {
		*dst = append((*dst)[:0:0], src...)
		return
	}
	copy(*dst, src)
}

// decoder reads values and sums up what it has read.
type decoder struct {
	in  io.Reader
	sum hash.Hash32
	buf [piece]byte
}

// take returns the next n bytes, which are good until the next call; n is piece at
// most.
func (d *decoder) take(n int) ([]byte, error) {
	b := d.buf[:n]
	if _, err := io.ReadFull(d.in, b); err != nil {
		return nil, cutShort(err)
	}
	d.sum.Write(b)
	return b, nil
}

func cutShort(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the checkpoint is truncated")
	}
	return err
}

// decode reads a checkpoint of size bytes.
func decode(in io.Reader, size int64) (*Snapshot, error) {
	d := &decoder{in: in, sum: crc32.New(castagnoli)}
	s := &Snapshot{values: map[string]any{}}
	if err := d.header(&s.Info, size); err != nil {
		return nil, err
	}
	for _, f := range s.Fields {
		v, err := d.value(f)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", f.Name, err)
		}
		s.values[f.Name] = v
	}
	var tail [4]byte
	if _, err := io.ReadFull(in, tail[:]); err != nil {
		return nil, cutShort(err)
	}
	if binary.LittleEndian.Uint32(tail[:]) != d.sum.Sum32() {
		return nil, errors.New("the checkpoint is damaged: its checksum is not that of its contents")
	}
	return s, nil
}

// header reads up to the values. No figure of it is believed before the size bears
// it out.
func (d *decoder) header(info *Info, size int64) error {
	const fixed = int64(len(magic)) + 8 + 4
	if size < fixed {
		return fmt.Errorf("not a checkpoint, or truncated: it has %d bytes", size)
	}
	head, err := d.take(len(magic) + 8)
	if err != nil {
		return err
	}
	if string(head[:len(magic)]) != magic {
		return fmt.Errorf("not a checkpoint: it begins with %q, want %q", head[:len(magic)], magic)
	}
	length := binary.LittleEndian.Uint64(head[len(magic):])
	if length > maxHeader || int64(length) > size-fixed {
		return fmt.Errorf("the checkpoint is truncated or damaged: it announces a header of %d bytes and has %d", length, size-fixed)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(d.in, text); err != nil {
		return cutShort(err)
	}
	d.sum.Write(text)
	if err := json.Unmarshal(text, info); err != nil {
		return fmt.Errorf("the checkpoint's header is damaged: %w", err)
	}
	total, err := info.payload()
	if err != nil {
		return fmt.Errorf("the checkpoint's header is damaged: %w", err)
	}
	if rest := size - fixed - int64(length); rest != total {
		return fmt.Errorf("the checkpoint is truncated or damaged: its values take %d bytes, the file has %d for them", total, rest)
	}
	return nil
}

func (d *decoder) value(f FieldInfo) (any, error) {
	word := binary.LittleEndian.Uint64
	half := binary.LittleEndian.Uint32
	if f.Type == "bool" {
		b, err := d.take(1)
		switch {
		case err != nil:
			return nil, err
		case b[0] > 1:
			return nil, fmt.Errorf("byte %d is neither true nor false", b[0])
		}
		return b[0] == 1, nil
	}
	switch f.Type {
	case "int":
		return first(decodeAll(d, 1, 8, wholeWord))
	case "int64":
		return first(decodeAll(d, 1, 8, func(b []byte) (int64, error) { return int64(word(b)), nil }))
	case "uint64":
		return first(decodeAll(d, 1, 8, func(b []byte) (uint64, error) { return word(b), nil }))
	case "float64":
		return first(decodeAll(d, 1, 8, floatWord))
	case "[]float32":
		return decodeAll(d, f.Count, 4, func(b []byte) (float32, error) { return math.Float32frombits(half(b)), nil })
	case "[]float64":
		return decodeAll(d, f.Count, 8, floatWord)
	case "[]int32":
		return decodeAll(d, f.Count, 4, func(b []byte) (int32, error) { return int32(half(b)), nil })
	case "[]int64":
		return decodeAll(d, f.Count, 8, func(b []byte) (int64, error) { return int64(word(b)), nil })
	case "[]int":
		return decodeAll(d, f.Count, 8, wholeWord)
	}
	panic(fmt.Sprintf("checkpoint: type %s was not checked", f.Type))
}

// wholeWord reads an int, which may be narrower on this machine than where the file
// was written.
func wholeWord(b []byte) (int, error) {
	v := int64(binary.LittleEndian.Uint64(b))
	if v < math.MinInt || v > math.MaxInt {
		return 0, fmt.Errorf("%d does not fit this machine's int", v)
	}
	return int(v), nil
}

func floatWord(b []byte) (float64, error) {
	return math.Float64frombits(binary.LittleEndian.Uint64(b)), nil
}

func decodeAll[T any](d *decoder, n, width int, one func([]byte) (T, error)) ([]T, error) {
	list := make([]T, 0, n) // n is borne out by the file's size
	for len(list) < n {
		b, err := d.take(min((n-len(list))*width, piece))
		if err != nil {
			return nil, err
		}
		for ; len(b) > 0; b = b[width:] {
			v, err := one(b)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
	}
	return list, nil
}

// first is the only element of a single value.
func first[T any](list []T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return list[0], nil
}
