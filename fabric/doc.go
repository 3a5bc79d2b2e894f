// Package fabric describes the machine that computes: a chip with its settings
// (Chip), and a program for it (Program): resources, placement and the
// instructions of the digital control unit, with a text form that prints and
// re-parses. It knows no language and no network graph; package lower builds a
// Program, package dcu interprets it. The rooms below hold the machine's parts.
package fabric
