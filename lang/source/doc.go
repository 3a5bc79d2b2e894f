// Package source holds source files and places in them. A Span is the least a
// message needs to point at what somebody typed. Every package may import it;
// it imports nothing of ours.
package source
