package module

import (
	"acl/fabric/array"
	"acl/fabric/kernel"
)

// window reads the geometry of a pooling unit, whose larger shape is whole.
func (b *base) window(whole, small []int) kernel.Window {
	kh, kw := b.pair("kernel")
	sh, sw := b.pair("stride")
	ph, pw := b.pair("pad")
	return kernel.Window{
		C: whole[0], H: whole[1], W: whole[2], KH: kh, KW: kw, SH: sh, SW: sw, PH: ph, PW: pw,
		OH: small[1], OW: small[2],
	}
}

// maxPool is a tree of comparators a window and a switch that passes the winner;
// the comparators' fixed offsets decide close calls. The winners are its record.
type maxPool struct {
	*base
	w      kernel.Window
	jitter []float32 // an input element, nil: none
	win    []int32
	amp    amp
}

func newMaxPool(b *base) Module {
	m := &maxPool{base: b, w: b.window(b.in[0], b.out), amp: b.newAmp(1)}
	m.amp.offset, m.amp.gain = nil, 1
	chip := b.env.Chip
	if l := chip.Noise.Comparator; l.On() {
		m.jitter = b.lanes(array.KindComparator, gateField, elements(b.in[0]), l.Number(chip.Comparator.Offset)/chip.Rail.Input)
	}
	return m
}

// Record is the winner of each output element, an index into the sample's input.
func (m *maxPool) Record() []int32 { return m.win }

func (m *maxPool) Run(c *Call) Report {
	m.w.N = c.N
	if cap(m.win) < len(c.Out.Data) {
		m.win = make([]int32, len(c.Out.Data))
	}
	m.win = m.win[:len(c.Out.Data)]
	jitter := m.jitter
	if c.Dry {
		jitter = nil
	}
	kernel.MaxPool(m.env.Pool, c.Out.Data, m.win, c.Args[0].Data, &m.w, jitter)
	return m.pass(c, m.amplified(c, c.Args[0].Exp, &m.amp))
}

type maxPoolGrad struct {
	*base
	w kernel.Window
}

func newMaxPoolGrad(b *base) Module { return &maxPoolGrad{b, b.window(b.out, b.in[0])} }

func (m *maxPoolGrad) Run(c *Call) Report {
	m.w.N = c.N
	win := m.forward.(Recorder).Record()
	return m.move(c, &c.Args[0], func(dst, src []float32) {
		kernel.MaxPoolGrad(m.env.Pool, dst, src, win, &m.w)
	})
}

// avgPool shares the charge of a window's capacitors (P11): exact but for the
// noise of the sampling.
type avgPool struct {
	*base
	w     kernel.Window
	sigma float32
}

func newAvgPool(b *base) Module {
	return &avgPool{b, b.window(b.in[0], b.out), b.ktc()}
}

func newGlobalPool(b *base) Module {
	return &avgPool{b, globalWindow(b.in[0]), b.ktc()}
}

// globalWindow is one window over the whole map.
func globalWindow(s []int) kernel.Window {
	return kernel.Window{C: s[0], H: s[1], W: s[2], KH: s[1], KW: s[2], SH: 1, SW: 1, OH: 1, OW: 1}
}

func (m *avgPool) Run(c *Call) Report {
	m.w.N = c.N
	kernel.AvgPool(m.env.Pool, c.Out.Data, c.Args[0].Data, &m.w)
	return m.pass(c, m.charged(c, c.Args[0].Exp, m.sigma))
}

type avgPoolGrad struct {
	*base
	w kernel.Window
}

func newAvgPoolGrad(b *base) Module    { return &avgPoolGrad{b, b.window(b.out, b.in[0])} }
func newGlobalPoolGrad(b *base) Module { return &avgPoolGrad{b, globalWindow(b.out)} }

func (m *avgPoolGrad) Run(c *Call) Report {
	m.w.N = c.N
	return m.move(c, &c.Args[0], func(dst, src []float32) {
		kernel.AvgPoolGrad(m.env.Pool, dst, src, &m.w)
	})
}

// mean shares the charge of an axis.
type mean struct {
	*base
	shape                []int // of the operand
	outer, length, inner int   // in row-major order
	sigma                float32
	scratch              []float32
}

func newMean(b *base) Module     { return makeMean(b, b.in[0]) }
func newMeanGrad(b *base) Module { return &meanGrad{*makeMean(b, b.out)} }

func makeMean(b *base, whole []int) *mean {
	m := &mean{base: b, shape: whole, outer: 1, inner: 1, sigma: b.ktc()}
	axis := b.whole("axis")
	for i, d := range whole {
		switch {
		case i < axis:
			m.outer *= d
		case i > axis:
			m.inner *= d
		default:
			m.length = d
		}
	}
	return m
}

func (m *mean) Run(c *Call) Report {
	x := c.Args[0].Data
	m.scratch = grow(m.scratch, len(x))
	toRows(m.env.Pool, m.scratch, x, c.N, m.shape)
	kernel.MeanAxis(m.env.Pool, c.Out.Data, m.scratch, c.N*m.outer, m.length, m.inner)
	return m.pass(c, m.charged(c, c.Args[0].Exp, m.sigma))
}

// meanGrad spreads the error evenly over the axis.
type meanGrad struct{ mean }

func (m *meanGrad) Run(c *Call) Report {
	return m.move(c, &c.Args[0], func(dst, src []float32) {
		m.scratch = grow(m.scratch, len(dst))
		kernel.MeanAxisGrad(m.env.Pool, m.scratch, src, c.N*m.outer, m.length, m.inner)
		fromRows(m.env.Pool, dst, m.scratch, c.N, m.shape)
	})
}
