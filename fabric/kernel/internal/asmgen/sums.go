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

// newSums goes on with the lanes that stand there.
func newSums(to reg.GPVirtual) sums {
	s := sums{to, YMM(), YMM()}
	VMOVUPD(Mem{Base: to}, s.low)
	VMOVUPD(Mem{Base: to, Disp: 32}, s.high)
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
	Doc("sumSquaresAVX2 adds x² to eight lanes.")
	x, n, s := Load(Param("x"), GP64()).(reg.GPVirtual), Load(Param("n"), GP64()).(reg.GPVirtual), newSums(argument("sums"))
	avx2.loop(n, func(at reg.GPVirtual, m mask) {
		v := YMM()
		avx2.load(Mem{Base: x, Index: at, Scale: 4}, v, m)
		s.add(v, func(v reg.VecVirtual) { VMULPD(v, v, v) })
	}, func() {})
	s.store()
	VZEROUPPER()
	RET()
}

// census writes the kernel of what the control unit counts. AVX-512 takes sixteen
// numbers at a time, the low eight first: lanes add up the same numbers in the same order.
func (v vectors) census() {
	name := "census" + v.name
	TEXT(name, NOSPLIT, "func(x *float32, n int, limit float32, sums *float64) (top uint32, set, over int64)")
	Pragma("noescape")
	Doc(name + " adds |x| to eight lanes, and returns the largest |x| as bits and how many x are not 0 and how many |x| above limit.")
	x, n, to := argument("x"), argument("n"), argument("sums")
	a, err := Param("limit").Resolve()
	if err != nil {
		panic(err)
	}
	limit, top, zero, set, over := v.reg(), v.reg(), v.reg(), GP64(), GP64()
	VBROADCASTSS(a.Addr, limit)
	v.zero(top)
	v.zero(zero)
	XORQ(set, set)
	XORQ(over, over)
	add, store := v.sum64(to)
	v.loop(n, func(at reg.GPVirtual, m mask) {
		value := v.reg()
		v.load(Mem{Base: x, Index: at, Scale: 4}, value, m)
		v.and(v.constant(1<<31-1), value, value)
		VPMAXUD(value, top, top)
		v.countIf(notEqual, zero, value, set)
		v.countIf(greater, limit, value, over)
		add(value)
	}, func() {})
	store()
	if v.wide() {
		half := YMM()
		VEXTRACTI64X4(U8(1), top, half)
		VPMAXUD(top.AsY(), half, half)
		top = half
	}
	Store(largest(top), ReturnIndex(0))
	Store(set, ReturnIndex(1))
	Store(over, ReturnIndex(2))
	VZEROUPPER()
	RET()
}

// countIf adds to count how many lanes of x stand to than as the predicate says.
func (v vectors) countIf(predicate uint8, than, x reg.VecVirtual, count reg.GPVirtual) {
	bits := GP32()
	if v.wide() {
		hit := K()
		VCMPPS(U8(predicate), than, x, hit)
		KMOVW(hit, bits)
	} else {
		hit := YMM()
		VCMPPS(U8(predicate), than, x, hit)
		VMOVMSKPS(hit, bits)
	}
	POPCNTL(bits, bits)
	ADDQ(bits.As64(), count)
}

// sum64 adds up vectors in eight lanes of float64, which go on from what stands there, and stores these.
func (v vectors) sum64(to reg.GPVirtual) (add func(x reg.VecVirtual), store func()) {
	if !v.wide() {
		s := newSums(to)
		return func(x reg.VecVirtual) { s.add(x, func(reg.VecVirtual) {}) }, s.store
	}
	lanes := v.reg()
	VMOVUPD(Mem{Base: to}, lanes)
	return func(x reg.VecVirtual) {
		low, high, half := v.reg(), v.reg(), YMM()
		VEXTRACTF64X4(U8(1), x, half)
		VCVTPS2PD(x.AsY(), low)
		VCVTPS2PD(half, high)
		VADDPD(low, lanes, lanes)
		VADDPD(high, lanes, lanes)
	}, func() { VMOVUPD(lanes, Mem{Base: to}) }
}
