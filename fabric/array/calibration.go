package array

import "math"

// Residue is what calibration by the mean of a number of reads of known vectors leaves
// of a read-out whose read errs by noise and by a converter's step: the sd of an offset,
// and of a gain that is found from a reference line of weight w at full input
// (physics.md §6.4).
func Residue(noise, lsb float64, reads int, w float64) (offset, gain float64) {
	offset = math.Sqrt((noise*noise + lsb*lsb/12) / float64(max(reads, 1)))
	return offset, offset / w
}

// CopyAngle is the cosine between a gradient and the one by a copied transposed array:
// (1 + 2σ²/w²)^-½, σ the sd of a cell's mismatch and w the rms of the weights
// (physics.md §4.2).
func CopyAngle(sigma, w float64) float64 { return 1 / math.Sqrt(1+2*sigma*sigma/(w*w)) }

// Alpha is the logical weight that a full normalised one stands for when an array is
// loaded: the largest takes 0.35 of full weight at a random start, 0.7 of given weights.
func Alpha(largest float64, trained bool) float64 {
	if trained {
		return largest / TopTrained
	}
	return largest / TopRandom
}

// Converted is a number as a converter of that many bits over ± a limit gives it; 0 bits
// only limit (physics.md §4.1).
func Converted(x float64, bits int, limit float64) float64 {
	x = min(max(x, -limit), limit)
	if bits == 0 {
		return x
	}
	lsb := LSB(bits, limit)
	return lsb * math.RoundToEven(x/lsb)
}

// PairsToSymmetry is the number of pairs of an up and a down pulse after which a cell is
// within e^-3 of its way to its symmetry point: three time constants 1/(2 γ Δw_min).
func PairsToSymmetry(asymmetry, step float64) float64 { return math.Ceil(3 / (2 * asymmetry * step)) }
