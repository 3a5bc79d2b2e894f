package fabric

import (
	"cmp"
	"slices"
)

// owner is the first array that a tile was found to hold a cut of.
type owner struct {
	array int
	kind  string
}

func (v *verifier) arrays() {
	owners := map[int]owner{}
	swapped := v.swapped()
	for i := range v.p.Arrays {
		a := &v.p.Arrays[i]
		if a.Rows < 1 || a.Cols < 1 || a.FanIn < 0 {
			v.fault("array a%d %s: %dx%d, fan-in %d", i, a.Path, a.Rows, a.Cols, a.FanIn)
			continue
		}
		if a.Digital != nil {
			v.digital(i, a)
			continue
		}
		v.cuts(i, "tile", a.Tiles)
		v.cuts(i, "grad", a.Grad)
		v.cuts(i, "copy", a.Copy)
		if len(a.Grad) > 0 && !slices.EqualFunc(a.Tiles, a.Grad, sameCut) {
			v.fault("array a%d %s: its gradient tiles are cut otherwise than its weights", i, a.Path)
		}
		v.protection(i, a)
		for _, kind := range cutKinds {
			v.claim(owners, swapped, owner{i, kind})
		}
	}
	if limit := v.p.Chip.TileLimit(); len(owners) > limit {
		v.fault("arrays: %d tiles are used, the chip has %d", len(owners), limit)
	}
}

// digital checks an array of the control unit: a name a row, those that learn
// first, and no tiles.
func (v *verifier) digital(i int, a *Array) {
	if len(a.Digital) != a.Rows {
		v.fault("array a%d %s: %d digital rows of %d", i, a.Path, len(a.Digital), a.Rows)
	}
	if len(a.Tiles)+len(a.Grad)+len(a.Copy)+len(a.Twins) > 0 || a.Bias || a.Protect != nil {
		v.fault("array a%d %s: it is digital, and has tiles, a bias row or a protection", i, a.Path)
	}
	for j, row := range a.Digital {
		if j > 0 && a.Digital[j-1].Statistic && !row.Statistic {
			v.fault("array a%d %s: %s learns, and follows the statistic %s", i, a.Path, row.Name, a.Digital[j-1].Name)
		}
		if !finite(row.Start) {
			v.fault("array a%d %s: %s starts at %g", i, a.Path, row.Name, row.Start)
		}
	}
}

func sameCut(a, b Cut) bool {
	return a.Row == b.Row && a.Rows == b.Rows && a.Col == b.Col && a.Cols == b.Cols
}

// cutKinds are what an array's cuts are for.
var cutKinds = []string{"tile", "grad", "copy", "twin"}

func (a *Array) cuts(kind string) []Cut {
	switch kind {
	case "tile":
		return a.Tiles
	case "grad":
		return a.Grad
	case "twin":
		return a.Twins
	}
	return a.Copy
}

// swapped tells which arrays the running lists load: those may take turns on a
// tile.
func (v *verifier) swapped() map[int]bool {
	in := map[int]bool{}
	for _, list := range [][]Instr{v.p.Train, v.p.Eval} {
		for i := range list {
			if list[i].Op == OpLoad {
				in[list[i].Array] = true
			}
		}
	}
	return in
}

// claim notes the tiles of one kind of an array's cuts, and reports those that
// another has.
func (v *verifier) claim(owners map[int]owner, swapped map[int]bool, me owner) {
	a := &v.p.Arrays[me.array]
	for _, c := range a.cuts(me.kind) {
		first, taken := owners[c.Tile]
		if !taken {
			owners[c.Tile] = me
			continue
		}
		if first.array != me.array && first.kind == "tile" && me.kind == "tile" && swapped[first.array] && swapped[me.array] {
			continue
		}
		v.fault("array a%d %s: %s %d holds a cut of a%d %s already", me.array, a.Path, me.kind, c.Tile,
			first.array, v.p.Arrays[first.array].Path)
	}
}

// cuts checks that the cuts of one kind lie within their array and tiles and cover
// the array once.
func (v *verifier) cuts(i int, kind string, list []Cut) {
	if len(list) == 0 {
		return
	}
	a, c := &v.p.Arrays[i], &v.p.Chip
	good := true
	for _, cut := range list {
		switch {
		case cut.Row < 0 || cut.Col < 0 || cut.Rows < 1 || cut.Cols < 1 || cut.Rows > a.Rows-cut.Row || cut.Cols > a.Cols-cut.Col:
			v.fault("array a%d %s: %s %d holds rows %d+%d, columns %d+%d of %dx%d", i, a.Path, kind, cut.Tile,
				cut.Row, cut.Rows, cut.Col, cut.Cols, a.Rows, a.Cols)
			good = false
		case cut.Tile < 0 || cut.Tile >= c.TileLimit():
			v.fault("array a%d %s: there is no tile %d", i, a.Path, cut.Tile)
		case !c.Ideal && !fits(cut, a.room(c.Tiles.Size, kind), kind):
			v.fault("array a%d %s: %s %d holds %dx%d, more than its %dx%d", i, a.Path, kind, cut.Tile,
				cut.Rows, cut.Cols, c.Tiles.Size.H, c.Tiles.Size.W)
		}
	}
	if good && !covers(list, a.Rows, a.Cols) {
		v.fault("array a%d %s: its %s cuts do not cover it just once", i, a.Path, kind)
	}
}

// room is what a tile leaves for a cut: checksum columns take theirs.
func (a *Array) room(size Size, kind string) Size {
	if a.Protect != nil && (kind == "tile" || kind == "twin") {
		size.W -= a.Protect.Checks
	}
	return size
}

// protection checks what guards an array, and that its copies are cut like it.
func (v *verifier) protection(i int, a *Array) {
	g := a.Protect
	if g == nil {
		if len(a.Twins) > 0 {
			v.fault("array a%d %s: it has copies and no protection", i, a.Path)
		}
		return
	}
	if g.Copies < 1 || g.Checks < 0 || g.Checks > 2 || g.Rewrite < 0 || !finite(g.Threshold) || g.Threshold <= 0 ||
		!slices.Contains([]string{"mean", "median", "majority"}, g.Vote) ||
		!slices.Contains([]string{"retry", "spare", "move", "stop"}, g.Repair) {
		v.fault("array a%d %s: copies=%d vote=%s checks=%d threshold=%g repair=%s rewrite=%d is no protection",
			i, a.Path, g.Copies, g.Vote, g.Checks, g.Threshold, g.Repair, g.Rewrite)
		return
	}
	n := len(a.Tiles)
	if len(a.Twins)%max(n, 1) != 0 || n > 0 && len(a.Twins)/n != g.Copies-1 {
		v.fault("array a%d %s: %d twin cuts for %d copies of %d tiles", i, a.Path, len(a.Twins), g.Copies, n)
		return
	}
	for c := 0; c < len(a.Twins); c += n {
		v.cuts(i, "twin", a.Twins[c:c+n])
		if !slices.EqualFunc(a.Tiles, a.Twins[c:c+n], sameCut) {
			v.fault("array a%d %s: copy %d is cut otherwise than its weights", i, a.Path, c/n+1)
		}
	}
}

// fits reports whether a cut fits a tile. A copy may lie transposed.
func fits(c Cut, size Size, kind string) bool {
	return c.Rows <= size.H && c.Cols <= size.W || kind == "copy" && c.Cols <= size.H && c.Rows <= size.W
}

// covers reports whether cuts within rows×cols lie side by side and fill it. Those
// that begin in lower rows are compared with the ones that still reach there.
func covers(list []Cut, rows, cols int) bool {
	sorted := slices.SortedFunc(slices.Values(list), func(a, b Cut) int {
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col))
	})
	left := float64(rows) * float64(cols) // exact: an array of 2^53 cells fits no chip
	var open []Cut
	for _, c := range sorted {
		open = slices.DeleteFunc(open, func(o Cut) bool { return o.Row+o.Rows <= c.Row })
		for _, o := range open {
			if c.Col < o.Col+o.Cols && o.Col < c.Col+c.Cols {
				return false
			}
		}
		open = append(open, c)
		left -= float64(c.Rows) * float64(c.Cols)
	}
	return left == 0
}
