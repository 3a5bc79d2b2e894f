package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Kernels of windows side by side: for each window, and each vector of its channels, all
// pixels of the window. AVX2 serves both sets: memory is the limit.

// windows walks over them. what is called for a vector of channels, at bytes from the first channel
// of the window, and returns what is done at a pixel and what is done after all of them.
type windows struct {
	image, y, win reg.GPVirtual // of the window under way: its first pixel, and its output
	pixel         reg.GPVirtual // the pixel under way, with the channels under way
	index         reg.VecVirtual
}

func (w *windows) walk(what func(at reg.GPVirtual, m mask) (pixel, end func())) {
	step, line, pixel := argument("step"), argument("line"), argument("channels")
	outs, cols := argument("windows"), argument("cols")
	for _, n := range []reg.GPVirtual{step, line, pixel} {
		SHLQ(U8(2), n)
	}
	// From the end of a line of a window to the next.
	across := GP64()
	MOVQ(cols, across)
	IMULQ(pixel, across)
	SUBQ(across, line)
	elements := func(bytes reg.GPVirtual) reg.VecVirtual {
		v := avx2.spread(bytes)
		VPSRLD(U8(2), v, v)
		return v
	}
	perStep, perLine, perPixel := elements(step), elements(line), elements(pixel)
	first := avx2.spread(Load(Param("at"), GP32()).(reg.GPVirtual))
	VPADDD(avx2.counting(0), first, first)
	w.pixel, w.index = GP64(), YMM()
	Label("window")
	channels, here := argument("channels"), YMM()
	VMOVDQU(first, here)
	avx2.loop(channels, func(at reg.GPVirtual, m mask) {
		name := "whole"
		if m != nil {
			name = "part"
		}
		each, end := what(at, m)
		LEAQ(Mem{Base: w.image, Index: at, Scale: 4}, w.pixel)
		VMOVDQU(here, w.index)
		rows, k := argument("rows"), GP64()
		Label(name + "Line")
		MOVQ(cols, k)
		Label(name + "Pixel")
		each()
		ADDQ(pixel, w.pixel)
		VPADDD(perPixel, w.index, w.index)
		DECQ(k)
		JNZ(LabelRef(name + "Pixel"))
		ADDQ(line, w.pixel)
		VPADDD(perLine, w.index, w.index)
		DECQ(rows)
		JNZ(LabelRef(name + "Line"))
		end()
	}, func() { VPADDD(avx2.constant(uint32(avx2.lanes)), here, here) })
	VPADDD(perStep, first, first)
	ADDQ(step, w.image)
	ADDQ(pixel, w.y)
	ADDQ(pixel, w.win)
	DECQ(outs)
	JNZ(LabelRef("window"))
	VZEROUPPER()
	RET()
}

// largestOf writes the kernel of the largest element of each window; one with jitter compares
// sums.
func largestOf(name string, jitter bool) {
	sum, more := "", ""
	if jitter {
		sum, more = ", its sum with that of jitter,", ", jitter *float32"
	}
	TEXT(name+"AVX2", NOSPLIT, "func(y *float32, win *int32, x *float32, channels, windows, step, line, rows, cols int, at uint32"+more+")")
	Pragma("noescape")
	Doc(name + "AVX2 writes the element of each window that is largest" + sum + " and its index; all sizes are at least 1.")
	w := &windows{image: argument("x"), y: argument("y"), win: argument("win")}
	var apart reg.GPVirtual
	if jitter {
		apart = argument("jitter")
		SUBQ(w.image, apart)
	}
	w.walk(func(at reg.GPVirtual, m mask) (pixel, end func()) {
		best, y, win := YMM(), YMM(), YMM()
		VPCMPEQD(win, win, win) // -1: there is none yet
		VXORPS(best, best, best)
		VXORPS(y, y, y)
		return func() {
				x, wins := YMM(), YMM()
				avx2.load(Mem{Base: w.pixel}, x, m)
				seen := x
				if jitter {
					seen = YMM()
					avx2.load(Mem{Base: w.pixel, Index: apart, Scale: 1}, seen, m)
					VADDPS(seen, x, seen)
				}
				VCMPPS(U8(greater), best, seen, wins)
				VORPS(win, wins, wins) // the blends look at the sign alone
				VBLENDVPS(wins, seen, best, best)
				VBLENDVPS(wins, w.index, win, win)
				if jitter {
					VBLENDVPS(wins, x, y, y)
				}
			}, func() {
				if !jitter {
					y = best
				}
				avx2.store(y, Mem{Base: w.y, Index: at, Scale: 4}, m)
				avx2.store(win, Mem{Base: w.win, Index: at, Scale: 4}, m)
			}
	})
}

// winners writes the kernel of the way back, where no two windows overlap.
func winners() {
	TEXT("winnersAVX2", NOSPLIT, "func(dx, dy *float32, win *int32, channels, windows, step, line, rows, cols int, at uint32)")
	Pragma("noescape")
	Doc("winnersAVX2 writes, to each element of each window, its error where it is the winner, else 0; all sizes are at least 1.")
	w := &windows{image: argument("dx"), y: argument("dy"), win: argument("win")}
	w.walk(func(at reg.GPVirtual, m mask) (pixel, end func()) {
		d, win := YMM(), YMM()
		avx2.load(Mem{Base: w.y, Index: at, Scale: 4}, d, m)
		avx2.load(Mem{Base: w.win, Index: at, Scale: 4}, win, m)
		zero := YMM()
		VXORPS(zero, zero, zero)
		VADDPS(zero, d, d) // as it is added to 0: -0 is not left
		return func() {
			v := YMM()
			VPCMPEQD(w.index, win, v)
			VANDPS(d, v, v)
			avx2.store(v, Mem{Base: w.pixel}, m)
		}, func() {}
	})
}
