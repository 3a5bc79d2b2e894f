// Package ir holds the module graph: what is computed, before anything is said
// about a chip. Nodes lie in one slice in topological order and name their
// operands by index; shapes are known; each node keeps the place in the source
// and the instance path that it came from. A graph holds forward nodes and,
// after differentiation, their gradient nodes. Print and Parse are inverse;
// Verify states what every pass may rely on.
package ir
