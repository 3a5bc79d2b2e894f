// Package docs holds the tests of the pages: that the tables of docs/fabric.md are
// what the machine computes, that it gives every setting of a chip with its default,
// that the commands, files, keys, tests and functions that pages name exist, and that
// README's run prints what README shows. It has no code of its own. The language's
// page is package spec's.
package docs
