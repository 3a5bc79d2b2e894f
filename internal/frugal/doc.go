// Package frugal holds the law that no text, however it is made, costs the compiler
// more than a gibibyte. Fuzz tests call Check around what they try.
package frugal
