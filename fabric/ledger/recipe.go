package ledger

import (
	"math"

	"acl/fabric"
	"acl/fabric/circuit"
)

// Recipe is physics.md §9 in closed form: what reads, updates and layers take on a
// chip without running them. Events are expectations, priced as a book's are. It
// holds for converters after every layer, updates by pulse trains at every
// position, and inputs of rms TypicalRMS.
type Recipe struct {
	chip  *fabric.Chip
	table *Table
	time  Timing
}

// RecipeOf is the recipe of a chip by a table.
func RecipeOf(chip *fabric.Chip, t *Table) Recipe {
	return Recipe{chip: chip, table: t, time: TimingOf(chip)}
}

// Tally is expected events by phase and kind, sums in their own unit, with the
// seconds of each phase.
type Tally struct {
	Events  [Phases][Kinds]float64
	Seconds [Phases]float64
}

// plus adds k times another tally, which runs after it.
func (t *Tally) plus(o *Tally, k float64) {
	for p := range Phases {
		t.Seconds[p] += k * o.Seconds[p]
		t.events(o, p, k)
	}
}

// events adds k times the events of another tally in a phase, not its time.
func (t *Tally) events(o *Tally, p Phase, k float64) {
	for kind := range Kinds {
		t.Events[p][kind] += k * o.Events[p][kind]
	}
}

// Time is the seconds of all phases.
func (t *Tally) Time() float64 {
	s := 0.0
	for _, x := range t.Seconds {
		s += x
	}
	return s
}

// Bill prices a tally.
func (r Recipe) Bill(t *Tally) *Bill {
	bill := &Bill{Table: r.table.Name, Units: make([]UnitBill, 1)}
	if r.chip.Ideal {
		return bill
	}
	costs := costsOf(r.chip, r.table)
	l := &Line{Op: fabric.OpFire}
	for p := range Phases {
		for k := range Kinds {
			bill.enter(&bill.Units[0], l, p, k, costs.of(k, 0).Times(t.Events[p][k]))
		}
	}
	return bill
}

// lineMM is the length of a row or a column, mm [A].
const lineMM = 0.5

// MVM is one read of a tile of the given rows and columns in a phase, with range
// bound (0: the chip's, else 20), every row driven and every column converted.
func (r Recipe) MVM(p Phase, rows, cols int, bound float64) *Tally {
	var t Tally
	n, m := float64(rows), float64(cols)
	settle := r.time.Settle(rows, bound)
	on := 1e9 * r.time.On(settle)
	mean := TypicalRMS * math.Sqrt(2/math.Pi) // of |x|, normal
	e := &t.Events[p]
	e[ColumnNS], e[RowNS] = 2*m*on, n*on
	e[CellDrive] = n * m * mean * settle * 1e9
	e[Microword], e[ADC], e[DAC], e[HoldWrite] = 1, m, n, m
	e[WireMM] = (n + m) * lineMM
	t.Seconds[p] = r.time.MVM(rows, bound, true)
	return &t
}

// lineActivity is the share of slots in which a line of a train is high [A];
// charge moves where both are.
const lineActivity = 0.25

// Update is one stochastic pulse train on a tile.
func (r Recipe) Update(rows, cols int) *Tally {
	var t Tally
	slots, cells := float64(r.chip.Cell.Pulses), float64(rows)*float64(cols)
	e := &t.Events[Update]
	e[Coincidence] = cells * slots
	e[Pulse] = cells * slots * lineActivity * lineActivity
	e[Generator] = float64(rows+cols) * slots
	e[Microword] = 1
	t.Seconds[Update] = r.time.Accumulate()
	return &t
}

// ReadOut is a tile read by one-hot products, a row at a time: the other rows are
// held at zero by their amplifiers.
func (r Recipe) ReadOut(rows, cols int) *Tally {
	var t Tally
	one := r.MVM(Update, rows, cols, 0)
	one.Seconds[Update] = 0
	t.plus(one, float64(rows))
	t.Seconds[Update] = r.time.ReadTile(rows, circuit.WidestBound)
	return &t
}

// Write is a tile written through its amplifiers, a row at a time.
func (r Recipe) Write(rows, cols int) *Tally {
	var t Tally
	cells := float64(rows) * float64(cols)
	t.Events[Update][OpAmpNS] = cells * 1e9 * r.time.CellWrite()
	t.Events[Update][HoldWrite] = cells
	t.Seconds[Update] = r.time.WriteTile(rows)
	return &t
}

// Layer is a matrix of parameters that is used at a number of positions a sample.
type Layer struct{ Rows, Cols, Positions int }

// Layer is a layer's part of a training step for one sample: at each position each
// of its tiles, edge tiles at their true size, is read forward, read backward and
// updated, all of them at the same time.
func (r Recipe) Layer(l Layer) *Tally {
	var one Tally
	size := r.chip.Tiles.Size
	for _, n := range cuts(l.Rows, size.H) {
		for _, m := range cuts(l.Cols, size.W) {
			for _, t := range []*Tally{r.MVM(Forward, n.size, m.size, 0), r.MVM(Backward, m.size, n.size, 0), r.Update(n.size, m.size)} {
				for p := range Phases {
					one.events(t, p, n.count*m.count)
					one.Seconds[p] = max(one.Seconds[p], t.Seconds[p])
				}
			}
		}
	}
	var all Tally
	all.plus(&one, float64(l.Positions))
	return &all
}

// blocks are a number of blocks of lines of one size.
type blocks struct {
	size  int
	count float64
}

// cuts are the blocks that n lines fall into: whole ones, then what is left.
func cuts(n, size int) []blocks {
	var list []blocks
	if n >= size {
		list = append(list, blocks{size, float64(n / size)})
	}
	if n%size > 0 {
		list = append(list, blocks{n % size, 1})
	}
	return list
}

// Net is a network as the recipe sees it: layers in series, and the values that
// functional modules make of a sample and the stack holds.
type Net struct {
	Layers      []Layer
	Activations int
}

// Work is the network's work for a digital machine; layers share no weights.
func (n Net) Work(batch int) Work {
	w := Work{Activations: int64(n.Activations), Batch: batch}
	for _, l := range n.Layers {
		weights := int64(l.Rows) * int64(l.Cols)
		w.Weights += weights
		w.MACs += weights * int64(l.Positions)
	}
	return w
}

// Tiles is the number of tiles that hold the network.
func (r Recipe) Tiles(n Net) int {
	tiles, size := 0, r.chip.Tiles.Size
	for _, l := range n.Layers {
		tiles += int(groups(l.Rows, size.H)) * int(groups(l.Cols, size.W))
	}
	return tiles
}

// Sample is a training step for one sample: layers and their positions one after
// the other. Amplifiers that are not gated are on for all of it.
func (r Recipe) Sample(n Net) *Tally {
	var t Tally
	for _, l := range n.Layers {
		t.plus(r.Layer(l), 1)
	}
	k := float64(n.Activations)
	e := &t.Events[Forward]
	e[OpAmpNS] += 2 * k * 1e9 * r.time.ModuleOn()
	e[HoldWrite] += 2 * k
	e[HoldRead] += 2 * k
	if !r.chip.Opamp.Gated {
		amps := r.Tiles(n) * Amplifiers(r.chip)
		for p := range Phases {
			t.Events[p][IdleNS] = float64(amps) * 1e9 * t.Seconds[p]
		}
	}
	return &t
}

// Amplifiers is the number of amplifiers of a whole tile: one a row, two a column.
func Amplifiers(chip *fabric.Chip) int { return chip.Tiles.Size.H + 2*chip.Tiles.Size.W }

// AlwaysOn is one read of a tile on a chip whose amplifiers are never off and that
// is settling for the given share of the time. It prices with opamp.gated off.
func (r Recipe) AlwaysOn(rows, cols int, utilization float64) *Tally {
	t := r.MVM(Forward, rows, cols, 0)
	ns := 1e9 * r.time.Settle(rows, 0) / utilization
	t.Events[Forward][IdleNS] = float64(rows+2*cols) * ns
	return t
}
