// Package lsp is the language server: `acl lsp` speaks the Language Server Protocol
// 3.17 over a pair of streams, so that an editor shows what `acl check` would say
// while a program is typed, the shapes at each hop, and where names come from. Serve
// is all that the command calls.
//
// One goroutine reads messages, one answers them in their order; a message that
// cancels is seen while others wait. A document is checked when nothing waits, so
// that fast typing costs one check, with the texts that are open in place of the
// files on disk.
//
// Text of the library is read-only and lies in no file. A client that sends
// initializationOptions {"library": "acl"} gets places in it as acl:/std/nn.acl, and
// the text by the request acl/text with {"uri": ..}, answered by {"text": ..}. For
// others the server writes the library into a temporary folder, removed at the end,
// when it is asked for a place there first.
//
// Positions of the protocol count UTF-16 code units and lines; those of package
// source count bytes. Only lines.go turns one into the other.
package lsp
