package kernel

// Normal writes standard normal numbers of the elements from, from+1, .. of the
// sample to dst: the cosine and the sine of a Box-Muller pair for the two elements
// that share a pair of words. Calls that overlap agree.
func (k Key) Normal(dst []float32, sample uint32, from int) {
	for len(dst) > 0 {
		block, at := from/32, from%32
		n := min(32-at, len(dst))
		if n == 32 {
			normals((*[32]float32)(dst), k, block, sample)
		} else {
			normalPart(dst[:n], k, block, at, sample)
		}
		dst, from = dst[n:], from+n
	}
}

// normalPart writes elements at.. of a block. It evaluates only pairs that it
// needs.
func normalPart(dst []float32, k Key, block, at int, sample uint32) {
	for i := range dst {
		e := at + i
		if e >= 16 && i >= 16 {
			continue // written with its partner
		}
		cos, sin := boxMuller(k.pair(block, e%16, sample))
		if e >= 16 {
			dst[i] = sin
			continue
		}
		dst[i] = cos
		if i+16 < len(dst) {
			dst[i+16] = sin
		}
	}
}

// AddNormal adds sigma times the numbers of Normal to dst.
func (k Key) AddNormal(dst []float32, sigma float32, sample uint32, from int) {
	var z [noiseRun]float32
	for len(dst) > 0 {
		n := min(noiseRun-from%32, len(dst))
		k.Normal(z[:n], sample, from)
		for i, v := range z[:n] {
			dst[i] += float32(sigma * v)
		}
		dst, from = dst[n:], from+n
	}
}

// noiseRun is the number of normals made at a time: few enough for the first
// cache.
const noiseRun = 256

// Uniform writes uniform numbers in (0,1) of the elements from, from+1, .. of the
// sample: odd multiples of 2^-24, from the upper 23 bits of the element's word.
func (k Key) Uniform(dst []float32, sample uint32, from int) {
	for i := range dst {
		word := k.Bits(sample, uint32(from+i))
		dst[i] = (float32(word>>9) + 0.5) * (1.0 / (1 << 23))
	}
}
