package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// Operations on bits have names of their own in AVX-512.

func (v vectors) xor(o ...Op) {
	if v.wide() {
		VPXORD(o...)
	} else {
		VPXOR(o[0], o[1], o[2])
	}
}

func (v vectors) or(o ...Op) {
	if v.wide() {
		VPORD(o...)
	} else {
		VPOR(o[0], o[1], o[2])
	}
}

func (v vectors) and(o ...Op) {
	if v.wide() {
		VPANDD(o...)
	} else {
		VPAND(o[0], o[1], o[2])
	}
}
