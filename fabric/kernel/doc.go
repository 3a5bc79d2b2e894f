// Package kernel holds the numeric kernels of the machine, in float32: matrix
// products and convolutions with their gradients and a fused read-out, pooling,
// element-wise operations and reductions, and counter-based noise. It knows no
// physics and imports nothing of the project; packages array and module call it.
//
// Every result is the same for any number of workers and on every machine. Each
// output element has one fixed order of accumulation. Sums of products are chains of
// fused multiply-adds; elsewhere products and sums are rounded one by one (products
// are written float32(a*b), which forbids a fused multiply-add), functions such as exp
// are own polynomials, and sums over a tensor run over fixed parts. No kernel
// allocates.
//
// Where its caller allows it, a convolution of 3×3 taps at stride 1 whose terms share
// one read-out is summed by Winograd's algorithm, in less than half of the time. That
// is another order of sums, with a tolerance of its own, and is chosen by the shape
// and the read-out: what was said of workers and machines holds for it as well.
//
// Layouts: matrices are row-major; images are pixel-major, N×H×W×C (NHWC);
// weights are inputs × outputs, those of a convolution (KH·KW·C)×M with row
// (ky·KW+kx)·C+c. Lengths that do not fit the given dimensions panic.
//
// The innermost loops come in sets: portable Go (micro.go, vector.go), AVX2 and
// AVX-512. The fastest that the processor has is chosen at start-up; ACL_KERNEL, or
// Set, chooses another. All sets give the same bits. The assembly is written by
// internal/asmgen, a module of its own that "go generate" runs, and by nothing else.
//
// Portable code makes a fused multiply-add of one multiplication and one addition in
// float64, and of a rounding to odd where these would round twice.
package kernel
