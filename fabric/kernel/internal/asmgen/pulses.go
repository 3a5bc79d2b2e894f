package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// widePulses is pulses of AVX-512, two blocks a register: what is kept stays in
// registers, and the numbers of the law are operands in memory.
type widePulses struct {
	law, draws           reg.GPVirtual
	down, some           reg.Register // lanes that go down; that have pulses
	signs, ahead, behind reg.VecVirtual
	clipped              reg.GPVirtual
}

func cellPulsesWide() {
	TEXT("pulsesAVX512", NOSPLIT, pulsesArguments)
	Pragma("noescape")
	Doc("pulsesAVX512 gives the cells of pairs of blocks their pulses; balance has all bits set or none.")
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	p := &widePulses{law: load("law"), draws: load("draws"), down: K(), some: K(), clipped: GP64()}
	plus, minus, want, chance, z, n := load("plus"), load("minus"), load("want"), load("chance"), load("z"), load("n")
	balance, all, given, fell := ZMM(), K(), ZMM(), ZMM()
	VPBROADCASTD(Load(Param("balance"), GP32()), balance)
	VPMOVD2M(balance, all)
	VPXORD(given, given, given)
	VPXORD(fell, fell, fell)
	XORQ(p.clipped, p.clipped)
	i := GP64()
	XORQ(i, i)
	Label("cells")
	at := func(base reg.GPVirtual) Mem { return Mem{Base: base, Index: i, Scale: 4} }

	count := p.counts(at(want), at(chance))
	VPADDD(count, given, given)
	VPADDD(count, fell, p.down, fell)
	moved := K()
	VPTESTMD(count, count, p.some)
	KORW(p.some, all, moved)
	KORTESTW(moved, moved)
	JZ(LabelRef("still"))

	up, down, w, middle := ZMM(), ZMM(), ZMM(), ZMM()
	VMOVUPS(at(plus), up)
	VMOVUPS(at(minus), down)
	VADDPS(down, up, middle)
	VSUBPS(down, up, w)
	VMULPS_BCST(one(0.5), middle, middle)
	VPANDND(middle, balance, middle)
	p.train(w, count, at(z))
	VMULPS_BCST(one(0.5), w, w)
	VADDPS(w, middle, moved, up)
	VSUBPS(w, middle, moved, down)
	VMOVUPS(up, at(plus))
	VMOVUPS(down, at(minus))
	Label("still")
	ADDQ(U32(2*16*6), p.draws)
	ADDQ(U8(16), i)
	CMPQ(i, n)
	JL(LabelRef("cells"))

	sum, net := total(given), total(fell)
	Store(sum, ReturnIndex(0))
	NEGQ(net)
	LEAQ(Mem{Base: sum, Index: net, Scale: 2}, net)
	Store(net, ReturnIndex(1))
	Store(p.clipped, ReturnIndex(2))
	VZEROUPPER()
	RET()
}

// one is a number in memory.
func one(x float32) Mem { return oneWord(math.Float32bits(x)) }

// total is the sum of the words of a register.
func total(x reg.VecVirtual) reg.GPVirtual {
	room, sum := AllocLocal(64), GP64()
	VMOVUPS(x, room)
	XORQ(sum, sum)
	for i := range 16 {
		word := GP64()
		MOVLQSX(room.Offset(4*i), word)
		ADDQ(word, sum)
	}
	return sum
}

// field is a number of the law.
func (p *widePulses) field(offset int) Mem { return Mem{Base: p.law, Disp: offset} }

// counts is the whole number of pulses of each cell. It keeps their sign.
func (p *widePulses) counts(want, chance Mem) (count reg.VecVirtual) {
	x, known := ZMM(), K()
	p.signs, count = ZMM(), ZMM()
	VMOVUPS(want, x)
	VPMOVD2M(x, p.down)
	VPANDD_BCST(oneWord(1<<31), x, p.signs)
	VCMPPS(U8(ordered), x, x, known)
	VPANDD_BCST(oneWord(1<<31-1), x, x)
	VMINPS_BCST(p.field(lawMost), x, x)
	VADDPS(chance, x, x)
	VCVTTPS2DQ_Z(x, known, count)
	return count
}

// draw is a row of the draws of both blocks, as numbers.
func (p *widePulses) draw(row int) reg.VecVirtual {
	low, words, x := XMM(), YMM(), ZMM()
	VMOVDQU32(Mem{Base: p.draws, Disp: 16 * row}, low)
	VINSERTI32X4(U8(1), Mem{Base: p.draws, Disp: 2*8*6 + 16*row}, low.AsY(), words)
	VPMOVSXWD(words, x)
	VCVTDQ2PS(x, x)
	return x
}

// train follows CellLaw.train in each lane that has pulses; w is the weight.
func (p *widePulses) train(w, count reg.VecVirtual, z Mem) {
	slope, ahead := p.draw(2), p.limits()
	VBLENDMPS(p.draw(3), slope, p.down, slope)
	VPXORD(p.signs, w, w) // up of the negative
	step, symmetry := p.draw(0), p.draw(1)
	VMULPS_BCST(p.field(lawByStep), step, step)
	VADDPS_BCST(one(1), step, step)
	VPXORD(p.signs, symmetry, symmetry)
	VMULPS_BCST(p.field(lawBySymmetry), symmetry, symmetry)
	VADDPS(symmetry, step, step)
	VMULPS_BCST(p.field(lawStep), step, step)
	VMAXPS_BCST(one(0), step, step)
	VMULPS_BCST(p.field(lawBySlope), slope, slope)
	VADDPS_BCST(p.field(lawSlope), slope, slope)
	VMULPS(step, slope, slope)
	VDIVPS(ahead, slope, slope)

	sum, lost, squares := p.geometric(slope, count)
	v := ZMM()
	VMULPS(step, sum, sum)
	VMULPS(w, lost, lost)
	VADDPS(sum, w, v)
	VSUBPS(lost, v, v)
	VMULPS_BCST(p.field(lawCycle), step, step)
	VMULPS(step, step, step)
	VMULPS(squares, step, step)
	VADDPS_BCST(p.field(lawWrite), step, step)
	VSQRTPS(step, step)
	VMULPS(z, step, step)
	VADDPS(step, v, v)
	p.clip(v)
	VMOVAPS(v, p.some, w)
	VPXORD(p.signs, w, w)
}

// limits keeps the limits of v, and returns the one ahead without regard to open
// cells and the window.
func (p *widePulses) limits() (ahead reg.VecVirtual) {
	high, low := p.draw(4), p.draw(5)
	ahead = ZMM()
	p.ahead, p.behind = ZMM(), ZMM()
	VBLENDMPS(low, high, p.down, ahead)
	VBLENDMPS(high, low, p.down, p.behind)
	for _, x := range []reg.VecVirtual{ahead, p.behind} {
		VMULPS_BCST(p.field(lawByBounds), x, x)
		VADDPS_BCST(one(1), x, x)
		VMAXPS_BCST(p.field(lawLeastBound), x, x)
	}
	VMAXPS_BCST(p.field(lawOpen), ahead, p.ahead)
	VMINPS_BCST(p.field(lawWindow), p.ahead, p.ahead)
	VMAXPS_BCST(p.field(lawOpen), p.behind, p.behind)
	VMINPS_BCST(p.field(lawWindow), p.behind, p.behind)
	VPXORD_BCST(oneWord(1<<31), p.behind, p.behind)
	return ahead
}

// clip limits v and counts the lanes with pulses that met a limit.
func (p *widePulses) clip(v reg.VecVirtual) {
	over, under, hits := K(), K(), GP32()
	VCMPPS(U8(greater), p.ahead, v, over)
	VMOVAPS(p.ahead, over, v)
	VCMPPS(U8(less), p.behind, v, under)
	VMOVAPS(p.behind, under, v)
	KORW(under, over, over)
	KANDW(p.some, over, over)
	KMOVW(over, hits)
	POPCNTL(hits, hits)
	ADDQ(hits.As64(), p.clipped)
}

// geometric follows the function of this name in package kernel. Where no lane has
// more than one pulse, its results are the first round's.
func (p *widePulses) geometric(slope, count reg.VecVirtual) (sum, lost, squares reg.VecVirtual) {
	sum, lost, squares = ZMM(), ZMM(), ZMM()
	many := K()
	VCVTDQ2PS(count, sum)
	VMULPS(sum, slope, lost)
	VMOVAPS(sum, squares)
	VPCMPGTD_BCST(oneWord(1), count, many)
	KORTESTW(many, many)
	JZ(LabelRef("taken"))
	s, l, s2, l2, twice := ZMM(), slope, ZMM(), ZMM(), ZMM()
	VBROADCASTSS(one(1), s)
	VMOVAPS(s, s2)
	VMULPS(slope, slope, l2)
	VADDPS(slope, slope, twice)
	VSUBPS(l2, twice, l2)
	for _, x := range []reg.VecVirtual{sum, lost, squares} {
		VPXORD(x, x, x)
	}
	bit := K()
	// next is x + a - x·l where the lowest bit of count is set.
	next := func(x, a, l reg.VecVirtual) {
		y := ZMM()
		VMULPS(l, x, y)
		VSUBPS(y, a, y)
		VADDPS(y, x, bit, x)
	}
	// double is x + x - x·l.
	double := func(x, l reg.VecVirtual) {
		y := ZMM()
		VMULPS(l, x, y)
		VADDPS(x, x, x)
		VSUBPS(y, x, x)
	}
	Label("doubling")
	VPTESTMD_BCST(oneWord(1), count, bit)
	next(sum, s, l)
	next(lost, l, l)
	next(squares, s2, l2)
	double(s, l)
	double(l, l)
	double(s2, l2)
	double(l2, l2)
	VPSRLD(U8(1), count, count)
	VPTESTMD(count, count, many)
	KORTESTW(many, many)
	JNZ(LabelRef("doubling"))
	Label("taken")
	return sum, lost, squares
}
