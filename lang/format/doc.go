// Package format lays out the text of a program. It works on tokens, not on the
// tree: every token and comment stays, only the white space between them changes.
// It is idempotent, keeps what the writer lined up in columns, and refuses a text
// that does not parse. `acl fmt` and editors call it.
package format
