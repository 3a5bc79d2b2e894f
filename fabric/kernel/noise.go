package kernel

// Normal writes standard normal numbers of the elements from, from+1, .. of the
// sample to dst: the cosine and the sine of a Box-Muller pair for the two elements
// that share a pair of words. Calls that overlap agree.
func (k Key) Normal(dst []float32, sample uint32, from int) {
	block, at := from/32, from%32
	if at > 0 {
		n := k.normalPart(dst, block, at, sample)
		dst, block = dst[n:], block+1
	}
	whole := len(dst) / 32
	normals(dst[:whole*32], k, block, sample)
	if whole*32 < len(dst) {
		k.normalPart(dst[whole*32:], block+whole, 0, sample)
	}
}

// normalPart writes elements at.. of a block and returns how many.
func (k Key) normalPart(dst []float32, block, at int, sample uint32) int {
	var z [32]float32
	normals(z[:], k, block, sample)
	return copy(dst, z[at:])
}

// fewNormals is the number up to which normals that are parts of blocks are made apart
// from what they are added to.
const fewNormals = 128

// AddNormal adds sigma times the numbers of Normal to dst.
func (k Key) AddNormal(dst []float32, sigma float32, sample uint32, from int) {
	block, at := from/32, from%32
	if end := at + len(dst); end%32+at > 0 && end <= fewNormals {
		// All blocks at once: one by one, each would wait for its own numbers.
		var z [fewNormals]float32
		normals(z[:(end+31)/32*32], k, block, sample)
		addScaled(dst, z[at:end], sigma)
		return
	}
	if at > 0 {
		n := k.addNormalPart(dst, sigma, block, at, sample)
		dst, block = dst[n:], block+1
	}
	whole := len(dst) / 32
	addNormals(dst[:whole*32], sigma, k, block, sample)
	if whole*32 < len(dst) {
		k.addNormalPart(dst[whole*32:], sigma, block+whole, 0, sample)
	}
}

// addNormalPart adds elements at.. of a block and returns how many.
func (k Key) addNormalPart(dst []float32, sigma float32, block, at int, sample uint32) int {
	var z [32]float32
	normals(z[:], k, block, sample)
	n := min(32-at, len(dst))
	addScaled(dst[:n], z[at:], sigma)
	return n
}

// Uniform writes uniform numbers in (0,1) of the elements from, from+1, .. of the
// sample: odd multiples of 2^-24, from the upper 23 bits of the element's word.
func (k Key) Uniform(dst []float32, sample uint32, from int) {
	block, at := from/32, from%32
	if at > 0 {
		n := k.uniformPart(dst, block, at, sample)
		dst, block = dst[n:], block+1
	}
	whole := len(dst) / 32
	uniforms(dst[:whole*32], k, block, sample)
	if whole*32 < len(dst) {
		k.uniformPart(dst[whole*32:], block+whole, 0, sample)
	}
}

// uniformPart writes elements at.. of a block and returns how many.
func (k Key) uniformPart(dst []float32, block, at int, sample uint32) int {
	var u [32]float32
	uniforms(u[:], k, block, sample)
	return copy(dst, u[at:])
}
