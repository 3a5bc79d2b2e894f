package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// flip writes the transpose of squares of eight by eight.
func flip() {
	TEXT("flipAVX2", NOSPLIT, "func(y, x *float32, rows, ldy, ldx int)")
	Pragma("noescape")
	Doc("flipAVX2 transposes 8 columns of x into 8 rows of y, eight of x's rows at a time; rows is a multiple of 8, not 0.")
	y := Load(Param("y"), GP64()).(reg.GPVirtual)
	x := Load(Param("x"), GP64()).(reg.GPVirtual)
	rows := Load(Param("rows"), GP64()).(reg.GPVirtual)
	ldy, ldx := strides("ldy"), strides("ldx")
	Label("square")
	low, high := halves(x, ldx)
	a, b := crossed(low), crossed(high)
	for i := range 4 {
		VMOVUPS(a[i], row(y, ldy, i))
	}
	next := GP64()
	LEAQ(Mem{Base: y, Index: ldy.one, Scale: 4}, next)
	for i := range 4 {
		VMOVUPS(b[i], row(next, ldy, i))
	}
	LEAQ(Mem{Base: x, Index: ldx.one, Scale: 8}, x)
	ADDQ(U8(32), y)
	SUBQ(U8(8), rows)
	JNZ(LabelRef("square"))
	VZEROUPPER()
	RET()
}

// stride is a distance of rows in bytes, and three times it.
type stride struct{ one, three reg.GPVirtual }

func strides(name string) stride {
	s := stride{Load(Param(name), GP64()).(reg.GPVirtual), GP64()}
	SHLQ(U8(2), s.one)
	LEAQ(Mem{Base: s.one, Index: s.one, Scale: 2}, s.three)
	return s
}

// row is the place of row i of four.
func row(p reg.GPVirtual, s stride, i int) Mem {
	switch i {
	case 0:
		return Mem{Base: p}
	case 3:
		return Mem{Base: p, Index: s.three, Scale: 1}
	}
	return Mem{Base: p, Index: s.one, Scale: uint8(i)}
}

// halves loads the square at x: vector i of low holds the first four columns of
// rows i and i+4, of high the last four.
func halves(x reg.GPVirtual, s stride) (low, high []reg.VecVirtual) {
	fifth := GP64()
	LEAQ(Mem{Base: x, Index: s.one, Scale: 4}, fifth)
	for i := range 4 {
		for h, list := range []*[]reg.VecVirtual{&low, &high} {
			v := YMM()
			VMOVUPS(row(x, s, i).Offset(16*h), v.AsX())
			VINSERTF128(U8(1), row(fifth, s, i).Offset(16*h), v, v)
			*list = append(*list, v)
		}
	}
	return low, high
}

// crossed transposes the two four-by-four squares that stand side by side in r.
func crossed(r []reg.VecVirtual) []reg.VecVirtual {
	t, out := avx2.list(4), avx2.list(4)
	VUNPCKLPS(r[1], r[0], t[0])
	VUNPCKHPS(r[1], r[0], t[1])
	VUNPCKLPS(r[3], r[2], t[2])
	VUNPCKHPS(r[3], r[2], t[3])
	VSHUFPS(U8(0x44), t[2], t[0], out[0])
	VSHUFPS(U8(0xee), t[2], t[0], out[1])
	VSHUFPS(U8(0x44), t[3], t[1], out[2])
	VSHUFPS(U8(0xee), t[3], t[1], out[3])
	return out
}
