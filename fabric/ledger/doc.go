// Package ledger keeps the machine's accounts. While it runs, the machine counts
// events as integers (Book): by instance, instruction, phase and kind. Joules,
// seconds, area and bands are computed from the counts afterwards with a named
// cost table (Price, Table), so a finished run can be priced anew. The same prices
// serve the closed recipe of physics.md §9 (Recipe), which the digital baseline
// (Precision, Work) is set against, in plain sentences with what they rest on
// (Verdict, Compare). LambdaEq is the leak of weights over a step as a decay.
// Timing says how long instructions take; package dcu and the scheduler use it.
//
// The book is package dcu's to fill; reports and the session read it.
package ledger
