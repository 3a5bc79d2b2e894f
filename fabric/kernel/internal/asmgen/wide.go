package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// wide writes a kernel that reckons in float64 over rows of floats, ld apart: over the
// first n of each, whole vectors of doubles. Operands in doubles and numbers are the same
// for all rows. Body leaves in them, half as many lanes as floats have, what the kernel
// writes to the operands named in out; it finds nothing in one named y that is last.
type wide struct {
	name, doc               string
	out                     []string
	floats, doubles, number []string
	body                    func(f, d, k []reg.VecVirtual)
}

func (v vectors) wide64(w *wide) {
	TEXT(w.name+v.name, NOSPLIT, w.signature())
	Pragma("noescape")
	Doc(w.name + v.name + " " + w.doc)
	n, ld, rows := argument("n"), argument("ld"), argument("rows")
	places := map[string]reg.GPVirtual{}
	for _, name := range append(append([]string{}, w.floats...), w.doubles...) {
		places[name] = argument(name)
	}
	var k []reg.VecVirtual
	for _, name := range w.number {
		a, err := Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		all := v.reg()
		VBROADCASTSD(a.Addr, all)
		k = append(k, all)
	}
	SHLQ(U8(2), ld)
	at := GP64()
	Label("row")
	XORQ(at, at)
	Label("loop")
	v.wideStep(w, places, at, k)
	ADDQ(U8(v.lanes/2), at)
	CMPQ(at, n)
	JLT(LabelRef("loop"))
	for _, name := range w.floats {
		ADDQ(ld, places[name])
	}
	DECQ(rows)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// wideStep does the vector from element at on.
func (v vectors) wideStep(w *wide, places map[string]reg.GPVirtual, at reg.GPVirtual, k []reg.VecVirtual) {
	float := func(name string) Mem { return Mem{Base: places[name], Index: at, Scale: 4} }
	double := func(name string) Mem { return Mem{Base: places[name], Index: at, Scale: 8} }
	f, d := v.list(len(w.floats)), v.list(len(w.doubles))
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
				VMOVUPS(v.narrow(f[i]), float(name))
			}
		}
		for i, name := range w.doubles {
			if name == out {
				VMOVUPD(d[i], double(name))
			}
		}
	}
}

// narrow is doubles as floats.
func (v vectors) narrow(x reg.VecVirtual) reg.VecVirtual {
	if v.wide() {
		y := YMM()
		VCVTPD2PS(x, y)
		return y
	}
	y := XMM()
	VCVTPD2PSY(x, y)
	return y
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
	return "func(" + strings.Join(list, ", ") + ", n, ld, rows int)"
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
		{name: "subWide", doc: "subtracts k·x from y.", out: []string{"y"}, floats: []string{"y", "x"}, number: []string{"k"},
			body: func(f, _, k []reg.VecVirtual) {
				VMULPD(k[0], f[1], f[1])
				VSUBPD(f[1], f[0], f[0])
			}},
		{name: "scaleWide", doc: "writes k·x to y.", out: []string{"y"}, floats: []string{"x", "y"}, number: []string{"k"},
			body: func(f, _, k []reg.VecVirtual) { VMULPD(k[0], f[0], f[1]) }},
	}
}
