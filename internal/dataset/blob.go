package dataset

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
)

const (
	// maxUnpacked is the most bytes that one compressed file may grow to; a plain
	// one is as large as it is.
	maxUnpacked = 4 << 30

	// deflateRatio bounds how much DEFLATE can compress: a match of 258 bytes
	// takes 2 bits at least (RFC 1951 §3.2.5).
	deflateRatio = 1032
)

// A blob is a file being read, unpacked if it was gzipped.
type blob struct {
	io.Reader
	name string
	most int64 // the most bytes that can come out, judged by the file's size
}

// newBlob reads size bytes from r; the name is for messages. A gzipped file is
// told by its first two bytes.
func newBlob(r io.Reader, size int64, name string) (*blob, error) {
	if size == 0 {
		return nil, fault(name, "the file is empty")
	}
	head := bufio.NewReaderSize(r, 1<<16)
	if magic, _ := head.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return &blob{head, name, size}, nil
	}
	gz, err := gzip.NewReader(head)
	if err != nil {
		return nil, because(name, "damaged gzip data", err)
	}
	return &blob{bufio.NewReaderSize(gz, 1<<16), name, min(size*deflateRatio, maxUnpacked)}, nil
}

// withFile opens a file, gives it to read and closes it.
func withFile(path string, read func(*blob) error) error {
	f, err := os.Open(path)
	if err != nil {
		return because(path, "cannot open", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return because(path, "cannot open", err)
	}
	if !st.Mode().IsRegular() {
		return fault(path, "not a file")
	}
	b, err := newBlob(f, st.Size(), path)
	if err != nil {
		return err
	}
	return read(b)
}

// take returns the next n bytes. It allocates them only as they arrive, unless
// they are few.
func (b *blob) take(n int64, what string) ([]byte, error) {
	if n > b.most {
		return nil, fault(b.name, "truncated or damaged: %s takes %d bytes, more than the file can hold", what, n)
	}
	data, err := io.ReadAll(io.LimitReader(b, n))
	if err != nil {
		return nil, b.damaged(err)
	}
	if int64(len(data)) < n {
		return nil, fault(b.name, "truncated: %s has %d bytes of %d", what, len(data), n)
	}
	return data, nil
}

// end reports bytes after the last expected one. Reading up to the end also lets
// gzip compare its checksum.
func (b *blob) end() error {
	var one [1]byte
	switch n, err := io.ReadFull(b, one[:]); {
	case n > 0:
		return fault(b.name, "there are bytes after the last one that the header announces")
	case !errors.Is(err, io.EOF):
		return b.damaged(err)
	}
	return nil
}

func (b *blob) damaged(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &Error{File: b.name, Msg: "truncated: the compressed data ends early", Err: err}
	}
	return because(b.name, "cannot read", err)
}

// elements multiplies sizes from a header. It returns false if one is not positive
// or the product is larger than most.
func elements(dims []int64, most int64) (int64, bool) {
	n := int64(1)
	for _, d := range dims {
		if d < 1 || d > most/n {
			return 0, false
		}
		n *= d
	}
	return n, true
}
