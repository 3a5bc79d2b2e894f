// Package verify holds tests of the whole machine through its real path: the text
// of a program, compiled and lowered by package job, run by the control unit of
// package dcu. What the machine computes is compared with float64 references
// written here, which share no code with it. The package exports nothing.
package verify
