package checkpoint

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"acl/fabric"
)

// machine has a field of every type that can be kept.
type machine struct {
	Step   int       `state:"step"`
	Count  int64     `state:"count"`
	Seed   uint64    `state:"seed"`
	Clock  float64   `state:"clock"`
	Warm   bool      `state:"warm"`
	Plus   []float32 `state:"plus"`
	Sum    []float64 `state:"sum"`
	Label  []int32   `state:"label"`
	Ledger []int64   `state:"ledger"`
	Order  []int     `state:"order"`
}

func full() *machine {
	plus := make([]float32, 40000) // more than one piece
	for i := range plus {
		plus[i] = float32(i) / 7
	}
	plus[0], plus[1] = float32(math.NaN()), float32(math.Inf(-1))
	return &machine{-3, math.MinInt64, math.MaxUint64, 1.5e-9, true, plus, []float64{math.Pi}, []int32{-1, 2}, []int64{1 << 60}, []int{-7, 8, 9}}
}

type note struct{ Epoch int }

func save(t *testing.T, m *machine) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "last.ckpt")
	if err := Save(path, "abc", note{4}, fabric.Fields(m)); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSaveLoad(t *testing.T) {
	m := full()
	path := save(t, m)
	got := &machine{Plus: make([]float32, len(m.Plus))}
	view := got.Plus[2:4]
	var n note
	if err := Load(path, "abc", &n, fabric.Fields(got)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, got, cmpopts.EquateNaNs()); diff != "" {
		t.Error(diff)
	}
	if n.Epoch != 4 || view[1] != m.Plus[3] {
		t.Errorf("epoch %d, a view of the slice sees %v", n.Epoch, view)
	}
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if s.Value("seed") != uint64(math.MaxUint64) || s.Value("none") != nil || s.Program != "abc" || string(s.Meta) != `{"Epoch":4}` {
		t.Errorf("snapshot of %s with %s", s.Program, s.Meta)
	}
	if err := Load(path, "", nil, fabric.Fields(&machine{})); err != nil {
		t.Error("any program:", err)
	}
}

func TestLoadSaysWhatDiffers(t *testing.T) {
	path := save(t, full())
	all := func() []fabric.Field { return fabric.Fields(full()) }
	for _, c := range []struct {
		program string
		fields  []fabric.Field
		want    string
	}{
		{"xyz", all(), "belongs to program abc, this one is xyz"},
		{"abc", all()[1:], "the program has no field step"},
		{"abc", append(all(), fabric.Field{Name: "extra", Ptr: new(int)}), "the checkpoint has no field extra"},
		{"abc", append(all(), all()[9]), "the checkpoint has no field order"},
		{"abc", append(all()[:9], fabric.Field{Name: "order", Ptr: new([]int32)}), "field order is []int in the checkpoint, []int32 in the program"},
		{"abc", append(all()[:9], fabric.Field{Name: "order", Ptr: &[]int{1}}), "field order has 3 elements in the checkpoint, 1 in the program"},
	} {
		err := Load(path, c.program, nil, c.fields)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}

// A file that is refused changes nothing, whatever byte is wrong with it.
func TestLoadIsAllOrNothing(t *testing.T) {
	m := &machine{Step: 1, Plus: []float32{1, 2}, Order: []int{3}}
	path := save(t, m)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, bad []byte) {
		t.Helper()
		if err := os.WriteFile(path, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		got := &machine{Step: 9, Plus: []float32{7, 7}}
		before := *got
		before.Plus = []float32{7, 7}
		if err := Load(path, "abc", nil, fabric.Fields(got)); err == nil {
			t.Errorf("%s: loaded", what)
		}
		if diff := cmp.Diff(&before, got); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	for n := range data {
		check("cut", data[:n])
		bad := bytes.Clone(data)
		bad[n] ^= 0x20
		check("flipped", bad)
	}
	check("longer", append(bytes.Clone(data), 0))
	if err := reload(t, data); err != nil {
		t.Error("the file itself:", err)
	}
}

// reload loads a file from memory into a fresh machine.
func reload(t *testing.T, data []byte) error {
	t.Helper()
	s, err := decode(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	return s.Restore(fabric.Fields(&machine{}))
}

// forged is a file with any header and a right checksum.
func forged(header string, values ...byte) []byte {
	b := append([]byte(magic), binary.LittleEndian.AppendUint64(nil, uint64(len(header)))...)
	b = append(append(b, header...), values...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func TestForged(t *testing.T) {
	for _, c := range []struct {
		data []byte
		want string
	}{
		{nil, "not a checkpoint, or truncated: it has 0 bytes"},
		{[]byte("PK\x03\x04 some other file"), "not a checkpoint: it begins with"},
		{forged("nothing"), "header is damaged"},
		{forged(`{"fields":[{"name":"a","type":"[]complex64","count":1}]}`), "unknown type"},
		{forged(`{"fields":[{"name":"a","type":"int","count":2}]}`, make([]byte, 16)...), "field a has 2 elements"},
		{forged(`{"fields":[{"name":"a","type":"[]int","count":-1}]}`), "field a has -1 elements"},
		{forged(`{"fields":[{"name":"a","type":"[]int","count":4611686018427387904}]}`), "too large"},
		{forged(`{"fields":[{"name":"a","type":"[]int","count":1000000000}]}`), "its values take 8000000000 bytes, the file has 0"},
		{forged(`{"fields":[{"name":"a","type":"bool","count":1},{"name":"a","type":"bool","count":1}]}`, 0, 0), "two fields are called a"},
		{forged(`{"fields":[{"name":"a","type":"bool","count":1}]}`, 2), "field a: byte 2 is neither true nor false"},
		{append([]byte(magic), 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 1, 2, 3, 4), "announces a header of 4294967295 bytes"},
	} {
		if _, err := decode(bytes.NewReader(c.data), int64(len(c.data))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
	if _, err := Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Error("a folder:", err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Error("no file:", err)
	}
}

func TestSaveRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := Save(path, "", nil, []fabric.Field{{Name: "x", Ptr: new(int)}, {Name: "x", Ptr: new(int)}}); err == nil || !strings.Contains(err.Error(), "two fields") {
		t.Error(err)
	}
	if err := Save(path, "", math.NaN(), nil); err == nil {
		t.Error("a description without a JSON form was written")
	}
	if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) > 0 {
		t.Error("files are left:", list, err)
	}
}

func TestWriteFileKeepsTheOld(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "run.json")
	text := func(s string, then error) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := io.WriteString(w, s)
			return errors.Join(err, then)
		}
	}
	for _, s := range []string{"first", "second"} {
		if err := WriteFile(path, text(s, nil)); err != nil {
			t.Fatal(err)
		}
	}
	wrong := errors.New("the disk is on fire")
	if err := WriteFile(path, text("third", wrong)); !errors.Is(err, wrong) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "second" {
		t.Errorf("the file holds %q, %v", got, err)
	}
	if list, _ := os.ReadDir(dir); len(list) != 1 {
		t.Error("files are left:", list)
	}
	if err := WriteFile(filepath.Join(dir, "none", "x"), text("", nil)); err == nil {
		t.Error("a folder that is not there was written to")
	}
}

func FuzzCheckpoint(f *testing.F) {
	var out bytes.Buffer
	m := &machine{Plus: []float32{1}, Order: []int{2}}
	info := Info{Program: "p", Meta: []byte("{}")}
	for _, fd := range fabric.Fields(m) {
		info.Fields = append(info.Fields, describe(fd))
	}
	if err := encode(&out, &info, fabric.Fields(m)); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Add(forged(`{"program":"p","meta":null,"fields":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, d := range [][]byte{data, sealed(data)} {
			s, err := decode(bytes.NewReader(d), int64(len(d)))
			if err == nil && len(s.values) != len(s.Fields) {
				t.Errorf("%d values of %d", len(s.values), len(s.Fields))
			}
		}
	})
}

// sealed gives data a right checksum, so that fuzzing gets past it.
func sealed(data []byte) []byte {
	if len(data) < 4 {
		return data
	}
	body := bytes.Clone(data[:len(data)-4])
	return binary.LittleEndian.AppendUint32(body, crc32.Checksum(body, castagnoli))
}
