// Package diag holds what the compiler tells a user about the text of a
// program: messages with a place, a label, related places, a hint and a stable
// code. It renders them for a terminal and as JSON lines. It decides nothing
// about programs; every phase of the compiler returns its messages in a List.
package diag
