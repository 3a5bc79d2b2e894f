package module

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/kernel"
)

// Tensor holds a value of every sample of a batch, N×elements, images pixel by
// pixel with channels last. What the numbers mean is Data × 2^Exp; ±1 in Data is
// the input rail.
type Tensor struct {
	Data []float32
	Exp  int
	// Sample are more powers of two, one a sample, of an error signal that the control
	// unit has driven anew: 1 in Data of sample n is 2^(Exp+Sample[n]) times the
	// sample's own scale. Nil: none.
	Sample []int
	// Seen is a census of Data, nil where none was taken.
	Seen *kernel.Census
}

// Census is what is known of Data.
func (t *Tensor) Census(p *kernel.Pool) kernel.Census {
	if t.Seen != nil {
		return *t.Seen
	}
	return kernel.Count(p, t.Data, float32(math.Inf(1)))
}

// Scale is the number that 1 in Data stands for.
func (t *Tensor) Scale() float32 { return pow2(t.Exp) }

// pow2 is 2^e.
func pow2(e int) float32 { return float32(math.Ldexp(1, e)) }

// Env is what the modules of a program share.
type Env struct {
	Chip *fabric.Chip
	Pool *kernel.Pool
	Seed uint64 // of a run: keys the draws of events
	// AbsMax scales every operand of a tile by its exact largest magnitude.
	AbsMax bool
	// Direct: convolutions are never summed by Winograd's algorithm.
	Direct bool
	// Samples: the error signal of each sample has a scale of its own.
	Samples bool
}

// Call is one firing for a batch of N samples.
type Call struct {
	N     int
	Args  []Tensor // values on the wires
	Saved []Tensor // values from the stack
	Out   Tensor   // Data is written; Exp says its full scale
	// Step and First key the draws: sample n of the batch is sample First+n of the
	// step.
	Step  uint64
	First uint32
	// Clean reads without temporal noise; Dry neither clips, converts nor errs: the
	// first look that finds the ranges.
	Clean, Dry bool
	// Bits is the resolution of the converter at the output; 0: none stands there.
	Bits   int
	Matrix *array.Matrix
	Grad   *array.Gradient
	// Cells take pulses in place of a gradient tile; nil where one accumulates.
	Cells *array.Matrix
	// Samples are the factors of the error signal, one a sample, that a gradient tile
	// takes into account, divided by the tile's own full scale; for pulses in place the
	// change of a normalised weight that full lines ask for.
	Samples []float32
	// Train: of a training step, not of an evaluation.
	Train bool
	// Count takes a census of the output.
	Count bool
	// Retry numbers the reads of the same operand again: each has noise of its own.
	Retry uint32
	// Columns is the number of columns that a forward read of an array has, where they
	// are not the unit's own but checksums of them; 0: the unit's own.
	Columns int
	// Params are the numbers of a unit whose array the control unit holds, its rows
	// one after the other; a batch norm moves its running statistics there. Sums is
	// where the gradient of those that learn is added.
	Params, Sums []float32
	// Record is where a module that keeps its operand for its gradient does so; it may
	// be the operand's own memory. Nil for memory of the module's own.
	Record []float32
	// Driven is room for an operand within the drivers' range, Second for what the
	// second amplifiers of a read-out by pairs put out. Nil: it is made.
	Driven, Second []float32
	// Signal is the scale of each sample's error: what 1 stands for before the powers
	// of two.
	Signal []float32
}

// Factors are the true errors that 1 in the operand stands for, one a sample, in out
// where it is long enough.
func (c *Call) Factors(out []float32) []float32 {
	out = grow(out, c.N)
	for s := range out {
		e := c.Args[0].Exp
		if c.Args[0].Sample != nil {
			e += c.Args[0].Sample[s]
		}
		out[s] = c.Signal[s] * pow2(e)
	}
	return out
}

// Report is what the periphery noticed.
type Report struct {
	Clipped int64 // values that met a rail
	// Seen is a census of the output, nil where none was taken; the module's next firing
	// overwrites it.
	Seen *kernel.Census
	// Largest is the greatest magnitude read from tiles, in units of their accumulated
	// w·x; 0 for other modules. Whoever looks at the output fills it in.
	Largest float64
	// Scale is what an output of tiles is over the normalised sum that gives it; 0 for
	// other modules.
	Scale float64
	// Trains is what pulses in place did.
	Trains array.Trains
}

// Module runs a unit.
type Module interface {
	Run(c *Call) Report
}

// Recorder is a module that keeps a digital record of its last firing for its
// gradient module.
type Recorder interface {
	Record() []int32
}

type maker func(b *base) Module

// pairOf makes the module of a primitive and its gradient module.
type pairOf struct{ forward, backward maker }

// makers lists every primitive that the machine has modules for.
var makers = map[string]pairOf{
	"nn.conv":           {newConv, newConvGrad},
	"nn.dense":          {newDense, newDenseGrad},
	"nn.maxpool":        {newMaxPool, newMaxPoolGrad},
	"nn.avgpool":        {newAvgPool, newAvgPoolGrad},
	"nn.global_avgpool": {newGlobalPool, newGlobalPoolGrad},
	"nn.relu":           {newReLU, newReLUGrad},
	"nn.tanh":           {newTanh, newTanhGrad},
	"nn.softmax":        {newSoftmax, newSoftmaxGrad},
	"nn.flatten":        {newReshape, newReshapeGrad},
	"nn.reshape":        {newReshape, newReshapeGrad},
	"nn.slice":          {newSlice, newSliceGrad},
	"nn.concat":         {newConcat, newConcatGrad},
	"nn.add":            {newAdd, newAddGrad},
	"nn.sub":            {newSub, newSubGrad},
	"nn.mul":            {newMul, newMulGrad},
	"nn.mean":           {newMean, newMeanGrad},
	"nn.batchnorm":      {newBatchnorm, newBatchnormGrad},
	"nn.layernorm":      {newLayernorm, newLayernormGrad},
	"nn.position":       {newPosition, newAddGrad},
	"nn.similarity":     {newContraction, newContraction},
	"nn.aggregate":      {newContraction, newContraction},
	"analog.add":        {newAdd, newAddGrad},
	"analog.sub":        {newSub, newSubGrad},
	"analog.mul":        {newMul, newMulGrad},
	"analog.div":        {newDivide, newDivideGrad},
	"analog.exp":        {newExponential, newExponentialGrad},
	"analog.max":        {newMost, newMostGrad},
	"analog.compare":    {newCompare, nil},
	"analog.gain":       {newGain, newGain},
	"analog.hold":       {newHold, newAddGrad},
}

// Supported reports whether the machine has modules for a primitive.
func Supported(op string) bool {
	_, ok := makers[op]
	return ok
}

// Keeps reports whether the module of a primitive keeps its operand, in Call.Record,
// until its last gradient.
func Keeps(op string) bool { return op == "nn.batchnorm" || op == "nn.layernorm" }

// Spare says what a read of tiles on a chip needs besides its operand and its output:
// Call.Driven and Call.Second.
func Spare(chip *fabric.Chip, absMax bool) (driven, second bool) {
	clip := chip.Noise.Clip.On()
	return clip || absMax, clip && chip.Tiles.Readout == "pair"
}

// Names lists the primitives that the machine has modules for, sorted.
func Names() []string {
	return slices.Sorted(maps.Keys(makers))
}

// New returns the module of a unit. forward is the module of the forward unit
// that a gradient module belongs to, nil for others.
func New(env *Env, p *fabric.Program, u *fabric.Unit, forward Module) (Module, error) {
	b := newBase(env, p, u, forward)
	switch u.Role {
	case fabric.Input:
		return &input{b}, nil
	case fabric.Sum:
		return newSum(b), nil
	case fabric.ParamGrad:
		return newParamGrad(b, p)
	}
	pair, ok := makers[u.Op]
	if !ok {
		return nil, fmt.Errorf("module: the machine has no module for %s", u.Op)
	}
	if u.Role == fabric.DataGrad {
		if pair.backward == nil {
			return nil, fmt.Errorf("module: %s has no gradient", u.Op)
		}
		return pair.backward(b), nil
	}
	return pair.forward(b), nil
}

// base is what every module has.
type base struct {
	env     *Env
	unit    *fabric.Unit
	path    uint64
	in      [][]int // shapes of the operands
	saved   [][]int
	out     []int // shape of the output, nil for a ParamGrad
	forward Module
	product Product // of an attention unit
	reads   int     // known vectors that the setup auto-zeroes the unit with
	behind  kernel.Behind
	seen    kernel.Census
}

func newBase(env *Env, p *fabric.Program, u *fabric.Unit, forward Module) *base {
	b := &base{env: env, unit: u, path: kernel.PathHash(u.Path), forward: forward, reads: knownVectors(p, u)}
	for _, a := range u.Args {
		b.in = append(b.in, p.Values[a].Shape)
	}
	for _, s := range u.Saved {
		b.saved = append(b.saved, p.Values[s].Shape)
	}
	b.product, _ = ProductOf(p, u)
	if u.Out != fabric.NoValue {
		b.out = p.Values[u.Out].Shape
	}
	return b
}

// key is the stream of one kind of event at this unit in the call's step.
func (b *base) key(c *Call, kind array.Kind, field uint32) kernel.Key {
	return kernel.NewKey(b.env.Seed, uint32(kind), b.path, field, c.Step)
}

// lanes draws one fixed number a lane of this unit from the die: the same at
// every firing.
func (b *base) lanes(kind array.Kind, field uint32, n int, sigma float64) []float32 {
	out := make([]float32, n)
	k := kernel.NewKey(uint64(b.env.Chip.Die), uint32(kind), b.path, field, 0)
	k.Normal(out, 0, 0)
	for i := range out {
		out[i] *= float32(sigma)
	}
	return out
}

// elements is the product of a shape.
func elements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// width is the number of lanes of a shape: its last stored axis, channels of an
// image.
func width(shape []int) int {
	if len(shape) == 3 {
		return shape[0]
	}
	return shape[len(shape)-1]
}

// whole is an attribute that is one whole number.
func (b *base) whole(name string) int {
	return int(b.unit.Attr(name)[0])
}

// pair is an attribute that is a size.
func (b *base) pair(name string) (h, w int) {
	v := b.unit.Attr(name)
	if len(v) == 1 {
		return int(v[0]), int(v[0])
	}
	return int(v[0]), int(v[1])
}

// plain is what stands at every analog output: a factor between the full scales of an
// operand and the output, the rail and, where the call asks for one, a converter.
func (b *base) plain(c *Call, from int) *kernel.Behind {
	limit := c.Full(b.env.Chip)
	b.behind = kernel.Behind{Factor: pow2(from - c.Out.Exp), Gain: 1, Count: c.Count, Limit: limit}
	if c.Dry {
		return &b.behind
	}
	chip := b.env.Chip
	if chip.Noise.Clip.On() {
		b.behind.Rail = float32(RailLimit(chip))
	}
	if c.Bits > 0 && chip.Noise.Quantize.On() {
		b.behind.Step, b.behind.Full = lsb(c.Bits, 1), 1
	}
	return &b.behind
}

// pass sends an output that is made to what stands behind it.
func (b *base) pass(c *Call, h *kernel.Behind) Report {
	return b.passed(h.Pass(b.env.Pool, c.Out.Data))
}

// passed reports what was noticed of an output.
func (b *base) passed(p kernel.Passed) Report {
	r := Report{Clipped: p.Clipped}
	if b.behind.Count {
		b.seen, r.Seen = p.Seen, &b.seen
	}
	return r
}

// Full is the magnitude beyond which a value overflows: 1 or, where a converter has cut
// off what was beyond it, what stands at its end.
func (c *Call) Full(chip *fabric.Chip) float32 {
	if c.Bits > 0 && c.Matrix == nil && chip.Noise.Quantize.On() {
		return 1 - lsb(c.Bits, 1)/2
	}
	return 1
}

// RailLimit is the largest magnitude of a value on a wire: the swing over the
// volts that stand for 1.
func RailLimit(chip *fabric.Chip) float64 {
	return math.Min(-chip.Rail.Swing.Low, chip.Rail.Swing.High) / chip.Rail.Input
}

// lsb is the step of a converter of 2^bits-2 steps over ±limit (physics.md §4.1).
func lsb(bits int, limit float64) float32 {
	return float32(2 * limit / (math.Ldexp(1, bits) - 2))
}
