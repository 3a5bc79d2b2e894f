package checkpoint

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"acl/fabric"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Save writes the values of fields to path, in place of what was there. Program is
// the hash of the program that they belong to; meta is anything that has a JSON
// form.
func Save(path, program string, meta any, fields []fabric.Field) error {
	raw, err := json.Marshal(meta)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	info := Info{Program: program, Meta: raw}
	for _, f := range fields {
		info.Fields = append(info.Fields, describe(f))
	}
	if _, err := info.payload(); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return WriteFile(path, func(w io.Writer) error { return encode(w, &info, fields) })
}

func encode(out io.Writer, info *Info, fields []fabric.Field) error {
	header, err := json.Marshal(info)
	if err != nil {
		return err
	}
	if len(header) > maxHeader {
		return fmt.Errorf("the header takes %d bytes, want %d at most", len(header), maxHeader)
	}
	sum := crc32.New(castagnoli)
	w := io.MultiWriter(out, sum)
	if _, err := io.WriteString(w, magic); err != nil {
		return err
	}
	if err := binary.Write(w, binary.LittleEndian, uint64(len(header))); err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	buf := make([]byte, 0, piece)
	for _, f := range fields {
		if err := encodeValue(w, buf, f.Ptr); err != nil {
			return err
		}
	}
	return binary.Write(out, binary.LittleEndian, sum.Sum32())
}

// piece is the number of bytes that are written or read at a time.
const piece = 1 << 16

func encodeValue(w io.Writer, buf []byte, ptr any) error {
	word := binary.LittleEndian.AppendUint64
	half := binary.LittleEndian.AppendUint32
	switch p := ptr.(type) {
	case *bool:
		one := byte(0)
		if *p {
			one = 1
		}
		_, err := w.Write([]byte{one})
		return err
	case *int:
		return encodeAll(w, buf, []int{*p}, func(b []byte, v int) []byte { return word(b, uint64(v)) })
	case *int64:
		return encodeAll(w, buf, []int64{*p}, func(b []byte, v int64) []byte { return word(b, uint64(v)) })
	case *uint64:
		return encodeAll(w, buf, []uint64{*p}, word)
	case *float64:
		return encodeAll(w, buf, []float64{*p}, func(b []byte, v float64) []byte { return word(b, math.Float64bits(v)) })
	case *[]float32:
		return encodeAll(w, buf, *p, func(b []byte, v float32) []byte { return half(b, math.Float32bits(v)) })
	case *[]float64:
		return encodeAll(w, buf, *p, func(b []byte, v float64) []byte { return word(b, math.Float64bits(v)) })
	case *[]int32:
		return encodeAll(w, buf, *p, func(b []byte, v int32) []byte { return half(b, uint32(v)) })
	case *[]int64:
		return encodeAll(w, buf, *p, func(b []byte, v int64) []byte { return word(b, uint64(v)) })
	case *[]int:
		return encodeAll(w, buf, *p, func(b []byte, v int) []byte { return word(b, uint64(v)) })
	}
	panic(fmt.Sprintf("checkpoint: a %T was not checked", ptr))
}

// encodeAll writes elements through buf, which is empty and of capacity piece.
func encodeAll[T any](w io.Writer, buf []byte, list []T, one func([]byte, T) []byte) error {
	for _, v := range list {
		if len(buf)+8 > cap(buf) {
			if _, err := w.Write(buf); err != nil {
				return err
			}
			buf = buf[:0]
		}
		buf = one(buf, v)
	}
	_, err := w.Write(buf)
	return err
}
