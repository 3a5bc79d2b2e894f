//go:build !amd64

package kernel

func (l *CellLaw) pulseWhole(plus, minus, want, chance, z []float32, draws []int16, balance bool) Pulsed {
	n := len(plus) &^ (CellBlock - 1)
	return l.pulsePortable(plus[:n], minus, want, chance, z, draws, balance)
}

func shift(plus, minus, d []float32, k, bound float32) int64 {
	return shiftPortable(plus, minus, d, k, bound)
}

func decay(y, rate []float32, x, rest float32) { decayPortable(y, rate, x, rest) }

func decayPairs(y, z, rate []float32, x, rest float32) { decayPairsPortable(y, z, rate, x, rest) }

func momentum(v, g, w []float32, m, decay, rate float32) {
	momentumPortable(v, g, w, m, decay, rate)
}

func foldLanes(y, x, shift, factor []float32) { foldLanesPortable(y, x, shift, factor) }

func foldLine(y, x []float32, shift, factor float32) { foldLinePortable(y, x, shift, factor) }

func (l *CellLaw) togetherWhole(plus, minus []float32, counts []uint32, z []float32, draws []int16, reach float32) Joined {
	n := len(plus) &^ (CellBlock - 1)
	return l.togetherPortable(plus[:n], minus, counts, z, draws, reach)
}

func foldPairLanes(y, plus, minus, fixed, shift, factor []float32) {
	foldPairLanesPortable(y, plus, minus, fixed, shift, factor)
}

func foldPairLine(y, plus, minus, fixed []float32, shift, factor float32) {
	foldPairLinePortable(y, plus, minus, fixed, shift, factor)
}
