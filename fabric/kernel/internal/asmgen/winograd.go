package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The transforms of Winograd's convolution. Each is a map of a few numbers to a few,
// applied to the columns of a square, then to its rows, for all channels.

// transform is such a kernel: it makes to×to numbers of from×from.
type transform struct {
	name     string
	from, to int
	rule     func(x []reg.VecVirtual) []reg.VecVirtual
}

// rules are the operations of a set; every result is rounded.
type rules struct{ vectors }

func (v rules) plus(a, b reg.VecVirtual) reg.VecVirtual {
	y := v.reg()
	VADDPS(b, a, y)
	return y
}

func (v rules) minus(a, b reg.VecVirtual) reg.VecVirtual {
	y := v.reg()
	VSUBPS(b, a, y)
	return y
}

func (v rules) times(k float32, a reg.VecVirtual) reg.VecVirtual {
	y := v.reg()
	VMULPS(v.number(k), a, y)
	return y
}

// transforms are the kernels; their twins in Go have the formulas, which these follow
// operation by operation.
func transforms(v vectors) []*transform {
	plus, minus, times := rules{v}.plus, rules{v}.minus, rules{v}.times
	return []*transform{
		{"tileImage", 6, 6, func(x []reg.VecVirtual) []reg.VecVirtual {
			y0 := plus(minus(times(4, x[0]), times(5, x[2])), x[4])
			y5 := plus(minus(times(4, x[1]), times(5, x[3])), x[5])
			a, b := minus(x[4], times(4, x[2])), minus(x[3], times(4, x[1]))
			c, d := minus(x[4], x[2]), times(2, minus(x[3], x[1]))
			return []reg.VecVirtual{y0, plus(a, b), minus(a, b), plus(c, d), minus(c, d), y5}
		}},
		{"tileOutputs", 6, 4, func(x []reg.VecVirtual) []reg.VecVirtual {
			a, b, c, d := plus(x[1], x[2]), minus(x[1], x[2]), plus(x[3], x[4]), minus(x[3], x[4])
			return []reg.VecVirtual{
				plus(plus(x[0], a), c), plus(b, times(2, d)), plus(a, times(4, c)), plus(plus(b, times(8, d)), x[5]),
			}
		}},
		{"tileWeights", 3, 6, func(x []reg.VecVirtual) []reg.VecVirtual {
			a, b := times(-1./6, plus(x[0], x[2])), times(1./6, x[1])
			c, d := plus(times(1./24, x[0]), times(1./6, x[2])), times(1./12, x[1])
			return []reg.VecVirtual{times(1./4, x[0]), minus(a, b), plus(a, b), plus(c, d), minus(c, d), x[2]}
		}},
		{"tileErrors", 4, 6, func(x []reg.VecVirtual) []reg.VecVirtual {
			a, b := plus(x[0], x[2]), plus(x[1], x[3])
			c, d := plus(x[0], times(4, x[2])), plus(times(2, x[1]), times(8, x[3]))
			return []reg.VecVirtual{x[0], plus(a, b), minus(a, b), plus(c, d), minus(c, d), x[3]}
		}},
		{"tileTaps", 6, 3, func(x []reg.VecVirtual) []reg.VecVirtual {
			a, b, c, d := plus(x[1], x[2]), minus(x[1], x[2]), plus(x[3], x[4]), minus(x[3], x[4])
			return []reg.VecVirtual{
				plus(minus(times(1./4, x[0]), times(1./6, a)), times(1./24, c)),
				minus(times(1./12, d), times(1./6, b)),
				plus(times(1./6, minus(c, a)), x[5]),
			}
		}},
	}
}

// transform writes the kernel. Its operands are lists of pointers, row by row; half is room
// for to×from vectors.
func (v vectors) transform(t *transform) {
	TEXT(t.name+v.name, NOSPLIT, "func(y, x **float32, half *float32, n int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s%s is %sPortable for n channels.", t.name, v.name, t.name))
	y, x, half := argument("y"), argument("x"), argument("half")
	v.loop(argument("n"), func(at reg.GPVirtual, m mask) {
		place := func(list reg.GPVirtual, i int) Mem {
			p := GP64()
			MOVQ(Mem{Base: list, Disp: 8 * i}, p)
			return Mem{Base: p, Index: at, Scale: 4}
		}
		for col := range t.from {
			in := v.list(t.from)
			for row := range in {
				v.load(place(x, row*t.from+col), in[row], m)
			}
			for row, r := range t.rule(in) {
				VMOVUPS(r, Mem{Base: half, Disp: v.bytes() * (row*t.from + col)})
			}
		}
		for row := range t.to {
			in := v.list(t.from)
			for col := range in {
				VMOVUPS(Mem{Base: half, Disp: v.bytes() * (row*t.from + col)}, in[col])
			}
			for col, r := range t.rule(in) {
				v.store(r, place(y, row*t.to+col), m)
			}
		}
	}, func() {})
	VZEROUPPER()
	RET()
}
