package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fires writes the kernel of which lines fire in a slot.
func (v vectors) fires() {
	TEXT("fires"+v.name, NOSPLIT, "func(plus, minus *uint32, v *float32, blocks int, gain float32, k0, k1, first, sample uint32)")
	Pragma("noescape")
	Doc("fires" + v.name + " draws which lines fire, in blocks of 32, whose pairs count from first on.")
	g := noise{lockstep: lockstep{v, 16 / v.lanes}}
	g.keys()
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	plus, minus, from, blocks := load("plus"), load("minus"), load("v"), load("blocks")
	a, err := Param("gain").Resolve()
	if err != nil {
		panic(err)
	}
	gain := v.reg()
	VBROADCASTSS(a.Addr, gain)
	Label("lines")
	low, high := g.regs(), g.regs()
	for i := range low {
		VMULPS(Mem{Base: from, Disp: i * v.bytes()}, gain, low[i])
		VMULPS(Mem{Base: from, Disp: 64 + i*v.bytes()}, gain, high[i])
	}
	down, fired := g.bits(low, high, v.negative), GP32()
	XORL(fired, fired)
	g.by(g.masking(), g.constant(1<<31-1), low, low)
	g.by(g.masking(), g.constant(1<<31-1), high, high)
	v.jumpIfZero(append(append(chains{}, low...), high...), "still")
	x, y := g.words()
	for _, u := range []chains{x, y} {
		g.do(VPSRLD, U8(9), u, u)
		g.do(VCVTDQ2PS, u, u)
		g.by(addPS, g.number(0.5), u, u)
		g.by(mulPS, g.number(1.0/(1<<23)), u, u)
	}
	MOVL(g.bits(x, y, func(r reg.VecVirtual) reg.GPVirtual {
		for i, u := range append(append(chains{}, x...), y...) {
			if u == r {
				return v.below(r, append(append(chains{}, low...), high...)[i])
			}
		}
		panic("asmgen: no such chain")
	}), fired)
	Label("still")
	ANDL(fired, down)
	XORL(down, fired)
	MOVL(fired, Mem{Base: plus})
	MOVL(down, Mem{Base: minus})
	ADDQ(U8(4), plus)
	ADDQ(U8(4), minus)
	ADDQ(U8(128), from)
	ADDL(U8(16), g.first)
	DECQ(blocks)
	JNZ(LabelRef("lines"))
	VZEROUPPER()
	RET()
}

// bits is a word of what f says of each lane of the halves of a block.
func (g *noise) bits(low, high chains, f func(reg.VecVirtual) reg.GPVirtual) reg.GPVirtual {
	word := GP32()
	for i, x := range append(append(chains{}, low...), high...) {
		b := f(x)
		if i == 0 {
			MOVL(b, word)
			continue
		}
		SHLL(U8(i*g.lanes), b)
		ORL(b, word)
	}
	return word
}

// negative is a bit a lane: its sign.
func (v vectors) negative(x reg.VecVirtual) reg.GPVirtual {
	b := GP32()
	if v.wide() {
		m := K()
		VPMOVD2M(x, m)
		KMOVW(m, b)
	} else {
		VMOVMSKPS(x, b)
	}
	return b
}

// below is a bit a lane: x < limit. It may destroy x.
func (v vectors) below(x, limit reg.VecVirtual) reg.GPVirtual {
	if v.wide() {
		m, b := K(), GP32()
		VCMPPS(U8(less), limit, x, m)
		KMOVW(m, b)
		return b
	}
	VCMPPS(U8(less), limit, x, x)
	return v.negative(x)
}

// jumpIfZero jumps where all bits of all registers are 0.
func (v vectors) jumpIfZero(x chains, label string) {
	any := v.reg()
	VMOVUPS(x[0], any)
	for _, r := range x[1:] {
		v.or(r, any, any)
	}
	if v.wide() {
		m := K()
		VPTESTMD(any, any, m)
		KORTESTW(m, m)
	} else {
		VPTEST(any, any)
	}
	JZ(LabelRef(label))
}

// sixteen is the registers of 16 columns.
type sixteen [2]reg.VecVirtual

// coincide writes the kernel that counts coincidences.
func coincide() {
	TEXT("coincideAVX2", NOSPLIT, "func(dst *uint32, m int, line *uint32, n int, planes *uint32)")
	Pragma("noescape")
	Doc("coincideAVX2 counts the coincidences of n > 0 firings with m > 0 lines, a multiple of 16.")
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	dst, m, line, n, planes := load("dst"), load("m"), load("line"), load("n"), load("planes")
	table, low := YMM(), YMM()
	VMOVDQU(nibbles(), table)
	VMOVDQU(avx2.constant(0x0f0f0f0f), low)
	pair := func() sixteen { return sixteen{YMM(), YMM()} }
	ups, downs := pair(), pair() // of all firings, as words
	each := func(f func(x reg.VecVirtual), lists ...sixteen) {
		for _, l := range lists {
			f(l[0])
			f(l[1])
		}
	}
	zero := func(x reg.VecVirtual) { VPXOR(x, x, x) }

	Label("columns")
	each(zero, ups, downs)
	at, left := GP64(), GP64()
	MOVQ(line, at)
	MOVQ(n, left)
	Label("some")
	up, down := pair(), pair() // of at most 31 firings, as bytes
	each(zero, up, down)
	some, most := GP64(), GP64()
	MOVQ(U32(31), most)
	MOVQ(left, some)
	CMPQ(left, most)
	CMOVQGT(most, some)
	SUBQ(some, left)
	Label("firing")
	addFiring(at, planes, table, low, []sixteen{up, down})
	ADDQ(U8(12), at)
	DECQ(some)
	JNZ(LabelRef("firing"))
	addWords([]sixteen{ups, downs}, []sixteen{up, down})
	TESTQ(left, left)
	JNZ(LabelRef("some"))
	for h := range ups {
		VPSLLD(U8(16), ups[h], ups[h])
		VPOR(downs[h], ups[h], ups[h])
		VMOVDQU(ups[h], Mem{Base: dst, Disp: 32 * h})
	}
	ADDQ(U8(64), dst)
	ADDQ(U8(64), planes)
	SUBQ(U8(16), m)
	JNZ(LabelRef("columns"))
	VZEROUPPER()
	RET()
}

// addFiring adds a firing's coincidences with 16 lines to the bytes of its two signs.
func addFiring(at, planes reg.GPVirtual, table, low reg.VecVirtual, totals []sixteen) {
	bits, place := YMM(), GP64()
	VPBROADCASTD(Mem{Base: at}, bits)
	for i, total := range totals {
		MOVLQSX(Mem{Base: at, Disp: 4 + 4*i}, place)
		for h := range total {
			x, y := YMM(), YMM()
			VPAND(Mem{Base: planes, Index: place, Scale: 4, Disp: 32 * h}, bits, x)
			VPSRLW(U8(4), x, y)
			VPAND(low, x, x)
			VPAND(low, y, y)
			VPSHUFB(x, table, x)
			VPSHUFB(y, table, y)
			VPADDB(x, total[h], total[h])
			VPADDB(y, total[h], total[h])
		}
	}
}

// addWords adds up bytes to words.
func addWords(totals, parts []sixteen) {
	for i, part := range parts {
		for h, x := range part {
			VPMADDUBSW(avx2.constant(0x01010101), x, x)
			VPMADDWD(avx2.constant(0x00010001), x, x)
			total := totals[i][h]
			VPADDD(x, total, total)
		}
	}
}

// nibbles is the table of the number of bits of each half byte.
func nibbles() Mem {
	m := GLOBL("nibblesAVX2", RODATA|NOPTR)
	for i := range 32 {
		n := i % 16
		DATA(i, U8(n&1+n>>1&1+n>>2&1+n>>3))
	}
	return m
}
