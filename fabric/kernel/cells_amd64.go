package kernel

// pulseWhole is pulsePortable for the cells of whole blocks.
func (l *CellLaw) pulseWhole(plus, minus, want, chance, z []float32, draws []int16, balance bool) Pulsed {
	n := len(plus) &^ (CellBlock - 1)
	if !vectored(n) {
		return l.pulsePortable(plus[:n], minus, want, chance, z, draws, balance)
	}
	_ = draws[n*CellDraws-1]
	var all uint32
	if balance {
		all = ^all
	}
	var p Pulsed
	at := 0
	if active == setAVX512 && n >= 2*CellBlock {
		at = n &^ (2*CellBlock - 1)
		p.Given, p.Net, p.Clipped = pulsesAVX512(&l.Step, &plus[0], &minus[0], &want[0], &chance[0], &z[0], &draws[0], at, all)
	}
	if at < n {
		given, net, clipped := pulsesAVX2(&l.Step, &plus[at], &minus[at], &want[at], &chance[at], &z[at], &draws[at*CellDraws], n-at, all)
		p.Given, p.Net, p.Clipped = p.Given+given, p.Net+net, p.Clipped+clipped
	}
	return p
}

func shift(plus, minus, d []float32, k, bound float32) int64 {
	if vectored(len(plus)) {
		return shiftAVX2(&plus[0], &minus[0], &d[0], len(plus), k, bound)
	}
	return shiftPortable(plus, minus, d, k, bound)
}

func decay(y, rate []float32, x, rest float32) {
	if vectored(len(y)) {
		decayAVX2(&y[0], &rate[0], len(y), x, rest)
		return
	}
	decayPortable(y, rate, x, rest)
}

func decayPairs(y, z, rate []float32, x, rest float32) {
	if vectored(len(y)) {
		decayPairsAVX2(&y[0], &z[0], &rate[0], len(y), x, rest)
		return
	}
	decayPairsPortable(y, z, rate, x, rest)
}

func momentum(v, g, w []float32, m, decay, rate float32) {
	if vectored(len(v)) {
		momentumAVX2(&v[0], &g[0], &w[0], len(v), m, decay, rate)
		return
	}
	momentumPortable(v, g, w, m, decay, rate)
}

func foldLanes(y, x, shift, factor []float32) {
	if vectored(len(y)) {
		foldLanesAVX2(&y[0], &x[0], &shift[0], &factor[0], len(y))
		return
	}
	foldLanesPortable(y, x, shift, factor)
}

func foldLine(y, x []float32, shift, factor float32) {
	if vectored(len(y)) {
		foldLineAVX2(&y[0], &x[0], len(y), shift, factor)
		return
	}
	foldLinePortable(y, x, shift, factor)
}

func foldPairLanes(y, plus, minus, fixed, shift, factor []float32) {
	if vectored(len(y)) {
		foldPairLanesAVX2(&y[0], &plus[0], &minus[0], &fixed[0], &shift[0], &factor[0], len(y))
		return
	}
	foldPairLanesPortable(y, plus, minus, fixed, shift, factor)
}

func foldPairLine(y, plus, minus, fixed []float32, shift, factor float32) {
	if vectored(len(y)) {
		foldPairLineAVX2(&y[0], &plus[0], &minus[0], &fixed[0], len(y), shift, factor)
		return
	}
	foldPairLinePortable(y, plus, minus, fixed, shift, factor)
}

// togetherWhole is togetherPortable for the cells of whole blocks, at most 1<<15.
func (l *CellLaw) togetherWhole(plus, minus []float32, counts []uint32, z []float32, draws []int16, reach float32) Joined {
	n := len(plus) &^ (CellBlock - 1)
	if !vectored(n) {
		return l.togetherPortable(plus[:n], minus, counts, z, draws, reach)
	}
	_ = draws[n*CellDraws-1]
	up, down, clipped, left := togetherAVX2(&l.Step, &plus[0], &minus[0], &counts[0], &z[0], &draws[0], n, reach)
	return Joined{up, down, clipped, left}
}
