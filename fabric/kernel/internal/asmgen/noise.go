package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// noise is a kernel of random numbers: in each lane, what the portable code does
// with the words of threefry13, operation by operation. A block's pairs are two chains of
// AVX2, or one of AVX-512, which takes two blocks at a time.
type noise struct {
	lockstep
	first reg.GPVirtual // the first pair's first word after its first sum
	key   [4][2]Mem     // what is added to the words after each four rounds; [0][1]: the second word, turned once
}

const noiseArguments = "func(dst *float32, blocks int, k0, k1, first, sample uint32)"

func (v vectors) normals() {
	TEXT("normals"+v.name, NOSPLIT, noiseArguments)
	Pragma("noescape")
	Doc("normals" + v.name + " writes the normals of blocks of 32, whose pairs count from first on.")
	g := noise{lockstep: lockstep{vectors: v}}
	g.keys()
	g.eachWords(func(a, b chains, low, high places) {
		cos, sin := g.boxMuller(a, b)
		g.move(cos, low)
		g.move(sin, high)
	})
	VZEROUPPER()
	RET()
}

func (v vectors) addNormals() {
	TEXT("addNormals"+v.name, NOSPLIT, noiseArguments[:len(noiseArguments)-1]+", sigma float32)")
	Pragma("noescape")
	Doc("addNormals" + v.name + " adds sigma times what normals" + v.name + " writes.")
	g := noise{lockstep: lockstep{vectors: v}}
	g.keys()
	sigma := v.argument("sigma")
	g.eachWords(func(a, b chains, low, high places) {
		cos, sin := g.boxMuller(a, b)
		for _, half := range []struct {
			z  chains
			at places
		}{{cos, low}, {sin, high}} {
			g.do(VMULPS, sigma, half.z, half.z)
			g.do(VADDPS, half.at, half.z, half.z)
			g.move(half.z, half.at)
		}
	})
	VZEROUPPER()
	RET()
}

// sense writes the kernel of read-outs. Halves of a block are limited before the next is
// read: AVX2 has no registers for both.
func (v vectors) sense() {
	TEXT("sense"+v.name, NOSPLIT, noiseArguments[:len(noiseArguments)-1]+", sigma, limit float32, offset *float32) int64")
	Pragma("noescape")
	Doc("sense" + v.name + " adds offset, where there is one, and what addNormals" + v.name + " does, limits to ±limit and returns how many met it.")
	g := noise{lockstep: lockstep{vectors: v}}
	g.keys()
	sigma, high, low := v.argument("sigma"), v.argument("limit"), v.reg()
	VMOVUPS(v.constant(1<<31), low)
	v.xor(low, high, low)
	offset, clipped := Load(Param("offset"), GP64()).(reg.GPVirtual), GP64()
	XORQ(clipped, clipped)
	turn := 0
	g.eachWords(func(a, b chains, lower, upper places) {
		cos, sin := g.boxMuller(a, b)
		g.do(VMULPS, sigma, cos, cos)
		g.do(VMULPS, sigma, sin, sin)
		turn++
		plain, added := fmt.Sprintf("plain%d", turn), fmt.Sprintf("added%d", turn)
		TESTQ(offset, offset)
		JZ(LabelRef(plain))
		x := g.regs()
		for _, half := range []struct {
			z  chains
			at places
		}{{cos, lower}, {sin, upper}} {
			for i, at := range half.at {
				VMOVUPS(at, x[i])
				at.Base = offset
				VADDPS(at, x[i], x[i])
				VADDPS(x[i], half.z[i], half.z[i])
			}
		}
		ADDQ(U32(128*g.n*g.lanes/16), offset)
		JMP(LabelRef(added))
		Label(plain)
		g.do(VADDPS, lower, cos, cos)
		g.do(VADDPS, upper, sin, sin)
		Label(added)
		for _, half := range []struct {
			z  chains
			at places
		}{{cos, lower}, {sin, upper}} {
			g.do(VMINPS, half.z, high, x) // the second operand of the processor's, half.z, where it is NaN
			g.do(VMAXPS, x, low, x)
			g.move(x, half.at)
			for i, z := range half.z {
				hits := v.differs(x[i], z)
				POPCNTL(hits, hits)
				ADDQ(hits.As64(), clipped)
			}
		}
	})
	Store(clipped, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// differs is a bit a lane: x is another number than y. It may destroy y.
func (v vectors) differs(x, y reg.VecVirtual) reg.GPVirtual {
	b := GP32()
	if v.wide() {
		m := K()
		VCMPPS(U8(apart), x, y, m)
		KMOVW(m, b)
		return b
	}
	VCMPPS(U8(apart), x, y, y)
	VMOVMSKPS(y, b)
	return b
}

// argument is a float32 argument in all lanes.
func (v vectors) argument(name string) reg.VecVirtual {
	a, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	x := v.reg()
	VBROADCASTSS(a.Addr, x)
	return x
}

func (v vectors) uniforms() {
	TEXT("uniforms"+v.name, NOSPLIT, noiseArguments)
	Pragma("noescape")
	Doc("uniforms" + v.name + " writes the uniform numbers of blocks of 32, whose pairs count from first on.")
	g := noise{lockstep: lockstep{vectors: v}}
	g.keys()
	g.eachWords(func(a, b chains, low, high places) {
		for _, x := range []chains{a, b} {
			g.do(VPSRLD, U8(9), x, x)
			g.do(VCVTDQ2PS, x, x)
			g.by(addPS, g.number(0.5), x, x)
			g.by(mulPS, g.number(1.0/(1<<23)), x, x)
		}
		g.move(a, low)
		g.move(b, high)
	})
	VZEROUPPER()
	RET()
}

// eachWords loops over the blocks: body makes numbers of the words of one or several,
// whose halves have their places at low and high.
func (g *noise) eachWords(body func(a, b chains, low, high places)) {
	at := Load(Param("dst"), GP64()).(reg.GPVirtual)
	left := Load(Param("blocks"), GP64()).(reg.GPVirtual)
	own := 16 / g.lanes // chains of a block
	step := func(blocks int) {
		g.n = own * blocks
		var low, high places
		for i := range g.n {
			low = append(low, Mem{Base: at, Disp: i/own*128 + i%own*g.bytes()})
			high = append(high, low[i].Offset(64))
		}
		a, b := g.words()
		body(a, b, low, high)
		ADDQ(U32(128*blocks), at)
		ADDL(U8(16*blocks), g.first)
	}
	if g.wide() {
		CMPQ(left, U8(2))
		JL(LabelRef("one"))
		Label("two")
		step(2)
		SUBQ(U8(2), left)
		CMPQ(left, U8(2))
		JGE(LabelRef("two"))
		Label("one")
		TESTQ(left, left)
		JZ(LabelRef("done"))
		step(1)
		Label("done")
		return
	}
	Label("one")
	step(1)
	DECQ(left)
	JNZ(LabelRef("one"))
}

func (g *noise) move(x chains, to places) {
	for i := range x {
		VMOVUPS(x[i], to[i])
	}
}

// keys puts on the stack what the rounds take of the key, each in all lanes of AVX2. A
// pair's second word is the sample at first, so that its first round turns the same word
// for all and adds it to a counter.
func (g *noise) keys() {
	k0 := Load(Param("k0"), GP32()).(reg.GPVirtual)
	k1 := Load(Param("k1"), GP32()).(reg.GPVirtual)
	sample := Load(Param("sample"), GP32()).(reg.GPVirtual)
	k2 := GP32()
	MOVL(k0, k2)
	XORL(k1, k2)
	XORL(U32(0x1bd11bda), k2)
	size := g.bytes()
	if g.wide() {
		size = 4
	}
	room := AllocLocal(8 * size)
	for i, k := range [4][2]struct {
		word reg.GPVirtual
		more Op
	}{{{k0, U8(0)}, {k1, sample}}, {{k1, U8(0)}, {k2, U8(1)}}, {{k2, U8(0)}, {k0, U8(2)}}, {{k0, U8(0)}, {k1, U8(3)}}} {
		for h, k := range k {
			sum := GP32()
			MOVL(k.word, sum)
			ADDL(k.more, sum)
			switch {
			case i == 0 && h == 0:
				g.first = Load(Param("first"), GP32()).(reg.GPVirtual)
				ADDL(sum, g.first)
				continue
			case i == 0:
				ADDL(sum, g.first)
				ROLL(U8(turns[0]), sum)
			}
			g.key[i][h] = room.Offset((2*i + h) * size)
			if g.wide() {
				MOVL(sum, g.key[i][h])
			} else {
				VMOVUPS(g.spread(sum), g.key[i][h])
			}
		}
	}
}

// turns are those of the second word in the rounds of threefry13.
var turns = []int{13, 15, 26, 6, 17, 29, 16, 24, 13, 15, 26, 6, 17}

// words are the pairs of threefry13 of the counters from first on.
func (g *noise) words() (a, b chains) {
	a, b = g.regs(), g.regs()
	all := g.spread(g.first)
	for i := range a {
		VPADDD(g.counting(i*g.lanes), all, a[i])
	}
	g.by(g.inverting(), g.key[0][1], a, b)
	for r, turn := range turns {
		if r == 0 {
			continue
		}
		if r%4 == 0 {
			g.by(addWord, g.key[r/4][0], a, a)
			g.by(addWord, g.key[r/4][1], b, b)
		}
		g.do(VPADDD, b, a, a)
		g.rotate(turn, b)
		g.do(g.xor, a, b, b)
	}
	return a, b
}

// rotate turns each word of x left.
func (g *noise) rotate(bits int, x chains) {
	if g.wide() {
		g.do(VPROLD, U8(bits), x, x)
		return
	}
	high := g.regs()
	g.do(VPSLLD, U8(bits), x, high)
	g.do(VPSRLD, U8(32-bits), x, x)
	g.do(g.or, high, x, x)
}

// boxMuller follows the function of this name in package kernel.
func (g *noise) boxMuller(a, b chains) (cos, sin chains) {
	radius := g.radius(a)
	t, t2 := g.regs(), g.regs()
	g.do(VPSLLD, U8(2), b, t) // four times the angle within the quadrant
	g.do(VCVTDQ2PS, t, t)
	g.by(mulPS, g.number(2*math.Pi/(1<<34)), t, t)
	g.do(VMULPS, t, t, t2)

	s := g.horner(t2, -1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
	g.do(VMULPS, t2, s, s)
	g.do(VMULPS, t, s, s)
	g.do(VADDPS, s, t, s)
	c, rest := g.horner(t2, 2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2), g.regs()
	g.do(VMULPS, t2, c, c)
	g.do(VMULPS, t2, c, c)
	g.all(g.number(1), rest)
	g.by(lessProd, g.number(0.5), t2, rest) // the product is exact
	g.do(VADDPS, c, rest, c)

	turned := g.regs() // the quadrant is its upper bits
	g.by(addWord, g.constant(1<<29), b, turned)
	c, s = g.swap(turned, c, s)
	g.turnSign(turned, s)
	g.by(addWord, g.constant(1<<30), turned, turned)
	g.turnSign(turned, c)
	g.do(VMULPS, radius, c, c)
	g.do(VMULPS, radius, s, s)
	return c, s
}

// swap exchanges c and s where the quadrant is odd.
func (g *noise) swap(turned, c, s chains) (chains, chains) {
	if !g.wide() {
		swap, odd := g.regs(), g.regs()
		g.do(g.xor, s, c, swap)
		g.do(VPSLLD, U8(1), turned, odd)
		g.do(VPSRAD, U8(31), odd, odd)
		g.do(g.and, odd, swap, swap)
		g.do(g.xor, swap, c, c)
		g.do(g.xor, swap, s, s)
		return c, s
	}
	x, y := g.regs(), g.regs()
	for i := range x {
		odd := K()
		VPTESTMD_BCST(g.constant(1<<30), turned[i], odd)
		VBLENDMPS(s[i], c[i], odd, x[i])
		VBLENDMPS(c[i], s[i], odd, y[i])
	}
	return x, y
}

// turnSign flips the sign of x where the upper bit is set.
func (g *noise) turnSign(upper, x chains) {
	if g.wide() {
		g.do(VPTERNLOGD_BCST, U8(0x78), g.constant(1<<31), upper, x) // x ^ upper & constant
		return
	}
	sign := g.regs()
	g.by(g.masking(), g.constant(1<<31), upper, sign)
	g.do(g.xor, sign, x, x)
}

// radius is sqrt(-2 ln((a+1/2)/2^32)). Products with powers of two are exact, and their
// sums rounded once where they are fused.
func (g *noise) radius(a chains) chains {
	const sqrtBit = 0x3f3504f3
	x, e, zero := g.unsigned(a), g.regs(), g.reg()
	g.xor(zero, zero, zero)
	g.by(addPS, g.number(0.5), x, x)
	g.by(subWord, g.constant(sqrtBit+32<<23), x, x)
	g.do(VPSRAD, U8(23), x, e)
	g.do(VCVTDQ2PS, e, e)
	g.by(fused, g.number(-2*math.Ln2), zero, e) // no -0
	g.by(g.masking(), g.constant(0x7fffff), x, x)
	g.by(addWord, g.constant(sqrtBit), x, x)
	g.by(subPS, g.number(1), x, x)
	l := g.lnMantissa(x)
	g.do(VADDPS, l, x, l)
	g.by(lessTurn, g.number(2), e, l)
	g.do(VSQRTPS, l, l)
	return l
}

// unsigned converts words without a sign to the nearest floats.
func (g *noise) unsigned(x chains) chains {
	f := g.regs()
	if g.wide() {
		g.do(VCVTUDQ2PS, x, f)
		return f
	}
	// Both halves convert exactly, and so does the product: the sum alone rounds.
	low := g.regs()
	g.do(VPSRLD, U8(16), x, f)
	g.by(g.masking(), g.constant(0xffff), x, low)
	g.do(VCVTDQ2PS, f, f)
	g.do(VCVTDQ2PS, low, low)
	g.by(mulPS, g.number(1<<16), f, f)
	g.do(VADDPS, low, f, f)
	return f
}

// lnMantissa follows the function of this name in package kernel.
func (g *noise) lnMantissa(y chains) chains {
	p := g.horner(y, 7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
		-1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1)
	z := g.regs()
	g.do(VMULPS, y, p, p)
	g.do(VMULPS, y, y, z)
	g.do(VMULPS, z, p, p)
	g.by(lessProd, g.number(0.5), z, p) // the product is exact
	return p
}

// horner is the polynomial of x with the coefficients from the highest on.
func (g *noise) horner(x chains, c ...float32) chains {
	p := g.regs()
	g.by(mulPS, g.number(c[0]), x, p)
	for _, c := range c[1 : len(c)-1] {
		g.by(addPS, g.number(c), p, p)
		g.do(VMULPS, x, p, p)
	}
	g.by(addPS, g.number(c[len(c)-1]), p, p)
	return p
}
