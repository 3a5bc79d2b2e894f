package kernel

import (
	"math"
	"math/bits"
)

// Pulse trains as bits. Time runs in slots; in each, a line of an array fires or not,
// and a cell moves where both of its lines fire (Gokmen and Vlasov, Front. Neurosci.
// 10:333, 2016). Lines are drawn side by side, slot after slot, and then turned, so
// that the bits of a word are 32 slots of one line: coincidences are then counted 32
// at a time.

// Fire draws which of a number of lines fire in a slot: line i with chance
// |gain·v[i]|, surely from 1 on. Bit l of word b stands for line 32b+l, in plus where
// gain·v is positive and in minus where it is negative. Line i is element 32·block+i
// of the sample. len(v) is 32 times that of plus and of minus.
func (k Key) Fire(plus, minus []uint32, v []float32, gain float32, sample uint32, block int) {
	n := len(v) / 32
	fires(plus[:n], minus[:n], v[:n*32], gain, k, block, sample)
}

func firesPortable(plus, minus []uint32, v []float32, gain float32, k Key, block int, sample uint32) {
	var u [32]float32
	for b := range plus {
		part := v[b*32:][:32]
		plus[b], minus[b] = 0, 0
		if gain == 0 || topBitsPortable(part) == 0 {
			continue
		}
		uniformsPortable(u[:], k, block+b, sample)
		for l, x := range part {
			p := float32(gain * x)
			switch {
			case !(u[l] < float32(math.Abs(float64(p)))):
			case math.Signbit(float64(p)):
				minus[b] |= 1 << l
			default:
				plus[b] |= 1 << l
			}
		}
	}
}

// TurnBits transposes a square of bits: bit j of word i becomes bit i of word j.
func TurnBits(x *[32]uint32) {
	mask := uint32(0x0000ffff)
	for half := 16; half > 0; half >>= 1 {
		for i := 0; i < 32; i = (i + half + 1) &^ half {
			t := (x[i]>>half ^ x[i+half]) & mask
			x[i] ^= t << half
			x[i+half] ^= t
		}
		mask ^= mask << (half / 2)
	}
}

// Firing is a word of a line that fires in it. Same and Other are the words of
// another line's planes that it pulls up with, and down.
type Firing struct {
	Bits        uint32
	Same, Other int32 // where the first of the other lines has that word
}

// Coincide counts the coincidences of a line with each of a number of others, as
// words of ups in the upper half and downs in the lower one. planes has the others'
// words, side by side. len(dst) is a multiple of 16, and the firings have fewer than
// 1<<16 bits.
func Coincide(dst []uint32, line []Firing, planes []uint32) { coincide(dst, line, planes) }

func coincidePortable(dst []uint32, line []Firing, planes []uint32) {
	clear(dst)
	for _, f := range line {
		same, other := planes[f.Same:][:len(dst)], planes[f.Other:][:len(dst)]
		for i := range dst {
			dst[i] += uint32(bits.OnesCount32(f.Bits&same[i]))<<16 + uint32(bits.OnesCount32(f.Bits&other[i]))
		}
	}
}

// TopAbs is the largest |x| of a short list, in the calling goroutine.
func TopAbs(x []float32) float32 { return math.Float32frombits(topBits(x)) }

// Patches writes the elements of x, images of the geometry, that weight rows
// [lo,hi) multiply at positions at.., n of them counted over all samples: one
// position a row of dst, with stride ld; zeros in the padding.
func (c *Conv) Patches(dst []float32, ld int, x []float32, at, n, lo, hi int) {
	line := c.line()
	for r := range n {
		o, ox := (at+r)/c.OW, (at+r)%c.OW
		y := o%c.OH*c.SH - c.PH
		left := (ox*c.SW - c.PW) * c.C // of the image's line, where term 0 would stand
		first := (o/c.OH*c.H+y)*c.W*c.C + left
		for ky := lo / line; ky*line < hi; ky++ {
			a, b := max(lo-ky*line, 0), min(hi-ky*line, line)
			to := dst[r*ld+ky*line+a-lo:][:b-a]
			from, end := max(a, -left), min(b, c.W*c.C-left)
			if uint(y+ky) >= uint(c.H) || from >= end {
				clear(to)
				continue
			}
			clear(to[:from-a])
			copy(to[from-a:], x[first+ky*c.W*c.C+from:][:end-from])
			clear(to[end-a:])
		}
	}
}
