package dataset

import (
	"archive/zip"
	"encoding/binary"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The three entries of an NPY header, a Python dictionary of one line.
var (
	npyType  = regexp.MustCompile(`['"]descr['"]\s*:\s*['"]([^'"]*)['"]`)
	npyOrder = regexp.MustCompile(`['"]fortran_order['"]\s*:\s*(True|False)`)
	npyShape = regexp.MustCompile(`['"]shape['"]\s*:\s*\(([^()]*)\)`)
)

// npyWidths are the element types that are read, with their bytes an element.
var npyWidths = map[string]int64{"f4": 4, "f8": 8, "u1": 1, "i4": 4, "i8": 8}

// maxNPYHeader is far above what numpy writes for a plain array.
const maxNPYHeader = 1 << 16

// readNPY reads an array in NumPy's NPY format, versions 1 to 3 (numpy NEP 1): little
// endian f4, f8, i4, i8, which become single precision, or u1, in C order. Numbers
// that are not finite are refused.
func readNPY(b *blob) (*array, error) {
	kind, dims, err := readNPYHeader(b)
	if err != nil {
		return nil, err
	}
	n, ok := elements(dims, b.most/npyWidths[kind])
	if !ok {
		return nil, fault(b.name, "the header announces an array of %d %s, which the file cannot hold", dims, kind)
	}
	a := &array{name: b.name}
	for _, d := range dims {
		a.shape = append(a.shape, int(d))
	}
	if kind == "u1" {
		a.pix, err = b.take(n, "the array")
	} else {
		a.vals, err = readNumbers(b, kind, n)
	}
	if err != nil {
		return nil, err
	}
	return a, b.end()
}

// readNPYHeader returns the element type and the shape, whose sizes are not yet
// checked.
func readNPYHeader(b *blob) (kind string, dims []int64, err error) {
	head, err := b.take(8, "the NPY header")
	if err != nil {
		return "", nil, err
	}
	if string(head[:6]) != "\x93NUMPY" {
		return "", nil, fault(b.name, "not an NPY file: it begins with %q", head[:6])
	}
	if head[6] < 1 || head[6] > 3 {
		return "", nil, fault(b.name, "NPY version %d.%d, want 1 to 3", head[6], head[7])
	}
	wide := int64(4)
	if head[6] == 1 {
		wide = 2
	}
	size, err := b.take(wide, "the NPY header")
	if err != nil {
		return "", nil, err
	}
	length := int64(binary.LittleEndian.Uint32(append(size, 0, 0)))
	if length > maxNPYHeader {
		return "", nil, fault(b.name, "an NPY header of %d bytes, want %d at most", length, maxNPYHeader)
	}
	text, err := b.take(length, "the NPY header")
	if err != nil {
		return "", nil, err
	}
	return parseNPYHeader(b.name, string(text))
}

func parseNPYHeader(name, text string) (kind string, dims []int64, err error) {
	t, o, s := npyType.FindStringSubmatch(text), npyOrder.FindStringSubmatch(text), npyShape.FindStringSubmatch(text)
	if t == nil || o == nil || s == nil {
		return "", nil, fault(name, "the NPY header does not describe a plain array")
	}
	kind = strings.TrimLeft(t[1], "<|")
	if npyWidths[kind] == 0 || kind != "u1" && t[1][0] != '<' {
		return "", nil, &Error{File: name, Msg: "elements of type " + strconv.Quote(shortened(t[1])),
			Hint: "little endian f4, f8, u1, i4 and i8 are read: save a.astype(numpy.float32)"}
	}
	if o[1] == "True" {
		return "", nil, &Error{File: name, Msg: "the array is in Fortran order",
			Hint: "save numpy.ascontiguousarray(a)"}
	}
	for _, part := range strings.Split(s[1], ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue // (5,) ends in a comma
		}
		d, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return "", nil, fault(name, "the NPY header has a bad shape (%s)", shortened(s[1]))
		}
		dims = append(dims, d)
	}
	if len(dims) < 1 || len(dims) > maxRank {
		return "", nil, fault(name, "an array of %d axes, want 1 to %d", len(dims), maxRank)
	}
	return kind, dims, nil
}

// readNumbers reads n elements, in pieces: the array grows as they arrive.
func readNumbers(b *blob, kind string, n int64) ([]float32, error) {
	width := npyWidths[kind]
	const piece = 1 << 16 // bytes
	buf := make([]byte, min(n*width, piece))
	vals := make([]float32, 0, min(n, piece))
	for left := n; left > 0; {
		buf = buf[:min(left*width, piece)]
		if got, err := io.ReadFull(b, buf); err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil, fault(b.name, "truncated: the array has %d elements of %d", int64(len(vals))+int64(got)/width, n)
		} else if err != nil {
			return nil, b.damaged(err)
		}
		for at := int64(0); at < int64(len(buf)); at += width {
			v := float32(element(kind, buf[at:]))
			if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
				return nil, fault(b.name, "element %d is not a finite number of single precision", len(vals))
			}
			vals = append(vals, v)
		}
		left -= int64(len(buf)) / width
	}
	return vals, nil
}

func element(kind string, raw []byte) float64 {
	switch kind {
	case "f4":
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(raw)))
	case "f8":
		return math.Float64frombits(binary.LittleEndian.Uint64(raw))
	case "i4":
		return float64(int32(binary.LittleEndian.Uint32(raw)))
	case "i8":
		return float64(int64(binary.LittleEndian.Uint64(raw)))
	}
	panic("dataset: NPY type " + kind + " has no decoder")
}

// splitNPZ separates "file.npz:name" into file and array; the name may be missing.
func splitNPZ(path string) (file, name string, ok bool) {
	lower := strings.ToLower(path)
	if strings.HasSuffix(lower, ".npz") {
		return path, "", true
	}
	if i := strings.LastIndex(lower, ".npz:"); i >= 0 {
		return path[:i+4], path[i+5:], true
	}
	return path, "", false
}

func isNPZ(path string) bool {
	_, _, ok := splitNPZ(path)
	return ok
}

// openNPZ reads one array of a zip of NPY files: the named one, or else the first
// of the usual names that it has.
func openNPZ(path, name string, usual ...string) (*array, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, because(path, "cannot read the zip", err)
	}
	defer z.Close()
	want := usual
	if name != "" {
		want = []string{name}
	}
	var have []string
	for _, f := range z.File {
		have = append(have, strings.TrimSuffix(f.Name, ".npy"))
	}
	for _, w := range want {
		if i := slices.Index(have, w); i >= 0 {
			return readNPZ(z.File[i], path)
		}
	}
	slices.Sort(have)
	return nil, &Error{File: path, Msg: "no array is called " + strings.Join(want, " or "),
		Hint: "it has " + shortened(strings.Join(have, ", ")) + `; write "` + filepath.Base(path) + `:NAME"`}
}

func readNPZ(f *zip.File, path string) (*array, error) {
	name := path + "/" + f.Name
	if f.UncompressedSize64/deflateRatio > f.CompressedSize64+1 || f.UncompressedSize64 > maxUnpacked {
		return nil, fault(name, "the zip announces %d bytes, more than it can hold", f.UncompressedSize64)
	}
	r, err := f.Open()
	if err != nil {
		return nil, because(name, "cannot read", err)
	}
	defer r.Close()
	b, err := newBlob(r, int64(f.UncompressedSize64), name)
	if err != nil {
		return nil, err
	}
	return readNPY(b)
}

// openArray reads an .npy file, or an array of an .npz file.
func (r Request) openArray(path string, usual ...string) (a *array, err error) {
	file, name, npz := splitNPZ(path)
	at, err := r.find(file)
	if err != nil {
		return nil, err
	}
	if npz {
		return openNPZ(at, name, usual...)
	}
	err = withFile(at, func(b *blob) error {
		a, err = readNPY(b)
		return err
	})
	return a, err
}

func loadNPY(r Request) (*loaded, error) {
	input, err := r.openArray(r.Paths[0], "input", "x")
	if err != nil {
		return nil, err
	}
	from, _, _ := splitNPZ(r.Paths[0])
	if len(r.Paths) == 2 {
		from = r.Paths[1]
	}
	label, err := r.openArray(from, "label", "y")
	if err != nil {
		return nil, err
	}
	return pair(input, label, false)
}
