package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Kernels of cells. A block of them is two registers of AVX2, which serves both sets where
// AVX-512 has no kernel of its own.

// pulses is the kernel of CellLaw.Pulse for whole blocks, n > 0 cells. What lives
// through a block but rests for a while is kept on the stack.
type pulses struct {
	at, law             reg.GPVirtual
	sign, ahead, behind Mem // all bits of lanes that go down; the limits of v
	middle, moved       Mem // what the pair keeps; lanes that are written
	given, net, clipped Mem // int32 in each lane; int64
	labels              int
}

// Fields of CellLaw, in their order.
const (
	lawStep = 4 * iota
	lawSlope
	lawByStep
	lawBySymmetry
	lawBySlope
	lawByBounds
	lawLeastBound
	lawOpen
	lawWindow
	lawCycle
	lawWrite
	lawMost
)

const pulsesArguments = "func(law, plus, minus, want, chance, z *float32, draws *int16, n int, balance uint32) (given, net, clipped int64)"

func cellPulses() {
	TEXT("pulsesAVX2", NOSPLIT, pulsesArguments)
	Pragma("noescape")
	Doc("pulsesAVX2 gives the cells of whole blocks their pulses; balance has all bits set or none.")
	room := AllocLocal(8 * 32)
	slot := func(i int) Mem { return room.Offset(32 * i) }
	p := &pulses{sign: slot(0), ahead: slot(1), behind: slot(2), middle: slot(3), moved: slot(4), given: slot(5), net: slot(6), clipped: slot(7)}
	zero := YMM()
	VPXOR(zero, zero, zero)
	for _, m := range []Mem{p.given, p.net, p.clipped} {
		VMOVUPS(zero, m)
	}
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	p.law = load("law")
	plus, minus, want := load("plus"), load("minus"), load("want")
	chance, z, draws, n := load("chance"), load("z"), load("draws"), load("n")
	p.at = GP64()
	XORQ(p.at, p.at)
	Label("cells")
	at := func(base reg.GPVirtual) Mem { return Mem{Base: base, Index: p.at, Scale: 4} }

	count, number := p.counts(at(want), at(chance))
	balance := YMM()
	a, err := Param("balance").Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(a.Addr, balance)
	moved := YMM()
	VPXOR(moved, moved, moved)
	VPCMPGTD(moved, count, moved)
	VPOR(balance, moved, moved)
	VMOVUPS(moved, p.moved)
	VPTEST(moved, moved)
	JZ(LabelRef("still"))

	w, middle := YMM(), YMM()
	VMOVUPS(at(plus), w)
	VADDPS(at(minus), w, middle)
	VSUBPS(at(minus), w, w)
	VMULPS(avx2.number(0.5), middle, middle)
	VANDNPS(middle, balance, middle)
	VMOVUPS(middle, p.middle)
	p.train(w, count, number, at(z), draws)

	p.apart(w, middle, at(plus), at(minus))
	Label("still")
	p.next(draws)
	CMPQ(p.at, n)
	JL(LabelRef("cells"))
	Store(p.total(p.given), ReturnIndex(0))
	Store(p.total(p.net), ReturnIndex(1))
	clipped := GP64()
	MOVQ(p.clipped, clipped)
	Store(clipped, ReturnIndex(2))
	VZEROUPPER()
	RET()
}

// apart writes the pairs that moved, w apart about what they keep.
func (p *pulses) apart(w, middle reg.VecVirtual, plus, minus Mem) {
	VMULPS(avx2.number(0.5), w, w)
	down, keep := YMM(), YMM()
	VMOVUPS(p.middle, middle)
	VMOVUPS(p.moved, keep)
	VSUBPS(w, middle, down)
	VADDPS(w, middle, w)
	store(w, keep, plus)
	store(down, keep, minus)
}

// store writes the lanes that are set, as whole registers: stores with a mask take many
// times as long on some processors.
func store(x, set reg.VecVirtual, to Mem) {
	old := YMM()
	VMOVUPS(to, old)
	VBLENDVPS(set, x, old, x)
	VMOVUPS(x, to)
}

// field is a number of the law in all lanes.
func (p *pulses) field(offset int) reg.VecVirtual {
	x := YMM()
	VBROADCASTSS(Mem{Base: p.law, Disp: offset}, x)
	return x
}

// counts is the whole number of pulses of each cell, as words and as numbers. It
// keeps their sign and their sums.
func (p *pulses) counts(want, chance Mem) (count, number reg.VecVirtual) {
	x, sign, known := YMM(), YMM(), YMM()
	count, number = YMM(), YMM()
	VMOVUPS(want, x)
	VPSRAD(U8(31), x, sign)
	VMOVUPS(sign, p.sign)
	VCMPPS(U8(3), x, x, known) // unordered
	VANDPS(avx2.constant(1<<31-1), x, x)
	VMINPS(p.field(lawMost), x, x)
	VADDPS(chance, x, x)
	VCVTTPS2DQ(x, count)
	VPANDN(count, known, count)
	VCVTDQ2PS(count, number)
	VPADDD(p.given, count, x)
	VMOVUPS(x, p.given)
	VPXOR(sign, count, x)
	VPSUBD(sign, x, x)
	VPADDD(p.net, x, x)
	VMOVUPS(x, p.net)
	return count, number
}

// next goes on to the next eight cells: the other half of the rows of a block, or those of
// the next one.
func (p *pulses) next(draws reg.GPVirtual) {
	half := GP64()
	ADDQ(U8(8), p.at)
	MOVQ(p.at, half)
	ANDQ(U8(8), half)
	IMUL3Q(I8(-20), half, half)
	LEAQ(Mem{Base: draws, Index: half, Scale: 1, Disp: blockBytes - 16}, draws)
}

// The draws of a block: rows of 16 words.
const (
	rowBytes   = 2 * 16
	blockBytes = 6 * rowBytes
)

// draw is a row of the draws of eight cells, as numbers.
func (p *pulses) draw(draws reg.GPVirtual, row int) reg.VecVirtual {
	x := YMM()
	VPMOVSXWD(Mem{Base: draws, Disp: rowBytes * row}, x)
	VCVTDQ2PS(x, x)
	return x
}

// train follows CellLaw.train in each lane that has pulses; w is the weight.
func (p *pulses) train(w, count, number reg.VecVirtual, z Mem, draws reg.GPVirtual) {
	sign := YMM()
	VMOVUPS(p.sign, sign)
	slope, ahead := p.draw(draws, 2), p.limits(draws, sign)
	VBLENDVPS(sign, p.draw(draws, 3), slope, slope)
	VPSLLD(U8(31), sign, sign)
	VXORPS(sign, w, w) // up of the negative
	step, symmetry := p.draw(draws, 0), p.draw(draws, 1)
	VMULPS(p.field(lawByStep), step, step)
	VADDPS(avx2.number(1), step, step)
	VXORPS(sign, symmetry, symmetry)
	VMULPS(p.field(lawBySymmetry), symmetry, symmetry)
	VADDPS(symmetry, step, step)
	VMULPS(p.field(lawStep), step, step)
	VMAXPS(avx2.number(0), step, step)
	VMULPS(p.field(lawBySlope), slope, slope)
	VADDPS(p.field(lawSlope), slope, slope)
	VMULPS(step, slope, slope)
	VDIVPS(ahead, slope, slope)

	sum, lost, squares := p.geometric(slope, count, number)
	v := YMM()
	VMULPS(step, sum, sum)
	VMULPS(w, lost, lost)
	VADDPS(sum, w, v)
	VSUBPS(lost, v, v)
	VMULPS(p.field(lawCycle), step, step)
	VMULPS(step, step, step)
	VMULPS(squares, step, step)
	VADDPS(p.field(lawWrite), step, step)
	VSQRTPS(step, step)
	VMULPS(z, step, step)
	VADDPS(step, v, v)
	p.clip(v, number)

	some := YMM()
	VXORPS(some, some, some)
	VCMPPS(U8(less), number, some, some)
	VBLENDVPS(some, v, w, w)
	VMOVUPS(p.sign, sign)
	VPSLLD(U8(31), sign, sign)
	VXORPS(sign, w, w)
}

// limits keeps the limits of v, and returns the one ahead without regard to open
// cells and the window.
func (p *pulses) limits(draws reg.GPVirtual, sign reg.VecVirtual) reg.VecVirtual {
	high, low := p.draw(draws, 4), p.draw(draws, 5)
	ahead, behind := YMM(), YMM()
	VBLENDVPS(sign, low, high, ahead)
	VBLENDVPS(sign, high, low, behind)
	for _, x := range []reg.VecVirtual{ahead, behind} {
		VMULPS(p.field(lawByBounds), x, x)
		VADDPS(avx2.number(1), x, x)
		VMAXPS(p.field(lawLeastBound), x, x)
	}
	open, window := p.field(lawOpen), p.field(lawWindow)
	limit := YMM()
	VMAXPS(open, ahead, limit)
	VMINPS(window, limit, limit)
	VMOVUPS(limit, p.ahead)
	VMAXPS(open, behind, behind)
	VMINPS(window, behind, behind)
	VXORPS(avx2.constant(1<<31), behind, behind)
	VMOVUPS(behind, p.behind)
	return ahead
}

// clip limits v and counts the lanes with pulses that met a limit.
func (p *pulses) clip(v, number reg.VecVirtual) {
	limit, over, under, none, hits := YMM(), YMM(), YMM(), YMM(), GP64()
	VMOVUPS(p.ahead, limit)
	VCMPPS(U8(greater), limit, v, over)
	VBLENDVPS(over, limit, v, v)
	VMOVUPS(p.behind, limit)
	VCMPPS(U8(less), limit, v, under)
	VBLENDVPS(under, limit, v, v)
	VORPS(under, over, over)
	VXORPS(none, none, none)
	VCMPPS(U8(less), number, none, none)
	VANDPS(none, over, over)
	VMOVMSKPS(over, hits.As32())
	POPCNTL(hits.As32(), hits.As32())
	ADDQ(hits, p.clipped)
}

// geometric follows the function of this name in package kernel. Where no lane has
// more than one pulse, its results are the first round's.
func (p *pulses) geometric(slope, count, number reg.VecVirtual) (sum, lost, squares reg.VecVirtual) {
	sum, lost, squares = YMM(), YMM(), YMM()
	many := YMM()
	VMOVUPS(number, sum)
	VMULPS(number, slope, lost)
	VMOVUPS(number, squares)
	VPCMPGTD(avx2.constant(1), count, many)
	VPTEST(many, many)
	JZ(LabelRef("taken"))
	s, l, s2, l2 := YMM(), slope, YMM(), YMM()
	VMOVUPS(avx2.number(1), s)
	VMOVUPS(s, s2)
	VMULPS(slope, slope, l2)
	VADDPS(slope, slope, many)
	VSUBPS(l2, many, l2)
	for _, x := range []reg.VecVirtual{sum, lost, squares} {
		VXORPS(x, x, x)
	}
	// next is x + a - x·l where the lowest bit of count is set.
	next := func(x, a, l reg.VecVirtual) {
		bit, product, y := YMM(), YMM(), YMM()
		VPSLLD(U8(31), count, bit)
		VMULPS(l, x, product)
		VSUBPS(product, a, y)
		VADDPS(y, x, y)
		VBLENDVPS(bit, y, x, x)
	}
	// double is x + x - x·l.
	double := func(x, l reg.VecVirtual) {
		product := YMM()
		VMULPS(l, x, product)
		VADDPS(x, x, x)
		VSUBPS(product, x, x)
	}
	Label("doubling")
	next(sum, s, l)
	next(lost, l, l)
	next(squares, s2, l2)
	double(s, l)
	double(l, l)
	double(s2, l2)
	double(l2, l2)
	VPSRLD(U8(1), count, count)
	VPTEST(count, count)
	JNZ(LabelRef("doubling"))
	Label("taken")
	return sum, lost, squares
}

// total is the sum of the words of a place.
func (p *pulses) total(from Mem) reg.GPVirtual {
	sum := GP64()
	XORQ(sum, sum)
	for i := range 8 {
		word := GP64()
		MOVLQSX(from.Offset(4*i), word)
		ADDQ(word, sum)
	}
	return sum
}

// cellwise writes a kernel over n elements of slices that may write several of its
// operands: body turns one vector of each, x, into what out holds.
type cellwise struct {
	name, doc string
	operands  []string
	numbers   []string
	out       []int // operands that are written, or -1 for y, which is not read
	counts    bool
	body      func(c *cellwise, x, k []reg.VecVirtual) []reg.VecVirtual
	count     reg.GPVirtual
}

func (c *cellwise) write() {
	args, numbers := "", ""
	for _, o := range c.operands {
		args += o + ", "
	}
	for _, k := range c.numbers {
		numbers += fmt.Sprintf(", %s float32", k)
	}
	returns := ""
	if c.counts {
		returns = " int64"
	}
	fresh := len(c.out) == 1 && c.out[0] < 0
	if fresh {
		args = "y, " + args
	}
	TEXT(c.name+"AVX2", NOSPLIT, "func("+args[:len(args)-2]+" *float32, n int"+numbers+")"+returns)
	Pragma("noescape")
	Doc(c.name + "AVX2 " + c.doc)
	var places []reg.GPVirtual
	for _, o := range c.operands {
		places = append(places, Load(Param(o), GP64()).(reg.GPVirtual))
	}
	to := places
	if fresh {
		to = []reg.GPVirtual{Load(Param("y"), GP64()).(reg.GPVirtual)}
	}
	var k []reg.VecVirtual
	for _, name := range c.numbers {
		a, err := Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		x := YMM()
		VBROADCASTSS(a.Addr, x)
		k = append(k, x)
	}
	if c.counts {
		c.count = GP64()
		XORQ(c.count, c.count)
	}
	avx2.loop(Load(Param("n"), GP64()).(reg.GPVirtual), func(at reg.GPVirtual, m mask) {
		x := avx2.list(len(places))
		for i, p := range places {
			avx2.load(Mem{Base: p, Index: at, Scale: 4}, x[i], m)
		}
		for i, y := range c.body(c, x, k) {
			place := to[max(c.out[i], 0)]
			avx2.store(y, Mem{Base: place, Index: at, Scale: 4}, m)
		}
	}, func() {})
	if c.counts {
		Store(c.count, ReturnIndex(0))
	}
	VZEROUPPER()
	RET()
}

// cellwises are the kernels of cells that pass over slices.
func cellwises() []*cellwise {
	type vecs = []reg.VecVirtual
	return []*cellwise{
		{name: "shift", doc: "adds k·d to the weights of pairs, up to ±bound, and returns how many met it.",
			operands: []string{"plus", "minus", "d"}, numbers: []string{"k", "bound"}, out: []int{0, 1}, counts: true, body: shiftBody},
		{name: "decay", doc: "lets y tend to rest by the share 1 - e^(-x·rate).",
			operands: []string{"y", "rate"}, numbers: []string{"x", "rest"}, out: []int{0},
			body: func(_ *cellwise, x, k vecs) vecs { return vecs{fall(x[0], gone(x[1], k[0]), k[1])} }},
		{name: "decayPairs", doc: "lets y and z tend to rest by the share 1 - e^(-x·rate).",
			operands: []string{"y", "z", "rate"}, numbers: []string{"x", "rest"}, out: []int{0, 1},
			body: func(_ *cellwise, x, k vecs) vecs {
				d := gone(x[2], k[0])
				return vecs{fall(x[0], d, k[1]), fall(x[1], d, k[1])}
			}},
		{name: "momentum", doc: "is a step of stochastic gradient descent; see Momentum.",
			operands: []string{"v", "grad", "w"}, numbers: []string{"m", "decay", "rate"}, out: []int{0, 1, 2},
			body: func(_ *cellwise, x, k vecs) vecs {
				wd := YMM()
				VMULPS(k[0], x[0], x[0])
				VADDPS(x[1], x[0], x[0])
				VMULPS(k[1], x[2], wd)
				VADDPS(wd, x[0], x[0])
				VMULPS(k[2], x[0], x[1])
				VXORPS(avx2.constant(1<<31), x[1], x[1])
				VADDPS(x[1], x[2], x[2])
				return x
			}},
		{name: "foldLanes", doc: "writes (x + shift)·factor to y.", operands: []string{"x", "shift", "factor"}, out: []int{-1},
			body: func(_ *cellwise, x, _ vecs) vecs {
				VADDPS(x[1], x[0], x[0])
				VMULPS(x[2], x[0], x[0])
				return x[:1]
			}},
		{name: "foldPairLanes", doc: "writes (plus - minus + fixed + shift)·factor to y.",
			operands: []string{"plus", "minus", "fixed", "shift", "factor"}, out: []int{-1},
			body: func(_ *cellwise, x, _ vecs) vecs { return vecs{folded(x[0], x[1], x[2], x[3], x[4])} }},
		{name: "foldPairLine", doc: "writes (plus - minus + fixed + shift)·factor to y.",
			operands: []string{"plus", "minus", "fixed"}, numbers: []string{"shift", "factor"}, out: []int{-1},
			body: func(_ *cellwise, x, k vecs) vecs { return vecs{folded(x[0], x[1], x[2], k[0], k[1])} }},
		{name: "foldLine", doc: "writes (x + shift)·factor to y.", operands: []string{"x"}, numbers: []string{"shift", "factor"}, out: []int{-1},
			body: func(_ *cellwise, x, k vecs) vecs {
				VADDPS(k[0], x[0], x[0])
				VMULPS(k[1], x[0], x[0])
				return x[:1]
			}},
	}
}

// folded is (plus - minus + fixed + shift)·factor.
func folded(plus, minus, fixed, shift, factor reg.VecVirtual) reg.VecVirtual {
	VSUBPS(minus, plus, plus)
	VADDPS(fixed, plus, plus)
	VADDPS(shift, plus, plus)
	VMULPS(factor, plus, plus)
	return plus
}

// shiftBody is the body of shift.
func shiftBody(c *cellwise, x, k []reg.VecVirtual) []reg.VecVirtual {
	plus, minus, d := x[0], x[1], x[2]
	w, middle, some, low := YMM(), YMM(), YMM(), YMM()
	VCMPPS(U8(notEqual), avx2.constant(0), d, some)
	VADDPS(minus, plus, middle)
	VSUBPS(minus, plus, w)
	VMULPS(avx2.number(0.5), middle, middle)
	VMULPS(k[0], d, d)
	VADDPS(d, w, w)
	over, under, hits := d, YMM(), GP32()
	VXORPS(avx2.constant(1<<31), k[1], low)
	VCMPPS(U8(greater), k[1], w, over)
	VCMPPS(U8(less), low, w, under)
	VBLENDVPS(over, k[1], w, w)
	VBLENDVPS(under, low, w, w)
	VORPS(over, under, over)
	VANDPS(some, over, over)
	VMOVMSKPS(over, hits)
	POPCNTL(hits, hits)
	ADDQ(hits.As64(), c.count)
	VMULPS(avx2.number(0.5), w, w)
	VADDPS(w, middle, low)
	VSUBPS(w, middle, middle)
	VBLENDVPS(some, low, plus, plus)
	VBLENDVPS(some, middle, minus, minus)
	return []reg.VecVirtual{plus, minus}
}

// gone is the share 1 - e^(-x·rate); it destroys the rate.
func gone(e, x reg.VecVirtual) reg.VecVirtual {
	d, n, left := YMM(), YMM(), YMM()
	VMULPS(x, e, e)
	VMINPS(avx2.number(80), e, e)
	VMULPS(avx2.number(math.Log2E), e, n)
	VCVTPS2DQ(n, n)
	VMOVUPS(avx2.constant(127), left)
	VPSUBD(n, left, left)
	VPSLLD(U8(23), left, left)
	VCVTDQ2PS(n, n)
	VMULPS(avx2.number(math.Ln2), n, n)
	VSUBPS(n, e, e)
	VMULPS(avx2.number(1./5040), e, d)
	for _, c := range []float32{-1. / 720, 1. / 120, -1. / 24, 1. / 6, -1. / 2, 1} {
		VADDPS(avx2.number(c), d, d)
		VMULPS(e, d, d)
	}
	VMOVUPS(avx2.number(1), n)
	VSUBPS(left, n, n)
	VMULPS(left, d, d)
	VADDPS(d, n, d)
	return d
}

// fall lets y tend to rest by the share d.
func fall(y, d, rest reg.VecVirtual) reg.VecVirtual {
	e := YMM()
	VSUBPS(rest, y, e)
	VMULPS(d, e, e)
	VSUBPS(e, y, y)
	return y
}
