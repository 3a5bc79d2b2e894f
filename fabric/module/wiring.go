package module

import "acl/fabric/kernel"

// Wiring modules move values and compute nothing: switches, no amplifier. An
// operand whose full scale differs from the output's is read with another gain,
// which is exact for powers of two.

// input drives a port: converters turn the numbers of the control unit into
// voltages.
type input struct{ *base }

func (m *input) Run(c *Call) Report {
	return m.passed(m.voltages(c).Copy(m.env.Pool, c.Out.Data, c.Args[0].Data, 1))
}

// voltages are converters that drive what the control unit holds as voltages of ±1.
func (b *base) voltages(c *Call) *kernel.Behind {
	b.behind = kernel.Behind{Factor: 1, Gain: 1, Count: c.Count, Limit: c.Full(b.env.Chip)}
	if c.Dry {
		return &b.behind
	}
	chip := b.env.Chip
	if chip.Noise.Clip.On() {
		b.behind.Rail = 1
	}
	if chip.Noise.Quantize.On() {
		b.behind.Step, b.behind.Full = lsb(chip.DAC.Bits, 1), 1
	}
	return &b.behind
}

// rescale brings data at one full scale to another.
func rescale(p *kernel.Pool, data []float32, from, to int) {
	if from != to {
		kernel.Scale(p, data, pow2(from-to))
	}
}

// move copies an operand to the output and finishes it.
func (b *base) move(c *Call, from *Tensor, do func(dst, src []float32)) Report {
	do(c.Out.Data, from.Data)
	return b.pass(c, b.plain(c, from.Exp))
}

// toRows writes images, stored pixel by pixel, in the language's row-major order
// of [C, H, W]; other shapes are stored that way already.
func toRows(p *kernel.Pool, dst, src []float32, n int, shape []int) {
	if len(shape) != 3 {
		kernel.Copy(p, dst, src, 1)
		return
	}
	kernel.FromNHWC(p, dst, src, n, shape[0], shape[1], shape[2])
}

// fromRows undoes toRows.
func fromRows(p *kernel.Pool, dst, src []float32, n int, shape []int) {
	if len(shape) != 3 {
		kernel.Copy(p, dst, src, 1)
		return
	}
	kernel.ToNHWC(p, dst, src, n, shape[0], shape[1], shape[2])
}

// reshape keeps the elements in row-major order under another shape. It runs both
// ways: its gradient is the reshape back.
type reshape struct {
	*base
	from, to []int
	scratch  []float32
}

func newReshape(b *base) Module     { return &reshape{base: b, from: b.in[0], to: b.out} }
func newReshapeGrad(b *base) Module { return &reshape{base: b, from: b.in[0], to: b.out} }

func (m *reshape) Run(c *Call) Report {
	return m.move(c, &c.Args[0], func(dst, src []float32) {
		switch {
		case len(m.from) == 3 && len(m.to) == 3:
			m.scratch = grow(m.scratch, len(src))
			toRows(m.env.Pool, m.scratch, src, c.N, m.from)
			fromRows(m.env.Pool, dst, m.scratch, c.N, m.to)
		case len(m.to) == 3:
			fromRows(m.env.Pool, dst, src, c.N, m.to)
		default:
			toRows(m.env.Pool, dst, src, c.N, m.from)
		}
	})
}

// grow returns a slice of n elements, the given one where it is long enough.
func grow(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}

// stored gives, for an axis of the language, the elements before, on and after
// it as the shape is stored.
func stored(shape []int, axis int) (outer, length, inner int) {
	order := shape
	if len(shape) == 3 {
		order = []int{shape[1], shape[2], shape[0]}
		axis = (axis + 2) % 3
	}
	outer, inner = 1, 1
	for i, d := range order {
		switch {
		case i < axis:
			outer *= d
		case i > axis:
			inner *= d
		}
	}
	return outer, order[axis], inner
}

// slice takes a range of an axis; its gradient puts it back among zeros.
type slice struct {
	*base
	outer, length, inner int // of the longer shape
	low, count           int
	back                 bool
}

func newSlice(b *base) Module     { return makeSlice(b, b.in[0], false) }
func newSliceGrad(b *base) Module { return makeSlice(b, b.out, true) }

func makeSlice(b *base, whole []int, back bool) Module {
	m := &slice{base: b, back: back}
	m.outer, m.length, m.inner = stored(whole, b.whole("axis"))
	r := b.unit.Attr("range")
	m.low, m.count = int(r[0]), int(r[1]-r[0])+1
	return m
}

func (m *slice) Run(c *Call) Report {
	return m.move(c, &c.Args[0], func(dst, src []float32) {
		if m.back {
			clear(dst)
			kernel.PutAxis(m.env.Pool, dst, src, c.N, m.outer, m.length, m.inner, m.low, m.count)
			return
		}
		kernel.SliceAxis(m.env.Pool, dst, src, c.N, m.outer, m.length, m.inner, m.low, m.count)
	})
}

// concat joins operands on an axis.
type concat struct {
	*base
	outer, length, inner int
	low, count           []int
	scratch              []float32
}

func newConcat(b *base) Module {
	m := &concat{base: b}
	axis := b.whole("axis")
	m.outer, m.length, m.inner = stored(b.out, axis)
	at := 0
	for _, s := range b.in {
		m.low, m.count = append(m.low, at), append(m.count, s[axis])
		at += s[axis]
	}
	return m
}

func (m *concat) Run(c *Call) Report {
	for i := range c.Args {
		src := c.Args[i].Data
		if c.Args[i].Exp != c.Out.Exp {
			m.scratch = grow(m.scratch, len(src))
			kernel.Copy(m.env.Pool, m.scratch, src, pow2(c.Args[i].Exp-c.Out.Exp))
			src = m.scratch
		}
		kernel.PutAxis(m.env.Pool, c.Out.Data, src, c.N, m.outer, m.length, m.inner, m.low[i], m.count[i])
	}
	return m.pass(c, m.plain(c, c.Out.Exp))
}

// concatGrad is a slice of the gradient for one operand. Where the operand lies
// is found from the forward module.
type concatGrad struct{ slice }

func newConcatGrad(b *base) Module {
	f := b.forward.(*concat)
	m := &concatGrad{slice{base: b}}
	m.outer, m.length, m.inner = f.outer, f.length, f.inner
	m.low, m.count = f.low[b.unit.Operand], f.count[b.unit.Operand]
	return m
}
