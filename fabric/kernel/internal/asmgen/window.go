package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// challenge writes the kernel of the largest element of a window.
func challenge() {
	TEXT("challengeAVX2", NOSPLIT, "func(y *float32, win *int32, best, x, seen *float32, n int, at uint32)")
	Pragma("noescape")
	Doc("challengeAVX2 puts x and its index, at.., to y and win where seen is above best or win negative, and seen to best.")
	p := map[string]reg.GPVirtual{}
	for _, name := range []string{"y", "win", "best", "x", "seen", "n"} {
		p[name] = Load(Param(name), GP64()).(reg.GPVirtual)
	}
	index := avx2.spread(Load(Param("at"), GP32()).(reg.GPVirtual))
	VPADDD(avx2.counting(0), index, index)
	step := func(at reg.GPVirtual, m mask) {
		place := func(name string) Mem { return Mem{Base: p[name], Index: at, Scale: 4} }
		y, win, best, x, seen, wins := YMM(), YMM(), YMM(), YMM(), YMM(), YMM()
		avx2.load(place("y"), y, m)
		avx2.load(place("win"), win, m)
		avx2.load(place("best"), best, m)
		avx2.load(place("x"), x, m)
		avx2.load(place("seen"), seen, m)
		VCMPPS(U8(greater), best, seen, wins)
		VORPS(win, wins, wins) // the blends look at the sign alone
		VBLENDVPS(wins, x, y, y)
		VBLENDVPS(wins, index, win, win)
		VBLENDVPS(wins, seen, best, best)
		avx2.store(y, place("y"), m)
		avx2.store(win, place("win"), m)
		avx2.store(best, place("best"), m)
	}
	avx2.loop(p["n"], step, func() { VPADDD(avx2.constant(uint32(avx2.lanes)), index, index) })
	VZEROUPPER()
	RET()
}
