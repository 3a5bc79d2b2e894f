package cmd

import (
	"fmt"
	"io"
	"strings"
)

// printDiff writes the lines that differ, a run of them at a time: those that go
// with a minus, those that come with a plus. White space is all that a formatter
// changes, so that lines pair up by order.
func printDiff(w io.Writer, name, before, after string) {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	fmt.Fprintf(w, "--- %s\n+++ %s\n", name, name)
	table := common(a, b)
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && table[i+1][j] >= table[i][j+1]:
			fmt.Fprintf(w, "%d-%s\n", i+1, a[i])
			i++
		default:
			fmt.Fprintf(w, "%d+%s\n", j+1, b[j])
			j++
		}
	}
}

// common is the length of the longest common subsequence of a[i:] and b[j:].
func common(a, b []string) [][]int32 {
	table := make([][]int32, len(a)+1)
	for i := range table {
		table[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	return table
}
