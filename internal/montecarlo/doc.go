// Package montecarlo measures one analog unit on many dies: what the mismatch of a
// chip's devices does to it, each device drawn by itself and the unit computed by
// the closed forms of package circuit, not by the statistics that arrays compute
// with. Those are set beside the result where they exist, so that they can be
// judged (physics.md §11, acceptance 3).
//
// A die is its number: the same number draws the same devices, whatever else is
// measured. Command `acl montecarlo` is its caller.
package montecarlo
