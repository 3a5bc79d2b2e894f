// Package module computes what one firing of a functional module, or of its
// gradient module, does to a batch: on kernels and tiles, with the errors of
// physics.md §4.3. A module knows its unit, its fixed differences between devices
// and the record that its gradient module needs; it knows no schedule, no stack
// and no instruction. The control unit calls it.
package module
