package kernel

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
)

// digest is FNV-1a of the bits of x.
func digest(x []float32) uint64 {
	h := fnv.New64a()
	for _, v := range x {
		h.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
	}
	return h.Sum64()
}

// TestGoldenBits fixes the bits that every machine and every implementation gives:
// another rounding or order of a sum changes them.
func TestGoldenBits(t *testing.T) {
	z := make([]float32, 1<<14)
	NewKey(7, 1, PathHash("fc1"), 0, 3).Normal(z, 2, 5)
	x := random(rand.New(rand.NewPCG(19, 1)), 1<<14)
	Scale(nil, x, 8)
	e, h := make([]float32, len(x)), make([]float32, len(x))
	Exp(nil, e, x)
	Tanh(nil, h, x)
	s := newStep()
	s.run(nil)
	for _, c := range []struct {
		name string
		x    []float32
		want uint64
	}{
		{"Normal", z, 0xf80c82fdb9c44e98},
		{"Exp", e, 0x9f5b650747a85a1},
		{"Tanh", h, 0xc384bea4db56341f},
		{"products", s.g, 0xf7eb53d092bb1fe3},
		{"data gradient", s.back, 0x5af36d16bf3bd30b},
		{"softmax and tanh", s.maps, 0xb1a8d7e942250567},
	} {
		if got := digest(c.x); got != c.want {
			t.Errorf("%s: digest %#x, want %#x", c.name, got, c.want)
		}
	}
}
