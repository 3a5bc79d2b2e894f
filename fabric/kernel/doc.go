// Package kernel holds the numeric kernels of the machine, in float32: matrix
// products and convolutions with their gradients and a fused read-out, pooling,
// element-wise operations and reductions, and counter-based noise. It knows no
// physics and imports nothing of the project; packages array and module call it.
//
// Every result is the same for any number of workers and on every machine. Each
// output element has one fixed order of accumulation, products and sums are
// rounded one by one (products are written float32(a*b), which forbids a fused
// multiply-add), functions such as exp are own polynomials, and sums over a
// tensor run over fixed parts. No kernel allocates.
//
// Layouts: matrices are row-major; images are pixel-major, N×H×W×C (NHWC);
// weights are inputs × outputs, those of a convolution (KH·KW·C)×M with row
// (ky·KW+kx)·C+c. Lengths that do not fit the given dimensions panic.
//
// The innermost loops stand in micro.go, the one file that an implementation in
// assembly replaces.
package kernel
