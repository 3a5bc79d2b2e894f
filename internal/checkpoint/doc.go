// Package checkpoint keeps the state of a machine in a file: Save writes the
// fields of a fabric.State, Open reads and checks a file, Restore puts it back,
// all of it or nothing. WriteFile replaces a file as a whole, so that whoever
// reads it, after whatever interruption, finds the old text or the new one.
//
// What does not live here: which parts have a state (they say so themselves), when
// checkpoints are taken and how many are kept (the training loop's), and weights
// for other programs (package safetensors).
package checkpoint
