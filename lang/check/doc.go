// Package check resolves the names of a program and its imports, types its
// parameters and settings, and evaluates what is constant. It checks
// definitions; shapes, drivers and instances are found by lower.Elaborate. It
// never sees a graph or a chip.
package check
