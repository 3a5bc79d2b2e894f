package kernel

import "math/bits"

// Key names one stream of random numbers. A number is a function of the key, the
// sample and the element alone, so streams need no state and no order.
type Key [2]uint32

// NewKey returns the key of an event: a hash of the run's seed, the kind of
// source, the instance path (PathHash), a field that tells apart reads, copies and
// retries of one source, and the step. It chains Threefry-2x32-20, one link a pair
// of words.
func NewKey(seed uint64, kind uint32, path uint64, field uint32, step uint64) Key {
	k := Key{uint32(seed), uint32(seed >> 32)}
	k = k.link(kind, field)
	k = k.link(uint32(path), uint32(path>>32))
	return k.link(uint32(step), uint32(step>>32))
}

// fieldTag is the second word of the counters that Field hashes.
const fieldTag = 0x9e3779b9

// Field returns the key of the b-th stream derived from k.
func (k Key) Field(b uint32) Key { return k.link(b, fieldTag) }

func (k Key) link(a, b uint32) Key {
	a, b = threefry(k, a, b, 20)
	return Key{a, b}
}

// PathHash is FNV-1a of the path, 64 bits wide.
func PathHash(path string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(path) {
		h = (h ^ uint64(path[i])) * 1099511628211
	}
	return h
}

// Bits returns 32 uniform random bits of the element of the sample: the first or
// the second word of its pair (see pair).
func (k Key) Bits(sample, element uint32) uint32 {
	block, lane, half := pairOf(int(element))
	a, b := k.pair(block, lane, sample)
	if half == 0 {
		return a
	}
	return b
}

// pairOf maps an element to its pair of words. This map is part of the contract
// of every stream: blocks of 32 elements are 16 pairs, element l and l+16 of a
// block share pair l.
func pairOf(e int) (block, lane, half int) {
	return e / 32, e % 16, e / 16 % 2
}

// pair is the pair of words of a lane of a block.
func (k Key) pair(block, lane int, sample uint32) (a, b uint32) {
	return threefry13(k, uint32(block*16+lane), sample)
}

// threefry is Threefry-2x32 (Salmon et al., "Parallel random numbers: as easy as
// 1, 2, 3", SC11) of the given number of rounds.
func threefry(k Key, x0, x1 uint32, rounds int) (uint32, uint32) {
	ks := [3]uint32{k[0], k[1], k[0] ^ k[1] ^ 0x1bd11bda}
	turn := [8]int{13, 15, 26, 6, 17, 29, 16, 24}
	x0 += ks[0]
	x1 += ks[1]
	for r := range rounds {
		x0 += x1
		x1 = bits.RotateLeft32(x1, turn[r%8]) ^ x0
		if i := r + 1; i%4 == 0 {
			i /= 4
			x0 += ks[i%3]
			x1 += ks[(i+1)%3] + uint32(i)
		}
	}
	return x0, x1
}
