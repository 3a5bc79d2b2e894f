package dataset

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// fuzzBlob gives data to a reader, whose error must be an *Error with a message.
func fuzzBlob(t *testing.T, data []byte, read func(*blob) error) {
	t.Helper()
	b, err := newBlob(bytes.NewReader(data), int64(len(data)), "f")
	if err == nil {
		err = read(b)
	}
	var e *Error
	if err != nil && (!errors.As(err, &e) || e.Msg == "" || e.File != "f") {
		t.Errorf("error %v says too little", err)
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n3,4\n", "1,2,3\n4,,6\n", "\ufeff1,\"2\"\n", "1\n", "x\n"} {
		f.Add([]byte(s))
	}
	f.Add(gzipped([]byte("1,2\n")))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzBlob(t, data, func(b *blob) error {
			m, err := readCSV(b)
			if err == nil && (len(m.labels) == 0 || len(m.vals) != m.cols*len(m.labels)) {
				t.Errorf("%d labels and %d values of %d columns", len(m.labels), len(m.vals), m.cols)
			}
			return err
		})
	})
}

func checkArray(t *testing.T, a *array) {
	t.Helper()
	if n := product(a.shape); n != len(a.pix)+len(a.vals) || n == 0 {
		t.Errorf("shape %v with %d bytes and %d numbers", a.shape, len(a.pix), len(a.vals))
	}
	data, shape := a.rows(true)
	data.copyRow(make([]float32, product(shape)), a.shape[0]-1)
}

func FuzzNPY(f *testing.F) {
	f.Add(npyBytes([]int{2, 1}, []float32{1, 2}))
	f.Add(raw("{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", 7))
	f.Add(raw("{'descr': '<f8', 'fortran_order': True, 'shape': (0,)}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzBlob(t, data, func(b *blob) error {
			a, err := readNPY(b)
			if err == nil {
				checkArray(t, a)
			}
			return err
		})
	})
}

func FuzzIDX(f *testing.F) {
	f.Add(idxBytes([]byte{1, 2, 3, 4}, 2, 1, 2))
	f.Add(gzipped(idxBytes([]byte{1}, 1)))
	f.Add(idxBytes(nil, 1<<31, 1<<31))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzBlob(t, data, func(b *blob) error {
			a, err := readIDX(b)
			if err == nil {
				checkArray(t, a)
			}
			return err
		})
	})
}

// FuzzCIFAR reads data as each of the six binary files, one image a file.
func FuzzCIFAR(f *testing.F) {
	f.Add(make([]byte, 1+cifarPixels))
	f.Add([]byte{11})
	f.Add(gzipped(make([]byte, 1+cifarPixels)))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		sub, err := os.MkdirTemp(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(sub)
		write(t, filepath.Join(sub, "data_batch_1.bin"), data)
		for _, name := range []string{"data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"} {
			if err := os.Link(filepath.Join(sub, "data_batch_1.bin"), filepath.Join(sub, name)); err != nil {
				t.Skip("no links here:", err)
			}
		}
		l, err := readCIFAR(context.Background(), sub, 1)
		var e *Error
		switch {
		case err != nil && (!errors.As(err, &e) || e.File == ""):
			t.Errorf("error %v says too little", err)
		case err == nil && (len(l.labels) != 6 || len(l.train) != 5 || l.labels[0] > 9):
			t.Errorf("labels %v", l.labels)
		}
	})
}
