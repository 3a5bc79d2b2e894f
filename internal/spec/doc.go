// Package spec reads docs/spec.md, the specification of the language, so that it
// can be held to what the compiler does: its rules by number, its programs, and
// its tables of units and settings, which are written from the one table of
// signatures in package stdlib. The tests here check every program of the page;
// package conformance asks that every rule has cases. Nothing here runs a program.
package spec
