// Package conformance runs the cases of the language: txtar files under
// lang/conformance, CHAPTER/name.txtar, each of which holds programs and what
// comes of them. The first line of a case names the rules of docs/spec.md that it
// shows. Its sections:
//
//	in.acl          the program
//	other.acl       a file that it uses
//	fixed.golden    the program once the fixes of its errors are made: it has none left
//	checked.golden  what the checks settled: parameters, settings layer over layer
//	ir.golden       the graph of the module that stands last, without places
//	fabric.golden   the fabric programs of the train and infer blocks
//	out.golden      what running the train blocks came to
//
// A message that is expected stands as a comment in its line, with its code, its
// column where that matters, and a part of its text:
//
//	route x -> y;   //! E0203 @14 "two drivers"
//
// Several are parted by semicolons; `//!^` speaks of the line above. Messages that
// are expected and do not come fail a case, and so do others that come. Data files
// are not read but by out.golden. Commands and tests call Run.
package conformance
