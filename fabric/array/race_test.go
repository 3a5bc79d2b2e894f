//go:build race

package array

// racing tells that the race detector is on.
const racing = true
