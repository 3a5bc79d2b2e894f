package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The innermost loops of convolutions of few channels. The terms of all rows lie the same
// step apart, so that one pointer serves eight rows.

// grids are the kernels of a set.
func (v vectors) grids() []*tile {
	if !v.wide() {
		return []*tile{{vectors: v, rows: 4, cols: 2}}
	}
	return []*tile{{vectors: v, rows: 16, cols: 1}, {vectors: v, rows: 8, cols: 1}, {vectors: v, rows: 8, cols: 2}}
}

// grid writes the kernel whose terms lie in lines.
func (t *tile) grid() {
	t.text("grid", "func(y *float32, ldy int, x, w *float32, step, line, ldw, under, lines, terms int)", "lines and terms are at least 1")
	for _, row := range t.sums {
		for _, s := range row {
			t.zero(s)
		}
	}
	bytes := func(name string) reg.GPVirtual {
		n := argument(name)
		SHLQ(U8(2), n)
		return n
	}
	w, ldw, lines, terms := argument("w"), bytes("ldw"), argument("lines"), argument("terms")
	row, bases := t.steps(argument("x"), bytes("step"))
	// From the end of a line to the next, of rows and of weights.
	line, under, k := bytes("line"), bytes("under"), GP64()
	LEAQ(Mem{Base: terms, Index: terms, Scale: 1}, k)
	ADDQ(k, k)
	SUBQ(k, line)
	MOVQ(terms, k)
	IMULQ(ldw, k)
	SUBQ(k, under)
	Label("line")
	MOVQ(terms, k)
	Label("term")
	t.term(func(i int) Mem { return Mem{Base: w, Disp: i * t.bytes()} }, row)
	for _, b := range bases {
		ADDQ(U8(4), b)
	}
	ADDQ(ldw, w)
	DECQ(k)
	JNZ(LabelRef("term"))
	for _, b := range bases {
		ADDQ(line, b)
	}
	ADDQ(under, w)
	DECQ(lines)
	JNZ(LabelRef("line"))
	y, ldy := argument("y"), bytes("ldy")
	for _, row := range t.sums {
		for i, s := range row {
			VMOVUPS(s, Mem{Base: y, Disp: i * t.bytes()})
		}
		ADDQ(ldy, y)
	}
	VZEROUPPER()
	RET()
}

// steps is where the rows lie that are a step apart from x on, and the pointers that they
// are reckoned from, one for each eight of them.
func (t *tile) steps(x, step reg.GPVirtual) (row func(r int) Mem, bases []reg.GPVirtual) {
	odd := map[int]reg.GPVirtual{1: step}
	for n := 3; n < min(t.rows, 8); n += 2 {
		odd[n] = GP64()
		LEAQ(Mem{Base: odd[n-2], Index: step, Scale: 2}, odd[n])
	}
	bases = []reg.GPVirtual{x}
	for n := 8; n < t.rows; n += 8 {
		next := GP64()
		LEAQ(Mem{Base: bases[len(bases)-1], Index: step, Scale: 8}, next)
		bases = append(bases, next)
	}
	return func(r int) Mem {
		m, n := Mem{Base: bases[r/8]}, r%8
		if n == 0 {
			return m
		}
		m.Scale = 1
		for n%2 == 0 {
			n, m.Scale = n/2, m.Scale*2
		}
		m.Index = odd[n]
		return m
	}, bases
}
