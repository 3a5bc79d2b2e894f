// Package house holds the rules of the tree to tests: which package may import
// which, that each says what lives in it, that files stay short, and that every
// part of the machine that keeps something says what. It has no code of its own;
// `go test ./internal/house` reads the tree and names each place that breaks a
// rule.
package house
