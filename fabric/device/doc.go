// Package device computes a program at the circuit level (physics.md §2-§4): every
// transistor of every cell, every amplifier, junction and capacitor by its closed
// form, in float64, one sample after the other. It is what `fidelity: circuit`
// runs on, for small programs, and what the statistics of package array are held
// against.
//
// The control unit (package dcu) keeps schedule, clock, ledger, ranges and loss
// targets; it calls a Machine where an instruction computes. Units that this level
// has no circuit for are refused by package lower, by Supports.
package device
