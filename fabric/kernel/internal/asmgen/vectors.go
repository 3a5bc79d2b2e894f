package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vectors is a set of instructions: how wide its registers are, and how the few
// things are done that differ between sets.
type vectors struct {
	name  string
	lanes int // floats a register
	regs  int
}

var (
	avx2   = vectors{name: "AVX2", lanes: 8, regs: 16}
	avx512 = vectors{name: "AVX512", lanes: 16, regs: 32}
)

func (v vectors) wide() bool { return v.lanes == 16 }
func (v vectors) bytes() int { return 4 * v.lanes }

// reg is a fresh vector register.
func (v vectors) reg() reg.VecVirtual {
	if v.wide() {
		return ZMM()
	}
	return YMM()
}

// constant is a vector of equal words in memory.
func (v vectors) constant(word uint32) Mem {
	name := fmt.Sprintf("word%08x%s", word, v.name)
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for i := range v.lanes {
		DATA(4*i, U32(word))
	}
	constants[name] = m
	return m
}

// oneWord is a word in memory.
func oneWord(word uint32) Mem {
	name := fmt.Sprintf("word%08x", word)
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	DATA(0, U32(word))
	constants[name] = m
	return m
}

var constants = map[string]Mem{}

// counting is the vector first, first+1, ..
func (v vectors) counting(first int) Mem {
	name := fmt.Sprintf("from%d%s", first, v.name)
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for i := range v.lanes {
		DATA(4*i, U32(first+i))
	}
	constants[name] = m
	return m
}

// number is constant of a float32.
func (v vectors) number(x float32) Mem { return v.constant(math.Float32bits(x)) }

// spread copies a word of memory or of a register to all lanes.
func (v vectors) spread(from reg.GPVirtual) reg.VecVirtual {
	x, y := XMM(), v.reg()
	VMOVD(from.As32(), x)
	VPBROADCASTD(x, y)
	return y
}

// list is n fresh vector registers.
func (v vectors) list(n int) []reg.VecVirtual {
	l := make([]reg.VecVirtual, n)
	for i := range l {
		l[i] = v.reg()
	}
	return l
}

// mask selects the first lanes of a register; nil selects all.
type mask reg.Register

// masks is the table from which AVX2 takes its masks: eight set lanes, then eight
// clear ones.
var masks Mem

// tail is the mask of the first n lanes, 0 < n < lanes. It destroys n.
func (v vectors) tail(n reg.GPVirtual) mask {
	if v.wide() {
		m, ones := K(), GP32()
		MOVL(U32(0xffff), ones)
		BZHIL(n.As32(), ones, ones)
		KMOVW(ones, m)
		return m
	}
	if masks.Base == nil {
		masks = GLOBL("masksAVX2", RODATA|NOPTR)
		for i := range 16 {
			word := U32(0)
			if i < 8 {
				word = ^word
			}
			DATA(4*i, word)
		}
	}
	m, table := YMM(), GP64()
	LEAQ(masks, table)
	NEGQ(n)
	VMOVUPS(Mem{Base: table, Index: n, Scale: 4, Disp: 32}, m)
	return m
}

// load reads a vector; lanes outside the mask are zero and not touched.
func (v vectors) load(from Mem, to reg.VecVirtual, m mask) {
	switch {
	case m == nil:
		VMOVUPS(from, to)
	case v.wide():
		VMOVUPS_Z(from, m, to)
	default:
		VMASKMOVPS(from, m, to)
	}
}

// store writes the lanes in the mask.
func (v vectors) store(from reg.VecVirtual, to Mem, m mask) {
	switch {
	case m == nil:
		VMOVUPS(from, to)
	case v.wide():
		VMOVUPS(from, m, to)
	default:
		VMASKMOVPS(from, m, to)
	}
}
