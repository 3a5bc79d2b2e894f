package evaluate

import (
	"fmt"

	"acl/fabric/ledger"
	"acl/lang/quantity"
)

// Parts of a chip by name: energies of events and modules, times, areas.

func partForms() []Form {
	elements := n("elements", "values that pass").or(1)
	comparisons := Param{Name: "comparisons", Kind: Whole, Limit: NotNegative, Default: whole(0), Doc: "that each takes: window - 1 of a maximum"}
	elementwise := func(a *args, r ledger.Recipe) *ledger.Tally {
		return r.Elementwise(a.count("elements"), a.count("comparisons"))
	}
	values := n("values", "each a pair of capacitors").or(1)
	reads := n("reads", "of known vectors").or(16)
	tile := tileParams()
	return []Form{
		priced("event", "the energy of events of one kind; of sums such as column_ns, of so many ns or mm",
			"ledger.event(adc, n = 128)", event, words("kind", "of the events", "", ledger.KindNames()...), q("n", none, "how many").or(1).notNegative()).ofChip(),
		priced("elementwise", "the energy of elements through a functional module: two amplifiers work 10 ns on each", "ledger.elementwise(elements = 10)", elementwise, elements, comparisons),
		timed("elementwise_time", "the time of elements through a functional module, as many at once as a bus has lanes", "ledger.elementwise_time(elements = 1000)", elementwise, elements, comparisons),
		priced("store", "the energy of values that are put on the stack and read once", "ledger.store(values = 64)",
			func(a *args, r ledger.Recipe) *ledger.Tally { return r.Store(a.count("values")) }, values),
		priced("calibration", "the energy of calibrating a tile by known vectors", "ledger.calibration(chips.fabric45, reads = 16)",
			func(a *args, r ledger.Recipe) *ledger.Tally {
				return r.Calibration(a.count("rows"), a.count("cols"), a.count("reads"))
			}, join(tile, []Param{reads})...),
		timed("calibration_time", "the time of calibrating a tile by known vectors", "ledger.calibration_time(chips.fabric45, reads = 16)",
			func(a *args, r ledger.Recipe) *ledger.Tally {
				return r.Calibration(a.count("rows"), a.count("cols"), a.count("reads"))
			}, join(tile, []Param{reads})...),
		alwaysOnForm(), breakEvenForm(), timeForm(), areasForm(),
		vector("ledger.hold_times", physicsSource+" §7; package ledger", "how long the stored value of each layer waits for its way back: the first one longest", second,
			func(a *args) ([]float64, error) {
				f, b := a.list("forward"), a.list("back")
				if len(f) != len(b) {
					return nil, fmt.Errorf("%d times forward and %d back: each layer has one of both", len(f), len(b))
				}
				return ledger.HoldTimes(f, b), nil
			}, "ledger.hold_times(forward = [1us, 2us], back = [3us, 4us])", qs("forward", second, "of each layer").notNegative(), qs("back", second, "of each layer").notNegative()),
		scalar("ledger.refresh_steps", "docs/fabric.md §5; package ledger", "after how many steps weights are rewritten: those in which a full weight loses half of what a pulse gives", none,
			sure(func(a *args) float64 {
				return float64(ledger.RefreshSteps(a.num("pulse"), a.num("step"), a.num("tau")))
			}), "ledger.refresh_steps(step = 1ms)", q("step", second, "time of a step").positive(), q("pulse", none, "of full weight").key("cell.step").positive(),
			q("tau", second, "time constant of the leak").positive().from("that of the chip's cells", ledger.Tau)),
	}
}

func event(a *args, r ledger.Recipe) *ledger.Tally {
	k, err := ledger.KindOf(a.word("kind"))
	if err != nil {
		panic("evaluate: " + err.Error()) // the parameter takes no other word
	}
	return r.Events(k, a.num("n"))
}

func alwaysOnForm() Form {
	return Form{
		Name: "ledger.always_on", Source: ledgerSource, Result: energy.Describe() + " with its band",
		Doc:     "the energy of one multiply-accumulate where amplifiers are never off and settle for a share of the time",
		Example: "ledger.always_on(chips.fabric45, utilization = 10%)",
		Params:  join(tileParams(), []Param{q("utilization", none, "share of the time in which reads settle").or(1).positive(), costs()}),
		run: func(a *args) (Value, error) {
			if u := a.num("utilization"); u > 1 {
				return nil, fmt.Errorf("utilization = %g: a share is 1 at most", u)
			}
			table, err := ledger.Lookup(a.word("costs"))
			if err != nil {
				return nil, err
			}
			chip := *a.on()
			chip.Opamp.Gated = false
			r, rows, cols := ledger.RecipeOf(&chip, table), a.count("rows"), a.count("cols")
			return joules(r.Bill(r.AlwaysOn(rows, cols, a.num("utilization"))).Total().Times(1 / (float64(rows) * float64(cols)))), nil
		},
	}.ofChip()
}

// mostRows is the largest tile that is tried against a digital machine.
const mostRows = 4096

func breakEvenForm() Form {
	var names []string
	for _, p := range ledger.Precisions {
		names = append(names, p.Name)
	}
	return scalar("ledger.break_even", ledgerSource, "the rows of a square tile from which a multiply-accumulate takes no more than a digital one", none,
		func(a *args) (float64, error) {
			r, err := recipeOf(a)
			if err != nil {
				return 0, err
			}
			for _, p := range ledger.Precisions {
				if p.Name == a.word("precision") {
					if rows := r.BreakEven(p, a.num("reuse"), mostRows); rows > 0 {
						return float64(rows), nil
					}
				}
			}
			return 0, fmt.Errorf("analog takes more than %s at reuse %g with every tile of up to %d rows", a.word("precision"), a.num("reuse"), mostRows)
		}, "ledger.break_even(fp16)", words("precision", "number format", "", names...), q("reuse", none, "of a word that is fetched").or(ledger.DefaultReuse).positive(), costs()).ofChip()
}

// timings are the times that ledger.time knows, of a number of things.
var timings = map[string]func(ledger.Timing, int) float64{
	"transfer": ledger.Timing.Transfer, "hold": ledger.Timing.Hold, "switches": ledger.Timing.Config, "operations": ledger.Timing.Digital,
	"pulse_rows": ledger.Timing.PulseTile, "pulse_pairs": ledger.Timing.Alternate,
	"microwords": func(t ledger.Timing, n int) float64 { return float64(n) * t.Microword() },
}

func timeForm() Form {
	return scalar("ledger.time", ledgerSource, "the time of a number of values over a bus or onto hold capacitors, switches set, operations of the control unit, "+
		"its instructions, rows that get a pulse train, or pairs of an up and a down pulse", second,
		sure(func(a *args) float64 { return timings[a.word("what")](ledger.TimingOf(a.on()), a.count("n")) }), "ledger.time(transfer, n = 1000)",
		words("what", "is timed", "", "transfer", "hold", "switches", "operations", "microwords", "pulse_rows", "pulse_pairs"), n("n", "how many").or(1)).ofChip()
}

func areasForm() Form {
	return Form{
		Name: "ledger.areas", Source: ledgerSource, Doc: "the parts of the silicon that ledger.area adds up",
		Result: "a record of areas (m2) with their bands", Example: "ledger.areas(chips.fabric45, tiles = 1)",
		Params: []Param{n("tiles", "whole tiles").or(1), {Name: "held", Kind: Whole, Limit: NotNegative, Default: whole(0), Doc: "values on the stack"}, costs()},
		run: func(a *args) (Value, error) {
			table, err := ledger.Lookup(a.word("costs"))
			if err != nil {
				return nil, err
			}
			var out Record
			for _, p := range ledger.AreaOf(a.on(), table, a.count("tiles"), a.count("held")).Parts() {
				out = append(out, Field{p.Name, banded(p.Area, area)})
			}
			return out, nil
		},
	}.ofChip()
}

func banded(v ledger.Amount, dim quantity.Dim) Number {
	out := number(v.Value, dim)
	out.Band = &Band{v.Low, v.High}
	return out
}
