package kernel

//go:generate go run -C internal/asmgen . -set avx2 -out ../../avx2_amd64.s -stubs ../../avx2_amd64.go -pkg kernel
//go:generate go run -C internal/asmgen . -set avx512 -out ../../avx512_amd64.s -stubs ../../avx512_amd64.go -pkg kernel

// active is the set in use.
var active set

// Bits of the processor's features (Intel's manual, volume 2, CPUID; volume 1,
// chapter 13, XGETBV).
const (
	hasXSave  = 1<<12 | 1<<27 | 1<<28  // leaf 1, C: FMA, OSXSAVE, AVX
	hasPOPCNT = 1 << 23                // leaf 1, C
	hasAVX2   = 1<<5 | 1<<8            // leaf 7, B: AVX2, BMI2
	hasAVX512 = 1<<16 | 1<<17 | 1<<31  // leaf 7, B: F, DQ, VL
	savesYMM  = 1<<1 | 1<<2            // XGETBV
	savesZMM  = savesYMM | 1<<5 | 3<<6 // XGETBV
)

// features is the best set of this processor and system.
var features = detect()

func detect() set {
	if leaves, _, _, _ := cpuid(0, 0); leaves < 7 {
		return setPortable
	}
	_, _, c, _ := cpuid(1, 0)
	_, b, _, _ := cpuid(7, 0)
	if !all(c, hasXSave|hasPOPCNT) || !all(b, hasAVX2) {
		return setPortable
	}
	switch saved := xgetbv(); {
	case all(saved, savesZMM) && all(b, hasAVX512):
		return setAVX512
	case all(saved, savesYMM):
		return setAVX2
	}
	return setPortable
}

func all(word, bits uint32) bool { return word&bits == bits }

func supported(s set) bool { return s <= features }
