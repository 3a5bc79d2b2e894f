package main

import (
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
	key [4][2]Mem // what is added to the words before and after each four rounds
}

const noiseArguments = "func(dst *float32, blocks int, k0, k1, first, sample uint32)"

func (v vectors) normals() {
	TEXT("normals"+v.name, NOSPLIT, noiseArguments)
	Pragma("noescape")
	Doc("normals" + v.name + " writes the normals of blocks of 32, whose pairs count from first on.")
	g := noise{lockstep: lockstep{vectors: v}}
	g.keys()
	g.eachWords(func(a, b chains, low, high []Mem) {
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
	a, err := Param("sigma").Resolve()
	if err != nil {
		panic(err)
	}
	sigma := v.reg()
	VBROADCASTSS(a.Addr, sigma)
	g.eachWords(func(a, b chains, low, high []Mem) {
		cos, sin := g.boxMuller(a, b)
		for _, half := range []struct {
			z  chains
			at []Mem
		}{{cos, low}, {sin, high}} {
			g.do(VMULPS, sigma, half.z, half.z)
			for i, z := range half.z {
				VADDPS(half.at[i], z, z)
			}
			g.move(half.z, half.at)
		}
	})
	VZEROUPPER()
	RET()
}

func (v vectors) uniforms() {
	TEXT("uniforms"+v.name, NOSPLIT, noiseArguments)
	Pragma("noescape")
	Doc("uniforms" + v.name + " writes the uniform numbers of blocks of 32, whose pairs count from first on.")
	g := noise{lockstep: lockstep{vectors: v}}
	g.keys()
	g.eachWords(func(a, b chains, low, high []Mem) {
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
func (g *noise) eachWords(body func(a, b chains, low, high []Mem)) {
	at := Load(Param("dst"), GP64()).(reg.GPVirtual)
	left := Load(Param("blocks"), GP64()).(reg.GPVirtual)
	first := Load(Param("first"), GP32()).(reg.GPVirtual)
	own := 16 / g.lanes // chains of a block
	step := func(blocks int) {
		g.n = own * blocks
		count, all := g.regs(), g.spread(first)
		var low, high []Mem
		for i := range count {
			VPADDD(g.counting(i*g.lanes), all, count[i])
			low = append(low, Mem{Base: at, Disp: i/own*128 + i%own*g.bytes()})
			high = append(high, low[i].Offset(64))
		}
		a, b := g.words(count)
		body(a, b, low, high)
		ADDQ(U32(128*blocks), at)
		ADDL(U8(16*blocks), first)
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

func (g *noise) move(x chains, to []Mem) {
	for i := range x {
		VMOVUPS(x[i], to[i])
	}
}

// keys puts the key's words on the stack, each in all lanes.
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
			g.key[i][h] = room.Offset((2*i + h) * size)
			if g.wide() {
				MOVL(sum, g.key[i][h])
			} else {
				VMOVUPS(g.spread(sum), g.key[i][h])
			}
		}
	}
}

// words are the pairs of threefry13 of the counters.
func (g *noise) words(count chains) (a, b chains) {
	a, b = g.regs(), g.regs()
	g.by(addWord, g.key[0][0], count, a)
	g.all(g.key[0][1], b)
	for r, turn := range []int{13, 15, 26, 6, 17, 29, 16, 24, 13, 15, 26, 6, 17} {
		if r > 0 && r%4 == 0 {
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
	turned, t, t2 := g.regs(), g.regs(), g.regs() // turned: the quadrant is its upper bits
	g.by(addWord, g.constant(1<<29), b, turned)
	g.by(g.masking(), g.constant(1<<30-1), turned, t)
	g.by(subWord, g.constant(1<<29), t, t)
	g.do(VCVTDQ2PS, t, t)
	g.by(mulPS, g.number(2*math.Pi/(1<<32)), t, t)
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
	x, e := g.unsigned(a), g.regs()
	g.by(addPS, g.number(0.5), x, x)
	g.by(subWord, g.constant(sqrtBit+32<<23), x, x)
	g.do(VPSRAD, U8(23), x, e)
	g.do(VCVTDQ2PS, e, e)
	g.by(mulPS, g.number(-2*math.Ln2), e, e)
	g.by(g.masking(), g.constant(0x7fffff), x, x)
	g.by(addWord, g.constant(sqrtBit), x, x)
	g.by(subPS, g.number(1), x, x)
	l := g.lnMantissa(x)
	g.do(VADDPS, l, x, l)
	g.by(lessTurn, g.number(2), e, l)
	g.by(maxPS, g.number(0), l, l) // the second operand, +0, where neither is greater
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
