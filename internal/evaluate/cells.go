package evaluate

import (
	"fmt"
	"math"

	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/ledger"
)

// Cells: their law of update, their symmetry point, their leak.

const cellSource = "docs/fabric.md §5; package array"

// mostItems bounds the lists that forms give, and the rounds that they take.
const mostItems = 100000

// cellParams are those of a cell without spread; cellOf reads them.
func cellParams() []Param {
	return []Param{
		q("step", none, "of full weight, by one pulse at weight 0").key("cell.step").positive(),
		q("asymmetry", none, "slope of the step over the range").key("cell.asymmetry").notNegative(),
		q("imbalance", none, "share by which up pulses are larger, and down pulses smaller").or(0),
		q("scale", none, "of the steps of this cell, both ways").or(1).positive(),
		q("high", none, "bound above").or(1).positive(), q("low", none, "bound below").or(-1),
	}
}

// cellOf is the chip's nominal cell with the given step, slope and imbalance.
func cellOf(a *args) (array.Cell, error) {
	r := a.num("imbalance")
	if math.Abs(r) >= 1 {
		return array.Cell{}, fmt.Errorf("imbalance = %g: it has to lie within ±1", r)
	}
	high, low := a.num("high"), a.num("low")
	if low >= 0 {
		return array.Cell{}, fmt.Errorf("low = %g: the bound below has to be negative", low)
	}
	c, scale := array.Nominal(a.on()), a.num("scale")
	if scale <= math.Abs(r) {
		return array.Cell{}, fmt.Errorf("scale = %g, imbalance = %g: pulses of one sign would have no size", scale, r)
	}
	step := a.num("step")
	c.Up, c.Down = step*(scale+r), step*(scale-r)
	c.SlopeUp, c.SlopeDown = a.num("asymmetry")*c.Up/high, a.num("asymmetry")*c.Down/-low
	window := circuit.WeightWindow(a.on())
	c.Max, c.Min = min(high, window), max(low, -window)
	return c, nil
}

func cellForms() []Form {
	start := q("from", none, "weight at the start, of full weight").or(0)
	count := func(name, doc string) Param {
		return Param{Name: name, Kind: Whole, Limit: NotNegative, Default: whole(0), Doc: doc}
	}
	return []Form{
		vector("cell.pulses", cellSource, "the weight after each of a number of up pulses and then of down pulses, without noise", none, pulses,
			"cell.pulses(chips.ibm_capacitor, from = 0, up = 5)",
			join([]Param{start, count("up", "up pulses"), count("down", "down pulses, after them")}, cellParams())...),
		scalar("cell.symmetry", cellSource, "the weight that alternating pulses drive a cell to, where up and down steps are equal; it may lie beyond the bounds, and pulses end at the bound then: cell.alternate", none,
			func(a *args) (float64, error) {
				c, err := cellOf(a)
				if err == nil && a.num("asymmetry") == 0 {
					err = fmt.Errorf("asymmetry = 0: steps that do not depend on the weight are equal everywhere or nowhere")
				}
				return (c.Up - c.Down) / (c.SlopeUp + c.SlopeDown), err
			}, "cell.symmetry(imbalance = 3%)", cellParams()...),
		vector("cell.alternate", cellSource, "the weight after each of a number of pairs of an up and a down pulse, without noise: it settles at the symmetry point, or at a bound", none,
			alternate, "cell.alternate(chips.ibm_capacitor, pairs = 4, imbalance = 3%)", join([]Param{start, count("pairs", "pairs of pulses")}, cellParams())...),
		trainForm(),
		scalar("cell.leak", "docs/fabric.md §5; circuit.Droop", "what is left of a weight after a time", none,
			func(a *args) (float64, error) { return circuit.Droop(a.num("w"), a.num("time"), a.num("tau")) },
			"cell.leak(w = 0.5, time = 10ms)", q("w", none, "weight, of full weight").or(1),
			q("time", second, "that passes").notNegative(), q("tau", second, "time constant").positive().from("that of the chip's cells", ledger.Tau)),
		scalar("cell.tau", "docs/fabric.md §5; package ledger", "the time constant of a cell's leak: C V_W over the leak", second,
			func(a *args) (float64, error) {
				t := ledger.Tau(a.on())
				if math.IsInf(t, 1) {
					return t, fmt.Errorf("%s: cap.leak is off, so that nothing leaks by the clock", a.on().Name)
				}
				return t, nil
			}, "cell.tau(chips.fabric45)").ofChip(),
	}
}

func alternate(a *args) ([]float64, error) {
	pairs := a.count("pairs")
	c, w, err := cellFrom(a, 2*pairs)
	if err != nil {
		return nil, err
	}
	out := make([]float64, pairs)
	for i := range out {
		w, _ = c.Pulse(w, 1, 0, 0)
		w, _ = c.Pulse(w, -1, 0, 0)
		out[i] = w
	}
	return out, nil
}

// cellFrom is a cell, and the weight that it starts from, for a number of pulses.
func cellFrom(a *args, pulses int) (array.Cell, float64, error) {
	c, err := cellOf(a)
	if err != nil {
		return c, 0, err
	}
	if pulses > mostItems {
		return c, 0, fmt.Errorf("%d pulses: a list has at most %d", pulses, mostItems)
	}
	w := a.num("from")
	if w < c.Min || w > c.Max {
		return c, w, fmt.Errorf("from = %g: a weight of this cell lies in %g .. %g", w, c.Min, c.Max)
	}
	return c, w, nil
}

func pulses(a *args) ([]float64, error) {
	up, down := a.count("up"), a.count("down")
	c, w, err := cellFrom(a, up+down)
	if err != nil {
		return nil, err
	}
	out := make([]float64, 0, up+down)
	for i := range up + down {
		direction := 1
		if i >= up {
			direction = -1
		}
		w, _ = c.Pulse(w, direction, 0, 0)
		out = append(out, w)
	}
	return out, nil
}

// trainForm is the closed form of a train of stochastic pulses (Gokmen and Vlasov
// 2016): slots in which both lines happen to be high change the weight by one step.
func trainForm() Form {
	return Form{
		Name: "cell.stochastic", Source: "Gokmen and Vlasov, Front. Neurosci. 10:333 (2016); aihwkit's update management",
		Doc: "one train of stochastic pulses: mean and sd of the weight change by coincidences of two lines, with the steps of the weight before it, the chances that the lines fire in a slot, " +
			"and the slots that are sent",
		Result: "a record of plain numbers", Example: "cell.stochastic(x = 0.6, delta = 0.1, rate = 0.05)",
		Params: []Param{
			q("x", none, "drive of the row"), q("delta", none, "drive of the column"), q("rate", none, "learning rate").positive(),
			{Name: "slots", Kind: Whole, Key: "cell.pulses", Limit: Positive, Doc: "of a train; with `manage` at most"},
			q("step", none, "of full weight, by one pulse").key("cell.step").positive(),
			q("cycle", none, "sd of a step from pulse to pulse, of the step").key("cell.spread.cycle").notNegative(),
			q("w", none, "weight before the train, of full weight").or(0), q("asymmetry", none, "slope of the step over the range").key("cell.asymmetry").notNegative(),
			{Name: "manage", Kind: Switch, Key: "cell.management", Doc: "trains as short as the largest product needs, lines balanced"},
			q("x_max", none, "with `manage`: largest drive of a row; 0 for x").or(0).notNegative(),
			q("delta_max", none, "with `manage`: largest drive of a column; 0 for delta").or(0).notNegative(),
		},
		run: stochastic,
	}
}

func stochastic(a *args) (Value, error) {
	x, delta, step, cycle := a.num("x"), a.num("delta"), a.num("step"), a.num("cycle")
	xMax, deltaMax := math.Max(a.num("x_max"), math.Abs(x)), math.Max(a.num("delta_max"), math.Abs(delta))
	manage := a.flag("manage")
	if manage && (xMax == 0 || deltaMax == 0) {
		return nil, fmt.Errorf("x_max = %g, delta_max = %g: nothing drives the lines, so that no train is sent", xMax, deltaMax)
	}
	gainX, gainDelta, slots := array.ManageTrains(a.count("slots"), manage, a.num("rate")/step, xMax, deltaMax)
	row, col := math.Min(1, gainX*math.Abs(x)), math.Min(1, gainDelta*math.Abs(delta))
	p, n := row*col, float64(slots)
	sign := 1.0
	if x*delta < 0 {
		sign = -1
	}
	size := 1 - sign*a.num("asymmetry")*a.num("w") // of a step there, of the nominal one
	return Record{
		{"mean", number(sign*n*p*step*size, none)}, {"sd", number(step*math.Sqrt(n*(p*(1-p)*size*size+p*cycle*cycle)), none)},
		{"row", number(row, none)}, {"column", number(col, none)}, {"slots", number(n, none)},
	}, nil
}
