package module

import (
	"fmt"
	"math"

	"acl/fabric"
	"acl/fabric/array"
	"acl/fabric/kernel"
)

// dense and conv read a parameter array on cross-point tiles: forward by rows,
// their gradient modules by columns of the same cells (or of a copied array). All
// scales are folded into the read-out: with full scales 2^ex and 2^ey of input and
// output and the array's own α, an output is α 2^ex/2^ey Σ w x (design.md §5).

// tiles is what the modules on arrays share.
type tiles struct {
	*base
	gain float32 // of the drivers in this call: 1, or under AbsMax 1/max|x|
}

// drive limits an operand to what the row drivers can put out. The operand itself
// stays as it is: other readers take it from the same wire.
func (m *tiles) drive(c *Call, count *int64) []float32 {
	m.gain = 1
	x, limited := c.Args[0].Data, m.env.Chip.Noise.Clip.On()
	if c.Dry || !limited && !m.env.AbsMax {
		return x
	}
	top := c.Args[0].Census(m.env.Pool).Top
	clip := limited && top > 1
	if m.env.AbsMax && top > 0 && top <= math.MaxFloat32 {
		m.gain, clip = 1/top, false
	}
	if m.gain == 1 && !clip {
		return x
	}
	driven := grow(c.Driven, len(x))
	kernel.Copy(m.env.Pool, driven, x, m.gain)
	if clip {
		*count += kernel.Clip(m.env.Pool, driven, 1)
	}
	return driven
}

// readKey keys the reads of an array in this call: each unit that uses it draws
// its own.
func (m *tiles) readKey(c *Call) array.ReadKey {
	return array.ReadKey{Seed: m.env.Seed, Step: c.Step, Field: uint32(m.path) + c.Retry*retryStride, Clean: c.Clean, Exact: c.Dry}
}

// retryStride keeps the fields of a unit's further reads apart from those of others.
const retryStride = 0x9e3779b9

// read is one read-out of the array with the scales of the call.
func (m *tiles) read(c *Call, reverse bool) *array.Read {
	k := pow2(c.Args[0].Exp-c.Out.Exp) / m.gain
	convert := c.Bits
	if !m.env.Chip.Noise.Quantize.On() {
		convert = 0
	}
	var r *array.Read
	if reverse {
		r = c.Matrix.Transposed(m.readKey(c), k, convert)
	} else {
		r = c.Matrix.Forward(m.readKey(c), k, pow2(-c.Args[0].Exp)*m.gain, convert)
	}
	r.RO.First = c.First
	if r.Other != nil {
		r.Other.RO.First = c.First
	}
	return r
}

// readPair is a read by the second amplifiers of a read-out by pairs, where there
// are any; the converter stands after the sum of both. read reads into dst and
// counts what was clipped.
func (m *tiles) readPair(c *Call, r *array.Read, read func(dst []float32, r *array.Read) int64) int64 {
	if r.Other == nil {
		return 0
	}
	second := grow(c.Second, len(c.Out.Data))
	over := read(second, r.Other)
	kernel.AddInto(m.env.Pool, c.Out.Data, second)
	kernel.Quantize(m.env.Pool, c.Out.Data, r.Step, 0)
	return over
}

// report is what a read noticed.
func (m *tiles) report(r *array.Read, clipped int64) Report {
	return Report{Clipped: clipped, Scale: float64(r.Scale)}
}

type dense struct {
	tiles
	dims kernel.Dims
}

func newDense(b *base) Module { return &dense{tiles{base: b}, denseDims(b.in[0], b.out)} }
func newDenseGrad(b *base) Module {
	return &denseGrad{dense{tiles{base: b}, denseDims(b.out, b.in[0])}}
}

// denseDims is the geometry of a dense unit between shapes [D] or [T, D].
func denseDims(in, out []int) kernel.Dims {
	return kernel.Dims{P: elements(in) / width(in), K: width(in), M: width(out)}
}

func (m *dense) Run(c *Call) Report {
	var over int64
	x := m.tiles.drive(c, &over)
	r := m.read(c, false)
	m.dims.N = c.N
	dims := m.dims
	if c.Columns > 0 {
		dims.M = c.Columns
	}
	over += kernel.MatMul(m.env.Pool, c.Out.Data, x, r.W, r.Bias, dims, r.Blocks, &r.RO)
	over += m.readPair(c, r, func(dst []float32, r *array.Read) int64 {
		return kernel.MatMul(m.env.Pool, dst, x, r.W, r.Bias, dims, r.Blocks, &r.RO)
	})
	return m.report(r, over)
}

type denseGrad struct{ dense }

func (m *denseGrad) Run(c *Call) Report {
	var over int64
	d := m.tiles.drive(c, &over)
	r := m.read(c, true)
	m.dims.N = c.N
	over += kernel.MatMulT(m.env.Pool, c.Out.Data, d, r.W, m.dims, r.Blocks, &r.RO)
	return m.report(r, over)
}

type conv struct {
	tiles
	geo kernel.Conv
}

// geometry reads a convolution between whole, its input's shape, and maps, its
// output's.
func (b *base) geometry(whole, maps []int) kernel.Conv {
	kh, kw := b.pair("kernel")
	sh, sw := b.pair("stride")
	ph, pw := b.pair("pad")
	return kernel.Conv{
		C: whole[0], H: whole[1], W: whole[2], KH: kh, KW: kw, SH: sh, SW: sw, PH: ph, PW: pw,
		M: maps[0], OH: maps[1], OW: maps[2], Winograd: !b.env.Direct,
	}
}

func newConv(b *base) Module { return &conv{tiles{base: b}, b.geometry(b.in[0], b.out)} }

func (m *conv) Run(c *Call) Report {
	var over int64
	x := m.tiles.drive(c, &over)
	r := m.read(c, false)
	m.geo.N = c.N
	geo := m.geo
	if c.Columns > 0 {
		geo.M = c.Columns
	}
	over += kernel.Conv2D(m.env.Pool, c.Out.Data, x, r.W, r.Bias, &geo, r.Blocks, &r.RO)
	over += m.readPair(c, r, func(dst []float32, r *array.Read) int64 {
		return kernel.Conv2D(m.env.Pool, dst, x, r.W, r.Bias, &geo, r.Blocks, &r.RO)
	})
	return m.report(r, over)
}

type convGrad struct{ conv }

func newConvGrad(b *base) Module {
	return &convGrad{conv{tiles{base: b}, b.geometry(b.out, b.in[0])}}
}

func (m *convGrad) Run(c *Call) Report {
	var over int64
	d := m.tiles.drive(c, &over)
	r := m.read(c, true)
	m.geo.N = c.N
	ro := &r.RO
	if r.Plain() {
		ro = nil
	}
	over += kernel.Conv2DGrad(m.env.Pool, c.Out.Data, d, r.W, &m.geo, r.Blocks, ro)
	rep := m.report(r, over)
	behind := m.pass(c, m.plain(&Call{Out: c.Out, Dry: c.Dry, Count: c.Count}, c.Out.Exp))
	rep.Clipped, rep.Seen = rep.Clipped+behind.Clipped, behind.Seen
	return rep
}

// paramGrad adds each sample's outer product onto the gradient tiles of an array:
// the stored input drives the rows, the error the columns.
type paramGrad struct {
	*base
	dims kernel.Dims
	geo  *kernel.Conv
	bias bool
	ones []float32 // factors of the bias row, scratch
}

func newParamGrad(b *base, p *fabric.Program) (Module, error) {
	if p.Arrays[b.unit.Array].Digital != nil {
		if m := newDigitalGrad(b); m != nil {
			return m, nil
		}
		return nil, fmt.Errorf("module: the control unit learns nothing for %s", b.unit.Op)
	}
	m := &paramGrad{base: b, bias: p.Arrays[b.unit.Array].Bias}
	x, d := b.saved[0], b.in[0]
	switch b.unit.Op {
	case "nn.dense":
		m.dims = denseDims(x, d)
	case "nn.conv":
		g := b.geometry(x, d)
		m.geo = &g
	default:
		return nil, fmt.Errorf("module: the machine has no gradient tiles for %s", b.unit.Op)
	}
	return m, nil
}

func (m *paramGrad) Run(c *Call) Report {
	if c.Cells != nil {
		return Report{Trains: m.pulse(c)}
	}
	g, x, d := c.Grad.Tile(), c.Saved[0].Data, c.Args[0].Data
	// The bias row's input is 1, which is full scale only where the operand's is 1.
	full := c.Saved[0].Exp == 0
	if m.geo != nil {
		m.geo.N = c.N
		kernel.Conv2DOuterAdd(m.env.Pool, g, x, d, c.Samples, m.geo, m.bias && full)
	} else {
		m.dims.N = c.N
		kernel.OuterAdd(m.env.Pool, g, x, d, c.Samples, m.dims, m.bias && full)
	}
	if m.bias && !full {
		m.biasRow(c, g, d)
	}
	return Report{}
}

// biasRow adds the products of an input of 1, driven as what it is of the
// operand's full scale.
func (m *paramGrad) biasRow(c *Call, g, d []float32) {
	m.ones = grow(m.ones, c.N)
	for s, f := range c.Samples {
		m.ones[s] = f * pow2(-c.Saved[0].Exp)
	}
	cols := width(m.in[0])
	dims := kernel.Dims{N: c.N, P: elements(m.in[0]) / cols, M: cols}
	kernel.OuterAdd(m.env.Pool, g[len(g)-cols:], nil, d, m.ones, dims, true)
}
