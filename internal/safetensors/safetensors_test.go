package safetensors

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// file is the bytes of a header and tensors.
func file(header string, data ...byte) []byte {
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), data...)
}

func TestWriteRead(t *testing.T) {
	f := &File{
		Meta: map[string]string{"program": "digits.Digits", "format": "acl"},
		Tensors: []Tensor{
			{Name: "c1.w", Shape: []int{2, 3}, Data: []float32{1, -2, 3, float32(math.NaN()), float32(math.Inf(1)), 1e-45}},
			{Name: "a b\"é", Shape: []int{}, Data: []float32{7}},
			{Name: "none", Shape: []int{0, 4}, Data: nil},
			{Name: "big", Shape: []int{20000}, Data: make([]float32, 20000)}, // more than one buffer
		},
	}
	path := filepath.Join(t.TempDir(), "w.safetensors")
	for range 2 { // the second replaces the first
		if err := f.Write(path); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, got, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if got.Tensor("c1.w").NotFinite() != 3 || got.Tensor("big").NotFinite() != -1 || got.Tensor("c2.w") != nil {
		t.Error("Tensor or NotFinite is wrong")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if length := binary.LittleEndian.Uint64(data); length%8 != 0 || data[8] != '{' {
		t.Errorf("a header of %d bytes that begins with %q", length, data[8])
	}
}

// The bytes are those of the format's own description.
func TestEncodeBytes(t *testing.T) {
	var out bytes.Buffer
	f := &File{Tensors: []Tensor{{Name: "w", Shape: []int{1, 2}, Data: []float32{1, 2}}}}
	if err := f.Encode(&out); err != nil {
		t.Fatal(err)
	}
	header := `{"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}`
	want := file(header+strings.Repeat(" ", (8-len(header)%8)%8), 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40)
	if diff := cmp.Diff(want, out.Bytes()); diff != "" {
		t.Error(diff)
	}
}

func TestWriteRefuses(t *testing.T) {
	for want, f := range map[string]*File{
		"has 3 elements":        {Tensors: []Tensor{{Name: "w", Shape: []int{2}, Data: make([]float32, 3)}}},
		"of shape [-1]":         {Tensors: []Tensor{{Name: "w", Shape: []int{-1}}}},
		`be called "w"`:         {Tensors: []Tensor{{Name: "w", Shape: []int{0}}, {Name: "w", Shape: []int{0}}}},
		`called "__metadata__"`: {Tensors: []Tensor{{Name: metaKey, Shape: []int{0}}}},
	} {
		dir := t.TempDir()
		if err := f.Write(filepath.Join(dir, "w")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
		if list, _ := os.ReadDir(dir); len(list) > 0 {
			t.Error("files are left:", list)
		}
	}
}

func TestConversions(t *testing.T) {
	f, err := Decode(file(`{"h":{"dtype":"F16","shape":[8],"data_offsets":[12,28]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[8,12]},`+
		`"d":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}`,
		0, 0, 0, 0, 0, 0, 0xf8, 0x3f, // 1.5
		0x80, 0x3f, 0x20, 0xc0, // 1, -2.5
		0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x01, 0x00, 0xff, 0x03, 0x00, 0x80, 0x00, 0xfc, 0x00, 0x7e))
	if err != nil {
		t.Fatal(err)
	}
	want := []Tensor{
		{"d", []int{}, []float32{1.5}},
		{"b", []int{2}, []float32{1, -2.5}},
		// The largest, the least and the largest subnormal binary16 numbers (IEEE 754-2008, 3.6).
		{"h", []int{8}, []float32{1, -2, 65504, 1.0 / (1 << 24), 1023.0 / (1 << 24), float32(math.Copysign(0, -1)), float32(math.Inf(-1)), float32(math.NaN())}},
	}
	if diff := cmp.Diff(want, f.Tensors, cmpopts.EquateNaNs()); diff != "" {
		t.Error(diff)
	}
	if h := f.Tensor("h"); !math.Signbit(float64(h.Data[5])) {
		t.Error("the sign of zero is lost")
	}
}

func TestReadRefuses(t *testing.T) {
	one := `{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`
	for _, c := range []struct {
		data []byte
		want string
	}{
		{nil, "it has 0 bytes"},
		{[]byte("PK\x03\x04\xff\xff\xff\xff rest"), "announces a header of"},
		{file(one)[:20], "truncated: the header has 12 bytes"},
		{file(""), "not a JSON object"},
		{file(" " + one), "not a JSON object"},
		{file(`{"w":`), "header is damaged"},
		{file(`{"w":1}`), "tensor w"},
		{file(one + `{}`), "something behind"},
		{file(`{"w":{},"w":{}}`), `"w" is there twice`},
		{file(`{"__metadata__":{"a":1}}`), "__metadata__"},
		{file(one, 1, 2, 3), "truncated: tensor w ends at byte 4, the file has 3"},
		{file(one, 1, 2, 3, 4, 5), "the tensors take 4 bytes, the file has 5"},
		{file(`{"w":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}`, make([]byte, 8)...), `type "I64"`},
		{file(`{"w":{"dtype":"F32","data_offsets":[0,4]}}`, make([]byte, 4)...), "lacks a shape"},
		{file(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[4]}}`, make([]byte, 4)...), "lacks a shape or offsets"},
		{file(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, make([]byte, 4)...), "lacks a shape or offsets"},
		{file(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, make([]byte, 4)...), "of shape [2] and type F32 has 4 bytes"},
		{file(`{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}`, make([]byte, 4)...), "has 4 bytes"},
		{file(`{"w":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}`, make([]byte, 4)...), "has 4 bytes"},
		{file(`{"w":{"dtype":"F32","shape":[1e30],"data_offsets":[0,4]}}`, make([]byte, 4)...), "header is damaged"},
		{file(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, make([]byte, 8)...), "begins at byte 4, want 0"},
		{file(`{"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, make([]byte, 12)...), "overlap or leave a gap"},
	} {
		if _, err := Decode(c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %q", c.data, err, c.want)
		}
	}
	path := filepath.Join(t.TempDir(), "bad.safetensors")
	if err := os.WriteFile(path, []byte("bad"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err == nil || !strings.HasPrefix(err.Error(), path+": ") {
		t.Errorf("got %v, want the file's name", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(file(`{"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  `, 1, 2, 3, 4))
	f.Add(file(`{"h":{"dtype":"F16","shape":[0,3],"data_offsets":[0,0]},"b":{"dtype":"BF16","shape":[],"data_offsets":[0,2]}}`, 0, 0x80))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Decode(data)
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := a.Encode(&out); err != nil {
			t.Fatal(err)
		}
		b, err := Decode(out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a, b, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}
