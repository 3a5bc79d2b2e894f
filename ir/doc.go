// Package ir holds the module graph: what is computed, before anything is said
// about a chip. Nodes lie in one slice in topological order and name their
// operands by index; shapes are known; each node keeps the place in the source
// and the instance path that it came from. A graph holds forward nodes and,
// after differentiation, their gradient nodes. Print and Parse are inverse;
// Verify states what every pass may rely on. Package lower builds graphs and
// turns them into fabric programs; nothing here knows a chip or a syntax tree.
//
// # Text form
//
// The text has one line for the graph, then one for each parameter tensor, port,
// loss, node and port of a dissolved instance (with the operands, node:index, that
// it feeds). Blank lines and lines that begin with // are skipped.
//
//	graph digits.Digits
//	param c1.w [9, 16] fan_in=9
//	param n1.gain [16] init=1.0
//	in x %0 [1, 8, 8] @digits.acl:22:3-22:21
//	out y %8 [10] @digits.acl:23:3-23:15
//	loss %9
//	%0 x = input : [1, 8, 8] @digits.acl:22:3-22:21
//	%1 c1 = nn.conv(width=16, kernel=3x3) %0{via=1@"digits.acl:31:22-31:28" scale=2} : [16, 8, 8] params(c1.w c1.b) macs=9216 @digits.acl:31:14-31:16
//	%2 c1' = param_grad nn.conv(width=16, kernel=3x3) %7 : [] params(c1.w c1.b) of %1 saved(%0) @-
//	%3 a' = data_grad nn.add %7 : [10] of %6 operand 1 @-
//	entry mix1.x %5:0 %7:0
//
// A node's line reads: index, instance path, role (none for a forward node),
// operation with its arguments, operands with the directives of their wires (a bus
// with the place that names it),
// shape, tensors, multiply-accumulates, the node that a gradient belongs to with
// the operand, what it reads from the stack, and its place in the source, which
// runs to the end of the line. A part that says nothing is left out. Names that
// are not plain are quoted.
//
// Values are ints 3, floats 0.5, sizes 3x3, true and false, "strings", words,
// ranges 0 .. 31, lists [1, 2], quantities 0.3<4,2,-6,-2,0,0> in SI units with the
// doubled exponents of their dimension, and module(M), name(n), call(f, ..).
package ir
