package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// maxRows is the number of rows of the largest tile that stays in registers.
const maxRows = 4

// maxColumns is the number of columns of the largest tile.
const maxColumns = 64

// panel is the number of vectors beside each other in a tile of the given rows:
// sums, one weight, the rows' inputs and a product share the registers.
func (v vectors) panel(rows int) int {
	n := maxColumns / v.lanes
	for rows*n+rows+2 > v.regs {
		n /= 2
	}
	return n
}

// madd writes the kernel of a number of rows.
func (v vectors) madd(rows int) {
	TEXT(fmt.Sprintf("madd%d%s", rows, v.name), NOSPLIT, "func(y, x, w *float32, yo, xo *int, n, m, step, ldw int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("madd%d%s is madd for %d of the rows; all sizes are at least 1.", rows, v.name, rows))
	t := tile{vectors: v, rows: rows}
	t.arguments()
	for n := v.panel(rows); n >= 1; n /= 2 {
		t.columns(n)
	}
	t.lastColumns()
	VZEROUPPER()
	RET()
}

// tile is the kernel being written.
type tile struct {
	vectors
	rows      int
	x         []reg.GPVirtual // the rows' inputs
	y, w      reg.GPVirtual   // at the first column that is not done
	m         reg.GPVirtual   // columns not done
	step, ldw reg.GPVirtual   // in bytes
}

func (t *tile) arguments() {
	x, xo := GP64(), GP64()
	Load(Param("x"), x)
	Load(Param("xo"), xo)
	for r := range t.rows {
		p := GP64()
		MOVQ(Mem{Base: xo, Disp: 8 * r}, p)
		LEAQ(Mem{Base: x, Index: p, Scale: 4}, p)
		t.x = append(t.x, p)
	}
	t.y = Load(Param("y"), GP64()).(reg.GPVirtual)
	t.w = Load(Param("w"), GP64()).(reg.GPVirtual)
	t.m = Load(Param("m"), GP64()).(reg.GPVirtual)
	t.step = Load(Param("step"), GP64()).(reg.GPVirtual)
	t.ldw = Load(Param("ldw"), GP64()).(reg.GPVirtual)
	SHLQ(U8(2), t.step)
	SHLQ(U8(2), t.ldw)
}

// columns does panels of n vectors while there are as many columns.
func (t *tile) columns(n int) {
	name := fmt.Sprintf("panel%d", n)
	Label(name)
	CMPQ(t.m, U32(n*t.lanes))
	JL(LabelRef(name + "end"))
	t.body(name, n, nil)
	ADDQ(U32(n*t.bytes()), t.y)
	ADDQ(U32(n*t.bytes()), t.w)
	SUBQ(U32(n*t.lanes), t.m)
	JMP(LabelRef(name))
	Label(name + "end")
}

// lastColumns does the columns that do not fill a vector.
func (t *tile) lastColumns() {
	TESTQ(t.m, t.m)
	JZ(LabelRef("done"))
	t.body("last", 1, t.tail(t.m))
	Label("done")
}

// body does one panel: loads the sums, runs over the terms and stores the sums.
func (t *tile) body(name string, n int, m mask) {
	sums := make([][]reg.VecVirtual, t.rows)
	t.eachRow(func(r int, y Mem) {
		sums[r] = t.list(n)
		for i, s := range sums[r] {
			t.load(y.Offset(i*t.bytes()), s, m)
		}
	})
	w, k, at := GP64(), GP64(), GP64()
	MOVQ(t.w, w)
	Load(Param("n"), k)
	XORQ(at, at)
	SUBQ(U8(2), k)
	JL(LabelRef(name + "single"))
	Label(name + "pair")
	for range 2 {
		t.term(sums, w, at, m)
		ADDQ(t.step, at)
		ADDQ(t.ldw, w)
	}
	SUBQ(U8(2), k)
	JGE(LabelRef(name + "pair"))
	Label(name + "single")
	ADDQ(U8(2), k)
	JZ(LabelRef(name + "stored"))
	t.term(sums, w, at, m)
	Label(name + "stored")
	t.eachRow(func(r int, y Mem) {
		for i, s := range sums[r] {
			t.store(s, y.Offset(i*t.bytes()), m)
		}
	})
}

// eachRow calls f with the place of each row of y.
func (t *tile) eachRow(f func(r int, y Mem)) {
	yo, p := GP64(), GP64()
	Load(Param("yo"), yo)
	for r := range t.rows {
		MOVQ(Mem{Base: yo, Disp: 8 * r}, p)
		f(r, Mem{Base: t.y, Index: p, Scale: 4})
	}
}

// term adds one term to all sums: every product and every sum is rounded.
func (t *tile) term(sums [][]reg.VecVirtual, w, at reg.GPVirtual, m mask) {
	x := t.list(t.rows)
	for i := range sums[0] {
		weight, product := t.reg(), t.reg()
		t.load(Mem{Base: w, Disp: i * t.bytes()}, weight, m)
		for r := range t.rows {
			if i == 0 {
				VBROADCASTSS(Mem{Base: t.x[r], Index: at, Scale: 1}, x[r])
			}
			VMULPS(weight, x[r], product)
			VADDPS(product, sums[r][i], sums[r][i])
		}
	}
}
