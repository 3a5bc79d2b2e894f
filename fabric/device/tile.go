package device

import (
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/circuit"
	"acl/fabric/kernel"
)

// Tile is an array's cells with their read-outs: two transistors a weight, two
// amplifiers a column and block of rows, one a row and block of columns on the way
// back. Weights are normalised, ±1 at full weight; a logical weight is Alpha times
// that.
type Tile struct {
	Weights []float64 `state:"weights"` // rows × columns, bias row last
	Copied  []float64 `state:"copied"`  // of a dedicated transposed copy, nil without one
	Sum     []float64 `state:"sum"`     // on the gradient tiles, logical, over the batch
	First   []float64 `state:"first"`   // velocity of sgd, first moment of adam
	Next    []float64 `state:"next"`    // second moment of adam
	Shadow  []float64 `state:"shadow"`  // the control unit's copy, logical
	Alpha   float64   `state:"alpha"`
	Trimmed float64   `state:"trimmed"` // kelvin of the last calibration
	Zeroed  bool      `state:"zeroed"`
	Zero    []float64 `state:"zero"`   // by column and block: what a calibration found at zero input, in sums
	Return  []float64 `state:"return"` // and by row, on the way back

	m     *Machine      `state:"-"`
	array *fabric.Array `state:"-"`
	path  uint64        `state:"-"`
	dummy bool          `state:"-"`
	plus  []circuit.VCR `state:"-"` // by cell
	minus []circuit.VCR `state:"-"`
	other []circuit.VCR `state:"-"` // of the copy: plus, then minus
	amps  []float64     `state:"-"` // draws of offsets: two a column and block, then one a row
	load  []float64     `state:"-"` // and of feedback resistors
	rates []float64     `state:"-"` // of the cells' leak, in units of the nominal one
	cells []array.Cell  `state:"-"` // laws of the cells, nil: changes are exact
}

// block is a range of lines that shares amplifiers.
type block struct{ lo, hi int }

func blocks(n, size int) []block {
	var out []block
	for lo := 0; lo < n; lo += size {
		out = append(out, block{lo, min(lo+size, n)})
	}
	return out
}

func newTile(m *Machine, a *fabric.Array, dummy bool) *Tile {
	n := a.Rows * a.Cols
	t := &Tile{
		Weights: make([]float64, n), Sum: make([]float64, n), First: make([]float64, n), Next: make([]float64, n), Shadow: make([]float64, n),
		Alpha: 1, Trimmed: circuit.Nominal, m: m, array: a, path: kernel.PathHash(a.Path), dummy: dummy,
	}
	t.plus, t.minus = t.transistors(0), t.transistors(1)
	if len(a.Copy) > 0 {
		t.Copied = make([]float64, n)
		t.other = append(t.transistors(2), t.transistors(3)...)
	}
	rows := len(t.rowBlocks())
	t.amps = m.die(array.KindOffset, t.path, 0, 2*rows*a.Cols+2*len(t.colBlocks())*a.Rows)
	t.load = m.die(array.KindColumn, t.path, 0, len(t.amps))
	t.Zero, t.Return = make([]float64, rows*a.Cols), make([]float64, len(t.colBlocks())*a.Rows)
	t.rates = m.die(array.KindLeak, t.path, 0, n)
	for i, z := range t.rates {
		t.rates[i] = 1 / max(0.1, 1+m.chip.Cell.Spread.Leak*z)
	}
	t.newCells()
	return t
}

func (t *Tile) rowBlocks() []block { return blocks(t.array.Rows, t.m.chip.Tiles.Size.H) }
func (t *Tile) colBlocks() []block { return blocks(t.array.Cols, t.m.chip.Tiles.Size.W) }

// transistors are one half of every pair, with the mismatch of the die, at the
// chip's temperature where gains follow it.
func (t *Tile) transistors(field uint32) []circuit.VCR {
	chip, n := t.m.chip, len(t.Weights)
	base := circuit.VCROf(chip)
	if t.m.level.Drift.On() {
		base = base.At(chip.Temperature)
	}
	out := make([]circuit.VCR, n)
	scale := t.m.mismatch()
	vt := t.m.die(array.KindMismatch, t.path, 2*field, n)
	beta := t.m.die(array.KindMismatch, t.path, 2*field+1, n)
	for i := range out {
		out[i] = base
		out[i].Threshold += scale * chip.Mismatch.Threshold * vt[i]
		out[i].Beta *= 1 + scale*chip.Mismatch.Beta*beta[i]
	}
	return out
}

// mismatch is what fixed differences are multiplied by: 0 where they are off, the
// ratio to the circuit's own where the level is the sd of a weight.
func (m *Machine) mismatch() float64 {
	l := m.level.Mismatch
	if !l.On() {
		return 0
	}
	own := circuit.MismatchSigma(m.chip)
	if own == 0 {
		return 0
	}
	return l.Number(own) / own
}

// amp is an amplifier of the chip with an offset of so many sigma. Where offsets
// are off its gain is without bound, where clips are off so is its output.
func (m *Machine) amp(sigma float64) circuit.OpAmp {
	o := circuit.OpAmpOf(m.chip)
	if m.level.Offset.On() {
		o.Offset = sigma * m.level.Offset.Number(m.chip.Opamp.Offset)
	} else {
		o.Gain = math.Inf(1)
	}
	if !m.level.Clip.On() {
		o.Low, o.High = math.Inf(-1), math.Inf(1)
	}
	return o
}

// side is a read-out amplifier with the die's draws.
func (t *Tile) side(i int, bound float64) circuit.Side {
	r := circuit.FeedbackResistor(t.m.chip, bound)
	return circuit.Side{Amp: t.m.amp(t.amps[i]), Feedback: r * (1 + t.m.mismatch()*t.m.chip.Mismatch.Resistor*t.load[i])}
}

func (t *Tile) mid() float64 { return t.m.chip.VCR.Threshold + t.m.chip.VCR.Overdrive }

// volts are weights on the gates for a read, noise of the step included.
func (t *Tile) volts(w, noise []float64) []float64 {
	out := make([]float64, len(w))
	for i := range w {
		out[i] = w[i] * t.m.chip.Rail.Weight
		if noise != nil {
			out[i] += noise[i] * t.m.chip.Rail.Weight
		}
	}
	return out
}

// forward reads every column for inputs in full inputs, the bias's among them: sums
// of normalised w x. noise is added to the weights, nil for none.
func (t *Tile) forward(x, noise []float64, bound float64) ([]float64, error) {
	a, v := t.array, t.volts(t.Weights, noise)
	sums := make([]float64, a.Cols)
	for b, lines := range t.rowBlocks() {
		driven, err := t.driven(x[lines.lo:lines.hi], lines, v)
		if err != nil {
			return nil, err
		}
		for j := range a.Cols {
			at := b*a.Cols + j
			c := circuit.Column{Plus: t.side(2*at, bound), Minus: t.side(2*at+1, bound), Mid: t.mid(), Pair: t.m.chip.Tiles.Readout == "pair"}
			var w, in []float64
			for i := lines.lo; i < lines.hi; i++ {
				k := i*a.Cols + j
				c.Cells = append(c.Cells, circuit.Cell{Plus: t.plus[k], Minus: t.minus[k]})
				w, in = append(w, v[k]), append(in, driven[i-lines.lo][j])
			}
			out, err := c.Exact(w, in)
			if err != nil {
				return nil, err
			}
			sums[j] += t.corrected(out*bound/circuit.Swing(t.m.chip), t.Zero[at], lines.hi-lines.lo, bound)
		}
	}
	return sums, nil
}

// corrected takes away what a calibration found: the offset, and the gain that
// finite loop gain takes, which is known from the circuit.
func (t *Tile) corrected(sum, zero float64, inputs int, bound float64) float64 {
	if !t.Zeroed {
		return sum
	}
	gain := array.StatsOf(t.m.chip, inputs, bound).Gain
	if t.m.level.Drift.On() {
		gain *= math.Pow(t.Trimmed/circuit.Nominal, -1.5)
	}
	return (sum - zero) / gain
}

// driven are the volts that reach each cell of the rows of a block. With wires each
// row is a ladder, its cells' conductances those of their gates, driven at one end;
// tiles along the row are driven apart.
func (t *Tile) driven(x []float64, lines block, v []float64) ([][]float64, error) {
	chip, cols := t.m.chip, t.array.Cols
	out := make([][]float64, len(x))
	for i, share := range x {
		volts := share * chip.Rail.Input
		out[i] = make([]float64, cols)
		for j := range out[i] {
			out[i][j] = volts
		}
		if !t.m.level.IRDrop.On() {
			continue
		}
		for _, b := range t.colBlocks() {
			g := make([]float64, 0, b.hi-b.lo)
			for j := b.lo; j < b.hi; j++ {
				k := (lines.lo+i)*cols + j
				g = append(g, t.plus[k].Conductance(t.mid()+v[k]/2)+t.minus[k].Conductance(t.mid()-v[k]/2))
			}
			at, err := circuit.SolveLine(volts, t.m.level.IRDrop.Number(chip.Tiles.Wire), g)
			if err != nil {
				return nil, err
			}
			copy(out[i][b.lo:b.hi], at)
		}
	}
	return out, nil
}

// transposed reads every row but the bias's for drives of the columns in full
// inputs: sums of normalised w δ.
func (t *Tile) transposed(delta, noise []float64, bound float64) ([]float64, error) {
	a, chip := t.array, t.m.chip
	plus, minus, v := t.plus, t.minus, t.volts(t.Weights, noise)
	if t.Copied != nil {
		plus, minus, v = t.other[:len(v)], t.other[len(v):], t.volts(t.Copied, noise)
	}
	sums := make([]float64, t.inputs())
	first := 2 * len(t.rowBlocks()) * a.Cols
	for b, lines := range t.colBlocks() {
		for i := range sums {
			at := b*a.Rows + i
			r := circuit.Row{Side: t.side(first+2*at, bound), Mid: t.mid()}
			var w, in []float64
			for j := lines.lo; j < lines.hi; j++ {
				k := i*a.Cols + j
				r.Cells = append(r.Cells, circuit.Cell{Plus: plus[k], Minus: minus[k]})
				w, in = append(w, v[k]), append(in, delta[j]*chip.Rail.Input)
			}
			read := r.Exact
			if t.dummy && chip.VCR.Law != string(circuit.Linearized) {
				read = r.Corrected
			}
			out, err := read(w, in)
			if err != nil {
				return nil, err
			}
			sums[i] += t.corrected(-out*bound/circuit.Swing(chip), t.Return[at], lines.hi-lines.lo, bound)
		}
	}
	return sums, nil
}

// inputs is the number of rows without the bias's.
func (t *Tile) inputs() int {
	if t.array.Bias {
		return t.array.Rows - 1
	}
	return t.array.Rows
}

// calibrate finds the offsets by reads of zero inputs: the mean of so many, with
// their noise and converter.
func (t *Tile) calibrate(reads int, bound, back float64, key kernel.Key) error {
	t.Zeroed, t.Trimmed = false, t.m.chip.Temperature
	clear(t.Zero)
	clear(t.Return)
	if !t.m.level.Offset.On() {
		t.Zeroed = t.m.level.Drift.On()
		return nil
	}
	residue := func(inputs int, bound float64) float64 {
		read, lsb := array.StatsOf(t.m.chip, inputs, bound).Read, 0.0
		if t.m.level.Quantize.On() {
			lsb = array.LSB(t.m.chip.ADC.Bits, bound)
		}
		return math.Sqrt((read*read + lsb*lsb/12) / float64(max(reads, 1)))
	}
	z := normal(key, 0, len(t.Zero)+len(t.Return))
	for b, lines := range t.rowBlocks() {
		for j := range t.array.Cols {
			at := b*t.array.Cols + j
			t.Zero[at] = t.offset(2*at, 2*at+1, lines.hi-lines.lo, bound) + residue(lines.hi-lines.lo, bound)*z[at]
		}
	}
	first := 2 * len(t.Zero)
	for b, lines := range t.colBlocks() {
		for i := range t.array.Rows {
			at := b*t.array.Rows + i
			t.Return[at] = -t.offset(-1, first+2*at, lines.hi-lines.lo, back) + residue(lines.hi-lines.lo, back)*z[len(t.Zero)+at]
		}
	}
	t.Zeroed = true
	return nil
}

// offset is the output of a read-out for zero inputs and weights, in sums: that of
// the minus side less that of the plus side, which is -1 for none.
func (t *Tile) offset(plus, minus, inputs int, bound float64) float64 {
	chip := t.m.chip
	of := func(i, n int) float64 {
		if i < 0 {
			return 0
		}
		s := t.side(i, bound)
		ng := 1 + s.Feedback*circuit.Conductance(chip)*float64(n)
		return ng * s.Amp.Offset / s.Amp.Loop(ng)
	}
	n := inputs
	if plus < 0 {
		n *= 2 // a row's amplifier sums both devices of a cell
	}
	if plus < 0 && t.dummy && chip.VCR.Law != string(circuit.Linearized) {
		return 0 // the dummy row is read by the same amplifier, and takes it away
	}
	return (of(minus, n) - of(plus, n)) * bound / circuit.Swing(chip)
}
