// Package fitting finds the law of a weight cell in a measured pulse curve: what
// each programming pulse did to its weight, as a table of a CSV file. The law is
// LinearStep (physics.md §3.2), the one that package array computes with: an up
// pulse adds s_up (1 + σ ξ) - slope_up w, a down pulse takes s_down (1 + σ ξ) +
// slope_down w, and the weight stays within bounds.
//
// Command `acl fit` is its caller.
package fitting
