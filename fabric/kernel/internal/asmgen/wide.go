package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// wide writes a kernel over n elements, a multiple of four, that reckons in float64.
// floats are operands in float32, doubles those in float64, numbers what is the same
// for all. Body leaves in them, four lanes each, what the kernel writes to the
// operands named in out; it finds nothing in one named y that is last.
type wide struct {
	name, doc               string
	out                     []string
	floats, doubles, number []string
	body                    func(f, d, k []reg.VecVirtual)
}

func (w *wide) write() {
	TEXT(w.name+"AVX2", NOSPLIT, w.signature())
	Pragma("noescape")
	Doc(w.name + "AVX2 " + w.doc)
	n := Load(Param("n"), GP64()).(reg.GPVirtual)
	places := map[string]reg.GPVirtual{}
	for _, name := range append(append([]string{}, w.floats...), w.doubles...) {
		places[name] = Load(Param(name), GP64()).(reg.GPVirtual)
	}
	var k []reg.VecVirtual
	for _, name := range w.number {
		a, err := Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		all := YMM()
		VBROADCASTSD(a.Addr, all)
		k = append(k, all)
	}
	at := GP64()
	XORQ(at, at)
	Label("loop")
	float := func(name string) Mem { return Mem{Base: places[name], Index: at, Scale: 4} }
	double := func(name string) Mem { return Mem{Base: places[name], Index: at, Scale: 8} }
	f, d := avx2.list(len(w.floats)), avx2.list(len(w.doubles))
	for i, name := range w.floats {
		if name != "y" || i == 0 {
			VCVTPS2PD(float(name), f[i])
		}
	}
	for i, name := range w.doubles {
		VMOVUPD(double(name), d[i])
	}
	w.body(f, d, k)
	for _, out := range w.out {
		for i, name := range w.floats {
			if name == out {
				narrow := XMM()
				VCVTPD2PSY(f[i], narrow)
				VMOVUPS(narrow, float(name))
			}
		}
		for i, name := range w.doubles {
			if name == out {
				VMOVUPD(d[i], double(name))
			}
		}
	}
	ADDQ(U8(4), at)
	CMPQ(at, n)
	JLT(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

func (w *wide) signature() string {
	var list []string
	for _, kind := range []struct {
		names []string
		of    string
	}{{w.floats, " *float32"}, {w.doubles, " *float64"}, {w.number, " float64"}} {
		if len(kind.names) > 0 {
			list = append(list, strings.Join(kind.names, ", ")+kind.of)
		}
	}
	return "func(" + strings.Join(list, ", ") + ", n int)"
}

// wides are the kernels of the control unit's norms.
func wides() []*wide {
	return []*wide{
		{name: "addWide", doc: "adds x to sum.", out: []string{"sum"}, floats: []string{"x"}, doubles: []string{"sum"},
			body: func(f, d, _ []reg.VecVirtual) { VADDPD(f[0], d[0], d[0]) }},
		{name: "addSpread", doc: "adds (x - mean)² to sum.", out: []string{"sum"}, floats: []string{"x"}, doubles: []string{"sum", "mean"},
			body: func(f, d, _ []reg.VecVirtual) {
				VSUBPD(d[1], f[0], f[0])
				VMULPD(f[0], f[0], f[0])
				VADDPD(f[0], d[0], d[0])
			}},
		{name: "addDots", doc: "adds a to sum and a·b to dot.", out: []string{"sum", "dot"},
			floats: []string{"a", "b"}, doubles: []string{"sum", "dot"},
			body: func(f, d, _ []reg.VecVirtual) {
				VADDPD(f[0], d[0], d[0])
				VMULPD(f[1], f[0], f[0])
				VADDPD(f[0], d[1], d[1])
			}},
		{name: "affine", doc: "writes slope·x + shift to y.", out: []string{"y"}, floats: []string{"x", "y"}, doubles: []string{"slope", "shift"},
			body: func(f, d, _ []reg.VecVirtual) {
				VMULPD(d[0], f[0], f[1])
				VADDPD(d[1], f[1], f[1])
			}},
		{name: "standard", doc: "writes (k·x - mean)·inv to y.", out: []string{"y"},
			floats: []string{"x", "y"}, doubles: []string{"mean", "inv"}, number: []string{"k"},
			body: func(f, d, k []reg.VecVirtual) {
				VMULPD(k[0], f[0], f[0])
				VSUBPD(d[0], f[0], f[0])
				VMULPD(d[1], f[0], f[1])
			}},
		{name: "without", doc: "brings y to gain·(y - first - x·second).", out: []string{"y"},
			floats: []string{"y", "x"}, doubles: []string{"gain", "first", "second"},
			body: func(f, d, _ []reg.VecVirtual) {
				VSUBPD(d[1], f[0], f[0])
				VMULPD(d[2], f[1], f[1])
				VSUBPD(f[1], f[0], f[0])
				VMULPD(d[0], f[0], f[0])
			}},
		{name: "scaleWide", doc: "writes k·x to y.", out: []string{"y"}, floats: []string{"x", "y"}, number: []string{"k"},
			body: func(f, _, k []reg.VecVirtual) { VMULPD(k[0], f[0], f[1]) }},
	}
}
