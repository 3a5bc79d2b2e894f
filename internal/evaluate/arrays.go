package evaluate

import (
	"fmt"

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
				if cells := a.count("n"); cells > mostItems {
					return nil, fmt.Errorf("n = %d: a list has at most %d items", cells, mostItems)
				}
				return circuit.LadderShares(a.count("n"), a.num("r"), a.num("g"))
			}, "array.ladder(n = 8, r = 1Ohm, g = 2uS)", ladderParams()...),
		solveForm(),
		managedForm(),
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

// solveForm is a line, or a tile with the wires of both its sides.
func solveForm() Form {
	return Form{
		Name: "array.solve", Source: "Kirchhoff's law at each node; circuit.SolveLine, circuit.Crossbar",
		Doc: "cells of any conductance with their wires. A list is a line to a node at 0V, driven at one end: the voltage at each cell, the " +
			"nearest first. A list of rows is a tile, its rows driven at one end and its columns read at 0V at the other: the current " +
			"out of each column, and the voltages of row and column at each cell",
		Result:  "a list, each a voltage (V), or a record of lists",
		Example: "array.solve(v = [0.3V, 0.1V], g = [[2uS, 1uS], [4uS, 3uS]], r = 1Ohm)",
		Params: []Param{
			qs("v", volt, "drive of each row; one for all").key("rail.input"),
			{Name: "g", Kind: Matrix, Dim: quantity.Conductance, Limit: NotNegative, Doc: "of each cell"},
			q("r", ohm, "of the row's wire before each cell").key("tiles.wire").notNegative(),
			q("column", ohm, "of the column's wire after each cell of a tile").key("tiles.wire").notNegative(),
		},
		run: solve,
	}
}

func solve(a *args) (Value, error) {
	g, flat := a.matrix("g")
	v, r, column := drives(a), a.num("r"), a.num("column")
	if flat {
		if len(v) != 1 {
			return nil, fmt.Errorf("v has %d drives: a line has one", len(v))
		}
		out, err := circuit.SolveLine(v[0], r, g[0])
		return numbers(out, volt), err
	}
	for len(v) == 1 && len(v) < len(g) {
		for range len(g) - 1 {
			v = append(v, v[0])
		}
	}
	s, err := circuit.Crossbar{V: v, G: g, RowWire: r, ColWire: column}.Solve()
	if err != nil {
		return nil, err
	}
	return Record{{"current", numbers(s.Current, ampere)}, {"row", rowsOf(s.Row)}, {"column", rowsOf(s.Col)}}, nil
}

// drives are a list of voltages, or the one of a chip.
func drives(a *args) []float64 {
	if n, ok := a.get("v").(Number); ok {
		return []float64{n.Num}
	}
	return a.list("v")
}

func rowsOf(rows [][]float64) List {
	out := make(List, len(rows))
	for i, row := range rows {
		out[i] = numbers(row, volt)
	}
	return out
}

// managedForm is aihwkit's management of inputs and bounds about one column.
func managedForm() Form {
	return Form{
		Name: "array.managed", Source: "physics.md §8; aihwkit's noise management ABS_MAX and bound management ITERATIVE",
		Doc: "a read of a column that clips is repeated at half the inputs until it does not, and undone after: the sum of w x as read, how many " +
			"reads it took, the factor on the inputs, and whether the last still clipped",
		Result: "a record of three plain numbers and true or false", Example: "array.managed(x = [2, 1.5], w = [0.9, 0.9], bound = 1)",
		Params: []Param{
			qs("x", none, "inputs, of a full one"), qs("w", none, "weights, of a full one"), q("bound", none, "range of the read-out").or(array.MaxBound).positive(),
			{Name: "absmax", Kind: Switch, Default: Bool(true), Doc: "inputs are divided by their largest magnitude first"},
			n("reads", "at most").or(1000),
		},
		run: func(a *args) (Value, error) {
			m, err := array.Manage(a.list("x"), a.list("w"), a.num("bound"), a.flag("absmax"), a.count("reads"))
			if err != nil {
				return nil, err
			}
			return Record{{"sum", number(m.Sum, none)}, {"reads", whole(m.Reads)}, {"factor", number(m.Factor, none)}, {"clipped", Bool(m.Clipped)}}, nil
		},
	}
}
