package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lineRows is the number of rows of the kernel of outer products along lines: with it AVX2 has a
// register for each.
const lineRows = 13

// lineOuter writes the kernel of a vector of columns.
func (v vectors) lineOuter() {
	name := "lineOuter" + v.name
	TEXT(name, NOSPLIT, "func(sums, x, d *float32, off *int, step, line, ld, n, lines, cols int, scale *float32)")
	Pragma("noescape")
	Doc(name + " is lineOuterPortable for a vector of columns, the first cols of it.")
	columns := argument("cols")
	m := v.tail(columns)
	to, x, d, off, scale := argument("sums"), argument("x"), argument("d"), argument("off"), argument("scale")
	sums := v.list(lineRows)
	for r, s := range sums {
		VMOVUPS(Mem{Base: to, Disp: 64 * r}, s)
	}
	step, line, ld, lines, n, at := argument("step"), argument("line"), argument("ld"), argument("lines"), argument("n"), GP64()
	for _, b := range []reg.GPVirtual{step, line, ld} {
		SHLQ(U8(2), b)
	}
	// From the end of a line to the next.
	MOVQ(n, at)
	IMULQ(step, at)
	SUBQ(at, line)
	Label("line")
	n = argument("n")
	Label("position")
	product, spread := v.reg(), v.reg()
	v.load(Mem{Base: d}, product, m)
	VBROADCASTSS(Mem{Base: scale}, spread)
	VMULPS(spread, product, product)
	for r, s := range sums {
		spread := v.reg()
		MOVQ(Mem{Base: off, Disp: 8 * r}, at)
		VBROADCASTSS(Mem{Base: x, Index: at, Scale: 4}, spread)
		VFMADD231PS(spread, product, s)
	}
	ADDQ(step, x)
	ADDQ(ld, d)
	DECQ(n)
	JNZ(LabelRef("position"))
	ADDQ(line, x)
	DECQ(lines)
	JNZ(LabelRef("line"))
	to = argument("sums")
	for r, s := range sums {
		VMOVUPS(s, Mem{Base: to, Disp: 64 * r})
	}
	VZEROUPPER()
	RET()
}
