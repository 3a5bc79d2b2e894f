package kernel

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// TestThreefry checks the known answers of the Random123 distribution
// (kat_vectors, threefry2x32).
func TestThreefry(t *testing.T) {
	ones := ^uint32(0)
	for _, c := range []struct {
		rounds     int
		key        Key
		a, b, x, y uint32
	}{
		{13, Key{}, 0, 0, 0x9d1c5ec6, 0x8bd50731},
		{13, Key{ones, ones}, ones, ones, 0xfd36d048, 0x2d17272c},
		{13, Key{0x13198a2e, 0x03707344}, 0x243f6a88, 0x85a308d3, 0xba3e4725, 0xf27d669e},
		{20, Key{}, 0, 0, 0x6b200159, 0x99ba4efe},
		{20, Key{ones, ones}, ones, ones, 0x1cb996fc, 0xbb002be7},
		{20, Key{0x13198a2e, 0x03707344}, 0x243f6a88, 0x85a308d3, 0xc4923a9c, 0x483df7a0},
	} {
		x, y := threefry(c.key, c.a, c.b, c.rounds)
		if x != c.x || y != c.y {
			t.Errorf("%d rounds of %x: got %x %x, want %x %x", c.rounds, c.key, x, y, c.x, c.y)
		}
		if c.rounds == 13 {
			if x, y = threefry13(c.key, c.a, c.b); x != c.x || y != c.y {
				t.Errorf("threefry13 of %x: got %x %x, want %x %x", c.key, x, y, c.x, c.y)
			}
		}
	}
}

func TestPathHash(t *testing.T) {
	// FNV-1a, from the reference's test vectors.
	for path, want := range map[string]uint64{"": 0xcbf29ce484222325, "a": 0xaf63dc4c8601ec8c, "foobar": 0x85944171f73967e8} {
		if got := PathHash(path); got != want {
			t.Errorf("PathHash(%q) = %x, want %x", path, got, want)
		}
	}
}

func TestKeysDiffer(t *testing.T) {
	path := PathHash("fc1")
	base := NewKey(7, 1, path, 0, 0)
	for i, k := range []Key{
		NewKey(8, 1, path, 0, 0), NewKey(7+1<<32, 1, path, 0, 0), NewKey(7, 2, path, 0, 0), NewKey(7, 1, path+1<<40, 0, 0),
		NewKey(7, 1, path, 1, 0), NewKey(7, 1, path, 0, 1), NewKey(7, 1, path, 0, 1<<32), base.Field(0), base.Field(1),
	} {
		if k == base {
			t.Errorf("key %d does not depend on what changed", i)
		}
	}
}

// TestElementMap fixes the element-to-lane map, which every implementation shares.
func TestElementMap(t *testing.T) {
	k := NewKey(1, 2, 3, 4, 5)
	for _, e := range []int{0, 1, 15, 16, 31, 32, 47, 48, 1000, 1016} {
		a, b := threefry13(k, uint32(e/32*16+e%16), 9)
		cos, sin := boxMuller(a, b)
		word, value := a, cos
		if e/16%2 == 1 {
			word, value = b, sin
		}
		var z, u [1]float32
		k.Normal(z[:], 9, e)
		k.Uniform(u[:], 9, e)
		if z[0] != value || k.Bits(9, uint32(e)) != word || u[0] != (float32(word>>9)+0.5)/(1<<23) {
			t.Errorf("element %d: normal %v, bits %x, uniform %v do not come from its pair", e, z[0], k.Bits(9, uint32(e)), u[0])
		}
	}
}

func TestPartsOfStreams(t *testing.T) {
	k := NewKey(3, 0, PathHash("x"), 0, 1)
	all, uniform := make([]float32, 700), make([]float32, 700)
	k.Normal(all, 4, 0)
	k.Uniform(uniform, 4, 0)
	for from := 0; from < 100; from++ {
		for _, n := range []int{0, 1, 2, 15, 16, 17, 31, 32, 33, 60, 600} {
			part := make([]float32, n)
			k.Normal(part, 4, from)
			sameBits(t, "Normal", part, all[from:from+n])
			k.Uniform(part, 4, from)
			sameBits(t, "Uniform", part, uniform[from:from+n])
			for i := range part {
				part[i] = float32(i)
			}
			k.AddNormal(part, 0.3, 4, from)
			for i, v := range part {
				if v != float32(i)+float32(0.3*all[from+i]) {
					t.Fatalf("AddNormal from %d: element %d is %v", from, i, v)
				}
			}
		}
	}
}

// TestBoxMuller compares with float64, at the edges of both words too.
func TestBoxMuller(t *testing.T) {
	const tol = 1.5e-6 // a few roundings at a radius up to 6.8
	k := NewKey(11, 0, 0, 0, 0)
	words := []uint32{0, 1, 2, 1 << 29, 1<<29 - 1, 1 << 30, 3 << 29, 1 << 31, 5 << 29, 3 << 30, 7 << 29, 7<<29 - 1, ^uint32(0), ^uint32(0) - 1, ^uint32(0) - 200}
	for i := range 20000 {
		words = append(words, k.Bits(0, uint32(i)))
	}
	for i, a := range words {
		b := words[(i*7+3)%len(words)]
		cos, sin := boxMuller(a, b)
		radius := math.Sqrt(-2 * math.Log((float64(a)+0.5)/(1<<32)))
		s, c := math.Sincos(2 * math.Pi * float64(b) / (1 << 32))
		// Near a = 2^32 float32 cannot hold a+1/2: the radius is then below 1e-3.
		slack := tol
		if radius < 0.02 {
			slack = 4e-4
		}
		if math.Abs(float64(cos)-radius*c) > slack || math.Abs(float64(sin)-radius*s) > slack {
			t.Fatalf("boxMuller(%x, %x) = %v, %v, want %v, %v", a, b, cos, sin, radius*c, radius*s)
		}
	}
}

// TestStatistics checks moments and tails within five standard errors.
func TestStatistics(t *testing.T) {
	const n = 1 << 20
	z := make([]float32, n)
	NewKey(5, 1, PathHash("noise"), 0, 0).Normal(z, 0, 0)
	x := wide[float64](z)
	mean, variance := stat.MeanVariance(x, nil)
	within := func(what string, got, want, sigma float64) {
		t.Helper()
		if math.Abs(got-want) > 5*sigma/math.Sqrt(n) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	within("mean", mean, 0, 1)
	within("variance", variance, 1, math.Sqrt2)
	within("skewness", stat.Skew(x, nil), 0, math.Sqrt(6))
	within("excess kurtosis", stat.ExKurtosis(x, nil), 0, math.Sqrt(24))
	for _, limit := range []float64{1, 2, 3, 4} {
		var count float64
		for _, v := range x {
			if math.Abs(v) > limit {
				count++
			}
		}
		p := math.Erfc(limit / math.Sqrt2)
		within("tail", count/n, p, math.Sqrt(p*(1-p)))
	}
}

// TestIndependence correlates streams that differ in one thing only, and a stream
// with itself at the distances where its pairs lie.
func TestIndependence(t *testing.T) {
	const n = 1 << 16
	normals := func(k Key, sample uint32) []float64 {
		z := make([]float32, n)
		k.Normal(z, sample, 0)
		return wide[float64](z)
	}
	k := NewKey(5, 1, PathHash("c1"), 0, 0)
	base := normals(k, 0)
	check := func(what string, a, b []float64) {
		t.Helper()
		squares := func(x []float64) []float64 {
			y := make([]float64, len(x))
			for i, v := range x {
				y[i] = v * v
			}
			return y
		}
		limit := 5 / math.Sqrt(float64(len(a)))
		if c := stat.Correlation(a, b, nil); math.Abs(c) > limit {
			t.Errorf("%s: correlation %v", what, c)
		}
		if c := stat.Correlation(squares(a), squares(b), nil); math.Abs(c) > limit {
			t.Errorf("%s: correlation of squares %v", what, c)
		}
	}
	check("sample", base, normals(k, 1))
	check("block", base, normals(k.Field(1), 0))
	check("field", base, normals(NewKey(5, 1, PathHash("c1"), 1, 0), 0))
	check("step", base, normals(NewKey(5, 1, PathHash("c1"), 0, 1), 0))
	check("path", base, normals(NewKey(5, 1, PathHash("c2"), 0, 0), 0))
	for _, d := range []int{1, 2, 15, 16, 17, 32, 512} {
		check("neighbours", base[d:], base[:n-d])
	}
}

func TestUniform(t *testing.T) {
	const n = 1 << 20
	u := make([]float32, n)
	NewKey(6, 0, 0, 0, 0).Uniform(u, 0, 0)
	var bins [64]float64
	for _, v := range u {
		if !(v > 0 && v < 1) {
			t.Fatalf("%v is outside (0,1)", v)
		}
		bins[int(v*64)]++
	}
	var chi float64
	for _, b := range bins {
		chi += (b - n/64) * (b - n/64) / (n / 64)
	}
	if chi > 63+5*math.Sqrt(2*63) {
		t.Errorf("chi-squared of 64 bins is %v", chi)
	}
}
