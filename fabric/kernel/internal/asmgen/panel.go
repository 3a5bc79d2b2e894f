package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The innermost loops of products: sums of a few rows and of one or two vectors of
// columns stay in registers while all terms pass by, by fused multiply-adds.

// tile is such a kernel.
type tile struct {
	vectors
	rows, cols int // cols in vectors
	sums       [][]reg.VecVirtual
}

// tiles are the kernels of a set.
func (v vectors) tiles() (list []*tile) {
	rows, cols := []int{8, 4, 2, 1}, []int{2, 1}
	if !v.wide() {
		rows, cols = rows[1:], cols[:1]
	}
	for _, r := range rows {
		for _, c := range cols {
			list = append(list, &tile{vectors: v, rows: r, cols: c})
		}
	}
	return list
}

func (t *tile) text(kind, signature, doc string) {
	name := fmt.Sprintf("%s%dx%d%s", kind, t.rows, t.cols*t.lanes, t.name)
	TEXT(name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(fmt.Sprintf("%s is %sPortable for %d rows and %d columns; %s.", name, kind, t.rows, t.cols*t.lanes, doc))
	t.sums = make([][]reg.VecVirtual, t.rows)
	for r := range t.sums {
		t.sums[r] = t.list(t.cols)
	}
}

// Places in Go's segment, whose first field is the list of rows.
const (
	segmentSize    = 80
	segmentWeights = 64
	segmentTerms   = 72
)

// panel writes the kernel whose terms lie in segments.
func (t *tile) panel() {
	t.text("panel", "func(y, s **float32, n, more, ldw, row, col int)", "all sizes are at least 1")
	more := Load(Param("more"), GP64())
	TESTQ(more, more)
	JZ(LabelRef("fresh"))
	t.eachRow(func(r int, y Mem) {
		for i, s := range t.sums[r] {
			VMOVUPS(y.Offset(i*t.bytes()), s)
		}
	})
	JMP(LabelRef("start"))
	Label("fresh")
	for _, row := range t.sums {
		for _, s := range row {
			t.zero(s)
		}
	}
	Label("start")
	s, n, ldw := argument("s"), argument("n"), argument("ldw")
	SHLQ(U8(2), ldw)
	Label("segment")
	t.segment(s, ldw)
	ADDQ(U8(segmentSize), s)
	DECQ(n)
	JNZ(LabelRef("segment"))
	t.eachRow(func(r int, y Mem) {
		for i, s := range t.sums[r] {
			VMOVUPS(s, y.Offset(i*t.bytes()))
		}
	})
	VZEROUPPER()
	RET()
}

func argument(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

func (v vectors) zero(x reg.VecVirtual) {
	if v.wide() {
		VPXORD(x, x, x)
		return
	}
	VXORPS(x, x, x)
}

// eachRow calls f with the place of each row of y.
func (t *tile) eachRow(f func(r int, y Mem)) {
	y, row, col, p := argument("y"), argument("row"), argument("col"), GP64()
	for r := range t.rows {
		MOVQ(Mem{Base: y, Index: row, Scale: 8, Disp: 8 * r}, p)
		f(r, Mem{Base: p, Index: col, Scale: 4})
	}
}

// segment adds the terms of one segment.
func (t *tile) segment(s, ldw reg.GPVirtual) {
	row := argument("row")
	x := make([]reg.GPVirtual, t.rows)
	for r := range x {
		x[r] = GP64()
		MOVQ(Mem{Base: s, Index: row, Scale: 8, Disp: 8 * r}, x[r])
	}
	w, col := GP64(), argument("col")
	MOVQ(Mem{Base: s, Disp: segmentWeights}, w)
	LEAQ(Mem{Base: w, Index: col, Scale: 4}, w)
	k, at := GP64(), GP64()
	MOVQ(Mem{Base: s, Disp: segmentTerms}, k)
	XORQ(at, at)
	SUBQ(U8(2), k)
	JL(LabelRef("single"))
	Label("pair")
	for i := range 2 {
		t.term(func(i int) Mem { return Mem{Base: w, Disp: i * t.bytes()} },
			func(r int) Mem { return Mem{Base: x[r], Index: at, Scale: 4, Disp: 4 * i} })
		ADDQ(ldw, w)
	}
	ADDQ(U8(2), at)
	SUBQ(U8(2), k)
	JGE(LabelRef("pair"))
	Label("single")
	ADDQ(U8(2), k)
	JZ(LabelRef("next"))
	t.term(func(i int) Mem { return Mem{Base: w, Disp: i * t.bytes()} },
		func(r int) Mem { return Mem{Base: x[r], Index: at, Scale: 4} })
	Label("next")
}

// term adds one term to all sums.
func (t *tile) term(w, x func(int) Mem) {
	weights := t.list(t.cols)
	for i, v := range weights {
		VMOVUPS(w(i), v)
	}
	for r, row := range t.sums {
		t.fuse(x(r), weights, row)
	}
}

// fuse adds the products of vectors and a number in memory to sums. AVX-512 can spread
// the number in the operation itself.
func (v vectors) fuse(x Mem, weights, sums []reg.VecVirtual) {
	spread := v.reg()
	VBROADCASTSS(x, spread)
	for i, s := range sums {
		VFMADD231PS(spread, weights[i], s)
	}
}

// outer writes the kernel whose terms are pairs of pointers.
func (t *tile) outer() {
	t.text("outer", "func(sum *float32, ld int, p **float32, n, row, col int)", "n is at least 1")
	ld := argument("ld")
	SHLQ(U8(2), ld)
	each := func(f func(s reg.VecVirtual, g Mem)) {
		g := argument("sum")
		for _, row := range t.sums {
			for i, s := range row {
				f(s, Mem{Base: g, Disp: i * t.bytes()})
			}
			ADDQ(ld, g)
		}
	}
	each(func(s reg.VecVirtual, g Mem) { VMOVUPS(g, s) })
	p, n, row, col := argument("p"), argument("n"), argument("row"), argument("col")
	Label("term")
	x, d := GP64(), GP64()
	MOVQ(Mem{Base: p}, x)
	MOVQ(Mem{Base: p, Disp: 8}, d)
	t.term(func(i int) Mem { return Mem{Base: d, Index: col, Scale: 4, Disp: i * t.bytes()} },
		func(r int) Mem { return Mem{Base: x, Index: row, Scale: 4, Disp: 4 * r} })
	ADDQ(U8(16), p)
	DECQ(n)
	JNZ(LabelRef("term"))
	each(func(s reg.VecVirtual, g Mem) { VMOVUPS(s, g) })
	VZEROUPPER()
	RET()
}
