// Package stdlib is the library that is part of the program: the text of the
// std.* files, and the one table of what a program may name. The table knows
// each primitive's ports, parameters, shape rule and stored tensors, each
// library function, and each key of a settings block with its type, dimension
// and bounds. Checking, elaboration, documentation and completion read it; it
// parses nothing and knows no chip.
package stdlib
