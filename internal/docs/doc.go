// Package docs holds the tests of docs/fabric.md: that its tables are what the
// machine computes, that it gives every setting of a chip with its default, and
// that the commands, keys, tests and functions that it names exist. It has no code
// of its own. The language's page is package spec's.
package docs
