// Package circuit holds the closed forms of the machine's analog primitives
// (physics.md §2): amplifiers, voltage-controlled resistors, dividers, junctions,
// comparators, capacitors and the units made of them, device by device, in
// float64 and SI units. Voltages are relative to the analog common mode. From the
// same forms tile.go derives the statistics of an array's read-out (physics.md
// §4.1), so that a changed circuit parameter moves them.
//
// It draws no random numbers and knows no tensors. Packages array, module, stack
// and ledger call the statistics, which take a verified chip and return plain
// numbers; forms that a user's values can break return an error that names the
// value.
package circuit
