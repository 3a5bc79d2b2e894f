// Package syntax reads the text of a program into a tree: what was typed, with
// the place of every part and nothing resolved. participle stands behind Parse
// and is seen nowhere else. It does not know which names, keys or units exist;
// package check does.
package syntax
