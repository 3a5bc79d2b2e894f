package dataset

import (
	"context"
	"math"
	"slices"
	"testing"
)

// fixed draws numbers from the arguments alone.
func fixed(epoch, row, k int) float64 {
	x := uint64(epoch)*0x9e3779b97f4a7c15 + uint64(row)*0xbf58476d1ce4e5b9 + uint64(k)*0x94d049bb133111eb + 1
	x ^= x >> 31
	x *= 0xd6e8feb86659fd93
	x ^= x >> 32
	return float64(x>>11) / (1 << 53)
}

func TestAugmentIsDetermined(t *testing.T) {
	s := open(t, Request{Kind: Digits, Augment: []Augment{{Op: PadCrop, N: 2}, {Op: Flip}}})
	n := s.Train.Elements()
	rows := []int{5, 0, 1437, 77}
	forward := make([]float32, len(rows)*n)
	s.Train.AugmentedInputs(forward, rows, 3, fixed)
	moved := 0
	for i := len(rows) - 1; i >= 0; i-- {
		one := make([]float32, n)
		s.Train.Augmented(one, rows[i], 3, fixed)
		if !slices.Equal(one, forward[i*n:(i+1)*n]) {
			t.Errorf("row %d depends on its company", rows[i])
		}
		if !slices.Equal(one, row(s.Train, rows[i])) {
			moved++
		}
	}
	other := make([]float32, len(rows)*n)
	if s.Train.AugmentedInputs(other, rows, 4, fixed); slices.Equal(other, forward) || moved == 0 {
		t.Error("nothing is augmented, or every epoch alike")
	}
	test := make([]float32, n)
	if s.Test.Augmented(test, 0, 3, fixed); !slices.Equal(test, row(s.Test, 0)) {
		t.Error("the test part is augmented")
	}
}

func TestPadCropAndFlip(t *testing.T) {
	img := func() []float32 { return []float32{1, 2, 3, 4, 5, 6, 7, 8, 9} }
	shape := []int{1, 3, 3}
	draws := func(list ...float64) func(int) float64 { return func(k int) float64 { return list[k] } }
	for _, c := range []struct {
		draw []float64
		want []float32
	}{
		{[]float64{0.5, 0.5, 0.9}, img()},
		{[]float64{0, 0.5, 0.9}, []float32{0, 0, 0, 1, 2, 3, 4, 5, 6}},
		{[]float64{0.99, 0.99, 0.9}, []float32{5, 6, 0, 8, 9, 0, 0, 0, 0}},
		{[]float64{0.5, 0, 0.9}, []float32{0, 1, 2, 0, 4, 5, 0, 7, 8}},
		{[]float64{0.5, 0.5, 0.1}, []float32{3, 2, 1, 6, 5, 4, 9, 8, 7}},
	} {
		x := img()
		augment(x, shape, []Augment{{Op: PadCrop, N: 1}, {Op: Flip}}, nil, draws(c.draw...))
		if !slices.Equal(x, c.want) {
			t.Errorf("draws %v: got %v, want %v", c.draw, x, c.want)
		}
	}
	for u, want := range map[float64]int{0: -2, 0.19: -2, 0.21: -1, 0.5: 0, 0.999999: 2} {
		if got := offset(u, 2); got != want {
			t.Errorf("offset(%g) is %d, want %d", u, got, want)
		}
	}
}

// Padding by the mean is 0 in numbers that are normalised, and the channel's mean in
// others; by black it is what black is.
func TestPadCropFill(t *testing.T) {
	corner := func(n int, mean, normalize bool) float32 {
		s := open(t, Request{Kind: Digits, Normalize: normalize, Augment: []Augment{{Op: PadCrop, N: n, Mean: mean}}})
		x := make([]float32, 64)
		s.Train.Augmented(x, 3, 0, func(_, _, _ int) float64 { return 0 })
		return x[0]
	}
	s := open(t, Request{Kind: Digits, Normalize: true})
	for _, c := range []struct {
		mean, normalize bool
		want            float32
	}{{true, true, 0}, {true, false, s.Mean[0]}, {false, true, -s.Mean[0] / s.Std[0]}, {false, false, 0}} {
		if got := corner(2, c.mean, c.normalize); got != c.want {
			t.Errorf("mean %v, normalised %v: a padded pixel is %g, want %g", c.mean, c.normalize, got, c.want)
		}
	}
}

func TestNormalize(t *testing.T) {
	const tol = 1e-4 // float32 values summed over 1e5 pixels
	s := open(t, Request{Kind: Digits, Normalize: true})
	var sum, square, n float64
	for i := range s.Train.Len() {
		for _, v := range row(s.Train, i) {
			sum, square, n = sum+float64(v), square+float64(v)*float64(v), n+1
		}
	}
	if mean, dev := sum/n, math.Sqrt(square/n); math.Abs(mean) > tol || math.Abs(dev-1) > tol {
		t.Errorf("training rows have mean %g and deviation %g", mean, dev)
	}
	plain := open(t, Request{Kind: Digits})
	if got, want := row(s.Test, 3)[20], (row(plain.Test, 3)[20]-s.Mean[0])/s.Std[0]; got != want {
		t.Errorf("a test pixel is %g, want %g by the training part's figures", got, want)
	}
	if plain.Mean != nil {
		t.Error("a plain set has means")
	}
	// Columns of a vector are channels; one that never varies is centred only.
	v := open(t, Request{Kind: Literal, Normalize: true, Table: Table{Input: [][]float64{{1, 5}, {3, 5}}, Label: []float64{0, 1}}})
	if got := [][]float32{row(v.Train, 0), row(v.Train, 1)}; !slices.Equal(got[0], []float32{-1, 0}) || !slices.Equal(got[1], []float32{1, 0}) {
		t.Errorf("got %v", got)
	}
}

func TestResize(t *testing.T) {
	plain := open(t, Request{Kind: Digits, Limit: 5})
	half := open(t, Request{Kind: Digits, Limit: 5, Resize: [2]int{4, 4}})
	double := open(t, Request{Kind: Digits, Limit: 5, Resize: [2]int{16, 12}})
	if !slices.Equal(half.Shape, []int{1, 4, 4}) || !slices.Equal(double.Shape, []int{1, 16, 12}) {
		t.Fatal(half.Shape, double.Shape)
	}
	mean := func(s *Set) (m float64) {
		x := row(s.Train, 2)
		for _, v := range x {
			m += float64(v) / float64(len(x))
		}
		return m
	}
	// The filters' weights add up to 1 at each new pixel, and away from the border
	// at each old one: the brightness of a centred digit stays.
	const tol = 0.03
	if m := mean(plain); math.Abs(mean(half)-m) > tol || math.Abs(mean(double)-m) > tol {
		t.Errorf("brightness went from %g to %g and %g", m, mean(half), mean(double))
	}
	if same := open(t, Request{Kind: Digits, Limit: 5, Resize: [2]int{8, 8}}); !slices.Equal(row(same.Train, 1), row(plain.Train, 1)) {
		t.Error("a resize to the same size changes pixels")
	}
	for _, sizes := range [][2]int{{8, 3}, {3, 8}, {5, 5}, {1, 4}, {4, 1}} {
		ax := newAxis(sizes[0], sizes[1])
		line := slices.Repeat([]float32{0.7}, sizes[0])
		for i := range sizes[1] {
			if got := ax.at(i, line); math.Abs(float64(got)-0.7) > 1e-6 {
				t.Errorf("%d to %d: an even line becomes %g", sizes[0], sizes[1], got)
			}
		}
	}
	ax := newAxis(2, 4) // linear between the centres of old pixels
	for i, want := range []float32{0, 0.25, 0.75, 1} {
		if got := ax.at(i, []float32{0, 1}); got != want {
			t.Errorf("pixel %d of 4 is %g, want %g", i, got, want)
		}
	}
}

func TestBatch(t *testing.T) {
	s := open(t, Request{Kind: Digits, Resize: [2]int{10, 6}, Normalize: true, Augment: []Augment{{Op: Flip}}})
	rows := []int{3, 3, 0, 1437}
	n := s.Train.Elements()
	x, labels := make([]float32, len(rows)*n), make([]int32, len(rows))
	s.Train.Inputs(x, rows)
	s.Train.Labels(labels, rows)
	for i, r := range rows {
		if !slices.Equal(x[i*n:(i+1)*n], row(s.Train, r)) || labels[i] != s.Train.Label(r) {
			t.Errorf("row %d of the batch is not row %d", i, r)
		}
	}
	for name, wrong := range map[string]func(){
		"input": func() { s.Train.Inputs(x[1:], rows) }, "labels": func() { s.Train.Labels(labels[1:], rows) },
		"targets": func() { s.Train.Targets(x, rows) }, "row": func() { s.Train.Input(x[:n], 1438) },
	} {
		if !panics(wrong) {
			t.Errorf("%s of a wrong length or number is taken", name)
		}
	}
	if b := s.Test.Bytes(); b < 359*64 || b > 359*200 {
		t.Errorf("359 digits take %d bytes", b)
	}
}

// Without a resize, whose lines lie in a pool that may be emptied at any time.
func TestBatchDoesNotAllocate(t *testing.T) {
	s := open(t, Request{Kind: Digits, Normalize: true, Augment: []Augment{{Op: PadCrop, N: 1}, {Op: Flip}}})
	rows := []int{8, 1, 8}
	x, labels, draw := make([]float32, 3*64), make([]int32, 3), Draw(fixed)
	if allocs := testing.AllocsPerRun(20, func() {
		s.Train.Inputs(x, rows)
		s.Train.AugmentedInputs(x, rows, 1, draw)
		s.Train.Labels(labels, rows)
	}); allocs > 0 {
		t.Errorf("a batch allocates %g times", allocs)
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

func TestTable(t *testing.T) {
	xor := Table{Input: [][]float64{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, Target: [][]float64{{0}, {1}, {1}, {0}}}
	s := open(t, Request{Kind: Literal, Table: xor})
	if s.HasLabel || !s.HasTarget || !slices.Equal(s.TargetShape, []int{1}) || s.Train.Len() != 4 || s.Test.Len() != 4 {
		t.Fatalf("%+v", s.Info)
	}
	y := make([]float32, 3)
	s.Test.Targets(y, []int{1, 3, 2})
	if !slices.Equal(y, []float32{1, 0, 1}) || !slices.Equal(row(s.Train, 2), []float32{1, 0}) {
		t.Errorf("targets %v, row %v", y, row(s.Train, 2))
	}
	if f := s.Fields(); len(f) != 2 || f[1].Name != "target" {
		t.Error(f)
	}
	for want, bad := range map[string]Table{
		"either a target or a label":                       {Input: xor.Input},
		"the input of a table is empty":                    {Label: []float64{1}},
		"row 1 of input has 1 numbers, row 0 has 2":        {Input: [][]float64{{1, 2}, {3}}, Label: []float64{0, 0}},
		"2 rows of input but 1 beside them":                {Input: [][]float64{{1}, {2}}, Label: []float64{0}},
		"label of row 1: 0.5 is not a whole number":        {Input: [][]float64{{1}, {2}}, Label: []float64{0, 0.5}},
		"label of row 0: -1 is negative":                   {Input: [][]float64{{1}}, Label: []float64{-1}},
		"row 0 of target: element 0 is NaN":                {Input: [][]float64{{1}}, Target: [][]float64{{math.NaN()}}},
		"row 0 of input: element 0 is 1e+40, want a finit": {Input: [][]float64{{1e40}}, Label: []float64{0}},
	} {
		_, err := Open(context.Background(), Request{Kind: Literal, Table: bad})
		wantError(t, err, want)
	}
}
