package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lockstep writes kernels whose work on a register takes long: the instructions of n
// chains of it alternate, so that one works while the others wait.
type lockstep struct {
	vectors
	n int
}

// chains is a register of each chain, choices a register of lanes, places one in memory.
type (
	chains  []reg.VecVirtual
	choices []Op
	places  []Mem
)

func (g *lockstep) regs() chains { return g.list(g.n) }

func (g *lockstep) choices() (c choices) {
	for range g.n {
		c = append(c, K())
	}
	return c
}

// do writes an instruction for all chains. Operands that are not of chains are the
// same for all.
func (g *lockstep) do(write func(ops ...Op), operands ...any) {
	for i := range g.n {
		ops := make([]Op, len(operands))
		for k, o := range operands {
			switch o := o.(type) {
			case chains:
				ops[k] = o[i]
			case choices:
				ops[k] = o[i]
			case places:
				ops[k] = o[i]
			default:
				ops[k] = o.(Op)
			}
		}
		write(ops...)
	}
}

// ofTwo and ofThree are instructions of as many operands as do writes them.
func ofTwo(f func(a, b Op)) func(ops ...Op) { return func(ops ...Op) { f(ops[0], ops[1]) } }

func ofThree(f func(a, b, c Op)) func(ops ...Op) {
	return func(ops ...Op) { f(ops[0], ops[1], ops[2]) }
}

// inst is an instruction, and its form of AVX-512 for an operand in memory that is one
// word for all lanes.
type inst struct{ lanes, word func(ops ...Op) }

var (
	addPS    = inst{VADDPS, VADDPS_BCST}
	subPS    = inst{VSUBPS, VSUBPS_BCST}
	mulPS    = inst{VMULPS, VMULPS_BCST}
	maxPS    = inst{VMAXPS, VMAXPS_BCST}
	addWord  = inst{VPADDD, VPADDD_BCST}
	subWord  = inst{VPSUBD, VPSUBD_BCST}
	lessProd = inst{VFNMADD231PS, VFNMADD231PS_BCST}
	fused    = inst{VFMADD132PS, VFMADD132PS_BCST}
	lessTurn = inst{VFNMADD132PS, VFNMADD132PS_BCST}
)

// by writes an instruction for all chains whose first operand is a word in memory.
func (g *lockstep) by(i inst, word Mem, operands ...any) {
	f := i.lanes
	if g.wide() {
		f = i.word
	}
	g.do(f, append([]any{word}, operands...)...)
}

// all copies a word in memory to all lanes.
func (g *lockstep) all(word Mem, to chains) {
	for _, x := range to {
		if g.wide() {
			VPBROADCASTD(word, x)
		} else {
			VMOVUPS(word, x)
		}
	}
}

// masking is the conjunction of bits.
func (g *lockstep) masking() inst { return inst{g.and, VPANDD_BCST} }

// inverting is the exclusive or of bits.
func (g *lockstep) inverting() inst { return inst{g.xor, VPXORD_BCST} }

// constant is a word in memory, as by takes it.
func (g *lockstep) constant(word uint32) Mem {
	if g.wide() {
		return oneWord(word)
	}
	return g.vectors.constant(word)
}

func (g *lockstep) number(x float32) Mem { return g.constant(math.Float32bits(x)) }
