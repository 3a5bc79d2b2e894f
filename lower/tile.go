package lower

import (
	"strings"

	"acl/fabric"
	"acl/ir"
	"acl/lang/diag"
	"acl/lang/source"
)

// The tile pass cuts every parameter matrix into cross-point tiles. A unit's
// weights and its bias lie in one array, the bias as a last row that is driven
// by 1; units that share parameters share the array. Rows are cut at the tile's
// rows, columns at its columns; a cut never shares a tile with another array, so
// that a tile's read-out belongs to one layer. A program that learns needs a
// gradient tile for each weight tile, and a dedicated transposed copy one more.
// Tensors that are no weights of sums (without a fan-in) take no tiles: the control
// unit holds them as numbers.

// arrays returns the arrays of a graph and, for each node, the index of its
// array or -1.
func arrays(g *ir.Graph) ([]fabric.Array, []int, []source.Span) {
	var list []fabric.Array
	var spans []source.Span
	of := make([]int, len(g.Nodes))
	byParam := map[ir.ParamID]int{}
	for i := range g.Nodes {
		n := &g.Nodes[i]
		of[i] = -1
		if len(n.Params) == 0 {
			continue
		}
		w := n.Params[0]
		if at, ok := byParam[w]; ok {
			of[i] = at
			continue
		}
		of[i] = len(list)
		byParam[w] = len(list)
		list = append(list, arrayOf(g, n))
		spans = append(spans, n.Origin)
	}
	return list, of, spans
}

// arrayOf is the array of a node's tensors.
func arrayOf(g *ir.Graph, n *ir.Node) fabric.Array {
	p := &g.Params[n.Params[0]]
	if p.FanIn == 0 {
		return digital(g, n)
	}
	a := fabric.Array{
		Path: strings.TrimSuffix(p.Path, ".w"), Rows: p.Shape[0], Cols: p.Shape[1], FanIn: p.FanIn,
	}
	if len(n.Params) > 1 {
		a.Rows, a.Bias = a.Rows+1, true
	}
	return a
}

// digital is an array of the control unit: a row for each tensor of a node, and
// for each running statistic of a batch norm, which starts as PyTorch's does.
func digital(g *ir.Graph, n *ir.Node) fabric.Array {
	var a fabric.Array
	for _, id := range n.Params {
		p := &g.Params[id]
		dot := strings.LastIndexByte(p.Path, '.')
		a.Path, a.Cols = p.Path[:max(dot, 0)], p.Elements()
		a.Digital = append(a.Digital, fabric.Vector{Name: p.Path[dot+1:], Start: p.Init})
	}
	if n.Op == opBatchnorm {
		a.Digital = append(a.Digital, fabric.Vector{Name: "mean", Statistic: true},
			fabric.Vector{Name: "variance", Start: 1, Statistic: true})
	}
	a.Rows = len(a.Digital)
	return a
}

// opBatchnorm is the one primitive that computes with statistics of a batch.
const opBatchnorm = "nn.batchnorm"

// cut lays an array on tiles from the given one on, row blocks first, and
// returns the next free tile.
func cut(a *fabric.Array, size fabric.Size, tile int) ([]fabric.Cut, int) {
	var cuts []fabric.Cut
	for row := 0; row < a.Rows; row += size.H {
		for col := 0; col < a.Cols; col += size.W {
			cuts = append(cuts, fabric.Cut{
				Tile: tile, Row: row, Rows: min(size.H, a.Rows-row), Col: col, Cols: min(size.W, a.Cols-col),
			})
			tile++
		}
	}
	return cuts, tile
}

// room is what a tile has for the columns of an array: its checksums take theirs.
func room(f *fabric.Program, a *fabric.Array) fabric.Size {
	size := f.Chip.Tiles.Size
	if a.Protect != nil {
		size.W -= a.Protect.Checks
	}
	return size
}

// twins is the number of copies of an array besides itself.
func twins(a *fabric.Array) int {
	if a.Protect == nil {
		return 0
	}
	return a.Protect.Copies - 1
}

// cutAll lays weights, their copies, gradients and copies on the chip's tiles. When they do not
// fit, weights take turns where the schedule has them do so, else the diagnostic names the
// array that is the first without room. It returns the number of tiles that they take.
func (s *State) cutAll(spans []source.Span, key source.Span) (need int, diags diag.List) {
	f := s.Fab
	count := f.Chip.TileLimit()
	need, short := s.lay(count)
	if need <= count {
		if it := s.swaps(); it != nil {
			diags.Add(diag.Warnf(codeNoEffect, it.KeySpan, "`swap` lets weights take turns on tiles, and the chip %s has some for each", f.Chip.Name))
		}
		return need, diags
	}
	stay, largest := need-f.Tiles, 0 // gradient tiles and copies, and the most that one array takes
	for i := range f.Arrays {
		largest = max(largest, len(f.Arrays[i].Tiles))
	}
	if against, _ := s.unswappable(); s.swaps() != nil && against == nil && largest+stay <= count {
		takeTurns(f, count-stay)
		return count, nil
	}
	if key.IsZero() {
		key = spans[short]
	}
	a := &f.Arrays[short]
	diags.Add(s.crowded(diag.Errorf("E0501", key, "%s needs %d tiles of %dx%d, and the chip %s has %d",
		f.Name, need, f.Chip.Tiles.Size.H, f.Chip.Tiles.Size.W, f.Chip.Name, count).
		WithLabel("too few tiles").
		WithRelated(spans[short], "%s (%d x %d) is the first that does not fit", a.Path, a.Rows, a.Cols), need, largest+stay))
	return need, diags
}

// lay gives all that takes tiles tiles of its own, weights first. It returns their number,
// and the first array that does not fit a chip of count tiles.
func (s *State) lay(count int) (tile, short int) {
	f := s.Fab
	short = -1
	lay := func(i int, dst *[]fabric.Cut) {
		if f.Arrays[i].Digital != nil {
			return
		}
		*dst, tile = cut(&f.Arrays[i], room(f, &f.Arrays[i]), tile)
		if tile > count && short < 0 {
			short = i
		}
	}
	for i := range f.Arrays {
		lay(i, &f.Arrays[i].Tiles)
	}
	for i := range f.Arrays {
		for range twins(&f.Arrays[i]) {
			var cuts []fabric.Cut
			lay(i, &cuts)
			f.Arrays[i].Twins = append(f.Arrays[i].Twins, cuts...)
		}
	}
	f.Tiles = tile
	if f.Learn == nil {
		return tile, short
	}
	for i := range f.Arrays {
		if f.Plan.Update != "pulsed" || f.Learn.Optimizer.Kind == "two_array" {
			lay(i, &f.Arrays[i].Grad)
		}
	}
	f.GradTiles = tile - f.Tiles
	if f.Plan.Gradient == "dedicated" {
		for i := range f.Arrays {
			lay(i, &f.Arrays[i].Copy)
		}
	}
	return tile, short
}
