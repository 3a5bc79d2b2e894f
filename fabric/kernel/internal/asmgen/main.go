// Command asmgen writes the assembly of package kernel: the same kernels once for AVX2 and
// once for AVX-512. It is a module of its own, so that the project does not depend
// on the assembler's library. "go generate" in package kernel runs it.
package main

import (
	"flag"
	"log"

	"github.com/mmcloughlin/avo/build"
)

func main() {
	set := flag.String("set", "avx2", "set of instructions: avx2 or avx512")
	flag.Parse()
	v, ok := map[string]vectors{"avx2": avx2, "avx512": avx512}[*set]
	if !ok {
		log.Fatalf("asmgen: unknown set %q", *set)
	}
	build.ConstraintExpr("amd64")
	for _, t := range v.tiles() {
		t.panel()
		t.outer()
	}
	for _, t := range v.grids() {
		t.grid()
	}
	v.lineOuter()
	v.normals()
	v.addNormals()
	v.sense()
	v.uniforms()
	v.fires()
	for _, t := range transforms(v) {
		v.transform(t)
	}
	for _, w := range wides() {
		v.wide64(w)
	}
	v.census()
	if v.wide() {
		cellPulsesWide()
	} else {
		for _, l := range lanewises() {
			l.write()
		}
		for _, c := range cellwises() {
			c.write()
		}
		cellPulses()
		coincide()
		cellsTogether()
		addRows()
		sumSquares()
		largestOf("largest", false)
		largestOf("largestSum", true)
		winners()
		flip()
		cpu()
	}
	build.Generate()
}
