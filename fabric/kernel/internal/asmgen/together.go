package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// together is the kernel of CellLaw.Together for whole blocks, n > 0 cells. What
// lives through a block but rests for a while is kept on the stack.
type together struct {
	pulses
	up, down, all, moved         Mem // numbers of pulses; lanes that are written
	high, low, w, step, variance Mem
	rise, fall                   Mem // nominal sums of the pulses
	ups, downs, clipped, left    Mem
}

func cellsTogether() {
	TEXT("togetherAVX2", NOSPLIT, "func(law, plus, minus *float32, counts *uint32, z *float32, draws *int16, n int, reach float32) (up, down, clipped, left int64)")
	Pragma("noescape")
	Doc("togetherAVX2 gives the cells of whole blocks the pulses of both signs that were counted.")
	room := AllocLocal(15 * 32)
	slots := 0
	slot := func() Mem { slots++; return room.Offset(32 * (slots - 1)) }
	t := &together{up: slot(), down: slot(), all: slot(), moved: slot(), high: slot(), low: slot(), w: slot(), step: slot(), variance: slot(), rise: slot(), fall: slot(),
		ups: slot(), downs: slot(), clipped: slot(), left: slot()}
	zero := YMM()
	VPXOR(zero, zero, zero)
	for _, m := range []Mem{t.ups, t.downs, t.clipped, t.left} {
		VMOVUPS(zero, m)
	}
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	t.law = load("law")
	plus, minus, counts := load("plus"), load("minus"), load("counts")
	z, draws, n := load("z"), load("draws"), load("n")
	t.at = GP64()
	XORQ(t.at, t.at)
	at := func(base reg.GPVirtual) Mem { return Mem{Base: base, Index: t.at, Scale: 4} }
	Label("cells")
	count := YMM()
	VMOVUPS(at(counts), count)
	VPTEST(count, count)
	JZ(LabelRef("still"))
	t.count(count)
	w := YMM()
	VMOVUPS(at(plus), w)
	VSUBPS(at(minus), w, w)
	VMOVUPS(w, t.w)
	slope := t.laws(draws)
	t.order(at(counts))
	number, whole := YMM(), YMM()
	VMOVUPS(t.all, number)
	VCVTTPS2DQ(number, whole)
	sum, lost, squares := t.geometric(slope, whole, number)
	t.climb(sum, lost, squares, at(z))

	t.apart(at(plus), at(minus))
	Label("still")
	t.next(draws)
	CMPQ(t.at, n)
	JL(LabelRef("cells"))
	Store(t.total(t.ups), ReturnIndex(0))
	Store(t.total(t.downs), ReturnIndex(1))
	for i, m := range []Mem{t.clipped, t.left} {
		sum := GP64()
		MOVQ(m, sum)
		Store(sum, ReturnIndex(2+i))
	}
	VZEROUPPER()
	RET()
}

// apart writes the pairs that moved, about their mid-points.
func (t *together) apart(plus, minus Mem) {
	v, middle, keep, other := YMM(), YMM(), YMM(), YMM()
	VMOVUPS(t.w, v)
	VMOVUPS(plus, middle)
	VADDPS(minus, middle, middle)
	VMULPS(avx2.number(0.5), middle, middle)
	VMULPS(avx2.number(0.5), v, v)
	VMOVUPS(t.moved, keep)
	VSUBPS(v, middle, other)
	VADDPS(v, middle, v)
	store(v, keep, plus)
	store(other, keep, minus)
}

// count keeps the numbers of pulses of each cell and their sums.
func (t *together) count(count reg.VecVirtual) {
	up, down, sum := YMM(), YMM(), YMM()
	VPSRLD(U8(16), count, up)
	VPAND(avx2.constant(0xffff), count, down)
	VPADDD(t.ups, up, sum)
	VMOVUPS(sum, t.ups)
	VPADDD(t.downs, down, sum)
	VMOVUPS(sum, t.downs)
	VPADDD(up, down, sum)
	for _, x := range []struct {
		from reg.VecVirtual
		to   Mem
	}{{up, t.up}, {down, t.down}, {sum, t.all}} {
		VCVTDQ2PS(x.from, x.from)
		VMOVUPS(x.from, x.to)
	}
}

// laws follows CellLaw.both, and join as far as the mean step, slope and square,
// of which it returns the slope. What it keeps of the steps is their sums.
func (t *together) laws(draws reg.GPVirtual) (slope reg.VecVirtual) {
	gain, symmetry, up, down := t.draw(draws, 0), t.draw(draws, 1), YMM(), YMM()
	VMULPS(t.field(lawByStep), gain, gain)
	VADDPS(avx2.number(1), gain, gain)
	VMULPS(t.field(lawBySymmetry), symmetry, symmetry)
	VADDPS(symmetry, gain, up)
	VSUBPS(symmetry, gain, down)
	limits := [2]reg.VecVirtual{t.draw(draws, 4), t.draw(draws, 5)}
	slopes := [2]reg.VecVirtual{t.draw(draws, 2), t.draw(draws, 3)}
	for i, step := range []reg.VecVirtual{up, down} {
		VMULPS(t.field(lawStep), step, step)
		VMAXPS(avx2.number(0), step, step)
		limit := limits[i]
		VMULPS(t.field(lawByBounds), limit, limit)
		VADDPS(avx2.number(1), limit, limit)
		VMAXPS(t.field(lawLeastBound), limit, limit)
		s := slopes[i]
		VMULPS(t.field(lawBySlope), s, s)
		VADDPS(t.field(lawSlope), s, s)
		VMULPS(step, s, s)
		VDIVPS(limit, s, s)
		VMAXPS(t.field(lawOpen), limit, limit)
		VMINPS(t.field(lawWindow), limit, limit)
		VMOVUPS(limit, []Mem{t.high, t.low}[i])
		VMULPS([]Mem{t.up, t.down}[i], s, s)
	}
	slope = slopes[0]
	VADDPS(slopes[1], slope, slope)
	all := YMM()
	VMOVUPS(t.all, all)
	VDIVPS(all, slope, slope)
	rise, fall := YMM(), YMM()
	VMULPS(t.up, up, rise)
	VMULPS(t.down, down, fall)
	VMULPS(rise, up, up)
	VMULPS(fall, down, down)
	VADDPS(down, up, up)
	VDIVPS(all, up, up)
	VMOVUPS(up, t.variance)
	VMOVUPS(rise, t.rise)
	VMOVUPS(fall, t.fall)
	VSUBPS(fall, rise, rise)
	VDIVPS(all, rise, rise)
	VMOVUPS(rise, t.step)
	return slope
}

// order finds the cells where the order of their pulses counts, leaves them their
// counts and takes those of the others.
func (t *together) order(counts Mem) {
	reach, w, x, y, some := YMM(), YMM(), YMM(), YMM(), YMM()
	a, err := Param("reach").Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(a.Addr, reach)
	VMOVUPS(t.w, w)
	VMULPS(t.rise, reach, x)
	VADDPS(x, w, x)
	VMULPS(t.fall, reach, y)
	VSUBPS(w, y, y)
	VCMPPS(U8(greater), t.high, x, x)
	VCMPPS(U8(greater), t.low, y, y)
	VORPS(x, y, x)
	VXORPS(some, some, some)
	for _, m := range []Mem{t.up, t.down} {
		VCMPPS(U8(less), m, some, y)
		VANDPS(y, x, x)
	}
	VCMPPS(U8(less), t.all, some, y)
	VANDNPS(y, x, y)
	VMOVUPS(y, t.moved)
	VANDPS(counts, x, y)
	VMOVUPS(y, counts)
	tally(x, t.left)
}

// tally adds the number of lanes that are set to an int64 in memory.
func tally(x reg.VecVirtual, to Mem) {
	hits := GP64()
	VMOVMSKPS(x, hits.As32())
	POPCNTL(hits.As32(), hits.As32())
	ADDQ(hits, to)
}

// climb moves the weights by their pulses and limits them.
func (t *together) climb(sum, lost, squares reg.VecVirtual, z Mem) {
	w, v, cycle, limit, over, under := YMM(), YMM(), t.field(lawCycle), YMM(), YMM(), YMM()
	VMOVUPS(t.w, w)
	VMULPS(t.step, sum, sum)
	VMULPS(w, lost, lost)
	VADDPS(sum, w, v)
	VSUBPS(lost, v, v)
	VMULPS(t.variance, cycle, sum)
	VMULPS(cycle, sum, sum)
	VADDPS(t.field(lawWrite), sum, sum)
	VMULPS(squares, sum, sum)
	VSQRTPS(sum, sum)
	VMULPS(z, sum, sum)
	VADDPS(sum, v, v)
	VMOVUPS(t.high, limit)
	VCMPPS(U8(greater), limit, v, over)
	VBLENDVPS(over, limit, v, v)
	VXORPS(limit, limit, limit)
	VSUBPS(t.low, limit, limit)
	VCMPPS(U8(less), limit, v, under)
	VBLENDVPS(under, limit, v, v)
	VORPS(under, over, over)
	VANDPS(t.moved, over, over)
	tally(over, t.clipped)
	VMOVUPS(v, t.w)
}
