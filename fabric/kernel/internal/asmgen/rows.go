package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// addRows writes the kernel that adds a bias: to one vector of columns after the other.
func addRows() {
	TEXT("addRowsAVX2", NOSPLIT, "func(y *float32, ld int, b *float32, n, rows int)")
	Pragma("noescape")
	Doc("addRowsAVX2 adds b, n numbers, to rows of y, ld apart.")
	y, ld, b, rows := argument("y"), argument("ld"), argument("b"), argument("rows")
	SHLQ(U8(2), ld)
	avx2.loop(argument("n"), func(at reg.GPVirtual, m mask) {
		name := "row"
		if m != nil {
			name = "end"
		}
		bias, sum, to, left := YMM(), YMM(), GP64(), GP64()
		avx2.load(Mem{Base: b, Index: at, Scale: 4}, bias, m)
		LEAQ(Mem{Base: y, Index: at, Scale: 4}, to)
		MOVQ(rows, left)
		Label(name)
		avx2.load(Mem{Base: to}, sum, m)
		VADDPS(bias, sum, sum)
		avx2.store(sum, Mem{Base: to}, m)
		ADDQ(ld, to)
		DECQ(left)
		JNZ(LabelRef(name))
	}, func() {})
	VZEROUPPER()
	RET()
}
