package dcu

import (
	"slices"
	"testing"

	"acl/fabric"
	"acl/fabric/array"
)

// A dead column of a tile that arrays take turns on is dead for all that have one there.
func TestDeadColumnsOfSharedTiles(t *testing.T) {
	p := &fabric.Program{Arrays: []fabric.Array{
		{Path: "a", Rows: 4, Cols: 40, Tiles: []fabric.Cut{{Tile: 0, Rows: 4, Cols: 30}, {Tile: 1, Rows: 4, Col: 30, Cols: 10}}},
		{Path: "b", Rows: 4, Cols: 20, Tiles: []fabric.Cut{{Tile: 0, Rows: 4, Cols: 20}}},
	}}
	p.Chip.Faults.Columns = 15
	dead := deadColumns(p)
	a, b := dead[0][0], dead[1][0]
	if len(a) != 15 {
		t.Errorf("%d dead columns of the array that has them all, want 15", len(a))
	}
	for _, d := range a {
		if other := (array.Dead{Col: d.Col}); d.Col < 20 && !slices.Contains(b, other) {
			t.Errorf("column %d of tile 0 is dead for one array only", d.Col)
		}
	}
	if len(b) == 0 || slices.ContainsFunc(b, func(d array.Dead) bool { return !slices.Contains(a, d) }) {
		t.Errorf("columns dead for the second array: %v, for the first: %v", b, a)
	}
}
