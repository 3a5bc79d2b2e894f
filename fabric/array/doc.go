// Package array computes capacitor cross-point tiles at the array level
// (physics.md §3-5): the statistics of a tile derived from its circuit, signed
// weights on capacitor pairs with the cell's update law, forward and transposed
// reads with the errors of their periphery folded into effective weights, leak,
// write errors, calibration, and the gradient tiles. It names the noise streams
// (Kind) of the whole machine.
//
// Tensors are float32. A tile holds normalised weights, ±1 for the full
// differential voltage; a Matrix holds one parameter array, which may span
// several tiles, and its factor Alpha between normalised and logical weights.
// The products themselves are package kernel's, the closed forms of the
// periphery package circuit's. Package module reads tiles, package dcu loads,
// calibrates and updates them.
package array
