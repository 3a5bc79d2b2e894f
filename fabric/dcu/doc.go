// Package dcu is the digital control unit: it interprets a fabric program's
// instructions, chooses physical modules, computes the loss, keeps the
// optimizer's state, writes pulses, calibrates, and counts what happened. Circuits
// and tiles compute; this package decides when, on what and at which scale. It
// reads no files: batches come from the caller.
package dcu
