// Package bench times training steps of whole programs on the simulated machine:
// samples a second, and allocations a step. Rows are drawn, not read, so that it
// needs no data set and measures the machine alone.
//
//	go test ./bench -bench . -benchtime 20x -count 5
package bench
