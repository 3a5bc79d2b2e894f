package fabric

import (
	"fmt"
	"slices"

	"acl/lang/source"
)

// ValueID is the index of a value (a wire between modules) in its program.
type ValueID int32

// NoValue is the absent value.
const NoValue ValueID = -1

// Value is what a wire carries: one tensor a sample.
type Value struct {
	Name  string // instance path of its producer; a gradient's ends in '
	Shape []int  // without the batch; [C, H, W] is stored pixel by pixel, channels last
	// Error marks an error signal, which carries a scale a sample besides its
	// tensor's.
	Error bool
	// Digital marks a value that the control unit holds as numbers.
	Digital bool
}

// Elements is the number of elements of one sample.
func (v *Value) Elements() int {
	n := 1
	for _, d := range v.Shape {
		n *= d
	}
	return n
}

// Attr is a numeric property of a unit: kernel = 3, 3.
type Attr struct {
	Name string
	Num  []float64
}

// Array is a parameter matrix on cross-point tiles: rows are inputs, the last
// one driven by 1 where Bias holds; columns are outputs. A digital one lies in the
// control unit's memory instead, and each of its rows is a vector of its own.
type Array struct {
	Path  string // instance path of the unit that owns it
	Rows  int    // with the bias row
	Cols  int
	Bias  bool
	FanIn int // starts uniform in ±1/sqrt(FanIn)
	// Tiles are its cuts, row blocks first; Grad those of its gradient tiles, of
	// the same cuts, absent in a program that does not learn. Copy are those of a
	// dedicated transposed copy.
	Tiles, Grad, Copy []Cut
	// Protect guards its outputs, nil without protection. Twins are the cuts of its
	// further copies, one copy after the other, each cut like Tiles.
	Protect *Protection
	Twins   []Cut
	// Digital names the rows of an array that the control unit holds as numbers:
	// those that learn first. Nil for one on tiles.
	Digital []Vector
}

// Protection is what guards the outputs of an array (physics.md §6).
type Protection struct {
	Copies    int     // of the weights: 1 without a vote
	Vote      string  // mean, median, majority
	Checks    int     // checksum columns of each tile: 0, 1, or 2, which locate a column
	Threshold float64 // standard deviations that raise an alarm
	Repair    string  // retry, spare, move, stop
	Rewrite   int     // steps between two rewrites to the vote; 0: never
	Backward  bool    // transposed reads vote as well
}

// Vector is a row of a digital array.
type Vector struct {
	Name  string // gain, offset, mean, variance, table
	Start float64
	// Statistic marks what is measured and not learned.
	Statistic bool
}

// Learned is the number of leading rows that an optimizer changes.
func (a *Array) Learned() int {
	n := 0
	for _, v := range a.Digital {
		if !v.Statistic {
			n++
		}
	}
	if a.Digital == nil {
		return a.Rows
	}
	return n
}

// Cut is a part of an array and the tile that holds it.
type Cut struct {
	Tile      int
	Row, Rows int
	Col, Cols int
}

// Role says what a unit does for its primitive.
type Role uint8

// The roles of a unit.
const (
	Forward   Role = iota
	DataGrad       // gradient of one operand: transposed read, mask, ..
	ParamGrad      // gradient of the parameters, onto the gradient tiles
	Sum            // adds gradients that meet
	Loss           // control unit: loss and first error signal
	Input          // a port: converters drive it
)

// Unit is a virtual module: one node of the graph, to be run on a physical
// module of its class.
type Unit struct {
	Op      string // primitive: nn.conv, nn.relu, ..
	Role    Role
	Path    string
	Class   string // class of physical modules; empty for wiring and the control unit
	Args    []ValueID
	Saved   []ValueID // read from the stack: values pushed in the forward pass
	Out     ValueID   // NoValue for a ParamGrad
	Operand int       // DataGrad: which operand
	Array   int       // index of its array, or -1
	Attrs   []Attr
	// Scales are the factors on the wires into Args, powers of two; nil for all 1.
	Scales []float64
	// Positions is the number of tile reads, or of elements, a sample.
	Positions int
	// Place lists the physical modules that may run it, as indices into Modules:
	// one when placed, several when the control unit chooses, none where Class is
	// empty.
	Place []int
	// Convert: a converter stands at its output.
	Convert bool
	// Barrier: in training it waits until all samples of the batch have come, and
	// computes with statistics of them.
	Barrier bool
	Origin  source.Span
}

// Attr returns the named property, or nil.
func (u *Unit) Attr(name string) []float64 {
	for _, a := range u.Attrs {
		if a.Name == name {
			return a.Num
		}
	}
	return nil
}

// Module is a physical module.
type Module struct {
	Class   string
	Index   int // conv[Index]
	Variant string
	Bits    int // of its converters; 0: the chip's own
	Copies  int
}

// Name is what the module is called, and in brackets its variant.
func (m *Module) Name() string {
	name := fmt.Sprintf("%s[%d]", m.Class, m.Index)
	if m.Variant != "" {
		name += " (" + m.Variant + ")"
	}
	return name
}

// Op is an instruction of the control unit.
type Op uint8

// The instruction set.
const (
	OpConfig    Op = iota // connect a physical module: switches, bus
	OpLoad                // write an array into its tiles: start values, or in a step one that takes turns
	OpFire                // run a unit
	OpPush                // store a value in the sample's frame
	OpPop                 // take the top of the frame
	OpPeek                // read a slot of the frame
	OpFree                // release a slot that was peeked
	OpLoss                // digital loss, and the first error signal
	OpGrad                // add a sample's outer product onto gradient tiles
	OpUpdate              // read gradient tiles, optimise, write pulses
	OpStore               // read an array into the control unit: before it leaves its tiles, or to bring copies together
	OpRefresh             // rewrite an array from the control unit's copy
	OpCalibrate           // auto-zero an array by known vectors; find ranges
	OpCheck               // scan an array, or without a period look at its checksums
	OpSync                // barrier: the stack is empty
	OpHalt
)

// Instr is one instruction. Fields that an instruction does not use are zero,
// or -1 for indices.
type Instr struct {
	Op    Op
	Unit  int // index into Units
	Array int // index into Arrays
	Value ValueID
	// Bus carries the value of a fire; -1: none.
	Bus int
	// Offset and Size are the slot in a sample's frame, in capacitors; Bank is the
	// physical module whose bank holds it. Size is the switches of a config, and the
	// values of each sample that wait in the control unit while an array is loaded.
	Offset, Size, Bank int
	// Hold is the scheduled time in seconds between a push and this read.
	Hold float64
	// Repeat is the number of firings a sample: positions of a convolution.
	Repeat int
	// Every is the period in steps of a refresh or calibration; 0: once.
	Every int
	// Reads is the number of known vectors of a calibration.
	Reads int
	// Start and Time are seconds from the start of the sample (of the step, for
	// instructions after the last sample) and the instruction's duration.
	Start, Time float64
	Origin      source.Span
}

// Timing is what the schedule found, in seconds.
type Timing struct {
	Forward, Backward float64 // of one sample
	Update            float64 // of one step: after the last sample, and loads and stores before
	Step              float64 // of one step
	Sample            float64 // of one sample of evaluation
	// Interval and Answers are the times between two samples in flight, of training and
	// of evaluation; 0 where one is under way at a time.
	Interval, Answers float64
	// Turns is the time in which parameters take turns on their tiles, once for a batch
	// that is answered.
	Turns float64
}

// Times is how many times a sample's own time a batch of n samples takes forward and back.
func (t *Timing) Times(n int) float64 {
	if t.Interval == 0 {
		return float64(n)
	}
	return 1 + float64(n-1)*(t.Interval/(t.Forward+t.Backward))
}

// Trained is the time in which a batch of n samples goes forward and back.
func (t *Timing) Trained(n int) float64 { return t.Times(n) * (t.Forward + t.Backward) }

// Answered is the time in which n samples are answered.
func (t *Timing) Answered(n int) float64 {
	if t.Answers == 0 {
		return float64(n)*t.Sample + t.Turns
	}
	return (1+float64(n-1)*(t.Answers/t.Sample))*t.Sample + t.Turns
}

// Program is what the control unit runs: resources, and three lists of
// instructions. Setup runs once, Train once a step (its part up to the first
// update for each sample), Eval for each sample that is only answered.
type Program struct {
	Name    string // module
	Chip    Chip
	Values  []Value
	Arrays  []Array
	Units   []Unit
	Modules []Module
	Inputs  []ValuePort
	Outputs []ValuePort
	Setup   []Instr
	Train   []Instr
	Eval    []Instr
	Learn   *Learn // nil: inference only
	Plan    Plan
	Timing  Timing
	// Tiles and Frame are what is used: tiles of weights and of gradients, and
	// capacitors of one sample's frame at its deepest.
	Tiles, GradTiles, Frame int
	MACs                    int64
	Params                  int64
}

// TakesTurns tells, by array, which share tiles with others: they are on them only from
// a load on, until the next load of another. Nil where no array does.
func (p *Program) TakesTurns() []bool {
	var out []bool
	first := map[int]int{}
	for i := range p.Arrays {
		for _, c := range p.Arrays[i].Tiles {
			other, taken := first[c.Tile]
			if !taken {
				first[c.Tile] = i
				continue
			}
			if out == nil {
				out = make([]bool, len(p.Arrays))
			}
			out[i], out[other] = true, true
		}
	}
	return out
}

// Overlap reports whether two arrays share a tile.
func (p *Program) Overlap(a, b int) bool {
	return slices.ContainsFunc(p.Arrays[a].Tiles, func(c Cut) bool {
		return slices.ContainsFunc(p.Arrays[b].Tiles, func(o Cut) bool { return o.Tile == c.Tile })
	})
}

// Reads reports whether a unit reads the cells of an array on tiles.
func (p *Program) Reads(u *Unit) bool {
	return u.Array >= 0 && p.Arrays[u.Array].Digital == nil && (u.Role == Forward || u.Role == DataGrad)
}

// ValuePort ties a port of the module to a value. Fed ports carry the field of
// the data that drives them.
type ValuePort struct {
	Name  string
	Value ValueID
	Field string
}

// Plan is how the schedule block wants the machine run.
type Plan struct {
	Gradient string  // shared, dedicated
	Convert  string  // ends, hop
	Scaling  string  // auto, absmax, tensor, off
	Choose   string  // least_energy, round_robin, nearest, least_loaded, least_worn, adaptive, or policy: by Rules
	Explore  float64 // chance that adaptive tries another module
	Rules    []Rule  // of a policy, in their order; the last one has no condition
	Pipeline int
	Fidelity string // ideal, array
	Values   string // auto: values that wait are rewritten before they droop; off
	Weights  string // off: nothing rewrites weights that leak; empty: as often as the leak asks
	Scan     string // what a scan does with a stuck cell: spare, move, stop, retry; empty: no scans
	Update   string // pulsed: in place, by sample and position; empty: accumulated over a batch
	// ZeroShift: symmetry points are measured before the first step, and are the zeros
	// of the cells that take pulses in place.
	ZeroShift bool
	Direct    bool // sums of a convolution are never taken by Winograd's algorithm
}

// Rule is a rule of a policy: When is a disjunction of conjunctions, nil where it always
// holds. Choices are tried in order.
type Rule struct {
	When    [][]Clause
	Choices []Choice
}

// Choice is a variant of module, or a heuristic among all.
type Choice struct {
	Variant, Heuristic string
	Explore            float64 // of adaptive
}

// Learn is how the train block wants the machine to learn.
type Learn struct {
	Losses    []LossTerm
	Optimizer Optimizer
	Batch     int
	Epochs    int // 0: Steps count
	Steps     int // 0: Epochs count
	Seed      uint64
	Warmup    int // epochs
	Stop      *Stop
	TestEvery int // epochs
	TestBatch int
	Report    []string
}

// LossTerm is one weighted loss. Target is a data field, or a value of the
// program where TargetValue is not NoValue.
type LossTerm struct {
	Op          string // nn.cross_entropy, nn.mse
	Weight      float64
	Smoothing   float64
	Pred        ValueID
	Target      string
	TargetValue ValueID
	// Error and TargetError are the error signals that it starts, towards the
	// prediction and towards a target that the network computes; NoValue without.
	Error, TargetError ValueID
}

// Optimizer is a rule of the control unit.
type Optimizer struct {
	Kind         string // sgd, adam, two_array
	Rate         Course
	Momentum     Course // of sgd
	Beta1, Beta2 float64
	Decay        float64
	// Transfer is the steps between two transfers from the fast array to the slow one.
	Transfer int
}

// Course is a learning rate or a momentum over the steps of a run.
type Course struct {
	Kind   string  // constant, steps, cosine, one_cycle
	Value  float64 // constant, start or peak
	From   float64 // the first number of one_cycle
	To     float64 // the last one of cosine and one_cycle
	Factor float64
	Warmup float64 // share of all steps
	At     []int   // epochs
}

// Span returns the least and the largest number of a course.
func (c *Course) Span() (least, most float64) {
	least, most = c.Value, c.Value
	reach := func(v float64) { least, most = min(least, v), max(most, v) }
	switch c.Kind {
	case "steps":
		v := c.Value
		for range c.At {
			v *= c.Factor
			reach(v)
		}
	case "cosine":
		reach(c.To)
		if c.Warmup > 0 {
			reach(0)
		}
	case "one_cycle":
		reach(c.From)
		reach(c.To)
	}
	return least, most
}

// Stop ends a training when its condition held Patience evaluations in a row.
// AnyOf is a disjunction of conjunctions.
type Stop struct {
	AnyOf    [][]Clause
	Patience int
}

// Clause compares a metric or a fact with a number or a word.
type Clause struct {
	Metric string // loss accuracy top1 top5 energy latency; of a policy its facts
	Cmp    string // == != < <= > >=
	Num    float64
	Word   string // in place of Num, for a fact that has words
	Not    bool
}
