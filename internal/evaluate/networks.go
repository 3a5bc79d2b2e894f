package evaluate

import (
	"fmt"

	"acl/fabric/ledger"
)

// Networks by the recipe of the ledger, beside their digital baselines.

func networkForm() Form {
	return Form{
		Name: "ledger.network", Source: ledgerSource,
		Doc: "training a network on one sample by the recipe (converters after every layer, pulse trains at every position, layers in series): " +
			"energy with its band, time, and for int8, fp16 and fp32 the energy of a digital machine and its ratio to the analog one",
		Result: "a record of energies, a time and plain numbers", Example: "ledger.network(layers = [[784, 256, 1], [256, 10, 1]], batch = 32)",
		Params: []Param{
			{Name: "layers", Kind: Matrix, Dim: none, Limit: Positive, Doc: "rows, columns and positions of each layer"},
			{Name: "activations", Kind: Whole, Limit: NotNegative, Default: whole(0), Doc: "values that functional modules make; 0 for one an output of a layer"},
			n("batch", "samples that share an update of the digital machine").or(32),
			q("reuse", none, "of a word that the digital machine fetches").or(ledger.DefaultReuse).positive(),
			{Name: "gated", Kind: Switch, Key: "opamp.gated", Doc: "amplifiers are off between uses"},
			costs(),
		},
		run: network,
	}
}

func network(a *args) (Value, error) {
	net, err := netOf(a)
	if err != nil {
		return nil, err
	}
	table, err := ledger.Lookup(a.word("costs"))
	if err != nil {
		return nil, err
	}
	chip := *a.on()
	chip.Opamp.Gated = a.flag("gated")
	r := ledger.RecipeOf(&chip, table)
	tally := r.Sample(net)
	analog := r.Bill(tally).Total()
	out := Record{{"analog", joules(analog)}, {"time", number(tally.Time(), second)}}
	work := net.Work(a.count("batch"))
	for _, p := range ledger.Precisions {
		digital := p.TrainStep(work, a.num("reuse"))
		out = append(out, Field{p.Name, number(digital, energy)}, Field{p.Name + "_ratio", number(digital/analog.Value, none)})
	}
	return out, nil
}

// netOf reads the layers of a call.
func netOf(a *args) (ledger.Net, error) {
	rows, flat := a.matrix("layers")
	if flat && len(rows[0]) == 0 {
		return ledger.Net{}, fmt.Errorf("no layers: there has to be at least one")
	}
	net, outputs := ledger.Net{Activations: a.count("activations")}, 0
	for i, l := range rows {
		if len(l) != 3 {
			return net, fmt.Errorf("layer %d has %d numbers: rows, columns and positions are three", i, len(l))
		}
		for _, v := range l {
			if v != float64(int(v)) || v > 1<<24 {
				return net, fmt.Errorf("layer %d has %g: rows, columns and positions are whole numbers of at most 2^24", i, v)
			}
		}
		net.Layers = append(net.Layers, ledger.Layer{Rows: int(l[0]), Cols: int(l[1]), Positions: int(l[2])})
		outputs += int(l[1]) * int(l[2])
	}
	if net.Activations == 0 {
		net.Activations = outputs
	}
	return net, nil
}
