package module

import (
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/circuit"
)

// Attention multiplies voltages by voltages (physics.md §4.3). One operand is
// written onto the gates of a field of resistors, columns × terms of them, for
// each sample; the other drives the field row by row, and each column sums the
// currents of its terms in one differential amplifier. The factor of the products
// and all scales are its feedback resistor.
//
// A field of multipliers errs by the gain of each pair of resistors, drawn once a
// die; the cells of a tile (`by = tile`) by the statistics of a tile of as many
// rows. In both the written operand takes up kT/C, and the amplifiers are
// auto-zeroed by known vectors, as those of parameter arrays are.

// Product is the size of an attention unit's work for a sample: rows × columns
// outputs, each the sum of terms products; columns × terms values are written.
type Product struct {
	Rows, Cols, Terms int
	Tile              bool // the written operand lies in a tile
	// in index steps of the operands and of the output
	driven, written, result steps
	// fromStack tells which operand of the forward unit the stack held and is
	// written; -1: the second operand, from its wire.
	fromStack int
}

// steps are how far apart two neighbours lie: outer rows or columns, inner terms;
// in an output rows and columns.
type steps struct{ outer, inner int }

// Products is the number of products of a sample.
func (p *Product) Products() int { return p.Rows * p.Cols * p.Terms }

// ProductOf is the work of an attention unit or of its gradient unit; ok is false
// for other units.
func ProductOf(p *fabric.Program, u *fabric.Unit) (_ Product, ok bool) {
	if u.Op != "nn.similarity" && u.Op != "nn.aggregate" || u.Role != fabric.Forward && u.Role != fabric.DataGrad {
		return Product{}, false
	}
	shapes := u.Args
	if u.Role == fabric.DataGrad {
		shapes = u.Saved
	}
	a, b := p.Values[shapes[0]].Shape, p.Values[shapes[1]].Shape
	if u.Op == "nn.similarity" {
		return similarityOf(u, a[0], b[0], a[1]), true
	}
	return aggregateOf(u, a[0], a[1], b[1]), true
}

// similarityOf is y[t,s] = Σ_i q[t,i] k[s,i] and its gradients, t×s outputs of d
// terms.
func similarityOf(u *fabric.Unit, t, s, d int) Product {
	by := u.Attr("by")
	tile := len(by) > 0 && by[0] == 1
	switch {
	case u.Role == fabric.Forward:
		return Product{t, s, d, tile, steps{d, 1}, steps{d, 1}, steps{s, 1}, -1}
	case u.Operand == 0: // Σ_s δ[t,s] k[s,i]: a transposed read of the same cells
		return Product{t, d, s, tile, steps{s, 1}, steps{1, d}, steps{d, 1}, 1}
	}
	return Product{s, d, t, false, steps{1, s}, steps{1, d}, steps{d, 1}, 0} // Σ_t δ[t,s] q[t,i]
}

// aggregateOf is y[t,j] = Σ_s w[t,s] v[s,j] and its gradients, t×d outputs of s
// terms.
func aggregateOf(u *fabric.Unit, t, s, d int) Product {
	switch {
	case u.Role == fabric.Forward:
		return Product{t, d, s, false, steps{s, 1}, steps{1, d}, steps{d, 1}, -1}
	case u.Operand == 0: // Σ_j δ[t,j] v[s,j]
		return Product{t, s, d, false, steps{d, 1}, steps{d, 1}, steps{s, 1}, 1}
	}
	return Product{d, s, t, false, steps{1, d}, steps{1, s}, steps{1, d}, 0} // Σ_t δ[t,j] w[t,s]
}

// contraction is the module of all of them.
type contraction struct {
	*base
	Product
	scale float64
	// Fixed errors of the field, columns × terms: factors of multipliers, or what a
	// tile's cells add. Nil: none.
	gain, extra []float32
	write       float32 // sd of a written value
	ownStats    array.Stats
	bound       float64
	zero        []float32 // residue of the auto-zero, a column, in sd of a read
	raw         []float32 // offset before it, a column, in volts at the input
	field       []float32 // as written, columns × terms of each sample
}

func newContraction(b *base) Module {
	m := &contraction{base: b, Product: b.product, scale: 1}
	if s := b.unit.Attr("scale"); s != nil {
		m.scale = s[0]
	}
	if b.env.Chip.Ideal {
		return m
	}
	if m.Tile {
		m.tileErrors()
	} else {
		m.multiplierErrors()
	}
	if l := b.env.Chip.Noise.Offset; l.On() {
		m.zero = b.lanes(array.KindCalibrate, b.field(laneField), m.Cols, 1)
		m.raw = b.lanes(array.KindOffset, b.field(laneField), m.Cols, l.Number(b.env.Chip.Opamp.Offset))
	}
	return m
}

// knownVectors is the number of reads that the setup auto-zeroes a unit with.
func knownVectors(p *fabric.Program, u *fabric.Unit) int {
	for i := range p.Setup {
		if in := &p.Setup[i]; in.Op == fabric.OpCalibrate && in.Unit >= 0 && &p.Units[in.Unit] == u {
			return in.Reads
		}
	}
	return 0
}

func (m *contraction) multiplierErrors() {
	chip := m.env.Chip
	if l := chip.Noise.Mismatch; l.On() {
		m.gain = m.lanes(array.KindMismatch, m.base.field(pairField), m.Cols*m.Terms, l.Number(chip.Mismatch.Beta))
		for i := range m.gain {
			m.gain[i]++
		}
	}
	m.write = m.ktc()
}

// tileErrors are those of cells: the same ones forward and in the transposed read.
func (m *contraction) tileErrors() {
	m.bound = array.ChooseBound(m.env.Chip, float64(m.Terms))
	m.ownStats = array.StatsOf(m.env.Chip, m.Terms, m.bound)
	m.write = float32(m.ownStats.Write)
	if m.ownStats.Mismatch == 0 {
		return
	}
	cells := m.lanes(array.KindMismatch, pairField, m.Cols*m.Terms, m.ownStats.Mismatch)
	m.extra = make([]float32, len(cells))
	for c := range m.Cols {
		for t := range m.Terms {
			at := c*m.Terms + t
			if m.unit.Role == fabric.DataGrad {
				at = t*m.Cols + c
			}
			m.extra[c*m.Terms+t] = cells[at]
		}
	}
}

func (m *contraction) Run(c *Call) Report {
	drive, written := &c.Args[0], c.Args[len(c.Args)-1]
	if m.fromStack >= 0 {
		written = c.Saved[m.fromStack]
	}
	m.writeField(c, &written)
	alpha := m.scale * float64(pow2(drive.Exp+written.Exp-c.Out.Exp))
	n, size := m.Cols*m.Terms, elements(m.out)
	per := len(drive.Data) / c.N
	m.env.Pool.Run(c.N, func(lo, hi int) {
		for s := lo; s < hi; s++ {
			m.sample(c.Out.Data[s*size:(s+1)*size], drive.Data[s*per:(s+1)*per], m.field[s*n:(s+1)*n], float32(alpha))
		}
	})
	h := m.plain(c, c.Out.Exp)
	if !c.Dry && !m.env.Chip.Ideal {
		m.disturb(h, c, array.KindRead, outField, m.amplify(c, math.Abs(alpha)))
	}
	return m.pass(c, h)
}

// writeField puts the written operand onto the gates.
func (m *contraction) writeField(c *Call, written *Tensor) {
	n := m.Cols * m.Terms
	m.field = grow(m.field, c.N*n)
	key := m.key(c, array.KindStorage, m.base.field(shareField))
	m.env.Pool.Run(c.N, func(lo, hi int) {
		for s := lo; s < hi; s++ {
			f, x := m.field[s*n:(s+1)*n], written.Data[s*n:(s+1)*n]
			for j := range m.Cols {
				for t := range m.Terms {
					f[j*m.Terms+t] = x[j*m.written.outer+t*m.written.inner]
				}
			}
			if c.Dry {
				continue
			}
			if m.write > 0 && !c.Clean {
				key.AddNormal(f, m.write, c.First+uint32(s), 0)
			}
			for i := range m.gain {
				f[i] *= m.gain[i]
			}
			for i := range m.extra {
				f[i] += m.extra[i]
			}
		}
	})
}

// sample computes the sums of products of one sample.
func (m *contraction) sample(y, x, field []float32, alpha float32) {
	for r := range m.Rows {
		for j := range m.Cols {
			var sum float32
			for t, f := range field[j*m.Terms : (j+1)*m.Terms] {
				sum += float32(x[r*m.driven.outer+t*m.driven.inner] * f)
			}
			y[r*m.result.outer+j*m.result.inner] = alpha * sum
		}
	}
}

// amplify adds the errors of the columns' amplifiers, whose noise gain follows
// their feedback: alpha outputs a product. It returns the noise of a read.
func (m *contraction) amplify(c *Call, alpha float64) (sigma float32) {
	gain, offset, sigma := m.column(alpha)
	n := elements(m.out)
	for s := range c.N {
		y := c.Out.Data[s*n : (s+1)*n]
		for j := range m.Cols {
			shift := float32(0)
			if m.zero != nil {
				shift = float32(offset(j))
			}
			for r := range m.Rows {
				at := r*m.result.outer + j*m.result.inner
				y[at] = float32(gain*y[at]) + shift
			}
		}
	}
	return sigma
}

// column is the gain, the offset of each column and the noise of a read at the
// outputs, in units of the rail.
func (m *contraction) column(alpha float64) (gain float32, offset func(j int) float64, sigma float32) {
	chip := m.env.Chip
	op := circuit.OpAmpOf(chip)
	noiseGain := 1 + float64(m.Terms)*alpha*chip.VCR.Overdrive/chip.Rail.Weight
	feedback := alpha / (chip.VCR.Beta * chip.Rail.Weight)
	vx := chip.Rail.Input
	read := 0.0
	if chip.Noise.Read.On() {
		read = math.Sqrt2 * op.NoiseRMS(noiseGain, feedback, chip.Temperature) / vx
		if m.Tile {
			read = alpha * m.ownStats.Read
		}
	}
	gain = 1
	if m.reads > 0 {
		// Known vectors remove the common gain and all of the offset but the error of
		// their mean.
		step := 0.0
		if chip.Noise.Quantize.On() {
			step = float64(lsb(chip.ADC.Bits, 1))
		}
		residue := math.Sqrt((read*read + step*step/12) / float64(m.reads))
		return gain, func(j int) float64 { return residue * float64(m.zero[j]) }, float32(read)
	}
	if chip.Noise.Offset.On() {
		gain = float32(1 / op.Loop(noiseGain))
	}
	k := math.Sqrt2 * noiseGain / op.Loop(noiseGain) / vx
	return gain, func(j int) float64 { return k * float64(m.raw[j]) }, float32(read)
}
