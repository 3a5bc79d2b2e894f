package dataset

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// opened writes files to a folder and opens a request there.
func opened(t *testing.T, r Request, files map[string][]byte) (*Set, error) {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		write(t, filepath.Join(dir, name), data)
	}
	r.SearchDirs = []string{dir}
	return Open(context.Background(), r)
}

func TestCSV(t *testing.T) {
	r := Request{Kind: CSV, Paths: []string{"a.csv"}}
	text := "\ufeffwidth, \"height\",kind\n1, 2.5 ,0\n\n-3,4e2,1\r\n5,6,2\n7,8,0\n9,10,1"
	for name, data := range map[string][]byte{"plain": []byte(text), "gzip": gzipped([]byte(text))} {
		s, err := opened(t, r, map[string][]byte{"a.csv": data})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s.Train.Len() != 4 || s.Test.Len() != 1 || s.Classes != 3 || !slices.Equal(s.Shape, []int{2}) ||
			!slices.Equal(row(s.Train, 1), []float32{-3, 400}) || !slices.Equal(row(s.Test, 0), []float32{9, 10}) || s.Test.Label(0) != 1 {
			t.Errorf("%s: %+v", name, s.Info)
		}
	}
	rows := "1,2,0\n1,2,0\n1,2,0\n1,2,0\n"
	for _, c := range []struct{ text, want string }{
		{"", "a.csv: the file is empty"},
		{"a,b,c\n", "a.csv: there are no rows"},
		{rows, "a.csv: 4 rows leave no test part"},
		{rows + "1,NaN,0\n", "a.csv:5:3: NaN is not a finite number"},
		{rows + "1,-inf,0\n", "a.csv:5:3: -inf is not a finite number"},
		{rows + "1,1e50,0\n", "a.csv:5:3: 1e50 is too large for single precision"},
		{rows + "1,,0\n", "a.csv:5:3: the cell is empty"},
		{rows + "1,two,0\n", `a.csv:5:3: "two" is not a number`},
		{rows + "1,2\n", "a.csv:5:3: 2 cells in the row, the first row has 3"},
		{rows + "1,2,3,4\n", "a.csv:5:7: 4 cells in the row, the first row has 3"},
		{rows + "1,2,0.5\n", "a.csv:5:5: 0.5 is not a whole number"},
		{rows + "1,2,-1\n", "a.csv:5:5: -1 is negative"},
		{rows + "1,2,9999999\n", "is too large for a class"},
		{rows + "\n\n1,x,0\n", "a.csv:7:3:"},
		{rows + "1,\"2,0\n", "a.csv:5:8: extraneous or missing"},
		{"1\n2\n", "a.csv:1:1: one cell in the row, want two or more"},
		{"a,b,c\n1,2\n", "a.csv:2:3: 2 cells in the row, the first row has 3"},
	} {
		_, err := opened(t, r, map[string][]byte{"a.csv": []byte(c.text)})
		wantError(t, err, c.want)
	}
	zipped := gzipped([]byte(rows + rows))
	_, err := opened(t, r, map[string][]byte{"a.csv": zipped[:len(zipped)-9]})
	wantError(t, err, "a.csv: truncated")
	zipped[len(zipped)-8] ^= 1
	_, err = opened(t, r, map[string][]byte{"a.csv": zipped})
	wantError(t, err, "checksum")
	_, err = opened(t, r, map[string][]byte{"a.csv": {0x1f, 0x8b, 7}})
	wantError(t, err, "damaged gzip data")
}

// idxBytes is an IDX file of unsigned bytes.
func idxBytes(pix []byte, dims ...int) []byte {
	b := []byte{0, 0, 8, byte(len(dims))}
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, uint32(d))
	}
	return append(b, pix...)
}

func TestIDX(t *testing.T) {
	r := Request{Kind: IDX, Paths: []string{"x", "y"}}
	x, y := idxBytes([]byte{0, 51, 102, 153, 204, 255, 0, 0, 0, 255}, 5, 1, 2), idxBytes([]byte{1, 0, 1, 0, 2}, 5)
	s, err := opened(t, r, map[string][]byte{"x": x, "y": gzipped(y)})
	if err != nil {
		t.Fatal(err)
	}
	if s.Train.Len() != 4 || s.Classes != 3 || !slices.Equal(s.Shape, []int{1, 1, 2}) || !slices.Equal(row(s.Train, 1), []float32{0.4, 0.6}) {
		t.Errorf("%+v, row 1 %v", s.Info, row(s.Train, 1))
	}
	for _, c := range []struct {
		x    []byte
		want string
	}{
		{nil, "x: the file is empty"},
		{x[:3], "truncated or damaged: the IDX header takes 4 bytes"},
		{x[:9], "truncated or damaged: the list of axes takes 12 bytes"},
		{x[:len(x)-1], "truncated: the array has 9 bytes of 10"},
		{gzipped(x[:len(x)-1]), "truncated: the array has 9 bytes of 10"},
		{append(slices.Clone(x), 0), "bytes after the last one"},
		{[]byte("P5 images"), "not an IDX file"},
		{[]byte{0, 0, 13, 1, 0, 0, 0, 1, 0}, "type 0x0d"},
		{[]byte{0, 0, 8, 0}, "announces 0 axes"},
		{idxBytes(nil, 1<<31, 1<<31, 1<<31), "which the file cannot hold"},
		{idxBytes(nil, 0, 4), "which the file cannot hold"},
		{idxBytes(make([]byte, 6), 6), "y: 5 labels for 6 rows of input in x"},
	} {
		_, err := opened(t, r, map[string][]byte{"x": c.x, "y": y})
		wantError(t, err, c.want)
	}
}

func npyVals(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(i)
	}
	return v
}

func npz(t *testing.T, arrays map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for n := range arrays {
			if !yield(n) {
				return
			}
		}
	}) {
		w, err := z.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		w.Write(arrays[name])
	}
	z.Close()
	return b.Bytes()
}

// raw is an NPY file of any header.
func raw(header string, data ...byte) []byte {
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	return append(append(b, header...), data...)
}

func TestNPY(t *testing.T) {
	x, y := npyBytes([]int{5, 2, 3}, npyVals(30)), npyBytes([]int{5, 1}, []float32{0, 1, 2, 3, 4})
	check := func(s *Set, err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
			return
		}
		if !slices.Equal(s.Shape, []int{2, 3}) || s.Classes != 5 || s.Test.Label(0) != 4 || !slices.Equal(row(s.Train, 1), []float32{6, 7, 8, 9, 10, 11}) {
			t.Errorf("%+v, row 1 %v", s.Info, row(s.Train, 1))
		}
	}
	files := map[string][]byte{"x.npy": x, "y.npy": gzipped(y),
		"a.npz": npz(t, map[string][]byte{"x": x, "label": y}), "b.npz": npz(t, map[string][]byte{"in": x, "out": y})}
	for _, paths := range [][]string{{"x.npy", "y.npy"}, {"a.npz"}, {"a.npz", "a.npz"}, {"b.npz:in", "b.npz:out"}, {"a.npz:x", "y.npy"}} {
		check(opened(t, Request{Kind: NPY, Paths: paths}, files))
	}
	_, err := opened(t, Request{Kind: NPY, Paths: []string{"b.npz"}}, files)
	wantError(t, err, "no array is called input or x")
	files["a.npz"] = []byte("no zip")
	_, err = opened(t, Request{Kind: NPY, Paths: []string{"a.npz"}}, files)
	wantError(t, err, "cannot read the zip")
	head := "{'descr': '%s', 'fortran_order': False, 'shape': (2,)}\n"
	for kind, data := range map[string][]byte{
		"|u1": {3, 4}, "<i4": {3, 0, 0, 0, 4, 0, 0, 0}, "<i8": {3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0},
		"<f8": {0, 0, 0, 0, 0, 0, 8, 0x40, 0, 0, 0, 0, 0, 0, 16, 0x40}, "<f4": {0, 0, 64, 64, 0, 0, 128, 64},
	} {
		a, err := readNPY(testBlob(t, raw(fmt.Sprintf(head, kind), data...)))
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if labels, err := a.labels(); err != nil || !slices.Equal(labels, []int32{3, 4}) {
			t.Errorf("%s: %v, %v", kind, labels, err)
		}
	}
}

func testBlob(t testing.TB, data []byte) *blob {
	t.Helper()
	b, err := newBlob(bytes.NewReader(data), int64(len(data)), "f")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNPYRefuses(t *testing.T) {
	good := npyBytes([]int{2}, []float32{1, 2})
	head := func(descr, order, shape string) []byte {
		return raw(fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }", descr, order, shape), make([]byte, 8)...)
	}
	nan := npyBytes([]int{2}, []float32{1, 0})
	copy(nan[len(nan)-4:], []byte{0, 0, 0xc0, 0x7f})
	for _, c := range []struct {
		data []byte
		want string
	}{
		{good[:5], "truncated or damaged: the NPY header takes 8 bytes"},
		{good[:20], "truncated or damaged: the NPY header takes"},
		{gzipped(good[:len(good)-3]), "truncated: the array has 1 elements of 2"},
		{append(slices.Clone(good), 1), "bytes after the last one"},
		{[]byte("not numpy at all"), "not an NPY file"},
		{[]byte("\x93NUMPY\x09\x00\x00\x00"), "NPY version 9.0"},
		{head("<c8", "False", "1,"), `elements of type "<c8"`},
		{head(">f4", "False", "2,"), `elements of type ">f4"`},
		{head("", "False", "2,"), `elements of type ""`},
		{head("<f4", "True", "1, 2"), "Fortran order"},
		{head("<f4", "False", ""), "an array of 0 axes"},
		{head("<f4", "False", "x"), "bad shape"},
		{head("<f4", "False", "-1,"), "which the file cannot hold"},
		{head("<f4", "False", "9223372036854775807, 3"), "which the file cannot hold"},
		{head("<f4", "False", "1,1,1,1,1,1,1,1,2"), "an array of 9 axes"},
		{raw("{}"), "does not describe a plain array"},
		{nan, "element 1 is not a finite number"},
	} {
		_, err := readNPY(testBlob(t, c.data))
		wantError(t, err, c.want)
	}
}

func TestCIFARBinary(t *testing.T) {
	batch := func(label byte) []byte {
		b := make([]byte, 2*(1+cifarPixels))
		b[0], b[1], b[1+cifarPixels] = label, 255, 9-label
		return b
	}
	files := func() map[string][]byte {
		m := map[string][]byte{"test_batch.bin": batch(0)}
		for i := range 5 {
			m[fmt.Sprintf("data_batch_%d.bin", i+1)] = batch(byte(i))
		}
		return m
	}
	read := func(m map[string][]byte) (*loaded, error) {
		dir := t.TempDir()
		for name, data := range m {
			write(t, filepath.Join(dir, name), data)
		}
		return readCIFAR(context.Background(), dir, 2)
	}
	l, err := read(files())
	if err != nil {
		t.Fatal(err)
	}
	if len(l.train) != 10 || len(l.test) != 2 || l.labels[2] != 1 || l.labels[3] != 8 {
		t.Errorf("%d and %d rows, labels %v", len(l.train), len(l.test), l.labels)
	}
	x := make([]float32, cifarPixels)
	if l.data.copyRow(x, 0); x[0] != 1 || x[1] != 0 {
		t.Errorf("the first pixels are %v", x[:2])
	}
	m := files()
	m["data_batch_3.bin"][1+cifarPixels] = 10
	_, err = read(m)
	wantError(t, err, "data_batch_3.bin: label of row 1 is 10, want 0 to 9")
	m = files()
	m["data_batch_2.bin"] = m["data_batch_2.bin"][:4000]
	_, err = read(m)
	wantError(t, err, "more than the file can hold")
	delete(m, "data_batch_2.bin")
	_, err = read(m)
	wantError(t, err, "data_batch_2.bin: cannot open")
}

func pngBytes(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestImages(t *testing.T) {
	grey := image.NewGray(image.Rect(0, 0, 2, 2))
	grey.Pix = []byte{0, 51, 102, 255}
	red := image.NewNRGBA(image.Rect(0, 0, 2, 2))
	for i := range 4 {
		red.SetNRGBA(i%2, i/2, color.NRGBA{255, 0, 51, 255})
	}
	g, c := pngBytes(t, grey), pngBytes(t, red)
	r := Request{Kind: Images, Paths: []string{"set"}}
	files := map[string][]byte{"set/train/b/1.png": g, "set/train/a/2.png": g, "set/train/a/1.PNG": g, "set/test/b/x.png": g, "set/.DS_Store": nil}
	s, err := opened(t, r, files)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.Shape, []int{1, 2, 2}) || !slices.Equal(s.ClassNames, []string{"a", "b"}) || s.Train.Len() != 3 || s.Test.Len() != 1 || s.Test.Label(0) != 1 {
		t.Errorf("%+v", s.Info)
	}
	labels := make([]int32, 3)
	if s.Train.Labels(labels, []int{0, 1, 2}); !slices.Equal(labels, []int32{0, 1, 0}) {
		t.Errorf("classes come as %v, want in turn", labels)
	}
	if x := row(s.Train, 0); !slices.Equal(x, []float32{0, 0.2, 0.4, 1}) {
		t.Error(x)
	}
	files["set/train/b/1.png"] = c
	if s, err = opened(t, r, files); err != nil {
		t.Fatal(err)
	}
	if x := row(s.Train, 1); !slices.Equal(s.Shape, []int{3, 2, 2}) || !slices.Equal(x, []float32{1, 1, 1, 1, 0, 0, 0, 0, 0.2, 0.2, 0.2, 0.2}) {
		t.Error(s.Shape, x)
	}
	big := pngBytes(t, image.NewGray(image.Rect(0, 0, 4, 2)))
	for _, bad := range []struct {
		name string
		data []byte
		want string
	}{
		{"train/a/2.png", big, "the image has 2x4 pixels, the first one 2x2"},
		{"train/a/2.png", g[:40], "damaged image"},
		{"train/a/2.png", nil, "train/a/2.png: the file is empty"},
		{"train/a/note.txt", []byte("hello"), "not a png, jpeg or gif image"},
		{"test/c/1.png", g, `there is no class "c" to train on`},
	} {
		m := map[string][]byte{}
		for k, v := range files {
			m[k] = v
		}
		m["set/"+bad.name] = bad.data
		_, err := opened(t, r, m)
		wantError(t, err, bad.want)
	}
	r.Resize = [2]int{3, 3}
	files["set/train/a/2.png"] = big
	if s, err = opened(t, r, files); err != nil || !slices.Equal(s.Shape, []int{3, 3, 3}) {
		t.Errorf("resized to %v, %v", s, err)
	}
	_, err = opened(t, r, map[string][]byte{"set/a/1.png": g, "set/b/1.png": g})
	wantError(t, err, "there are no test images")
	_, err = opened(t, r, map[string][]byte{"set/test/a/1.png": g})
	wantError(t, err, "no train folder")
	_, err = opened(t, r, map[string][]byte{"set/readme": g})
	wantError(t, err, "there are no class folders")
	_, err = opened(t, r, map[string][]byte{"set": g})
	wantError(t, err, "neither a folder nor a zip file")
}
