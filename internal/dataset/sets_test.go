package dataset

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shared is the folder of real data that a checkout may have beside it.
const shared = "../../../shared/data"

func needShared(t *testing.T, name string) {
	t.Helper()
	if !exists(filepath.Join(shared, name)) {
		t.Skipf("no %s in %s", name, shared)
	}
}

func open(t *testing.T, r Request) *Set {
	t.Helper()
	s, err := Open(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Describe(r)
	if err != nil {
		t.Fatal(err)
	}
	if d.Known {
		if diff := cmp.Diff(d, s.Info); diff != "" {
			t.Errorf("Describe of %s foretold otherwise: %s", r.Kind, diff)
		}
	}
	return s
}

// row returns a part's row as Input gives it.
func row(p *Part, i int) []float32 {
	x := make([]float32, p.Elements())
	p.Input(x, i)
	return x
}

// counts returns how often each label occurs in a part, and checks that values are
// within 0..1.
func counts(t *testing.T, p *Part, classes int) []int {
	t.Helper()
	n := make([]int, classes)
	for i := range p.Len() {
		n[p.Label(i)]++
		for _, v := range row(p, i) {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("row %d holds %g", i, v)
			}
		}
	}
	return n
}

func TestDigits(t *testing.T) {
	s := open(t, Request{Kind: Digits})
	if s.Train.Len() != 1438 || s.Test.Len() != 359 || s.Classes != 10 || !slices.Equal(s.Shape, []int{1, 8, 8}) || s.Source != "embedded" {
		t.Fatalf("%+v", s.Info)
	}
	train, test := counts(t, s.Train, 10), counts(t, s.Test, 10)
	all := make([]int, 10)
	for k := range all {
		all[k] = train[k] + test[k]
	}
	// The class distribution that the set's description gives.
	if want := []int{178, 182, 177, 183, 181, 182, 181, 179, 174, 180}; !slices.Equal(all, want) {
		t.Errorf("labels occur %v times, want %v", all, want)
	}
	// The first image, a 0, as the file has it.
	want := []float32{0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0}
	for i, v := range row(s.Train, 0)[:16] {
		if v != want[i]/16 {
			t.Errorf("pixel %d is %g, want %g/16", i, v, want[i])
		}
	}
	if got := []int32{s.Train.Label(0), s.Train.Label(3), s.Train.Label(4), s.Test.Label(0), s.Test.Label(1)}; !slices.Equal(got, []int32{0, 3, 5, 4, 9}) {
		t.Errorf("rows 0, 3, 5 and test rows 4, 9 have labels %v", got)
	}
	if fields := s.Fields(); len(fields) != 2 || fields[0].Name != "input" || fields[1].Name != "label" {
		t.Errorf("fields are %v", fields)
	}
}

func TestLimit(t *testing.T) {
	s := open(t, Request{Kind: Digits, Limit: 7})
	if s.Train.Len() != 7 || s.Test.Len() != 7 || s.TrainRows != 7 {
		t.Errorf("%d and %d rows", s.Train.Len(), s.Test.Len())
	}
	if s = open(t, Request{Kind: Digits, Limit: 1000}); s.Train.Len() != 1000 || s.Test.Len() != 359 {
		t.Errorf("%d and %d rows", s.Train.Len(), s.Test.Len())
	}
}

func TestMNIST(t *testing.T) {
	needShared(t, "mnist10k")
	s := open(t, Request{Kind: MNIST, SearchDirs: []string{t.TempDir(), shared}})
	if s.Train.Len() != 8000 || s.Test.Len() != 2000 || !slices.Equal(s.Shape, []int{1, 28, 28}) {
		t.Fatalf("%+v", s.Info)
	}
	if got := []int32{s.Train.Label(0), s.Train.Label(1), s.Test.Label(0)}; !slices.Equal(got, []int32{7, 2, 4}) {
		t.Errorf("rows 0, 1 and 4 have labels %v, want 7 2 4", got)
	}
	var sum float32
	for _, v := range row(s.Train, 0) {
		sum += v
	}
	if sum < 50 || sum > 150 {
		t.Errorf("the first image adds up to %g: no digit on black", sum)
	}
	// The same files by name.
	images, labels := "mnist10k/t10k-images-idx3-ubyte.gz", "mnist10k/t10k-labels-idx1-ubyte.gz"
	byName := open(t, Request{Kind: IDX, Paths: []string{images, labels}, SearchDirs: []string{shared}, Limit: 3})
	if !slices.Equal(row(byName.Train, 2), row(s.Train, 2)) || byName.Classes != 10 {
		t.Error("idx reads other rows than mnist10k")
	}
	_, err := Open(context.Background(), Request{Kind: IDX, Paths: []string{labels, images}, SearchDirs: []string{shared}})
	wantError(t, err, "labels have more than one number a row")
}

func TestCIFAR(t *testing.T) {
	needShared(t, "cifar10.zip")
	s := open(t, Request{Kind: CIFAR10, SearchDirs: []string{shared}, Limit: 20})
	if s.Train.Len() != 20 || s.Test.Len() != 20 || !slices.Equal(s.Shape, []int{3, 32, 32}) || !slices.Equal(s.ClassNames, cifarNames) {
		t.Fatalf("%+v", s.Info)
	}
	for _, p := range []*Part{s.Train, s.Test} {
		for k, n := range counts(t, p, 10) {
			if n != 2 {
				t.Errorf("class %d has %d of 20 rows, want 2", k, n)
			}
		}
	}
}

func TestPhotos(t *testing.T) {
	needShared(t, "photos")
	root := t.TempDir()
	for class, file := range map[string]string{"temple": "china.jpg", "flower": "flower.jpg"} {
		data, err := os.ReadFile(filepath.Join(shared, "photos", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"train", "test"} {
			write(t, filepath.Join(root, part, class, file), data)
		}
	}
	s := open(t, Request{Kind: Images, Paths: []string{root}, Resize: [2]int{256, 256}})
	if !slices.Equal(s.Shape, []int{3, 256, 256}) || s.ClassNames[1] != "temple" {
		t.Fatalf("%+v", s.Info)
	}
	counts(t, s.Train, 2)
}

func TestOpenStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, Request{Kind: Digits}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestRequestIsChecked(t *testing.T) {
	table := Table{Input: [][]float64{{0, 1}, {1, 0}}, Label: []float64{0, 1}}
	for want, r := range map[string]Request{
		`no data set is called "imagenet"`:                       {Kind: "imagenet"},
		"idx takes 2 paths, got 1":                               {Kind: IDX, Paths: []string{"a"}},
		"digits takes 0 paths, got 1":                            {Kind: Digits, Paths: []string{"a"}},
		"the label of npy is empty":                              {Kind: NPY, Paths: []string{"a", ""}},
		"limit is -1, want 1 or more":                            {Kind: Digits, Limit: -1},
		"resize has no effect on csv":                            {Kind: CSV, Paths: []string{"a"}, Resize: [2]int{4, 4}},
		"resize to 0x4, want sides from 1 to 16384":              {Kind: Digits, Resize: [2]int{0, 4}},
		"augment has no effect on table":                         {Kind: Literal, Table: table, Augment: []Augment{{Op: Flip}}},
		"pad_crop(0), want 1 or more":                            {Kind: Digits, Augment: []Augment{{Op: PadCrop}}},
		`no augmentation is called "rotate"`:                     {Kind: Digits, Augment: []Augment{{Op: "rotate"}}},
		"augment has flip twice":                                 {Kind: Digits, Augment: []Augment{{Op: Flip}, {Op: Flip}}},
		"pad_crop(8) can shift all of a 8x8 image out of sight":  {Kind: Digits, Augment: []Augment{{Op: PadCrop, N: 8}}},
		"pad_crop(4) can shift all of a 4x16 image out of sight": {Kind: Digits, Resize: [2]int{4, 16}, Augment: []Augment{{Op: PadCrop, N: 4}}},
	} {
		_, err := Describe(r)
		wantError(t, err, want)
		_, err = Open(context.Background(), r)
		wantError(t, err, want)
	}
}

func TestMissingFiles(t *testing.T) {
	dir := t.TempDir()
	for want, r := range map[string]Request{
		"none.csv: not found":                    {Kind: CSV, Paths: []string{"none.csv"}},
		"mnist10k/t10k-images-idx3-ubyte.gz and": {Kind: MNIST},
		"cifar10.zip or cifar-10-batches-bin":    {Kind: CIFAR10},
		"folder: not found":                      {Kind: Images, Paths: []string{"folder"}},
		"cannot open: no such file or directory": {Kind: NPY, Paths: []string{filepath.Join(dir, "x.npy"), "y.npy"}},
		dir + ": not a file":                     {Kind: CSV, Paths: []string{dir}},
	} {
		r.SearchDirs = []string{dir}
		_, err := Open(context.Background(), r)
		wantError(t, err, want)
		var e *Error
		if !errors.As(err, &e) || e.Msg == "" || e.File == "" {
			t.Errorf("%v is no *Error with a file", err)
		}
	}
}
