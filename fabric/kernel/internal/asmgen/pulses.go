package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// widePulses is pulses of AVX-512, a block a register and two registers at a time: the
// numbers of the law are operands in memory.
type widePulses struct {
	lockstep
	law, at, draws       reg.GPVirtual
	plus, minus, want, z reg.GPVirtual
	down, some           choices // lanes that go down; that have pulses
	ahead, behind        places  // the limits of v
	clipped              reg.GPVirtual
}

// cellsAtOnce is the number of cells of a turn of the loop.
const cellsAtOnce = 32

func cellPulsesWide() {
	TEXT("pulsesAVX512", NOSPLIT, pulsesArguments)
	Pragma("noescape")
	Doc("pulsesAVX512 gives cells, a multiple of 32, their pulses; balance has all bits set or none.")
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	p := &widePulses{lockstep: lockstep{avx512, cellsAtOnce / avx512.lanes}, law: load("law"), at: GP64(), draws: load("draws"),
		plus: load("plus"), minus: load("minus"), want: load("want"), z: load("z"), clipped: GP64()}
	chance, n := load("chance"), load("n")
	room := AllocLocal(4 * 64)
	for i := range p.n {
		p.ahead = append(p.ahead, room.Offset(128*i))
		p.behind = append(p.behind, room.Offset(128*i+64))
	}
	balance, all, given, fell := ZMM(), K(), ZMM(), ZMM()
	VPBROADCASTD(Load(Param("balance"), GP32()), balance)
	VPXORD(given, given, given)
	VPXORD(fell, fell, fell)
	XORQ(p.clipped, p.clipped)
	XORQ(p.at, p.at)
	Label("cells")
	count := p.counts(p.cells(chance))
	p.do(VPADDD, count, given, given)
	p.do(VPADDD, count, fell, p.down, fell)
	VPMOVD2M(balance, all)
	moved := p.choices()
	p.do(VPTESTMD, count, count, p.some)
	p.do(ofThree(KORW), p.some, all, moved)
	KORTESTW(moved[0], moved[p.n-1])
	JZ(LabelRef("still"))

	w, middle := p.regs(), p.regs()
	p.do(VMOVUPS, p.cells(p.plus), w)
	p.do(VSUBPS, p.cells(p.minus), w, w)
	p.train(w, count)
	up, down := p.regs(), p.regs()
	p.do(VMOVUPS, p.cells(p.plus), up)
	p.do(VMOVUPS, p.cells(p.minus), down)
	p.do(VADDPS, down, up, middle)
	p.by(mulPS, one(0.5), middle, middle)
	p.do(VPANDND, middle, balance, middle)
	p.by(mulPS, one(0.5), w, w)
	p.do(VADDPS, w, middle, moved, up)
	p.do(VSUBPS, w, middle, moved, down)
	p.do(VMOVUPS, up, p.cells(p.plus))
	p.do(VMOVUPS, down, p.cells(p.minus))
	Label("still")
	ADDQ(U32(blockBytes*cellsAtOnce/16), p.draws)
	ADDQ(U8(cellsAtOnce), p.at)
	CMPQ(p.at, n)
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

// cells are the places of the cells of a turn.
func (p *widePulses) cells(of reg.GPVirtual) (at places) {
	for i := range p.n {
		at = append(at, Mem{Base: of, Index: p.at, Scale: 4, Disp: 64 * i})
	}
	return at
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
func (p *widePulses) counts(chance places) (count chains) {
	x, known := p.regs(), p.choices()
	p.down, p.some, count = p.choices(), p.choices(), p.regs()
	p.do(VMOVUPS, p.cells(p.want), x)
	p.do(ofTwo(VPMOVD2M), x, p.down)
	p.do(VCMPPS, U8(ordered), x, x, known)
	p.by(p.masking(), oneWord(1<<31-1), x, x)
	p.do(VMINPS_BCST, p.field(lawMost), x, x)
	p.do(VADDPS, chance, x, x)
	p.do(ofThree(VCVTTPS2DQ_Z), x, known, count)
	return count
}

// draw is a row of the draws of the cells, as numbers.
func (p *widePulses) draw(row int) (x chains) {
	x = p.regs()
	for i := range x {
		VPMOVSXWD(Mem{Base: p.draws, Disp: blockBytes*i + rowBytes*row}, x[i])
	}
	p.do(VCVTDQ2PS, x, x)
	return x
}

// turn changes the signs of lanes that go down.
func (p *widePulses) turn(x chains) {
	signs := p.regs()
	p.do(VMOVUPS, p.cells(p.want), signs)
	p.do(VPTERNLOGD_BCST, U8(0x78), oneWord(1<<31), signs, x) // x ^ signs & the bit
}

// train follows CellLaw.train in each lane that has pulses; w is the weight.
func (p *widePulses) train(w, count chains) {
	slope, ahead := p.draw(2), p.limits()
	p.do(VBLENDMPS, p.draw(3), slope, p.down, slope)
	p.turn(w) // up of the negative
	step, symmetry := p.draw(0), p.draw(1)
	p.by(mulPS, p.field(lawByStep), step, step)
	p.by(addPS, one(1), step, step)
	p.turn(symmetry)
	p.by(mulPS, p.field(lawBySymmetry), symmetry, symmetry)
	p.do(VADDPS, symmetry, step, step)
	p.by(mulPS, p.field(lawStep), step, step)
	p.by(maxPS, one(0), step, step)
	p.by(mulPS, p.field(lawBySlope), slope, slope)
	p.by(addPS, p.field(lawSlope), slope, slope)
	p.do(VMULPS, step, slope, slope)
	p.do(VDIVPS, ahead, slope, slope)

	sum, lost, squares := p.geometric(slope, count)
	v := p.regs()
	p.do(VMULPS, step, sum, sum)
	p.do(VMULPS, w, lost, lost)
	p.do(VADDPS, sum, w, v)
	p.do(VSUBPS, lost, v, v)
	p.by(mulPS, p.field(lawCycle), step, step)
	p.do(VMULPS, step, step, step)
	p.do(VMULPS, squares, step, step)
	p.by(addPS, p.field(lawWrite), step, step)
	p.do(VSQRTPS, step, step)
	p.do(VMULPS, p.cells(p.z), step, step)
	p.do(VADDPS, step, v, v)
	p.clip(v)
	p.do(VMOVAPS, v, p.some, w)
	p.turn(w)
}

// limits keeps the limits of v, and returns the one ahead without regard to open
// cells and the window.
func (p *widePulses) limits() (ahead chains) {
	high, low := p.draw(4), p.draw(5)
	ahead = p.regs()
	behind, limit := p.regs(), p.regs()
	p.do(VBLENDMPS, low, high, p.down, ahead)
	p.do(VBLENDMPS, high, low, p.down, behind)
	for _, x := range []chains{ahead, behind} {
		p.by(mulPS, p.field(lawByBounds), x, x)
		p.by(addPS, one(1), x, x)
		p.by(maxPS, p.field(lawLeastBound), x, x)
	}
	p.by(maxPS, p.field(lawOpen), ahead, limit)
	p.do(VMINPS_BCST, p.field(lawWindow), limit, limit)
	p.do(VMOVUPS, limit, p.ahead)
	p.by(maxPS, p.field(lawOpen), behind, behind)
	p.do(VMINPS_BCST, p.field(lawWindow), behind, behind)
	p.do(VPXORD_BCST, oneWord(1<<31), behind, behind)
	p.do(VMOVUPS, behind, p.behind)
	return ahead
}

// clip limits v and counts the lanes with pulses that met a limit.
func (p *widePulses) clip(v chains) {
	for i := range v {
		over, under, hits := K(), K(), GP32()
		VCMPPS(U8(greater), p.ahead[i], v[i], over)
		VMOVUPS(p.ahead[i], over, v[i])
		VCMPPS(U8(less), p.behind[i], v[i], under)
		VMOVUPS(p.behind[i], under, v[i])
		KORW(under, over, over)
		KANDW(p.some[i], over, over)
		KMOVW(over, hits)
		POPCNTL(hits, hits)
		ADDQ(hits.As64(), p.clipped)
	}
}

// geometric follows the function of this name in package kernel. Where no lane has
// more than one pulse, its results are the first round's.
func (p *widePulses) geometric(slope, count chains) (sum, lost, squares chains) {
	sum, lost, squares = p.regs(), p.regs(), p.regs()
	p.do(VCVTDQ2PS, count, sum)
	p.do(VMULPS, sum, slope, lost)
	p.do(VMOVAPS, sum, squares)
	many := p.choices()
	p.do(VPCMPGTD_BCST, oneWord(1), count, many)
	KORTESTW(many[0], many[p.n-1])
	JZ(LabelRef("taken"))
	s, l, s2, l2, twice := p.regs(), p.regs(), p.regs(), p.regs(), p.regs()
	p.do(VMOVAPS, slope, l)
	p.do(VBROADCASTSS, one(1), s)
	p.do(VMOVAPS, s, s2)
	p.do(VMULPS, slope, slope, l2)
	p.do(VADDPS, slope, slope, twice)
	p.do(VSUBPS, l2, twice, l2)
	// The first round, from nothing.
	bit := p.choices()
	p.do(VPTESTMD_BCST, oneWord(1), count, bit)
	p.do(ofThree(VMOVAPS_Z), s, bit, sum)
	p.do(ofThree(VMOVAPS_Z), l, bit, lost)
	p.do(ofThree(VMOVAPS_Z), s, bit, squares)
	// next is x + a - x·l where the lowest bit of count is set.
	next := func(x, a, l chains) {
		y := p.regs()
		p.do(VMULPS, l, x, y)
		p.do(VSUBPS, y, a, y)
		p.do(VADDPS, y, x, bit, x)
	}
	// double is x + x - x·l. Twice x is exact, so that a fused sum is rounded as one of
	// three: sums and products have pipes of their own, and half of the work goes to each.
	double := func(x, l chains, fused bool) {
		y := p.regs()
		p.do(VMULPS, l, x, y)
		if fused {
			p.do(VFMSUB132PS_BCST, one(2), y, x)
			return
		}
		p.do(VADDPS, x, x, x)
		p.do(VSUBPS, y, x, x)
	}
	p.do(VPSRLD, U8(1), count, count)
	Label("doubling")
	double(s, l, true)
	double(l, l, false)
	double(s2, l2, true)
	double(l2, l2, false)
	p.do(VPTESTMD_BCST, oneWord(1), count, bit)
	next(sum, s, l)
	next(lost, l, l)
	next(squares, s2, l2)
	p.do(VPSRLD, U8(1), count, count)
	p.do(VPTESTMD, count, count, bit)
	KORTESTW(bit[0], bit[len(bit)-1])
	JNZ(LabelRef("doubling"))
	Label("taken")
	return sum, lost, squares
}
