// Package quantity computes with numbers that carry a unit: 1.2pF, 400V/us,
// 12nV/rtHz. Values are float64 in SI with a dimension beside them. It knows
// units and prefixes, not where a program may use them.
package quantity
