package evaluate

import (
	"fmt"

	"acl/fabric"
	"acl/fabric/ledger"
)

// Energy, time and area by the recipe of the ledger.

const ledgerSource = "docs/fabric.md §9; package ledger"

func joules(a ledger.Amount) Number {
	return banded(a, energy)
}

func recipeOf(a *args) (ledger.Recipe, error) {
	name := a.word("costs")
	table, err := ledger.Lookup(name)
	if err != nil {
		return ledger.Recipe{}, err
	}
	return ledger.RecipeOf(a.on(), table), nil
}

func costs() Param {
	return Param{Name: "costs", Kind: Word, Key: "costs", Doc: "table of costs"}
}

// priced is a form of the energy of a tally, with the band of the table.
func priced(name, doc, example string, tally func(*args, ledger.Recipe) *ledger.Tally, params ...Param) Form {
	return Form{
		Name: "ledger." + name, Source: ledgerSource, Doc: doc, Result: energy.Describe() + " with its band", Example: example,
		Params: append(params, costs()),
		run: func(a *args) (Value, error) {
			r, err := recipeOf(a)
			if err != nil {
				return nil, err
			}
			return joules(r.Bill(tally(a, r)).Total()), nil
		},
	}
}

// timed is the time of a tally.
func timed(name, doc, example string, tally func(*args, ledger.Recipe) *ledger.Tally, params ...Param) Form {
	return scalar("ledger."+name, ledgerSource, doc, second, func(a *args) (float64, error) {
		r, err := recipeOf(a)
		if err != nil {
			return 0, err
		}
		return tally(a, r).Time(), nil
	}, example, append(params, costs())...)
}

func tileParams() []Param {
	return []Param{
		n("rows", "inputs").from("tiles.size", func(c *fabric.Chip) float64 { return float64(c.Tiles.Size.H) }),
		n("cols", "outputs").from("tiles.size", func(c *fabric.Chip) float64 { return float64(c.Tiles.Size.W) }),
	}
}

func ledgerForms() []Form {
	tile, layer := tileParams(), append(tileParams(), n("positions", "of a sample").or(1))
	read := append(tileParams(), readBound())
	mvm := func(a *args, r ledger.Recipe) *ledger.Tally {
		return r.MVM(ledger.Forward, a.count("rows"), a.count("cols"), a.num("bound"))
	}
	update := func(a *args, r ledger.Recipe) *ledger.Tally { return r.Update(a.count("rows"), a.count("cols")) }
	readOut := func(a *args, r ledger.Recipe) *ledger.Tally { return r.ReadOut(a.count("rows"), a.count("cols")) }
	write := func(a *args, r ledger.Recipe) *ledger.Tally { return r.Write(a.count("rows"), a.count("cols")) }
	layers := func(a *args, r ledger.Recipe) *ledger.Tally {
		return r.Layer(ledger.Layer{Rows: a.count("rows"), Cols: a.count("cols"), Positions: a.count("positions")})
	}
	on128 := func(name string) string { return "ledger." + name + "(chips.fabric45, rows = 128, cols = 128)" }
	return append([]Form{
		priced("mvm", "the energy of one read of a tile, every row driven and every column converted", on128("mvm"), mvm, read...),
		timed("mvm_time", "the time of one read of a tile", on128("mvm_time"), mvm, read...),
		macForm(mvm, read),
		priced("update", "the energy of one train of stochastic pulses on a tile", on128("update"), update, tile...),
		timed("update_time", "the time of one train of stochastic pulses", on128("update_time"), update, tile...),
		priced("read_out", "the energy of a tile that is read by one-hot products, a row at a time", on128("read_out"), readOut, tile...),
		timed("read_out_time", "the time of reading a tile by one-hot products", on128("read_out_time"), readOut, tile...),
		priced("write", "the energy of writing a tile through its amplifiers", on128("write"), write, tile...),
		timed("write_time", "the time of writing a tile", on128("write_time"), write, tile...),
		priced("layer", "the energy of a layer's part of a training step for one sample: reads forward and back, and an update",
			"ledger.layer(chips.fabric45, rows = 785, cols = 256)", layers, layer...),
		timed("layer_time", "the time of a layer's part of a training step for one sample",
			"ledger.layer_time(chips.fabric45, rows = 785, cols = 256)", layers, layer...),
		mlpForm(), networkForm(),
	}, accountForms()...)
}

func macForm(mvm func(*args, ledger.Recipe) *ledger.Tally, params []Param) Form {
	f := priced("mac", "the energy of one multiply-accumulate: that of a read over its cells",
		"ledger.mac(chips.fabric45, rows = 128, cols = 128)", mvm, params...)
	whole := f.run
	f.run = func(a *args) (Value, error) {
		v, err := whole(a)
		if err != nil {
			return nil, err
		}
		total, k := v.(Number), 1/(a.num("rows")*a.num("cols"))
		return joules(ledger.Amount{Value: total.Num, Low: total.Band.Low, High: total.Band.High}.Times(k)), nil
	}
	return f
}

func mlpForm() Form {
	f := priced("mlp", "the energy of training dense layers on one sample, in series, without biases",
		"ledger.mlp(chips.fabric45, widths = [784, 256, 10])", func(a *args, r ledger.Recipe) *ledger.Tally {
			var net ledger.Net
			w := a.list("widths")
			for i := range len(w) - 1 {
				net.Layers = append(net.Layers, ledger.Layer{Rows: int(w[i]), Cols: int(w[i+1]), Positions: 1})
				net.Activations += int(w[i+1])
			}
			return r.Sample(net)
		}, Param{Name: "widths", Kind: Wholes, Limit: Positive, Doc: "of the input and of each layer"})
	whole := f.run
	f.run = func(a *args) (Value, error) {
		if w := a.list("widths"); len(w) < 2 {
			return nil, fmt.Errorf("%d widths: an input and at least one layer have one each", len(w))
		}
		return whole(a)
	}
	return f
}

// accountForms are what the ledger knows besides the recipe.
func accountForms() []Form {
	return []Form{
		scalar("ledger.lambda", "docs/fabric.md §5; package ledger",
			"the weight decay a step that leak equals: step (1 - momentum)/(rate tau); above 1e-3 a warning, above 1e-2 an error", none,
			func(a *args) (float64, error) {
				if m := a.num("momentum"); m >= 1 {
					return 0, fmt.Errorf("momentum = %g: it is below 1", m)
				}
				return ledger.LambdaEq(a.num("step"), a.num("momentum"), a.num("rate"), a.num("tau")), nil
			}, "ledger.lambda(step = 6.7us, rate = 0.1, tau = 2s)",
			q("step", second, "time of a step").notNegative(), q("momentum", none, "of the optimizer").or(0).notNegative(),
			q("rate", none, "largest learning rate").positive(),
			q("tau", second, "time constant of the leak").positive().from("that of the chip's cells", ledger.Tau)),
		baselineForm(),
		figureForm(),
		areaForm(),
	}
}

func baselineForm() Form {
	var names []string
	for _, p := range ledger.Precisions {
		names = append(names, p.Name)
	}
	return scalar("ledger.baseline", ledgerSource, "the energy of one sample on a digital machine", energy,
		func(a *args) (float64, error) {
			w := ledger.Work{MACs: int64(a.num("macs")), Activations: int64(a.num("activations")), Weights: int64(a.num("weights")), Batch: a.count("batch")}
			for _, p := range ledger.Precisions {
				if p.Name != a.word("precision") {
					continue
				}
				if a.word("task") == "answer" {
					return p.Answer(w, a.num("reuse")), nil
				}
				return p.TrainStep(w, a.num("reuse")), nil
			}
			panic("evaluate: precision " + a.word("precision"))
		}, "ledger.baseline(fp16, macs = 203264, activations = 266, weights = 203264, batch = 32)",
		words("precision", "number format", "", names...),
		Param{Name: "macs", Kind: Whole, Limit: NotNegative, Doc: "multiply-accumulates of a sample, forward"},
		Param{Name: "activations", Kind: Whole, Limit: NotNegative, Default: whole(0), Doc: "values that the forward pass makes"},
		Param{Name: "weights", Kind: Whole, Limit: NotNegative, Default: whole(0), Doc: "that an update changes"},
		n("batch", "samples that share an update").or(1),
		q("reuse", none, "of a word that is fetched").or(ledger.DefaultReuse).positive(),
		words("task", "a training step, or an answer", "training", "training", "answer"))
}

func figureForm() Form {
	return Form{
		Name: "ledger.figure", Source: ledgerSource, Doc: "a figure of a table of costs, with its band; `acl doc ledger --sources` lists them",
		Result: "a quantity with its band", Example: "ledger.figure(\"SRAM byte\")",
		Params: []Param{{Name: "name", Kind: Word, Doc: "of the figure"}, costs()},
		run: func(a *args) (Value, error) {
			table, err := ledger.Lookup(a.word("costs"))
			if err != nil {
				return nil, err
			}
			f, ok := table.Figure(a.word("name"), a.on())
			if !ok {
				return nil, fmt.Errorf("name = %q: %s has the figures %s", a.word("name"), table.Name, figureNames(table))
			}
			return figure(f), nil
		},
	}
}

func areaForm() Form {
	f := Form{
		Name: "ledger.area", Source: ledgerSource, Doc: "the silicon of a number of whole tiles with their periphery, and of the control unit's memory",
		Result: "an area (m2) with its band", Example: "ledger.area(chips.fabric45, tiles = 1)",
		Params: []Param{n("tiles", "whole tiles").or(1), {Name: "held", Kind: Whole, Limit: NotNegative, Default: whole(0), Doc: "values on the stack"}, costs()},
		run: func(a *args) (Value, error) {
			table, err := ledger.Lookup(a.word("costs"))
			if err != nil {
				return nil, err
			}
			return banded(ledger.AreaOf(a.on(), table, a.count("tiles"), a.count("held")).Band(), area), nil
		},
	}
	return f.ofChip()
}
