package evaluate

import (
	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/ledger"
	"acl/lang/quantity"
)

// Tiles: their statistics, reads device by device, and lines with wires.

const arraySource = "docs/fabric.md §4; package array"

func tileRows() Param {
	return n("rows", "inputs that a column sums").from("tiles.size", func(c *fabric.Chip) float64 { return float64(c.Tiles.Size.H) })
}

func readBound() Param {
	return q("bound", none, "range of the read-out: the sum of w x at the rail; 0 for the chip's, else 20").or(0).notNegative()
}

func arrayForms() []Form {
	return []Form{
		statsForm(),
		columnForm(),
		rowForm(),
		scalar("array.bound", arraySource, "the narrowest range of 2.5, 5, 10 and 20 that holds a sum of w x, or the one that the chip fixes", none,
			sure(func(a *args) float64 { return array.ChooseBound(a.on(), a.num("largest")) }), "array.bound(largest = 3)",
			q("largest", none, "magnitude of a normalised sum").notNegative()).ofChip(),
		scalar("array.lsb", arraySource, "the step of a converter over ± a limit", none,
			sure(func(a *args) float64 { return array.LSB(a.count("bits"), a.num("limit")) }), "array.lsb(bits = 8, limit = 20)",
			Param{Name: "bits", Kind: Whole, Key: "adc.bits", Limit: NotNegative, Doc: "of the converter; 0 for none"},
			q("limit", none, "of its range").or(array.MaxBound).positive()),
		{
			Name: "array.snr", Source: "docs/fabric.md §9; package ledger",
			Doc:    "the signal of one raw read over its noise, in dB and as bits",
			Result: "a record of two plain numbers", Example: "array.snr(rows = 128, x = 0.3, w = 0.3)",
			Params: []Param{tileRows(), readBound(), q("x", none, "rms of the inputs").or(0.3).positive(), q("w", none, "rms of the weights").or(0.3).positive()},
			run: func(a *args) (Value, error) {
				db, bits := ledger.ReadSNR(a.on(), a.count("rows"), a.num("bound"), a.num("x"), a.num("w"))
				return Record{{"decibels", number(db, none)}, {"bits", number(bits, none)}}, nil
			},
		},
		vector("array.ladder", "docs/fabric.md §4; circuit.LadderShares",
			"the share of a line's drive that each of its cells gets, the nearest first, in closed form: all cells alike", none,
			func(a *args) ([]float64, error) {
				return circuit.LadderShares(a.count("n"), a.num("r"), a.num("g"))
			}, "array.ladder(n = 8, r = 1Ohm, g = 2uS)", ladderParams()...),
		vector("array.solve", "Kirchhoff's law at each cell of the line",
			"the voltage at each cell of a line that is driven at one end through a wire, the nearest first: cells of any conductance", volt,
			func(a *args) ([]float64, error) { return circuit.SolveLine(a.num("v"), a.num("r"), a.list("g")) },
			"array.solve(g = [2uS, 1uS, 4uS], r = 1kOhm)",
			q("v", volt, "drive").key("rail.input"), qs("g", quantity.Conductance, "of each cell, to a node at 0V").notNegative(),
			q("r", ohm, "of the wire before each cell").key("tiles.wire").notNegative()),
	}
}

func statsForm() Form {
	return Form{
		Name: "array.stats", Source: arraySource,
		Doc: "the statistics of a tile's read-out in normalised sums of w x: gain and sd of the gain, sd of offset, of noise, " +
			"of a cell's mismatch, of what a column has in common, and of a write",
		Result: "a record of plain numbers", Example: "array.stats(chips.fabric45, rows = 128)",
		Params: []Param{tileRows(), readBound()},
		run: func(a *args) (Value, error) {
			s := array.StatsOf(a.on(), a.count("rows"), a.num("bound"))
			return Record{
				{"gain", number(s.Gain, none)}, {"gain_sigma", number(s.GainSigma, none)}, {"offset", number(s.Offset, none)},
				{"noise", number(s.Read, none)}, {"mismatch", number(s.Mismatch, none)}, {"column", number(s.Column, none)},
				{"write", number(s.Write, none)},
			}, nil
		},
	}
}

func columnForm() Form {
	return scalar("array.column", "docs/fabric.md §3; circuit.Column",
		"the output of a column of a tile, device by device: R_f β Σ w x with finite gain", volt, column,
		"array.column(x = [0.1V, -0.2V, 0.25V], w = [0.2V, -0.3V, 0.1V], feedback = 400kOhm)",
		join([]Param{
			qs("x", volt, "inputs; plain numbers are shares of rail.input").share("rail.input"),
			qs("w", volt, "weights; plain numbers are shares of rail.weight").share("rail.weight"),
			feedback(), overdrive(), exactness(),
		}, vcrParams(), ampParams())...)
}

func cellsOf(a *args, count int) []circuit.Cell {
	cells := make([]circuit.Cell, count)
	for i := range cells {
		cells[i] = circuit.Cell{Plus: vcrOf(a), Minus: vcrOf(a)}
	}
	return cells
}

func column(a *args) (float64, error) {
	side := circuit.Side{Amp: ampOf(a), Feedback: a.num("feedback")}
	w, x := a.list("w"), a.list("x")
	c := circuit.Column{
		Plus: side, Minus: side, Cells: cellsOf(a, len(w)), Mid: a.num("threshold") + a.num("overdrive"), Pair: a.on().Tiles.Readout == "pair",
	}
	if a.word("form") == "tensor" {
		return c.Tensor(w, x)
	}
	return c.Exact(w, x)
}

func rowForm() Form {
	return scalar("array.row", "docs/fabric.md §4; circuit.Row",
		"the output of a transposed read of the same cells, which adds the square terms of plain triodes; "+
			"with `dummy` a row of zero weights is subtracted", volt,
		func(a *args) (float64, error) {
			w, delta := a.list("w"), a.list("delta")
			r := circuit.Row{
				Side:  circuit.Side{Amp: ampOf(a), Feedback: a.num("feedback")},
				Cells: cellsOf(a, len(w)), Mid: a.num("threshold") + a.num("overdrive"),
			}
			if a.flag("dummy") {
				return r.Corrected(w, delta)
			}
			return r.Exact(w, delta)
		}, "array.row(delta = [0.08V, -0.12V], w = [0.15V, 0.35V], feedback = 1MOhm, law = triode)",
		join([]Param{
			qs("delta", volt, "drives; plain numbers are shares of rail.input").share("rail.input"),
			qs("w", volt, "weights; plain numbers are shares of rail.weight").share("rail.weight"),
			{Name: "dummy", Kind: Switch, Default: Bool(false), Doc: "subtract a row of zero weights"},
			feedback(), overdrive(),
		}, vcrParams(), ampParams())...)
}
