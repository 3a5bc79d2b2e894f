package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Kernels that sum in float64: lane l of sums adds up the elements l, l+8, .. in
// their order.

// sums is where a kernel keeps its eight lanes.
type sums struct {
	to        reg.GPVirtual
	low, high reg.VecVirtual
}

func newSums() sums {
	s := sums{Load(Param("sums"), GP64()).(reg.GPVirtual), YMM(), YMM()}
	VXORPD(s.low, s.low, s.low)
	VXORPD(s.high, s.high, s.high)
	return s
}

// add adds what f makes of the eight floats of x.
func (s *sums) add(x reg.VecVirtual, f func(v reg.VecVirtual)) {
	low, high, half := YMM(), YMM(), XMM()
	VEXTRACTF128(U8(1), x, half)
	VCVTPS2PD(x.AsX(), low)
	VCVTPS2PD(half, high)
	f(low)
	f(high)
	VADDPD(low, s.low, s.low)
	VADDPD(high, s.high, s.high)
}

func (s *sums) store() {
	VMOVUPD(s.low, Mem{Base: s.to})
	VMOVUPD(s.high, Mem{Base: s.to, Disp: 32})
}

func sumSquares() {
	TEXT("sumSquaresAVX2", NOSPLIT, "func(x *float32, n int, sums *float64)")
	Pragma("noescape")
	Doc("sumSquaresAVX2 writes the sums of x² to eight lanes.")
	x, n, s := Load(Param("x"), GP64()).(reg.GPVirtual), Load(Param("n"), GP64()).(reg.GPVirtual), newSums()
	avx2.loop(n, func(at reg.GPVirtual, m mask) {
		v := YMM()
		avx2.load(Mem{Base: x, Index: at, Scale: 4}, v, m)
		s.add(v, func(v reg.VecVirtual) { VMULPD(v, v, v) })
	}, func() {})
	s.store()
	VZEROUPPER()
	RET()
}

func census() {
	TEXT("censusAVX2", NOSPLIT, "func(x *float32, n int, limit float32, sums *float64) (top uint32, set, over int64)")
	Pragma("noescape")
	Doc("censusAVX2 writes the sums of |x| to eight lanes, and returns the largest |x| as bits and how many x are not 0 and how many |x| above limit.")
	x, n, s := Load(Param("x"), GP64()).(reg.GPVirtual), Load(Param("n"), GP64()).(reg.GPVirtual), newSums()
	a, err := Param("limit").Resolve()
	if err != nil {
		panic(err)
	}
	limit, top, set, over := YMM(), YMM(), GP64(), GP64()
	VBROADCASTSS(a.Addr, limit)
	VPXOR(top, top, top)
	XORQ(set, set)
	XORQ(over, over)
	avx2.loop(n, func(at reg.GPVirtual, m mask) {
		v, hit, bits := YMM(), YMM(), GP32()
		avx2.load(Mem{Base: x, Index: at, Scale: 4}, v, m)
		VANDPS(avx2.constant(1<<31-1), v, v)
		VPMAXUD(v, top, top)
		VCMPPS(U8(notEqual), avx2.constant(0), v, hit)
		VMOVMSKPS(hit, bits)
		POPCNTL(bits, bits)
		ADDQ(bits.As64(), set)
		VCMPPS(U8(greater), limit, v, hit)
		VMOVMSKPS(hit, bits)
		POPCNTL(bits, bits)
		ADDQ(bits.As64(), over)
		s.add(v, func(reg.VecVirtual) {})
	}, func() {})
	s.store()
	Store(largest(top), ReturnIndex(0))
	Store(set, ReturnIndex(1))
	Store(over, ReturnIndex(2))
	VZEROUPPER()
	RET()
}
