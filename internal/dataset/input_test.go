package dataset

import (
	"image"
	"math"
	"path/filepath"
	"slices"
	"testing"
)

// A file by itself is brought to the network as the set's own rows are: resized,
// with the set's channels, normalised.
func TestInputReadsAsTheSetDoes(t *testing.T) {
	files := map[string][]byte{}
	for i := range 6 {
		m := image.NewGray(image.Rect(0, 0, 5+i, 4))
		for k := range m.Pix {
			m.Pix[k] = byte(37 * (k + i))
		}
		files["set/train/a/"+string(rune('0'+i))+".png"] = pngBytes(t, m)
	}
	files["set/test/a/x.png"] = files["set/train/a/5.png"]
	r := Request{Kind: Images, Paths: []string{"set"}, Resize: [2]int{3, 3}, Normalize: true}
	s, err := opened(t, r, files)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.png")
	write(t, path, files["set/test/a/x.png"])
	list, err := s.Input().Read(path)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if want := row(s.Test, 0); !slices.Equal(list[0].Data, want) {
		t.Errorf("got %v, the set has %v", list[0].Data, want)
	}
}

// Arrays and rows of numbers are rows in the set's units.
func TestInputReadsNumbers(t *testing.T) {
	dir := t.TempDir()
	in := Input{Shape: []int{1, 2, 2}, Mean: []float32{1}, Std: []float32{2}}
	write(t, filepath.Join(dir, "a.npy"), npyBytes([]int{2, 1, 2, 2}, []float32{1, 3, 5, 7, 9, 11, 13, 15}))
	write(t, filepath.Join(dir, "big.npy"), npyBytes([]int{1, 4, 4}, make([]float32, 16)))
	write(t, filepath.Join(dir, "a.csv"), []byte("p,q,r,s\n1,3,5,7\n9,11,13,15\n"))
	for _, name := range []string{"a.npy", "a.csv"} {
		list, err := in.Read(filepath.Join(dir, name))
		if err != nil || len(list) != 2 || list[1].Number != 1 {
			t.Fatalf("%s: %v %v", name, list, err)
		}
		if !slices.Equal(list[0].Data, []float32{0, 1, 2, 3}) || !slices.Equal(list[1].Data, []float32{4, 5, 6, 7}) {
			t.Errorf("%s: %v", name, list)
		}
	}
	list, err := in.Read(filepath.Join(dir, "big.npy"))
	if err != nil || slices.ContainsFunc(list[0].Data, func(v float32) bool { return math.Abs(float64(v)+0.5) > 1e-6 }) {
		t.Errorf("an image of another size: %v %v", list, err)
	}
	write(t, filepath.Join(dir, "long.csv"), []byte("1,2,3,4,0\n"))
	write(t, filepath.Join(dir, "word.csv"), []byte("1,2,3,4\n1,2,x,4\n"))
	write(t, filepath.Join(dir, "a.bmp"), nil)
	write(t, filepath.Join(dir, "odd.npy"), npyBytes([]int{5}, make([]float32, 5)))
	for name, want := range map[string]string{
		"long.csv": "long.csv:1: 5 numbers", "word.csv": "word.csv:2:5: ", "a.bmp": "of another kind", "odd.npy": "array of shape", "none.csv": "cannot open",
	} {
		_, err := in.Read(filepath.Join(dir, name))
		wantError(t, err, want)
	}
	_, err = Input{Shape: []int{4}}.Read(filepath.Join(dir, "x.png"))
	wantError(t, err, "not images")
}
