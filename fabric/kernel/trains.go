package kernel

import "math"

// TrainSlots is the most slots of a pulse train: one bit each, below the sign.
const TrainSlots = 31

// signBit marks a train that pulls down.
const signBit = 1 << 31

// Trains writes a stochastic pulse train for each line: bit t is set where the
// line fires in slot t, with chance |v| (1 and above always fires), and the top bit
// where v is negative. A line that never fires is 0. Slot t of line i is element
// from+i of the sample in the stream of keys[t]; there are at most TrainSlots keys,
// and from is a multiple of 32.
func Trains(dst []uint32, v []float32, keys []Key, sample uint32, from int) {
	var u [noiseRun]float32
	for lo := 0; lo < len(v); lo += noiseRun {
		part := v[lo:min(lo+noiseRun, len(v))]
		to := dst[lo:][:len(part)]
		clear(to)
		if topBits(part) == 0 {
			continue
		}
		for t := range keys {
			keys[t].Uniform(u[:len(part)], sample, from+lo)
			for i, p := range part {
				if u[i] < float32(math.Abs(float64(p))) {
					to[i] |= 1 << t
				}
			}
		}
		for i, p := range part {
			if to[i] != 0 {
				to[i] |= math.Float32bits(p) & signBit
			}
		}
	}
}

// TopAbs is the largest |x| of a short list, in the calling goroutine.
func TopAbs(x []float32) float32 { return math.Float32frombits(topBits(x)) }

// Patches writes the elements of x, images of the geometry, that weight rows
// [lo,hi) multiply at positions at.., n of them counted over all samples: one
// position a row of dst, with stride ld; zeros in the padding.
func (c *Conv) Patches(dst []float32, ld int, x []float32, at, n, lo, hi int) {
	c.patches(dst, ld, x, at, n, lo, hi)
}
