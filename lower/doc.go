// Package lower turns a checked program into a fabric program by named passes:
// instances, gradients, tiles, places, buses, instructions. It is the one place
// that sees both the language and the machine. Every pass states its idea and its
// invariants, and is verified after.
package lower
