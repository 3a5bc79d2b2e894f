// Package repl is the interactive session: declarations that may be redefined,
// expressions with quantities, and commands that show what the compiler and the
// machine make of them. Session knows no terminal; Loop reads entries from a
// LineReader, a terminal's or a script's alike.
//
// The session keeps the text of every declaration. An entry is put among the others
// and the whole is compiled again, so that what depends on a declaration is checked
// anew; where that gives an error the session stays as it was.
package repl
