package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// noise is a kernel of random numbers: in each lane, what the portable code does
// with the words of threefry13, operation by operation. A block's pairs are one chain of AVX-512 or
// two of AVX2, whose instructions alternate, so that one works while the other
// waits.
type noise struct {
	vectors
	key [4][2]Mem // what is added to the words before and after each four rounds
}

// chains is a register of each chain.
type chains []reg.VecVirtual

func (g *noise) regs() chains { return g.list(16 / g.lanes) }

// do writes an instruction for all chains. Operands that are not chains are the
// same for all.
func (g *noise) do(inst func(ops ...Op), operands ...any) {
	for i := range 16 / g.lanes {
		ops := make([]Op, len(operands))
		for k, o := range operands {
			if c, ok := o.(chains); ok {
				o = c[i]
			}
			ops[k] = o.(Op)
		}
		inst(ops...)
	}
}

const noiseArguments = "func(dst *float32, blocks int, k0, k1, first, sample uint32)"

func (v vectors) normals() {
	TEXT("normals"+v.name, NOSPLIT, noiseArguments)
	Pragma("noescape")
	Doc("normals" + v.name + " writes the normals of blocks of 32, whose pairs count from first on.")
	g := noise{vectors: v}
	g.keys()
	dst := Load(Param("dst"), GP64()).(reg.GPVirtual)
	blocks := Load(Param("blocks"), GP64()).(reg.GPVirtual)
	g.eachWords(dst, blocks, func(chains) {})
	g.each("normals", dst, blocks, func(a, b []Mem) {
		x, y := g.regs(), g.regs()
		for i := range x {
			VMOVUPS(a[i], x[i])
			VMOVUPS(b[i], y[i])
		}
		cos, sin := g.boxMuller(x, y)
		g.move(cos, a)
		g.move(sin, b)
	})
	VZEROUPPER()
	RET()
}

func (v vectors) uniforms() {
	TEXT("uniforms"+v.name, NOSPLIT, noiseArguments)
	Pragma("noescape")
	Doc("uniforms" + v.name + " writes the uniform numbers of blocks of 32, whose pairs count from first on.")
	g := noise{vectors: v}
	g.keys()
	dst := Load(Param("dst"), GP64()).(reg.GPVirtual)
	blocks := Load(Param("blocks"), GP64()).(reg.GPVirtual)
	g.eachWords(dst, blocks, func(x chains) {
		g.do(VPSRLD, U8(9), x, x)
		g.do(VCVTDQ2PS, x, x)
		g.do(VADDPS, g.number(0.5), x, x)
		g.do(VMULPS, g.number(1.0/(1<<23)), x, x)
	})
	VZEROUPPER()
	RET()
}

// eachWords loops over the blocks and writes what f makes of their words.
func (g *noise) eachWords(dst, blocks reg.GPVirtual, f func(chains)) {
	first := Load(Param("first"), GP32()).(reg.GPVirtual)
	g.each("words", dst, blocks, func(a, b []Mem) {
		count := make(chains, len(a))
		for i := range count {
			count[i] = g.spread(first)
			VPADDD(g.counting(i*g.lanes), count[i], count[i])
		}
		x, y := g.words(count)
		f(x)
		f(y)
		g.move(x, a)
		g.move(y, b)
		ADDL(U8(16), first)
	})
}

// each loops over the blocks; a and b are the places of a block's halves.
func (g *noise) each(name string, dst, blocks reg.GPVirtual, body func(a, b []Mem)) {
	at, left := GP64(), GP64()
	MOVQ(dst, at)
	MOVQ(blocks, left)
	Label(name)
	var a, b []Mem
	for i := range 16 / g.lanes {
		a = append(a, Mem{Base: at, Disp: i * g.bytes()})
		b = append(b, Mem{Base: at, Disp: i*g.bytes() + 64})
	}
	body(a, b)
	ADDQ(U8(128), at)
	DECQ(left)
	JNZ(LabelRef(name))
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
	room := AllocLocal(8 * g.bytes())
	for i, k := range [4][2]struct {
		word reg.GPVirtual
		more Op
	}{{{k0, U8(0)}, {k1, sample}}, {{k1, U8(0)}, {k2, U8(1)}}, {{k2, U8(0)}, {k0, U8(2)}}, {{k0, U8(0)}, {k1, U8(3)}}} {
		for h, k := range k {
			sum := GP32()
			MOVL(k.word, sum)
			ADDL(k.more, sum)
			g.key[i][h] = room.Offset((2*i + h) * g.bytes())
			VMOVUPS(g.spread(sum), g.key[i][h])
		}
	}
}

// words are the pairs of threefry13 of the counters.
func (g *noise) words(count chains) (a, b chains) {
	a, b = g.regs(), g.regs()
	g.do(VPADDD, g.key[0][0], count, a)
	g.do(VMOVUPS, g.key[0][1], b)
	for r, turn := range []int{13, 15, 26, 6, 17, 29, 16, 24, 13, 15, 26, 6, 17} {
		if r > 0 && r%4 == 0 {
			g.do(VPADDD, g.key[r/4][0], a, a)
			g.do(VPADDD, g.key[r/4][1], b, b)
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
	quadrant, t, t2 := g.regs(), g.regs(), g.regs()
	g.do(VPADDD, g.constant(1<<29), b, quadrant)
	g.do(VPSRLD, U8(30), quadrant, quadrant)
	g.do(VPSLLD, U8(30), quadrant, t)
	g.do(VPSUBD, t, b, t)
	g.do(VCVTDQ2PS, t, t)
	g.do(VMULPS, g.number(2*math.Pi/(1<<32)), t, t)
	g.do(VMULPS, t, t, t2)

	s := g.horner(t2, -1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
	g.do(VMULPS, t2, s, s)
	g.do(VMULPS, t, s, s)
	g.do(VADDPS, s, t, s)
	c, rest, half := g.horner(t2, 2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2), g.regs(), g.regs()
	g.do(VMULPS, t2, c, c)
	g.do(VMULPS, t2, c, c)
	g.do(VMULPS, g.number(0.5), t2, half)
	g.do(VMOVUPS, g.number(1), rest)
	g.do(VSUBPS, half, rest, rest)
	g.do(VADDPS, c, rest, c)

	swap, odd := g.regs(), g.regs()
	g.do(g.xor, s, c, swap)
	g.do(VPSLLD, U8(31), quadrant, odd)
	g.do(VPSRAD, U8(31), odd, odd)
	g.do(g.and, odd, swap, swap)
	g.do(g.xor, swap, c, c)
	g.do(g.xor, swap, s, s)
	g.turnSign(quadrant, s)
	g.do(VPADDD, g.constant(1), quadrant, quadrant)
	g.turnSign(quadrant, c)
	g.do(VMULPS, radius, c, c)
	g.do(VMULPS, radius, s, s)
	return c, s
}

// turnSign flips the sign of x where bit 1 of q is set.
func (g *noise) turnSign(q, x chains) {
	sign := g.regs()
	g.do(VPSLLD, U8(30), q, sign)
	g.do(g.and, g.constant(1<<31), sign, sign)
	g.do(g.xor, sign, x, x)
}

// radius is sqrt(-2 ln((a+1/2)/2^32)).
func (g *noise) radius(a chains) chains {
	const sqrtBit = 0x3f3504f3
	x, e := g.unsigned(a), g.regs()
	g.do(VADDPS, g.number(0.5), x, x)
	g.do(VPSUBD, g.constant(sqrtBit), x, x)
	g.do(VPSRAD, U8(23), x, e)
	g.do(VPSUBD, g.constant(32), e, e)
	g.do(VCVTDQ2PS, e, e)
	g.do(VMULPS, g.number(math.Ln2), e, e)
	g.do(g.and, g.constant(0x7fffff), x, x)
	g.do(VPADDD, g.constant(sqrtBit), x, x)
	g.do(VSUBPS, g.number(1), x, x)
	l := g.lnMantissa(x)
	g.do(VADDPS, l, x, l)
	g.do(VADDPS, l, e, l)
	g.do(VMULPS, g.number(-2), l, l)
	g.do(VMAXPS, g.number(0), l, l) // the second operand, +0, where neither is greater
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
	g.do(g.and, g.constant(0xffff), x, low)
	g.do(VCVTDQ2PS, f, f)
	g.do(VCVTDQ2PS, low, low)
	g.do(VMULPS, g.number(1<<16), f, f)
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
	g.do(VMULPS, g.number(0.5), z, z)
	g.do(VSUBPS, z, p, p)
	return p
}

// horner is the polynomial of x with the coefficients from the highest on.
func (g *noise) horner(x chains, c ...float32) chains {
	p := g.regs()
	g.do(VMULPS, g.number(c[0]), x, p)
	for _, c := range c[1 : len(c)-1] {
		g.do(VADDPS, g.number(c), p, p)
		g.do(VMULPS, x, p, p)
	}
	g.do(VADDPS, g.number(c[len(c)-1]), p, p)
	return p
}
