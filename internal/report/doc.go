// Package report puts what a program was compiled to, an evaluation and a
// finished run on a page of text. It computes no result of its own.
package report
