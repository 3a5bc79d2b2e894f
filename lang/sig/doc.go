// Package sig says what a signature of a primitive is: its ports, parameters,
// dimensions and shape rule, and what a key of a settings block accepts. The
// tables are filled by package stdlib, the one place that knows a primitive;
// check, lowering, documentation and completion read them here.
package sig
