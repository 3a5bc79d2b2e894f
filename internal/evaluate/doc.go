// Package evaluate computes expressions with quantities, chips and the machine's
// own formulas: what `acl eval` and the session print. One table of forms
// (circuit.multiply, cell.pulses, array.stats, ledger.mvm) holds parameters,
// dimensions and defaults; it feeds evaluation, the pages of `acl doc` and
// completion. The formulas themselves are those of fabric's rooms, which the
// machine runs on: none is written here a second time.
//
// An expression is the language's own (package syntax); it is computed here and not
// by check.Eval because programs have no functions of numbers.
package evaluate
