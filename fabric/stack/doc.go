// Package stack is the capacitor storage of intermediate values (physics.md §7):
// every sample in flight has a frame, a push writes a value onto the frame's
// capacitors with kT/C noise, and what is read later has drooped by the time that
// it was held. A frame is last in, first out, with peeks for values that several
// gradient modules read. What does not fit, or is not on top, is a Trap of the
// control unit. The samples of a batch go through the same motions, so their
// frames are handled together. Package dcu drives it.
package stack
