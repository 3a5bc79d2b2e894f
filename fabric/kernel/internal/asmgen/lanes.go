package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Element-wise kernels are bound by memory, so AVX2 serves both sets.

// lanewise writes a kernel over n elements of slices. The arguments before n are
// pointers, those after it numbers, which body finds in all lanes of k. Body turns
// one vector of each operand, x, into what out is to hold, where there is an out.
// The lanes of operands beyond n are zero.
type lanewise struct {
	name, doc string
	out       string
	operands  []string
	numbers   []string
	body      func(l *lanewise, x, k []reg.VecVirtual) reg.VecVirtual
	returns   string          // int64: count; uint32: the largest word in top
	count     reg.GPVirtual   // body adds to it
	top       reg.VecVirtual  // body raises it
	places    []reg.GPVirtual // of the operands
	outPlace  reg.GPVirtual
	k         []reg.VecVirtual // the numbers
}

func (l *lanewise) write() {
	TEXT(l.name+"AVX2", NOSPLIT, l.signature())
	Pragma("noescape")
	Doc(l.name + "AVX2 " + l.doc)
	l.arguments()
	avx2.loop(Load(Param("n"), GP64()).(reg.GPVirtual), l.step, func() {})
	switch l.returns {
	case "int64":
		Store(l.count, ReturnIndex(0))
	case "uint32":
		Store(largest(l.top), ReturnIndex(0))
	}
	VZEROUPPER()
	RET()
}

func (l *lanewise) arguments() {
	for _, name := range l.operands {
		l.places = append(l.places, Load(Param(name), GP64()).(reg.GPVirtual))
	}
	if l.out != "" {
		l.outPlace = Load(Param(l.out), GP64()).(reg.GPVirtual)
	}
	for _, name := range l.numbers {
		a, err := Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		k := YMM()
		VBROADCASTSS(a.Addr, k)
		l.k = append(l.k, k)
	}
	switch l.returns {
	case "int64":
		l.count = GP64()
		XORQ(l.count, l.count)
	case "uint32":
		l.top = YMM()
		VPXOR(l.top, l.top, l.top)
	}
}

// step does the elements from at on.
func (l *lanewise) step(at reg.GPVirtual, m mask) {
	x := avx2.list(len(l.operands))
	for i, p := range l.places {
		avx2.load(Mem{Base: p, Index: at, Scale: 4}, x[i], m)
	}
	if y := l.body(l, x, l.k); l.out != "" {
		avx2.store(y, Mem{Base: l.outPlace, Index: at, Scale: 4}, m)
	}
}

// loop calls step for whole vectors of n elements, each time followed by next, and
// for the rest. It destroys n.
func (v vectors) loop(n reg.GPVirtual, step func(at reg.GPVirtual, m mask), next func()) {
	at := GP64()
	XORQ(at, at)
	SUBQ(U8(v.lanes), n)
	JL(LabelRef("tail"))
	Label("loop")
	step(at, nil)
	next()
	ADDQ(U8(v.lanes), at)
	SUBQ(U8(v.lanes), n)
	JGE(LabelRef("loop"))
	Label("tail")
	ADDQ(U8(v.lanes), n)
	JZ(LabelRef("done"))
	step(at, v.tail(n))
	Label("done")
}

// largest is the largest word of x.
func largest(x reg.VecVirtual) reg.GPVirtual {
	half, top := XMM(), GP32()
	VEXTRACTI128(U8(1), x, half)
	VPMAXUD(x.AsX(), half, half)
	for _, order := range []uint8{0x4e, 0xb1} { // halves, then neighbours, exchanged
		other := XMM()
		VPSHUFD(U8(order), half, other)
		VPMAXUD(other, half, half)
	}
	VMOVD(half, top)
	return top
}

func (l *lanewise) signature() string {
	s := ""
	if l.out != "" && l.out != l.operands[0] {
		s = l.out + ", "
	}
	s = "func(" + s + strings.Join(l.operands, ", ") + " *float32, n int"
	for _, name := range l.numbers {
		s += ", " + name + " float32"
	}
	return s + ") " + l.returns
}

// binary is a kernel of one instruction.
func binary(name, doc string, op func(ops ...Op)) *lanewise {
	return &lanewise{name: name, doc: doc, out: "y", operands: []string{"a", "b"},
		body: func(_ *lanewise, x, _ []reg.VecVirtual) reg.VecVirtual {
			op(x[1], x[0], x[0])
			return x[0]
		}}
}

// addCount adds the number of lanes that are set in hit.
func (l *lanewise) addCount(hit reg.VecVirtual) {
	bits := GP32()
	VMOVMSKPS(hit, bits)
	POPCNTL(bits, bits)
	ADDQ(bits.As64(), l.count)
}

// Predicates of VCMPPS, without a signal: greater and less are false for NaN, not
// equal is true; ordered is that neither is NaN, apart that they are not equal either.
const (
	greater  = 0x1e
	less     = 0x11
	notEqual = 0x04
	ordered  = 0x07
	apart    = 0x0c
)

func clip(l *lanewise, x, k []reg.VecVirtual) reg.VecVirtual {
	y := limited(x[0], k[0])
	VCMPPS(U8(apart), x[0], y, x[0])
	l.addCount(x[0])
	return y
}

// limited is x within ±limit; NaN stays.
func limited(x, limit reg.VecVirtual) reg.VecVirtual {
	low, y := YMM(), YMM()
	VXORPS(avx2.constant(1<<31), limit, low)
	VMINPS(x, limit, y) // x where it is NaN
	VMAXPS(y, low, y)
	return y
}

// rounded brings x to multiples of step, halves to the even one.
func rounded(x, step reg.VecVirtual) {
	VDIVPS(step, x, x)
	VROUNDPS(U8(0), x, x)
	VMULPS(step, x, x)
}

// lanewises are the element-wise kernels.
func lanewises() []*lanewise { return append(sumsAndProducts(), limits()...) }

// alone is the body of a kernel that leaves its result in the first operand.
func alone(f func(x, k []reg.VecVirtual)) func(*lanewise, []reg.VecVirtual, []reg.VecVirtual) reg.VecVirtual {
	return func(_ *lanewise, x, k []reg.VecVirtual) reg.VecVirtual {
		f(x, k)
		return x[0]
	}
}

func sumsAndProducts() []*lanewise {
	return []*lanewise{
		binary("add", "writes a+b to y.", func(o ...Op) { VADDPS(o[0], o[1], o[2]) }),
		binary("sub", "writes a-b to y.", func(o ...Op) { VSUBPS(o[0], o[1], o[2]) }),
		binary("mul", "writes a·b to y.", func(o ...Op) { VMULPS(o[0], o[1], o[2]) }),
		{name: "scale", doc: "multiplies y by k.", out: "y", operands: []string{"y"}, numbers: []string{"k"},
			body: alone(func(x, k []reg.VecVirtual) { VMULPS(k[0], x[0], x[0]) })},
		{name: "times", doc: "writes k·a to y.", out: "y", operands: []string{"a"}, numbers: []string{"k"},
			body: alone(func(x, k []reg.VecVirtual) { VMULPS(k[0], x[0], x[0]) })},
		{name: "addScaled", doc: "adds k·a to y.", out: "y", operands: []string{"y", "a"}, numbers: []string{"k"},
			body: alone(func(x, k []reg.VecVirtual) {
				VMULPS(k[0], x[1], x[1])
				VADDPS(x[1], x[0], x[0])
			})},
		{name: "addProduct", doc: "adds a·b to y.", out: "y", operands: []string{"y", "a", "b"},
			body: alone(func(x, _ []reg.VecVirtual) {
				VMULPS(x[1], x[2], x[2])
				VADDPS(x[2], x[0], x[0])
			})},
	}
}

// limits are the kernels that compare.
func limits() []*lanewise {
	return []*lanewise{
		{name: "relu", doc: "writes a - k, or +0 where it is not positive, to y.", out: "y", operands: []string{"a"}, numbers: []string{"k"},
			body: alone(func(x, k []reg.VecVirtual) {
				zero := YMM()
				VXORPS(zero, zero, zero)
				VSUBPS(k[0], x[0], x[0])
				VMAXPS(x[0], zero, x[0]) // the second operand where neither is greater: NaN, but -0 too
				VADDPS(zero, x[0], x[0])
			})},
		{name: "mask", doc: "writes a to y where b is above k, else 0.", out: "y", operands: []string{"a", "b"}, numbers: []string{"k"},
			body: alone(func(x, k []reg.VecVirtual) {
				VCMPPS(U8(greater), k[0], x[1], x[1])
				VANDPS(x[1], x[0], x[0])
			})},
		{name: "maskOver", doc: "writes a to y where b is above c, else 0.", out: "y", operands: []string{"a", "b", "c"},
			body: alone(func(x, _ []reg.VecVirtual) {
				VCMPPS(U8(greater), x[2], x[1], x[1])
				VANDPS(x[1], x[0], x[0])
			})},
		{name: "clip", doc: "limits y to ±k and returns how many elements it changed.", out: "y", operands: []string{"y"},
			numbers: []string{"k"}, returns: "int64", body: clip},
		{name: "convert", doc: "rounds y to multiples of k, halves to the even one.", out: "y", operands: []string{"y"}, numbers: []string{"k"},
			body: alone(func(x, k []reg.VecVirtual) { rounded(x[0], k[0]) })},
		{name: "rail", doc: "limits y to ±rail, counting, and then to ±limit, and rounds it to multiples of step.", out: "y", operands: []string{"y"},
			numbers: []string{"rail", "limit", "step"}, returns: "int64",
			body: func(l *lanewise, x, k []reg.VecVirtual) reg.VecVirtual {
				y := limited(clip(l, x, k), k[1])
				rounded(y, k[2])
				return y
			}},
		{name: "topBits", doc: "returns the largest |x| as bits.", operands: []string{"x"}, returns: "uint32",
			body: func(l *lanewise, x, _ []reg.VecVirtual) reg.VecVirtual {
				VANDPS(avx2.constant(1<<31-1), x[0], x[0])
				VPMAXUD(x[0], l.top, l.top)
				return nil
			}},
	}
}
